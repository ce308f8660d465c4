"""Reading by the book: bytes to what Avro's library would hold, then that to a Connect value; every check and message.

The compiled ``decoder`` hands over to this module at the first surprise. Malformed bytes are a ReadError, what has no
Connect form a DataError. Neighbour: ``slow_write`` with the same datums.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from connect_core.data.keys import hashable
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.binary import read_bytes, read_number, read_text
from connect_core.encoding.avro.errors import ReadError
from connect_core.encoding.avro.from_connect import ANYTHING_KINDS
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.read_defaults import logical
from connect_core.encoding.avro.slow_write import NULL, Datum
from connect_core.encoding.avro.to_connect import to_connect
from connect_core.encoding.avro.unions import takes
from connect_core.errors import DataError
from connect_core.java.numbers import narrow

_CLASSES = {
    "boolean": "java.lang.Boolean", "int": "java.lang.Integer", "long": "java.lang.Long", "float": "java.lang.Float",
    "double": "java.lang.Double", "string": "org.apache.avro.util.Utf8", "bytes": "java.nio.HeapByteBuffer",
    "array": "org.apache.avro.generic.GenericData$Array", "map": "java.util.HashMap",
    "record": "org.apache.avro.generic.GenericData$Record", "fixed": "org.apache.avro.generic.GenericData$Fixed",
    "enum": "org.apache.avro.generic.GenericData$EnumSymbol",
}  # fmt: skip
_WANTED: dict[Type, tuple[str, ...]] = {
    Type.INT8: ("int",), Type.INT16: ("int",), Type.INT32: ("int",), Type.INT64: ("long",), Type.FLOAT32: ("float",),
    Type.FLOAT64: ("double",), Type.BOOLEAN: ("boolean",), Type.ARRAY: ("array",),
}  # fmt: skip
_MOST_OF_NOTHING = 1_000_000
"""Elements of no bytes at all that a message may claim to hold."""
_DEEPEST = 500


def decode(avro: AvroSchema, schema: Schema | None, data: bytes, start: int, options: AvroOptions) -> Any:
    """The Connect value of bytes from ``start``; what follows the value does not matter, as in Java."""
    if avro.kind == "bytes":  # a message of bytes has no length
        return to_value(schema, Datum("bytes", data[start:]), options)
    try:
        datum, _ = read(avro, data, start)
        return None if datum is NULL else to_value(schema, datum, options)
    except RecursionError as error:
        raise ReadError("The message is nested too deeply") from error


def refusing(avro: AvroSchema, error: DataError, *, refusal: str) -> Callable[[bytes, int], Any]:
    """A reader where the schema has no Connect form: broken bytes and nulls go first, as in the original."""

    def read_and_refuse(data: bytes, start: int) -> Any:
        try:
            if avro.kind != "bytes" and read(avro, data, start)[0] is NULL:
                return None
        except ReadError as broken:
            raise DataError(refusal) from broken
        raise type(error)(*error.args) from error

    return read_and_refuse


# -- bytes to datum --------------------------------------------------------------------------------------------------


def read(avro: AvroSchema, data: bytes, at: int, depth: int = 0) -> tuple[Datum, int]:
    """(datum, next position)."""
    kind = avro.kind
    if depth > _DEEPEST:
        raise ReadError("The message is nested too deeply")
    if kind == "union":
        index, at = read_number(data, at, bits=64)
        if not 0 <= index < len(avro.types):
            raise ReadError(f"Index {index} out of bounds for a union of {len(avro.types)}")
        return read(avro.types[index], data, at, depth)
    if kind in ("record", "error"):
        values = {}
        for field in avro.fields:
            values[field.name], at = read(field.schema, data, at, depth + 1)
        return Datum("record", values, avro), at
    if kind == "array":
        return _array(avro, data, at, depth)
    if kind == "map":
        return _map(avro, data, at, depth)
    if kind == "enum":
        index, at = read_number(data, at, bits=32)
        if not 0 <= index < len(avro.symbols):
            raise ReadError(f"Enum ordinal {index} out of bounds for {avro.full_name}")
        return Datum("enum", avro.symbols[index], avro), at
    if kind == "fixed":
        _require(data, at, avro.size)
        return Datum("fixed", data[at : at + avro.size], avro), at + avro.size
    return _scalar(kind, data, at)


def _scalar(kind: str, data: bytes, at: int) -> tuple[Datum, int]:
    value: Any
    if kind == "null":
        return NULL, at
    if kind in ("int", "long"):
        value, at = read_number(data, at, bits=32 if kind == "int" else 64)
    elif kind == "string":
        value, at = read_text(data, at)
    elif kind == "bytes":
        value, at = read_bytes(data, at)
    elif kind == "boolean":
        _require(data, at, 1)
        value, at = data[at] == 1, at + 1
    else:
        size = 4 if kind == "float" else 8
        _require(data, at, size)
        value, at = struct.unpack_from("<f" if kind == "float" else "<d", data, at)[0], at + size
    return Datum(kind, value), at


def _require(data: bytes, at: int, size: int) -> None:
    if size > len(data) - at:
        raise ReadError("The message ends within a value")


def _block(data: bytes, at: int) -> tuple[int, int]:
    """(count, next position) of a block's head; a negative count is followed by the block's size."""
    count, at = read_number(data, at, bits=64)
    if count < 0:
        _, at = read_number(data, at, bits=64)
        count = -count
    if count > max(len(data) - at, 0) + _MOST_OF_NOTHING:
        raise ReadError(f"A block claims {count} elements")
    return count, at


def _array(avro: AvroSchema, data: bytes, at: int, depth: int) -> tuple[Datum, int]:
    assert avro.items is not None
    values: list[Datum] = []
    while True:
        count, at = _block(data, at)
        if not count:
            return Datum("array", values), at
        for _ in range(count):
            value, at = read(avro.items, data, at, depth + 1)
            values.append(value)
            if len(values) > len(data) + _MOST_OF_NOTHING:
                raise ReadError("An array claims more elements than a message can hold")


def _map(avro: AvroSchema, data: bytes, at: int, depth: int) -> tuple[Datum, int]:
    assert avro.items is not None
    values: dict[str, Datum] = {}
    while True:
        count, at = _block(data, at)
        if not count:
            return Datum("map", values), at
        for _ in range(count):
            key, at = read_text(data, at)
            values[key], at = read(avro.items, data, at, depth + 1)


# -- datum to Connect ------------------------------------------------------------------------------------------------


def to_value(schema: Schema | None, datum: Datum, options: AvroOptions) -> Any:
    """The Connect value of a datum."""
    if datum is NULL:
        if schema is not None and not schema.optional:
            raise DataError("Found null value for non-optional schema")
        return None
    if schema is None:
        return _schemaless(datum, options)
    if schema.type in _WANTED and datum.kind not in _WANTED[schema.type]:
        raise _misfit(schema, datum)
    return logical(schema, _base(schema, datum, options))


def _base(schema: Schema, datum: Datum, options: AvroOptions) -> Any:
    """The value before its logical form."""
    kind, value = datum.kind, datum.value
    if schema.type in (Type.INT8, Type.INT16):
        return narrow(value, 8 if schema.type is Type.INT8 else 16)
    if schema.type is Type.STRING:
        if kind not in ("string", "enum"):
            wanted = "expecting String or CharSequence but found"
            raise DataError(f"Invalid class for string type, {wanted} class {_CLASSES[kind]}")
        return value
    if schema.type is Type.BYTES:
        if kind not in ("bytes", "fixed"):
            wanted = "expecting byte[] or ByteBuffer but found"
            raise DataError(f"Invalid class for bytes type, {wanted} class {_CLASSES[kind]}")
        return bytes(value)
    if schema.type is Type.ARRAY:
        return [to_value(schema.value_schema, element, options) for element in value]
    if schema.type is Type.MAP:
        return _connect_map(schema, datum, options)
    return _struct(schema, datum, options) if schema.type is Type.STRUCT else value


def _misfit(schema: Schema, datum: Datum) -> DataError:
    return DataError(f"Invalid type for {schema.type.name}: class {_CLASSES[datum.kind]}")


def _connect_map(schema: Schema, datum: Datum, options: AvroOptions) -> dict[Any, Any]:
    keys, values = schema.key_schema, schema.value_schema
    assert keys is not None
    if keys.type is Type.STRING and not keys.optional:
        if datum.kind != "map":
            raise _misfit(schema, datum)
        return {key: to_value(values, element, options) for key, element in datum.value.items()}
    if datum.kind != "array":
        raise _misfit(schema, datum)
    made = {}
    for entry in datum.value:
        key = hashable(to_value(keys, entry.value[names.KEY], options))
        made[key] = to_value(values, entry.value[names.VALUE], options)
    return made


def _struct(schema: Schema, datum: Datum, options: AvroOptions) -> dict[str, Any]:
    if names.is_union(schema):
        index = union_field(schema, datum, options)
        made = dict.fromkeys(schema.field_map)
        field = schema.fields[index]
        made[field.name] = to_value(field.schema, datum, options)
        return made
    if datum.kind != "record":
        raise _misfit(schema, datum)
    assert datum.named is not None
    # By position: the Connect schema was made of this very record's fields.
    return {
        field.name: to_value(field.schema, datum.value[place.name], options)
        for field, place in zip(schema.fields, datum.named.fields, strict=True)
    }


def union_field(schema: Schema, datum: Datum, options: AvroOptions) -> int:
    """Which field of a union's struct takes a datum: the first of its class."""
    for index, field in enumerate(schema.fields):
        if _is_instance(field.schema, datum, index, options):
            return index
    raise DataError("Did not find matching union field for data")


def _is_instance(schema: Schema, datum: Datum, index: int, options: AvroOptions) -> bool:
    if datum.kind == "record" and schema.type is Type.STRUCT:
        assert datum.named is not None
        found = _member_schema(datum.named, options)
        # The original compares all parts; of those that recur, which are equal to nothing else, the names suffice.
        return found is schema or (found is not None and found.name == schema.name and is_recursive(schema))
    return takes(schema, datum, index, options)


@lru_cache(maxsize=256)
def _member_schema(record: AvroSchema, options: AvroOptions) -> Schema | None:
    """What the field of a union is that holds the record."""
    found = to_connect(record, options)
    return found.replace(optional=True) if found is not None else None


def _schemaless(datum: Datum, options: AvroOptions) -> Any:
    if datum.kind != "record":
        raise DataError("Invalid Avro data for schemaless Connect data")
    for kind in ANYTHING_KINDS:
        found = datum.value[kind]
        if found is not NULL:
            return found.value
    if datum.value["array"] is not NULL:
        return [to_value(None, element, options) for element in datum.value["array"].value]
    if datum.value["map"] is not NULL:
        made = {}
        for entry in datum.value["map"].value:
            key = hashable(to_value(None, entry.value[names.KEY], options))
            made[key] = to_value(None, entry.value[names.VALUE], options)
        return made
    return None
