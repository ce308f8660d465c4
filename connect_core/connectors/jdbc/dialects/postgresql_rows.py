"""PostgreSQL result sets: what pgjdbc says about each column, and psycopg's values as Connect values.

Neighbours: ``postgresql`` (the dialect), ``rows`` (compiles), ``decode`` (shared conversions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.decode import generic, money, rescaled, whole
from connect_core.connectors.jdbc.rows import CursorStream, Decode
from connect_core.connectors.jdbc.types import UNSCALED, Column, Jdbc, Mapping
from connect_core.data import DECIMAL, Schema

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.dialects.base import Dialect

_BIT, _NUMERIC = 1560, 1700
_TYPES = {
    16: (Jdbc.BOOLEAN, "plain"),
    17: (Jdbc.VARBINARY, "plain"),
    18: (Jdbc.VARCHAR, "text"),
    19: (Jdbc.VARCHAR, "text"),
    20: (Jdbc.BIGINT, "plain"),
    21: (Jdbc.SMALLINT, "plain"),
    23: (Jdbc.INTEGER, "plain"),
    25: (Jdbc.VARCHAR, "plain"),
    26: (Jdbc.BIGINT, "plain"),
    114: (Jdbc.VARCHAR, "text"),
    142: (Jdbc.VARCHAR, "text"),
    700: (Jdbc.REAL, "plain"),
    701: (Jdbc.DOUBLE, "plain"),
    790: (Jdbc.DOUBLE, "money"),
    1042: (Jdbc.VARCHAR, "plain"),
    1043: (Jdbc.VARCHAR, "plain"),
    1082: (Jdbc.DATE, "text"),
    1083: (Jdbc.TIME, "text"),
    1114: (Jdbc.TIMESTAMP, "text"),
    1184: (Jdbc.TIMESTAMP, "zoned"),
    1266: (Jdbc.TIME, "text"),
    1560: (Jdbc.BIT, "text"),
    1700: (Jdbc.NUMERIC, "plain"),
    2950: (Jdbc.VARCHAR, "text"),
    3802: (Jdbc.VARCHAR, "text"),
}
"""By type oid: the JDBC type and how psycopg is told to hand the value over."""
_AS_TEXT = tuple(oid for oid, (_kind, form) in _TYPES.items() if form in ("text", "zoned", "money"))


def open_cursor(dialect: Dialect, connection: Any, sql: str, parameters: tuple[Any, ...]) -> CursorStream:
    """A server-side cursor with its columns described."""
    from psycopg.types.string import TextLoader  # the driver is an extra

    cursor = connection.cursor(name="connectless")
    for oid in _AS_TEXT:
        cursor.adapters.register_loader(oid, TextLoader)
    cursor.execute(sql, parameters or None)
    return CursorStream(dialect, connection, cursor, columns=_describe(dialect, connection, cursor.pgresult))


def _describe(dialect: Dialect, connection: Any, result: Any) -> list[Column]:
    count = result.nfields
    origins = [(result.ftable(i), result.ftablecol(i)) for i in range(count)]
    facts = _facts(dialect, connection, origins)
    unknown = [result.ftype(i) for i in range(count) if result.ftype(i) not in _TYPES]
    enums = _enums(dialect, connection, unknown)
    columns = []
    for i in range(count):
        oid, modifier = result.ftype(i), result.fmod(i)
        kind, form = _TYPES.get(oid, (Jdbc.VARCHAR, "text") if oid in enums else (Jdbc.OTHER, ""))
        precision, scale = 0, 0
        if oid == _NUMERIC:
            precision, scale = ((modifier - 4) >> 16 & 0xFFFF, _scale(modifier)) if modifier >= 4 else (0, UNSCALED)
        elif oid == _BIT:
            kind = Jdbc.BOOLEAN if modifier <= 1 else (Jdbc.BIT if modifier <= 8 else Jdbc.VARBINARY)
        fact = facts.get(origins[i])
        columns.append(
            Column(
                label=result.fname(i).decode(),
                type=kind,
                nullable=fact[1] if fact else True,
                precision=precision,
                scale=scale,
                form="bits" if oid == _BIT else form,
                type_name=enums.get(oid, f"oid {oid}"),
                origin=(str(origins[i][0]), fact[0]) if fact else None,
            )
        )
    return columns


def _scale(modifier: int) -> int:
    """The scale in a numeric modifier: 11 bits, signed since PostgreSQL 15."""
    scale = (modifier - 4) & 0x7FF
    return scale - 0x800 if scale >= 0x400 else scale


def _facts(
    dialect: Dialect, connection: Any, origins: list[tuple[int, int]]
) -> dict[tuple[int, int], tuple[str, bool]]:
    """(column name, nullable) of every result column that comes straight from a table."""
    tables = sorted({table for table, _ in origins if table})
    if not tables:
        return {}
    rows = dialect.query(
        connection,
        "SELECT attrelid::bigint, attnum::int, attname, NOT attnotnull FROM pg_attribute WHERE attrelid = ANY(%s)",
        (tables,),
    )
    return {(table, number): (name, bool(nullable)) for table, number, name, nullable in rows}


def _enums(dialect: Dialect, connection: Any, oids: list[int]) -> dict[int, str]:
    """Enum types among the unknown ones: the Java driver calls them VARCHAR."""
    if not oids:
        return {}
    sql = "SELECT oid::bigint, typname FROM pg_type WHERE typtype = 'e' AND oid = ANY(%s)"
    return dict(dialect.query(connection, sql, (oids,)))


def decode(column: Column, schema: Schema, mapping: Mapping) -> Decode:
    """psycopg hands over exact Python types, or text where ``open_cursor`` asked for it."""
    if schema.name == DECIMAL:
        # psycopg keeps the declared scale; only a numeric without limits varies from value to value
        return _numeric(int(schema.parameters["scale"]))
    if column.type is Jdbc.NUMERIC:
        return generic(column, schema, mapping)
    if column.form == "bits":
        return _bits(column, schema)
    if column.form == "money":
        return Decode("money({v})", {"money": money})
    match column.type:
        case Jdbc.DATE:
            return Decode("day({v})", {"day": temporal.date_reader(legacy=mapping.legacy)})
        case Jdbc.TIME:
            return Decode("clock({v})", {"clock": temporal.time_reader(mapping.zone)})
        case Jdbc.TIMESTAMP:
            zoned = column.form == "zoned"
            legacy = mapping.legacy
            reader = (
                temporal.zoned_reader(legacy=legacy) if zoned else temporal.instant_reader(mapping.zone, legacy=legacy)
            )
            return Decode("when({v})", {"when": reader})
    return Decode()


def _numeric(scale: int) -> Decode:
    return Decode("rescale({v})", {"rescale": rescaled(scale)})


def _bits(column: Column, schema: Schema) -> Decode:
    """bit(n): one bit is a boolean, up to eight are read as a decimal number, as in the original; more stay text."""
    if column.type is Jdbc.BOOLEAN:
        return Decode("{v} == '1'")
    if column.type is Jdbc.BIT:
        return Decode("whole({v})", {"whole": whole(schema.type)})
    return Decode("{v}.encode()")
