"""Values to message bytes by the book, one field after the other: what the compiled writer falls back to.

Coercions and complaints are the original's: it puts each value into a dynamic message, whose fields take only values of
their own Java class. Tests hold the compiled writer against this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from connect_core.data.check import check_names, fits, java_class_of
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.protobuf import names, wire
from connect_core.encoding.protobuf.circles import is_union
from connect_core.encoding.protobuf.define import PLAIN, ROOTS, is_enum, parse_int, wraps
from connect_core.encoding.protobuf.errors import POINTER, Refused
from connect_core.encoding.protobuf.link import presence
from connect_core.encoding.protobuf.model import Enum, Field, Message
from connect_core.encoding.protobuf.options import ENUM, TYPE, WRAPPED, ProtobufOptions
from connect_core.errors import DataError

LOGICAL: Mapping[str | None, tuple[type, Callable[[Any], bytes]]] = {
    DECIMAL: (Decimal, wire.decimal_bytes),
    DATE: (date, wire.date_bytes),
    TIME: (time, wire.time_bytes),
    TIMESTAMP: (datetime, wire.timestamp_bytes),
}
SCALARS: Mapping[str, Callable[[Any], bytes]] = {
    "uint32": lambda n: wire.varint(n & 0xFFFFFFFF),
    **dict.fromkeys(("int32", "int64", "uint64", "enum"), wire.varint),
    **dict.fromkeys(("sint32", "sint64"), wire.zigzag),
    **dict.fromkeys(("fixed32", "sfixed32"), wire.fixed32),
    **dict.fromkeys(("fixed64", "sfixed64"), wire.fixed64),
    "float": wire.float_bytes,
    "double": wire.double_bytes,
    "bool": lambda value: b"\x01" if value else b"\x00",
    "string": lambda text: text.encode("utf-8", "replace"),  # Java writes a lone surrogate as a question mark
    "bytes": bytes,
}
"""A value's bytes by the field's type, without tag and length."""
_CLASSES = {
    **dict.fromkeys(("int32", "uint32", "sint32", "fixed32", "sfixed32"), ("INT", "java.lang.Integer")),
    **dict.fromkeys(("int64", "uint64", "sint64", "fixed64", "sfixed64"), ("LONG", "java.lang.Long")),
    "float": ("FLOAT", "java.lang.Float"),
    "double": ("DOUBLE", "java.lang.Double"),
    "bool": ("BOOLEAN", "java.lang.Boolean"),
    "string": ("STRING", "java.lang.String"),
    "bytes": ("BYTE_STRING", "com.google.protobuf.ByteString$LiteralByteString"),
    "enum": ("ENUM", "com.google.protobuf.Descriptors$EnumValueDescriptor"),
    "message": ("MESSAGE", "com.google.protobuf.DynamicMessage"),
    "list": ("", "java.util.ArrayList"),
}
"""By the type of a field or value: what a field of it says it holds, and the class of its values."""
_JAVA = {
    Decimal: "io.confluent.protobuf.type.Decimal",
    date: "com.google.type.Date",
    time: "com.google.type.TimeOfDay",
    datetime: "com.google.protobuf.Timestamp",
}
_VALUES = {kind: name.rpartition(".")[2] for name, kind in WRAPPED.items()}


class Made(NamedTuple):
    """A converted value: its Protobuf type and what ``SCALARS`` takes, bytes of a message, or a list of Made."""

    kind: str
    value: Any
    java: str | None = None
    """The class of a message, if the original has one of its own for it."""


class Place(NamedTuple):
    """Where a value goes: the enclosing message; the message its own type is, if it is one."""

    scope: Message | None
    type: Message | None
    member: bool = False


def field_kind(field: Field) -> str:
    """A field's type: a scalar's name, enum or message."""
    if field.target is None:
        return field.type
    return "enum" if isinstance(field.target, Enum) else "message"


def made_kind(schema: Schema, options: ProtobufOptions, *, member: bool) -> str:
    """The type that a value of a scalar schema gets, enums aside."""
    if schema.name in LOGICAL or wraps(schema, options, member=member):
        return "message"
    if schema.type is Type.INT64 and schema.parameters.get(TYPE) in ("uint32", "fixed32"):
        return "int32"
    return PLAIN[schema.type]


class SlowWriter:
    """Writes values by the book."""

    def __init__(self, options: ProtobufOptions) -> None:
        self._options = options

    def root(self, schema: Schema, message: Message | None, value: Any) -> bytes | None:
        """The bytes of a whole value; ``message`` is None for a schema that is no struct."""
        if value is None:
            return None
        try:
            made = self._convert(schema, value, Place(None, message))
        except RecursionError:
            raise DataError(f"A value of {schema!r} is nested too deeply") from None
        if made is None or made.kind == "message":
            return made and made.value
        if schema.type not in ROOTS:
            raise Refused(f"Unsupported root schema of type {schema.type.name}")
        return _wrapped(made)

    def _convert(self, schema: Schema, value: Any, place: Place) -> Made | None:
        """The value in Protobuf's terms; None is left out."""
        if value is None:
            return None
        if schema.name in LOGICAL:
            kind, write = LOGICAL[schema.name]
            if not fits(schema, value):
                article = "BigDecimal" if kind is Decimal else "Date"
                name = str(schema.name).rpartition(".")[2]
                raise DataError(f"Invalid type for {name}, expected {article} but was {java_class_of(value)}")
            return Made("message", write(value), _JAVA[kind])
        if schema.type is Type.STRUCT:
            return self._struct(schema, value, place)
        if not fits(schema, value):
            raise DataError(f"Invalid type for {schema.type.name}: {java_class_of(value)}")
        if schema.type is Type.ARRAY:
            return self._array(schema, value, place)
        if schema.type is Type.MAP:
            return self._map(schema, value, place)
        return self._scalar(schema, value, place)

    def _scalar(self, schema: Schema, value: Any, place: Place) -> Made | None:
        if schema.type is Type.STRING and is_enum(schema):
            parameter = self._options.enum_parameter
            number = schema.parameters.get(f"{parameter}.{value}")
            if number is not None:
                return _enum_value(place.scope, schema.parameters.get(parameter, ""), parse_int(number))
        elif schema.type in (Type.INT8, Type.INT16, Type.INT32) and ENUM in schema.parameters:
            return _enum_value(place.scope, schema.parameters[ENUM], value)
        if schema.type in (Type.FLOAT32, Type.FLOAT64):
            value = float(value)
        made = Made(made_kind(schema, self._options, member=place.member), value)
        if made.kind == "message" or schema.type is Type.INT64:
            # A wrapper's own class follows from the schema's type: UInt32Value fields get an Int32Value.
            narrow = schema.type is Type.INT64 and schema.parameters.get(TYPE) in ("uint32", "fixed32")
            if narrow:
                value = (value + 2**31) % 2**32 - 2**31
            inner = Made("int32" if narrow else PLAIN[schema.type], value)
            if made.kind != "message":
                return inner
            return Made("message", _wrapped(inner), f"com.google.protobuf.{_VALUES[inner.kind]}")
        return made

    def _array(self, schema: Schema, value: Any, place: Place) -> Made | None:
        if not value:
            return None
        assert schema.value_schema is not None
        inner = place._replace(member=False)
        return Made("list", [self._convert(schema.value_schema, element, inner) for element in value])

    def _map(self, schema: Schema, value: Mapping[Any, Any], place: Place) -> Made:
        entry = place.type
        if entry is None or schema.key_schema is None or schema.value_schema is None:
            raise DataError(f"Invalid type for MAP: {java_class_of(value)}")
        made = []
        for pair in value.items():
            fields: dict[int, bytes] = {}
            for role, part, element in zip(
                ("key", "value"), (schema.key_schema, schema.value_schema), pair, strict=True
            ):
                field = entry.field_named(role)
                if field is None:
                    raise Refused(f"The message {entry.full_name} has no field {role}", POINTER)
                found = self._convert(part, element, Place(entry, _message_of(field)))
                if found is not None:
                    self._put(fields, field, entry, found, within=f"MAP: {java_class_of(value)}")
            made.append(Made("message", _joined(fields)))
        return Made("list", made)

    def _struct(self, schema: Schema, value: Any, place: Place) -> Made | None:
        if not isinstance(value, Mapping):
            raise DataError(f"Invalid type for STRUCT: {java_class_of(value)}")
        check_names(schema, value)
        message = place.type
        if is_union(schema):
            raise DataError(f"The union {schema.name} stands in no struct")
        if message is None:
            raise DataError("Invalid type for STRUCT: class org.apache.kafka.connect.data.Struct")
        fields: dict[int, bytes] = {}
        for one in schema.fields:
            name, part, element = self._scrub(one.name), one.schema, self._member(one.schema, value.get(one.name))
            if element is None:
                continue
            member = part.type is Type.STRUCT and is_union(part)
            if member:
                name, part, element = self._chosen(part, element)
            field = message.field_named(name)
            place = Place(message, _message_of(field) if field else message, member)
            found = self._convert(part, element, place)
            if found is None and (field is not None or not member):
                continue
            if field is None:
                raise DataError(f"Cannot find field with name {self._scrub(one.name)}")
            assert found is not None
            self._put(fields, field, message, found, within="STRUCT: class org.apache.kafka.connect.data.Struct")
        return Made("message", _joined(fields))

    def _chosen(self, union: Schema, value: Any) -> tuple[str, Schema, Any]:
        """(field, schema, value) of the first member there is."""
        if not isinstance(value, Mapping):
            raise DataError(f"Invalid type for STRUCT: {java_class_of(value)}")
        check_names(union, value)
        for one in union.fields:
            element = self._member(one.schema, value.get(one.name))
            if element is not None:
                return self._scrub(one.name), one.schema, element
        raise DataError("Cannot find non-null field")

    def _member(self, schema: Schema, value: Any) -> Any:
        if value is None and not self._options.ignore_default_for_nullables:
            return schema.default
        return value

    def _scrub(self, name: str) -> str:
        return names.scrub(name) if self._options.scrub_invalid_names else name

    @staticmethod
    def _put(fields: dict[int, bytes], field: Field, message: Message, made: Made, *, within: str) -> None:
        """Write one field, replacing what was there, also in its oneof; ``within`` is what a failed cast is laid to."""
        if field.oneof is not None:
            for other in message.fields:
                if other.oneof == field.oneof:
                    fields.pop(other.number, None)
        if field.repeated:
            if made.kind != "list":
                raise DataError(f"Invalid type for {within}")
            fields[field.number] = _repeated(field, made)
            return
        _check(field, made)
        payload = SCALARS[_write_kind(field)](made.value) if made.kind != "message" else made.value
        if not presence(field, message) and _is_default(field, made, payload):
            fields.pop(field.number, None)
            return
        fields[field.number] = _tagged(field, payload)


def _check(field: Field, made: Made | None) -> None:
    if made is None:
        raise Refused(f'A null within the field "{field.name}": lists hold no nulls', POINTER)
    kind = field_kind(field)
    wanted, given = _CLASSES[kind], _CLASSES[made.kind]
    if kind == "enum" and made.kind != "enum":
        raise Refused("DynamicMessage should use EnumValueDescriptor to set Enum Value.")
    if wanted[0] != given[0]:
        raise Refused(
            f"Wrong object type used with protocol message reflection.\nField number: {field.number}, "
            f"field java type: {wanted[0]}, value type: {made.java or given[1]}\n"
        )


def _is_default(field: Field, made: Made, payload: bytes) -> bool:
    if isinstance(field.target, Enum):
        return bool(made.value == field.target.values[0][1])  # the first symbol, whatever its number
    # Zeros, all but negative ones, are bytes of zeros; an empty text is none; NULs in a text are no default.
    return not payload if field.type in ("string", "bytes") else not any(payload)


def _write_kind(field: Field) -> str:
    kind = field_kind(field)
    return "bytes" if kind == "message" else kind


def _tagged(field: Field, payload: bytes) -> bytes:
    wire_type = wire.WIRE_TYPES[field_kind(field)]
    size = wire.varint(len(payload)) if wire_type == wire.LENGTH else b""
    return wire.tag(field.number, wire_type) + size + payload


def _repeated(field: Field, made: Made) -> bytes:
    payloads = []
    for element in made.value:
        _check(field, element)
        payloads.append(SCALARS[_write_kind(field)](element.value) if element.kind != "message" else element.value)
    kind = field_kind(field)
    if wire.WIRE_TYPES[kind] == wire.LENGTH:
        return b"".join(_tagged(field, payload) for payload in payloads)
    body = b"".join(payloads)
    return wire.tag(field.number, wire.LENGTH) + wire.varint(len(body)) + body if payloads else b""


def _joined(fields: dict[int, bytes]) -> bytes:
    return b"".join(fields[number] for number in sorted(fields))


def _message_of(field: Field) -> Message | None:
    return field.target if isinstance(field.target, Message) else None


def _enum_value(scope: Message | None, name: str, number: int) -> Made | None:
    """The symbol of an enum defined in the message itself; a number or enum it does not have is left out."""
    enum = next((enum for enum in scope.enums if enum.name == name), None) if scope else None
    if enum is None or all(known != number for _, known in enum.values):
        return None
    return Made("enum", number)


def _wrapped(made: Made) -> bytes:
    """The message with a field ``value`` = 1 of this type."""
    field = Field("value", 1, made.kind)
    payload = SCALARS[made.kind](made.value)
    return b"" if _is_default(field, made, payload) else _tagged(field, payload)
