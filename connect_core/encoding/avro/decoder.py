"""Compiled Avro readers: one function per writer's schema that goes through the bytes once and builds the value.

The generated code knows well-formed bytes only; at the first surprise (a number of more bytes than usual forms, text
that is no UTF-8, an end too soon) it hands the message to ``slow_read``, so values and errors do not depend on the way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import lru_cache
from math import nan
from typing import Any

from connect_core.data import units
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names, schemaless, slow_read
from connect_core.encoding.avro.binary import count, size, unsigned
from connect_core.encoding.avro.errors import ReadError
from connect_core.encoding.avro.from_connect import ANYTHING, is_fixed
from connect_core.encoding.avro.model import AvroSchema, equal
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.slow_write import Datum
from connect_core.encoding.plain import Odd
from connect_core.encoding.source import Source
from connect_core.errors import DataError

type Decode = Callable[[bytes, int], Any]

_EXACT_SECONDS = 2**32  # within, a double of seconds still tells milliseconds apart after rounding to microseconds
_FIRST = 128
_words = struct.Struct("<HHH").unpack_from


@lru_cache(maxsize=1)
def _word_tables() -> tuple[list[float], list[float], list[float]]:
    """Milliseconds told by the first, second and last two bytes of a positive number of six, each read as a
    little-endian word; not a number where such a number has no such bytes. Their sum is exact.
    """
    first, second, last = ([nan] * 65536 for _ in range(3))
    for n in range(1 << 14):
        word = n & 127 | 128 | (n >> 7 | 128) << 8
        if not n & 1:  # else the number is negative
            first[word] = n / 2
        second[word] = float(n << 13)
        last[word & 0x7FFF] = float(n << 27)
    return first, second, last


class _Days(dict[bytes, date]):
    """Dates by the three bytes of their number; the same few thousand come again and again."""

    def __missing__(self, key: bytes) -> date:
        n, at = unsigned(key, 0)
        if at != 3:
            raise Odd
        if len(self) >= _MOST_DAYS:
            self.clear()
        found = self[key] = date.fromordinal((n >> 1 ^ -(n & 1)) + units.EPOCH_DAY)
        return found


_MOST_DAYS = 1 << 15
_DAYS = _Days()
_SIGNED = [n >> 1 ^ -(n & 1) for n in range(128)]
"""Numbers of one byte."""
_ENDS = [[None if n & 1 else (n >> 1) + 1 + o for n in range(128)] for o in (0, 1)]
"""How far behind ``p`` a text ends whose length is one byte, at ``p`` or one further; a negative length is odd."""


def decoder(
    avro: AvroSchema, schema: Schema | None, options: AvroOptions, *, refusal: str | None = None
) -> Decode:  # fmt: skip
    """A function from (message, where the value begins) to the Connect value. Keep it: making one is slow.

    ``refusal`` is the text of the DataError that is raised for broken bytes.
    """

    def by_the_book(data: bytes, start: int) -> Any:
        try:
            return slow_read.decode(avro, schema, data, start, options)
        except ReadError as error:
            raise (error if refusal is None else DataError(refusal)) from error

    if avro.kind == "bytes":
        return by_the_book
    try:
        recursive = schema is not None and is_recursive(schema)
        return _Compiler(options, by_the_book, recursive=recursive).decoder(avro, schema)
    except Odd:
        return by_the_book


_unpack_double = struct.Struct("<d").unpack_from
_unpack_float = struct.Struct("<f").unpack_from


class _Compiler:
    """Writes the source of one decoder. Lines read at ``p``, move it, and leave the value in a variable."""

    def __init__(self, options: AvroOptions, by_the_book: Decode, *, recursive: bool) -> None:
        self._options, self._recursive = options, recursive
        self._functions: dict[tuple[int, int], str] = {}
        self._source = Source(
            Odd=Odd, UTC=UTC, multiply=Context(prec=60).multiply, from_bytes=int.from_bytes, double=_unpack_double,
            float32=_unpack_float, from_ordinal=date.fromordinal, from_timestamp=datetime.fromtimestamp,
            instant=units.instant, time_of_day=units.time_of_day, number=unsigned, size=size, count=count,
            hashable=hashable, anything=schemaless.read, by_the_book=by_the_book,
            SIGNED=_SIGNED, ENDS0=_ENDS[0], ENDS1=_ENDS[1], days=_DAYS, known_day=_DAYS.get,
        )  # fmt: skip

    def decoder(self, avro: AvroSchema, schema: Schema | None) -> Decode:
        source = self._source
        with source.block("def decode(data, start):"):
            with source.block("try:"):
                source.line("p = start")
                source.line("end = len(data)")
                self._read(source, avro, schema, "value")
                with source.block("if p > end:"):  # slices do not complain
                    source.line("raise Odd")
                source.line("return value")
            with source.block("except Exception:"):
                source.line("return by_the_book(data, start)")
        return source.compile("decode", title=f"avro decoder {avro.full_name}")

    def _read(self, source: Source, avro: AvroSchema, schema: Schema | None, var: str, o: int = 0) -> None:
        """Lines for any type; the value begins ``o`` bytes behind ``p`` (a scalar in a union: behind its tag)."""
        kind = avro.kind
        if schema is not None and kind in _SCALARS:
            self._scalar(source, avro, schema, var, o)
            return
        if schema is not None and schema.name in _BASES and kind != "union":
            raise Odd
        if o:
            source.line(f"p += {o}")
        if schema is None:
            if not equal(avro, ANYTHING):
                raise Odd
            source.line(f"{var}, p = anything(data, p)")
        elif kind == "union":
            self._union(source, avro, schema, var)
        elif kind == "record" and self._recursive:
            source.line(f"{var}, p = {self._function(source, avro, schema)}(data, p)")
        elif kind == "record":
            self._record(source, avro, schema, var)
        elif kind == "array":
            self._array(source, avro, schema, var)
        elif kind == "map":
            self._map(source, avro, schema, var)
        else:
            raise Odd

    def _scalar(self, source: Source, avro: AvroSchema, schema: Schema, var: str, o: int) -> None:
        kind = avro.kind
        if schema.name in _BASES and _BASES[schema.name] != (kind.replace("fixed", "bytes"), schema.type):
            raise Odd
        if kind in ("int", "long"):
            self._integer(source, kind, schema, var, o)
        elif kind in ("string", "bytes"):
            self._sized(source, var, o, ".decode()" if kind == "string" else "")
        elif kind == "enum":
            symbols = source.constant("symbols", {index << 1: symbol for index, symbol in enumerate(avro.symbols[:64])})
            source.line(f"{var} = {symbols}[data[{_at(o)}]]")
            source.line(f"p += {o + 1}")
        elif kind == "boolean":
            source.line(f"{var} = data[{_at(o)}] == 1")
            source.line(f"p += {o + 1}")
        elif kind == "fixed":
            source.line(f"{var} = data[{_at(o)}:{_at(o + avro.size)}]")
            source.line(f"p += {o + avro.size}")
        else:
            source.line(f"({var},) = {'float32' if kind == 'float' else 'double'}(data, {_at(o)})")
            source.line(f"p += {o + (4 if kind == 'float' else 8)}")
        if schema.name == DECIMAL:
            self._decimal(source, schema, var)

    @staticmethod
    def _sized(source: Source, var: str, o: int, tail: str) -> None:
        """Bytes behind their length; a negative one is odd."""
        source.line(f"n = data[{_at(o)}]")
        with source.block("if n < 128:"):
            source.line(f"e = p + ENDS{o}[n]")
            source.line(f"{var} = data[{_at(o + 1)}:e]{tail}")
        with source.block("else:"):
            source.line(f"n, p = size(data, {_at(o)})")
            source.line("e = p + n")
            source.line(f"{var} = data[p:e]{tail}")
        source.line("p = e")

    @staticmethod
    def _decimal(source: Source, schema: Schema, var: str) -> None:
        unit = source.constant("unit", Decimal(f"1E{-units.scale_of(schema)}"))
        # Up to 18 bytes are 44 digits, which the context of 60 holds; arithmetic without bounds is slow.
        source.line(f"if not 0 < len({var}) <= 18: raise Odd")
        source.line(f"{var} = multiply(from_bytes({var}, 'big', signed=True), {unit})")

    def _integer(self, source: Source, kind: str, schema: Schema, var: str, o: int) -> None:
        if schema.name == TIMESTAMP:
            self._timestamp(source, var, o)
            return
        if schema.name == DATE:
            self._date(source, var, o)
            return
        signed = f"{var} = ~(n >> 1) if n & 1 else n >> 1"
        source.line(f"n = data[{_at(o)}]")
        with source.block("if n < 128:"):
            source.line(f"{var} = SIGNED[n]")
            source.line(f"p += {o + 1}")
        with source.block(f"elif (m := data[{_at(o + 1)}]) < 128:"):
            source.line(f"n += (m << 7) - {_FIRST}")
            source.line(signed)
            source.line(f"p += {o + 2}")
            self._within(source, schema, var)
        with source.block(f"elif (q := data[{_at(o + 2)}]) < 128:"):
            source.line(f"n += (m << 7) + (q << 14) - {_FIRST + (_FIRST << 7)}")
            source.line(signed)
            source.line(f"p += {o + 3}")
            self._within(source, schema, var)
        with source.block("else:"):
            source.line(f"n, p = number(data, {_at(o)})")
            if kind == "int":
                source.line("if n >> 32: raise Odd")
            source.line(signed)
            self._within(source, schema, var)
        if schema.name == TIME:
            source.line(f"{var} = time_of_day({var})")

    @staticmethod
    def _within(source: Source, schema: Schema, var: str) -> None:
        """Refuse what an INT8 or INT16 does not hold."""
        if schema.type in (Type.INT8, Type.INT16):
            half = 128 if schema.type is Type.INT8 else 32768
            source.line(f"if not -{half} <= {var} < {half}: raise Odd")

    def _date(self, source: Source, var: str, o: int) -> None:
        """Three bytes are the days before 1948 and after 1992 up to the year 4840."""
        source.line(f"{var} = known_day(data[{_at(o)}:{_at(o + 3)}])")
        with source.block(f"if {var} is not None:"):
            source.line(f"p += {o + 3}")
        with source.block(f"elif data[{_at(o)}] > 127 < data[{_at(o + 1)}] and data[{_at(o + 2)}] < 128:"):
            source.line(f"{var} = days[data[{_at(o)}:{_at(o + 3)}]]")
            source.line(f"p += {o + 3}")
        with source.block("else:"):
            source.line(f"n, p = number(data, {_at(o)})")
            source.line("if n >> 32: raise Odd")
            source.line(f"{var} = from_ordinal((n >> 1 ^ -(n & 1)) + {units.EPOCH_DAY})")

    @staticmethod
    def _timestamp(source: Source, var: str, o: int) -> None:
        """Six bytes are the times from July 1970 to 2039: three look-ups. Others go the long way."""
        unpack = source.constant("unpack", _words)
        tables = zip((source.constant("words", table) for table in _word_tables()), "xyz", strict=True)
        with source.block(f"if {_at(o + 6)} <= end:"):
            source.line(f"x, y, z = {unpack}(data, {_at(o)})")
            source.line("n = " + " + ".join(f"{table}[{word}]" for table, word in tables))
        with source.block("else:"):
            source.line("n = -1")
        with source.block("if n >= 0:"):
            source.line(f"{var} = from_timestamp(n / 1000, UTC)")
            source.line(f"p += {o + 6}")
        with source.block("else:"):
            source.line(f"n, p = number(data, {_at(o)})")
            source.line("n = n >> 1 ^ -(n & 1)")
            source.line(f"if -{_EXACT_SECONDS}000 <= n <= {_EXACT_SECONDS}000: {var} = from_timestamp(n / 1000, UTC)")
            source.line(f"else: {var} = instant(n)")

    def _function(self, source: Source, avro: AvroSchema, schema: Schema) -> str:
        """The name of a function that reads a record, which may call itself."""
        name = self._functions.get((id(avro), id(schema)))
        if name is None:
            name = self._functions[id(avro), id(schema)] = source.name("read_record")
            part = source.part()
            with part.block(f"def {name}(data, p):"):
                part.line("end = len(data)")
                self._record(part, avro, schema, "x")
                part.line("if p > end: raise Odd")
                part.line("return x, p")
            source.join(part)
        return name

    def _record(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        if schema.type is not Type.STRUCT or names.is_union(schema) or len(schema.fields) != len(avro.fields):
            raise Odd
        members = []
        for field, place in zip(schema.fields, avro.fields, strict=True):
            inner = source.name("f")
            self._read(source, place.schema, field.schema, inner)
            members.append(f"{field.name!r}: {inner}")
        source.line(f"{var} = {{{', '.join(members)}}}")

    def _array(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        assert avro.items is not None
        if schema.type is Type.MAP:
            self._entries(source, avro.items, schema, var)
            return
        if schema.type is not Type.ARRAY:
            raise Odd
        element = source.name("e")
        source.line(f"{var} = []")
        self._blocks(source, lambda: self._read(source, avro.items or avro, schema.value_schema, element),
                     f"{var}.append({element})")  # fmt: skip

    def _entries(self, source: Source, entry: AvroSchema, schema: Schema, var: str) -> None:
        if schema.key_schema is None or (schema.key_schema.type is Type.STRING and not schema.key_schema.optional):
            raise Odd
        key, value = entry.field(names.KEY), entry.field(names.VALUE)
        if key is None or value is None or [f.name for f in entry.fields] != [names.KEY, names.VALUE]:
            raise Odd
        key_var, value_var = source.name("k"), source.name("v")

        def read() -> None:
            self._read(source, key.schema, schema.key_schema, key_var)
            self._read(source, value.schema, schema.value_schema, value_var)

        source.line(f"{var} = {{}}")
        self._blocks(source, read, f"{var}[hashable({key_var})] = {value_var}")

    def _map(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        if schema.type is not Type.MAP or schema.value_schema is None or avro.items is None:
            raise Odd
        items, values = avro.items, schema.value_schema
        key_var, value_var = source.name("k"), source.name("v")

        def read() -> None:
            self._sized(source, key_var, 0, ".decode()")
            source.line("if p > end: raise Odd")
            self._read(source, items, values, value_var)

        source.line(f"{var} = {{}}")
        self._blocks(source, read, f"{var}[{key_var}] = {value_var}")

    @staticmethod
    def _blocks(source: Source, read: Callable[[], None], store: str) -> None:
        counter = source.name("c")
        with source.block("while True:"):
            source.line(f"{counter}, p = count(data, p)")
            source.line(f"if not {counter}: break")
            with source.block(f"for _ in range({counter}):"):
                read()
                source.line(store)

    def _union(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        """The member by its tag; a struct of one set field where the union is more than a type and null."""
        if len(avro.types) > 64:
            raise Odd
        tag = source.name("t")
        source.line(f"{tag} = data[p]")
        struct_of = names.is_union(schema) and schema.type is Type.STRUCT
        order = sorted(range(len(avro.types)), key=lambda index: avro.types[index].kind == "null")
        word = "if"
        for index in order:
            member = avro.types[index]
            with source.block(f"{word} {tag} == {index << 1}:"):
                word = "elif"
                if member.kind == "null":
                    if not schema.optional:
                        raise Odd
                    source.line(f"{var} = None")
                    source.line("p += 1")
                elif struct_of:
                    self._member(source, member, schema, var)
                else:
                    self._read(source, member, schema, var, 1)
        with source.block("else:"):
            source.line("raise Odd")

    def _member(self, source: Source, member: AvroSchema, schema: Schema, var: str) -> None:
        sized = member.kind == "bytes" and any(is_fixed(field.schema) for field in schema.fields)
        if sized or member.kind == "union":  # the value decides which field it is
            raise Odd
        try:
            named = member if member.name is not None else None
            index = slow_read.union_field(schema, Datum(member.kind, None, named), self._options)
        except DataError as error:
            raise Odd from error
        field, inner = schema.fields[index], source.name("m")
        self._read(source, member, field.schema, inner, 1)
        members = [f"{other.name!r}: {inner if other is field else None}" for other in schema.fields]
        source.line(f"{var} = {{{', '.join(members)}}}")


def _at(offset: int) -> str:
    return f"p + {offset}" if offset else "p"


_SCALARS = frozenset(("int", "long", "string", "bytes", "fixed", "boolean", "float", "double", "enum"))
_BASES: dict[str | None, tuple[str, Type]] = {
    DECIMAL: ("bytes", Type.BYTES), DATE: ("int", Type.INT32), TIME: ("int", Type.INT32),
    TIMESTAMP: ("long", Type.INT64),
}  # fmt: skip
