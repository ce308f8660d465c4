"""Schemas that contain themselves: interned schemas cannot, so one inner occurrence is a stand-in of its own.

``stand_in`` is put where the schema recurs; once the outer schema is made, ``complete`` gives the stand-in its parts.
Such a schema is equal to nothing but itself. Whatever walks schemas without a value at hand must ask ``is_recursive``.
"""

from __future__ import annotations

from typing import Any

from connect_core.data.schema import Schema, Type


def stand_in() -> Schema:
    """A STRUCT schema without parts, not interned."""
    made = object.__new__(Schema)
    made.type, made.optional, made.name, made.version, made.doc = Type.STRUCT, False, None, None, None
    made.parameters, made.default, made.has_default = {}, None, False
    made.fields, made.field_map, made.key_schema, made.value_schema = (), {}, None, None
    return made


def complete(made: Schema, like: Schema, **changes: Any) -> None:
    """Give a stand-in the parts of ``like``, some attributes changed; only once, before anybody uses it."""
    for name in ("type", "optional", "name", "version", "doc", "parameters", "default", "has_default"):
        setattr(made, name, changes.get(name, getattr(like, name)))
    made.fields, made.field_map = like.fields, like.field_map
    made.key_schema, made.value_schema = like.key_schema, like.value_schema


def is_recursive(schema: Schema) -> bool:
    """Does the schema contain itself, or a schema that does?"""
    return _recurs(schema, set(), set())


def _recurs(schema: Schema, within: set[int], done: set[int]) -> bool:
    if id(schema) in within:
        return True
    if id(schema) in done:
        return False
    within.add(id(schema))
    inner = [field.schema for field in schema.fields]
    inner.extend(part for part in (schema.key_schema, schema.value_schema) if part is not None)
    found = any(_recurs(part, within, done) for part in inner)
    within.discard(id(schema))
    done.add(id(schema))
    return found
