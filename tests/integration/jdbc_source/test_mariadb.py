"""The source against a real MariaDB: every type, every mode, positions, and what the original gets wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connect_core.connectors.jdbc.client import Database
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.source import JdbcSourceConnector
from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.errors import ConfigError, ConnectError, DataError, Fatal, stack_trace
from connect_core.local.mariadb import MariaDB

type Make = Callable[..., Any]
type Names = Callable[..., str]

TYPES = [
    ("tinyint_1", "TINYINT(1)", "-5", "INT8", -5),
    ("tinyint_4", "TINYINT", "127", "INT8", 127),
    ("tinyint_u", "TINYINT UNSIGNED", "255", "INT16", 255),
    ("smallint_s", "SMALLINT", "-32768", "INT16", -32768),
    ("smallint_u", "SMALLINT UNSIGNED", "65535", "INT32", 65535),
    ("mediumint_s", "MEDIUMINT", "-8388608", "INT32", -8388608),
    ("mediumint_u", "MEDIUMINT UNSIGNED", "16777215", "INT64", 16777215),
    ("int_s", "INT", "-2147483648", "INT32", -2147483648),
    ("int_u", "INT UNSIGNED", "4294967295", "INT64", 4294967295),
    ("int_z", "INT(6) ZEROFILL", "42", "INT64", 42),
    ("bigint_s", "BIGINT", "-9223372036854775808", "INT64", -(1 << 63)),
    ("bigint_u", "BIGINT UNSIGNED", "9223372036854775807", "INT64", (1 << 63) - 1),
    ("float_4", "FLOAT", "1.5", "FLOAT32", 1.5),
    ("double_8", "DOUBLE", "2.25", "FLOAT64", 2.25),
    ("decimal_10_2", "DECIMAL(10,2)", "-12345678.90", f"{DECIMAL}/2/10", Decimal("-12345678.90")),
    ("decimal_u", "DECIMAL(10,2) UNSIGNED", "1.10", f"{DECIMAL}/2/10", Decimal("1.10")),
    ("numeric_5_0", "NUMERIC(5,0)", "99999", f"{DECIMAL}/0/5", Decimal(99999)),
    ("bit_1", "BIT(1)", "b'1'", "INT8", 1),
    ("bit_8", "BIT(8)", "b'10101010'", "INT8", -86),
    ("year_4", "YEAR", "2024", DATE, date(2024, 1, 1)),
    ("date_3", "DATE", "'2024-02-29'", DATE, date(2024, 2, 29)),
    ("date_old", "DATE", "'1500-01-01'", DATE, date(1970, 1, 1) + timedelta(days=-171655)),
    ("time_3", "TIME(3)", "'23:59:59.999'", TIME, time(23, 59, 59, 999000)),
    (
        "datetime_6",
        "DATETIME(6)",
        "'2024-02-29 23:59:59.123456'",
        TIMESTAMP,
        datetime(2024, 2, 29, 23, 59, 59, 123456, UTC),
    ),
    ("datetime_19", "DATETIME", "'1969-07-20 20:17:40'", TIMESTAMP, datetime(1969, 7, 20, 20, 17, 40, 0, UTC)),
    (
        "timestamp_3",
        "TIMESTAMP(3)",
        "'2024-02-29 23:59:59.5'",
        TIMESTAMP,
        datetime(2024, 2, 29, 23, 59, 59, 500000, UTC),
    ),
    ("char_5", "CHAR(5)", "'ab'", "STRING", "ab"),
    ("varchar_u", "VARCHAR(300)", "repeat('ü€', 100)", "STRING", "ü€" * 100),
    ("text_t", "TEXT", "''", "STRING", ""),
    ("enum_t", "ENUM('a','b')", "'b'", "STRING", "b"),
    ("set_t", "SET('x','y')", "'x,y'", "STRING", "x,y"),
    ("json_t", "JSON", """'{"a": 1}'""", "STRING", '{"a": 1}'),
    ("uuid_t", "UUID", "'123e4567-e89b-12d3-a456-426655440000'", "STRING", "123e4567-e89b-12d3-a456-426655440000"),
    ("inet_t", "INET6", "'::1'", "STRING", "::1"),
    ("binary_4", "BINARY(4)", "x'00ff00'", "BYTES", b"\x00\xff\x00\x00"),
    ("varbinary_t", "VARBINARY(9)", "x'fbfe'", "BYTES", b"\xfb\xfe"),
    ("blob_t", "LONGBLOB", "repeat(x'00', 70000)", "BYTES", b"\0" * 70000),
    ("geometry_t", "POINT", "ST_GeomFromText('POINT(1 2)', 4326)", "BYTES", None),
]


def kind(schema: Any) -> str:
    if schema.name == DECIMAL:
        return f"{DECIMAL}/{schema.parameters['scale']}/{schema.parameters['connect.decimal.precision']}"
    return str(schema.name or schema.type.name)


def test_every_type(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    columns = ", ".join(f"{name} {sql}" for name, sql, *_ in TYPES)
    values = ", ".join(item[2] for item in TYPES)
    mariadb.sql(
        f"CREATE TABLE {table} (id INT PRIMARY KEY, {columns}); INSERT INTO {table} VALUES (1, {values}); "
        f"INSERT INTO {table} (id, timestamp_3) VALUES (2, NULL);"
    )
    full, empty = source(mariadb, "bulk", table_whitelist=table, topic_prefix="p-").run()
    schema = full.value_schema
    assert (schema.name, full.topic, full.key, full.timestamp) == (table, f"p-{table}", None, None)
    assert [field.name for field in schema.fields] == ["id", *(item[0] for item in TYPES)]
    assert not schema.field("id").schema.optional
    for name, _, _, type_name, value in TYPES:
        field = schema.field(name).schema
        assert (name, kind(field)) == (name, type_name)
        assert (name, field.optional, empty.value[name]) == (name, True, None)
        if value is not None:
            assert (name, full.value[name]) == (name, value)
    assert full.value["geometry_t"][:5] == b"\xe6\x10\x00\x00\x01"
    assert (full.source_partition, full.source_offset) == ({"table": table}, None)


def test_rows_that_do_not_fit_are_single_bad_records(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (id INT PRIMARY KEY AUTO_INCREMENT, u BIGINT UNSIGNED, b BIT(9), t TIME, d DATE);"
        f"SET sql_mode=''; INSERT INTO {table} (u, b, t, d) VALUES"
        " (18446744073709551615, 1, NULL, NULL), (1, 257, NULL, NULL), (1, 1, '-12:00:00', NULL),"
        " (1, 1, NULL, '0000-00-00'), (5, 6, '07:00:00', '2024-01-01');"
    )
    records = source(mariadb, "incrementing", table_whitelist=table).run()
    assert [record.source_offset for record in records] == [{"incrementing": n} for n in range(1, 6)]
    problems = [str(record.value) for record in records[:4]]
    assert all(isinstance(record.value, DataError) for record in records[:4])
    assert "Value '18,446,744,073,709,551,615' is outside of valid range for type java.lang.Long" in problems[0]
    assert "Value '257' is outside of valid range for type java.lang.Byte" in problems[1]
    assert "The value '-12:00:00' is an invalid TIME value" in problems[2]
    assert "Zero date value prohibited" in problems[3]
    assert records[4].value == {"id": 5, "u": 5, "b": 6, "t": time(7), "d": date(2024, 1, 1)}


def test_url_parameters_change_types(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"SET sql_mode=''; CREATE TABLE {table} (y YEAR, b TINYINT(1), d DATE);"
        f"INSERT INTO {table} VALUES (1999, 2, '0000-00-00')"
    )
    url = mariadb.jdbc_url() + "?yearIsDateType=false&transformedBitIsBoolean=true&zeroDateTimeBehavior=CONVERT_TO_NULL"
    (record,) = source(mariadb, "bulk", table_whitelist=table, connection_url=url).run()
    assert record.value == {"y": 1999, "b": True, "d": None}


def test_timestamp_ladder(mariadb: MariaDB, source: Make, unique: Names) -> None:
    """Rows T1, T1, T2, T2, T3 on a stored T0 carry T0, T1, T1, T2, T3, in any batch size; then nothing repeats."""
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT, ts DATETIME(6) NOT NULL)")
    moments = ["00.000001", "01.1", "01.1", "02.123456", "02.123456", "03"]
    rows = ", ".join(f"({n}, '2024-01-01 00:00:{moment}')" for n, moment in enumerate(moments))
    mariadb.sql(f"INSERT INTO {table} VALUES {rows}")
    stamps = [
        {"timestamp_nanos": nanos, "timestamp": 1704067200000 + ms}
        for nanos, ms in ((1000, 0), (100000000, 1100), (123456000, 2123), (0, 3000))
    ]
    for size in ("1", "2", "1000"):
        reader = source(mariadb, "timestamp", table_whitelist=table, timestamp_column_name="ts", batch_max_rows=size)
        reader.offsets.store({"protocol": "1", "table": f"test.{table}"}, stamps[0])
        records = reader.run()
        assert [record.value["id"] for record in records] == [1, 2, 3, 4, 5]
        expected = [stamps[0], stamps[1], stamps[1], stamps[2], stamps[3]]
        assert [record.source_offset for record in records] == expected
        assert reader.run() == []  # microseconds survive the binding: the last row is not sent again


def test_both_columns_and_resume(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (id BIGINT PRIMARY KEY AUTO_INCREMENT, made DATETIME(3), changed DATETIME(3));"
        f"INSERT INTO {table} (made, changed) VALUES"
        " ('2024-01-01', NULL), ('2024-01-01', '2024-01-02'), ('2024-01-01', NULL)"
    )
    reader = source(
        mariadb,
        "timestamp+incrementing",
        table_whitelist=f"test.{table}",
        timestamp_column_name="changed,made",
        validate_non_null="false",
        db_timezone="America/New_York",
    )
    assert [record.value["id"] for record in reader.run()] == [1, 3, 2]
    last = reader.records[-1]
    assert list(last.source_offset.items()) == [
        ("timestamp_nanos", 0),
        ("incrementing", 2),
        ("timestamp", 1704171600000),
    ]
    assert last.value["changed"] == datetime(2024, 1, 2, 5, tzinfo=UTC)
    mariadb.sql(
        f"INSERT INTO {table} (made) VALUES ('2024-01-02'); UPDATE {table} SET changed = '2024-01-03' WHERE id = 1"
    )
    assert [record.value["id"] for record in reader.run()] == [4, 1]
    assert reader.run() == []


def test_incrementing_resumes_from_both_protocols(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY AUTO_INCREMENT); INSERT INTO {table} VALUES (1), (2), (3)")
    reader = source(mariadb, "incrementing", table_whitelist=table)
    reader.offsets.store({"table": table}, {"incrementing": 1})
    assert [record.value["id"] for record in reader.run()] == [2, 3]
    assert reader.records[-1].source_partition == {"protocol": "1", "table": f"test.{table}"}
    mariadb.sql(f"INSERT INTO {table} VALUES (4)")
    assert [record.value["id"] for record in reader.run()] == [4]


def test_initial_timestamps(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (id INT, ts DATETIME NOT NULL);"
        f"INSERT INTO {table} VALUES (1, '2024-01-01'), (2, '2024-01-02'), (3, now() + interval 1 day)"
    )
    keys = {"table_whitelist": table, "timestamp_column_name": "ts"}
    ids = lambda **more: [r.value["id"] for r in source(mariadb, "timestamp", **keys, **more).run()]  # noqa: E731
    assert ids() == [1, 2]
    assert ids(timestamp_initial="1704067200000") == [2]
    assert ids(timestamp_initial="-1") == []
    assert ids(timestamp_delay_interval_ms="9999999999999") == []


def test_query_mode(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (id INT, v VARCHAR(9)); INSERT INTO {table} VALUES (1, 'a%'), (2, 'b'), (3, 'c%')"
    )
    query = f"SELECT * FROM (SELECT id, v AS name FROM {table} WHERE v LIKE '%\\%') o"
    keys = {"incrementing_column_name": "id", "topic_prefix": "all"}
    for key in ("query", "query_masked"):
        reader = source(mariadb, "incrementing", **keys, **{key: query}, query_suffix="LIMIT 1")
        assert reader.task_configs(5) == [reader.config | {"tables": "", "tables.fetched": "true"}]
        assert [r.value for r in reader.run()] == [{"id": 1, "name": "a%"}]
        (record,) = reader.run()
        assert (record.topic, record.value_schema.name) == ("all", None)
        assert (record.source_partition, record.source_offset) == ({"query": "query"}, {"incrementing": 3})
    assert source(mariadb, "bulk", query=query).run()[0].source_offset is None


def test_a_bad_query_is_found_at_validation(mariadb: MariaDB, source: Make) -> None:
    validate = JdbcSourceConnector.validate
    (text,) = validate(source(mariadb, "bulk", query="select * from missing_table").config)["query"]
    assert text.endswith("with the database being connected (SQLState: 42S02, errorCode: 1146)")
    (text,) = validate(source(mariadb, "bulk", query="select from").config)["query"]
    assert text.endswith("(SQLState: 42000, errorCode: 1064)")
    wrong = source(mariadb, "bulk", table_whitelist="t", connection_password="wrong")
    (text,) = validate(wrong.config)["connection.url"]
    assert text.startswith("Could not connect to database. Access denied for user ")
    unknown = source(mariadb, "bulk", table_whitelist="t", connection_url=mariadb.jdbc_url("nowhere"))
    assert validate(unknown.config) == {"connection.url": ["Could not connect to database. Unknown database 'nowhere'"]}


def test_discovery(mariadb: MariaDB, source: Make, unique: Names) -> None:
    stem = unique("x")
    names = [f"{stem}_a", f"{stem}b", f"{stem}_c", f"{stem}, d", f"{stem}_e"]
    quoted = "; ".join(f"CREATE TABLE `{name}` (id INT PRIMARY KEY)" for name in names)
    mariadb.sql(f"{quoted}; CREATE VIEW {stem}_v AS SELECT * FROM {stem}_a")
    pattern = rf"test\.{stem}.*"

    def tables(count: int = 1, **keys: str) -> list[str]:
        configs = source(mariadb, "bulk", catalog_pattern="test", **keys).task_configs(count)
        return [config["tables"] for config in configs]

    assert tables(table_include_list=pattern, table_exclude_list=f".*_c,.*{stem}b") == [
        f"`test`.`{stem}, d`,`test`.`{stem}_a`,`test`.`{stem}_e`"
    ]
    assert tables(table_include_list=pattern, table_types="VIEW") == [f"`test`.`{stem}_v`"]
    assert len(tables(3, table_include_list=pattern)) == 3
    assert tables(table_include_list=pattern.upper()) == [""]
    assert tables(table_include_list=pattern, table_exclude_list=".*[bcd]", quote_sql_identifiers="never") == [
        f"test.{stem}_a,test.{stem}_e"
    ]


def test_no_table_fails_the_task(mariadb: MariaDB, source: Make) -> None:
    with pytest.raises(ConfigError, match="Task is being killed because it was not assigned a table"):
        source(mariadb, "bulk", table_whitelist="no_such_table_here").run()


def test_underscores_are_no_wildcards(mariadb: MariaDB, source: Make, unique: Names) -> None:
    """``a_b`` has neither id nor NOT NULL; ``axb`` has. The original takes columns of both."""
    stem = unique("w")
    mariadb.sql(
        f"CREATE TABLE {stem}_b (v INT, ts DATETIME); CREATE TABLE {stem}xb (id INT PRIMARY KEY, ts DATETIME NOT NULL)"
    )
    with pytest.raises(ConfigError) as caught:
        source(mariadb, "incrementing", table_whitelist=f"{stem}_b", incrementing_column_name="id").run()
    assert str(caught.value) == f"Incrementing column: id does not exist in table '`test`.`{stem}_b`'"
    with pytest.raises(ConnectError) as nullable:
        source(mariadb, "timestamp", table_whitelist=f"{stem}_b", timestamp_column_name="ts").run()
    assert str(nullable.value) == (
        f"Cannot make incremental queries using timestamp columns ts on `test`.`{stem}_b` because all of these columns "
        "are nullable."
    )


def test_column_mappings(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (n INT PRIMARY KEY, u DATETIME NOT NULL); INSERT INTO {table} VALUES (7, '2024-01-01')"
    )
    keys = {"table_include_list": f".*{table}", "timestamp_columns_mapping": ".*:[u]"}
    reader = source(mariadb, "timestamp+incrementing", **keys, incrementing_column_mapping=rf"test\.{table}:n")
    assert [r.value["n"] for r in reader.run()] == [7]
    for mapping, text in (("nothing:n", "does not match any"), (".*:n,.*t.*:n", "matches more than one")):
        bad = source(mariadb, "timestamp+incrementing", **keys, incrementing_column_mapping=mapping)
        with pytest.raises(ConnectError) as caught:
            bad.run()
        start = f"""Error while validating incrementing column mappings: Included table '"test"."{table}"'"""
        assert str(caught.value) == f"{start} {text} of the provided regexes"


def test_sql_errors(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY)")
    reader = source(mariadb, "bulk", table_whitelist=table)
    (config,) = reader.task_configs()
    task = reader.task(config)
    assert task.poll() == []
    assert task.idle_ms() > 0
    mariadb.sql(f"DROP TABLE {table}")
    task._readers[0].finished_at = float("-inf")
    with pytest.raises(Fatal, match="Error while polling for records") as caught:
        task.poll()
    heads = [line for line in stack_trace(caught.value).splitlines() if not line.startswith("\t")]
    text = f"java.sql.SQLSyntaxErrorException: Table 'test.{table}' doesn't exist"
    connect = "org.apache.kafka.connect.errors.ConnectException"
    assert heads == [
        f"{connect}: Error while polling for records",
        f"Caused by: {connect}: {text}",
        f"Caused by: {text}",
    ]
    task.stop()


def test_errors_of_the_reader_have_the_originals_frames(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY); INSERT INTO {table} VALUES (1)")
    reader = source(mariadb, "incrementing", table_whitelist=table, incrementing_column_name="ID")
    with pytest.raises(Fatal) as caught:
        reader.run()
    heads = [line for line in stack_trace(caught.value).splitlines() if not line.startswith("\t")]
    assert heads == [
        "org.apache.kafka.connect.errors.ConnectException: Error while polling for records",
        "Caused by: org.apache.kafka.connect.errors.ConnectException: Error while processing table querier",
        "Caused by: org.apache.kafka.connect.errors.DataException: Incrementing column ID not found in id",
    ]


def test_a_lost_connection_is_replaced(mariadb: MariaDB, source: Make, unique: Names) -> None:
    """Killed in the middle of a result that does not fit into the buffers: every row comes, once."""
    table = unique()
    mariadb.sql(
        f"CREATE TABLE {table} (id INT PRIMARY KEY, pad BLOB);"
        f"INSERT INTO {table} SELECT seq, repeat('x', 50000) FROM seq_1_to_400"
    )
    reader = source(mariadb, "incrementing", table_whitelist=table, batch_max_rows="2", poll_interval_ms="0")
    reader.config["incrementing.column.name"] = "id"
    (config,) = reader.task_configs()
    task = reader.task(config)
    seen = [record.value["id"] for record in task.poll()]
    mariadb.sql(f"KILL {task._connection.thread_id()}")
    for _ in range(210):
        seen += [record.value["id"] for record in task.poll()]
    assert seen == list(range(1, 401))
    assert task.poll() == []
    task.stop()


def test_a_connection_lost_between_queries_costs_nothing(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY AUTO_INCREMENT); INSERT INTO {table} VALUES (1), (2), (3)")
    reader = source(mariadb, "incrementing", table_whitelist=table, poll_interval_ms="0")
    (config,) = reader.task_configs()
    task = reader.task(config)
    mariadb.sql(f"KILL {task._connection.thread_id()}")
    seen = [record.value["id"] for _ in range(3) for record in task.poll()]
    assert seen == [1, 2, 3]
    task.stop()


def test_isolation_levels_and_session(mariadb: MariaDB, source: Make, unique: Names) -> None:
    table = unique()
    mariadb.sql(f"CREATE TABLE {table} (id INT PRIMARY KEY); INSERT INTO {table} VALUES (1)")
    for mode in ("READ_UNCOMMITTED", "READ_COMMITTED", "REPEATABLE_READ", "SERIALIZABLE"):
        reader = source(
            mariadb,
            "bulk",
            query=f"SELECT @@tx_isolation AS level, id FROM {table}",
            transaction_isolation_mode=mode,
        )
        assert reader.run()[0].value["level"] == mode.replace("_", "-")
    config = JdbcSourceConfig.parse(reader.config)
    assert Database(config.settings).dialect.product == "MySQL"


def test_memory_does_not_grow_with_the_table(mariadb: MariaDB, source: Make) -> None:
    peaks = {}
    for rows in (50_000, 500_000):
        reader = source(mariadb, "bulk", query=f"SELECT seq AS id, repeat('x', 40) AS pad FROM seq_1_to_{rows}")
        count, peaks[rows] = reader.peak_memory()
        assert count == rows
    assert peaks[500_000] < peaks[50_000] * 1.1
