"""Can data of one file's messages be read with another's? Asked before writing with a schema that is not our own.

The rules are those of the registry's own check of Protobuf schemas: what is added is harmless, most of what is removed
too. Types are told by their name within their package, imported ones are looked into.
"""

from __future__ import annotations

from connect_core.encoding.protobuf.definition import Definition
from connect_core.encoding.protobuf.known import known
from connect_core.encoding.protobuf.model import Enum, Field, File, Message
from connect_core.encoding.protobuf.options import WRAPPERS

_GROUPS = {
    **dict.fromkeys(("int32", "uint32", "int64", "uint64", "bool", "enum"), "number"),
    **dict.fromkeys(("sint32", "sint64"), "signed"),
    **dict.fromkeys(("string", "bytes"), "text"),
    **dict.fromkeys(("fixed32", "sfixed32"), "fixed32"),
    **dict.fromkeys(("fixed64", "sfixed64"), "fixed64"),
    "float": "float",
    "double": "double",
}
"""Scalars that read each other's bytes."""


def misfits(message: Message | None, theirs: Definition) -> list[str]:
    """What in a registered schema breaks data of this message's file (None: of Google's wrappers); empty if it fits."""
    ours = message.file if message is not None else known(WRAPPERS)
    assert ours is not None
    return _Check().files(ours, theirs.file)


class _Check:
    """One comparison; each pair of messages is looked at once."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._wrong: list[str] = []

    def files(self, ours: File, theirs: File) -> list[str]:
        if ours.package != theirs.package:
            self._wrong.append(f"package: {theirs.package or 'none'} instead of {ours.package or 'none'}")
        self._types(ours.messages, theirs.messages)
        return self._wrong

    def _types(self, ours: list[Message], theirs: list[Message]) -> None:
        named = {message.name: message for message in theirs}
        for message in ours:
            other = named.get(message.name)
            if other is not None:
                self._messages(message, other)
            elif not message.map_entry:
                self._wrong.append(f"{_path(message)}: the message is missing")

    def _messages(self, ours: Message, theirs: Message) -> None:
        if (id(ours), id(theirs)) in self._seen:
            return
        self._seen.add((id(ours), id(theirs)))
        before = {field.number: field for field in ours.fields if _is_plain(field)}
        after = {field.number: field for field in theirs.fields if _is_plain(field)}
        self._oneofs(ours, theirs, before)
        chosen = {number for fields in _members(theirs).values() for number in fields}
        for number in (before.keys() | after.keys()) - (before.keys() & chosen):
            if number in before and number in after:
                self._fields(before[number], after[number], ours)
            elif "required" in (_label(before.get(number)), _label(after.get(number))):
                self._wrong.append(f"{_path(ours)}.{number}: required on one side, missing on the other")
        self._types(ours.messages, theirs.messages)

    def _oneofs(self, ours: Message, theirs: Message, before: dict[int, Field]) -> None:
        known_ = _members(ours)
        everything = {field.number for field in ours.fields}
        for name, fields in _members(theirs).items():
            moved = fields.keys() & before.keys()
            if moved and (name in known_ or len(fields.keys() & everything) > 1):  # one alone may become a choice
                self._wrong.append(f"{_path(ours)}.{name}: fields {sorted(moved)} were no alternatives")
            for number, field in known_.get(name, {}).items():
                if number in fields:
                    self._fields(field, fields[number], ours)
                else:
                    self._wrong.append(f"{_path(ours)}.{name}: the alternative {number} is missing")

    def _fields(self, ours: Field, theirs: Field, message: Message) -> None:
        at, kinds = f"{_path(message)}.{ours.number}", (_kind(ours), _kind(theirs))
        if kinds[0] != kinds[1]:
            self._wrong.append(f"{at}: {kinds[1]} instead of {kinds[0]}")
        elif isinstance(ours.target, Message) and isinstance(theirs.target, Message):
            if kinds[0] == "map":
                for one, other in zip(ours.target.fields, theirs.target.fields, strict=False):
                    self._fields(one, other, message)
            elif _path(ours.target) != _path(theirs.target):
                self._wrong.append(f"{at}: {theirs.type} instead of {ours.type}")
            else:
                self._messages(ours.target, theirs.target)
        elif kinds[0] != "text" and None not in (ours.label, theirs.label) and ours.label != theirs.label:
            self._wrong.append(f"{at}: {theirs.label} instead of {ours.label}")


def _is_plain(field: Field) -> bool:
    return field.oneof is None or field.proto3_optional


def _label(field: Field | None) -> str | None:
    return field.label if field is not None else None


def _members(message: Message) -> dict[str, dict[int, Field]]:
    """The alternatives of a message's oneofs by number."""
    return {
        name: {field.number: field for field in message.fields if field.oneof == index and not field.proto3_optional}
        for index, name in enumerate(message.oneofs)
        if not message.synthetic(index)
    }


def _path(message: Message) -> str:
    """A message's name within its package."""
    package = message.file and message.file.package
    return message.full_name.removeprefix(f"{package}.") if package else message.full_name


def _kind(field: Field) -> str:
    """What kind of bytes a field has."""
    if isinstance(field.target, Message):
        return "map" if field.target.map_entry else "message"
    return _GROUPS["enum" if isinstance(field.target, Enum) else field.type]
