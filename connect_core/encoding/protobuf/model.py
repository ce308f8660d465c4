"""A .proto file as plain objects: what a parser reads, what a Connect schema defines, what text and linker are made of.

Only what data needs is kept: services, extensions, groups and most options are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

PROTO2, PROTO3 = "proto2", "proto3"
SCALARS = frozenset(
    [
        *("double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64"),
        *("fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes"),
    ]
)


@dataclass(slots=True, eq=False)
class Field:
    """A field; ``label`` is optional, required, repeated or None; ``meta`` the params of ``confluent.field_meta``."""

    name: str
    number: int
    type: str
    label: str | None = None
    oneof: int | None = None
    proto3_optional: bool = False
    default: str | None = None
    packed: bool | None = None
    json_name: str | None = None
    meta: dict[str, str] = field(default_factory=dict)
    target: Message | Enum | None = None
    """What ``type`` names, once linked."""

    @property
    def repeated(self) -> bool:
        """Whether it may have many values."""
        return self.label == "repeated"


@dataclass(slots=True, eq=False)
class Enum:
    """An enum: symbols and numbers in order."""

    name: str
    values: list[tuple[str, int]] = field(default_factory=list)
    full_name: str = ""
    file: File | None = None


@dataclass(slots=True, eq=False)
class Message:
    """A message; ``oneofs`` are names, the synthetic ones of proto3's ``optional`` last."""

    name: str
    fields: list[Field] = field(default_factory=list)
    oneofs: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    map_entry: bool = False
    made_entries: int = 0
    """How many of ``messages``, at their end, stand for ``map<k, v>`` fields and are no messages of the text."""
    full_name: str = ""
    file: File | None = None

    def field_named(self, name: str) -> Field | None:
        """The first field of that name."""
        return next((one for one in self.fields if one.name == name), None)

    def synthetic(self, oneof: int) -> bool:
        """Whether a oneof only stands for a proto3 ``optional``."""
        return any(one.oneof == oneof and one.proto3_optional for one in self.fields)


@dataclass(slots=True, eq=False)
class File:
    """A file; ``package`` is None if there is none; ``syntax`` None for a text that names none (proto2)."""

    package: str | None = None
    syntax: str | None = PROTO3
    imports: list[str] = field(default_factory=list)
    public_imports: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    """File options with their values as text writes them; only for the bundled files that are registered."""

    @property
    def proto3(self) -> bool:
        """Whether fields have no presence of their own."""
        return self.syntax == PROTO3


def whole(text: str) -> int:
    """A whole number as C writes it: hexadecimal behind 0x, octal behind 0; ValueError if it is none."""
    digits = text.lstrip("-")
    octal = digits.startswith("0") and digits.isdecimal()
    return int(text, 8 if octal else 0)


def message_indexes(file: File, full_name: str) -> list[int]:
    """The path to a message among the messages of the text; parts that name none (the package) are skipped."""
    indexes, messages = [], file.messages
    for part in full_name.split("."):
        for index, message in enumerate(messages):
            if message.name == part:
                indexes.append(index)
                messages = message.messages
                break
    return indexes or [0]


def message_at(file: File, indexes: list[int]) -> Message | None:
    """The message at a path, None if there is none."""
    messages, found = file.messages, None
    for index in indexes or [0]:
        if not 0 <= index < len(messages):
            return None
        found = messages[index]
        messages = found.messages[: len(found.messages) - found.made_entries]
    return found


def walk(messages: list[Message]) -> Iterator[Message]:
    """The messages and all within."""
    for message in messages:
        yield message
        yield from walk(message.messages)
