"""Structs that hold each other: nested in each other their messages would never end, so all stand side by side.

The original nests them until its stack is full, and writes only what holds itself directly; ``define`` does as it does
as far as it can. Else the messages stand within the first one, each under a name that nothing there has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connect_core.data.schema import Schema, Type
from connect_core.encoding.protobuf import names
from connect_core.encoding.protobuf.options import ENUM, GENERAL_ENUM, GENERAL_UNION, UNION, UNION_PREFIX

type Place = tuple[str | None, tuple[tuple[str, int], ...]]
"""What makes a struct the same message: its name and its fields."""


class Endless(Exception):
    """A struct stands in one that it holds; never leaves this room."""


def place(schema: Schema) -> Place:
    """Equal for a struct and its likes within it, whatever they say of themselves."""
    return schema.name, tuple((field.name, id(field.schema)) for field in schema.fields)


def is_union(schema: Schema) -> bool:
    """Whether a struct stands for a oneof."""
    return (schema.name is not None and schema.name.startswith(UNION)) or GENERAL_UNION in schema.parameters


class SideBySide:
    """The messages of a schema by name; the root keeps its own."""

    def __init__(self, root: Schema, name: str, scrub: Callable[[str], str]) -> None:
        structs = {place(one): one for one in _structs(root, set())}
        taken = {name}
        for one in structs.values():
            taken |= {scrub(word) for field in one.fields for word in _words(field.name, field.schema)}
        self._names = {place(root): name}
        self.others: list[tuple[str, Schema]] = []
        """The messages within the root's."""
        for where, one in structs.items():
            if where not in self._names:
                found = _free(scrub((one.name or names.DEFAULT_NAME).rpartition(".")[2]), taken)
                self._names[where] = found
                self.others.append((found, one))

    def name(self, schema: Schema) -> str:
        """The message of a struct."""
        return self._names[place(schema)]


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}{number}", number + 1
    taken.add(found)
    return found


def _structs(schema: Schema, seen: set[Place]) -> Iterator[Schema]:
    """The structs that are messages, from the outside in."""
    if schema.type is Type.STRUCT:
        if place(schema) in seen:
            return
        seen.add(place(schema))
        if not is_union(schema):
            yield schema
    for part in (schema.key_schema, schema.value_schema, *(field.schema for field in schema.fields)):
        if part is not None:
            yield from _structs(part, seen)


def _words(name: str, schema: Schema) -> Iterator[str]:
    """The names a field brings into its message: its own, its oneof's, its map's, its enum's."""
    yield from (name, f"_{name}")
    for part in (schema, schema.key_schema, schema.value_schema):
        if part is None:
            continue
        own = (part.name or "").rpartition(".")[2]
        if part.type is Type.MAP:
            yield names.to_map_entry(own)
        elif part.type is not Type.STRUCT:
            yield from (own, part.parameters.get(ENUM, ""), part.parameters.get(GENERAL_ENUM, ""))
        elif is_union(part):
            yield from ((part.name or "").removeprefix(UNION_PREFIX), part.parameters.get(GENERAL_UNION, ""))
            for field in part.fields:
                yield from _words(field.name, field.schema)
