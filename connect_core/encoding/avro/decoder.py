"""Compiled Avro readers: one function per writer's schema that goes through the bytes once and builds the value.

The generated code knows well-formed bytes only; at the first surprise (a number of more bytes than usual forms, text
that is no UTF-8, an end too soon) it hands the message to ``slow_read``, so values and errors do not depend on the way.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any

from connect_core.data import units
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names, schemaless, slow_read
from connect_core.encoding.avro.binary import count, size, unsigned
from connect_core.encoding.avro.errors import Odd
from connect_core.encoding.avro.from_connect import ANYTHING, is_fixed, is_union
from connect_core.encoding.avro.model import AvroSchema, equal
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.slow_write import Datum
from connect_core.encoding.source import Source
from connect_core.errors import DataError

type Decode = Callable[[bytes, int], Any]

_EXACT_SECONDS = 2**32  # within, a double of seconds still tells milliseconds apart after rounding to microseconds
_FIRST, _MORE = 128, 128 * (1 + (1 << 7) + (1 << 14) + (1 << 21) + (1 << 28))


def decoder(avro: AvroSchema, schema: Schema | None, options: AvroOptions) -> Decode:
    """A function from (message, where the value begins) to the Connect value. Keep it: making one is slow."""

    def by_the_book(data: bytes, start: int) -> Any:
        return slow_read.decode(avro, schema, data, start, options)

    if avro.kind == "bytes":
        return by_the_book
    try:
        return _Compiler(options, by_the_book).decoder(avro, schema)
    except Odd:
        return by_the_book


_unpack_double = struct.Struct("<d").unpack_from
_unpack_float = struct.Struct("<f").unpack_from


class _Compiler:
    """Writes the source of one decoder. Lines read at ``p``, move it, and leave the value in a variable."""

    def __init__(self, options: AvroOptions, by_the_book: Decode) -> None:
        self._options = options
        self._source = Source(
            Odd=Odd, UTC=UTC, multiply=Context(prec=60).multiply, from_bytes=int.from_bytes, double=_unpack_double,
            float32=_unpack_float, from_ordinal=date.fromordinal, from_timestamp=datetime.fromtimestamp,
            instant=units.instant, time_of_day=units.time_of_day, number=unsigned, size=size, count=count,
            hashable=hashable, anything=schemaless.read, by_the_book=by_the_book,
        )  # fmt: skip

    def decoder(self, avro: AvroSchema, schema: Schema | None) -> Decode:
        source = self._source
        with source.block("def decode(data, start):"):
            with source.block("try:"):
                source.line("p = start")
                self._read(source, avro, schema, "value")
                with source.block("if p > len(data):"):  # slices do not complain
                    source.line("raise Odd")
                source.line("return value")
            with source.block("except Exception:"):
                source.line("return by_the_book(data, start)")
        return source.compile("decode", title=f"avro decoder {avro.full_name}")

    def _read(self, source: Source, avro: AvroSchema, schema: Schema | None, var: str) -> None:
        kind = avro.kind
        if schema is None:
            if not equal(avro, ANYTHING):
                raise Odd
            source.line(f"{var}, p = anything(data, p)")
        elif kind == "union":
            self._union(source, avro, schema, var)
        elif kind == "record":
            self._record(source, avro, schema, var)
        elif kind == "array":
            self._array(source, avro, schema, var)
        elif kind == "map":
            self._map(source, avro, schema, var)
        elif kind == "enum":
            symbols = source.constant("symbols", {index << 1: symbol for index, symbol in enumerate(avro.symbols[:64])})
            source.line(f"{var} = {symbols}[data[p]]")
            source.line("p += 1")
        else:
            self._scalar(source, avro, schema, var)

    def _scalar(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        kind = avro.kind
        if kind in ("int", "long"):
            self._integer(source, kind, schema, var)
        elif kind == "string":
            self._sized(source, var)
            source.line(f"{var} = data[p:{var}].decode()")
            source.line(f"p += {var}_n")
        elif kind in ("bytes", "fixed"):
            if kind == "bytes":
                self._sized(source, var)
            else:
                source.line(f"{var}_n = {avro.size}")
                source.line(f"{var} = p + {avro.size}")
            source.line(f"{var} = data[p:{var}]")
            source.line(f"p += {var}_n")
            if schema.name == DECIMAL:
                self._decimal(source, schema, var)
        elif kind == "boolean":
            source.line(f"{var} = data[p] == 1")
            source.line("p += 1")
        elif kind in ("float", "double"):
            source.line(f"{var} = {'float32' if kind == 'float' else 'double'}(data, p)[0]")
            source.line(f"p += {4 if kind == 'float' else 8}")
        else:
            raise Odd

    @staticmethod
    def _sized(source: Source, var: str) -> None:
        """A length: ``var_n`` is it, ``var`` where the value ends, ``p`` where it begins."""
        source.line(f"{var}_n = data[p]")
        with source.block(f"if {var}_n < 128:"):
            source.line(f"if {var}_n & 1: raise Odd")
            source.line(f"{var}_n >>= 1")
            source.line("p += 1")
        with source.block("else:"):
            source.line(f"{var}_n, p = size(data, p)")
        source.line(f"{var} = p + {var}_n")

    @staticmethod
    def _decimal(source: Source, schema: Schema, var: str) -> None:
        unit = source.constant("unit", Decimal(f"1E{-units.scale_of(schema)}"))
        # Up to 18 bytes are 44 digits, which the context of 60 holds; arithmetic without bounds is slow.
        source.line(f"if not 0 < len({var}) <= 18: raise Odd")
        source.line(f"{var} = multiply(from_bytes({var}, 'big', signed=True), {unit})")

    @staticmethod
    def _integer(source: Source, kind: str, schema: Schema, var: str) -> None:
        source.line(f"{var} = data[p]")
        with source.block(f"if {var} < 128:"):
            source.line("p += 1")
        if schema.name == TIMESTAMP:
            # Six bytes, the last of them without the mark of more: times of this century.
            with source.block("elif p + 6 <= len(data) and data[p + 5] < 128:"):
                source.line("a, b, c, d, e, f = data[p:p + 6]")
                source.line("if not a & b & c & d & e & 128: raise Odd")
                source.line(f"{var} = a + (b << 7) + (c << 14) + (d << 21) + (e << 28) + (f << 35) - {_MORE}")
                source.line("p += 6")
        else:
            with source.block("elif data[p + 1] < 128:"):
                source.line(f"{var} += (data[p + 1] << 7) - {_FIRST}")
                source.line("p += 2")
            with source.block("elif data[p + 2] < 128:"):
                source.line(f"{var} += (data[p + 1] << 7) + (data[p + 2] << 14) - {_FIRST + (_FIRST << 7)}")
                source.line("p += 3")
        with source.block("else:"):
            source.line(f"{var}, p = number(data, p)")
            if kind == "int":
                source.line(f"if {var} >> 32: raise Odd")
        source.line(f"{var} = {var} >> 1 ^ -({var} & 1)")
        if schema.type in (Type.INT8, Type.INT16):
            half = 128 if schema.type is Type.INT8 else 32768
            source.line(f"if not -{half} <= {var} < {half}: raise Odd")
        for line in _LOGICAL.get(schema.name, ()):
            source.line(line.format(x=var))

    def _record(self, source: Source, avro: AvroSchema, schema: Schema, var: str) -> None:
        if schema.type is not Type.STRUCT or is_union(schema) or len(schema.fields) != len(avro.fields):
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
            self._sized(source, key_var)
            source.line(f"if {key_var} > len(data): raise Odd")
            source.line(f"{key_var} = data[p:{key_var}].decode()")
            source.line(f"p += {key_var}_n")
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
        source.line("p += 1")
        struct_of = is_union(schema) and schema.type is Type.STRUCT
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
                elif struct_of:
                    self._member(source, member, schema, var)
                else:
                    self._read(source, member, schema, var)
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
        self._read(source, member, field.schema, inner)
        members = [f"{other.name!r}: {inner if other is field else None}" for other in schema.fields]
        source.line(f"{var} = {{{', '.join(members)}}}")


_LOGICAL: dict[str | None, tuple[str, ...]] = {
    DATE: (f"{{x}} = from_ordinal({{x}} + {units.EPOCH_DAY})",),
    TIME: ("{x} = time_of_day({x})",),
    TIMESTAMP: (
        f"if -{_EXACT_SECONDS}000 <= {{x}} <= {_EXACT_SECONDS}000: {{x}} = from_timestamp({{x}} / 1000, UTC)",
        "else: {x} = instant({x})",
    ),
}
