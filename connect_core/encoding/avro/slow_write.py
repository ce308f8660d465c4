"""Writing by the book: a Connect value to what Avro's library would hold, then that to bytes; every check and message.

The compiled ``encoder`` hands over to this module whenever a value is out of the ordinary, so errors have one home and
tests have an oracle. A datum is (kind, value, named schema or None), so that unions can be resolved as Avro does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from connect_core.data.check import check_names, fits, java_class_of
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.binary import write_bytes, write_long
from connect_core.encoding.avro.defaults import base_value
from connect_core.encoding.avro.errors import WriteError
from connect_core.encoding.avro.from_connect import (
    ANYTHING,
    KINDS,
    enum_parameter,
    has_string_keys,
    is_fixed,
    number,
)
from connect_core.encoding.avro.model import MISSING, AvroSchema
from connect_core.encoding.avro.options import AvroOptions
from connect_core.errors import DataError
from connect_core.java.charsets import encode_utf8
from connect_core.java.hashing import hash_map_order

_LOGICAL_CLASSES = {
    DECIMAL: ("Decimal", "BigDecimal"), DATE: ("Date", "Date"), TIME: ("Time", "Date"),
    TIMESTAMP: ("Timestamp", "Date"),
}  # fmt: skip
_ANYTHING_ENTRY = ANYTHING.fields[8].schema.types[1].items
assert _ANYTHING_ENTRY is not None
_WIDER = {
    "long": ("int", "long"), "float": ("int", "long", "float"), "double": ("int", "long", "float", "double"),
    "int": ("int",),
}  # fmt: skip


class Datum(NamedTuple):
    """A value as Avro's library holds it. A record's value is a dict by Avro's field names."""

    kind: str
    value: Any
    named: AvroSchema | None = None


NULL = Datum("null", None)


def encode(
    schema: Schema | None, own: AvroSchema, target: AvroSchema, value: Any, options: AvroOptions
) -> bytes | None:
    """Bytes of a value: shaped by its ``own`` Avro schema, written under ``target``; None for a null."""
    try:
        datum = to_datum(schema, own, value, options)
        return None if datum is NULL else payload(target, datum)
    except RecursionError as error:  # a default may contain itself, too
        raise DataError("The value, or a default in it, is nested without end") from error


def payload(target: AvroSchema, datum: Datum) -> bytes:
    """What stands behind the schema id: Avro's bytes, or a bare ``bytes`` without its length."""
    if target.kind == "bytes":
        if datum.kind != "bytes":
            raise WriteError(f"Unrecognized bytes object of type: {datum.kind}")
        return bytes(datum.value)
    return b"".join(write(target, datum))


# -- Connect to datum ------------------------------------------------------------------------------------------------


def to_datum(
    schema: Schema | None, own: AvroSchema, value: Any, options: AvroOptions, *, nested: bool = False
) -> Datum:
    """The datum of a value; ``nested`` is anything but the message as a whole (there a null without schema is null)."""
    if schema is None:
        if value is None and not nested:
            return NULL
        return schemaless(value)
    if value is None:
        if not schema.optional:
            raise DataError("Found null value for non-optional schema")
        return NULL
    _require(schema, value)
    if schema.type is Type.STRING:
        if enum_parameter(schema, options) is None:
            return Datum("string", value)
        return Datum("enum", value, _branch(own, ("enum",)))
    if schema.type is Type.BYTES:
        return _bytes(schema, own, value)
    if schema.type is Type.ARRAY:
        inner = _branch(own, ("array",)).items
        assert inner is not None
        return Datum("array", [to_datum(schema.value_schema, inner, v, options, nested=True) for v in value])
    if schema.type is Type.MAP:
        return _map(schema, own, value, options)
    if schema.type is Type.STRUCT:
        return _struct(schema, own, value, options)
    return Datum(KINDS[schema.type], base_value(schema, value))


def _require(schema: Schema, value: Any) -> None:
    if fits(schema, value):
        return
    if schema.name in _LOGICAL_CLASSES:
        word, wanted = _LOGICAL_CLASSES[schema.name]
        raise DataError(f"Invalid type for {word}, expected {wanted} but was {java_class_of(value)}")
    raise DataError(f"Invalid type for {schema.type.name}: {java_class_of(value)}")


def _branch(own: AvroSchema, kinds: tuple[str, ...]) -> AvroSchema:
    """The type itself, or the member of a union that is of the kind."""
    if own.kind != "union":
        return own
    return next(member for member in own.types if member.kind in kinds)


def _bytes(schema: Schema, own: AvroSchema, value: Any) -> Datum:
    raw = bytes(base_value(schema, value))
    if not is_fixed(schema):
        return Datum("bytes", raw)
    size = number(schema.parameters[names.FIXED_SIZE])
    fixed = own
    if own.kind == "union":
        # Which of a union's fixed types: by name, as the original's struct field is called.
        named = [m for m in own.types if m.kind == "fixed" and m.size == size]
        same = [m for m in named if m.full_name == schema.name or m.name == (schema.name or "").rpartition(".")[2]]
        if not named:
            raise DataError(f"Fixed size {size} not in union {own}")
        fixed = (same or named)[-1]
    if schema.name == DECIMAL:
        if len(raw) > size:
            raise DataError(f"Unscaled value byte array length {len(raw)} is greater than fixed size {size}")
        raw = (b"\xff" if raw[0] > 127 else b"\x00") * (size - len(raw)) + raw
    return Datum("fixed", raw, fixed)


def _map(schema: Schema, own: AvroSchema, value: dict[Any, Any], options: AvroOptions) -> Datum:
    inner = _branch(own, ("map", "array")).items
    assert inner is not None
    if has_string_keys(schema, options):
        for key in value:
            if key is not None and not isinstance(key, str):
                raise DataError(f"Invalid type for MAP: {java_class_of(value)}")
        made = {k: to_datum(schema.value_schema, inner, v, options, nested=True) for k, v in value.items()}
        return Datum("map", made)
    key_schema, value_schema = (field.schema for field in inner.fields)
    entries = [
        Datum(
            "record",
            {
                names.KEY: to_datum(schema.key_schema, key_schema, k, options, nested=True),
                names.VALUE: to_datum(schema.value_schema, value_schema, v, options, nested=True),
            },
            inner,
        )
        for k, v in value.items()
    ]
    return Datum("array", entries)


def _struct(schema: Schema, own: AvroSchema, value: dict[str, Any], options: AvroOptions) -> Datum:
    check_names(schema, value)
    if names.is_union(schema):
        for field in schema.fields:
            found = member(field.schema, value.get(field.name), options)
            if found is not None:
                return to_datum(field.schema, own, found, options, nested=True)
        return to_datum(schema, own, None, options, nested=True)
    record = own
    if own.kind == "union":
        wanted = names.scrub_full(schema.name, scrubbed=options.scrub_names)
        records = [m for m in own.types if m.kind == "record"]
        record = next((m for m in records if m.full_name == wanted), records[0])
    made = {}
    for field in schema.fields:
        name = names.scrub(field.name) if options.scrub_names else field.name
        place = record.field(name)
        assert place is not None
        found = member(field.schema, value.get(field.name), options)
        made[name] = to_datum(field.schema, place.schema, found, options, nested=True)
    return Datum("record", made, record)


def member(schema: Schema, value: Any, options: AvroOptions) -> Any:
    """``Struct.get``: a null is the field's default, unless told otherwise."""
    return schema.default if value is None and schema.has_default and not options.ignore_defaults else value


def schemaless(value: Any) -> Datum:
    """A value without schema as the record Anything."""
    made: dict[str, Datum] = {}
    if isinstance(value, bool):
        made["boolean"] = Datum("boolean", value)
    elif isinstance(value, int) and -(2**63) <= value < 2**63:
        made["long"] = Datum("long", value)
    elif isinstance(value, float):
        made["double"] = Datum("double", value)
    elif isinstance(value, str):
        made["string"] = Datum("string", value)
    elif isinstance(value, (list, tuple)):
        made["array"] = Datum("array", [schemaless(element) for element in value])
    elif isinstance(value, dict):
        entries = [{names.KEY: schemaless(k), names.VALUE: schemaless(v)} for k, v in value.items()]
        made["map"] = Datum("array", [Datum("record", entry, _ANYTHING_ENTRY) for entry in entries])
    elif value is not None:
        raise DataError(f"Unknown Java type for schemaless data: {java_class_of(value)}")
    return Datum("record", {field.name: made.get(field.name, NULL) for field in ANYTHING.fields}, ANYTHING)


# -- datum to bytes --------------------------------------------------------------------------------------------------


def branch_index(union: AvroSchema, kind: str, named: AvroSchema | None) -> int:
    """Which member of a union a datum is: by full name for named types, else by kind; then by a wider number."""
    wanted = named.full_name if named is not None else kind
    for index, candidate in enumerate(union.types):
        if candidate.full_name == wanted:
            return index
    for index, candidate in enumerate(union.types):
        if kind in _WIDER.get(candidate.kind, ()):
            return index
    raise WriteError(f"Not in union {union}: {wanted}")


def write(target: AvroSchema, datum: Datum) -> Iterable[bytes]:
    """The pieces of a datum's bytes under a schema."""
    if target.kind == "union":
        index = branch_index(target, datum.kind, datum.named)
        return [write_long(index), *write(target.types[index], datum)]
    kind, value = target.kind, datum.value
    if datum.kind != kind and datum.kind not in _WIDER.get(kind, ()):
        raise WriteError(f"Expected {target.full_name}, got {datum.kind}")
    if kind in ("record", "error"):
        return _write_record(target, datum)
    if kind == "array":
        assert target.items is not None
        items = [piece for element in value for piece in write(target.items, element)]
        return [write_long(len(value)), *items, b"\x00"] if value else [b"\x00"]
    if kind == "map":
        return _write_map(target, value)
    if kind == "enum":
        if value not in target.symbols:
            raise WriteError(f'enum value "{value}" is not in the enum symbol set: {target.symbols}')
        return [write_long(target.symbols.index(value))]
    if kind == "fixed":
        if len(value) != target.size:
            raise WriteError(f"{len(value)} bytes do not fit the fixed type {target.full_name} of {target.size}")
        return [value]
    return [_scalar(kind, value)]


def _scalar(kind: str, value: Any) -> bytes:
    if kind in ("int", "long"):
        return write_long(value)
    if kind == "string":
        return write_bytes(encode_utf8(value))
    if kind == "bytes":
        return write_bytes(value)
    if kind == "boolean":
        return b"\x01" if value else b"\x00"
    return b"" if kind == "null" else struct.pack("<f" if kind == "float" else "<d", value)


def _write_map(target: AvroSchema, value: dict[str, Datum]) -> Iterable[bytes]:
    if not value:
        return [b"\x00"]
    if None in value:
        raise WriteError("A key of an Avro map cannot be null")
    assert target.items is not None
    pieces = [write_long(len(value))]
    for key in hash_map_order(value):
        pieces += [write_bytes(encode_utf8(key)), *write(target.items, value[key])]
    return [*pieces, b"\x00"]


def _write_record(target: AvroSchema, datum: Datum) -> Iterable[bytes]:
    pieces: list[bytes] = []
    for field in target.fields:
        found = datum.value.get(field.name)
        if found is None:
            if field.default is MISSING:
                raise WriteError(f"The schema to write with has a field {field.name} that the record does not have")
            found = default_datum(field.schema, field.default)
        pieces += write(field.schema, found)
    return pieces


def default_datum(schema: AvroSchema, tree: Any) -> Datum:
    """A field's default as a datum."""
    kind = schema.kind
    if kind == "union":
        return default_datum(schema.types[0], tree)
    if kind == "record":
        value: Any = {f.name: default_datum(f.schema, tree.get(f.name, f.default)) for f in schema.fields}
    elif kind == "array":
        assert schema.items is not None
        value = [default_datum(schema.items, element) for element in tree]
    elif kind == "map":
        assert schema.items is not None
        value = {key: default_datum(schema.items, element) for key, element in tree.items()}
    elif kind in ("bytes", "fixed"):
        value = tree.encode("iso-8859-1")
    else:
        value = tree
    return Datum(kind, value, schema if schema.name is not None else None)
