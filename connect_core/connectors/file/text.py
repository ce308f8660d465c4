"""``String.valueOf`` of Connect values: what the FileStream sink prints."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data import Schema, Type
from connect_core.java.hashing import hash_map_order
from connect_core.java.numbers import decimal_text, double_text, float_text


def value_of(schema: Schema | None, value: Any) -> str:
    """Java's text of a value; ``null`` for None."""
    match value:
        case None:
            return "null"
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float():
            return float_text(value) if schema is not None and schema.type is Type.FLOAT32 else double_text(value)
        case Decimal():
            return decimal_text(value)
        case bytes() | bytearray() | memoryview():
            # Java prints an address; any eight digits do, equal ones make output comparable.
            return f"[B@{hash(bytes(value)) & 0xFFFFFFFF:x}"
        case list() | tuple():
            inner = schema.value_schema if schema is not None else None
            return f"[{', '.join(value_of(inner, item) for item in value)}]"
        case dict():
            return _struct(schema, value) if schema is not None and schema.type is Type.STRUCT else _map(schema, value)
        case datetime() | date() | time():
            return _util_date(value)
    return str(value)


def _struct(schema: Schema, value: dict[str, Any]) -> str:
    fields = (
        f"{field.name}={value_of(field.schema, value[field.name])}"
        for field in schema.fields
        if value.get(field.name) is not None
    )
    return f"Struct{{{','.join(fields)}}}"


def _map(schema: Schema | None, value: dict[Any, Any]) -> str:
    """Entries in the order of a HashMap (string keys); other keys in their own order."""
    keys = hash_map_order(value) if all(isinstance(key, str) for key in value) else list(value)
    key_schema, item_schema = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
    return f"{{{', '.join(f'{value_of(key_schema, key)}={value_of(item_schema, value[key])}' for key in keys)}}}"


def _util_date(value: datetime | date | time) -> str:
    """``java.util.Date.toString`` in UTC (a JVM prints its own zone)."""
    if isinstance(value, time):
        value = datetime.combine(date(1970, 1, 1), value)
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    moment = value if value.tzinfo is None else value.astimezone(UTC)
    day, month = (["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][moment.weekday()], _MONTHS[moment.month - 1])
    return f"{day} {month} {moment:%d %H:%M:%S} UTC {moment.year}"


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
