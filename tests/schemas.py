"""Generated Connect schemas and values that fit them, to hold two ways of doing the same against each other."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
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
    units,
)
from connect_core.data.check import INT_BOUNDS
from connect_core.data.keys import hashable
from connect_core.data.schema import INT32, OPTIONAL_INT32, OPTIONAL_STRING, STRING
from connect_core.java.numbers import to_float32

# No lone surrogates: Java's encoders refuse them too.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "plain", 'quo"te\\', "\x00\x1f\x0b\n\t\r\f\b", "Müller €", "😀𐍈", "\u2028\x7f/", "null", "\ud7ff\ue000\uffff"]
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8) | st.sampled_from(
    ["id", "payload", "schema", "a b", "{x}", "'", '"', "\\", "ä", "😀", "class", "x\n"]
)
DOUBLES = st.floats(allow_nan=False) | st.sampled_from(
    [
        0.0,
        -0.0,
        1e7,
        9999999.0,
        1e-3,
        9.999e-4,
        5e-324,
        1e-323,
        2e-323,
        2e23,
        1e23,
        1.7976931348623157e308,
        float("inf"),
    ]
)
SINGLES = (
    st.floats(width=32, allow_nan=False)
    | st.sampled_from([2.0**k for k in range(-149, 128)])
    | st.sampled_from([0.1, 1.1e7])
)
DATES = st.dates(date(1, 1, 1), date(9999, 12, 31))
TIMES = st.integers(0, 86_399_999).map(
    lambda ms: time(ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000 * 1000)
)
TIMESTAMPS = st.integers(-62_135_596_800_000, 253_402_300_799_999).map(units.instant)
_SCALARS = [
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN, Type.STRING, Type.BYTES,
]  # fmt: skip


def decimals(scale: int) -> st.SearchStrategy[Decimal]:
    """Decimals of exactly this scale."""
    return st.integers(-(10**40), 10**40).map(lambda n: Decimal(f"{n}E{-scale}")) | st.sampled_from(
        [Decimal(f"{n}E{-scale}") for n in (0, 1, -1, 127, 128, -128, -129, 255, 256, 32768, -32768)]
    )


_OF_TYPE: dict[Type, st.SearchStrategy[Any]] = {
    **{kind: st.integers(*bounds) | st.sampled_from([0, *bounds]) for kind, bounds in INT_BOUNDS.items()},
    Type.FLOAT32: SINGLES.map(to_float32),
    Type.FLOAT64: DOUBLES,
    Type.BOOLEAN: st.booleans(),
    Type.STRING: TEXT,
    Type.BYTES: st.binary(max_size=12),
}


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Values of the schema; null where it is optional."""
    present = _present(schema)
    return st.none() | present if schema.optional else present


def _present(schema: Schema) -> st.SearchStrategy[Any]:
    if schema.name is not None and schema.name.startswith("org.apache.kafka.connect.data."):
        kind = schema.name.rpartition(".")[2]
        if kind == "Decimal":
            return decimals(int(schema.parameters["scale"]))
        return {"Date": DATES, "Time": TIMES, "Timestamp": TIMESTAMPS}[kind]
    if schema.type is Type.ARRAY:
        assert schema.value_schema is not None
        return st.lists(values(schema.value_schema), max_size=3)
    if schema.type is Type.MAP:
        assert schema.key_schema is not None
        assert schema.value_schema is not None
        # One entry: with more, the order of a Java HashMap is not ours.
        keys = _present(schema.key_schema).map(hashable)
        return st.dictionaries(keys, values(schema.value_schema), max_size=1)
    if schema.type is Type.STRUCT:
        return st.fixed_dictionaries({f.name: values(f.schema) for f in schema.fields})
    return _OF_TYPE[schema.type]


@st.composite
def _attributes(draw: st.DrawFn, *, named: bool = True) -> dict[str, Any]:
    """Mostly few of them: every draw costs time."""
    found: dict[str, Any] = {"optional": draw(st.booleans())}
    what = draw(st.integers(0, 15))
    if what & 3 == 1:
        found["doc"] = draw(TEXT)
    if what >> 2 == 1:
        found["parameters"] = draw(st.dictionaries(NAMES, TEXT, max_size=2))
    if named and what & 1:
        found["name"] = draw(st.none() | NAMES)
        found["version"] = draw(st.none() | st.integers(-5, 5) | st.sampled_from([-(2**31), 2**31 - 1]))
    return found


@st.composite
def scalar_schemas(draw: st.DrawFn) -> Schema:
    """Primitive and logical schemas, some with a default."""
    logical = draw(st.sampled_from(["", "", "Decimal", "Date", "Time", "Timestamp"]))
    attributes = draw(_attributes(named=not logical))
    if logical == "Decimal":
        bare = decimal_schema(draw(st.sampled_from([0, 1, 2, 4, 20, -3])), **attributes)
    elif logical:
        made = {"Date": date_schema, "Time": time_schema, "Timestamp": timestamp_schema}[logical]
        bare = made(**attributes)
        if draw(st.integers(0, 9)) == 0:  # the name counts, the version is for show
            bare = bare.replace(version=draw(st.sampled_from([None, 2])))
    else:
        bare = Schema(draw(st.sampled_from(_SCALARS)), **attributes)
    return bare.replace(default=draw(_present(bare))) if draw(st.integers(0, 3)) == 0 else bare


@st.composite
def _containers(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    attributes = draw(_attributes())
    kind = draw(st.sampled_from(["array", "map", "struct", "struct"]))
    if kind == "array":
        bare = array(draw(inner), **attributes)
    elif kind == "map":
        key = draw(st.sampled_from(_KEYS) | scalar_schemas().map(_as_key))
        bare = map_of(key, draw(inner), **attributes)
    else:
        names = draw(st.lists(NAMES, max_size=4, unique=True))
        return struct([(name, draw(inner)) for name in names], **attributes)
    return bare.replace(default=draw(_present(bare))) if draw(st.integers(0, 7)) == 0 else bare


def _as_key(schema: Schema) -> Schema:
    return schema.replace(optional=False, default=None)


_KEYS = [
    STRING, STRING, STRING, OPTIONAL_STRING, STRING.replace(name="n", doc="d"), INT32, OPTIONAL_INT32,
    STRING.replace(default="d"), array(INT32), struct([("k", STRING)]),
]  # fmt: skip
SCHEMAS = st.recursive(scalar_schemas(), _containers, max_leaves=6)
STRUCTS = SCHEMAS.filter(lambda schema: schema.type is Type.STRUCT)


@st.composite
def structs_with_default(draw: st.DrawFn) -> Schema:
    """Structs with a default of their own, at the top or as a field: Connect's own JSON cannot read them."""
    bare = draw(STRUCTS)
    made = bare.replace(default=draw(_present(bare)))
    return made if draw(st.booleans()) else struct([("f", made), ("g", OPTIONAL_STRING)])


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Schema, Any]:
    """A schema and a value of it."""
    schema = draw(SCHEMAS)
    return schema, draw(values(schema))
