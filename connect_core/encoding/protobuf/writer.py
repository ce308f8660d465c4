"""Compiled writers: one function per schema and options from values straight to message bytes.

The generated code writes the wire format itself, fields in the order of their numbers as the original does; for flat
records that is faster than filling a message object. It knows good values only: at the first surprise ``slow`` takes
the whole value, so bytes and complaints do not depend on the way taken.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from connect_core.data.check import INT_BOUNDS
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.plain import Odd
from connect_core.encoding.protobuf import names, wire
from connect_core.encoding.protobuf.circles import is_union
from connect_core.encoding.protobuf.define import ROOTS, define, is_enum, parse_int
from connect_core.encoding.protobuf.errors import POINTER, Refused
from connect_core.encoding.protobuf.known import known, with_imports
from connect_core.encoding.protobuf.link import link, presence
from connect_core.encoding.protobuf.model import Enum, Field, Message, message_indexes
from connect_core.encoding.protobuf.options import ENUM, TYPE, WRAPPERS, ProtobufOptions
from connect_core.encoding.protobuf.slow import SlowWriter, field_kind, made_kind
from connect_core.encoding.protobuf.text import canonical
from connect_core.encoding.source import Source

type Encode = Callable[[Any], bytes | None]
"""From a value to a message's bytes; None for what is no message at all."""

_LOGICAL_NAMES = {
    DATE: "google.type.Date",
    DECIMAL: "confluent.type.Decimal",
    TIME: "google.type.TimeOfDay",
    TIMESTAMP: "google.protobuf.Timestamp",
}


class Writer(NamedTuple):
    """What a schema is in Protobuf: the text to register, the message's full name, and its encoder."""

    text: str
    message_name: str
    indexes: list[int]
    """Where the message stands in the text."""
    message: Message | None
    """None for a wrapper of a value that is no struct."""
    encode: Encode


def writer(schema: Schema | None, options: ProtobufOptions) -> Writer:
    """Compile a schema; Refused if it has no definition. Keep the result, making one is slow."""
    if schema is None:
        return Writer("", "", [0], None, _schemaless)
    if schema.type is Type.STRUCT:
        file, name = define(schema, options)
        messages = link(file, with_imports([file]))
        encode = _Compiler(options).encoder(schema, messages[name])
        return Writer(canonical(file), name, message_indexes(file, name), messages[name], encode)
    if schema.type not in ROOTS:
        raise Refused(f"Unsupported root schema of type {schema.type.name}")
    wrappers = known(WRAPPERS)
    assert wrappers is not None
    name = _LOGICAL_NAMES.get(schema.name or "", ROOTS[schema.type])
    slow = SlowWriter(options)
    indexes = message_indexes(wrappers, name)
    return Writer(canonical(wrappers), name, indexes, None, lambda value: slow.root(schema, None, value))


def _schemaless(value: Any) -> bytes | None:
    if value is None:
        return None
    raise Refused("ProtobufConverter needs a schema: it cannot write schemaless data", POINTER)


_REFUSE = {
    Type.FLOAT32: "type({x}) is not float",
    Type.FLOAT64: "type({x}) is not float",
    Type.BOOLEAN: "{x} is not True and {x} is not False",
    Type.STRING: "type({x}) is not str",
    Type.BYTES: "type({x}) is not bytes",
    **{
        kind: f"type({{x}}) is not int or not {low} <= {{x}} <= {high}"
        for kind, (low, high) in INT_BOUNDS.items()
    },
}  # fmt: skip
_LOGICAL = {
    DECIMAL: ("Decimal", "decimal_bytes({x})"),
    DATE: ("date", "date_bytes({x})"),
    TIME: ("time", "time_bytes({x})"),
    TIMESTAMP: ("datetime", "timestamp_bytes({x})"),
}
_SCALARS = {
    "uint32": "varint({x} & 0xFFFFFFFF)",
    **dict.fromkeys(("int32", "int64", "uint64", "enum"), "(SMALL[{x}] if 0 <= {x} < 16384 else varint({x}))"),
    **dict.fromkeys(("sint32", "sint64"), "zigzag({x})"),
    **dict.fromkeys(("fixed32", "sfixed32"), "fixed32({x})"),
    **dict.fromkeys(("fixed64", "sfixed64"), "fixed64({x})"),
    "float": "float_bytes({x})",
    "double": "double_bytes({x})",
    "bool": "(b'\\x01' if {x} else b'\\x00')",
    "string": "{x}.encode()",
    "bytes": "{x}",
}
_INTS = {"int32": "int32 uint32 sint32 fixed32 sfixed32", "int64": "int64 uint64 sint64 fixed64 sfixed64"}


class _Compiler:
    """Writes the source of one encoder: a function per message, called by the one around it."""

    def __init__(self, options: ProtobufOptions) -> None:
        self._options = options
        self._functions: dict[tuple[Schema, Message], str] = {}
        self._source = Source(
            Odd=Odd, Decimal=Decimal, date=date, time=time, datetime=datetime, join=b"".join, SMALL=wire.SMALL,
            varint=wire.varint, zigzag=wire.zigzag, fixed32=wire.fixed32, fixed64=wire.fixed64,
            float_bytes=wire.float_bytes, double_bytes=wire.double_bytes, date_bytes=wire.date_bytes,
            time_bytes=wire.time_bytes, timestamp_bytes=wire.timestamp_bytes, decimal_bytes=wire.decimal_bytes,
        )  # fmt: skip

    def encoder(self, schema: Schema, message: Message) -> Encode:
        """The function for a whole value."""
        slow = SlowWriter(self._options)
        source = self._source
        by_the_book = source.constant("by_the_book", lambda value: slow.root(schema, message, value))
        body = self._message(source, schema, message)
        with source.block("def encode(value):"):
            with source.block("if value is None:"):
                source.line("return None")
            with source.block("try:"):
                source.line(f"return {body}(value)")
            with source.block("except Exception:"):
                source.line(f"return {by_the_book}(value)")
        return source.compile("encode", title=f"protobuf encoder {schema!r}")

    def _message(self, source: Source, schema: Schema, message: Message) -> str:
        """The name of a function from a struct's dict to the message's bytes, written before the present lines."""
        known = self._functions.get((schema, message))
        if known is not None:
            return known
        name = self._functions[schema, message] = source.name("message")
        part = source.part()
        with part.block(f"def {name}(value):"):
            members = self._fetch(part, schema, "value")
            part.line("parts = []")
            for field, line in self._ordered(part, schema, message, members):
                self._optional_field(part, message, field, *line)
            part.line("return join(parts)")
        source.join(part)
        return name

    def _fetch(self, source: Source, schema: Schema, var: str) -> list[str]:
        """Lines that put each member of a struct into a variable of its own, defaults in place of nulls."""
        keys = [field.name for field in schema.fields]
        self._refuse(source, f"type({var}) is not dict or len({var}) != {len(keys)}")
        found = [source.name("x") for _ in keys]
        if len(keys) == 1:
            source.line(f"{found[0]} = {var}[{keys[0]!r}]")
        elif keys:
            source.line(f"{', '.join(found)} = {source.constant('members', itemgetter(*keys))}({var})")
        for field, name in zip(schema.fields, found, strict=True):
            if field.schema.has_default and not self._options.ignore_default_for_nullables:
                with source.block(f"if {name} is None:"):
                    source.line(f"{name} = {source.constant('default', field.schema.default)}")
        return found

    def _ordered(
        self, source: Source, schema: Schema, message: Message, members: list[str]
    ) -> list[tuple[Field, tuple[Schema, str, str, bool]]]:
        """(field, (schema, variable, condition, in a oneof)) by number; lines that choose the members of unions."""
        found: list[tuple[Field, tuple[Schema, str, str, bool]]] = []
        for one, var in zip(schema.fields, members, strict=True):
            if one.schema.type is Type.STRUCT and is_union(one.schema):
                found += self._union(source, one.schema, message, var)
                continue
            field = message.field_named(self._scrub(one.name))
            if field is None:
                self._refuse(source, f"{var} is not None")
            else:
                found.append((field, (one.schema, var, f"{var} is not None", False)))
        return sorted(found, key=lambda pair: pair[0].number)

    def _union(
        self, source: Source, schema: Schema, message: Message, var: str
    ) -> list[tuple[Field, tuple[Schema, str, str, bool]]]:
        """Lines that set one of the union's members, the others being None."""
        names_ = [source.name("u") for _ in schema.fields]
        found = []
        if not names_:
            self._refuse(source, f"{var} is not None")
            return []
        source.line(f"{' = '.join(names_)} = None")
        with source.block(f"if {var} is not None:"):
            for index, (name, member) in enumerate(zip(names_, self._fetch(source, schema, var), strict=True)):
                with source.block(f"{'elif' if index else 'if'} {member} is not None:"):
                    source.line(f"{name} = {member}")
            with source.block("else:"):
                source.line("raise Odd")
        for one, name in zip(schema.fields, names_, strict=True):
            field = message.field_named(self._scrub(one.name))
            if field is None or (one.schema.type is Type.STRUCT and is_union(one.schema)):
                self._refuse(source, f"{name} is not None")
            else:
                found.append((field, (one.schema, name, f"{name} is not None", True)))
        return found

    def _scrub(self, name: str) -> str:
        return names.scrub(name) if self._options.scrub_invalid_names else name

    def _optional_field(
        self, source: Source, message: Message, field: Field, schema: Schema, var: str, condition: str, member: bool
    ) -> None:
        with source.block(f"if {condition}:"):
            self._field(source, message, field, schema, var, member=member)

    def _field(self, source: Source, message: Message, field: Field, schema: Schema, var: str, *, member: bool) -> None:
        """Lines that add a present value's bytes to ``parts``."""
        if field.repeated:
            if schema.type is Type.ARRAY and schema.value_schema is not None:
                self._array(source, message, field, schema.value_schema, var)
            elif schema.type is Type.MAP and isinstance(field.target, Message):
                self._map(source, field, field.target, schema, var)
            else:
                source.line("raise Odd")
            return
        payload = self._payload(source, message, field, schema, var, member=member)
        if payload is None:
            source.line("raise Odd")
            return
        self._add(source, field, payload, var, always=presence(field, message))

    def _add(self, source: Source, field: Field, payload: str, var: str, *, always: bool) -> None:
        """``payload`` of ``var`` with tag and length; unless ``always``, nothing for what Protobuf leaves out."""
        kind = field_kind(field)
        wire_type = wire.WIRE_TYPES[kind]
        tag = repr(wire.tag(field.number, wire_type))
        if wire_type == wire.LENGTH:
            source.line(f"p = {payload}")
            source.line("n = len(p)")
            add = f"parts += ({self._head(source, field.number)}, p)"
            source.line(add if always else f"if n: {add}")
        elif always:
            source.line(f"parts += ({tag}, {payload})")
        elif isinstance(field.target, Enum):  # the first symbol is the default, whatever its number
            source.line(f"if {var} != {field.target.values[0][1]}: parts += ({tag}, {payload})")
        else:
            present = f"{var} != 0 or str({var})[0] == '-'" if kind in ("double", "float") else var
            source.line(f"if {present}: parts += ({tag}, {payload})")

    def _payload(
        self, source: Source, message: Message, field: Field, schema: Schema, var: str, *, member: bool
    ) -> str | None:
        """The expression of a single value's bytes, after lines that refuse odd ones; None if only the book knows."""
        kind = field_kind(field)
        if schema.name in _LOGICAL:
            wanted, expression = _LOGICAL[schema.name]
            if kind != "message":
                return None
            self._refuse(source, f"type({var}) is not {wanted}")
            if schema.name == DECIMAL and schema.parameters.get("scale", "0").isdecimal():
                scale = int(schema.parameters.get("scale", "0"))
                if 0 < scale < 40:
                    return f"{source.constant('decimal', wire.decimal_writer(scale))}({var})"
            return expression.format(x=var)
        if schema.type is Type.STRUCT:
            if is_union(schema) or not isinstance(field.target, Message):
                return None
            return f"{self._message(source, schema, field.target)}({var})"
        if schema.type not in _REFUSE:
            return None
        if (schema.type is Type.STRING and is_enum(schema)) or (
            schema.type is not Type.INT64 and ENUM in schema.parameters
        ):
            return None if kind != "enum" else self._enum(source, message, schema, var)
        if kind == "enum":
            return None
        self._refuse(source, _REFUSE[schema.type].format(x=var))
        return self._scalar(source, kind, schema, var, member=member)

    def _scalar(self, source: Source, kind: str, schema: Schema, var: str, *, member: bool) -> str | None:
        given = made_kind(schema, self._options, member=member)
        narrow = schema.type is Type.INT64 and schema.parameters.get(TYPE) in ("uint32", "fixed32")
        if given == "message":
            if kind != "message":
                return None
            plain = made_kind(schema.replace(optional=False, default=None), self._options, member=False)
            return f"{self._wrapper(source, plain, narrow=narrow)}({var})"
        if kind not in _INTS.get(given, given).split():
            return None
        if narrow:  # before what is left out is asked for: 2**32 is 0 here
            source.line(f"{var} = ({var} + 2147483648) % 4294967296 - 2147483648")
        return _SCALARS[kind].format(x=var)

    def _wrapper(self, source: Source, kind: str, *, narrow: bool) -> str:
        """The name of a function for a wrapper message."""
        name = source.name("wrapper")
        field = Field("value", 1, kind)
        part = source.part()
        with part.block(f"def {name}(x):"):
            part.line("parts = []")
            if narrow:
                part.line("x = (x + 2147483648) % 4294967296 - 2147483648")
            self._add(part, field, _SCALARS[kind].format(x="x"), "x", always=False)
            part.line("return join(parts)")
        source.join(part)
        return name

    def _enum(self, source: Source, message: Message, schema: Schema, var: str) -> str | None:
        """A number for each symbol; whatever is not among them is left to the book."""
        if schema.type is not Type.STRING:
            return None
        prefix = self._options.enum_parameter
        enum = next((one for one in message.enums if one.name == schema.parameters.get(prefix)), None)
        if enum is None:
            return None
        numbers = {number for _, number in enum.values}
        table = {}
        for key, text in schema.parameters.items():
            if not key.startswith(f"{prefix}."):
                continue
            with suppress(Refused):  # an enum of a name already taken was never looked at: the book complains
                number = parse_int(text)
                if number in numbers:
                    table[key.removeprefix(f"{prefix}.")] = number
        source.line(f"{var} = {source.constant('symbols', table)}[{var}]")
        return f"varint({var})"

    def _array(self, source: Source, message: Message, field: Field, schema: Schema, var: str) -> None:
        self._refuse(source, f"type({var}) is not list and type({var}) is not tuple")
        element = self._element(source, message, field, schema)
        if element is None:
            self._refuse(source, var)
            return
        if wire.WIRE_TYPES[field_kind(field)] == wire.LENGTH:
            with source.block(f"for e in {var}:"):
                source.line(f"p = {element}(e)")
                source.line("n = len(p)")
                source.line(f"parts += ({self._head(source, field.number)}, p)")
            return
        tag = source.constant("tag", wire.tag(field.number, wire.LENGTH))
        with source.block(f"if {var}:"):
            source.line(f"p = join([{element}(e) for e in {var}])")
            source.line(f"parts += ({tag}, varint(len(p)), p)")

    def _element(self, source: Source, message: Message, field: Field, schema: Schema) -> str | None:
        """The name of a function from an element to its bytes, without tag."""
        name = source.name("element")
        part = source.part()
        with part.block(f"def {name}(x):"):
            payload = self._payload(part, message, field, schema, "x", member=False)
            if payload is None:
                return None
            part.line(f"return {payload}")
        source.join(part)
        return name

    def _map(self, source: Source, field: Field, entry: Message, schema: Schema, var: str) -> None:
        name = source.name("entry")
        part = source.part()
        with part.block(f"def {name}(k, v):"):
            part.line("parts = []")
            for role, sub, key in (("key", schema.key_schema, "k"), ("value", schema.value_schema, "v")):
                inner = entry.field_named(role)
                if inner is None or sub is None:  # a struct within one of its own name: its fields are not this map's
                    part.line("raise Odd")
                else:
                    self._optional_field(part, entry, inner, sub, key, f"{key} is not None", False)
            part.line("return join(parts)")
        source.join(part)
        self._refuse(source, f"type({var}) is not dict")
        with source.block(f"for k, v in {var}.items():"):
            source.line(f"p = {name}(k, v)")
            source.line("n = len(p)")
            source.line(f"parts += ({self._head(source, field.number)}, p)")

    @staticmethod
    def _head(source: Source, number: int) -> str:
        """The expression of tag and length before ``n`` bytes: short ones are made beforehand."""
        tag = wire.tag(number, wire.LENGTH)
        heads = source.constant("heads", tuple(tag + wire.SMALL[size] for size in range(128)))
        return f"{heads}[n] if n < 128 else {tag!r} + varint(n)"

    @staticmethod
    def _refuse(source: Source, condition: str) -> None:
        with source.block(f"if {condition}:"):
            source.line("raise Odd")
