"""Compiled Avro writers: one function per schema that makes a message's bytes in one join.

The generated code knows good values only; at the first surprise it hands the value to ``slow_write``, which has the
checks and messages. Numbers go through tables of 14 bits a step (``binary``). The bytes are those of the slow way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from connect_core.data import units
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names, schemaless, slow_write
from connect_core.encoding.avro.binary import LAST, MORE, write_long
from connect_core.encoding.avro.errors import WriteError
from connect_core.encoding.avro.from_connect import KINDS, enum_parameter, has_string_keys, is_fixed
from connect_core.encoding.avro.model import MISSING, AvroSchema
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.pieces import joined, length, refuse
from connect_core.encoding.plain import Odd, completer
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.java.hashing import hash_map_order

type Encode = Callable[[Any], bytes | None]

_BITS = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}


def encoder(
    schema: Schema | None, own: AvroSchema, options: AvroOptions, *, target: AvroSchema | None = None,
    prefix: bytes = b"", refusal: str | None = None,
) -> Encode:  # fmt: skip
    """A function from values to messages that begin with ``prefix``; None for a null. Keep it: making one is slow.

    ``own`` is the schema's own Avro schema, ``target`` the one to write with, where the registry chose another.
    ``refusal`` is the text of the DataError that is raised where Avro refuses a value.
    """
    target = own if target is None else target

    def by_the_book(value: Any) -> bytes | None:
        try:
            found = slow_write.encode(schema, own, target, value, options)
        except WriteError as error:
            raise (error if refusal is None else DataError(refusal)) from error
        return None if found is None else prefix + found

    if schema is None and target is own:
        return _schemaless(by_the_book, prefix)
    if schema is None or target.kind == "bytes":
        return by_the_book
    try:
        return _Compiler(options, by_the_book).encoder(schema, own, target, prefix)
    except (Odd, DataError, RecursionError):  # a default that cannot be written: only records that need it fail
        return by_the_book


def _schemaless(by_the_book: Encode, prefix: bytes) -> Encode:
    def encode(value: Any) -> bytes | None:
        if value is None:
            return None
        try:
            return prefix + schemaless.write(value)
        except Exception:  # noqa: BLE001 - the book finds out what is wrong
            return by_the_book(value)

    return encode


_DOUBLE = struct.Struct("<d").pack
_FLOAT = struct.Struct("<f").pack


@lru_cache(maxsize=4096)
def _order(keys: tuple[str, ...]) -> tuple[str, ...]:
    """How a HashMap would iterate these keys; messages of a topic mostly have the same few sets."""
    return tuple(hash_map_order(keys))


class _Compiler:
    """Writes the source of one encoder."""

    def __init__(self, options: AvroOptions, by_the_book: Encode) -> None:
        self._options, self._recursive = options, False
        self._functions: dict[tuple[int, ...], str] = {}
        self._source = Source(
            Odd=Odd, LAST=LAST, MORE=MORE, write_long=write_long, join=b"".join, Decimal=Decimal, date=date, time=time,
            datetime=datetime, EPOCH=units.EPOCH, double=_DOUBLE, float32=_FLOAT, order=_order,
            anything=schemaless.write, key=_key, by_the_book=by_the_book,
        )  # fmt: skip

    def encoder(self, schema: Schema, own: AvroSchema, target: AvroSchema, prefix: bytes) -> Encode:
        source = self._source
        self._recursive = is_recursive(schema)
        with source.block("def encode(value):"):
            if schema.optional:
                with source.block("if value is None:"):
                    source.line("return None")
            with source.block("try:"):
                source.line("x = value")
                parts = self._present(source, schema, own, target, "x")
                source.line(f"return {joined([repr(prefix), *parts])}")
            with source.block("except Exception:"):
                source.line("return by_the_book(value)")
        return source.compile("encode", title=f"avro encoder {schema!r}")

    # Each of the following adds lines that look at ``var`` and gives the expressions whose bytes follow each other.

    def _field(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> list[str]:
        """A struct's field: a null is the default if there is one."""
        if schema.has_default and not self._options.ignore_defaults:
            datum = slow_write.to_datum(schema, own, schema.default, self._options, nested=True)
            return self._either(source, schema, own, target, var, null=self._constant_of(target, datum))
        return self._value(source, schema, own, target, var)

    def _value(self, source: Source, schema: Schema | None, own: AvroSchema, target: AvroSchema, var: str) -> list[str]:
        if schema is None:
            if target is not own:
                raise Odd
            return [f"anything({var})"]
        if schema.optional:
            return self._either(source, schema, own, target, var, null=self._constant_of(target, slow_write.NULL))
        return self._present(source, schema, own, target, var)

    @staticmethod
    def _constant_of(target: AvroSchema, datum: slow_write.Datum) -> bytes:
        try:
            return b"".join(slow_write.write(target, datum))
        except WriteError as error:
            raise Odd from error

    def _either(
        self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str, *, null: bytes
    ) -> list[str]:
        """Constant bytes for a null, else the value's, in one variable."""
        part = source.name("p")
        with source.block(f"if {var} is None:"):
            source.line(f"{part} = {null!r}")
        with source.block("else:"):
            found = self._present(source, schema, own, target, var)
            source.line(f"{part} = {joined(found)}")
        return [part]

    def _present(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> list[str]:
        """A value that is not null."""
        if names.is_union(schema) and schema.type is Type.STRUCT:
            return [self._union(source, schema, own, target, var)]
        if own.kind == "union":
            own = self._branch(schema, own)
        if target.kind == "union":
            named = own if own.name is not None else None
            try:
                index = slow_write.branch_index(target, own.kind, named)
            except WriteError as error:
                raise Odd from error
            return [repr(write_long(index)), *self._present(source, schema, own, target.types[index], var)]
        if own.kind != target.kind:
            raise Odd  # a number written as a wider one: rare enough for the book
        if schema.type is Type.STRUCT:
            return self._struct(source, schema, own, target, var)
        if schema.type is Type.ARRAY:
            return [self._array(source, schema, own, target, var)]
        if schema.type is Type.MAP:
            return [self._map(source, schema, own, target, var)]
        if schema.name in _LOGICAL:
            return self._logical(source, schema, var)
        if schema.type is Type.STRING and enum_parameter(schema, self._options) is not None:
            codes = {symbol: write_long(index) for index, symbol in enumerate(target.symbols)}
            return [f"{source.constant('codes', codes)}[{var}]"]
        if is_fixed(schema):
            refuse(source, f"type({var}) is not bytes or len({var}) != {target.size}")
            return [var]
        return self._scalar(source, schema, var)

    def _branch(self, schema: Schema, own: AvroSchema) -> AvroSchema:
        """The member of the schema's own union that values of it are."""
        members = [member for member in own.types if member.kind != "null"]
        if len(members) == 1:
            return members[0]
        kind = KINDS.get(schema.type)
        if schema.type is Type.ARRAY or (schema.type is Type.MAP and not has_string_keys(schema, self._options)):
            kind = "array"
        elif schema.type is Type.MAP:
            kind = "map"
        elif schema.type is Type.STRUCT:
            wanted = names.scrub_full(schema.name, scrubbed=self._options.scrub_names)
            return _one([member for member in members if member.full_name == wanted])
        elif is_fixed(schema) or enum_parameter(schema, self._options) is not None:
            raise Odd
        return _one([member for member in members if member.kind == kind])

    def _scalar(self, source: Source, schema: Schema, var: str) -> list[str]:
        if schema.type in _BITS:
            refuse(source, f"type({var}) is not int")
            return [self._number(source, var, _BITS[schema.type])]
        if schema.type is Type.STRING:
            refuse(source, f"type({var}) is not str")
            source.line(f"{var} = {var}.encode()")
            return [length(var), var]
        if schema.type is Type.BYTES:
            refuse(source, f"type({var}) is not bytes")
            return [length(var), var]
        if schema.type is Type.BOOLEAN:
            refuse(source, f"{var} is not True and {var} is not False")
            return [f"(b'\\x01' if {var} else b'\\x00')"]
        refuse(source, f"type({var}) is not float")
        return [f"{'double' if schema.type is Type.FLOAT64 else 'float32'}({var})"]

    def _logical(self, source: Source, schema: Schema, var: str) -> list[str]:
        if schema.name == DECIMAL:
            return self._decimal(source, schema, var)
        for line in _LOGICAL[schema.name]:
            source.line(line.format(x=var))
        return [self._number(source, var, 64 if schema.name == TIMESTAMP else 32)]

    @staticmethod
    def _number(source: Source, var: str, bits: int) -> str:
        """The bytes of an int in ``var``; too wide is odd."""
        source.line(f"{var} = {var} << 1 if {var} >= 0 else ~({var} << 1)")
        part = source.name("n")
        with source.block(f"if {var} < 0x4000:"):
            if bits == 8:
                refuse(source, f"{var} > 255")
            source.line(f"{part} = LAST[{var}]")
        if bits == 8:
            with source.block("else:"):
                source.line("raise Odd")
            return part
        with source.block(f"elif {var} < 0x10000000:"):
            if bits == 16:
                refuse(source, f"{var} > 65535")
            source.line(f"{part} = MORE[{var} & 0x3FFF] + LAST[{var} >> 14]")
        if bits == 64:
            with source.block(f"elif {var} < 0x40000000000:"):  # times of this century
                source.line(f"{part} = MORE[{var} & 0x3FFF] + MORE[{var} >> 14 & 0x3FFF] + LAST[{var} >> 28]")
        with source.block("else:"):
            refuse(source, f"{var} >= {1 << bits}")
            source.line(f"{part} = write_long({var} >> 1 if {var} & 1 == 0 else ~({var} >> 1))")
        return part

    def _decimal(self, source: Source, schema: Schema, var: str) -> list[str]:
        if is_fixed(schema):
            raise Odd
        scale = units.scale_of(schema)
        refuse(source, f"type({var}) is not Decimal")
        if scale > 0:  # reading the digits off the text is several times faster than exact arithmetic
            source.line(f"{var} = str({var})")
            refuse(source, f"{var}[{-scale - 1}] != '.'")  # another scale, or scientific
            source.line(f"{var} = int({var}.replace('.', ''))")
            with source.block(f"if {var} >= 0:"):
                source.line(f"{var} = {var}.to_bytes({var}.bit_length() // 8 + 1)")
            with source.block("else:"):
                source.line(f"{var} = {var}.to_bytes((~{var}).bit_length() // 8 + 1, signed=True)")
        else:
            unscaled = source.constant("unscaled", lambda value: units.unscaled(schema, value))
            source.line(f"{var} = {unscaled}({var})")
        return [length(var), var]

    def _struct(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> list[str]:
        if not self._recursive:
            return self._members(source, schema, own, target, var)
        key = (id(schema), id(own), id(target))
        if key not in self._functions:  # one that may call itself
            name = self._functions[key] = source.name("write_struct")
            part = source.part()
            with part.block(f"def {name}(x):"):
                part.line(f"return {joined(self._members(part, schema, own, target, 'x'))}")
            source.join(part)
        written = source.name("p")
        source.line(f"{written} = {self._functions[key]}({var})")
        return [written]

    def _members(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> list[str]:
        fields = schema.fields
        refuse(source, f"type({var}) is not dict")
        if not fields:
            refuse(source, var)
        else:
            complete = source.constant("complete", completer(field.name for field in fields))
            with source.block(f"if len({var}) != {len(fields)}:"):
                source.line(f"{var} = {complete}({var})")
        variables = [source.name("f") for _ in fields]
        if len(fields) == 1:
            source.line(f"{variables[0]} = {var}[{fields[0].name!r}]")
        elif fields:
            getter = source.constant("fields_of", itemgetter(*(field.name for field in fields)))
            source.line(f"{', '.join(variables)} = {getter}({var})")
        parts: dict[str, list[str]] = {}
        for field, variable in zip(fields, variables, strict=True):
            name = names.scrub(field.name) if self._options.scrub_names else field.name
            mine, theirs = own.field(name), target.field(name)
            if mine is None:
                raise Odd
            place = (
                theirs.schema if theirs is not None else mine.schema
            )  # what the target lacks is checked all the same
            parts[name] = self._field(source, field.schema, mine.schema, place, variable)
        return [part for field in target.fields for part in parts.get(field.name) or self._absent(field)]

    def _absent(self, field: Any) -> list[str]:
        if field.default is MISSING:
            raise Odd
        return [repr(self._constant_of(field.schema, slow_write.default_datum(field.schema, field.default)))]

    def _array(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> str:
        assert own.items is not None
        assert target.items is not None
        refuse(source, f"type({var}) is not list and type({var}) is not tuple")
        element = self._function(source, schema.value_schema, own.items, target.items)
        part = source.name("p")
        source.line(
            f"{part} = write_long(len({var})) + join([{element}(e) for e in {var}]) + b'\\x00' if {var} else b'\\x00'"
        )
        return part

    def _map(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> str:
        assert own.items is not None
        assert target.items is not None
        refuse(source, f"type({var}) is not dict")
        part = source.name("p")
        if has_string_keys(schema, self._options):
            element = self._function(source, schema.value_schema, own.items, target.items)
            source.line(f"k = order(tuple({var})) if len({var}) > 1 else {var}")
            items = f"join([key(k) + {element}({var}[k]) for k in k])"
        else:
            if own.items is not target.items and own.items.full_name != target.items.full_name:
                raise Odd
            pairs = [(own.items.field(n), target.items.field(n)) for n in (names.KEY, names.VALUE)]
            functions = []
            for inner, (mine, theirs) in zip((schema.key_schema, schema.value_schema), pairs, strict=True):
                if mine is None or theirs is None:
                    raise Odd
                functions.append(self._function(source, inner, mine.schema, theirs.schema))
            items = f"join([{functions[0]}(k) + {functions[1]}(v) for k, v in {var}.items()])"
        source.line(f"{part} = write_long(len({var})) + {items} + b'\\x00' if {var} else b'\\x00'")
        return part

    def _union(self, source: Source, schema: Schema, own: AvroSchema, target: AvroSchema, var: str) -> str:
        """The first field that is set decides."""
        part = source.name("p")
        known = source.constant("known", frozenset(schema.field_map))
        refuse(source, f"type({var}) is not dict or not {var}.keys() <= {known}")
        source.line(f"{part} = None")
        for field in schema.fields:
            found = source.name("m")
            source.line(f"{found} = {var}.get({field.name!r}) if {part} is None else None")
            if field.schema.has_default and not self._options.ignore_defaults:
                raise Odd
            with source.block(f"if {found} is not None:"):
                parts = self._present(source, field.schema, own, target, found)
                source.line(f"{part} = {joined(parts)}")
        refuse(source, f"{part} is None")
        return part

    def _function(self, source: Source, schema: Schema | None, own: AvroSchema, target: AvroSchema) -> str:
        """The name of a function that writes one element, made before the present one."""
        name = source.name("write_element")
        part = source.part()
        with part.block(f"def {name}(x):"):
            parts = self._value(part, schema, own, target, "x")
            part.line(f"return {joined(parts)}")
        source.join(part)
        return name


def _key(text: Any) -> bytes:
    if type(text) is not str:
        raise Odd
    raw = text.encode()
    return write_long(len(raw)) + raw


def _one(members: list[AvroSchema]) -> AvroSchema:
    if len(members) != 1:
        raise Odd
    return members[0]


_LOGICAL: dict[str | None, tuple[str, ...]] = {
    DECIMAL: (),
    DATE: ("if type({x}) is not date: raise Odd", f"{{x}} = {{x}}.toordinal() - {units.EPOCH_DAY}"),
    TIME: (
        "if type({x}) is not time or {x}.tzinfo is not None: raise Odd",
        "{x} = (({x}.hour * 60 + {x}.minute) * 60 + {x}.second) * 1000 + {x}.microsecond // 1000",
    ),
    TIMESTAMP: (
        "if type({x}) is not datetime: raise Odd",
        "{x} -= EPOCH",  # a naive datetime raises here
        "{x} = {x}.days * 86400000 + {x}.seconds * 1000 + {x}.microseconds // 1000",
    ),
}
