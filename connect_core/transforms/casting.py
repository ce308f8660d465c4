"""What Cast does to one value: a function per (what it is, target type), by Java's casts, parsers and texts.

With a schema the function is found once (``of_schema``), without one by the value's class (``of_no_schema``).
Neighbours: ``cast`` applies them; ``java.numbers`` and ``java.number_texts`` have the arithmetic.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Float32, Schema, Type, units
from connect_core.data.check import java_class_of
from connect_core.data.values import to_text
from connect_core.errors import DataError
from connect_core.java.number_texts import parse_double, parse_float, parse_int
from connect_core.java.numbers import (
    FLOAT32_MAX,
    decimal_text,
    decimal_to_double,
    decimal_to_float32,
    decimal_to_long,
    double_text,
    float_text,
    float_to_int,
    int_to_float32,
    to_float32,
)
from connect_core.transforms.touch import ByClass, Convert, Inline

_BITS: Mapping[Type, int] = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}
OUTPUTS = (*_BITS, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN, Type.STRING)
"""What can be cast to."""
INPUTS = (*OUTPUTS, Type.BYTES)
"""What can be cast."""


def shown(types: tuple[Type, ...]) -> str:
    """Types as Java prints a set of them."""
    return f"[{', '.join(kind.name for kind in types)}]"


def of_schema(schema: Schema, target: Type) -> Convert | None:
    """The cast of values of a schema; None if they stay what they are."""
    if schema.type not in INPUTS:
        return _refusing(
            f"Cast transformation does not support casting from {schema.type.name}; supported types are {shown(INPUTS)}"
        )
    if schema.name in _ENCODED:
        if target is Type.STRING:
            return partial(to_text, schema)
        encode = _ENCODED[schema.name]
        cast = _from_int(_WIDTHS[schema.name], target)
        return encode if cast is None else lambda value: cast(encode(value))
    if schema.name == DECIMAL:
        return _from_decimal(target) if schema.type is Type.BYTES else _perhaps_from_decimal(schema.type, target)
    return _of_type(schema.type, target)


def _perhaps_from_decimal(source: Type, target: Type) -> Convert:
    """A cast of the whole value leaves the name on what is no Decimal then; messages may name any type so."""
    decimal, other = _from_decimal(target), _of_type(source, target) or _same
    return lambda value: decimal(value) if isinstance(value, Decimal) else other(value)


def of_no_schema(target: Type) -> ByClass:
    """The cast of values that carry no schema, by their class."""
    known: dict[type, Convert] = {
        kind: _of_type(plain, target) or _same
        for kind, plain in ((int, Type.INT64), (float, Type.FLOAT64), (bool, Type.BOOLEAN), (str, Type.STRING))
    }
    known[Float32] = float if target is Type.FLOAT64 else _of_type(Type.FLOAT32, target) or _same
    known[bytes] = _of_type(Type.BYTES, target) or _same
    known = {kind: cast.call if isinstance(cast, Inline) else cast for kind, cast in known.items()}
    if target is Type.FLOAT32:
        known = {kind: _marking(cast) for kind, cast in known.items()}
    return ByClass(known, _unknown)


def _marking(cast: Convert) -> Convert:
    return lambda value: Float32(cast(value))


def _same(value: Any) -> Any:
    return value


def _unknown(value: Any) -> Any:
    """Complain about a class that is no source of casts."""
    if isinstance(value, (dict, list, tuple)):
        kind = Type.MAP if isinstance(value, dict) else Type.ARRAY
        raise DataError(
            f"Cast transformation does not support casting from {kind.name}; supported types are {shown(INPUTS)}"
        )
    raise DataError(
        f"Cast transformation was passed a value of type {java_class_of(value)} which is not supported by Connect's "
        "data API"
    )


def _number_of(name: str, encode: Convert) -> Convert:
    """The number of a date, time or timestamp; a cast of the whole value leaves the name on what is a number then."""

    def number(value: Any) -> Any:
        try:
            return encode(value)
        except (TypeError, AttributeError):
            raise DataError(
                f"Cast takes {java_class_of(value)} for a {name}, as its schema says: an earlier transform has changed "
                "the value, but not the schema's name"
            ) from None

    return number


_ENCODED: Mapping[str | None, Convert] = {
    name: _number_of(name, encode)
    for name, encode in ((DATE, units.days), (TIME, units.millis_of_day), (TIMESTAMP, units.millis))
}


_WIDTHS: Mapping[str | None, Type] = {DATE: Type.INT32, TIME: Type.INT32, TIMESTAMP: Type.INT64}


def _refusing(message: str) -> Convert:
    def refuse(_: Any) -> Any:
        raise DataError(message)

    return refuse


def _of_type(source: Type, target: Type) -> Convert | None:
    if source is target and source is not Type.BYTES:
        return None
    if source in _BITS:
        return _from_int(source, target)
    if source is Type.FLOAT32 or source is Type.FLOAT64:
        return _from_float(source, target)
    if source is Type.BOOLEAN:
        return _java_boolean if target is Type.STRING else float if target not in _BITS else int
    if source is Type.STRING:
        return _from_text(target)
    return _base64 if target is Type.STRING else _refusing("Unexpected type in Cast transformation: class [B")


def _from_int(source: Type, target: Type) -> Convert | None:
    if target in _BITS:
        return _NARROW[target] if _BITS[target] < _BITS[source] else None
    if target is Type.FLOAT32:
        return int_to_float32 if _BITS[source] > 16 else float
    others: Mapping[Type, Convert] = {Type.FLOAT64: float, Type.BOOLEAN: _TRUTH, Type.STRING: str}
    return others[target]


def _from_float(source: Type, target: Type) -> Convert | None:
    if target in _BITS:
        return _TRUNCATE[target]
    if target is Type.STRING:
        return float_text if source is Type.FLOAT32 else lambda value: double_text(float(value))
    if target is Type.BOOLEAN:
        return lambda value: float_to_int(value, 64) != 0
    return _SINGLE if target is Type.FLOAT32 else None


_TRUTH = Inline("x != 0", bool)
_SINGLE = Inline(
    f"{{unpack}}({{pack}}(x))[0] if {-FLOAT32_MAX} <= x <= {FLOAT32_MAX} else {{cast}}(x)",
    to_float32,
    pack=struct.Struct("f").pack,
    unpack=struct.Struct("f").unpack,
    cast=to_float32,
)


def _truncate(value: float) -> int:
    return int(value) if -2147483648.0 <= value <= 2147483647.0 else float_to_int(value, 32)


def _truncate_long(value: float) -> int:
    return int(value) if -9e18 <= value <= 9e18 else float_to_int(value, 64)


_NARROW: Mapping[Type, Convert] = {
    Type.INT8: lambda value: (value + 0x80 & 0xFF) - 0x80,
    Type.INT16: lambda value: (value + 0x8000 & 0xFFFF) - 0x8000,
    Type.INT32: lambda value: (value + 0x80000000 & 0xFFFFFFFF) - 0x80000000,
    Type.INT64: _same,
}
_TRUNCATE: Mapping[Type, Convert] = {
    Type.INT8: lambda value: (_truncate(value) + 0x80 & 0xFF) - 0x80,
    Type.INT16: lambda value: (_truncate(value) + 0x8000 & 0xFFFF) - 0x8000,
    Type.INT32: _truncate,
    Type.INT64: _truncate_long,
}


def _from_decimal(target: Type) -> Convert:
    if target in _BITS:
        cut = _NARROW[target]
        return lambda value: cut(decimal_to_long(value))
    if target is Type.BOOLEAN:
        return lambda value: decimal_to_long(value) != 0
    return {Type.FLOAT32: decimal_to_float32, Type.FLOAT64: decimal_to_double, Type.STRING: decimal_text}[target]


def _from_text(target: Type) -> Convert:
    if target is Type.BOOLEAN:
        return lambda value: value.lower() == "true"
    parse: Convert
    if target in _BITS:
        parse = partial(parse_int, bits=_BITS[target])
    else:
        parse = parse_float if target is Type.FLOAT32 else parse_double

    def read(value: str) -> Any:
        try:
            return parse(value)
        except ValueError as error:
            raise DataError(f"Value ({value}) was out of range for requested data type") from error

    return read


def _java_boolean(value: bool) -> str:
    return "true" if value else "false"


def _base64(value: Any) -> str:
    return base64.b64encode(value).decode()
