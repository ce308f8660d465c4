"""JSON Schema values by the book (spec kafka-connect.md 5.8): every coercion and message of JsonSchemaData.

The compiled ``encoder`` and ``decoder`` hand over to this module whenever something is out of the ordinary. Single
values are those of ``encoding.json``; what differs is null, containers, unions and variants.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from connect_core.data.check import check, check_names, fits, java_class_of
from connect_core.data.float32 import Float32
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json import JsonOptions
from connect_core.encoding.json import slow as plain
from connect_core.encoding.json_schema import org_json, variant
from connect_core.encoding.json_schema.options import (
    EXTRAS_FIELD,
    GENERAL_UNION,
    ONE_OF,
    UNION_PREFIX,
    VARIANT,
    JsonSchemaOptions,
    extras_field,
    has_object_keys,
    is_union,
)
from connect_core.encoding.json_schema.schema_text import schema_text
from connect_core.encoding.json_schema.tree import ABSENT, MISSING, dumps
from connect_core.errors import DataError
from connect_core.java.numbers import float_to_int, narrow

_PLAIN = JsonOptions(schemas_enable=False)
_LOGICAL = {DECIMAL, DATE, TIME, TIMESTAMP}


# -- writing ---------------------------------------------------------------------------------------------------------


def encode(schema: Schema | None, value: Any, options: JsonSchemaOptions) -> bytes | None:
    """The JSON of a value; None where the original writes no message at all."""
    tree = to_tree(schema, value, options)
    return None if tree is ABSENT else dumps(tree).encode()


def schema_text_of(schema: Schema, options: JsonSchemaOptions) -> str:
    """The JSON Schema to register."""
    return schema_text(schema, options, default_tree=lambda inner, default: _default_tree(inner, default, options))


def _default_tree(schema: Schema, default: Any, options: JsonSchemaOptions) -> Any:
    tree = to_tree(schema, default, options)
    if isinstance(tree, (list, dict)):
        _refuse_within_objects(tree)
    return tree


def _refuse_within_objects(tree: Any) -> None:
    """NaN and infinities have another error within an object."""
    if isinstance(tree, dict):
        try:
            org_json.text(tree)
        except org_json.OrgJsonError as error:
            raise DataError("Invalid default value") from error
    elif isinstance(tree, list):
        for element in tree:
            _refuse_within_objects(element)


def to_tree(schema: Schema | None, value: Any, options: JsonSchemaOptions) -> Any:
    """The value as a JSON tree (see ``tree``); ABSENT for a null where null may not be."""
    if value is None:
        if schema is None:
            return ABSENT
        if schema.has_default and not options.ignore_default_for_nullables:
            return to_tree(schema, schema.default, options)
        return None if schema.optional else ABSENT
    if schema is None:
        return _schemaless_tree(value, options)
    if schema.name in _LOGICAL:
        return _logical_tree(schema, value, options)
    if schema.name == VARIANT:
        return _variant_tree(value)
    if not fits(schema, value):
        raise DataError(_misfit(schema, value))
    if schema.type is Type.ARRAY:
        return [_or_null(to_tree(schema.value_schema, element, options)) for element in value]
    if schema.type is Type.MAP:
        return _map_tree(schema, value, options)
    if schema.type is Type.STRUCT:
        check_names(schema, value)
        return _union_tree(schema, value, options) if is_union(schema) else _struct_tree(schema, value, options)
    return _scalar_tree(schema, value)


def _misfit(schema: Schema, value: Any) -> str:
    kind = "bytes type" if schema.type is Type.BYTES else schema.type.name
    return f"Invalid type for {kind}: {java_class_of(value)}"


def _or_null(tree: Any) -> Any:
    return None if tree is ABSENT else tree


def _scalar_tree(schema: Schema, value: Any) -> Any:
    if schema.type is Type.FLOAT32:
        return Float32(value)
    if schema.type is Type.FLOAT64:
        return float(value)
    return base64.b64encode(value).decode() if schema.type is Type.BYTES else value


def _logical_tree(schema: Schema, value: Any, options: JsonSchemaOptions) -> Any:
    if isinstance(value, Decimal) and options.numeric_decimals and schema.name == DECIMAL:
        return value
    text = plain.value_text(schema.replace(default=None), value, _PLAIN)
    return text[1:-1] if schema.name == DECIMAL else int(text)


def _variant_tree(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise DataError(f"Invalid type for Variant, expected Struct but was {java_class_of(value)}")
    return variant.decode(value["metadata"], value["value"])


def _map_tree(schema: Schema | None, value: dict[Any, Any], options: JsonSchemaOptions) -> Any:
    keys, values = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
    pairs = ((to_tree(keys, k, options), _or_null(to_tree(values, v, options))) for k, v in value.items())
    if has_object_keys(schema) if schema is not None else all(isinstance(key, str) for key in value):
        return {_member_name(key): tree for key, tree in pairs}
    return [{"key": _or_null(key), "value": tree} for key, tree in pairs]


def _member_name(key: Any) -> str:
    if key is ABSENT:
        raise DataError("A map with string keys has the key null")
    return key if isinstance(key, str) else dumps(key)


def _union_tree(schema: Schema, value: Mapping[str, Any], options: JsonSchemaOptions) -> Any:
    for field in schema.fields:
        found = value.get(field.name)
        if found is None and not options.ignore_default_for_nullables:
            found = field.schema.default
        if found is not None:
            return to_tree(field.schema, found, options)
    return to_tree(schema, None, options)


def _struct_tree(schema: Schema, value: Mapping[str, Any], options: JsonSchemaOptions) -> dict[str, Any]:
    hidden = extras_field(schema, options)
    trees = {f.name: to_tree(f.schema, value.get(f.name), options) for f in schema.fields if f.name != hidden}
    result = {name: tree for name, tree in trees.items() if tree is not ABSENT}
    for name, extra in ((value.get(hidden) if hidden else None) or {}).items():
        result[name] = _variant_tree(extra)
    return result


def _schemaless_tree(value: Any, options: JsonSchemaOptions) -> Any:
    if isinstance(value, dict):
        return _map_tree(None, value, options)
    if isinstance(value, (list, tuple)):
        return [_or_null(to_tree(None, element, options)) for element in value]
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode()
    if isinstance(value, (str, bool, float)) or (isinstance(value, int) and -(2**63) <= value < 2**63):
        return value
    raise DataError(f"Java {java_class_of(value)} does not have corresponding schema type.")


# -- reading ---------------------------------------------------------------------------------------------------------


def read_value(schema: Schema | None, node: Any, options: JsonSchemaOptions) -> Any:
    """The Connect value of a JSON tree; ABSENT for a member that is not there."""
    if schema is None:
        return _read_schemaless(node)
    if node is None or node is ABSENT:
        if schema.has_default:
            return schema.default
        if node is ABSENT or schema.optional:
            return None
        raise DataError(f"Invalid null value for required {schema.type.name} field")
    if schema.name in _LOGICAL:
        return _read_logical(schema, node)
    if schema.name == VARIANT:
        return variant.encode(node)
    if schema.type is Type.STRUCT:
        return _read_union(schema, node, options) if is_union(schema) else _read_struct(schema, node, options)
    if schema.type is Type.ARRAY:
        elements = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
        return [read_value(schema.value_schema, element, options) for element in elements]
    return _read_map(schema, node, options) if schema.type is Type.MAP else _read_scalar(schema, node)


def _read_schemaless(node: Any) -> Any:
    if node is ABSENT:
        return None
    if node is MISSING:
        raise DataError("Unknown schema type: null")
    if isinstance(node, dict):
        return {key: _read_schemaless(element) for key, element in node.items()}
    if isinstance(node, list):
        return [_read_schemaless(element) for element in node]
    if isinstance(node, Decimal):
        return plain.float_of(node)
    return narrow(node, 64) if isinstance(node, int) and not isinstance(node, bool) else node


def _read_logical(schema: Schema, node: Any) -> Any:
    if isinstance(node, float) and schema.name == DECIMAL:
        raise DataError(
            'Character N is neither a decimal digit number, decimal point, nor "e" notation exponential mark.'
        )
    return plain.read_value(schema, node, _PLAIN)


def _read_scalar(schema: Schema, node: Any) -> Any:
    if schema.type is Type.BYTES and not isinstance(node, str):
        number = isinstance(node, (int, Decimal)) and not isinstance(node, bool)
        return Decimal(node) if number else Decimal(0)
    if isinstance(node, float):  # NaN and infinities
        if schema.type in plain.INT_BITS:
            bits = plain.INT_BITS[schema.type]
            return narrow(float_to_int(node, max(bits, 32)), bits)
        return node if schema.type in (Type.FLOAT32, Type.FLOAT64) else plain.read_value(schema, 0, _PLAIN)
    return plain.read_value(schema, node, _PLAIN)


def _read_map(schema: Schema, node: Any, options: JsonSchemaOptions) -> dict[Any, Any]:
    keys, values = schema.key_schema, schema.value_schema
    if has_object_keys(schema):
        if not isinstance(node, dict):
            raise DataError(
                f"Maps with string fields should be encoded as JSON objects, but found {plain.node_type(node)}"
            )
        return {key: read_value(values, element, options) for key, element in node.items()}
    result = {}
    for entry in plain.entries(node, dict, plural="objects", one="object"):
        key = hashable(read_value(keys, entry.get("key", ABSENT), options))
        result[key] = read_value(values, entry.get("value", ABSENT), options)
    return result


def _read_struct(schema: Schema, node: Any, options: JsonSchemaOptions) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise DataError(f"Structs should be encoded as JSON objects, but found {plain.node_type(node)}")
    hidden = extras_field(schema, options)
    result = {}
    for field in schema.fields:
        value = None
        if field.name != hidden:
            value = read_value(field.schema, node.get(field.name, ABSENT), options)
            if value is not None:
                check(field.schema, value, field=field.name)
        result[field.name] = value
    if hidden:
        result[hidden] = (
            _extras((key, node[key]) for key in node if key == hidden or key not in schema.field_map) or None
        )
    return result


def _extras(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    result = {}
    for key, node in members:
        if key == EXTRAS_FIELD:
            raise DataError(
                f"JSON payload contains a property named '{key}' which collides with the reserved field name for "
                "preserve.additional.properties=true. Rename the property in the source data or disable the config."
            )
        result[key] = variant.encode(node)
    return result


def _read_union(schema: Schema, node: Any, options: JsonSchemaOptions) -> dict[str, Any]:
    best, most = None, 0
    for field in schema.fields:
        if _is_instance(field.schema, node):
            best = field
            break
        matching = _matching_members(field.schema, node)
        if matching > most:
            best, most = field, matching
    if best is None:
        raise DataError("Did not find matching oneof field for data")
    prefix = f"{UNION_PREFIX}field_" if GENERAL_UNION in schema.parameters else f"{ONE_OF}.field."
    name = f"{prefix}{best.index}"
    target = schema.field(name)
    if target is None:
        raise DataError(f"{name} is not a valid field name")
    value = read_value(best.schema, node, options)
    check(target.schema, value, field=name)
    return {field.name: value if field.name == name else None for field in schema.fields}


def _is_instance(schema: Schema, node: Any) -> bool:
    """Does a node that is no struct have the type of the schema?"""
    kind = plain.node_type(node)
    if schema.type in plain.INT_BITS:
        return kind == "NUMBER" and isinstance(node, int)
    if schema.type in (Type.FLOAT32, Type.FLOAT64):
        return kind == "NUMBER"
    if schema.type is Type.BYTES:
        return isinstance(node, Decimal)
    if schema.type is Type.MAP:
        return kind in ("OBJECT", "ARRAY")
    return {Type.BOOLEAN: "BOOLEAN", Type.STRING: "STRING", Type.ARRAY: "ARRAY"}.get(schema.type) == kind


def _matching_members(schema: Schema, node: Any) -> int:
    """How many members of the node, at any depth, the struct schema knows."""
    if schema.type is not Type.STRUCT or not isinstance(node, dict):
        return 0
    common = [field for field in schema.fields if field.name in node]
    return len(common) + sum(_matching_members(field.schema, node[field.name]) for field in common)


def decode(schema: Schema | None, tree: Any, options: JsonSchemaOptions) -> Any:
    """The Connect value of a whole message."""
    return read_value(schema, tree, options)


__all__ = ["decode", "encode", "read_value", "schema_text_of", "to_tree"]
