"""Unions of Avro as structs of which one field is set: how the fields are called, and which takes a value.

Neighbours: ``to_connect`` makes the structs, ``slow_read`` reads values of them, ``read_defaults`` defaults.
"""

from __future__ import annotations

from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.from_connect import is_fixed
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.slow_write import Datum

_KINDS: dict[Type, tuple[str, ...]] = {
    Type.INT32: ("int",), Type.INT64: ("long",), Type.FLOAT32: ("float",), Type.FLOAT64: ("double",),
    Type.BOOLEAN: ("boolean",), Type.STRING: ("string",), Type.BYTES: ("bytes", "fixed"), Type.ARRAY: ("array",),
    Type.MAP: ("map",),
}  # fmt: skip
"""The Avro types whose values a field of this type takes; the first is the field's name."""


def member_name(schema: AvroSchema, index: int, options: AvroOptions) -> str:
    """The field a union's member has in the Connect struct."""
    if options.generalized_sums:
        return f"{names.GENERAL_UNION_FIELD}{index}"
    if schema.kind in ("record", "enum", "fixed"):
        if options.enhanced:
            return schema.full_name
        return names.split(schema.name, scrubbed=options.scrub_names)[1] or ""
    return schema.kind


def connect_member_name(schema: Schema, index: int, options: AvroOptions) -> str | None:
    """The same name from the Connect side."""
    if options.generalized_sums:
        return f"{names.GENERAL_UNION_FIELD}{index}"
    enum = schema.type is Type.STRING and names.lists_symbols(schema)
    if schema.type is Type.STRUCT or enum or is_fixed(schema):
        if options.enhanced:
            return names.scrub_full(schema.name, scrubbed=options.scrub_names)
        return names.split(schema.name, scrubbed=options.scrub_names)[1]
    kinds = _KINDS.get(schema.type)
    return kinds[0] if kinds else None


def takes(schema: Schema, datum: Datum, index: int, options: AvroOptions) -> bool:
    """Does the field of this schema, the union's member ``index``, take a datum that is no record?"""
    kind = datum.kind
    parameter = names.GENERAL_ENUM if options.generalized_sums else names.ENUM
    if schema.type is Type.STRING and names.lists_symbols(schema):
        return datum.named is not None and kind == "enum" and datum.named.full_name == schema.parameters.get(parameter)
    if kind not in _KINDS.get(schema.type, ()):
        return False
    if not is_fixed(schema):
        return True
    if kind == "bytes":
        return len(datum.value) == int(schema.parameters[names.FIXED_SIZE])
    assert datum.named is not None
    return member_name(datum.named, index, options) == connect_member_name(schema, index, options)
