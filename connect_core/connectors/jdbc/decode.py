"""Conversions most drivers share: DB-API values to Connect values, with Java's complaints when they do not fit.

Every function here is put into the generated row code by ``rows``. Neighbours: ``temporal``, ``types``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.rows import Decode
from connect_core.connectors.jdbc.types import Column, Jdbc, Mapping
from connect_core.data import DECIMAL, Schema, Type
from connect_core.errors import DataError

_WIDE = Context(prec=2000)
_LIMITS = {
    Type.INT8: (1 << 7, "Byte"),
    Type.INT16: (1 << 15, "Short"),
    Type.INT32: (1 << 31, "Integer"),
    Type.INT64: (1 << 63, "Long"),
}


def out_of_range(value: int, kind: Type) -> DataError:
    """Java's complaint about a number too large for the field."""
    name = _LIMITS[kind][1]
    return DataError(
        f"java.sql.SQLDataException: Value '{value:,}' is outside of valid range for type java.lang.{name}"
    )


def whole(kind: Type) -> Callable[[Any], int]:
    """A number (int, Decimal, float) as an integer of that width."""
    limit = _LIMITS[kind][0]

    def convert(value: Any) -> int:
        number = int(value)
        if -limit <= number < limit:
            return number
        raise out_of_range(number, kind)

    return convert


def rescaled(scale: int) -> Callable[[Any], Decimal]:
    """A number with exactly ``scale`` decimals, as Connect's Decimal demands; never in exponent form by accident."""
    unit = Decimal(1).scaleb(-scale, _WIDE)

    def convert(value: Any) -> Decimal:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise DataError(f"Bad value for type BigDecimal : {number}")
        return number.quantize(unit, context=_WIDE)

    return convert


def instant(mapping: Mapping) -> Callable[[Any], datetime]:
    """A datetime or text of a driver as aware UTC."""
    read = temporal.instant_reader(mapping.zone, legacy=mapping.legacy)

    def convert(raw: Any) -> datetime:
        value: datetime
        if isinstance(raw, str):
            value = datetime.fromisoformat(raw)
            if value.tzinfo is None:
                return read(raw)
        else:
            value = raw if isinstance(raw, datetime) else datetime.combine(raw, time())
        if value.tzinfo is not None:
            return value.astimezone(UTC)
        if mapping.legacy and value.year < 1583:
            return read(value.isoformat(sep=" "))
        return temporal.local_to_utc(value, mapping.zone)

    return convert


def day(mapping: Mapping) -> Callable[[Any], date]:
    """A date, datetime or text as a date."""
    read = temporal.date_reader(legacy=mapping.legacy)

    def convert(value: Any) -> date:
        if isinstance(value, str):
            return read(value[:10])
        plain = value.date() if isinstance(value, datetime) else value
        return temporal.gregorian_shift(plain, legacy=mapping.legacy)

    return convert


def clock_time(mapping: Mapping) -> Callable[[Any], time]:
    """A time, timedelta or text as a time of day."""
    read = temporal.time_reader(mapping.zone)

    def convert(value: Any) -> time:
        if isinstance(value, timedelta):
            sign = "-" if value < timedelta() else ""
            micros = abs(value) // timedelta(microseconds=1)
            seconds, fraction = divmod(micros, 1_000_000)
            hours, rest = divmod(seconds, 3600)
            return read(f"{sign}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}.{fraction:06d}")
        return read(value if isinstance(value, str) else value.isoformat())

    return convert


def text(value: Any) -> str:
    """Whatever the driver gives for a character column."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode()
    return str(value.read() if hasattr(value, "read") else value)


def raw_bytes(value: Any) -> bytes:
    """Whatever the driver gives for a binary column."""
    if isinstance(value, bytes):
        return value
    if hasattr(value, "read"):
        value = value.read()
    return value.encode() if isinstance(value, str) else bytes(value)


def money(value: str) -> float:
    """PostgreSQL's money text as a number."""
    cleaned = re.sub(r"[^0-9.\-(]", "", value)
    return -float(cleaned.strip("(")) if cleaned.startswith("(") else float(cleaned)


def generic(column: Column, schema: Schema, mapping: Mapping) -> Decode:
    """The careful conversion by schema, for drivers whose value types are not known to be exact."""
    if schema.name == DECIMAL:
        return Decode("rescale({v})", {"rescale": rescaled(int(schema.parameters["scale"]))})
    match column.type:
        case Jdbc.DATE:
            return Decode("day({v})", {"day": day(mapping)})
        case Jdbc.TIME:
            return Decode("clock({v})", {"clock": clock_time(mapping)})
        case Jdbc.TIMESTAMP:
            return Decode("instant({v})", {"instant": instant(mapping)})
    match schema.type:
        case Type.BOOLEAN:
            return Decode("bool({v})")
        case Type.FLOAT32 | Type.FLOAT64:
            return Decode("float({v})")
        case Type.STRING:
            return Decode("text({v})", {"text": text})
        case Type.BYTES:
            return Decode("raw_bytes({v})", {"raw_bytes": raw_bytes})
    return Decode("whole({v})", {"whole": whole(schema.type)})
