"""Names resolved and definitions checked, with the words of the original's descriptor pool (protobuf-java).

Type names are looked up from the innermost scope outwards: the first part decides where, as in C++.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from connect_core.encoding.protobuf.errors import InvalidSchema
from connect_core.encoding.protobuf.model import PROTO3, SCALARS, Enum, Field, File, Message, whole

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RANGES = {
    **dict.fromkeys(("int32", "sint32", "sfixed32"), (-(2**31), 2**31)),
    **dict.fromkeys(("int64", "sint64", "sfixed64"), (-(2**63), 2**63)),
    **dict.fromkeys(("uint32", "fixed32"), (0, 2**32)),
    **dict.fromkeys(("uint64", "fixed64"), (0, 2**64)),
}


def link(file: File, dependencies: Iterable[File] = ()) -> dict[str, Message]:
    """All messages by full name; fields know their ``target`` afterwards. InvalidSchema at the first fault."""
    linker = _Linker()
    for one in (*dependencies, file):
        linker.declare(one)
    for one in (*dependencies, file):
        for message in one.messages:
            linker.resolve(message)
    return {name: found for name, found in linker.symbols.items() if isinstance(found, Message)}


class _Linker:
    """One pool of symbols: messages, enums, packages (None) and, as strings, what is no type."""

    def __init__(self) -> None:
        self.symbols: dict[str, Message | Enum | str | None] = {}

    def declare(self, file: File) -> None:
        if file.package:
            parts = file.package.split(".")
            for end in range(1, len(parts) + 1):
                self.symbols.setdefault(".".join(parts[:end]), None)
        scope = f"{file.package}." if file.package else ""
        for message in file.messages:
            self._declare_message(file, message, scope)
        for enum in file.enums:
            self._declare_enum(file, enum, scope)

    def _add(self, full_name: str, name: str, symbol: Message | Enum | str) -> None:
        if not name:
            raise InvalidSchema(full_name, "Missing name.")
        if not _IDENTIFIER.fullmatch(name):
            raise InvalidSchema(full_name, f'"{name}" is not a valid identifier.')
        if full_name in self.symbols:
            scope = full_name.rpartition(".")[0]
            where = f'"{name}" is already defined in "{scope}".' if scope else f'"{name}" is already defined.'
            raise InvalidSchema(full_name, where)
        self.symbols[full_name] = symbol

    def _declare_message(self, file: File, message: Message, scope: str) -> None:
        message.full_name, message.file = scope + message.name, file
        full_name = message.full_name
        inner = f"{full_name}."
        for nested in message.messages:
            self._declare_message(file, nested, inner)
        for enum in message.enums:
            self._declare_enum(file, enum, inner)
        for field in message.fields:
            if field.number <= 0:
                raise InvalidSchema(inner + field.name, "Field numbers must be positive integers.")
            self._add(inner + field.name, field.name, "field")
        synthetic = [message.synthetic(index) for index in range(len(message.oneofs))]
        if synthetic != sorted(synthetic):
            raise InvalidSchema(full_name, "Synthetic oneofs must come last.")
        self._add(full_name, message.name, message)

    def _declare_enum(self, file: File, enum: Enum, scope: str) -> None:
        enum.full_name, enum.file = scope + enum.name, file
        if not enum.values:
            raise InvalidSchema(enum.full_name, "Enums must contain at least one value.")
        for name, _ in enum.values:
            self._add(f"{enum.full_name}.{name}", name, "value")
        self._add(enum.full_name, enum.name, enum)

    def resolve(self, message: Message) -> None:
        """Find the types of a message's fields, and of those within."""
        for nested in message.messages:
            self.resolve(nested)
        numbers: dict[int, Field] = {}
        for field in message.fields:
            full_name = f"{message.full_name}.{field.name}"
            if field.type not in SCALARS:
                field.target = self._find(field.type, full_name)
            if field.default is not None:
                _check_default(field, full_name)
        for field in message.fields:
            first = numbers.setdefault(field.number, field)
            if first is not field:
                problem = f'Field number {field.number} has already been used in "{message.full_name}"'
                raise InvalidSchema(f"{message.full_name}.{field.name}", f'{problem} by field "{first.name}".')

    def _find(self, name: str, owner: str) -> Message | Enum:
        found: object = None
        if name.startswith("."):
            found = self.symbols.get(name[1:])
        else:
            first, _, rest = name.partition(".")
            scope = owner
            while scope:
                scope = scope.rpartition(".")[0]
                place = f"{scope}.{first}" if scope else first
                if place in self.symbols and not isinstance(self.symbols[place], str):
                    found = self.symbols.get(f"{place}.{rest}" if rest else place)
                    if rest or found is not None:
                        break
        if not isinstance(found, (Message, Enum)):
            raise InvalidSchema(owner, f'"{name}" is not defined.')
        return found


def _check_default(field: Field, full_name: str) -> None:
    """Refuse defaults the original cannot read, even where it drops them."""
    assert field.default is not None
    if field.repeated:
        raise InvalidSchema(full_name, "Repeated fields cannot have default values.")
    if isinstance(field.target, Message):
        raise InvalidSchema(full_name, "Messages can't have default values.")
    if isinstance(field.target, Enum) and field.default not in dict(field.target.values):
        raise InvalidSchema(full_name, f'Unknown enum default value: "{field.default}"')
    if field.type in _RANGES:
        low, high = _RANGES[field.type]
        try:
            fits = low <= whole(field.default) < high
        except ValueError:
            fits = False
        if not fits:
            raise InvalidSchema(full_name, f'Could not parse default value: "{field.default}"')


def presence(field: Field, message: Message) -> bool:
    """Whether a field tells absence from its default value."""
    if field.repeated:
        return False
    if field.oneof is not None or isinstance(field.target, Message):
        return True
    return message.file is not None and message.file.syntax != PROTO3
