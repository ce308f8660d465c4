"""Guessing type and value from text: ``Values.parseString`` (spec kafka-connect.md 4.6), what reads headers.

Surprises are Connect's: ``1,2,3`` is the byte 1, ``1.0`` too, long decimals become floats. Temporal texts are read
as a JVM in UTC reads them, leniently (month 13 is January).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from connect_core.data import units
from connect_core.data.float32 import Float32
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, TIME, TIMESTAMP, date_schema, decimal_schema, time_schema, timestamp_schema
from connect_core.data.schema import (
    BOOLEAN,
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    STRING,
    Schema,
    Type,
    array,
    map_of,
)
from connect_core.errors import DataError
from connect_core.java.number_texts import parse_decimal
from connect_core.java.numbers import (
    INT_BOUNDS,
    decimal_scale,
    decimal_to_double,
    decimal_to_float32,
    narrow,
    to_float32,
)

type Parsed = tuple[Schema | None, Any]

_NULL: Parsed = (None, None)
_BLANKS = "".join(map(chr, range(0x21)))  # String.trim()
_INTEGERS = tuple((*INT_BOUNDS[bits], schema) for bits, schema in ((8, INT8), (16, INT16), (32, INT32), (64, INT64)))
_LARGEST = Decimal("1e19")  # beyond, and below one, integers are not looked for
_WIDENING = (Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64)
_TOKEN = re.compile(r'[:,{}\[\]"]|(?:\\.?|[^\\:,{}\[\]"])+', re.DOTALL)


def from_text(text: str) -> Parsed:
    """(schema, value) guessed from a text; STRING when it looks like nothing else."""
    try:
        schema, value = guess(text)
        return schema, _typed(schema, value)
    except DataError:  # a moment that Python's types cannot hold
        return STRING, text


def guess(text: str) -> Parsed:
    """As ``from_text``, with values as they are without schema: Float32, and one class for all dates and times."""
    return _Parser(text).parse(embedded=False) if text else (STRING, text)


def _typed(schema: Schema | None, value: Any) -> Any:
    """A value without schema as one of this schema, as far as it is one."""
    if schema is None or value is None:
        return value
    if (
        isinstance(value, (list, tuple)) and schema.value_schema is not None
    ):  # of mixed containers the last one's schema counts
        return [_typed(schema.value_schema, element) for element in value]
    if isinstance(value, dict) and schema.key_schema is not None:
        keys, values = schema.key_schema, schema.value_schema
        return {hashable(_typed(keys, key)): _typed(values, element) for key, element in value.items()}
    if isinstance(value, Float32):
        return float(value)
    read = _FROM_MILLIS.get(schema.name) if isinstance(value, datetime) else None
    return value if read is None else read(units.millis(value))


_FROM_MILLIS: dict[str | None, Callable[[int], Any]] = {
    DATE: lambda millis: units.day(millis // units.DAY_MILLIS),
    TIME: units.time_of_day,
    TIMESTAMP: units.instant,
}


class _Parser:
    """Recursive descent over tokens; a token is one of ``: , { } [ ] "`` or the text between two of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _TOKEN.findall(text)
        self.at = 0

    def peek(self) -> str:
        """The next token without blanks around it, stepping over blank ones; empty at the end."""
        tokens, last = self.tokens, len(self.tokens) - 1
        while self.at <= last:
            stripped: str = tokens[self.at].strip(_BLANKS)
            if stripped or self.at == last:
                return stripped
            self.at += 1
        return ""

    def consume(self, expected: str) -> bool:
        """Step over ``expected`` if it comes next, blank tokens aside."""
        if self.peek() != expected:
            return False
        self.at += 1
        return True

    def parse(self, *, embedded: bool) -> Parsed:
        """The next value; DataError for an embedded one that is none."""
        if self.at >= len(self.tokens):
            return _NULL
        start = self.at
        head = self.peek()
        if embedded:
            start = self.at
            if head == '"':
                self.at += 1
                return self.quoted()
        # At top level a literal stands alone or is none.
        if head in _LITERALS and (embedded or self.at == len(self.tokens) - 1):
            self.at += 1
            return _LITERALS[head]
        if head in _CONTAINERS:
            self.at += 1
            try:
                return self.array() if head == "[" else self.map()
            except DataError:  # not a container after all: as text
                self.at = start
        token = self.tokens[self.at]
        self.at += 1
        stripped = token.strip(_BLANKS)
        return self.scalar(stripped, embedded=embedded) if stripped else (STRING, token)

    def scalar(self, token: str, *, embedded: bool) -> Parsed:
        """Temporal, number, else text."""
        try:
            found = self.temporal(token) if token[0].isdigit() else None
        except DataError:  # a temporal beyond Python's: as text
            if embedded:
                raise
            return STRING, self.text
        if found is None and (token[0].isdigit() or token[0] in "+-"):
            found = _number(token)
        if found is not None:
            return found
        if embedded:
            raise DataError("Failed to parse embedded value")
        return STRING, self.text

    def temporal(self, token: str) -> Parsed | None:
        """A time or timestamp lies across five tokens, since its colons are delimiters."""
        rest = self.tokens[self.at : self.at + 4]
        if len(rest) == 4:
            found = _temporal(token + "".join(rest))
            if found is not None:
                self.at += 4
                return found
        return _temporal(token)

    def quoted(self) -> Parsed:
        """A string within a container; one that looks like a date or time becomes one."""
        parts = []
        while self.at < len(self.tokens) and not self.consume('"'):
            parts.append(self.tokens[self.at])
            self.at += 1
        content = "".join(parts)
        try:
            return _temporal(content) or (STRING, content)
        except DataError:
            return STRING, content

    def array(self) -> Parsed:
        """What follows ``[``."""
        values: list[Any] = []
        merger = _Merger()
        while self.at < len(self.tokens):
            if self.consume("]"):
                common = merger.common
                if common is None:
                    return Schema(Type.ARRAY), values
                return array(common), [_align(common, value) for value in values]
            if self.consume(","):
                raise DataError(f"Unable to parse an empty array element: {self.text}")
            schema, value = self.parse(embedded=True)
            merger.merge(schema)
            values.append(value)
            before = self.at
            if self.consume("]"):
                self.at = before
            elif not self.consume(","):
                raise DataError("Array elements missing ',' delimiter")
        raise DataError(f"Array is missing terminating ']': {self.text}")

    def map(self) -> Parsed:
        """What follows ``{``."""
        entries: list[tuple[Any, Any]] = []
        keys, values = _Merger(), _Merger()
        while self.at < len(self.tokens):
            if self.consume("}"):
                return _map(keys.common, values.common, entries)
            if self.consume(","):
                raise DataError(f"Unable to parse a map entry with no key or value: {self.text}")
            key_schema, key = self.parse(embedded=True)
            if key is None:
                raise DataError(f"Map entry may not have a null key: {self.text}")
            if not self.consume(":"):
                raise DataError(f"Map entry is missing ':': {self.text}")
            value_schema, value = self.parse(embedded=True)
            entries.append((key, value))
            self.consume(",")
            keys.merge(key_schema)
            values.merge(value_schema)
        raise DataError(f"Map is missing terminating '}}': {self.text}")


_LITERALS: dict[str, Parsed] = {"null": _NULL, "true": (BOOLEAN, True), "false": (BOOLEAN, False)}
_CONTAINERS = ("[", "{")


def _number(token: str) -> Parsed | None:
    if len(token) < 19 and token.isascii() and token.isdigit():
        return _whole(int(token))
    try:
        number = parse_decimal(token)
    except ValueError:
        return None
    size = number.copy_abs()
    scale = decimal_scale(number)
    if (size == 0 or 1 <= size <= _LARGEST) and number == int(number):
        whole = _whole(int(number))
        if whole is not None:
            return whole
    if scale != 0:
        single, double = decimal_to_float32(number), decimal_to_double(number)
        if abs(single) != float("inf"):
            return FLOAT32, Float32(single)
        if abs(double) != float("inf"):
            return FLOAT64, double
    return decimal_schema(scale), number


def _whole(number: int) -> Parsed | None:
    """The narrowest type that holds it."""
    for low, high, schema in _INTEGERS:
        if low <= number <= high:
            return schema, number
    return None


class _Merger:
    """The one schema that fits all elements, None if there is none; nulls do not count."""

    def __init__(self) -> None:
        self.common: Schema | None = None
        self._compatible = True

    def merge(self, schema: Schema | None) -> None:
        """Take one more element's schema into account."""
        if schema is None or not self._compatible:
            return
        self.common = schema if self.common is None else _widest(self.common, schema)
        self._compatible = self.common is not None


def _widest(one: Schema, other: Schema) -> Schema | None:
    if one.type in _WIDENING and other.type in _WIDENING:
        return one if _WIDENING.index(one.type) > _WIDENING.index(other.type) else other
    return other if one.type is other.type else None


def _align(schema: Schema, value: Any) -> Any:
    """An element in the type all share; DataError for a null, which ends in the whole text being a string."""
    if value is None:
        raise DataError("Unable to convert a null value to a schema that requires a value")
    if isinstance(value, datetime):
        if schema.name not in _MILLIS_OF_NUMBER:
            raise DataError(f"Unable to convert {value} to a number")
        return value
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    if schema.name in _MILLIS_OF_NUMBER:
        return units.instant(_MILLIS_OF_NUMBER[schema.name](int(value)))
    if schema.type is Type.FLOAT32:
        return Float32(to_float32(value))
    return float(value) if schema.type is Type.FLOAT64 else value


_MILLIS_OF_NUMBER: dict[str | None, Callable[[int], int]] = {
    DATE: lambda days: narrow(days, 32) * units.DAY_MILLIS,
    TIME: lambda millis: units.millis_of_day(units.time_of_day(narrow(millis, 32))),
    TIMESTAMP: lambda millis: millis,
}


def _map(keys: Schema | None, values: Schema | None, entries: list[tuple[Any, Any]]) -> Parsed:
    key_of: Callable[[Any], Any] = (lambda key: key) if keys is None else (lambda key: _align(keys, key))
    if keys is None:
        return Schema(Type.MAP), {hashable(key): value for key, value in entries}
    if values is None:
        return Schema(Type.MAP, key_schema=keys), {hashable(key_of(key)): value for key, value in entries}
    return map_of(keys, values), {hashable(key_of(key)): _align(values, value) for key, value in entries}


def _temporal(text: str) -> Parsed | None:
    """Time (13 characters), date (10) or timestamp (24); DataError for one beyond Python's years."""
    text = text.replace("\\:", ":")
    length = len(text) if text.isascii() else len(text.encode("utf-16-be", "surrogatepass")) // 2
    if length not in _PATTERNS:
        return None
    schema, read = _reader(length)
    try:
        millis = read(text)
    except ValueError:
        return None
    return schema, units.instant(millis)


_PATTERNS: dict[int, tuple[Schema, str]] = {
    13: (time_schema(), "HH:mm:ss.SSS'Z'"),
    24: (timestamp_schema(), "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"),
    10: (date_schema(), "yyyy-MM-dd"),
}


@cache
def _reader(length: int) -> tuple[Schema, Callable[[str], int]]:
    from connect_core.java.dates import DateFormat  # few need it, and it takes milliseconds

    schema, pattern = _PATTERNS[length]
    return schema, DateFormat(pattern).parse
