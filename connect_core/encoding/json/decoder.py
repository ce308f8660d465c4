"""Compiled JSON decoders: the schema part of an envelope is recognised by its bytes, only the payload is parsed.

Messages of one topic share the bytes up to the payload: they are compared, not parsed. ``orjson`` reads the payload and
generated code makes Connect values of it in place; at the first surprise (another layout, a coercion, an exact number,
anything malformed) ``slow`` takes the whole message, so results and errors do not depend on the way taken.
"""

from __future__ import annotations

import copy
import re
from binascii import a2b_base64
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from connect_core.data import units
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json import slow
from connect_core.encoding.json.options import JsonOptions
from connect_core.encoding.json.text import SerializationError, parse, parse_all
from connect_core.encoding.plain import Odd
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.java.numbers import INT_BOUNDS, is_float32_tie, to_float32

type Result = tuple[Schema | None, Any]
type Decode = Callable[[bytes | None], Result]
type Read = Callable[[Any], Any]
"""From what orjson parsed to the Connect value, in place where possible; raises at any surprise."""

_REMEMBERED = 64
_HEAD = re.compile(rb'[ \t\r\n]*\{[ \t\r\n]*"schema"[ \t\r\n]*:[ \t\r\n]*')
_PAYLOAD = re.compile(rb'[ \t\r\n]*,[ \t\r\n]*"payload"[ \t\r\n]*:')
_USUAL_SCALE = 10_000  # far within what the context of ``multiply`` can hold
_EXACT_SECONDS = 2**32  # within, a double of seconds still tells milliseconds apart after rounding to microseconds


def decoder(options: JsonOptions, *, fixed: Schema | None = None) -> Decode:
    """A function from bytes to (schema, value); keep it: it remembers the schemas it met."""
    if not options.schemas_enable:
        return _bare(None, _read_schemaless, lambda data: slow.decode(data, options))
    if fixed is not None:
        return _bare(fixed, _reader_if_sound(fixed, options), lambda data: slow.decode(data, options, fixed=fixed))
    return _enveloped(options)


def _bare(schema: Schema | None, read: Read, by_the_book: Decode) -> Decode:
    loads = orjson.loads

    def decode(data: bytes | None) -> Result:
        if data is None:
            return None, None
        try:
            return schema, read(loads(data))
        except Exception:  # noqa: BLE001 - whatever it is, the slow way knows better
            return by_the_book(data)

    return decode


class _Known(NamedTuple):
    """What follows from the bytes of an envelope up to its payload."""

    prefix: bytes
    schema: Schema | None
    read: Read


def _enveloped(options: JsonOptions) -> Decode:
    """The last prefix is tried first, then the others met, then a new one is learned."""
    loads = orjson.loads
    known: OrderedDict[bytes, _Known] = OrderedDict()
    prefix, size = b"\0", 1
    schema: Schema | None = None
    read: Read = _read_schemaless

    def decode(data: bytes | None) -> Result:
        if data is None:
            return None, None
        if data.startswith(prefix) and data[-1] == 125:
            try:
                return schema, read(loads(data[size:-1]))
            except Exception:  # noqa: BLE001 - whatever it is, the slow way knows better
                return exactly(data)
        return switch(data)

    def exactly(data: bytes) -> Result:
        """The schema is known, but the payload needs exact numbers or coercions."""
        try:
            return schema, slow.read_value(schema, parse_all(data[size:-1]), options)
        except (SerializationError, RecursionError):
            return slow.decode(data, options)

    def switch(data: bytes) -> Result:
        """Another schema than last time, or another layout."""
        nonlocal prefix, size, schema, read
        found = next((one for one in known.values() if data.startswith(one.prefix)), None) or _learn(data, options)
        if found is None or data[-1:] != b"}":
            return slow.decode(data, options)
        known[found.prefix] = found
        known.move_to_end(found.prefix, last=False)
        if len(known) > _REMEMBERED:
            known.popitem()
        prefix, schema, read = found
        size = len(prefix)
        return decode(data)

    return decode


def _learn(data: bytes, options: JsonOptions) -> _Known | None:
    """The prefix of an envelope with the schema first, None for any other layout or a schema that is not valid."""
    head = _HEAD.match(data)
    if head is None:
        return None
    for payload in _PAYLOAD.finditer(data, head.end()):
        text = data[head.end() : payload.start()]
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError:
            continue  # this "payload" stands within the schema
        try:
            schema = slow.schema_of(parse(text), options)
            return _Known(data[: payload.end()], schema, reader(schema, options) if schema else _read_schemaless)
        except (DataError, SerializationError):
            return None
    return None


def _read_schemaless(node: Any) -> Any:
    """A parsed value as it is; Odd where Jackson would have read another number."""
    _require_certain(node.values() if type(node) is dict else (node,))
    return node


def _require_certain(nodes: Iterable[Any]) -> None:
    for node in nodes:
        kind = type(node)
        if kind is str:
            continue
        if kind is int:
            if node > 0x7FFFFFFFFFFFFFFF:
                raise Odd
        elif node is None or kind is bool:
            continue
        elif kind is float:
            # Beyond 64 bits orjson makes floats of integers, and -0 is a float to it.
            if not -9.2e18 < node < 9.2e18 or (node == 0 and str(node) != "0.0"):
                raise Odd
        elif kind is dict:
            _require_certain(node.values())
        else:
            _require_certain(node)


def _reader_if_sound(schema: Schema, options: JsonOptions) -> Read:
    """A Decimal without a scale is complained about when there is a value to read."""
    try:
        return reader(schema, options)
    except DataError:
        return _by_no_schema


def reader(schema: Schema, options: JsonOptions) -> Read:
    """The compiled function from parsed payloads of this schema to Connect values."""
    return ReaderCompiler(options).reader(schema)


class ReaderCompiler:
    """Writes the source of one reader; formats that differ from this JSON in a few shapes override those."""

    def __init__(self, options: JsonOptions) -> None:
        self._options = options
        self._source = Source(
            Odd=Odd,
            UTC=UTC,
            multiply=Context(prec=60).multiply,
            copy=copy.deepcopy,
            from_bytes=int.from_bytes,
            base64=a2b_base64,
            from_ordinal=date.fromordinal,
            from_timestamp=datetime.fromtimestamp,
            instant=units.instant,
            time_of_day=units.time_of_day,
            single=_single,
            hashable=hashable,
            by_no_schema=_by_no_schema,
        )

    def reader(self, schema: Schema) -> Read:
        """The compiled function."""
        source = self._source
        with source.block("def read(value):"):
            self._value(source, schema, "value", "value = {}")
            source.line("return value")
        return source.compile("read", title=f"json decoder {schema!r}")

    def _value(self, source: Source, schema: Schema, var: str, store: str) -> None:
        """Lines that check ``var`` and, where the Connect value is another, ``store`` that (a format of one place)."""
        if schema.has_default and self._options.replace_null_with_default:
            default = source.constant("default", schema.default)
            fresh = f"copy({default})" if isinstance(schema.default, (dict, list)) else default
            with source.block(f"if {var} is None:"):
                source.line(store.format(fresh))
            with source.block("else:"):
                self._present(source, schema, var, store)
        elif schema.optional and (refusal := _as_it_stands(schema)):
            self._refuse(source, f"({refusal.format(x=var)}) and {var} is not None")  # most values are not null
        elif schema.optional:
            with source.block(f"if {var} is not None:"):
                self._present(source, schema, var, store)
        else:
            self._present(source, schema, var, store)

    def _present(self, source: Source, schema: Schema, var: str, store: str) -> None:
        if schema.name == DECIMAL:
            scale = units.scale_of(schema)
            if abs(scale) > _USUAL_SCALE:
                source.line("raise Odd")
                return
            unit = source.constant("unit", Decimal(f"1E{-scale}"))
            # Up to 24 characters are 43 digits, which the context of 60 holds; arithmetic without bounds is slow.
            self._refuse(source, f"not 0 < len({var}) <= 24")  # what is no text raises by itself
            number = f"from_bytes(base64({var}, strict_mode=True), 'big', signed=True)"
            source.line(store.format(f"multiply({number}, {unit})"))
        elif schema.name in _LOGICAL:  # before the type, which may be any
            self._lines(source, _LOGICAL[schema.name], var, store)
        elif schema.type is Type.STRUCT:
            self._struct(source, schema, var, store)
        elif schema.type is Type.ARRAY:
            self._refuse(source, f"type({var}) is not list")
            element = self._function(source, schema.value_schema, "element")
            source.line(store.format(f"[{element}(e) for e in {var}]"))
        elif schema.type is Type.MAP:
            self._map(source, schema, var, store)
        elif refusal := _as_it_stands(schema):
            self._refuse(source, refusal.format(x=var))
        else:
            self._lines(source, _SCALARS[schema.type], var, store)

    @staticmethod
    def _lines(source: Source, lines: Iterable[str], var: str, store: str) -> None:
        for line in lines:
            source.line(_fill(line, var, store))

    @staticmethod
    def _refuse(source: Source, condition: str) -> None:
        with source.block(f"if {condition}:"):
            source.line("raise Odd")

    def _struct(self, source: Source, schema: Schema, var: str, store: str) -> None:
        names = [field.name for field in schema.fields]
        self._refuse(source, f"type({var}) is not dict")
        with source.block(f"if len({var}) != {len(names)}:"):
            nulls = source.constant("nulls", dict.fromkeys(names))
            source.line(f"{var} = {{k: {var}.get(k) for k in {nulls}}}")
            source.line(store.format(var))
        fields = [source.name("f") for _ in names]
        if len(fields) == 1:
            source.line(f"{fields[0]} = {var}[{names[0]!r}]")
        elif fields:
            source.line(f"{', '.join(fields)} = {source.constant('fields_of', itemgetter(*names))}({var})")
        for field, name in zip(schema.fields, fields, strict=True):
            quoted = repr(field.name).replace("{", "{{").replace("}", "}}")
            self._value(source, field.schema, name, f"{var}[{quoted}] = {{}}")

    def _map(self, source: Source, schema: Schema, var: str, store: str) -> None:
        value = self._function(source, schema.value_schema, "value")
        if schema.key_schema is not None and schema.key_schema.type is Type.STRING:
            self._refuse(source, f"type({var}) is not dict")
            source.line(store.format(f"{{k: {value}(v) for k, v in {var}.items()}}"))
            return
        self._refuse(source, f"type({var}) is not list or any(type(e) is not list for e in {var})")
        key = self._function(source, schema.key_schema, "key")
        source.line(store.format(f"{{hashable({key}(k)): {value}(v) for k, v in {var}}}"))

    def _function(self, source: Source, schema: Schema | None, stem: str) -> str:
        """The name of a function that reads one element, written before the present one."""
        if schema is None:
            return "by_no_schema"
        name = source.name(f"read_{stem}")
        part = source.part()
        with part.block(f"def {name}(x):"):
            self._value(part, schema, "x", "x = {}")
            part.line("return x")
        source.join(part)
        return name


def _fill(line: str, var: str, store: str) -> str:
    """A template line with ``x`` for the value; ``= expression`` stores the expression."""
    line = line.replace("{x}", var)
    head, mark, expression = line.partition("STORE ")
    return head + store.format(expression) if mark else line


def _as_it_stands(schema: Schema) -> str | None:
    """What must not hold for ``{x}``, if the parsed value is the Connect value; None if that is another."""
    if schema.name in _LOGICAL or schema.name == DECIMAL:
        return None
    if schema.type is Type.INT64:
        return f"type({{x}}) is not int or {{x}} > {INT_BOUNDS[64][1]}"  # below the lowest, orjson gives floats
    if schema.type in slow.INT_BITS:
        low, high = INT_BOUNDS[slow.INT_BITS[schema.type]]
        return f"type({{x}}) is not int or not {low} <= {{x}} <= {high}"
    return {Type.BOOLEAN: "{x} is not True and {x} is not False", Type.STRING: "type({x}) is not str"}.get(schema.type)


_SCALARS: Mapping[Type, tuple[str, ...]] = {
    Type.BYTES: ("STORE base64({x}, strict_mode=True)",),  # what is no text raises by itself
    Type.FLOAT64: (
        "if type({x}) is not float:",
        "    if type({x}) is not int: raise Odd",
        "    STORE float({x})",
        "elif not {x} and str({x}) != '0.0': raise Odd",  # BigDecimal has no negative zero, but rounds to it
    ),
    Type.FLOAT32: ("STORE single({x})",),
}

_LOGICAL: Mapping[str | None, tuple[str, ...]] = {
    DATE: (
        "if type({x}) is not int: raise Odd",
        f"STORE from_ordinal({{x}} + {units.EPOCH_DAY})",
    ),
    TIME: (
        "if type({x}) is not int: raise Odd",
        "STORE time_of_day({x})",
    ),
    TIMESTAMP: (
        "if type({x}) is not int: raise Odd",
        f"if -{_EXACT_SECONDS}000 <= {{x}} <= {_EXACT_SECONDS}000: STORE from_timestamp({{x}} / 1000, UTC)",
        "else: STORE instant({x})",
    ),
}


def _by_no_schema(_node: Any) -> Any:
    raise Odd


def _single(node: Any) -> float:
    """A float from what orjson parsed, unless rounding twice might have mattered."""
    if type(node) is not float and type(node) is not int:
        raise Odd
    double = float(node)
    single = to_float32(double)
    if single != double and is_float32_tie(double, single):
        raise Odd
    if not single and (double or str(double) != "0.0"):  # BigDecimal has no negative zero, but rounds to it
        raise Odd
    return single
