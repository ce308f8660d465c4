"""Compiled readers: from a message's bytes to the Connect value, one function per message and options.

upb parses, with the copy of the definition that ``shadow`` makes; generated code makes values of what it gives.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.protobuf import logical
from connect_core.encoding.protobuf.errors import Malformed
from connect_core.encoding.protobuf.model import Enum, Field, Message, whole
from connect_core.encoding.protobuf.options import ProtobufOptions
from connect_core.encoding.protobuf.schemas import Schemas, has_keyword, is_map, real_oneofs, union_name
from connect_core.encoding.protobuf.shadow import Shadow, checked, explicit
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.java.charsets import decode_utf8
from connect_core.java.numbers import narrow, to_float32

type Decode = Callable[[bytes], Any]
"""From a message's bytes to its value; Malformed or DataError."""


class Reader(NamedTuple):
    """The Connect schema of a message, and its decoder."""

    schema: Schema
    decode: Decode


def reader(message: Message, options: ProtobufOptions, *, version: int | None = None) -> Reader:
    """Compile a linked message; DataError if it has no Connect schema. Keep the result, making one is slow."""
    schema = Schemas(options).root(message, version)
    shadow = Shadow(message)
    return Reader(schema, _Compiler(options, shadow).decoder(schema, message))


def _checked_list(check: Callable[[Any], Any], made: list[Any]) -> list[Any]:
    for element in made:
        check(element)
    return made


def _checked_values(check: Callable[[Any], Any], made: dict[Any, Any]) -> dict[Any, Any]:
    for element in made.values():
        check(element)
    return made


def _symbol(enum: Enum) -> Callable[[int], str]:
    names = {number: name for name, number in reversed(enum.values)}

    def symbol(number: int) -> str:
        found = names.get(number)
        return found if found is not None else f"UNKNOWN_ENUM_VALUE_{enum.name}_{number}"

    return symbol


class _Compiler:
    """Writes the source of one decoder."""

    def __init__(self, options: ProtobufOptions, shadow: Shadow) -> None:
        self._options, self._shadow = options, shadow
        self._source = Source(
            hashable=hashable, decode_utf8=decode_utf8, narrow=narrow, Malformed=Malformed, DecodeError=DecodeError,
            DataError=DataError, checked=_checked_list,
            checked_values=_checked_values, fromtimestamp=datetime.fromtimestamp, UTC=UTC,
            to_date=logical.to_date, to_time=logical.to_time, to_timestamp=logical.to_timestamp,
            to_decimal=logical.to_decimal, parse=shadow.parse,
        )  # fmt: skip
        self._functions: dict[tuple[Schema, Message], str] = {}
        self._checks: dict[str, str | None] = {}
        self._endless = False

    def decoder(self, schema: Schema, message: Message) -> Decode:
        """The function for a whole message."""
        source = self._source
        self._endless = is_recursive(schema)
        if schema.type is Type.STRUCT:
            made = f"{self._struct(source, schema, message)}(m)"
        else:
            field = message.fields[0]
            made = self._single(source, schema, field, message, f"m.f{field.number}")
        with source.block("def decode(data):"):
            with source.block("try:"):
                source.line("m = parse(data)")
            with source.block("except DecodeError as error:"):
                source.line("raise Malformed(str(error)) from error")
            if self._shadow.required:
                with source.block("if not m.IsInitialized():"):
                    source.line("raise Malformed('Message missing required fields')")
            if not self._endless:
                source.line(f"return {made}")
            else:  # where an empty message stands for a null there is no end
                with source.block("try:"):
                    source.line(f"return {made}")
                with source.block("except RecursionError:"):
                    source.line("raise DataError('A message holds itself without end') from None")
        return source.compile("decode", title=f"protobuf decoder {schema!r}")

    def _struct(self, source: Source, schema: Schema, message: Message) -> str:
        """The name of a function from a parsed message to a dict, written before the present lines."""
        known = self._functions.get((schema, message))
        if known is not None:
            return known
        name = self._functions[schema, message] = source.name("struct")
        if self._endless:  # it may be asked for within
            self._checks[name] = source.name("check")
        part = source.part()
        with part.block(f"def {name}(m):"):
            members = []
            for index, oneof in real_oneofs(message):
                members += self._oneof(part, schema, message, index, oneof)
            for field in message.fields:
                if field.oneof is None or field.proto3_optional:
                    members.append((field.name, self._member(part, schema, field, message)))
            part.line("return {" + ", ".join(f"{name!r}: {made}" for name, made in members) + "}")
        source.join(part)
        self._checks[name] = self._check(source, schema, dict(members), self._checks.get(name))
        return name

    @staticmethod
    def _check(source: Source, schema: Schema, members: dict[str, str], name: str | None) -> str | None:
        """The name of a function that refuses nulls in required fields and gives the struct back; None: nothing to do.

        A struct is looked at when it is put into another, lists and maps when they are whole, the outermost never.
        """
        wanted = [
            field for field in schema.fields if not field.schema.optional and members[field.name].endswith(" else None")
        ]
        if not wanted and name is None:
            return None
        name = name or source.name("check")
        part = source.part()
        with part.block(f"def {name}(made):"):
            for field in wanted:
                kind = field.schema.type.name
                complaint = f'Invalid value: null used for required field: "{field.name}", schema type: {kind}'
                with part.block(f"if made[{field.name!r}] is None:"):
                    part.line(f"raise DataError({complaint!r})")
            part.line("return made")
        source.join(part)
        return name

    def _oneof(self, source: Source, schema: Schema, message: Message, index: int, name: str) -> list[tuple[str, str]]:
        """(field, expression) of what a oneof becomes: one field, or one per member."""
        fields = [field for field in message.fields if field.oneof == index]
        if self._options.flatten_unions:
            found = []
            for field in fields:
                one = schema.field_map[field.name].schema
                made = self._single(source, one, field, message, f"m.f{field.number}")
                found.append((field.name, f"{made} if m.HasField('f{field.number}') else None"))
            return found
        union = schema.field_map[union_name(index, name, self._options)]
        which = source.name("which")
        var = source.name("union")
        source.line(f"{which} = m.WhichOneof('o{index}')")
        source.line(f"{var} = None")
        empty = {field.name: None for field in fields}
        for position, field in enumerate(fields):
            one = union.schema.field_map[field.name].schema
            with source.block(f"{'elif' if position else 'if'} {which} == 'f{field.number}':"):
                made = self._single(source, one, field, message, f"m.f{field.number}")
                source.line(f"{var} = {{**{source.constant('empty', empty)}, {field.name!r}: {made}}}")
        return [(union.name, var)]

    def _member(self, source: Source, schema: Schema, field: Field, message: Message) -> str:
        """The expression of a field outside oneofs."""
        one = schema.field_map[field.name].schema
        var = f"m.f{field.number}"
        if field.repeated:
            return self._repeated(source, one, field, message, var)
        made = self._single(source, one, field, message, var)
        has = f"m.HasField('f{field.number}')"
        optional = has_keyword(field, message) and (field.proto3_optional or self._options.optional_for_proto2)
        if (isinstance(field.target, Message) or optional) and not self._options.generate_struct_for_nulls:
            return self._logical_member(source, one, field) or f"{made} if {has} else None"
        if isinstance(field.target, Message):
            return made
        default = self._default(field, message)
        if default is None:
            return made
        constant = source.constant("default", default)
        return f"{made} if {has} else {self._single(source, one, field, message, constant, given=True)}"

    def _default(self, field: Field, message: Message) -> Any:
        """What an absent field holds, if not what the copy says."""
        if isinstance(field.target, Enum):
            named = dict(field.target.values)
            number = named.get(field.default or "", field.target.values[0][1])
            return number if explicit(field, message) else None
        if field.default is None:
            return None
        return _parsed(field.type, field.default)

    def _repeated(self, source: Source, schema: Schema, field: Field, message: Message, var: str) -> str:
        if is_map(field) and schema.type is Type.MAP:
            entry = field.target
            assert isinstance(entry, Message)
            assert schema.key_schema is not None
            assert schema.value_schema is not None
            parts = []
            for one, part in zip(entry.fields, (schema.key_schema, schema.value_schema), strict=True):
                parts.append(self._entry_part(source, part, one, entry))
            plain = entry.fields[0].target is None and schema.key_schema.type not in (Type.FLOAT32, Type.FLOAT64)
            key = parts[0] if plain else f"hashable({parts[0]})"
            made = f"{{{key}: {parts[1]} for e in {var}}}"
            check = self._checks.get(parts[1].lstrip("(").partition("(")[0])
            return f"checked_values({check}, {made})" if check else made
        assert schema.value_schema is not None
        element = self._single(source, schema.value_schema, field, message, "e", whole=False)
        if element == "e":
            return f"list({var})"
        check = self._checks.get(element.partition("(")[0])
        return f"checked({check}, [{element} for e in {var}])" if check else f"[{element} for e in {var}]"

    def _entry_part(self, source: Source, schema: Schema, field: Field, entry: Message) -> str:
        """A map entry's key or value: what is absent has its default, as a message too."""
        made = self._single(source, schema, field, entry, f"e.f{field.number}", whole=False)
        default = None if isinstance(field.target, Message) else self._default(field, entry)
        if default is None:
            return made
        absent = self._single(source, schema, field, entry, source.constant("default", default), given=True)
        return f"({made} if e.HasField('f{field.number}') else {absent})"

    def _single(
        self, source: Source, schema: Schema, field: Field, message: Message, var: str, *, given: bool = False,
        whole: bool = True,
    ) -> str:  # fmt: skip
        """The expression of one value; ``given`` is a default, which is text already; an element is not ``whole``."""
        if isinstance(field.target, Enum):
            return var if schema.type is Type.INT32 else f"{source.constant('symbol', _symbol(field.target))}({var})"
        if isinstance(field.target, Message):
            return self._nested(source, schema, field.target, var, whole=whole)
        if schema.type in (Type.INT8, Type.INT16):
            bits, x = 8 if schema.type is Type.INT8 else 16, source.name("x")
            return f"({x} if {-(2 ** (bits - 1))} <= ({x} := {var}) < {2 ** (bits - 1)} else narrow({x}, {bits}))"
        if field.type == "string" and not given and not checked(message):
            return f"decode_utf8({var})"
        return var

    def _logical_member(self, source: Source, schema: Schema, field: Field) -> str | None:
        """The expression of a logical value that may be absent: it is only asked for where its first part is empty."""
        if not isinstance(field.target, Message) or schema.name is None or schema.name not in _LOGICAL:
            return None
        parts = _parts(schema.name, field.target)
        if None in parts:
            return None
        part, first = source.name("part"), source.name("first")
        var = f"m.f{field.number}"
        rest = [f"{part}.f{number}" for number in parts[1:]]
        present = f"({first} := ({part} := {var}).f{parts[0]}) or m.HasField('f{field.number}')"
        return f"{self._logical(source, schema.name, first, *rest)} if {present} else None"

    @staticmethod
    def _logical(source: Source, name: str, *arguments: str) -> str:
        """The value of a message's parts; a timestamp's usual case in line, where a double tells them apart."""
        if name != TIMESTAMP:
            return f"{_LOGICAL[name][0]}({', '.join(arguments)})"
        seconds, nanos = arguments
        s, n = source.name("s"), source.name("n")
        usual = f"fromtimestamp(({s} * 1000 + {n} // 1000000) / 1000, UTC)"
        check = f"0 <= ({s} := {seconds}) < 4000000000 and 0 <= ({n} := {nanos}) < 1000000000"
        return f"({usual} if {check} else to_timestamp({s}, {nanos}))"

    def _nested(self, source: Source, schema: Schema, target: Message, var: str, *, whole: bool) -> str:
        if schema.name is not None and schema.name in _LOGICAL:
            name = source.name("part")
            empty = [text for _, text in _LOGICAL[schema.name][1]]
            parts = _parts(schema.name, target)
            arguments = [f"{name}.f{number}" if number else text for number, text in zip(parts, empty, strict=True)]
            arguments[0] = f"({name} := {var}).f{parts[0]}" if parts[0] else f"(({name} := {var}) and {empty[0]})"
            return self._logical(source, schema.name, *arguments)
        if schema.type is Type.STRUCT:
            name = self._struct(source, schema, target)
            check = self._checks.get(name) if whole else None
            return f"{check}({name}({var}))" if check else f"{name}({var})"
        field = target.fields[0]  # a wrapper's value
        return self._single(source, schema, field, target, f"{var}.f{field.number}")


def _parts(name: str, target: Message) -> list[int | None]:
    """The numbers of a logical value's parts in its message; None for one it lacks."""
    numbers = {field.name: field.number for field in target.fields}
    return [numbers.get(member) for member, _ in _LOGICAL[name][1]]


_LOGICAL: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    DATE: ("to_date", (("year", "0"), ("month", "0"), ("day", "0"))),
    TIME: ("to_time", (("hours", "0"), ("minutes", "0"), ("seconds", "0"), ("nanos", "0"))),
    TIMESTAMP: ("to_timestamp", (("seconds", "0"), ("nanos", "0"))),
    DECIMAL: ("to_decimal", (("value", "b''"), ("precision", "0"), ("scale", "0"))),
}


def _parsed(kind: str, text: str) -> Any:
    """A default of proto2 as Java holds it."""
    if kind == "bool":
        return text == "true"
    if kind in ("string", "bytes"):
        return text if kind == "string" else text.encode("utf-8", "replace")
    if kind in ("float", "double"):
        return to_float32(float(text)) if kind == "float" else float(text)
    return narrow(whole(text), 64)
