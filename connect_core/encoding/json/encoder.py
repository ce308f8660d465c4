"""Compiled JSON encoders: one function per schema and options that shapes a value for a single ``orjson.dumps``.

The generated code knows good values only; at the first surprise it hands the whole value to ``slow``, which has the
coercions and the messages. Java's texts come in as orjson fragments, Jackson's escapes by ``text.like_jackson``.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, partial
from operator import itemgetter
from typing import Any

import orjson

from connect_core.data import units
from connect_core.data.float32 import Float32
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json import slow
from connect_core.encoding.json.options import JsonOptions
from connect_core.encoding.json.text import like_jackson
from connect_core.encoding.plain import Odd, completer
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.java.numbers import INT_BOUNDS, decimal_text, double_text, float_text, int_to_bytes, shortest_float32

type Encode = Callable[[Any], bytes | None]

_LARGEST_SINGLE = 3.4028235677973366e38


def encoder(schema: Schema | None, options: JsonOptions) -> Encode:
    """A function from values of the schema to bytes; keep it, making one is slow."""
    if schema is None:
        return _schemaless(options)
    if is_recursive(schema):
        return _recursive(schema, options)
    return EncoderCompiler(options).encoder(schema)


def _recursive(schema: Schema, options: JsonOptions) -> Encode:
    """For a schema that contains itself: values end, an envelope's schema would not."""
    if options.schemas_enable:
        raise DataError(f"{schema!r} contains itself, which an envelope cannot hold: set schemas.enable=false")
    return lambda value: slow.encode(schema, value, options)


def _schemaless(options: JsonOptions) -> Encode:
    dumps, enveloped = orjson.dumps, options.schemas_enable
    strict = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS

    def encode(value: Any) -> bytes | None:
        if value is None:
            return None
        try:
            _require_plain(value.values() if type(value) is dict else (value,))
            out = dumps(value, _float32, strict)
        except (Odd, TypeError, RecursionError):
            return slow.encode(None, value, options)
        if 92 in out or not out.isascii():
            out = like_jackson(out)
        return b'{"schema":null,"payload":%b}' % out if enveloped else out

    return encode


def _require_plain(values: Iterable[Any]) -> None:
    """Raise Odd unless orjson writes all of these as Connect would."""
    for value in values:
        kind = type(value)
        if kind is str:
            continue
        if kind is int:
            if not -0x8000000000000000 <= value <= 0x7FFFFFFFFFFFFFFF:
                raise Odd
        elif value is None or kind is bool:
            continue
        elif kind is float:
            if not (1e-3 <= value < 1e7 or -1e7 < value <= -1e-3 or value == 0):
                raise Odd
        elif kind is dict:
            _require_plain(value.values())
        elif kind is list:
            _require_plain(value)
        elif kind is not Float32:
            raise Odd


def _float32(value: Any) -> Any:
    """What orjson writes for the one class beside its own that ``_require_plain`` lets pass."""
    if type(value) is not Float32:
        raise TypeError
    return _java_float(float(value))


class EncoderCompiler:
    """Writes the source of one encoder; formats that differ from this JSON in a few shapes override those."""

    def __init__(self, options: JsonOptions) -> None:
        self._options = options
        self._source = Source(
            Odd=Odd,
            Decimal=Decimal,
            date=date,
            datetime=datetime,
            time=time,
            dumps=orjson.dumps,
            base64=b2a_base64,
            java_double=_java_double,
            java_float=_java_float,
            EPOCH=units.EPOCH,
            like_jackson=like_jackson,
            join=b"".join,
            by_no_schema=_by_no_schema,
        )

    def encoder(self, schema: Schema) -> Encode:
        """The compiled function."""
        source, options = self._source, self._options
        by_the_book = source.constant("by_the_book", self._by_the_book(schema))
        with source.block("def encode(value):"):
            source.line("x = value")  # kept as given for the book
            with source.block("try:"):
                self._shape(source, schema, "x")
                source.line("out = dumps(x)")
            with source.block("except Exception:"):
                source.line(f"return {by_the_book}(value)")
            with source.block("if 92 in out or not out.isascii():"):
                source.line("out = like_jackson(out)")
            if options.schemas_enable:
                head = source.constant("head", b'{"schema":' + slow.schema_bytes(schema, options) + b',"payload":')
                source.line(f"return join(({head}, out, b'}}'))")
            else:
                source.line("return out")
        return source.compile("encode", title=f"json encoder {schema!r}")

    def _by_the_book(self, schema: Schema) -> Encode:
        """The slow way, for a value that is not plain."""
        return lambda value: slow.encode(schema, value, self._options)

    def _default_text(self, schema: Schema) -> str:
        """JSON of the schema's default."""
        return slow.value_text(schema, schema.default, self._options)

    def _shape(self, source: Source, schema: Schema, var: str) -> None:
        """Lines that turn the value in ``var`` into what orjson writes, or raise."""
        if schema.has_default and self._options.replace_null_with_default:
            default = orjson.Fragment(self._default_text(schema))
            with source.block(f"if {var} is None:"):
                source.line(f"{var} = {source.constant('default', default)}")
            with source.block("else:"):
                self._shape_present(source, schema, var)
        elif schema.optional and (refusal := _as_it_stands(schema)):
            self._refuse(source, f"({refusal.format(x=var)}) and {var} is not None")  # most values are not null
        elif schema.optional:
            with source.block(f"if {var} is not None:"):
                self._shape_present(source, schema, var)
        else:
            self._shape_present(source, schema, var)

    def _shape_present(self, source: Source, schema: Schema, var: str) -> None:
        if schema.name in _LOGICAL:
            self._logical(source, schema, var)
        elif refusal := _as_it_stands(schema):
            self._refuse(source, refusal.format(x=var))
        elif schema.type is Type.STRUCT:
            self._struct(source, schema, var)
        elif schema.type is Type.ARRAY:
            self._array(source, schema, var)
        elif schema.type is Type.MAP:
            self._map(source, schema, var)
        else:
            refusal, *lines = _SCALARS[schema.type]
            self._refuse(source, refusal.format(x=var))
            for line in lines:
                source.line(line.format(x=var))

    @staticmethod
    def _refuse(source: Source, condition: str) -> None:
        with source.block(f"if {condition}:"):
            source.line("raise Odd")

    def _logical(self, source: Source, schema: Schema, var: str) -> None:
        if schema.name == DECIMAL:
            self._decimal(source, schema, var)
            return
        refusal, *lines = _LOGICAL[schema.name]
        self._refuse(source, refusal.format(x=var))
        for line in lines:
            source.line(line.format(x=var))

    def _decimal(self, source: Source, schema: Schema, var: str) -> None:
        if self._options.numeric_decimals:
            source.line(f"{var} = {source.constant('numeric', _numeric)}({var})")
            return
        self._refuse(source, f"type({var}) is not Decimal")
        try:
            scale = units.scale_of(schema)
        except DataError:  # of interest only when there is a value
            source.line("raise Odd")
            return
        if scale > 0:  # reading the digits off the text is several times faster than exact arithmetic
            source.line(f"{var} = str({var})")
            self._refuse(source, f"{var}[{-scale - 1}] != '.'")  # another scale, or scientific
            source.line(f"{var} = int({var}.replace('.', ''))")
            base64_of = base64_of_ints()
            pairs, tails = source.constant("pairs", base64_of.pairs), source.constant("tails", base64_of.tails)
            source.line(
                f"{var} = {pairs}[{var} >> 12] + {pairs}[{var} & 4095] if 32768 <= {var} < 8388608 else "
                f"{pairs}[{var} >> 4] + {tails}[{var} & 15] if 128 <= {var} < 32768 else "
                f"{source.constant('base64_of', base64_of)}({var})"
            )
        else:
            unscaled = source.constant("unscaled", partial(units.unscaled, schema))
            source.line(f"{var} = base64({unscaled}({var}), newline=False).decode()")

    def _struct(self, source: Source, schema: Schema, var: str) -> None:
        names = [field.name for field in schema.fields]
        self._refuse(source, f"type({var}) is not dict")
        if not names:
            self._refuse(source, var)
            return
        complete = source.constant("complete", completer(names))
        with source.block(f"if len({var}) != {len(names)}:"):
            source.line(f"{var} = {complete}({var})")
        fields = [source.name("f") for _ in names]
        if len(fields) == 1:
            source.line(f"{fields[0]} = {var}[{names[0]!r}]")
        else:
            source.line(f"{', '.join(fields)} = {source.constant('fields_of', itemgetter(*names))}({var})")
        for field, name in zip(schema.fields, fields, strict=True):
            self._shape(source, field.schema, name)
        members = ", ".join(f"{name!r}: {field}" for name, field in zip(names, fields, strict=True))
        source.line(f"{var} = {{{members}}}")

    def _array(self, source: Source, schema: Schema, var: str) -> None:
        self._refuse(source, f"type({var}) is not list and type({var}) is not tuple")
        source.line(f"{var} = [{self._function(source, schema.value_schema, 'element')}(e) for e in {var}]")

    def _map(self, source: Source, schema: Schema, var: str) -> None:
        self._refuse(source, f"type({var}) is not dict")
        value = self._function(source, schema.value_schema, "value")
        if schema.key_schema is not None and schema.key_schema.type is Type.STRING:
            key = self._function(source, schema.key_schema.replace(optional=False, default=None), "key")
            source.line(f"{var} = {{{key}(k): {value}(v) for k, v in {var}.items()}}")
        else:
            key = self._function(source, schema.key_schema, "key")
            source.line(f"{var} = [[{key}(k), {value}(v)] for k, v in {var}.items()]")

    def _function(self, source: Source, schema: Schema | None, stem: str) -> str:
        """The name of a function that shapes one element, written before the present one."""
        if schema is None:  # containers made without element schemas: too rare for a fast way
            return "by_no_schema"
        name = source.name(f"shape_{stem}")
        part = source.part()
        with part.block(f"def {name}(x):"):
            self._shape(part, schema, "x")
            part.line("return x")
        source.join(part)
        return name


def _as_it_stands(schema: Schema) -> str | None:
    """What must not hold for ``{x}``, if orjson writes the Connect value as it is; None if it needs another shape."""
    if schema.name in _LOGICAL:
        return None
    if schema.type is Type.INT64:
        return f"type({{x}}) is not int or {{x}} > {INT_BOUNDS[64][1]}"  # below the lowest, orjson raises
    if schema.type in slow.INT_BITS:
        low, high = INT_BOUNDS[slow.INT_BITS[schema.type]]
        return f"type({{x}}) is not int or not {low} <= {{x}} <= {high}"
    return {Type.BOOLEAN: "{x} is not True and {x} is not False", Type.STRING: "type({x}) is not str"}.get(schema.type)


_SCALARS: Mapping[Type, tuple[str, ...]] = {
    Type.BYTES: ("type({x}) is not bytes", "{x} = base64({x}, newline=False).decode()"),
    Type.FLOAT64: ("type({x}) is not float", "if not 1e-3 <= {x} < 1e7: {x} = java_double({x})"),
    Type.FLOAT32: ("type({x}) is not float", "{x} = java_float({x})"),
}

_LOGICAL: Mapping[str | None, tuple[str, ...]] = {
    DECIMAL: (),
    DATE: ("type({x}) is not date", f"{{x}} = {{x}}.toordinal() - {units.EPOCH_DAY}"),
    TIME: (
        "type({x}) is not time or {x}.tzinfo is not None",
        "{x} = (({x}.hour * 60 + {x}.minute) * 60 + {x}.second) * 1000 + {x}.microsecond // 1000",
    ),
    TIMESTAMP: (
        "type({x}) is not datetime",
        "{x} -= EPOCH",  # a naive datetime raises here
        "{x} = {x}.days * 86400000 + {x}.seconds * 1000 + {x}.microseconds // 1000",
    ),
}


class Base64OfInts:
    """Gives an integer's shortest two's complement in base64, the usual lengths by look-up; generated code has two of
    the look-ups in line: ``pairs`` of characters are 12 bits, ``tails`` the last 4 of 16.
    """

    def __init__(self) -> None:
        chars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        self.pairs = [one + other for one in chars for other in chars]
        self.tails = [f"{chars[four << 2]}=" for four in range(16)]
        self._last_of_8 = [f"{self.pairs[eight << 4]}==" for eight in range(256)]

    def __call__(self, number: int) -> str:
        """The text."""
        if -0x800000 <= number < 0x800000:
            if not -0x8000 <= number < 0x8000:
                return self.pairs[number >> 12 & 0xFFF] + self.pairs[number & 0xFFF]
            if not -0x80 <= number < 0x80:
                return self.pairs[number >> 4 & 0xFFF] + self.tails[number & 0xF]
            return self._last_of_8[number & 0xFF]
        if -0x80000000 <= number < 0x80000000:
            return self.pairs[number >> 20 & 0xFFF] + self.pairs[number >> 8 & 0xFFF] + self._last_of_8[number & 0xFF]
        return b2a_base64(int_to_bytes(number), newline=False).decode()


base64_of_ints = cache(Base64OfInts)


def _by_no_schema(_value: Any) -> Any:
    raise Odd


def _java_double(value: float) -> Any:
    if -1e7 < value <= -1e-3 or value == 0:
        return value
    text = double_text(value)
    return text if text[-1] in "Ny" else orjson.Fragment(text)


def _java_float(value: float) -> Any:
    if 1e-3 <= value < 9999999 or -9999999 < value <= -1e-3:
        return shortest_float32(value)
    if value - value == 0 and abs(value) > _LARGEST_SINGLE:
        raise Odd
    text = float_text(value)
    return text if text[-1] in "Ny" else orjson.Fragment(text)


def _numeric(value: Any) -> orjson.Fragment:
    if type(value) is not Decimal or not value.is_finite():
        raise Odd
    return orjson.Fragment(decimal_text(value))
