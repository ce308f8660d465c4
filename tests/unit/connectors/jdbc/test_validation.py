"""Validation of a source config: every text of the original, on the keys it lands on, in its order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connect_core.connectors.jdbc import validation
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.patterns import PatternError, compile_pattern
from connect_core.connectors.jdbc.source import JdbcSourceConnector
from connect_core.connectors.jdbc.zones import zone

BASE = {"name": "n", "connector.class": "JdbcSource", "tasks.max": "1", "connection.url": "jdbc:sqlite::memory:"}
LISTED = {**BASE, "mode": "bulk", "table.whitelist": "t"}
SIX = (
    "incrementing.column.name",
    "timestamp.column.name",
    "timestamp.columns.mapping",
    "incrementing.column.mapping",
    "timestamp.initial",
    "validate.non.null",
)


def single(config: dict[str, str]) -> dict[str, list[str]]:
    return JdbcSourceConfig.errors({**LISTED, **config})


def across(config: dict[str, str]) -> dict[str, list[str]]:
    return JdbcSourceConnector.validate(config)


def test_mode() -> None:
    without = {k: v for k, v in LISTED.items() if k != "mode"}
    assert JdbcSourceConfig.errors(without) == {key: ["Query mode must be specified"] for key in SIX}
    wrong = single({"mode": "Bulk"})
    assert wrong.pop("mode") == [
        (
            "Invalid value Bulk for configuration mode: String must be one of: , bulk, timestamp, incrementing, "
            "timestamp+incrementing"
        )
    ]
    assert wrong == {key: ["Invalid mode: Bulk"] for key in SIX}


ONLY_SELECT = "Only SELECT statements are supported for 'query'. Please provide a statement that starts with SELECT."
REGEXES = "Must be a valid comma-separated list of regular expression patterns: error parsing regexp"
ZONES = "See the list of valid time zones at https://docs.oracle.com/javase/8/docs/api/java/time/ZoneId.html#shortIds"
ASCII = "must not contain any character other than ASCII alphanumerics, '.', '_' and '-'."


@pytest.mark.parametrize(
    ("key", "value", "tail"),
    [
        ("timestamp.columns.mapping", "a:b:[c]", "Invalid format. Expected 'regex:[col1|col2|...]'"),
        ("timestamp.columns.mapping", "a:c", "Columns list must be enclosed in square brackets"),
        ("timestamp.columns.mapping", "a:[]", "Columns list cannot be empty"),
        ("timestamp.columns.mapping", "a:[b|]", "Every column name should be non-empty string"),
        (
            "timestamp.columns.mapping",
            "a[:[b]",
            "Invalid regular expression: error parsing regexp: missing closing ]: `[`",
        ),
        ("incrementing.column.mapping", "a", "Invalid format. Expected 'regex:columnName'"),
        ("incrementing.column.mapping", "a:", "Column name cannot be empty"),
        ("topic.prefix", "a b", f"Topic prefix {ASCII}"),
        ("topic.prefix", "a" * 250, "Topic prefix length must not exceed max topic name length, 249 chars"),
        ("db.timezone", "Mars/Olympus", f"Invalid time zone. {ZONES}"),
        ("numeric.mapping", "Best_Fit", "Invalid enumerator"),
        ("timestamp.granularity", "Micros_Long", "Invalid enumerator"),
        ("dialect.name", "x", "Invalid enumerator"),
        ("date.calendar.system", "legacy", "String must be one of: LEGACY, PROLEPTIC_GREGORIAN"),
        ("connection.attempts", "0", "Value must be at least 1"),
    ],
)
def test_single_keys(key: str, value: str, tail: str) -> None:
    shown = {"a:c": "c", "a:[]": "[]", "a:[b|]": "[b|]", "a[:[b]": "a[", "a:": ""}.get(value, value)  # the faulty piece
    assert single({key: value}) == {key: [f"Invalid value {shown} for configuration {key}: {tail}"]}


def test_a_list_of_patterns_is_shown_whole() -> None:
    start = "Invalid value [a[, b(] for configuration table.include.list: "
    assert single({"table.include.list": "a[, b("}) == {
        "table.include.list": [f"{start}{REGEXES}: missing closing ]: `[`"]
    }


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a[", "missing closing ]: `[`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("(?!x)", "invalid or unsupported Perl syntax: `(?!`"),
        (r"(a)\1", r"invalid escape sequence: `\1`"),
        ("b(", "missing closing ): `b(`"),
        ("b)", "unexpected ): `b)`"),
        ("a**", "invalid nested repetition operator: `**`"),
    ],
)
def test_re2_refusals(pattern: str, text: str) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"shop\..*", "shop.orders", "shopXorders"),
        (r"[[:alpha:]_]+\z", "ab_c", "ab1"),
        (r"(?i)ORDERS", "orders", "order"),
        (r"\Qa.b\E", "a.b", "axb"),
        (r"[^a-c]{2,}?", "xyz", "xa"),
        (r"(?P<n>a)|b", "a", "ab"),
    ],
)
def test_re2_matches(pattern: str, yes: str, no: str) -> None:
    assert compile_pattern(pattern).fullmatch(yes)
    assert not compile_pattern(pattern).fullmatch(no)


def test_visibility_and_recommendations() -> None:
    found = {item.key.name: item for item in JdbcSourceConfig.inspect({**LISTED, "mode": "timestamp"})}
    assert [name for name in SIX if found[name].visible] == [
        "timestamp.column.name",
        "timestamp.columns.mapping",
        "validate.non.null",
    ]
    assert not found["query.masked"].visible
    assert found["quote.sql.identifiers"].recommended == ["always", "never"]
    assert found["dialect.name"].recommended[:3] == ["", "Db2DatabaseDialect", "MySqlDatabaseDialect"]
    assert not {"tables", "tables.fetched"} & {key.name for key in JdbcSourceConfig.specs() if not key.spec.internal}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"mode": "bulk"}, dict.fromkeys(validation.LISTS, validation.NO_FILTER)),
        (
            {"mode": "bulk", "table.whitelist": "a", "table.include.list": "b"},
            {"table.whitelist": validation.MIXED, "table.include.list": validation.MIXED},
        ),
        (
            {"mode": "bulk", "query": "select 1", "query.masked": "select 1"},
            dict.fromkeys(
                ("query", "query.masked"),
                "Both 'query' and 'query.masked' configs cannot be set at the same time. Please use only one of them.",
            ),
        ),
        (
            {"mode": "bulk", "query": "select 1", "table.blacklist": "x"},
            dict.fromkeys(("query", "query.masked", "table.blacklist"), validation.QUERY_WITH_TABLES),
        ),
        (
            {"mode": "bulk", "query": "WITH a AS (select 1) select * from a"},
            {"query": ONLY_SELECT},
        ),
        (
            {"mode": "incrementing", "query": "select*from t"},
            {"incrementing.column.name": validation.QUERY_WITHOUT_ID},
        ),
        ({"mode": "bulk", "query": "select * from missing"}, {"query": validation.BAD_QUERY + " (errorCode: 1)"}),
        (
            {"mode": "bulk", "table.exclude.list": "x"},
            {
                "table.exclude.list": "table.exclude.list cannot be used without table.include.list. Exclude list only "
                "applies to tables that match the include list."
            },
        ),
        (
            {"mode": "timestamp", "table.include.list": "x"},
            {
                "mode": "Timestamp column configuration must be provided when using mode 'timestamp' or "
                "'timestamp+incrementing'. Provide 'timestamp.columns.mapping'."
            },
        ),
        (
            {"mode": "bulk", "table.include.list": "x", "incrementing.column.mapping": "a:b"},
            {
                "mode": "Incrementing column configurations should not be provided if mode is not 'incrementing' or "
                "'timestamp+incrementing'. Remove 'incrementing.column.mapping'."
            },
        ),
        (
            {"mode": "bulk", "table.whitelist": "t", "connection.url": "nonsense"},
            {"connection.url": "Could not connect to database. Not a valid JDBC URL: nonsense"},
        ),
        (
            {"mode": "bulk", "table.whitelist": "t", "quote.sql.identifiers": "x"},
            {"connection.url": "Could not connect to database. No matching QuoteMethod found for 'x'"},
        ),
        (
            {"mode": "bulk", "table.whitelist": "t", "transaction.isolation.mode": "SQL_SERVER_SNAPSHOT"},
            {
                "transaction.isolation.mode": "Isolation mode of `SQL_SERVER_SNAPSHOT` can only be configured with a "
                "Sql Server Dialect"
            },
        ),
    ],
)
def test_rules_across_keys(keys: dict[str, str], expected: dict[str, str]) -> None:
    assert across({**BASE, **keys}) == {key: [text] for key, text in expected.items()}


@pytest.mark.parametrize(
    "keys",
    [
        {"mode": "bulk", "table.whitelist": "a", "table.blacklist": "b"},
        {"mode": "timestamp", "table.whitelist": "a"},
        {"mode": "timestamp", "query": "select 1 as a"},
        {"mode": "bulk", "table.whitelist": "a", "table.types": "nonsense", "topic.prefix": ""},
        {"mode": "bulk", "query": "select*from sqlite_master"},
    ],
)
def test_what_passes(keys: dict[str, str]) -> None:
    assert across({**BASE, **keys}) == {}


def test_zones() -> None:
    assert str(zone("PST")) == "America/Los_Angeles"
    assert zone("+02:00").utcoffset(None) == zone("GMT+2").utcoffset(None)
    with pytest.raises(ValueError, match="Unknown time-zone ID: nowhere"):
        zone("nowhere")


def test_no_driver_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys; import connect_core.connectors.jdbc.source; "
        "print(sorted({'sqlalchemy', 'pymysql', 'psycopg', 'sqlite3'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[4]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
