"""Where a null struct with a default stands in a value: what Java's transforms cannot copy, and ours can.

For ``known`` of the families whose transforms copy structs. Neighbour: ``_transforms`` (both sides of a transform).
"""

from __future__ import annotations

from typing import Any

from connect_core.data import Record, Schema, Type

REFUSED = "Struct schemas do not match."
"""What Java says of a struct's default: the default's own schema has no default, so it is another one."""


def missing(record: Record) -> bool:
    """Is a struct that has a default null, in the record's key or value or their own defaults?"""
    sides = (record.key_schema, record.key), (record.value_schema, record.value)
    return any(lacks(schema, value) or _default_lacks(schema) for schema, value in sides)


def _default_lacks(schema: Schema | None) -> bool:
    return schema is not None and schema.has_default and lacks(schema, schema.default)


def lacks(schema: Schema | None, value: Any) -> bool:
    """As ``missing``, of one value."""
    if schema is None:
        return False
    if value is None:
        return schema.type is Type.STRUCT and schema.has_default
    if schema.type is Type.STRUCT:
        return any(lacks(field.schema, value.get(field.name)) for field in schema.fields)
    if schema.type is Type.ARRAY:
        return any(lacks(schema.value_schema, element) for element in value)
    if schema.type is Type.MAP:
        return any(
            lacks(schema.key_schema, name) or lacks(schema.value_schema, element) for name, element in value.items()
        )
    return False


def holds(schema: Schema | None) -> bool:
    """Has a struct anywhere in the schema a default?"""
    if schema is None:
        return False
    if schema.type is Type.STRUCT and schema.has_default:
        return True
    inner = (*(field.schema for field in schema.fields), schema.key_schema, schema.value_schema)
    return any(map(holds, inner))
