"""MaskField: values give way to what says nothing, or to a given text or number (spec kafka-connect.md 6.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.config import HIGH, LOW, Config, key, list_of, non_empty
from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Float32, Schema, Type, units
from connect_core.data.check import java_class_of
from connect_core.errors import DataError
from connect_core.java.hashing import hash_map_order
from connect_core.java.number_texts import parse_decimal
from connect_core.java.numbers import decimal_to_double, decimal_to_long, narrow, to_float32
from connect_core.transforms.base import (
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    class_name,
    no_struct,
    replace_null_with_default,
    require_struct,
)
from connect_core.transforms.touch import ByClass, Constant, Convert, touch, touch_map

_PURPOSE = "mask fields"

_BITS: Mapping[Type, int] = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}
_NOTHING: Mapping[Type, Any] = {
    **dict.fromkeys(_BITS, 0),
    Type.FLOAT32: 0.0,
    Type.FLOAT64: 0.0,
    Type.BOOLEAN: False,
    Type.STRING: "",
    Type.ARRAY: [],
    Type.MAP: {},
}
_LOGICAL_NOTHING: Mapping[str | None, Any] = {
    DECIMAL: Decimal(0),
    DATE: date(1970, 1, 1),
    TIME: time(0),
    TIMESTAMP: units.EPOCH,
}

_SCHEMAS_OF_CLASSES: Mapping[type, Schema] = {
    bool: Schema(Type.BOOLEAN),
    int: Schema(Type.INT64),
    float: Schema(Type.FLOAT64),
    Float32: Schema(Type.FLOAT32),
    str: Schema(Type.STRING),
    Decimal: Schema(Type.BYTES, name=DECIMAL),
    datetime: Schema(Type.INT64, name=TIMESTAMP),
    dict: Schema(Type.MAP),
    list: Schema(Type.ARRAY),
}


class MaskFieldConfig(Config):
    """Keys of MaskField."""

    fields: list[str] = key("Fields whose values are hidden.", importance=HIGH, checks=[list_of(empty_ok=False)])
    replacement: str | None = key(
        "What to put instead, for numbers and texts; without it the type's empty value.",
        default=None,
        importance=LOW,
        checks=[non_empty],
    )
    replace_null_with_default: bool = replace_null_with_default()


class MaskField(SideTransform[MaskFieldConfig]):
    """Hide what fields hold: 0, false, an empty text or list takes its place.

    Numbers and texts can have a replacement of one's own, which is read as the field's type.
    """

    def step(self, schema: Schema | None) -> Step | Draft:
        """The schema stays; a null key or value is refused, a null field stays null."""
        if schema is None:
            return self._of_no_schema()
        if schema.type is not Type.STRUCT:
            return no_struct(schema, _PURPOSE)
        names = frozenset(self.config.fields)
        masks = {field.name: self._mask(field.schema) for field in schema.fields if field.name in names}
        write = touch(schema, schema, masks, defaults=self.config.replace_null_with_default)
        return Draft(schema, write, "MaskField", of_null=lambda: require_struct(schema, None, _PURPOSE))

    def _of_no_schema(self) -> Draft:
        masks: dict[type, Convert] = {kind: _called(self._mask(schema)) for kind, schema in _SCHEMAS_OF_CLASSES.items()}
        single = masks[Float32]
        masks[Float32] = lambda value: Float32(single(value))
        by_class = ByClass(masks, lambda value: self._refuse(java_class_of(value)))
        write = touch_map(dict.fromkeys(hash_map_order(self.config.fields), by_class))
        return Draft(None, write, "MaskField", map_for=_PURPOSE)

    def _mask(self, schema: Schema) -> Convert | Constant:
        """What hides values of a schema."""
        text = self.config.replacement
        nothing = _LOGICAL_NOTHING.get(schema.name) if schema.name in _LOGICAL_NOTHING else _NOTHING.get(schema.type)
        if text is None:
            if nothing is None:
                return lambda value: self._refuse(f"class {class_name(schema, value)}")
            return Constant(nothing)
        read = _reader(schema)
        if read is None:
            return lambda value: self._refuse(f"class {class_name(schema, value)}")
        try:
            replacement = read(text)
        except ValueError:
            return _no_number(text, schema)
        return Constant(replacement)

    def _refuse(self, class_text: str) -> Any:
        if self.config.replacement is None:
            raise DataError(f"Cannot mask value of type: {class_text}")
        raise DataError(f"Cannot mask value of type {class_text} with custom replacement.")


def _called(mask: Convert | Constant) -> Convert:
    return (lambda _: mask.value) if isinstance(mask, Constant) else mask


def _reader(schema: Schema) -> Callable[[str], Any] | None:
    """What reads a replacement for values of the schema; None where Connect takes none.

    Every number is read as a BigDecimal and cast, so ``1e3`` masks a byte with -24.
    """
    if schema.name == DECIMAL:
        return parse_decimal
    if schema.name in _LOGICAL_NOTHING:
        return None
    if schema.type in _BITS:
        return lambda text: narrow(decimal_to_long(parse_decimal(text)), _BITS[schema.type])
    readers: dict[Type, Callable[[str], Any]] = {
        Type.FLOAT32: lambda text: to_float32(decimal_to_double(parse_decimal(text))),
        Type.FLOAT64: lambda text: decimal_to_double(parse_decimal(text)),
        Type.STRING: str,
    }
    return readers.get(schema.type)


def _no_number(text: str, schema: Schema) -> Convert:
    number = "number" if schema.name == DECIMAL else "a number"  # two places in Connect say it

    def refuse(_: Any) -> Any:
        raise DataError(f"Unable to convert {text} (class java.lang.String) to {number}")

    return refuse


class MaskFieldKey(OnKey[MaskFieldConfig], MaskField):
    """MaskField$Key."""


class MaskFieldValue(OnValue[MaskFieldConfig], MaskField):
    """MaskField$Value."""
