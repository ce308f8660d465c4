"""Identifiers: parsing, quoting, the qualified names of every dialect, filters and groups."""

from __future__ import annotations

import pytest

from connect_core.connectors.jdbc import discovery
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.dialects import JAVA_NAMES, for_family
from connect_core.connectors.jdbc.names import Quotes, TableId, split_list, split_name
from connect_core.errors import ConfigError, ConnectError

BACKTICK = Quotes("`", "`")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("t", ["t"]),
        ("db.t", ["db", "t"]),
        ("`db`.`t`", ["db", "t"]),
        ("`a.b`.t", ["a.b", "t"]),
        ("`we``ird`", ["we`ird"]),
    ],
)
def test_split_name(text: str, parts: list[str]) -> None:
    assert split_name(text, BACKTICK) == parts


def test_open_quote_is_refused() -> None:
    with pytest.raises(ConfigError, match="is not closed"):
        split_name("`db.t", BACKTICK)


@pytest.mark.parametrize("name", ["t", "a,b", "we`ird", "a.b", "`", "ü b"])
def test_task_tables_survive_the_round_trip(name: str) -> None:
    dialect = for_family("mysql")
    tables = [TableId("d,b", None, name), TableId("x", None, "y")]
    text = ",".join(dialect.table_name(table, BACKTICK) for table in tables)
    assert [dialect.parse_table(item, BACKTICK) for item in split_list(text, BACKTICK)] == tables


@pytest.mark.parametrize(
    ("family", "table", "quoted", "plain"),
    [
        ("mysql", TableId("d", None, "t"), "`d`.`t`", "d.t"),
        ("postgresql", TableId(None, "s", "t"), '"s"."t"', "s.t"),
        ("postgresql", TableId("c", "s", "t" * 70), f'"s"."{"t" * 63}"', f"s.{'t' * 63}"),
        ("sqlite", TableId(None, None, "t"), '"t"', "t"),
        ("oracle", TableId(None, "s", "t"), '"s"."t"', "s.t"),
        ("sqlserver", TableId("c", "s", "t"), '"c"."s"."t"', "c.s.t"),
        ("db2", TableId(None, "s", "t"), '"s"."t"', "s.t"),
    ],
)
def test_qualified_names(family: str, table: TableId, quoted: str, plain: str) -> None:
    dialect = for_family(family)
    assert dialect.table_name(table, dialect.quotes("ALWAYS")) == quoted
    assert dialect.table_name(table, dialect.quotes("never")) == plain


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("mysql", TableId("a", None, "b")),
        ("postgresql", TableId(None, "a", "b")),
        ("sqlserver", TableId("a", "dbo", "b")),
        ("oracle", TableId(None, "a", "b")),
    ],
)
def test_two_parts(family: str, expected: TableId) -> None:
    assert for_family(family).parse_table("a.b") == expected


def test_quote_mode_and_dialect_names() -> None:
    with pytest.raises(ConnectError, match="No matching QuoteMethod found for 'sometimes'"):
        for_family("mysql").quotes("sometimes")
    for name in JAVA_NAMES:
        assert for_family("mysql", name).java_name == name


def source(**keys: str) -> JdbcSourceConfig:
    return JdbcSourceConfig.parse(
        {"name": "n", "connector.class": "JdbcSource", "mode": "bulk"}
        | {k.replace("_", "."): v for k, v in keys.items()}
    )


def test_filters() -> None:
    orders, archive = TableId("shop", None, "orders"), TableId("shop", None, "orders_old")
    for text in ("orders", "shop.orders", "`shop`.`orders`"):
        assert discovery.captured(orders, source(table_whitelist=text), BACKTICK)
        assert not discovery.captured(archive, source(table_whitelist=text), BACKTICK)
        assert not discovery.captured(orders, source(table_blacklist=text), BACKTICK)
    assert not discovery.captured(orders, source(table_whitelist="Orders"), BACKTICK)
    both = source(table_include_list=r"shop\.ord.*", table_exclude_list=".*_old")
    assert discovery.captured(orders, both, BACKTICK)
    assert not discovery.captured(archive, both, BACKTICK)
    assert not discovery.captured(orders, source(table_include_list="orders"), BACKTICK)


def test_groups_are_contiguous() -> None:
    tables = [TableId(None, None, f"t{n}") for n in range(7)]
    assert [[t.table for t in g] for g in discovery.groups(tables, 3)] == [
        ["t0", "t1", "t2"],
        ["t3", "t4"],
        ["t5", "t6"],
    ]


def test_duplicate_names_are_refused() -> None:
    tables = [TableId("db1", None, "t"), TableId("db2", None, "t"), TableId("db1", None, "u")]
    with pytest.raises(ConnectError) as caught:
        discovery.refuse_duplicates(tables, source(table_whitelist="t"))
    assert str(caught.value) == "Encountered an unrecoverable error while reading tables from the database"
    cause = str(caught.value.__cause__)
    assert "Update the connector's 'table.whitelist' config to include exactly one table" in cause
    assert cause.endswith('listed below.\n\t[["db1"."t", "db2"."t"]]')
