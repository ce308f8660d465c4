"""Values as text (spec kafka-connect.md 4.6, 5.2): header texts and Java's ``toString``.

Neighbours: ``inference`` reads header texts back; ``units`` has the arithmetic of logical types.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connect_core.data import units
from connect_core.data.float32 import Float32
from connect_core.data.inference import from_text
from connect_core.data.schema import Schema, Type
from connect_core.java.numbers import decimal_text, double_text, float_text

__all__ = ["from_text", "java_string", "to_text"]


def to_text(schema: Schema | None, value: Any) -> str:
    """``Values.convertToString``: strings raw, containers JSON-like, bytes in base64, times in UTC."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    return value if isinstance(value, str) else _embedded(schema, value)


def _embedded(schema: Schema | None, value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f'"{base64.b64encode(value).decode()}"'
    if isinstance(value, (date, time)):
        return _utc_text(_milliseconds(value))
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_embedded(schema and schema.value_schema, element) for element in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(_members(schema, value)) + "}"
    return _scalar(schema, value)


def _members(schema: Schema | None, value: dict[Any, Any]) -> Iterable[str]:
    if schema is not None and schema.type is Type.STRUCT:
        for field in schema.fields:
            found = value.get(field.name)
            shown = field.schema.default if found is None else found
            yield f"{_embedded(None, field.name)}:{_embedded(field.schema, shown)}"
        return
    for key, element in value.items():
        yield f"{_embedded(schema and schema.key_schema, key)}:{_embedded(schema and schema.value_schema, element)}"


def _scalar(schema: Schema | None, value: Any) -> str:
    """Java's ``toString`` of null, booleans, numbers and strings."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        single = schema.type is Type.FLOAT32 if schema is not None else isinstance(value, Float32)
        return float_text(value) if single else double_text(value)
    if isinstance(value, int) and schema is not None and schema.type in (Type.FLOAT32, Type.FLOAT64):
        return double_text(float(value))
    if isinstance(value, Decimal):
        return decimal_text(value)
    return str(value)


def _milliseconds(value: date | time) -> int:
    """``java.util.Date.getTime`` of the Date that would carry this value."""
    if isinstance(value, time):
        return units.millis_of_day(value)
    if isinstance(value, datetime):
        return units.millis(value)
    return units.days(value) * units.DAY_MILLIS


def _utc_text(milliseconds: int) -> str:
    """Time, date or timestamp: Connect decides by the number alone, so dates up to 1970-01-01 look like times."""
    moment = units.EPOCH + timedelta(milliseconds=milliseconds)
    clock = f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    if milliseconds < units.DAY_MILLIS:
        return clock
    day = f"{moment.year:04}-{moment:%m-%d}"
    return day if milliseconds % units.DAY_MILLIS == 0 else f"{day}T{clock}"


def java_string(schema: Schema | None, value: Any) -> str:
    """Java's ``toString``: ``Struct{a=1}`` (null fields left out), ``{k=v}``, ``[1, 2]``, ``1.0E7``.

    Dates as a JVM in UTC prints them; byte arrays, whose Java text is an address, as ``[B@`` and a checksum.
    """
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(java_string(schema and schema.value_schema, element) for element in value) + "]"
    if isinstance(value, dict):
        if schema is not None and schema.type is Type.STRUCT:
            shown = ((f, value.get(f.name)) for f in schema.fields)
            return "Struct{" + ",".join(f"{f.name}={java_string(f.schema, v)}" for f, v in shown if v is not None) + "}"
        keys, values = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
        return "{" + ", ".join(f"{java_string(keys, k)}={java_string(values, v)}" for k, v in value.items()) + "}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[B@{zlib.crc32(value):x}"
    if isinstance(value, (date, time)):
        return _date_string(units.EPOCH + timedelta(milliseconds=_milliseconds(value)))
    return _scalar(schema, value)


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LAST_JULIAN_YEAR = 1582


def _date_string(moment: datetime) -> str:
    """``java.util.Date.toString``; not by strftime, whose names follow the locale."""
    moment = moment.astimezone(UTC)
    if moment.year <= _LAST_JULIAN_YEAR:
        from connect_core.java.dates import DateFormat

        return DateFormat("EEE MMM dd HH:mm:ss 'UTC' y").format(units.millis(moment))
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02}"
    return f"{day} {moment:%H:%M:%S} UTC {moment.year}"
