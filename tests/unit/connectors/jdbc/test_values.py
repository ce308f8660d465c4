"""Types and values: numeric mappings, granularities, calendars, generated row code, the wire reader of MySQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.decode import rescaled, whole
from connect_core.connectors.jdbc.dialects import TableColumn, described, for_family, mysql_rows
from connect_core.connectors.jdbc.rows import (
    CursorStream,
    Decode,
    PlannedColumn,
    RowPlan,
    Rows,
    RowStream,
    compile_tuples,
    make_plan,
)
from connect_core.connectors.jdbc.types import UNSCALED, Column, Jdbc, Mapping, column_schema
from connect_core.data import DECIMAL, TIMESTAMP, SourceRecord, Type, struct
from connect_core.data import schema as s
from connect_core.errors import ConnectError, DataError, SchemaError

MOMENT = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precision", "scale", "none", "precision_only", "best_fit", "eager"),
    [
        (2, 0, DECIMAL, "INT8", "INT8", "INT8"),
        (3, 0, DECIMAL, "INT16", "INT16", "INT16"),
        (5, 0, DECIMAL, "INT32", "INT32", "INT32"),
        (18, 0, DECIMAL, "INT64", "INT64", "INT64"),
        (19, 0, DECIMAL, DECIMAL, DECIMAL, DECIMAL),
        (9, -3, DECIMAL, DECIMAL, "INT32", "INT32"),
        (9, 2, DECIMAL, DECIMAL, "FLOAT64", "FLOAT64"),
        (30, 2, DECIMAL, DECIMAL, DECIMAL, "FLOAT64"),
        (0, UNSCALED, DECIMAL, DECIMAL, DECIMAL, DECIMAL),
        (0, -UNSCALED, DECIMAL, DECIMAL, DECIMAL, DECIMAL),
    ],
)
def test_numeric_mapping(precision: int, scale: int, none: str, precision_only: str, best_fit: str, eager: str) -> None:
    column = Column("n", Jdbc.NUMERIC, precision=precision, scale=scale)
    wanted = dict(
        zip(
            ("none", "precision_only", "best_fit", "best_fit_eager_double"),
            (none, precision_only, best_fit, eager),
            strict=True,
        )
    )
    for mapping, name in wanted.items():
        schema = column_schema(column, Mapping(numeric=mapping))
        assert schema is not None
        assert (schema.name or schema.type.name) == name
    decimal = column_schema(Column("n", Jdbc.DECIMAL, precision=9, scale=2), Mapping(numeric="best_fit"))
    assert decimal is not None
    assert dict(decimal.parameters) == {"scale": "2", "connect.decimal.precision": "9"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("micros_long", 1709251199123456),
        ("micros_string", "1709251199123456"),
        ("micros_iso_datetime_string", "2024-02-29T18:59:59.123456"),
        ("nanos_long", 1709251199123456000),
        ("nanos_string", "1709251199123456000"),
        ("nanos_iso_datetime_string", "2024-02-29T18:59:59.123456000"),
    ],
)
def test_granularity(name: str, value: Any) -> None:
    finish = temporal.granularity(name, ZoneInfo("America/New_York"))
    assert finish is not None
    assert finish(MOMENT) == value


def test_instants_before_the_epoch_are_rounded_down() -> None:
    moment = datetime(1969, 12, 31, 23, 59, 59, 500000, tzinfo=UTC)
    assert (temporal.epoch_ms(moment), temporal.epoch_micros(moment)) == (-500, -500000)


@pytest.mark.parametrize(("text", "days"), [("1500-01-01", -171655), ("1582-10-15", -141427), ("0001-01-03", -719162)])
def test_legacy_calendar(text: str, days: int) -> None:
    assert (temporal.date_reader(legacy=True)(text) - date(1970, 1, 1)).days == days


def test_proleptic_calendar() -> None:
    assert (temporal.date_reader(legacy=False)("1500-01-01") - date(1970, 1, 1)).days == -171664


def test_repeated_and_skipped_hours() -> None:
    york = ZoneInfo("America/New_York")
    read = temporal.instant_reader(york, legacy=True)
    assert read("2024-11-03 01:30:00") == datetime(2024, 11, 3, 6, 30, tzinfo=UTC)  # standard time
    assert read("2024-03-10 02:30:00") == datetime(2024, 3, 10, 7, 30, tzinfo=UTC)  # 3:30 daylight time
    assert read("2024-07-01 12:00:00.5") == datetime(2024, 7, 1, 16, 0, 0, 500000, tzinfo=UTC)


def test_times() -> None:
    assert temporal.time_reader(UTC)("12:00:00.123456") == time(12, 0, 0, 123000)
    assert temporal.time_reader(ZoneInfo("America/New_York"))("12:00:00") == time(17)
    assert temporal.time_reader(UTC)("12:00:00+02") == time(10)
    with pytest.raises(DataError, match="should not have any date fields"):
        temporal.time_reader(ZoneInfo("America/New_York"))("23:00:00")
    with pytest.raises(ValueError, match="The value '-12:00:00' is an invalid TIME value"):
        temporal.time_reader(UTC)("-12:00:00")


def test_numbers() -> None:
    assert whole(Type.INT8)(Decimal("127.9")) == 127
    with pytest.raises(DataError, match=r"Value '300' is outside of valid range for type java\.lang\.Byte"):
        whole(Type.INT8)(300)
    assert str(rescaled(2)(1.5)) == "1.50"
    assert rescaled(UNSCALED)(Decimal("1.25")).as_tuple().exponent == -127
    with pytest.raises(DataError, match="Bad value for type BigDecimal : NaN"):
        rescaled(2)(Decimal("NaN"))


class Given(RowStream):
    """A result with given columns."""

    def __init__(self, *columns: Column) -> None:
        self.columns = list(columns)

    def decode(self, column: Column, schema: s.Schema, mapping: Mapping) -> Decode:
        return Decode("whole({v})", {"whole": whole(schema.type)}) if schema.type is Type.INT8 else Decode()


def plan_of(*columns: Column, id_column: str | None = None, stamps: tuple[str, ...] = ()) -> RowPlan:
    return make_plan(Given(*columns), Mapping(), name="t", id_column=id_column, stamp_columns=stamps)


def test_tuples_become_dicts_and_bad_rows_errors() -> None:
    plan = plan_of(
        Column("id", Jdbc.INTEGER), Column("x", Jdbc.OTHER), Column("' + evil", Jdbc.TINYINT), id_column="id"
    )
    assert [field.name for field in plan.schema.fields] == ["id", "' + evil"]
    rows = compile_tuples(plan)([(1, "left out", 5), (2, None, None), (3, None, 300)])
    assert rows.values[:2] == [{"id": 1, "' + evil": 5}, {"id": 2, "' + evil": None}]
    assert isinstance(rows.values[2], DataError)
    assert "Column ' + evil" in str(rows.values[2])
    assert rows.ids == [1, 2, 3]


def test_columns_selected_twice() -> None:
    twice = plan_of(
        Column("id", Jdbc.INTEGER, origin=("t", "id")),
        Column("id", Jdbc.INTEGER, origin=("t", "id")),
        Column("v", Jdbc.VARCHAR, origin=("t", "v")),
    )
    assert compile_tuples(twice)([(1, 1, "a")]).values == [{"id": 1, "v": "a"}]
    with pytest.raises(SchemaError, match="Cannot create field because of field name duplication id"):
        plan_of(Column("id", Jdbc.INTEGER, origin=("a", "id")), Column("id", Jdbc.INTEGER, origin=("b", "id")))


@pytest.mark.parametrize(
    ("columns", "keys", "text"),
    [
        ([Column("id", Jdbc.INTEGER)], {"id_column": "ID"}, "Incrementing column ID not found in id"),
        ([Column("id", Jdbc.VARCHAR)], {"id_column": "id"}, "Invalid type for incrementing column: STRING"),
        (
            [Column("id", Jdbc.DECIMAL, precision=9, scale=2)],
            {"id_column": "id"},
            "Scale of Decimal value for incrementing column must be 0",
        ),
        (
            [Column("v", Jdbc.VARCHAR), Column("UU", Jdbc.TIMESTAMP)],
            {"stamps": ("u",)},
            "Timestamp column u not found in v,UU",
        ),
    ],
)
def test_offset_columns_that_are_not_there(columns: list[Column], keys: dict[str, Any], text: str) -> None:
    with pytest.raises(ConnectError) as caught:
        plan_of(*columns, **keys)
    assert type(caught.value) is (DataError if "not found" in text else ConnectError)  # as the original's classes
    assert str(caught.value) == text


def packet(*values: bytes | None) -> bytes:
    payload = b""
    for value in values:
        if value is None:
            payload += b"\xfb"
        elif len(value) < 251:
            payload += bytes([len(value)]) + value
        else:
            payload += b"\xfc" + len(value).to_bytes(2, "little") + value
    return len(payload).to_bytes(3, "little") + b"\0" + payload


def wire_plan() -> RowPlan:
    names = {"old": temporal.instant_reader(UTC, legacy=True), "iso": temporal.fromiso}
    text = Decode("(x if (x := {v}).isascii() else {b}.decode())")
    when = Decode("(iso({v} + '+00:00') if {first} == 50 else old({v}))", names)
    columns = (
        PlannedColumn(0, Column("id", Jdbc.INTEGER, nullable=False), s.INT32, Decode("int({v})"), None),
        PlannedColumn(2, Column("text", Jdbc.VARCHAR), s.OPTIONAL_STRING, text, None),
        PlannedColumn(3, Column("at", Jdbc.TIMESTAMP), s.OPTIONAL_INT64, when, None),
    )
    fields = [(item.column.label, item.schema) for item in columns]
    return RowPlan(schema=struct(fields), columns=columns, width=4, id=0, stamps=(2,))


def test_wire_reader_at_every_boundary() -> None:
    long = "ü" * 200
    data = packet(b"1", b"skipped", b"plain", b"2024-02-29 23:59:59.123456")
    data += packet(b"2", None, long.encode(), b"1999-01-01 00:00:00")
    data += packet(b"3", b"", None, None) + b"\x05\0\0\0\xfe\0\0\0\0"
    read = mysql_rows.compile_packets(wire_plan())
    for cut in range(len(data)):
        rows, position = Rows(), 0
        for end in (cut, len(data)):
            position, why = read(data[:end], data[:end].decode("latin-1"), position, end, 10, rows)
        assert (why, position) == (mysql_rows.ENDED, len(data))
        assert [row["text"] for row in rows.values] == ["plain", long, None]
        assert rows.stamps == [MOMENT, datetime(1999, 1, 1, tzinfo=UTC), None]
        assert rows.ids == [1, 2, 3]


def test_wire_reader_limits_and_bad_rows() -> None:
    data = packet(b"1", b"", b"a", b"0000-00-00 00:00:00") + packet(b"2", b"", b"b", None)
    read, rows = mysql_rows.compile_packets(wire_plan()), Rows()
    position, why = read(data, data.decode("latin-1"), 0, len(data), 1, rows)
    assert why == mysql_rows.FULL
    assert "Column at: Zero date value prohibited" in str(rows.values[0])
    assert (rows.ids, rows.stamps) == ([1], [None])
    assert position == len(packet(b"1", b"", b"a", b"0000-00-00 00:00:00"))


@pytest.mark.parametrize(("data", "value"), [(b"\1", 1), (b"\xaa", -86), (b"\0\x7f", 127)])
def test_bits(data: bytes, value: int) -> None:
    assert mysql_rows.bits(data) == value


def test_wide_bits_and_unsigned_numbers_that_do_not_fit() -> None:
    with pytest.raises(DataError, match=r"Value '257' is outside of valid range for type java\.lang\.Byte"):
        mysql_rows.bits(b"\1\1")
    with pytest.raises(DataError, match=r"Value '18,446,744,073,709,551,615' is outside .* java\.lang\.Long"):
        mysql_rows.unsigned_long("18446744073709551615")


def test_sql_server_and_oracle_columns() -> None:
    rows = [
        (False, 1, "id", False, 56, "int", 4, 10, 0, None),
        (False, 2, "tiny", True, 48, "tinyint", 1, 3, 0, None),
        (False, 3, "price", True, 60, "money", 8, 19, 4, None),
        (False, 4, "at", True, 43, "datetimeoffset(7)", 10, 34, 7, None),
        (False, 5, "shape", True, 240, "geography", -1, 0, 0, None),
    ]
    schemas = [column_schema(column, Mapping()) for column in described.sqlserver_columns(rows)]
    assert [schema and (schema.name or schema.type.name) for schema in schemas] == [
        "INT32",
        "INT16",
        DECIMAL,
        TIMESTAMP,
        None,
    ]
    oracle = for_family("oracle")
    entries = [
        ("ID", SimpleNamespace(name="DB_TYPE_NUMBER"), 39, None, 9, 0, False),
        ("N", SimpleNamespace(name="DB_TYPE_NUMBER"), 127, None, 0, -127, True),
        ("D", SimpleNamespace(name="DB_TYPE_DATE"), 23, None, None, None, True),
        ("S", SimpleNamespace(name="DB_TYPE_VARCHAR"), 9, 9, None, None, True),
        ("B", SimpleNamespace(name="DB_TYPE_BLOB"), None, None, None, None, True),
    ]
    columns = described.generic_columns(oracle, entries)
    assert [column.type.value for column in columns] == ["NUMERIC", "NUMERIC", "TIMESTAMP", "VARCHAR", "VARBINARY"]
    assert [column.scale for column in columns[:2]] == [0, UNSCALED]
    values = ((Decimal(7), Decimal("1.5"), datetime(2024, 1, 1), "x", b"y"),)  # noqa: DTZ001
    stream = CursorStream(oracle, None, None, columns=columns)
    plan = make_plan(stream, Mapping(numeric="best_fit"), name="T", id_column="ID", stamp_columns=["d"])
    rows_read = compile_tuples(plan)(values)
    assert rows_read.values[0]["ID"] == 7
    assert rows_read.stamps == [datetime(2024, 1, 1, tzinfo=UTC)]


def test_sql_server_datetime_is_refused_as_a_timestamp() -> None:
    with pytest.raises(ConnectError, match=r"DATETIME is not supported\. Use DATETIME2 instead"):
        for_family("sqlserver").check_stamps([TableColumn("at", True, False, "DATETIME")], ["at"])
    for_family("sqlserver").check_stamps([TableColumn("at", True, False, "DATETIME2")], ["at"])


def test_records_set_every_slot() -> None:
    """The reader fills slots without the constructor: a new slot of the class must be filled there too."""
    slots = {slot for kind in SourceRecord.__mro__ for slot in getattr(kind, "__slots__", ())}
    assert slots == {
        "headers",
        "key",
        "key_schema",
        "partition",
        "source_offset",
        "source_partition",
        "timestamp",
        "topic",
        "value",
        "value_schema",
    }
