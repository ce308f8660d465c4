"""Conversions between types as Connect's ``Values.convertTo...`` make them: lenient, by value and by its schema.

``schema`` is that of the value, None if it carries none; dates, times and timestamps need theirs to become numbers.
Texts are numbers as BigDecimal reads them, or whatever ``inference`` makes of them. Neighbour: ``values``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data import units
from connect_core.data.check import java_class_of
from connect_core.data.float32 import Float32
from connect_core.data.inference import guess
from connect_core.data.logical import DATE, TIME, TIMESTAMP, decimal_schema
from connect_core.data.schema import Schema, Type
from connect_core.data.values import java_string
from connect_core.errors import DataError
from connect_core.java.number_texts import parse_decimal
from connect_core.java.numbers import decimal_to_double, decimal_to_long, double_text, float_to_int, narrow, to_float32

_NULL = "Unable to convert a null value to a schema that requires a value"
_BOXES = {Type.INT8: "Byte", Type.INT16: "Short", Type.INT32: "Integer", Type.FLOAT32: "Float"}
_LIST, _MAP, _STRUCT = Schema(Type.ARRAY), Schema(Type.MAP), Schema(Type.STRUCT)


def to_boolean(schema: Schema | None, value: Any) -> bool | None:
    """``true`` and ``false`` as they are, numbers by not being 0; null stays."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _, found = _parsed(value)
        if isinstance(found, bool):
            return found
    return _long(schema, value) != 0


def to_byte(schema: Schema | None, value: Any) -> int | None:
    """The lowest 8 bits; null stays."""
    return None if value is None else narrow(_long(schema, value), 8)


def to_short(schema: Schema | None, value: Any) -> int | None:
    """The lowest 16 bits; null stays."""
    return None if value is None else narrow(_long(schema, value), 16)


def to_integer(schema: Schema | None, value: Any) -> int | None:
    """The lowest 32 bits; null stays."""
    return None if value is None else narrow(_long(schema, value), 32)


def to_long(schema: Schema | None, value: Any) -> int | None:
    """A whole number, fractions cut off; null stays."""
    return None if value is None else _long(schema, value)


def to_float(schema: Schema | None, value: Any) -> float | None:
    """The nearest double as a float32; null stays."""
    return None if value is None else to_float32(_double(schema, value))


def to_double(schema: Schema | None, value: Any) -> float | None:
    """A double; null stays."""
    return None if value is None else _double(schema, value)


def to_decimal(schema: Schema | None, value: Any, scale: int) -> Decimal:
    """A decimal; only bytes are read by the scale."""
    wanted = decimal_schema(scale)
    if value is None:
        raise DataError(_NULL)
    if isinstance(value, Decimal):
        return value
    cause: ValueError | None = None
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return parse_decimal(double_text(float(value)))
        if isinstance(value, str):
            return parse_decimal(value)
        if isinstance(value, (bytes, bytearray)):
            return units.scaled(wanted, bytes(value))
    except ValueError as error:
        cause = error
    raise _cannot(schema, value, f"{wanted!r}") from cause


def to_list(schema: Schema | None, value: Any) -> list[Any]:
    """A list, or a text that holds one."""
    known, found = _present(schema, value)
    if isinstance(found, (list, tuple)):
        return list(found)
    raise _cannot(known, found, f"{_LIST!r}")


def to_map(schema: Schema | None, value: Any) -> dict[Any, Any]:
    """A map, or a text that holds one; a struct is none."""
    known, found = _present(schema, value)
    if isinstance(found, dict) and not _is_struct(known, found):
        return found
    raise _cannot(known, found, f"{_MAP!r}")


def to_struct(schema: Schema | None, value: Any) -> dict[str, Any]:
    """A struct."""
    if value is None:
        raise DataError(_NULL)
    if _is_struct(schema, value):
        return value  # type: ignore[no-any-return]  # a struct's value is a dict
    raise _cannot(schema, value, f"{_STRUCT!r}")


def to_date(schema: Schema | None, value: Any) -> date:
    """A date: a number counts days. A moment without schema stays what it is."""
    _, found = _present(schema, value)
    if isinstance(found, (date, time)):
        if schema is None or schema.name == DATE:
            return found  # type: ignore[return-value]  # Java has one class for all of them
        if schema.name == TIMESTAMP:
            return units.day(_towards_zero(_millis(found), units.DAY_MILLIS))
    return units.day(narrow(_long(schema, found), 32))


def to_time(schema: Schema | None, value: Any) -> time:
    """A time of day: a number counts milliseconds. A moment without schema stays what it is."""
    _, found = _present(schema, value)
    if isinstance(found, (date, time)):
        if schema is None or schema.name == TIME:
            return found  # type: ignore[return-value]  # Java has one class for all of them
        if schema.name == TIMESTAMP:
            return units.time_of_day(_millis(found) % units.DAY_MILLIS)
    return units.time_of_day(narrow(_long(schema, found), 32))


def to_timestamp(schema: Schema | None, value: Any) -> datetime:
    """An instant: a number counts milliseconds. A moment without schema stays what it is."""
    _, found = _present(schema, value)
    if isinstance(found, (date, time)):
        if schema is None or schema.name == TIMESTAMP:
            return found  # type: ignore[return-value]  # Java has one class for all of them
        if schema.name in (DATE, TIME):
            return units.instant(_millis(found))
    return units.instant(_long(schema, found))


def _long(schema: Schema | None, value: Any) -> int:
    """``longValue`` of a number, of a text that is one, or of a logical value that stands for one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float_to_int(value, 64)
    if isinstance(value, Decimal):
        return decimal_to_long(value)
    cause: ValueError | None = None
    if isinstance(value, str):
        try:
            return decimal_to_long(parse_decimal(value))
        except ValueError as error:
            cause = error
    if schema is not None and isinstance(value, (date, time)) and schema.name in _ENCODED:
        return _ENCODED[schema.name](value)
    raise _cannot(schema, value, "a number" if schema is None else f"{schema!r}") from cause


def _double(schema: Schema | None, value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        if isinstance(value, (str, Decimal)):
            return decimal_to_double(parse_decimal(value) if isinstance(value, str) else value)
    except ValueError:
        pass  # _long has the words for it
    return float(_long(schema, value))


_ENCODED: dict[str | None, Callable[[Any], int]] = {
    DATE: units.days,
    TIME: units.millis_of_day,
    TIMESTAMP: units.millis,
}


def _parsed(text: str) -> tuple[Schema | None, Any]:
    """What the text holds, and its schema; null is nothing to convert."""
    schema, value = guess(text)
    if value is None:
        raise DataError(_NULL)
    return schema, value


def _present(schema: Schema | None, value: Any) -> tuple[Schema | None, Any]:
    """The value, or what it holds if it is a text."""
    if value is None:
        raise DataError(_NULL)
    return _parsed(value) if isinstance(value, str) else (schema, value)


def _millis(value: date | time) -> int:
    if isinstance(value, time):
        return units.millis_of_day(value)
    if isinstance(value, datetime):
        return units.millis(value)
    return units.days(value) * units.DAY_MILLIS


def _towards_zero(number: int, by: int) -> int:
    return number // by if number >= 0 else -(-number // by)


def _is_struct(schema: Schema | None, value: Any) -> bool:
    return isinstance(value, dict) and schema is not None and schema.type is Type.STRUCT


def _cannot(schema: Schema | None, value: Any, wanted: str) -> DataError:
    kind = java_class_of(value)
    if _is_struct(schema, value):
        kind = "class org.apache.kafka.connect.data.Struct"
    elif isinstance(value, (int, float)) and not isinstance(value, (bool, Float32)):
        other = "Long" if isinstance(value, int) else "Double"
        kind = f"class java.lang.{_BOXES.get(schema.type, other) if schema is not None else other}"
    return DataError(f"Unable to convert {java_string(schema, value)} ({kind}) to {wanted}")
