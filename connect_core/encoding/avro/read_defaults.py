"""Default values in Avro schemas as Connect values: a field's own default, and the property ``connect.default``.

The two are read by different rules, as the original does. DataError where a value does not fit; the caller drops it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.data import units
from connect_core.data.check import check
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import STRING, Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.defaults import class_of
from connect_core.encoding.avro.errors import NumberFormatError
from connect_core.encoding.avro.model import MISSING, AvroField, AvroSchema, json_text
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.slow_write import Datum
from connect_core.encoding.avro.unions import takes
from connect_core.errors import DataError
from connect_core.java.numbers import narrow, to_float32

type FieldDefault = Callable[[Schema, AvroOptions], Any]
"""Gives the Connect value of a field's default, once its schema is known."""


def of_field(field: AvroField) -> FieldDefault | None:
    """The field's default as a function, None if it has none (or one of another type, which counts as none)."""
    try:
        value = MISSING if field.default is MISSING else _object(field.schema, field.default)
    except _Unfit:
        return None
    if value is MISSING:
        return None
    return lambda schema, options: logical(schema, _converted(schema, field.schema, value, options))


def logical(schema: Schema, value: Any) -> Any:
    """A base value as the logical one its schema's name asks for, whatever the schema's type."""
    wanted = _BASES.get(schema.name)
    if value is None or wanted is None:
        return value
    word, base, shown = wanted
    if schema.type is not base:
        found = f"class {_CLASSES[schema.type]}"
        raise DataError(f"Invalid type for {word}, underlying representation should be {shown} but was {found}")
    if base is Type.BYTES:
        if not value:
            raise NumberFormatError("Zero length BigInteger")
        return units.scaled(schema, value)
    if schema.name == DATE:
        return units.day(value)
    return units.time_of_day(value) if schema.name == TIME else units.instant(value)


_BASES: dict[str | None, tuple[str, Type, str]] = {
    DECIMAL: ("Decimal", Type.BYTES, "bytes"), DATE: ("Date", Type.INT32, "int32"),
    TIME: ("Time", Type.INT32, "int32"), TIMESTAMP: ("Timestamp", Type.INT64, "int64"),
}  # fmt: skip
_CLASSES = {
    Type.INT8: "java.lang.Byte", Type.INT16: "java.lang.Short", Type.INT32: "java.lang.Integer",
    Type.INT64: "java.lang.Long", Type.FLOAT32: "java.lang.Float", Type.FLOAT64: "java.lang.Double",
    Type.BOOLEAN: "java.lang.Boolean", Type.STRING: "java.lang.String", Type.BYTES: "java.nio.HeapByteBuffer",
    Type.ARRAY: "java.util.ArrayList", Type.MAP: "java.util.HashMap",
    Type.STRUCT: "org.apache.kafka.connect.data.Struct",
}  # fmt: skip


class _Unfit(Exception):
    """Elements or members that the schema does not have: to Avro's library the field has no default then."""


def _object(schema: AvroSchema | None, tree: Any) -> Any:
    """What Avro's library makes of a JSON default, led by the schema; MISSING where the two do not go together."""
    if schema is not None and schema.kind == "union":
        return _object(schema.types[0], tree)
    kind = schema.kind if schema is not None else ""
    if tree is None or isinstance(tree, bool):
        return tree
    if isinstance(tree, (int, float)):
        return _number(kind, tree)
    if isinstance(tree, str):
        if kind in ("bytes", "fixed"):
            return tree.encode("iso-8859-1", "replace")
        return tree if kind in ("", "string", "enum") else MISSING
    if isinstance(tree, list):
        if tree and schema is not None and schema.kind != "array":
            raise _Unfit
        return [_object(schema.items if schema else None, element) for element in tree]
    inner = {field.name: field.schema for field in schema.fields} if schema else {}
    if kind == "record" and not inner.keys() >= tree.keys():
        raise _Unfit
    values = schema.items if schema is not None and kind == "map" else None
    return {key: _object(values or inner.get(key), element) for key, element in tree.items()}


def _number(kind: str, tree: float) -> Any:
    if isinstance(tree, int) and not -(2**63) <= tree < 2**63:
        return MISSING
    if kind == "float":
        return to_float32(float(tree))
    if kind == "double":
        return float(tree)
    if not isinstance(tree, int):
        return tree if not kind else MISSING
    if kind == "int" and -(2**31) <= tree < 2**31:
        return tree
    return narrow(tree, 64) if kind in ("long", "int", "") else MISSING


def _converted(schema: Schema, avro: AvroSchema, value: Any, options: AvroOptions) -> Any:
    """The Connect value, base types only, of what ``_object`` gave."""
    if value is None or value is MISSING:
        if not schema.optional:
            raise DataError("Found null value for non-optional schema")
        return None
    if schema.type in (Type.INT8, Type.INT16):
        _require(isinstance(value, int) and not isinstance(value, bool) and narrow(value, 32) == value, schema, value)
        return narrow(value, 8 if schema.type is Type.INT8 else 16)
    if schema.type is Type.STRUCT:
        return _struct(schema, avro, value, options)
    if schema.type is Type.ARRAY:
        _require(isinstance(value, list), schema, value)
        assert schema.value_schema is not None
        assert avro.items is not None
        inner, values = avro.items, schema.value_schema
        return [logical(values, _converted(values, inner, element, options)) for element in value]
    if schema.type is Type.MAP:
        if schema.key_schema is not STRING:  # entries as records, which no default can be
            _require(value == [], schema, value)
            return {}
        _require(isinstance(value, dict), schema, value)
        assert schema.value_schema is not None
        assert avro.items is not None
        inner, values = avro.items, schema.value_schema
        return {key: logical(values, _converted(values, inner, element, options)) for key, element in value.items()}
    _require(_fits(schema.type, value), schema, value)
    return value


def _struct(schema: Schema, avro: AvroSchema, value: Any, options: AvroOptions) -> Any:
    if names.is_union(schema):
        members = [member for member in avro.types if member.kind != "null"]
        kind = avro.types[0].kind
        datum = Datum(_DEFAULT_KINDS.get(kind, kind), value)
        for index, (field, member) in enumerate(zip(schema.fields, members, strict=True)):
            if takes(field.schema, datum, index, options):
                return {field.name: logical(field.schema, _converted(field.schema, member, value, options))}
        raise DataError("Did not find matching union field for data")
    _require(isinstance(value, dict), schema, value)
    result = {}
    for field in schema.fields:
        name = names.scrub(field.name) if options.scrub_names else field.name
        found = avro.field(name)
        member = avro if found is None else found.schema
        if not names.is_union(field.schema):
            member = _not_null(member)
        if name in value:
            result[field.name] = logical(field.schema, _converted(field.schema, member, value[name], options))
        else:
            result[field.name] = _as_datum(field.schema, field.schema.default)
        check(field.schema, result[field.name], field=field.name)
    return result


_DEFAULT_KINDS = {"enum": "string", "record": "map", "fixed": "bytes"}
"""What the default of a type is to Avro's library where it is no value of the type."""


def _as_datum(schema: Schema, value: Any) -> Any:
    """A default of a field that the record's default leaves out: the original reads it as if it were Avro's, which goes
    well where the two forms are one class in Java.
    """
    if value is None:
        return None
    _require(schema.name not in _BASES and schema.type not in (Type.INT8, Type.INT16, Type.STRUCT), schema, value)
    if schema.type is Type.ARRAY and schema.value_schema is not None:
        return [_as_datum(schema.value_schema, element) for element in value]
    if schema.type is Type.MAP and schema.value_schema is not None:
        _require(schema.key_schema is STRING, schema, value)
        return {key: _as_datum(schema.value_schema, element) for key, element in value.items()}
    return value


def _not_null(schema: AvroSchema) -> AvroSchema:
    """The member of an optional type that has values."""
    return next((member for member in schema.types if member.kind != "null"), schema)


def _fits(kind: Type, value: Any) -> bool:
    if kind is Type.BOOLEAN:
        return isinstance(value, bool)
    if kind in (Type.INT32, Type.INT64):
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (Type.FLOAT32, Type.FLOAT64):
        return isinstance(value, float)
    return isinstance(value, bytes if kind is Type.BYTES else str)


def _require(good: bool, schema: Schema, value: Any) -> None:
    if not good:
        raise DataError(f"Invalid type for {schema.type.name}: {class_of(value)}")


def from_property(schema: Schema, avro: AvroSchema, tree: Any, options: AvroOptions) -> Any:
    """The value of ``connect.default``."""
    return logical(schema, _from_tree(schema, avro, tree, options))


def _from_tree(schema: Schema, avro: AvroSchema, tree: Any, options: AvroOptions) -> Any:
    kind = avro.kind
    if tree is MISSING or kind == "null":
        return None
    number = tree if isinstance(tree, (int, float)) and not isinstance(tree, bool) else 0
    if kind == "int":
        bits = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32}.get(schema.type)
        return None if bits is None else narrow(int(number), bits)
    if kind == "long":
        return narrow(int(number), 64)
    if kind in ("float", "double"):
        return to_float32(_real(tree)) if kind == "float" else _real(tree)
    if kind == "boolean":
        return _truth(tree)
    if kind in ("string", "enum"):
        return _text(tree)
    if kind in ("bytes", "fixed"):
        return tree.encode("iso-8859-1", "replace") if isinstance(tree, str) else None
    return _container(schema, avro, tree, options)


def _real(tree: Any) -> float:
    return float(tree) if isinstance(tree, (int, float)) and not isinstance(tree, bool) else 0.0


def _truth(tree: Any) -> bool:
    if isinstance(tree, str):
        return tree.strip() == "true"
    return bool(tree) if isinstance(tree, (bool, int)) else False


def _text(tree: Any) -> str:
    if isinstance(tree, (dict, list)):
        return ""
    return tree if isinstance(tree, str) else json_text(tree)


def _container(schema: Schema, avro: AvroSchema, tree: Any, options: AvroOptions) -> Any:
    kind = avro.kind
    if kind == "union":
        first = avro.types[0]
        if first.kind == "null":
            return None
        if schema.type is not Type.STRUCT or not schema.fields:
            raise DataError("Cannot look up fields on non-struct type")
        return from_property(schema.fields[0].schema, first, tree, options)
    if kind == "array":
        if not isinstance(tree, list):
            raise DataError("Invalid JSON for array default value")
        if schema.value_schema is None or avro.items is None:
            raise DataError("Cannot look up value schema on non-array and non-map type")
        return [from_property(schema.value_schema, avro.items, element, options) for element in tree]
    if not isinstance(tree, dict):
        raise DataError(f"Invalid JSON for {kind} default value")
    if kind == "map":
        assert avro.items is not None
        assert schema.value_schema is not None
        inner, values = avro.items, schema.value_schema
        return {key: from_property(values, inner, element, options) for key, element in tree.items()}
    result = {}
    for field in avro.fields:
        known = schema.field(field.name)
        if known is None:
            raise DataError(f"{field.name} is not a valid field name")
        value = from_property(known.schema, field.schema, tree.get(field.name, MISSING), options)
        check(known.schema, value, field=field.name)
        result[field.name] = value
    return result
