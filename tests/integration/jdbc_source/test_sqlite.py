"""The source on SQLite: declared types, and timestamps as the text or the numbers a column really holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from connect_core.data import DATE, DECIMAL, TIMESTAMP, Type
from connect_core.errors import ConfigError, ConnectError, DataError, Fatal, stack_trace

type Make = Callable[..., Any]


class File:
    """A database file with the members of a server."""

    user, password = "", ""

    def __init__(self, path: Path) -> None:
        self.path = path

    def jdbc_url(self) -> str:
        return f"jdbc:sqlite:{self.path}"

    def sql(self, script: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(script)


@pytest.fixture
def database(tmp_path: Path) -> File:
    return File(tmp_path / "source.db")


def test_types(database: File, source: Make) -> None:
    database.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, small SMALLINT NOT NULL, big BIGINT, grown INTEGER, name VARCHAR(9),"
        " made DATETIME, at TIMESTAMP, day DATE, price DECIMAL(10,2), yes BOOLEAN, data BLOB, ratio REAL, plain);"
        "INSERT INTO t VALUES (1, 2, 3, 5000000000, 'n', '2024-01-01 10:00:00', '2024-01-01T10:00:00.5Z', '2024-01-01',"
        " 1.5, 1, x'00', 0.5, 'text');"
        "INSERT INTO t VALUES (2, 2, 3, 4, 'n', 1704103200500, 1704103200500, 1704067200000, '2', 0, NULL, NULL, 7);"
    )
    first, second = source(database, "bulk", table_whitelist="t").run()
    kinds = {field.name: field.schema.name or field.schema.type for field in first.value_schema.fields}
    assert kinds == {
        "id": Type.INT32,
        "small": Type.INT16,
        "big": Type.INT64,
        "grown": Type.INT64,
        "name": Type.STRING,
        "made": TIMESTAMP,
        "at": TIMESTAMP,
        "day": DATE,
        "price": DECIMAL,
        "yes": Type.BOOLEAN,
        "data": Type.BYTES,
        "ratio": Type.FLOAT32,
        "plain": Type.STRING,
    }
    assert [f.name for f in first.value_schema.fields if not f.schema.optional] == ["small"]
    ten = datetime(2024, 1, 1, 10, tzinfo=UTC)
    assert first.value["made"] == ten
    assert first.value["at"] == second.value["at"] == ten.replace(microsecond=500000)
    assert first.value["day"] == second.value["day"] == date(2024, 1, 1)
    assert [str(row.value["price"]) for row in (first, second)] == ["1.50", "2.00"]
    assert second.value["plain"] == "7"
    assert isinstance(first.value["price"], Decimal)


def test_a_value_of_another_kind_is_a_bad_record(database: File, source: Make) -> None:
    database.sql("CREATE TABLE t (id INTEGER NOT NULL, n INT); INSERT INTO t VALUES (1, 1), (2, 'x'), (3, 3)")
    records = source(database, "incrementing", table_whitelist="t", incrementing_column_name="id").run()
    assert [isinstance(record.value, DataError) for record in records] == [False, True, False]
    assert [record.source_offset["incrementing"] for record in records] == [1, 2, 3]


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-01 10:00:00", "2024-01-01 10:00:01", "2024-01-01 10:00:01", "2024-01-01 10:00:02"],
        ["2024-01-01 10:00:00.123", "2024-01-01 10:00:01.000", "2024-01-01 10:00:01.000", "2024-01-01 10:00:02.100"],
        [
            "2024-01-01T10:00:00.123456Z",
            "2024-01-01T10:00:01.000000Z",
            "2024-01-01T10:00:01.000000Z",
            "2024-01-01T10:00:02.000001Z",
        ],
        [1704103200123, 1704103201000, 1704103201000, 1704103202000],
    ],
)
@pytest.mark.parametrize("mode", ["timestamp", "timestamp+incrementing"])
def test_timestamps_of_any_form_are_found_once(database: File, source: Make, values: list[Any], mode: str) -> None:
    rows = ", ".join(f"({n}, {value!r})" for n, value in enumerate(values, 1))
    database.sql(f"CREATE TABLE t (id INTEGER NOT NULL, ts TIMESTAMP NOT NULL); INSERT INTO t VALUES {rows}")
    keys = {"table_whitelist": "t", "timestamp_column_name": "ts"}
    if "incrementing" in mode:
        keys["incrementing_column_name"] = "id"
    reader = source(database, mode, **keys)
    assert [record.value["id"] for record in reader.run()] == [1, 2, 3, 4]
    assert reader.run() == []
    reader.offsets.store(reader.records[1].source_partition, reader.records[1].source_offset)
    again = [record.value["id"] for record in reader.run()]
    assert again == ([3, 4] if "incrementing" in mode else [2, 3, 4])


def test_query_mode_knows_declared_types(database: File, source: Make) -> None:
    database.sql("CREATE TABLE t (id INTEGER, d DECIMAL(9,3), at DATETIME); INSERT INTO t VALUES (1, 2.5, NULL)")
    reader = source(
        database,
        "incrementing",
        query="SELECT * FROM (SELECT id, d, at, id + 1 AS n FROM t)",
        incrementing_column_name="id",
    )
    (record,) = reader.run()
    kinds = [field.schema.name or field.schema.type for field in record.value_schema.fields]
    assert kinds == [Type.INT32, DECIMAL, TIMESTAMP, Type.INT32]
    assert reader.run() == []


def test_start_errors(database: File, source: Make) -> None:
    database.sql("CREATE TABLE t (id INTEGER, ts TIMESTAMP)")
    cases = [
        (
            "incrementing",
            {"incrementing_column_name": "zz"},
            ConfigError,
            """Incrementing column: zz does not exist in table '"t"'""",
        ),
        (
            "timestamp",
            {"timestamp_column_name": "yy,zz"},
            ConfigError,
            """Timestamp columns: yy, zz do not exist in table '"t"'""",
        ),
        (
            "incrementing",
            {"incrementing_column_name": "id"},
            ConnectError,
            'Cannot make incremental queries using incrementing column id on "t" because this column is nullable.',
        ),
        (
            "timestamp",
            {},
            ConnectError,
            (
                "Cannot make incremental queries using timestamp columns  on "
                '"t" because all of these columns are nullable.'
            ),
        ),
    ]
    for mode, keys, kind, text in cases:
        with pytest.raises(kind) as caught:
            source(database, mode, table_whitelist="t", **keys).run()
        assert str(caught.value) == text


def test_tables_of_several_tasks_are_read_in_turn(database: File, source: Make) -> None:
    database.sql("".join(f"CREATE TABLE t{n} (id INTEGER); INSERT INTO t{n} VALUES ({n});" for n in range(5)))
    reader = source(database, "bulk", table_blacklist="t3", topic_prefix="p.")
    assert [config["tables"] for config in reader.task_configs(3)] == ['"t0","t1"', '"t2"', '"t4"']
    assert [(record.topic, record.value["id"]) for record in reader.run()] == [
        ("p.t0", 0),
        ("p.t1", 1),
        ("p.t2", 2),
        ("p.t4", 4),
    ]


def test_idle_time_follows_the_poll_interval(database: File, source: Make) -> None:
    database.sql("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)")
    reader = source(database, "bulk", table_whitelist="t", poll_interval_ms="600000")
    (config,) = reader.task_configs()
    task = reader.task(config)
    assert len(task.poll()) == 1
    assert task.poll() == []
    assert 500_000 < task.idle_ms() <= 600_000
    task.stop()


def test_a_long_bulk_interval_outlives_the_slice(database: File, source: Make) -> None:
    database.sql("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1), (2), (3)")
    reader = source(database, "bulk", table_whitelist="t", poll_interval_ms="3600000", batch_max_rows="1")
    assert [record.source_offset is None for record in reader.run()] == [True, True, False]
    assert reader.run() == []
    reader.offsets.store({"table": "t"}, {"finished": 0})
    assert len(reader.run()) == 3


def test_retries_are_counted_over_slices(database: File, source: Make) -> None:
    """SQLite's errors are never final by themselves; the third in a row is, and then counting starts again."""
    database.sql("CREATE TABLE t (id INTEGER)")
    reader = source(database, "bulk", table_whitelist="t", query_retry_attempts="3")
    (config,) = reader.task_configs()
    config["tables"] = '"gone"'
    for _ in range(2):
        for _ in range(2):
            task = reader.task(config)
            assert task.poll() == []
            task.stop()
        task = reader.task(config)
        with pytest.raises(Fatal) as caught:
            task.poll()
        task.stop()
        heads = [line for line in stack_trace(caught.value).splitlines() if not line.startswith("\t")]
        assert heads == [
            "org.apache.kafka.connect.errors.ConnectException: Error while polling for records",
            "Caused by: org.apache.kafka.connect.errors.ConnectException: Failed to query table after retries",
            "Caused by: java.sql.SQLException: no such table: gone",
        ]


def test_credentials_provider(database: File, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    class Provider:
        def configure(self, config: dict[str, str]) -> None:
            seen.update(config)

        def credentials(self) -> tuple[str, str]:
            return "me", "secret"

    monkeypatch.setitem(__import__("sys").modules, "own_provider", SimpleNamespace(Provider=Provider))
    database.sql("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)")
    reader = source(database, "bulk", table_whitelist="t")
    reader.config |= {
        "jdbc.credentials.provider.class": "own_provider:Provider",
        "jdbc.credentials.provider.vault": "v",
    }
    assert len(reader.run()) == 1
    assert seen["vault"] == "v"
    reader.config["jdbc.credentials.provider.class"] = "com.acme.Missing"
    with pytest.raises(ConfigError, match=r"Invalid class for: jdbc\.credentials\.provider\.class"):
        reader.task_configs()


def test_a_timestamp_column_of_another_type_is_named(database: File, source: Make) -> None:
    database.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT NOT NULL); INSERT INTO t VALUES (1, '2024-01-01 10:00:00')"
    )
    with pytest.raises(Fatal) as caught:
        source(database, "timestamp", table_whitelist="t", timestamp_column_name="at").run()
    assert "Invalid type for timestamp column at: TEXT. Name a TIMESTAMP" in stack_trace(caught.value)
