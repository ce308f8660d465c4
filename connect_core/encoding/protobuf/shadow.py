"""The copy of a message's definition that upb (the C library behind the package protobuf) parses with.

Names are of our own, so no field name clashes, and every field says for itself how it behaves, so no check of ours or
Java's is lost: unsigned 64-bit numbers are signed as Java's, texts of proto2 are bytes, enums are numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from connect_core.encoding.protobuf.link import presence
from connect_core.encoding.protobuf.model import PROTO3, Enum, Field, Message
from connect_core.encoding.protobuf.schemas import real_oneofs

_PROTO = descriptor_pb2.FieldDescriptorProto
_PROTO2_TYPES = {"uint64": "int64", "fixed64": "sfixed64"}


class Shadow:
    """The copy of a message's definition that upb gets: messages M0, M1, ... with fields f<number>."""

    def __init__(self, root: Message) -> None:
        self._file = descriptor_pb2.FileDescriptorProto(
            name="shadow.proto", syntax="editions", edition=descriptor_pb2.EDITION_2023
        )
        self.names: dict[Message, str] = {}
        self._enums: dict[Enum, str] = {}
        self.required = False
        self._copy(root)
        pool = descriptor_pool.DescriptorPool()
        pool.Add(self._file)
        self.parse: Callable[[bytes], Any] = message_factory.GetMessageClass(
            pool.FindMessageTypeByName(self.names[root])
        ).FromString

    def _copy(self, message: Message) -> str:
        if message in self.names:
            return self.names[message]
        name = self.names[message] = f"M{len(self.names)}"
        made = self._file.message_type.add(name=name)
        for index, _ in real_oneofs(message):
            made.oneof_decl.add(name=f"o{index}")
        for field in message.fields:
            self._field(made.field.add(name=f"f{field.number}", number=field.number), field, message)
        return name

    def _field(self, made: Any, field: Field, message: Message) -> None:
        proto3 = message.file is None or message.file.syntax == PROTO3
        features = made.options.features
        made.label = _PROTO.LABEL_REPEATED if field.repeated else _PROTO.LABEL_OPTIONAL
        if isinstance(field.target, Message):
            made.type, made.type_name = _PROTO.TYPE_MESSAGE, self._copy(field.target)
        elif isinstance(field.target, Enum):
            if proto3:
                made.type = _PROTO.TYPE_INT32
            else:
                made.type, made.type_name = _PROTO.TYPE_ENUM, self._enum(field.target)
        else:
            kind = _PROTO2_TYPES.get(field.type, field.type)
            kind = "bytes" if kind == "string" and not checked(message) else kind
            made.type = getattr(_PROTO, f"TYPE_{kind.upper()}")
        if field.repeated:
            packed = proto3 if field.packed is None else field.packed
            if made.type not in (_PROTO.TYPE_MESSAGE, _PROTO.TYPE_STRING, _PROTO.TYPE_BYTES):
                encodings = descriptor_pb2.FeatureSet
                features.repeated_field_encoding = encodings.PACKED if packed else encodings.EXPANDED
        elif field.oneof is not None and not field.proto3_optional:
            made.oneof_index = field.oneof
        elif (field.label == "required" and not proto3) or _is_needed(field, message):
            features.field_presence = descriptor_pb2.FeatureSet.LEGACY_REQUIRED
            self.required = True
        elif made.type != _PROTO.TYPE_MESSAGE and not explicit(field, message):
            features.field_presence = descriptor_pb2.FeatureSet.IMPLICIT

    def _enum(self, enum: Enum) -> str:
        """A closed enum: numbers it does not have are left unread."""
        if enum not in self._enums:
            name = self._enums[enum] = f"E{len(self._enums)}"
            made = self._file.enum_type.add(name=name)
            made.options.features.enum_type = descriptor_pb2.FeatureSet.CLOSED
            for number in dict.fromkeys(number for _, number in enum.values):
                made.value.add(name=f"{name}_{len(made.value)}", number=number)
        return self._enums[enum]


def _is_needed(field: Field, message: Message) -> bool:
    """Is it the value of a map's entry that cannot be absent, since an empty message would lack fields?"""
    if not message.map_entry or not isinstance(field.target, Message):
        return False
    return any(one.label == "required" for one in field.target.fields)


def explicit(field: Field, message: Message) -> bool:
    """Whether the copy tells a field's absence: also for enums whose default is not zero."""
    if presence(field, message):
        return True
    return isinstance(field.target, Enum) and not field.repeated and field.target.values[0][1] != 0


def checked(message: Message) -> bool:
    """Whether texts must be UTF-8; else what is none is replaced, as Java does."""
    return message.map_entry or message.file is None or message.file.syntax == PROTO3
