"""The .proto definition of a Connect schema (spec kafka-connect.md 5.7): messages, enums and oneofs as a ``File``.

Names given to unnamed schemas are numbered in the order in which the original asks for them; keep that order.
"""

from __future__ import annotations

import re

from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.protobuf import names
from connect_core.encoding.protobuf.circles import Endless, Place, SideBySide, is_union, place
from connect_core.encoding.protobuf.errors import NUMBER, POINTER, Refused
from connect_core.encoding.protobuf.model import PROTO3, Enum, Field, File, Message
from connect_core.encoding.protobuf.options import (
    CONNECT_TYPE,
    DATE_TYPE,
    DECIMAL_TYPE,
    ENUM,
    GENERAL_ENUM,
    GENERAL_UNION,
    LOCATIONS,
    PRECISION,
    TAG,
    TIME_TYPE,
    TIMESTAMP_TYPE,
    TYPE,
    UNION_PREFIX,
    WRAPPER,
    ProtobufOptions,
)
from connect_core.errors import DataError
from connect_core.java.numbers import double_text, float_text

_LOGICAL = {DECIMAL: DECIMAL_TYPE, DATE: DATE_TYPE, TIME: TIME_TYPE, TIMESTAMP: TIMESTAMP_TYPE}
ROOTS = {
    Type.INT8: "google.protobuf.Int32Value",
    Type.INT16: "google.protobuf.Int32Value",
    Type.INT32: "google.protobuf.Int32Value",
    Type.INT64: "google.protobuf.Int64Value",
    Type.FLOAT32: "google.protobuf.FloatValue",
    Type.FLOAT64: "google.protobuf.DoubleValue",
    Type.BOOLEAN: "google.protobuf.BoolValue",
    Type.STRING: "google.protobuf.StringValue",
    Type.BYTES: "google.protobuf.BytesValue",
}
"""The message that stands for a schema which is no struct."""
PLAIN = {
    Type.INT8: "int32",
    Type.INT16: "int32",
    Type.INT32: "int32",
    Type.INT64: "int64",
    Type.FLOAT32: "float",
    Type.FLOAT64: "double",
    Type.BOOLEAN: "bool",
    Type.STRING: "string",
    Type.BYTES: "bytes",
}
_UNSIGNED = {"uint32": "UInt32", "fixed32": "UInt32", "uint64": "UInt64", "fixed64": "UInt64"}
_INT = re.compile(r"[+-]?[0-9]+", re.ASCII)


def define(schema: Schema, options: ProtobufOptions) -> tuple[File, str]:
    """(file, full name of the message) of a STRUCT schema; Refused for what has no definition."""
    if schema.type is not Type.STRUCT:
        raise Refused(f"Unsupported root schema of type {schema.type.name}")
    definer = _Definer(options)
    package, name = names.split(definer.name_or_default(schema.name), options.scrub_invalid_names)
    try:
        message = definer.message(name, schema)
    except Endless:
        definer = _Definer(options)
        message = definer.side_by_side(name, schema)
    file = definer.file
    file.package = package or None
    file.messages.append(message)
    return file, f"{package}.{name}" if package else name


def is_enum(schema: Schema) -> bool:
    """Whether a schema carries the parameters of an enum."""
    return GENERAL_ENUM in schema.parameters or ENUM in schema.parameters


def wraps(schema: Schema, options: ProtobufOptions, *, member: bool) -> bool:
    """Whether a scalar is written as a wrapper message: a oneof's plain member is not, the oneof tells its absence."""
    if not (options.wrapper_for_nullables and schema.optional):
        return False
    return not member or schema.parameters.get(WRAPPER, "").lower() == "true"


def parse_int(text: str) -> int:
    """Java's ``Integer.parseInt``."""
    if not _INT.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        raise Refused(f'For input string: "{text}"', NUMBER)
    return int(text)


class _Definer:
    """Builds one file."""

    def __init__(self, options: ProtobufOptions) -> None:
        self.file = File(syntax=PROTO3)
        self._options = options
        self._index = 0
        self._around: list[tuple[str | None, Place]] = []
        self._unions: list[Place] = []
        self._circle: SideBySide | None = None

    def name_or_default(self, name: str | None) -> str:
        """The name, or the next default one."""
        if name:
            return name
        self._index += 1
        return f"{names.DEFAULT_NAME}{self._index}"

    def _scrub(self, name: str) -> str:
        return names.scrub(name) if self._options.scrub_invalid_names else name

    def _unqualified(self, name: str | None) -> str:
        return self._scrub(self.name_or_default(name).rpartition(".")[2])

    def side_by_side(self, name: str, schema: Schema) -> Message:
        """The message of a struct whose messages hold each other."""
        self.name_or_default(schema.name)  # its number is taken
        self._circle = SideBySide(schema, name, self._scrub)
        message = self.message(name, schema)
        message.messages += [self.message(*other) for other in self._circle.others]
        return message

    def message(self, name: str, schema: Schema) -> Message:
        """The message of a struct; Endless if it stands in itself."""
        here = (name if schema.name else None, place(schema))
        if here in self._around:
            raise Endless
        unions, self._unions = self._unions, []
        self._around.append(here)
        message = self._message(name, schema)
        self._around.pop()
        self._unions = unions
        return message

    def _message(self, name: str, schema: Schema) -> Message:
        message = Message(name)
        defined: set[str] = set()
        index = 1
        for one in schema.fields:
            tag = one.schema.parameters.get(TAG)
            if tag is None:
                number, index = index, index + 1
            else:
                number = parse_int(tag)
            field = self._field(message, defined, one.schema, self._scrub(one.name), number, member=False)
            if field is None:
                continue
            if self._label(one.schema) == "optional":
                field.proto3_optional, field.oneof = True, len(message.oneofs)
                message.oneofs.append(f"_{field.name}")
            message.fields.append(field)
        if self._circle is not None:
            _synthetic_last(message)
        return message

    def _oneof(self, message: Message, defined: set[str], schema: Schema, name: str) -> None:
        if place(schema) in self._unions:
            raise Refused(f"The union {schema.name} holds itself: no oneof can")
        self._unions.append(place(schema))
        self._members(message, defined, schema, name)
        self._unions.pop()

    def _members(self, message: Message, defined: set[str], schema: Schema, name: str) -> None:
        oneof = len(message.oneofs)
        message.oneofs.append(name)
        for one in schema.fields:
            number = parse_int(one.schema.parameters.get(TAG, "0"))
            field = self._field(message, defined, one.schema, self._scrub(one.name), number, member=True)
            if field is not None:
                field.oneof, field.label = oneof, None  # a text cannot say ``repeated`` here, and data follows the text
                message.fields.append(field)

    def _label(self, schema: Schema) -> str | None:
        if schema.type in (Type.ARRAY, Type.MAP):
            return "repeated"
        return "optional" if self._options.optional_for_nullables and schema.optional else None

    def _field(
        self, message: Message, defined: set[str], schema: Schema, name: str, number: int, *, member: bool
    ) -> Field | None:
        """The field, its types defined in the message; None for a union, whose members were added instead."""
        label = self._label(schema)
        if schema.type is Type.ARRAY:
            if schema.value_schema is None:
                raise Refused("Cannot define an array without an element schema", POINTER)
            schema = schema.value_schema
        meta: dict[str, str] = {}
        kind = self._type(schema, name, meta, member=member)
        field = Field(name, number, kind, label, meta=meta)
        if schema.type is Type.STRUCT:
            if is_union(schema):
                self._oneof(message, defined, schema, self._union_name(schema))
                return None
            if self._circle is None and kind != message.name and kind not in defined:
                defined.add(kind)
                message.messages.append(self.message(kind, schema))
        elif schema.type is Type.MAP:
            message.messages.append(self._map(kind, schema))
        elif is_enum(schema):
            name = self._unqualified(schema.name)
            if all(enum.name != name for enum in message.enums):
                message.enums.append(self._enum(schema))
        elif kind in LOCATIONS:
            if LOCATIONS[kind] not in self.file.imports:
                self.file.imports.append(LOCATIONS[kind])
        elif schema.has_default:
            field.default = _default_text(schema)
        return field

    def _union_name(self, schema: Schema) -> str:
        if self._options.generalized_sum_type_support:
            found = schema.parameters.get(GENERAL_UNION)
            if found is None:
                raise Refused(f"The union {schema.name} has no parameter {GENERAL_UNION}", POINTER)
            return found
        return self._unqualified((schema.name or "")[len(UNION_PREFIX) :])

    def _map(self, name: str, schema: Schema) -> Message:
        entry = Message(name)
        defined: set[str] = set()
        for number, (role, part) in enumerate((("key", schema.key_schema), ("value", schema.value_schema)), 1):
            field = part and self._field(entry, defined, part, role, number, member=False)
            if not field:
                raise Refused(f"The {role} of a map can be no union and needs a schema", POINTER)
            entry.fields.append(field)
        return entry

    def _enum(self, schema: Schema) -> Enum:
        prefix = self._options.enum_parameter + "."
        enum = Enum(self._unqualified(schema.name))
        for key, value in schema.parameters.items():
            if key.startswith(prefix):
                enum.values.append((key.removeprefix(prefix), parse_int(value)))
        return enum

    def _type(self, schema: Schema, field_name: str, meta: dict[str, str], *, member: bool) -> str:
        """The type's name as the text has it; ``meta`` takes what the type cannot say."""
        if schema.name in _LOGICAL:
            if schema.name == DECIMAL:
                for key, parameter in (("precision", PRECISION), ("scale", "scale")):
                    if parameter in schema.parameters:
                        meta[key] = schema.parameters[parameter]
            return _LOGICAL[schema.name]
        if schema.type is Type.ARRAY:
            raise Refused("Array cannot be nested")
        if schema.type is Type.MAP:
            return names.to_map_entry(self._unqualified(schema.name))
        if schema.type is Type.STRUCT:
            if self._circle is not None and not is_union(schema):
                return self._circle.name(schema)
            name = self._unqualified(schema.name)
            return f"{name}Message" if name == field_name else name
        return self._scalar_type(schema, meta, member=member)

    def _scalar_type(self, schema: Schema, meta: dict[str, str], *, member: bool) -> str:
        wrapped = wraps(schema, self._options, member=member)
        kind = schema.type
        if kind in (Type.INT8, Type.INT16):
            meta[CONNECT_TYPE] = kind.value
        elif kind is Type.STRING and is_enum(schema):
            return schema.parameters.get(GENERAL_ENUM) or schema.parameters[ENUM]
        elif kind is Type.INT32 and ENUM in schema.parameters:
            return schema.parameters[ENUM]
        if kind in (Type.INT32, Type.INT64):
            stated = schema.parameters.get(TYPE, PLAIN[kind])
            if not wrapped:
                return stated
            if kind is Type.INT64:
                return f"google.protobuf.{_UNSIGNED.get(stated, 'Int64')}Value"
        if wrapped:
            return ROOTS[kind]
        if kind not in PLAIN:
            raise DataError(f"Unknown schema type: {kind.name}")
        return PLAIN[kind]


def _synthetic_last(message: Message) -> None:
    """Put the oneofs in the order that definitions must have; where the original writes nothing, none is too much."""
    order = sorted(range(len(message.oneofs)), key=message.synthetic)
    message.oneofs = [message.oneofs[index] for index in order]
    for field in message.fields:
        if field.oneof is not None:
            field.oneof = order.index(field.oneof)


def _default_text(schema: Schema) -> str:
    """A default as Java's ``toString`` has it; Protobuf 3 drops it, but only after having read it."""
    value = schema.default
    if schema.type is Type.BOOLEAN:
        return str(value).lower()
    if schema.type is Type.FLOAT64:
        return double_text(float(value))
    if schema.type is Type.FLOAT32:
        return float_text(float(value))
    return str(value)
