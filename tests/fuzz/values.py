"""Random values of a schema, boundaries preferred: quick twins of the strategies in ``tests.schemas``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Schema, Type, units
from connect_core.data.check import INT_BOUNDS
from connect_core.data.keys import hashable
from connect_core.errors import DataError
from connect_core.java.numbers import to_float32

TEXTS = (
    "",
    "plain",
    "a",
    'quo"te\\',
    "\x00\x1f\x0b\n\t\r\f\b",
    "Müller €",
    "😀𐍈",
    "\u2028\x7f/",
    "null",
    "true",
    "12",
    "-7",
    "1.5",
    "1e3",
    "NaN",
    "2020-01-02T03:04:05.006Z",
    "\ud7ff\ue000\uffff",
    " x ",
)
LONE = ("\ud800", "a\udfffb", "\ude00\ud83d")  # fmt: skip
DOUBLES = (
    0.0, -0.0, 1.0, -1.5, 1e7, 9999999.0, 1e-3, 9.999e-4, 5e-324, 2e23, 1.7976931348623157e308, float("inf"),
    float("-inf"), float("nan"), 2**31 - 0.5, 2.0**63, -(2.0**63), 300.7,
)  # fmt: skip
SINGLES = (0.0, -0.0, 0.1, 1.1e7, 3.4028234663852886e38, 1e-45, float("inf"), float("nan"), 16777216.0)
DECIMALS = (0, 1, -1, 127, 128, -128, -129, 255, 256, 32768, -32768, 10**40, -(10**40))
DAYS = (date(1, 1, 1), date(1582, 10, 4), date(1582, 10, 15), date(1970, 1, 1), date(2024, 2, 29), date(9999, 12, 31))
MILLIS = (0, -1, 1, 86_399_999, 86_400_000, -62_135_596_800_000, 253_402_300_799_999, 1_600_000_000_123)


def text(random: Random) -> str:
    """A text: mostly one of the odd ones, else random characters."""
    kind = random.random()
    if kind < 0.6:
        return random.choice(TEXTS)
    if kind < 0.62:
        return random.choice(LONE)
    return "".join(chr(random.choice((random.randint(32, 126), random.randint(160, 0x2FF), 0x1F600))) for _ in range(5))


def value(schema: Schema, random: Random, *, nulls: float = 0.2, entries: int = 1) -> Any:
    """A value that fits; null with the probability ``nulls`` where the schema is optional.

    ``entries``: how many a map may have; with more than one, the order of a Java HashMap is not ours.
    """
    if schema.optional and random.random() < nulls:
        return None
    if schema.name in _LOGICAL:
        return _LOGICAL[schema.name](schema, random)
    if schema.type is Type.STRUCT:
        members = {f.name: value(f.schema, random, nulls=nulls, entries=entries) for f in schema.fields}
        if random.random() < 0.1:  # what is not set is null
            return {name: member for name, member in members.items() if member is not None}
        return members
    if schema.type is Type.ARRAY:
        assert schema.value_schema is not None
        inner = schema.value_schema
        return [value(inner, random, nulls=nulls, entries=entries) for _ in range(random.randint(0, 3))]
    if schema.type is Type.MAP:
        assert schema.key_schema is not None
        assert schema.value_schema is not None
        inner = schema.value_schema
        keys = [value(schema.key_schema, random, nulls=0.2, entries=entries) for _ in range(random.randint(0, entries))]
        return {hashable(key): value(inner, random, nulls=nulls, entries=entries) for key in keys}
    if schema.type in INT_BOUNDS:
        return _whole(*INT_BOUNDS[schema.type], random)
    return _PLAIN[schema.type](random)


def _whole(low: int, high: int, random: Random) -> int:
    return random.choice((0, 1, -1, low, high, random.randint(low, high), random.randint(-100, 100)))


def _either(odd: Sequence[float], random: Random) -> float:
    return random.choice(odd) if random.random() < 0.5 else random.uniform(-1000, 1000)


_PLAIN: dict[Type, Callable[[Random], Any]] = {
    Type.BOOLEAN: lambda random: random.random() < 0.5,
    Type.STRING: text,
    Type.BYTES: lambda random: random.randbytes(random.randint(0, 9)),
    Type.FLOAT64: lambda random: _either(DOUBLES, random),
    Type.FLOAT32: lambda random: to_float32(_either(SINGLES, random)),
}


def _decimal(schema: Schema, random: Random) -> Decimal:
    number = random.choice(DECIMALS) if random.random() < 0.5 else random.randint(-(10**12), 10**12)
    try:
        return Decimal(f"{number}E{-units.scale_of(schema)}")
    except DataError:  # a schema that lacks a scale
        return Decimal(f"{number}E-2")


def _millis(random: Random) -> int:
    return random.choice(MILLIS) if random.random() < 0.5 else random.randint(-(10**12), 2 * 10**12)


_LOGICAL: dict[str | None, Callable[[Schema, Random], Any]] = {
    DECIMAL: _decimal,
    DATE: lambda _, random: (
        random.choice(DAYS) if random.random() < 0.5 else date(1970, 1, 1) + timedelta(random.randint(-9999, 30000))
    ),
    TIME: lambda _, random: units.time_of_day(random.choice((0, 1, 86_399_999, random.randint(0, 86_399_999)))),
    TIMESTAMP: lambda _, random: units.instant(_millis(random)),
}
