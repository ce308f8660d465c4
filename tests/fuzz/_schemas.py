"""Schemas of any kind from a random source: quick twins of the strategies in ``tests.schemas``, of which each schema
takes hypothesis milliseconds. Neighbours: ``values`` makes what fits them, ``_shapes`` those of few names.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import (
    Schema,
    Type,
    array,
    date_schema,
    decimal_schema,
    map_of,
    struct,
    time_schema,
    timestamp_schema,
)
from connect_core.data.schema import INT32, OPTIONAL_INT32, OPTIONAL_STRING, STRING
from tests.fuzz._shapes import complete
from tests.fuzz.values import value as random_value

_TEXTS = (
    "", "plain", 'quo"te\\', "\x00\x1f\x0b\n\t\r\f\b", "Müller €", "😀𐍈", "\u2028\x7f/", "null", "\ud7ff\ue000\uffff",
)  # fmt: skip
_NAMES = ("id", "payload", "schema", "a b", "{x}", "'", '"', "\\", "ä", "😀", "class", "x\n", "a", "b")
_SCALARS = (
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN, Type.STRING, Type.BYTES,
)  # fmt: skip
_KEYS = (
    STRING, STRING, STRING, OPTIONAL_STRING, STRING.replace(name="n", doc="d"), INT32, OPTIONAL_INT32,
    STRING.replace(default="d"), OPTIONAL_STRING.replace(default="d"), array(INT32), struct([("k", STRING)]),
)  # fmt: skip
_LOGICAL: tuple[Callable[..., Schema], ...] = (date_schema, time_schema, timestamp_schema)
_CONTAINERS = (0.5, 0.4, 0.3, 0)
"""How often a schema is a container, by its depth."""


def _character(random: Random) -> str:
    kind = random.random()
    if kind < 0.5:
        return chr(random.randrange(0x20, 0x7F))
    if kind < 0.7:
        return chr(random.randrange(0x180))
    return chr(random.randrange(0xD800) if kind < 0.9 else random.randrange(0xE000, 0x11_0000))


def text(random: Random) -> str:
    """A text without lone surrogates, odd ones preferred."""
    if random.random() < 0.4:
        return random.choice(_TEXTS)
    return "".join(_character(random) for _ in range(random.randint(0, 12)))


def name(random: Random) -> str:
    """A name of one character at least."""
    if random.random() < 0.4:
        return random.choice(_NAMES)
    return "".join(_character(random) for _ in range(random.choice((1, 1, 2, 5, 8))))


def _attributes(random: Random, *, named: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {"optional": random.random() < 0.5}
    if random.random() < 0.25:
        found["doc"] = text(random)
    if random.random() < 0.25:
        found["parameters"] = {name(random): text(random) for _ in range(random.randrange(3))}
    if named and random.random() < 0.5:
        found["name"] = random.choice((None, name(random)))
        found["version"] = random.choice((None, random.randint(-5, 5), -(2**31), 2**31 - 1))
    return found


def scalar(random: Random) -> Schema:
    """A primitive or logical schema, some with a default."""
    kind = random.randrange(6)
    attributes = _attributes(random, named=kind > 3)
    if kind == 0:
        bare = decimal_schema(random.choice((0, 1, 2, 4, 20, -3)), **attributes)
    elif kind < 4:
        bare = _LOGICAL[kind - 1](**attributes)
        if random.random() < 0.1:  # the name counts, the version is for show
            bare = bare.replace(version=random.choice((None, 2)))
    else:
        bare = Schema(random.choice(_SCALARS), **attributes)
    return _with_default(bare, random) if random.random() < 0.25 else bare


def any_schema(random: Random, depth: int = 0) -> Schema:
    """A schema of any type, nested up to four levels."""
    if random.random() >= _CONTAINERS[depth]:
        return scalar(random)
    attributes, kind = _attributes(random), random.randrange(4)
    if kind == 0:
        bare = array(any_schema(random, depth + 1), **attributes)
    elif kind == 1:
        key = random.choice(_KEYS) if random.random() < 0.5 else scalar(random).replace(optional=False, default=None)
        bare = map_of(key, any_schema(random, depth + 1), **attributes)
    else:
        fields = {name(random): any_schema(random, depth + 1) for _ in range(random.randrange(5))}
        return struct(list(fields.items()), **attributes)
    return _with_default(bare, random) if random.random() < 0.125 else bare


def _with_default(bare: Schema, random: Random) -> Schema:
    return bare.replace(default=complete(bare, random_value(bare, random, nulls=0.1)))


def struct_with_default(random: Random) -> Schema:
    """A struct with a default of its own, at the top or as a field: Connect's own JSON cannot read them."""
    fields = {name(random): any_schema(random, 2) for _ in range(random.randrange(4))}
    made = _with_default(struct(list(fields.items()), **_attributes(random)), random)
    return made if random.random() < 0.5 else struct([("f", made), ("g", OPTIONAL_STRING)])


SCHEMAS = st.integers(0, 2**62).map(lambda source: any_schema(Random(source)))
NAMES = st.integers(0, 2**62).map(lambda source: name(Random(source)))
"""Strategies, since hypothesis draws the source."""
