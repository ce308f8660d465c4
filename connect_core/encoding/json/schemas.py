"""Schemas in JSON envelopes (spec kafka-connect.md 5.1): Connect schema -> text, exact tree -> Connect schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connect_core.data.check import check
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json.text import quote
from connect_core.errors import DataError, SchemaError
from connect_core.java.numbers import narrow

JSON_NAMES = {kind: kind.value for kind in Type} | {Type.FLOAT32: "float", Type.FLOAT64: "double"}
_TYPES = {name: kind for kind, name in JSON_NAMES.items()}


def schema_text(schema: Schema, default_text: Callable[[Schema, Any], str], *, field: str | None = None) -> str:
    """The schema's JSON; ``default_text`` writes a default value, ``field`` is the member name within a struct."""
    parts = [f'"type":"{JSON_NAMES[schema.type]}"']
    if schema.type is Type.ARRAY:
        parts.append(f'"items":{_inner(schema.value_schema, default_text)}')
    elif schema.type is Type.MAP:
        parts.append(f'"keys":{_inner(schema.key_schema, default_text)}')
        parts.append(f'"values":{_inner(schema.value_schema, default_text)}')
    elif schema.type is Type.STRUCT:
        inner = (schema_text(f.schema, default_text, field=f.name) for f in schema.fields)
        parts.append(f'"fields":[{",".join(inner)}]')
    parts.append(f'"optional":{"true" if schema.optional else "false"}')
    if schema.name is not None:
        parts.append(f'"name":{quote(schema.name)}')
    if schema.version is not None:
        parts.append(f'"version":{schema.version}')
    if schema.doc is not None:
        parts.append(f'"doc":{quote(schema.doc)}')
    if schema.parameters:
        members = ",".join(f"{quote(k)}:{quote(v)}" for k, v in schema.parameters.items())
        parts.append(f'"parameters":{{{members}}}')
    if schema.has_default:
        parts.append(f'"default":{default_text(schema, schema.default)}')
    if field is not None:
        parts.append(f'"field":{quote(field)}')
    return "{" + ",".join(parts) + "}"


def _inner(schema: Schema | None, default_text: Callable[[Schema, Any], str]) -> str:
    return "null" if schema is None else schema_text(schema, default_text)


def read_schema(node: Any, convert: Callable[[Schema, Any], Any]) -> Schema | None:
    """The schema of an exact JSON tree; ``convert`` reads a default value. Misfits are ignored where Connect does."""
    if node is None:
        return None
    members: Mapping[str, Any] = node if isinstance(node, dict) else {}
    name = members.get("type")
    if not isinstance(name, str):
        raise DataError("Schema must contain 'type' field")
    kind = _TYPES.get(name)
    if kind is None:
        raise DataError(f"Unknown schema type: {name}")
    attributes = _inner_schemas(kind, members, convert) | _attributes(members)
    bare = Schema(kind, **attributes)
    if "default" not in members:
        return bare
    default = convert(bare, members["default"])
    try:
        check(bare, default)
    except DataError as error:
        raise SchemaError("Invalid default value") from error
    return Schema(kind, default=default, **attributes)


def _inner_schemas(kind: Type, members: Mapping[str, Any], convert: Callable[[Schema, Any], Any]) -> dict[str, Any]:
    if kind is Type.ARRAY:
        if members.get("items") is None:
            raise DataError("Array schema did not specify the element type")
        return {"value_schema": read_schema(members["items"], convert)}
    if kind is Type.MAP:
        return _map_schemas(members, convert)
    if kind is not Type.STRUCT:
        return {}
    fields = members.get("fields")
    if not isinstance(fields, list):
        raise DataError('Struct schema\'s "fields" argument is not an array.')
    return {"fields": [_field(entry, convert) for entry in fields]}


def _map_schemas(members: Mapping[str, Any], convert: Callable[[Schema, Any], Any]) -> dict[str, Any]:
    if "keys" not in members:
        raise DataError("Map schema did not specify the key type")
    if "values" not in members:
        raise DataError("Map schema did not specify the value type")
    keys, values = (read_schema(members[name], convert) for name in ("keys", "values"))
    if keys is None or values is None:  # given, but as a JSON null
        raise SchemaError(f"{'keySchema' if keys is None else 'valueSchema'} cannot be null.")
    return {"key_schema": keys, "value_schema": values}


def _field(entry: Any, convert: Callable[[Schema, Any], Any]) -> tuple[str, Schema]:
    name = entry.get("field") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise DataError("Struct schema's field name not specified properly")
    schema = read_schema(entry, convert)
    assert schema is not None  # only a JSON null gives no schema, and this one is an object
    return name, schema


def _attributes(members: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"optional": members.get("optional") is True}
    for text in ("name", "doc"):
        if isinstance(members.get(text), str):
            found[text] = members[text]
    version = members.get("version")
    if isinstance(version, int) and not isinstance(version, bool):
        found["version"] = narrow(version, 32)
    parameters = members.get("parameters")
    if isinstance(parameters, dict):
        if not all(isinstance(value, str) for value in parameters.values()):
            raise DataError("Schema parameters must have string values.")
        found["parameters"] = parameters
    return found
