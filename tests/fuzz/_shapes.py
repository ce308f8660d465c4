"""Random schemas, values without schema and whole records for transforms: a small pool of names, so that they meet."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import (
    DATE,
    DECIMAL,
    TIME,
    TIMESTAMP,
    Header,
    Record,
    Schema,
    Type,
    array,
    date_schema,
    decimal_schema,
    map_of,
    struct,
    time_schema,
    timestamp_schema,
    units,
)
from connect_core.data.schema import INT32, STRING
from tests.fuzz._transforms import sink_record, source_record
from tests.fuzz.values import MILLIS, text
from tests.fuzz.values import value as random_value

NAMES = (
    "a",
    "b",
    "c",
    "id",
    "name",
    "a.b",
    "a.b.c",
    "x y",
    "ä",
    "😀",
    "`q`",
    "'",
    '"',
    "\\",
    "{n}",
    "b\n",
    "class",
    "c.",
)
_SCALARS = (
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN, Type.STRING, Type.BYTES,
)  # fmt: skip
_LOGICAL = (date_schema, time_schema, timestamp_schema)


def _attributes(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"optional": random.random() < 0.5}
    if random.random() < 0.2:
        found["doc"] = random.choice(("", "a doc"))
    if random.random() < 0.1:
        found["parameters"] = {"p": "1"}
    return found


def scalar(random: Random) -> Schema:
    """A primitive or logical schema, some with a default."""
    attributes = _attributes(random)
    chosen = random.random()
    if chosen < 0.1:
        made = decimal_schema(random.choice((0, 2, -3, 40)), **attributes)
    elif chosen < 0.3:
        made = random.choice(_LOGICAL)(**attributes)
    else:
        if random.random() < 0.1:
            attributes |= {"name": random.choice(("n", "")), "version": random.choice((None, 1, -5))}
        made = Schema(random.choice(_SCALARS), **attributes)
    if random.random() < 0.25:
        return made.replace(default=random_value(made, random, nulls=0))
    return made


SCALES = ("0", "2", "-3", "+2", "007", "2147483647", "-2147483648", "2147483648", " 2", "2.0", "", "x", "\u0663", "1_0")


def misnamed(random: Random, *, plain: bool = False) -> Schema:
    """A schema under the name of a logical type, of another type than that has, or without what belongs to it.

    ``plain``: one that Java lets stand in a struct.
    """
    attributes = _attributes(random)
    if random.random() < 0.5:
        attributes["parameters"] = {"scale": random.choice(SCALES)}
    name = random.choice((DECIMAL, DECIMAL, DATE, TIME, TIMESTAMP))
    kind = random.choice(_SCALARS if plain else (*_SCALARS, Type.BYTES, Type.ARRAY, Type.MAP, Type.STRUCT))
    parts: dict[str, Any] = {}
    if kind is Type.STRUCT:
        parts["fields"] = [("a", INT32)]
    if kind is Type.MAP:
        parts["key_schema"] = STRING
    if kind in (Type.MAP, Type.ARRAY):
        parts["value_schema"] = INT32
    return Schema(kind, name=name, version=random.choice((None, 1, 2)), **attributes, **parts)


def schema(random: Random, depth: int = 2) -> Schema:
    """A schema of any type."""
    chosen = random.random()
    if depth == 0 or chosen < 0.6:
        return scalar(random)
    if chosen < 0.7:
        return array(schema(random, depth - 1), **_attributes(random))
    if chosen < 0.75:
        keys = scalar(random).replace(optional=False, default=None)
        return map_of(keys, schema(random, depth - 1), **_attributes(random))
    return structure(random, depth - 1)


def structure(random: Random, depth: int = 2) -> Schema:
    """A struct schema."""
    names = random.sample(NAMES, random.choice((0, 1, 2, 3, 3, 4, 5)))
    attributes = _attributes(random)
    if random.random() < 0.3:
        attributes |= {"name": random.choice(("Row", "io.x.Value")), "version": random.choice((None, 1, 7))}
    made = struct([(name, schema(random, depth)) for name in names], **attributes)
    if names and random.random() < 0.15:
        return made.replace(default=complete(made, random_value(made, random)))
    return made


def complete(found: Schema, value: Any) -> Any:
    """The value with every field of its structs in place: so are the defaults of Java's schemas read."""
    if found.type is Type.STRUCT and isinstance(value, dict):
        return {field.name: complete(field.schema, value.get(field.name)) for field in found.fields}
    if found.type is Type.ARRAY and isinstance(value, list):
        assert found.value_schema is not None
        return [complete(found.value_schema, element) for element in value]
    if found.type is Type.MAP and isinstance(value, dict):
        assert found.value_schema is not None
        return {key: complete(found.value_schema, element) for key, element in value.items()}
    return value


def schemaless(random: Random, depth: int = 2) -> Any:
    """A value as JsonConverter reads it, now and then with what only other transforms leave behind."""
    chosen = random.random()
    if depth and chosen < 0.2:
        return mapping(random, depth - 1)
    if depth and chosen < 0.3:
        return [schemaless(random, depth - 1) for _ in range(random.randint(0, 2))]
    plain: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: random.random() < 0.5,
        lambda: random.choice((0, -1, 2**63 - 1, -(2**63), random.randint(-999, 999))),
        lambda: random.choice((0.0, -0.0, 1.5, 1e300, float("nan"), float("inf"))),
        lambda: text(random),
    )
    if chosen > 0.97:
        return random.choice((Decimal("1.50"), b"\x00\xff", units.instant(0)))
    return random.choice(plain)()


def mapping(random: Random, depth: int = 2) -> dict[str, Any]:
    """A map without schema."""
    names = random.sample((*NAMES, ""), random.choice((0, 1, 2, 3, 4, 6)))
    return {name: schemaless(random, depth) for name in names}


def side_schemas(*, odd: float = 0) -> st.SearchStrategy[Schema | None]:
    """Mostly structs, else no schema, else a schema of any type; ``odd``: how often with one that is ``misnamed``."""
    return st.integers(0, 2**62).map(lambda n: _side_schema(Random(n), odd))


def _side_schema(random: Random, odd: float) -> Schema | None:
    chosen = random.random()
    if random.random() < odd:
        if chosen < 0.3:
            return misnamed(random, plain=True)
        found = structure(random)
        fields = [
            (random.choice(NAMES), misnamed(random, plain=True)),
            *((field.name, field.schema) for field in found.fields),
        ]
        return found.replace(fields=list(dict(fields).items()), default=None)
    if chosen < 0.65:
        return structure(random)
    return None if chosen < 0.92 else schema(random, 1)


def side_value(found: Schema | None, random: Random) -> Any:
    """A value for ``side_schemas``: nulls also where they are not allowed; unset fields as missing names."""
    if random.random() < 0.06:
        return None
    if found is None:
        return mapping(random) if random.random() < 0.93 else schemaless(random)
    made = random_value(found, random, entries=3)
    if isinstance(made, dict) and found.type is Type.STRUCT and random.random() < 0.2:
        return {name: value for name, value in made.items() if value is not None}
    return made


def record(random: Random, side: str, found: Schema | None) -> Record:
    """A source or sink record with data of this schema on one side ("Key", "Value") and little on the other."""
    mine, other = side.lower(), "value" if side == "Key" else "key"
    parts: dict[str, Any] = {mine: side_value(found, random), f"{mine}_schema": found}
    if random.random() < 0.5:
        plain = scalar(random)
        parts |= {other: random_value(plain, random), f"{other}_schema": plain}
    parts["timestamp"] = random.choice((None, 0, -1, random.choice(MILLIS), random.randint(0, 2 * 10**12)))
    parts["headers"] = headers(random)
    if random.random() < 0.5:
        return sink_record(**parts)
    return source_record(
        topic=random.choice(("t", "a.b-c", "ä😀", None)), partition=random.choice((None, 0, 7)), **parts
    )


def headers(random: Random) -> list[Header]:
    """None to four headers; names repeat."""
    found = []
    for _ in range(random.choice((0, 0, 1, 2, 4))):
        plain = scalar(random) if random.random() < 0.7 else None
        value = random_value(plain, random) if plain is not None else random.choice((None, 1, "x", [1], {"a": 1}))
        found.append(Header(random.choice(("h", "h", "H", "", "a.b", "😀")), plain, value))
    return found


def names_for(found: Schema | None, random: Random, *, most: int = 3) -> list[str]:
    """Field names for a config: mostly of the schema, some that are not there, now and then wrong or repeated."""
    known = [field.name for field in found.fields] if found is not None else []
    pool = known if known and random.random() < 0.8 else [*known, *NAMES[:7]]
    made = [random.choice(pool) for _ in range(random.randint(1, most))]
    return [*made, ""] if random.random() < 0.03 else made


def path_for(found: Schema | None, random: Random) -> str:
    """A path for field syntax V2: names joined by dots, some quoted, some broken."""
    steps: list[str] = []
    current = found
    for _ in range(random.randint(1, 3)):
        known = [field.name for field in current.fields] if current is not None else []
        name = random.choice(known) if known and random.random() < 0.85 else random.choice(NAMES)
        steps.append(name)
        field = current.field(name) if current is not None and current.type is Type.STRUCT else None
        current = field.schema if field is not None else None
    written = ".".join(f"`{name}`" if "." in name and random.random() < 0.9 else name for name in steps)
    if random.random() < 0.15:
        at = random.randint(0, len(written))
        return written[:at] + random.choice((".", "`", "\\`", "``", "`.")) + written[at:]
    return written


def listed(names: list[str], random: Random) -> str:
    """A LIST config value."""
    return random.choice((",", ",", " , ")).join(names)


_ODD_VALUES = (
    "", " ", ",", "x", "true", "True", "no", "1", "-1", "1.5", "a,b", "a,", ",a", " a ", "a,,b", "ä", "a:b", "null",
    "V1", "v2", "seconds", "string", "copy", "2147483648", "\t", "a\tb", "a, b", ":", "\\", "\u00a0", "${x}", "yyyy",
    "int8",
)  # fmt: skip
_ODD_KEYS = (
    "field.syntax.version",
    "replace.null.with.default",
    "field",
    "fields",
    "unknown",
    "predicate",
    "negate",
    "",
)


def bend_config(config: dict[str, str], random: Random) -> dict[str, str]:
    """A config of a transform with one thing wrong, or odd at least."""
    bent = dict(config)
    what = random.random()
    if bent and what < 0.25:
        del bent[random.choice(list(bent))]
    elif bent and what < 0.75:
        bent[random.choice(list(bent))] = random.choice(_ODD_VALUES)
    else:
        bent[random.choice(_ODD_KEYS)] = random.choice(_ODD_VALUES)
    return bent
