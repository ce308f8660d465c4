"""What the oracle's release (7.0.16) makes where it differs from the followed one (8.5), derived from what ours makes.

Each difference that docs/parity.md names is undone exactly, so that the rest of a case is still compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connect_core.data import Schema, Type
from connect_core.encoding.protobuf import ProtobufOptions
from connect_core.encoding.protobuf.define import define
from connect_core.encoding.protobuf.known import with_imports
from connect_core.encoding.protobuf.link import link
from connect_core.encoding.protobuf.model import Field, File, Message, walk
from connect_core.encoding.protobuf.options import LOCATIONS, UNION, WRAPPER
from connect_core.encoding.protobuf.schemas import Schemas
from connect_core.encoding.protobuf.text import canonical
from tests.fuzz.family import Failed
from tests.recursive import rebuilt
from tests.recursive import walk as walk_schema

_NESTED = (Type.STRUCT, Type.MAP, Type.ARRAY)
_TAKEN = frozenset(name.rpartition(".")[2] for name in LOCATIONS)
_STATEMENT = re.compile(r"( *)(optional )?[\w.]+ \w+ = \d+(?P<end>;| \[\(confluent\.field_meta\) = \{)", re.ASCII)
RENAMED = "Zz"
"""Put before the names of structs that are called as a type which they may use."""


def told(failed: Any) -> Any:
    """7.0.16's exception as 8.5 has it: the validator's message in an IllegalArgumentException."""
    if not isinstance(failed, Failed):
        return failed
    prefix = "com.google.protobuf.Descriptors$DescriptorValidationException: "
    if failed.name == "java.lang.IllegalStateException" and failed.message.startswith(prefix):
        text = "Invalid protobuf schema definition: " + failed.message.removeprefix(prefix)
        return Failed("java.lang.IllegalArgumentException", text)
    return failed


def is_union(schema: Schema) -> bool:
    return schema.type is Type.STRUCT and (schema.name or "").startswith(UNION)


def wrapped_members(schema: Schema) -> Schema:
    """The schema whose unions' nullable scalars are said to be wrapped, as 7.0.16 has all of them."""
    return rebuilt(schema, _wrapped_members)


def _wrapped_members(schema: Schema) -> Schema:
    if not is_union(schema):
        return schema
    return schema.replace(fields=[(one.name, _wrapped(one.schema)) for one in schema.fields])


def _wrapped(schema: Schema) -> Schema:
    if schema.type is Type.ARRAY and schema.value_schema is not None:
        return schema.replace(value_schema=_wrapped(schema.value_schema))
    if schema.type in _NESTED or not schema.optional:
        return schema
    return schema.replace(parameters={**schema.parameters, WRAPPER: "true"})


def text(schema: Schema, options: ProtobufOptions) -> str:
    """The text 7.0.16 registers; fails as our writer does."""
    file, _ = define(schema, options)
    link(file, with_imports([file]))
    for entry in _entries(file):
        for field in entry.fields:
            field.meta.clear()
    return "".join(f"{line}\n" for line in _undeprecated(canonical(file).split("\n")[:-1]))


def _entries(file: File) -> Iterator[Message]:
    for message in walk(file.messages):
        if message.name.endswith("Entry") and [field.name for field in message.fields] == ["key", "value"]:
            yield message


def _undeprecated(lines: list[str]) -> Iterator[str]:
    """The lines in which fields that are ``optional`` or in a oneof are said not to be deprecated."""
    oneof = inner = None  # the indents of the oneof and of the options within
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        statement = _STATEMENT.fullmatch(line)
        if inner is not None:
            if line == f"{inner}}}];":
                yield from (f"{inner}  }}", f"{inner}];")
                inner = None
            else:
                yield f"  {line}"
        elif statement and (statement[2] or oneof is not None):
            if statement["end"] == ";":
                yield f"{line[:-1]} [deprecated = false];"
            else:
                head = line.removesuffix("(confluent.field_meta) = {")
                yield from (head, f"{indent}  deprecated = false,", f"{indent}  (confluent.field_meta) = {{")
                inner = indent
        else:
            if line.lstrip().startswith("oneof ") and line.endswith(" {"):
                oneof = indent
            elif line == f"{oneof}}}":
                oneof = None
            yield line


def takes_a_name(schema: Schema) -> bool:
    """Whether the root has the short name of a type that comes from a file of its own."""
    return (schema.name or "").rpartition(".")[2] in _TAKEN


def renamed(schema: Schema) -> Schema:
    """The schema whose structs take no such name."""
    return rebuilt(schema, _renamed)


def _renamed(schema: Schema) -> Schema:
    package, dot, name = (schema.name or "").rpartition(".")
    if schema.type is not Type.STRUCT or name not in _TAKEN:
        return schema
    return schema.replace(name=f"{package}{dot}{RENAMED}{name}")


class OlderSchemas(Schemas):
    """Schemas of messages as 7.0.16 has them: a union's members are fields as all others."""

    def _field(self, one: Field, message: Message, *, member: bool) -> Schema:
        return super()._field(one, message, member=False)


def required_members(schema: Schema) -> Iterator[tuple[str, str]]:
    """(name, type) of the members of unions that 7.0.16 cannot leave out."""
    for union in filter(is_union, walk_schema(schema)):
        yield from ((one.name, one.schema.type.name) for one in union.fields if not one.schema.optional)
