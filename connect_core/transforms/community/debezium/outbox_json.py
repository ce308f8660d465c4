"""JSON texts of an outbox table as structs: the schema is guessed from the document (``table.expand.json.payload``).

Whatever cannot be told from one document (mixed lists, numbers beyond 64 bits) is a ValueError: the text stays a text.
Neighbour: ``outbox``.
"""

from __future__ import annotations

import json
from typing import Any

from connect_core.data import Schema, Type, array, struct
from connect_core.data.schema import (
    OPTIONAL_BOOLEAN,
    OPTIONAL_BYTES,
    OPTIONAL_FLOAT64,
    OPTIONAL_INT32,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
)


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def expanded(name: str, text: str, *, keep_nulls: bool) -> tuple[Schema, Any]:
    """Schema and value of a JSON object; ``name`` is the schema's, ``keep_nulls`` makes nulls optional bytes."""
    if not text.startswith("{"):
        raise ValueError("not a JSON object")
    node = _DECODER.raw_decode(text)[0]  # what stands behind the document is not looked at
    schema = _object(name, node, keep_nulls)
    return schema, _value(node, schema)


def _schema(name: str | None, node: Any, keep_nulls: bool) -> Schema | None:
    """The schema of a node; None: none can be told, so the field is left out."""
    if isinstance(node, dict):
        return _object(name, node, keep_nulls)
    if isinstance(node, list):
        return array(_element(name, node, keep_nulls), optional=True) if node else None
    if node is None:
        return OPTIONAL_BYTES if keep_nulls else None
    if isinstance(node, bool):
        return OPTIONAL_BOOLEAN
    if isinstance(node, str):
        return OPTIONAL_STRING
    return _number(node)


def _number(node: float) -> Schema:
    if isinstance(node, int) and -(2**63) <= node < 2**63:
        return OPTIONAL_INT32 if -(2**31) <= node < 2**31 else OPTIONAL_INT64
    return OPTIONAL_FLOAT64


def _object(name: str | None, node: dict[str, Any], keep_nulls: bool) -> Schema:
    prefix = f"{name}." if name is not None and name.strip() else ""
    found = ((key, _schema(prefix + key, value, keep_nulls)) for key, value in node.items())
    return struct([(key, schema) for key, schema in found if schema is not None], name=name, optional=True)


def _element(name: str | None, nodes: list[Any], keep_nulls: bool) -> Schema:
    """The one schema of a list's elements; objects may have different members."""
    present = [node for node in nodes if node is not None]
    kinds = {_kind(node) for node in present}
    if len(kinds) > 1:
        raise ValueError("the elements of a list have different types")
    if kinds == {"number"} and len({_number(node) for node in present}) > 1:
        raise ValueError("the elements of a list have different number types")
    if kinds != {"object"}:
        schema = _schema(None, present[0] if present else None, keep_nulls)
        if schema is None:
            raise ValueError("the elements of a list have no type")
        return schema
    merged: Schema | None = None
    for schema in dict.fromkeys(_object(name, node, keep_nulls) for node in present):
        merged = schema if merged is None else _merged(merged, schema)
    assert merged is not None
    return merged


def _kind(node: Any) -> str:
    if isinstance(node, bool):
        return "boolean"
    if isinstance(node, (int, float)):
        return "number"
    return "text" if isinstance(node, str) else "object" if isinstance(node, dict) else "array"


def _merged(left: Schema, right: Schema) -> Schema:
    """All fields of both; a field that was only null so far takes the other type. No longer optional."""
    fields = {f.name: f.schema for f in left.fields}
    for field in right.fields:
        old = fields.get(field.name)
        if old is None or (old.type is Type.BYTES and field.schema.type is not Type.BYTES):
            fields[field.name] = field.schema
    return struct(fields.items(), name=left.name)


def _value(node: Any, schema: Schema) -> Any:
    """The node as a value of the schema; ValueError if it does not fit."""
    if node is None:
        return None
    if isinstance(node, dict) and schema.type is Type.STRUCT:
        return {f.name: _value(node[f.name], f.schema) for f in schema.fields if f.name in node}
    if isinstance(node, list) and schema.type is Type.ARRAY and schema.value_schema is not None:
        return [_value(one, schema.value_schema) for one in node]
    if isinstance(node, int) and not isinstance(node, bool) and not -(2**63) <= node < 2**63:
        raise ValueError("a number has more than 64 bits")
    if isinstance(node, (dict, list)) or _schema(None, node, keep_nulls=False) is not schema:
        raise ValueError("the elements of a list have different types")
    return node
