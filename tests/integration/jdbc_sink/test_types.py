"""Every Connect type into every database, through each way rows are sent (many at once, one alone, escaped)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.data import array, date_schema, decimal_schema, struct, time_schema, timestamp_schema
from connect_core.data.schema import (
    INT32,
    INT64,
    OPTIONAL_BOOLEAN,
    OPTIONAL_BYTES,
    OPTIONAL_FLOAT32,
    OPTIONAL_FLOAT64,
    OPTIONAL_INT8,
    OPTIONAL_INT16,
    OPTIONAL_INT32,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
    STRING,
)
from connect_core.errors import Fatal


def wall(*parts: int) -> datetime:
    """A naive timestamp, as databases give them."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)


ALL = struct(
    [
        ("id", INT64),
        ("i8", OPTIONAL_INT8),
        ("i16", OPTIONAL_INT16),
        ("i32", OPTIONAL_INT32),
        ("i64", OPTIONAL_INT64),
        ("f32", OPTIONAL_FLOAT32),
        ("f64", OPTIONAL_FLOAT64),
        ("ok", OPTIONAL_BOOLEAN),
        ("text", OPTIONAL_STRING),
        ("data", OPTIONAL_BYTES),
        ("amount", decimal_schema(4, optional=True)),
        ("day", date_schema(optional=True)),
        ("hour", time_schema(optional=True)),
        ("at", timestamp_schema(optional=True)),
    ]
)
VALUE = {
    "i8": -128,
    "i16": -32768,
    "i32": 2**31 - 1,
    "i64": -(2**63),
    "f32": 0.5,
    "f64": 0.1,
    "ok": True,
    "text": "plain",
    "data": b"\x00'\\\xff",
    "amount": Decimal("-1234567890.1234"),
    "day": date(2024, 2, 29),
    "hour": time(23, 59, 59, 123000),
    "at": datetime(2024, 2, 29, 23, 59, 59, 123000, tzinfo=UTC),
}
STORED = {
    "mariadb": {
        "ok": 1,
        "hour": timedelta(hours=23, minutes=59, seconds=59, milliseconds=123),
        "at": wall(2024, 2, 29, 23, 59, 59, 123000),
    },
    "postgresql": {"at": wall(2024, 2, 29, 23, 59, 59, 123000)},
    "sqlite": {
        "ok": 1,
        "amount": -1234567890.1234,
        "day": 1709164800000,
        "hour": 86399123,
        "at": 1709251199123,
    },
}
TEXTS = [
    "",
    "it's",
    'say "hi"',
    "back\\slash",
    "\\'",
    "\\\\u0041 \\n",
    "tab\tnewline\n\r\b\f",
    "\x01\x1f\x7f",
    "äöü €",
    "🦆",
]


@pytest.mark.parametrize("count", [1, 3])
def test_all_types(target, sink, record, topic, count):
    task = sink(target)
    task.put([record(topic, i, ALL, {"id": i, **VALUE}) for i in range(count)])
    expected = VALUE | STORED[target.name]
    assert target.rows(topic) == [(i, *(expected[f.name] for f in ALL.fields[1:])) for i in range(count)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("absent", [False, True])
def test_nulls(target, sink, record, topic, count, absent):
    value = {} if absent else dict.fromkeys(VALUE)
    sink(target).put([record(topic, i, ALL, {"id": i, **value}) for i in range(count)])
    assert target.rows(topic) == [(i, *[None] * (len(ALL.fields) - 1)) for i in range(count)]


@pytest.mark.parametrize("together", [False, True])
def test_texts_arrive_as_they_are(target, sink, record, topic, together):
    schema = struct([("id", INT32), ("text", STRING)])
    records = [record(topic, i, schema, {"id": i, "text": text}) for i, text in enumerate(TEXTS)]
    task = sink(target, {"batch.size": "3000" if together else "1"})
    task.put(records)
    assert [text for _, text in target.rows(topic)] == TEXTS


def test_mysql_without_backslash_escapes(open_target, sink, record, topic):
    target = open_target("mariadb")
    url = target.config["connection.url"] + "?sessionVariables=sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"
    schema = struct([("id", INT32), ("text", STRING), ("data", OPTIONAL_BYTES)])
    task = sink(target, {"connection.url": url})
    task.put([record(topic, i, schema, {"id": i, "text": t, "data": t.encode()}) for i, t in enumerate(TEXTS)])
    assert target.rows(topic) == [(i, text, text.encode()) for i, text in enumerate(TEXTS)]


def test_instants_are_wall_clocks_of_db_timezone(target, sink, record, topic):
    schema = struct([("id", INT32), ("at", timestamp_schema()), ("day", date_schema()), ("hour", time_schema())])
    value = {"at": datetime(2024, 7, 1, 2, 0, tzinfo=UTC), "day": date(2024, 7, 1), "hour": time(2, 0)}
    task = sink(target, {"db.timezone": "America/New_York", "date.timezone": "UTC"})
    task.put([record(topic, i, schema, {"id": i, **value}) for i in range(2)])
    local = wall(2024, 6, 30, 22, 0)
    expected = {  # a Time is moved as of 1970-01-01, in winter
        "sqlite": (1719799200000, 1719792000000, 7200000),
        "mariadb": (local, date(2024, 7, 1), timedelta(hours=21)),
        "postgresql": (local, date(2024, 7, 1), time(21, 0)),
    }[target.name]
    assert target.rows(topic) == [(0, *expected), (1, *expected)]


def test_dates_are_bound_in_db_timezone_by_default(open_target, sink, record, topic):
    target = open_target("mariadb")
    schema = struct([("id", INT32), ("day", date_schema())])
    sink(target, {"db.timezone": "America/New_York"}).put(
        [record(topic, 0, schema, {"id": 0, "day": date(2024, 7, 1)})]
    )
    assert target.rows(topic) == [(0, date(2024, 6, 30))]


def test_timestamp_with_time_zone_keeps_the_instant(open_target, sink, record, topic):
    target = open_target("postgresql")
    target.run(f'CREATE TABLE "{topic}" (id INT, at TIMESTAMPTZ)')
    schema = struct([("id", INT32), ("at", timestamp_schema())])
    instant = datetime(2024, 7, 1, 2, 0, 0, 5000, tzinfo=UTC)
    task = sink(target, {"db.timezone": "Asia/Tokyo"})
    task.put([record(topic, i, schema, {"id": i, "at": instant}) for i in range(2)])
    task.put([record(topic, 2, schema, {"id": 2, "at": instant})])
    assert [at for _, at in target.rows(topic)] == [instant] * 3


@pytest.mark.parametrize(
    ("calendar", "shown"), [("LEGACY", date(1500, 1, 1)), ("PROLEPTIC_GREGORIAN", date(1500, 1, 10))]
)
@pytest.mark.parametrize("name", ["mariadb", "postgresql"])
def test_days_before_the_gregorian_calendar(open_target, sink, record, topic, name, calendar, shown):
    target = open_target(name)
    schema = struct([("id", INT32), ("day", date_schema()), ("at", timestamp_schema())])
    day = date(1500, 1, 10)  # -171655: what the source reads from a LEGACY 1500-01-01
    value = {"day": day, "at": datetime(1500, 1, 10, 12, tzinfo=UTC)}
    task = sink(target, {"date.calendar.system": calendar})
    task.put([record(topic, i, schema, {"id": i, **value}) for i in range(2)])
    task.put([record(topic, 2, schema, {"id": 2, **value})])
    assert target.rows(topic) == [(i, shown, wall(shown.year, shown.month, shown.day, 12)) for i in range(3)]


def test_timestamp_fields_list(target, sink, record, topic):
    schema = struct([("id", INT32), ("micros", INT64), ("digits", STRING)])
    config = {"timestamp.fields.list": "micros,digits"}
    task = sink(target, config)
    task.put([record(topic, i, schema, {"id": i, "micros": -1, "digits": "1709251199123456"}) for i in range(2)])
    shown = (wall(1969, 12, 31, 23, 59, 59, 999999), wall(2024, 2, 29, 23, 59, 59, 123456))
    if target.name == "sqlite":
        shown = (-1, 1709251199123)
    assert target.rows(topic) == [(0, *shown), (1, *shown)]


def test_timestamp_fields_in_nanoseconds(open_target, sink, record, topic):
    target = open_target("mariadb")
    schema = struct([("id", INT32), ("digits", STRING)])
    task = sink(target, {"timestamp.fields.list": "digits", "timestamp.precision.mode": "NANOSECONDS"})
    task.put([record(topic, 0, schema, {"id": 0, "digits": "-1"})])
    assert target.rows(topic) == [(0, wall(1970, 1, 1))]  # -1 ns is nearer to 0 than to the microsecond before


def test_fractions_of_a_second_survive_on_mariadb(open_target, sink, record, topic):
    target = open_target("mariadb")
    target.run(f"CREATE TABLE `{topic}` (id INT, at DATETIME(6))")
    schema = struct([("id", INT32), ("at", timestamp_schema())])
    task = sink(target)
    at = datetime(2024, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)
    task.put([record(topic, i, schema, {"id": i, "at": at}) for i in range(2)])
    assert target.rows(topic) == [(i, at.replace(tzinfo=None)) for i in range(2)]


def test_a_value_mysql_has_no_number_for(open_target, sink, record, topic):
    target = open_target("mariadb")
    schema = struct([("id", INT32), ("f", OPTIONAL_FLOAT64)])
    task = sink(target, reports=True)
    values = [1.5, float("nan"), float("inf"), None]
    task.put([record(topic, i, schema, {"id": i, "f": value}) for i, value in enumerate(values)])
    assert target.rows(topic) == [(0, 1.5), (3, None)]
    assert [r.offset for r, _ in task.context.reported] == [1, 2]


def test_postgresql_has_nan(open_target, sink, record, topic):
    target = open_target("postgresql")
    schema = struct([("id", INT32), ("f", OPTIONAL_FLOAT64)])
    task = sink(target)
    task.put([record(topic, i, schema, {"id": i, "f": v}) for i, v in enumerate([float("nan"), float("-inf")])])
    task.put([record(topic, 2, schema, {"id": 2, "f": float("inf")})])
    assert [str(f) for _, f in target.rows(topic)] == ["nan", "-inf", "inf"]


def test_postgresql_arrays(open_target, sink, record, topic):
    target = open_target("postgresql")
    schema = struct([("id", INT32), ("numbers", array(INT32)), ("words", array(STRING))])
    task = sink(target)
    value = {"numbers": [1, 2], "words": ["it's", 'a "b" \\ c', ""]}
    task.put([record(topic, i, schema, {"id": i, **value}) for i in range(2)])
    task.put([record(topic, 2, schema, {"id": 2, **value})])
    assert target.rows(topic) == [(i, [1, 2], value["words"]) for i in range(3)]


def test_no_column_type_for_arrays_elsewhere(open_target, sink, record, topic):
    schema = struct([("id", INT32), ("numbers", array(INT32))])
    task = sink(open_target("sqlite"))
    with pytest.raises(Fatal, match=r"^null \(ARRAY\) type doesn't have a mapping to the SQL database column type$"):
        task.put([record(topic, 0, schema, {"id": 0, "numbers": [1]})])


def test_a_value_that_is_not_what_its_schema_says(target, sink, record, topic):
    schema = struct([("id", INT32), ("text", STRING), ("day", date_schema(optional=True))])
    task = sink(target, reports=True)
    wrong = [{"id": 1, "text": "x", "day": "'); DROP TABLE x; --"}, {"id": 2, "text": "x", "day": 5}]
    task.put([record(topic, i, schema, v) for i, v in enumerate([*wrong, {"id": 3, "text": "fine", "day": None}])])
    assert [row[0] for row in target.rows(topic)] == [3]
    assert [r.offset for r, _ in task.context.reported] == [0, 1]
    assert all(isinstance(error, UnfitRecord) for _, error in task.context.reported)


def test_null_with_default(target, sink, record, topic):
    with_default = OPTIONAL_STRING.replace(default="it's \\ given")
    schema = struct([("id", INT32), ("text", with_default)])
    sink(target).put([record(topic, i, schema, {"id": i, "text": None}) for i in range(2)])
    sink(target, {"replace.null.with.default": "false"}).put([record(topic, 2, schema, {"id": 2, "text": None})])
    target.run(f"INSERT INTO {target.q(topic)} ({target.q('id')}) VALUES (3)")  # the column's own default
    assert target.rows(topic) == [(0, "it's \\ given"), (1, "it's \\ given"), (2, None), (3, "it's \\ given")]


@pytest.mark.parametrize("count", [1, 2])
def test_numbers_into_columns_of_another_kind(target, sink, record, topic, count):
    """The database converts as for a statement with typed parameters, one row or many."""
    kinds = {"mariadb": ("BIGINT", "TEXT"), "postgresql": ("BIGINT", "TEXT"), "sqlite": ("NUMERIC", "TEXT")}[
        target.name
    ]
    columns = {"id": "INT", "f": kinds[0], "d": kinds[0], "t": kinds[1], "n": "DECIMAL(20,4)", "x": "DOUBLE PRECISION"}
    spec = ", ".join(f"{target.q(name)} {kind}" for name, kind in columns.items())
    target.run(f"CREATE TABLE {target.q(topic)} ({spec})")
    schema = struct(
        [
            ("id", INT32),
            ("f", OPTIONAL_FLOAT64),
            ("d", decimal_schema(2)),
            ("t", INT64),
            ("n", OPTIONAL_FLOAT64),
            ("x", OPTIONAL_FLOAT32),
        ]
    )
    value = {"f": 3.0, "d": Decimal("7.00"), "t": 12, "n": 0.25, "x": 0.5}
    sink(target).put([record(topic, i, schema, {"id": i, **value}) for i in range(count)])
    found = target.rows(topic)
    assert found == [(i, 3, 7, "12", Decimal("0.25"), 0.5) for i in range(count)]
