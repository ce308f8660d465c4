"""The source's statements, byte for byte, per dialect and mode; offsets and partitions."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from connect_core.connectors.jdbc import offsets
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.dialects import for_family
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.query import bind, change_statement
from connect_core.connectors.jdbc.table_reader import Columns, TableReader
from connect_core.errors import ConnectError

TABLES = {
    "mysql": (TableId("d", None, "t"), "`d`.`t`", "`{}`"),
    "mariadb": (TableId("d", None, "t"), "`d`.`t`", "`{}`"),
    "postgresql": (TableId(None, "s", "t"), '"s"."t"', '"{}"'),
    "sqlite": (TableId(None, None, "t"), '"t"', '"{}"'),
    "oracle": (TableId(None, "S", "T"), '"S"."T"', '"{}"'),
    "sqlserver": (TableId("d", "dbo", "t"), '"d"."dbo"."t"', '"{}"'),
    "db2": (TableId(None, "S", "T"), '"S"."T"', '"{}"'),
}


def text(family: str, table: TableId | None, columns: Columns, **keys: str) -> str:
    values = {"name": "n", "connector.class": "JdbcSource", "mode": "bulk"} | {
        name.replace("_", "."): value for name, value in keys.items()
    }
    reader = TableReader(JdbcSourceConfig.parse(values), for_family(family), table=table, columns=columns)
    return reader.statement().text


@pytest.mark.parametrize("family", TABLES)
def test_table_statements(family: str) -> None:
    table, fqn, quote = TABLES[family]
    i, u, w = (f"{fqn}.{quote.format(name)}" for name in ("id", "u", "w"))
    both = f"COALESCE({w},{u})"
    assert text(family, table, Columns()) == f"SELECT * FROM {fqn}"
    assert text(family, table, Columns(incrementing="id"), query_suffix=" limit 5 ") == (
        f"SELECT * FROM {fqn} WHERE {i} > ? ORDER BY {i} ASC limit 5"
    )
    assert text(family, table, Columns(stamps=("u",))) == (
        f"SELECT * FROM {fqn} WHERE {u} > ? AND {u} < ? ORDER BY {u} ASC"
    )
    assert text(family, table, Columns(stamps=("w", "u"), incrementing="id")) == (
        f"SELECT * FROM {fqn} WHERE {both} < ? AND (({both} = ? AND {i} > ?) OR {both} > ?) ORDER BY {both},{i} ASC"
    )


def test_unquoted_and_query_mode() -> None:
    table = TableId("d", None, "t")
    assert text("mysql", table, Columns(stamps=("u",)), quote_sql_identifiers="never") == (
        "SELECT * FROM d.t WHERE d.t.u > ? AND d.t.u < ? ORDER BY d.t.u ASC"
    )
    assert text("mysql", None, Columns(stamps=("u",), incrementing="id"), query="select * from t") == (
        "select * from t WHERE `u` < ? AND ((`u` = ? AND `id` > ?) OR `u` > ?) ORDER BY `u`,`id` ASC"
    )


def test_markers_leave_the_users_text_alone() -> None:
    statement = change_statement("select '?' from t where a like '%'", stamps=[], incrementing="id", suffix="")
    assert bind(statement, "?") == "select '?' from t where a like '%' WHERE id > ? ORDER BY id ASC"
    assert bind(statement, "%s") == "select '?' from t where a like '%%' WHERE id > %s ORDER BY id ASC"
    assert bind(statement, ":{}") == "select '?' from t where a like '%' WHERE id > :1 ORDER BY id ASC"
    bulk = change_statement("select '%'", stamps=[], incrementing=None, suffix="")
    assert bind(bulk, "%s") == "select '%'"


@pytest.mark.parametrize(
    ("family", "sql"),
    [
        ("mysql", "SELECT CURRENT_TIMESTAMP"),
        ("postgresql", "SELECT CURRENT_TIMESTAMP"),
        ("sqlite", "SELECT strftime('%Y-%m-%d %H:%M:%f','now')"),
        ("oracle", "select CURRENT_TIMESTAMP from dual"),
        ("sqlserver", "SELECT CURRENT_TIMESTAMP"),
        ("sybase", "select getdate()"),
        ("db2", "SELECT CURRENT_TIMESTAMP(12) FROM SYSIBM.SYSDUMMY1"),
        ("derby", "values(CURRENT_TIMESTAMP)"),
        ("sap", "SELECT CURRENT_TIMESTAMP FROM DUMMY"),
    ],
)
def test_clock_statements(family: str, sql: str) -> None:
    assert for_family(family).clock_sql == sql


def test_bound_timestamps_are_wall_clock_of_the_zone() -> None:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    york = ZoneInfo("America/New_York")
    assert for_family("mysql").bind_timestamp(epoch, york) == datetime(1969, 12, 31, 19)  # noqa: DTZ001
    assert for_family("postgresql").bind_timestamp(epoch, york) == "1969-12-31 19:00:00-05:00"


def test_partitions() -> None:
    table = TableId("shop", None, "orders")
    assert list(offsets.table_partition(table).items()) == [("protocol", "1"), ("table", "shop.orders")]
    assert offsets.old_partition(table) == {"table": "orders"}


@pytest.mark.parametrize(
    ("stamp", "milliseconds", "nanos"),
    [
        (datetime(2024, 1, 2, 0, 0, 54, 654321, tzinfo=UTC), 1704153654654, 654321000),
        (datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC), -500, 500000000),
        (datetime(1, 1, 1, 0, 0, 0, 999999, tzinfo=UTC), -62135596799001, 999999000),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 253402300799999, 999999000),
    ],
)
def test_offsets_are_written_in_javas_order_and_read_back(stamp: datetime, milliseconds: int, nanos: int) -> None:
    written = offsets.offset_map(2, stamp)
    assert list(written.items()) == [("timestamp_nanos", nanos), ("incrementing", 2), ("timestamp", milliseconds)]
    assert offsets.offset_maps([2], [stamp]) == [written]
    assert offsets.read_position(written) == offsets.Position(2, stamp)
    assert offsets.offset_map(None, stamp) == {"timestamp_nanos": nanos, "timestamp": milliseconds}


def test_old_offsets_and_bad_ones() -> None:
    assert offsets.read_position({"timestamp": 1500}).stamp == datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)
    assert offsets.read_position(None) == offsets.Position()
    with pytest.raises(ConnectError, match="incrementing must be a whole number"):
        offsets.read_position({"incrementing": "7"})
