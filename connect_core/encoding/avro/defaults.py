"""Default values between Connect and Avro: as JSON trees in schema texts, as Avro's rules for a field's default."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data import units
from connect_core.data.check import java_class_of
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.errors import NoMember, NullPointer
from connect_core.encoding.avro.model import MISSING, AvroSchema, Single
from connect_core.encoding.avro.options import AvroOptions
from connect_core.errors import DataError

_NO_DEFAULT = (
    'Cannot invoke "Object.getClass()" because the return value of '
    '"org.apache.kafka.connect.data.Schema.defaultValue()" is null'
)
_BASES: dict[str | None, Type] = {DATE: Type.INT32, TIME: Type.INT32, TIMESTAMP: Type.INT64, DECIMAL: Type.BYTES}


def base_value(schema: Schema, value: Any) -> Any:
    """A logical value as its base type has it; anything else as it is."""
    if isinstance(value, Decimal):
        return units.unscaled(schema, value)
    if isinstance(value, datetime):
        return units.millis(value)
    if isinstance(value, date):
        return units.days(value)
    return units.millis_of_day(value) if isinstance(value, time) else value


def default_tree(schema: Schema, value: Any, options: AvroOptions) -> Any:
    """The JSON tree of a default value."""
    if value is None:
        return None
    base = _BASES.get(schema.name)
    if base is not None and schema.type is not base:
        if not schema.has_default:  # a part of a container's default: the original looks at the part's own
            raise NullPointer(_NO_DEFAULT)
        shown = java_class_of(schema.default)
        raise DataError(f"Invalid type used for default value of {schema.type.name} field: {shown}")
    value = base_value(schema, value)
    if schema.type is Type.FLOAT32:
        return Single(value)
    if schema.type is Type.BYTES:
        return bytes(value).decode("iso-8859-1")
    if schema.type is Type.ARRAY:
        assert schema.value_schema is not None
        return [default_tree(schema.value_schema, element, options) for element in value]
    if schema.type is Type.MAP:
        return _map_tree(schema, value, options)
    if schema.type is Type.STRUCT:
        return _struct_tree(schema, value, options)
    return float(value) if schema.type is Type.FLOAT64 else value


def _map_tree(schema: Schema, value: dict[Any, Any], options: AvroOptions) -> Any:
    assert schema.key_schema is not None
    assert schema.value_schema is not None
    keys, values = schema.key_schema, schema.value_schema
    if keys.type is Type.STRING and (not keys.optional or options.optional_map_keys):
        if None in value:
            raise NullPointer
        return {key: default_tree(values, element, options) for key, element in value.items()}
    return [[default_tree(keys, k, options), default_tree(values, v, options)] for k, v in value.items()]


def _struct_tree(schema: Schema, value: dict[str, Any], options: AvroOptions) -> Any:
    union = names.is_union(schema)
    made: dict[str, Any] = {}
    for field in schema.fields:
        found = value.get(field.name)
        tree = default_tree(field.schema, field.schema.default if found is None else found, options)
        if union:
            return tree
        made[names.scrub(field.name) if options.scrub_names else field.name] = tree
    return made


def field_tree(tree: Any) -> Any:
    """A tree as a field's default has it: Avro's library knows only doubles there."""
    if isinstance(tree, Single):
        return float(tree)
    if isinstance(tree, dict):
        return {key: field_tree(value) for key, value in tree.items()}
    return [field_tree(value) for value in tree] if isinstance(tree, list) else tree


def valid_default(schema: AvroSchema, tree: Any) -> bool:
    """Whether Avro takes the tree as a default: that of a union must be of its first type."""
    kind = schema.kind
    if kind in ("string", "bytes", "enum", "fixed"):
        return isinstance(tree, str)
    if kind in ("int", "long"):
        bits = 31 if kind == "int" else 63
        return isinstance(tree, int) and not isinstance(tree, bool) and -(1 << bits) <= tree < 1 << bits
    if kind in ("float", "double"):
        return isinstance(tree, (int, float)) and not isinstance(tree, bool)
    if kind == "boolean":
        return isinstance(tree, bool)
    if kind == "null":
        return tree is None
    if kind == "union":
        if not schema.types:
            raise NoMember("Index 0 out of bounds for length 0")
        return valid_default(schema.types[0], tree)
    if kind == "record":
        return isinstance(tree, dict) and all(
            valid_default(f.schema, tree.get(f.name, f.default)) for f in schema.fields
        )
    assert schema.items is not None
    if kind == "array":
        return isinstance(tree, list) and all(valid_default(schema.items, element) for element in tree)
    return isinstance(tree, dict) and all(valid_default(schema.items, element) for element in tree.values())


def class_of(value: Any) -> str:
    """The Java class of a value, for messages."""
    return "null" if value is None or value is MISSING else java_class_of(value)
