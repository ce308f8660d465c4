"""Can data of one message be read with another? Asked before writing with a schema that is not our own."""

from __future__ import annotations

from connect_core.encoding.protobuf.definition import Definition
from connect_core.encoding.protobuf.model import Enum, Field, Message

_GROUPS = (
    {"int32", "uint32", "int64", "uint64", "bool", "enum"},
    {"sint32", "sint64"},
    {"string", "bytes"},
    {"fixed32", "sfixed32"},
    {"fixed64", "sfixed64"},
)


def misfits(message: Message | None, theirs: Definition) -> bool:
    """Whether a registered schema lacks the message, or has one of its fields with a type that reads other bytes."""
    if message is None:
        return False
    other = theirs.named(message.full_name)
    return other is None or _differ(message, other, set())


def _differ(ours: Message, theirs: Message, seen: set[tuple[str, str]]) -> bool:
    if (ours.full_name, theirs.full_name) in seen:
        return False
    seen.add((ours.full_name, theirs.full_name))
    numbered = {field.number: field for field in theirs.fields}
    return any(
        field.number in numbered and _field_differs(field, numbered[field.number], seen) for field in ours.fields
    )


def _field_differs(ours: Field, theirs: Field, seen: set[tuple[str, str]]) -> bool:
    if isinstance(ours.target, Message) and isinstance(theirs.target, Message):
        return _differ(ours.target, theirs.target, seen)
    kinds = {_kind(ours), _kind(theirs)}
    return len(kinds) > 1 and not any(kinds <= group for group in _GROUPS)


def _kind(field: Field) -> str:
    if field.target is None:
        return field.type
    return "enum" if isinstance(field.target, Enum) else field.target.full_name
