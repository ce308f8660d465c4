"""Does a value fit its schema? Connect's messages (spec kafka-connect.md 4.4: ConnectSchema.validateValue).

Values are plain Python; ``java_class_of`` names what Java would hold, because tools and people know those names.
Neighbours: ``encoding`` (which checks while it encodes), sinks and transforms that take values from users.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data.float32 import Float32
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.errors import DataError

INT_BOUNDS: Mapping[Type, tuple[int, int]] = {
    Type.INT8: (-(2**7), 2**7 - 1),
    Type.INT16: (-(2**15), 2**15 - 1),
    Type.INT32: (-(2**31), 2**31 - 1),
    Type.INT64: (-(2**63), 2**63 - 1),
}
_FLOAT_BOUND = {Type.FLOAT32: 3.4028235677973366e38, Type.FLOAT64: float("inf")}


def java_class_of(value: Any) -> str:
    """The Java class a value would have, as ``Class.toString`` prints it: ``class java.lang.String``."""
    if isinstance(value, bool):
        return "class java.lang.Boolean"
    if isinstance(value, int):
        return f"class java.{_int_class(value)}"
    for kind, name in _CLASSES:
        if isinstance(value, kind):
            return f"class {name}"
    return f"class {type(value).__module__}.{type(value).__qualname__}"


def _int_class(value: int) -> str:
    if INT_BOUNDS[Type.INT32][0] <= value <= INT_BOUNDS[Type.INT32][1]:
        return "lang.Integer"
    return "lang.Long" if INT_BOUNDS[Type.INT64][0] <= value <= INT_BOUNDS[Type.INT64][1] else "math.BigInteger"


_CLASSES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "java.lang.String"),
    (Float32, "java.lang.Float"),
    (float, "java.lang.Double"),
    ((bytes, bytearray, memoryview), "[B"),
    (Decimal, "java.math.BigDecimal"),
    ((date, time), "java.util.Date"),
    ((list, tuple), "java.util.ArrayList"),
    (dict, "java.util.HashMap"),
)


def check(schema: Schema, value: Any, *, field: str | None = None) -> None:
    """Raise DataError if the value does not fit the schema; ``field`` names the struct field it is meant for."""
    _check(schema, value, f'field: "{field}"' if field is not None else "value")


def _check(schema: Schema, value: Any, location: str) -> None:
    if value is None:
        if not schema.optional:
            raise DataError(f"Invalid value: null used for required {location}, schema type: {schema.type.name}")
        return
    if not fits(schema, value):
        name = f' "{schema.name}"' if schema.name is not None else ""
        raise DataError(
            f"Invalid Java object for schema{name} with type {schema.type.name}: {java_class_of(value)} for {location}"
        )
    if schema.type is Type.STRUCT:
        _check_struct(schema, value)
    elif schema.type is Type.ARRAY and schema.value_schema is not None:
        for element in value:
            _check(schema.value_schema, element, f"element of array {location}")
    elif schema.type is Type.MAP and schema.key_schema is not None and schema.value_schema is not None:
        for key, element in value.items():
            _check(schema.key_schema, key, f"key of map {location}")
            _check(schema.value_schema, element, f"value of map {location}")


def _check_struct(schema: Schema, value: Mapping[str, Any]) -> None:
    check_names(schema, value)
    for field in schema.fields:
        found = value.get(field.name)
        if found is None and (field.schema.optional or field.schema.has_default):
            continue
        _check(field.schema, found, f'field: "{field.name}"')


def check_names(schema: Schema, value: Mapping[str, Any]) -> None:
    """Refuse members the struct schema does not have: dropping them silently would lose data."""
    for name in value:
        if name not in schema.field_map:
            raise DataError(f"{name} is not a valid field name")


def fits(schema: Schema, value: Any) -> bool:
    """Does a non-null value have the right class and range for this schema, not looking into containers?"""
    logical = _LOGICAL.get(schema.name) if schema.name is not None else None
    if logical is not None:
        return logical(value)
    if schema.type in INT_BOUNDS:
        low, high = INT_BOUNDS[schema.type]
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if schema.type in _FLOAT_BOUND:
        return _fits_float(schema.type, value)
    return isinstance(value, _PYTHON[schema.type])


def _fits_float(kind: Type, value: Any) -> bool:
    """Floats of the range; an int counts where it is exactly that float, as Python's own typing has it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return -(2**53) <= value <= 2**53
    if not isinstance(value, float):
        return False
    return value - value != 0 or abs(value) <= _FLOAT_BOUND[kind]


_PYTHON: dict[Type, type | tuple[type, ...]] = {
    Type.BOOLEAN: bool,
    Type.STRING: str,
    Type.BYTES: (bytes, bytearray, memoryview),
    Type.ARRAY: (list, tuple),
    Type.MAP: dict,
    Type.STRUCT: dict,
}

_LOGICAL: dict[str, Callable[[Any], bool]] = {
    DECIMAL: lambda value: isinstance(value, Decimal) and value.is_finite(),
    DATE: lambda value: isinstance(value, date) and not isinstance(value, datetime),
    TIME: lambda value: isinstance(value, time) and value.tzinfo is None,
    TIMESTAMP: lambda value: isinstance(value, datetime) and value.tzinfo is not None,
}
