"""The source against a real PostgreSQL: types, positions, server-side cursors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connect_core.connectors.jdbc.source import JdbcSourceConnector
from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.errors import ConfigError, DataError
from connect_core.local.postgres import Postgres

type Make = Callable[..., Any]
type Names = Callable[..., str]

TYPES = [
    ("bool_t", "boolean", "true", "BOOLEAN", True),
    ("bit_1", "bit(1)", "b'1'", "BOOLEAN", True),
    ("bit_8", "bit(8)", "b'00000101'", "INT8", 101),
    ("bit_20", "bit(20)", "b'11110000111100001111'", "BYTES", b"11110000111100001111"),
    ("int_2", "smallint", "-32768", "INT16", -32768),
    ("int_4", "integer", "-2147483648", "INT32", -2147483648),
    ("int_8", "bigint", "-9223372036854775808", "INT64", -(1 << 63)),
    ("oid_t", "oid", "4294967295", "INT64", 4294967295),
    ("real_t", "real", "1.5", "FLOAT32", 1.5),
    ("double_t", "double precision", "2.25", "FLOAT64", 2.25),
    ("money_t", "money", "'-1234.56'", "FLOAT64", -1234.56),
    ("numeric_10_2", "numeric(10,2)", "1.5", f"{DECIMAL}/2/10", Decimal("1.50")),
    ("numeric_5", "numeric(5)", "99999", f"{DECIMAL}/0/5", Decimal(99999)),
    ("numeric_t", "numeric", "1.25", f"{DECIMAL}/127/0", Decimal("1.25")),
    ("char_t", "char(5)", "'ab'", "STRING", "ab   "),
    ("varchar_t", "varchar", "'ü€'", "STRING", "ü€"),
    ("text_t", "text", "''", "STRING", ""),
    ("name_t", "name", "'n'", "STRING", "n"),
    ("json_t", "json", """'{"a":  1}'""", "STRING", '{"a":  1}'),
    ("jsonb_t", "jsonb", """'{"a":1}'""", "STRING", '{"a": 1}'),
    ("uuid_t", "uuid", "'123e4567-e89b-12d3-a456-426655440000'", "STRING", "123e4567-e89b-12d3-a456-426655440000"),
    ("bytea_t", "bytea", r"'\x00ff'", "BYTES", b"\x00\xff"),
    ("date_t", "date", "'2024-02-29'", DATE, date(2024, 2, 29)),
    ("date_old", "date", "'1500-01-01'", DATE, date(1970, 1, 1) + timedelta(days=-171655)),
    ("time_t", "time", "'23:59:59.999'", TIME, time(23, 59, 59, 999000)),
    ("timetz_t", "timetz", "'12:00:00+02'", TIME, time(10)),
    ("ts_t", "timestamp", "'2024-02-29 23:59:59.123456'", TIMESTAMP, datetime(2024, 2, 29, 23, 59, 59, 123456, UTC)),
    ("tz_t", "timestamptz", "'2024-02-29 23:59:59.5+02'", TIMESTAMP, datetime(2024, 2, 29, 21, 59, 59, 500000, UTC)),
    ("array_t", "int[]", "'{1,2}'", None, None),
    ("inet_t", "inet", "'10.0.0.1'", None, None),
    ("interval_t", "interval", "'1 day'", None, None),
    ("point_t", "point", "'(1,2)'", None, None),
    ("range_t", "int4range", "'[1,2)'", None, None),
]


def kind(schema: Any) -> str:
    if schema.name == DECIMAL:
        return f"{DECIMAL}/{schema.parameters['scale']}/{schema.parameters['connect.decimal.precision']}"
    return str(schema.name or schema.type.name)


def test_every_type(postgres: Postgres, source: Make, unique: Names, caplog: pytest.LogCaptureFixture) -> None:
    table = unique()
    columns = ", ".join(f"{name} {sql}" for name, sql, *_ in TYPES)
    values = ", ".join(item[2] for item in TYPES)
    postgres.sql(
        f"CREATE TYPE mood_{table} AS ENUM ('sad', 'ok'); CREATE DOMAIN small_{table} AS int;"
        f"CREATE TABLE {table} (id serial PRIMARY KEY, {columns}, mood mood_{table}, small small_{table} NOT NULL);"
        f"INSERT INTO {table} VALUES (100, {values}, 'ok', 5); INSERT INTO {table} (small) VALUES (7);"
    )
    full, empty = source(postgres, "bulk", schema_pattern="public", table_whitelist=table).run()
    schema = full.value_schema
    kept = [item for item in TYPES if item[3] is not None]
    assert [field.name for field in schema.fields] == ["id", *(item[0] for item in kept), "mood", "small"]
    assert "Column array_t is left out: JDBC type OTHER" in caplog.text
    assert [field.schema.optional for field in schema.fields] == [False, *(True for _ in kept), True, False]
    for name, _, _, type_name, value in kept:
        assert (name, kind(schema.field(name).schema)) == (name, type_name)
        assert (name, full.value[name], empty.value[name]) == (name, value, None)
    assert (full.value["mood"], full.value["small"]) == ("ok", 5)
    assert full.source_partition == {"table": table}


@pytest.mark.parametrize(
    ("mapping", "kinds"),
    [
        ("none", [DECIMAL] * 4),
        ("PRECISION_ONLY", ["INT16", "INT64", DECIMAL, DECIMAL]),
        ("best_fit", ["INT16", "INT64", "FLOAT64", DECIMAL]),
        ("best_fit_eager_double", ["INT16", "INT64", "FLOAT64", "FLOAT64"]),
    ],
)
def test_numeric_mapping(postgres: Postgres, source: Make, unique: Names, mapping: str, kinds: list[str]) -> None:
    table = unique()
    postgres.sql(
        f"CREATE TABLE {table} (a numeric(4), b numeric(18), c numeric(9,2), d numeric(30,2));"
        f"INSERT INTO {table} VALUES (1234, 123456789012345678, 1.25, 2.5)"
    )
    (record,) = source(postgres, "bulk", table_whitelist=table, schema_pattern="public", numeric_mapping=mapping).run()
    assert [field.schema.name or field.schema.type.name for field in record.value_schema.fields] == kinds
    assert list(record.value.values()) == [1234, 123456789012345678, 1.25, 2.5]


def test_rows_that_do_not_fit_are_single_bad_records(postgres: Postgres, source: Make, unique: Names) -> None:
    table = unique()
    postgres.sql(
        f"CREATE TABLE {table} (id serial PRIMARY KEY, t timestamp, n numeric);"
        f"INSERT INTO {table} (t, n) VALUES"
        " ('infinity', 1), ('0044-03-15 BC', 1), ('2024-01-01', 'NaN'), ('2024-01-01', 1)"
    )
    records = source(postgres, "incrementing", table_whitelist=table, schema_pattern="public").run()
    assert [isinstance(record.value, DataError) for record in records] == [True, True, True, False]
    assert "Column n: Bad value for type BigDecimal : NaN" in str(records[2].value)
    assert [record.source_offset for record in records] == [{"incrementing": n} for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("kind_of_column", ["timestamp(6)", "timestamptz(6)"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_positions(postgres: Postgres, source: Make, unique: Names, kind_of_column: str, zone: str) -> None:
    table = unique()
    postgres.sql(
        f"CREATE TABLE {table} (id serial PRIMARY KEY, ts {kind_of_column} NOT NULL);"
        f"INSERT INTO {table} (ts)"
        " SELECT timestamp '2024-01-01' + n * interval '1.000001 s' FROM generate_series(1, 5) n"
    )
    keys = {"schema_pattern": "public", "table_whitelist": table, "timestamp_column_name": "ts", "db_timezone": zone}
    for mode in ("timestamp", "timestamp+incrementing"):
        reader = source(postgres, mode, **keys, batch_max_rows="2")
        assert [record.value["id"] for record in reader.run()] == [1, 2, 3, 4, 5]
        assert reader.records[-1].source_partition == {"protocol": "1", "table": f"public.{table}"}
        assert reader.records[-1].source_offset["timestamp_nanos"] == 5000
        assert reader.run() == []
        postgres.sql(f"INSERT INTO {table} (ts) SELECT max(ts) + interval '0.000001 s' FROM {table}")
        assert [record.value["id"] for record in reader.run()] == [6]
        postgres.sql(f"DELETE FROM {table} WHERE id > 5; ALTER SEQUENCE {table}_id_seq RESTART WITH 6")


def test_discovery_and_names(postgres: Postgres, source: Make, unique: Names) -> None:
    space = unique("space")
    postgres.sql(
        f'CREATE SCHEMA {space}; CREATE TABLE {space}."Mixed, ""Name" (id int PRIMARY KEY);'
        f'INSERT INTO {space}."Mixed, ""Name" VALUES (3); CREATE VIEW {space}.v AS SELECT 1 AS id;'
        f"CREATE MATERIALIZED VIEW {space}.m AS SELECT 2 AS id"
    )
    reader = source(postgres, "bulk", table_include_list=rf"{space}\..*", table_types="table,view,materialized view")
    (config,) = reader.task_configs()
    assert config["tables"] == f'"{space}"."m","{space}"."Mixed, ""Name","{space}"."v"'
    named = {record.value_schema.name: record.value["id"] for record in reader.run()}
    assert named == {"v": 1, "m": 2, 'Mixed, "Name': 3}


def test_errors(postgres: Postgres, source: Make, unique: Names) -> None:
    (text,) = JdbcSourceConnector.validate(source(postgres, "bulk", query="select * from missing_table").config)[
        "query"
    ]
    assert text.endswith("with the database being connected (SQLState: 42P01)")
    wrong = source(postgres, "bulk", table_whitelist="t", connection_password="hunter2")
    (text,) = JdbcSourceConnector.validate(wrong.config)["connection.url"]
    assert text.startswith("Could not connect to database. ")
    assert "password authentication failed" in text
    assert "hunter2" not in text
    table = unique()
    postgres.sql(f"CREATE TABLE {table} (v int)")
    with pytest.raises(ConfigError, match="No auto-increment column was found in table"):
        source(postgres, "incrementing", table_whitelist=table, schema_pattern="public").run()


def test_memory_does_not_grow_with_the_table(postgres: Postgres, source: Make) -> None:
    peaks = {}
    for rows in (50_000, 500_000):
        reader = source(postgres, "bulk", query=f"SELECT n, repeat('x', 100) AS pad FROM generate_series(1, {rows}) n")
        count, peaks[rows] = reader.peak_memory()
        assert count == rows
    assert peaks[500_000] < peaks[50_000] * 1.1
