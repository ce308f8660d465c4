"""Connect schemas as Protobuf likes them: structs with enums, unions and tags among their fields."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema, Type, array, map_of, struct
from connect_core.data.keys import hashable
from connect_core.encoding.protobuf.options import ENUM, TAG, TYPE, UNION_PREFIX
from tests.fuzz.values import value as random_value
from tests.schemas import NAMES, SCHEMAS, scalar_schemas

_IDENTIFIERS = st.sampled_from(["id", "name", "x", "_y", "Camel", "two_words", "n1", "Inner", "key", "value", "ABC"])
_FIELDS = st.one_of(_IDENTIFIERS, NAMES)
_STRUCT_NAMES = st.sampled_from(
    [
        None,
        "Order",
        "com.acme.Order",
        "a.b.c.Item",
        "Inner",
        "snake_case",
        "google.x.Y",
        "io.confluent.Z",
        "com.acme.Date",
        "Timestamp",
        "1x",
        "a b.c",
        "",
    ]
)
_DEEPEST = 14
_WHOLE = {
    Type.INT32: ["int32", "sint32", "sfixed32"],
    Type.INT64: ["int64", "uint32", "fixed32", "uint64", "sint64", "fixed64", "sfixed64"],
}


@st.composite
def _scalars(draw: st.DrawFn) -> Schema:
    schema = draw(scalar_schemas()).replace(doc=None)
    if draw(st.integers(0, 3)):  # defaults of some kinds are refused: few of them
        schema = schema.replace(default=None)
    if schema.name is None and schema.type in _WHOLE and draw(st.booleans()):
        schema = schema.replace(parameters={TYPE: draw(st.sampled_from(_WHOLE[schema.type]))})
    return schema


@st.composite
def enums(draw: st.DrawFn) -> Schema:
    """A STRING that is an enum."""
    name = draw(st.sampled_from(["Color", "com.acme.Color", "Shape"]))
    symbols = draw(st.lists(st.sampled_from(["RED", "GREEN", "BLUE", "_x", "plain"]), min_size=1, unique=True))
    numbers = draw(st.lists(st.integers(-2, 300) | st.just(2**31 - 1), min_size=len(symbols), max_size=len(symbols)))
    parameters = {ENUM: name.rpartition(".")[2]}
    parameters |= {f"{ENUM}.{symbol}": str(number) for symbol, number in zip(symbols, numbers, strict=True)}
    return Schema(Type.STRING, name=name, optional=draw(st.booleans()), parameters=parameters)


def _tagged(schema: Schema, number: int) -> Schema:
    return schema.replace(parameters={**schema.parameters, TAG: str(number)})


@st.composite
def unions(draw: st.DrawFn, inner: st.SearchStrategy[Schema], *, first: int) -> Schema:
    """A STRUCT that is a oneof, its members tagged from ``first``."""
    names = draw(st.lists(st.sampled_from(["s", "i", "b", "m", "other"]), min_size=1, max_size=3, unique=True))
    members = [
        (name, _tagged(draw(inner).replace(optional=True, default=None), first + i)) for i, name in enumerate(names)
    ]
    return struct(members, name=UNION_PREFIX + draw(st.sampled_from(["choice", "pick"])), optional=True)


@st.composite
def _containers(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    kind = draw(st.sampled_from(["array", "map", "struct", "struct", "struct"]))
    optional = draw(st.booleans())
    if kind == "array":
        return array(draw(inner), optional=optional)
    if kind == "map":
        key = draw(scalar_schemas()).replace(optional=False, default=None)
        return map_of(key, draw(inner), optional=optional, name=draw(st.sampled_from([None, "tags", "my_map", "a.b"])))
    return draw(structs(inner)).replace(optional=optional)


@st.composite
def structs(draw: st.DrawFn, inner: st.SearchStrategy[Schema]) -> Schema:
    """A STRUCT, perhaps with a union and tags."""
    odd = draw(st.integers(0, 5)) == 0
    names = draw(st.lists(_FIELDS if odd else _IDENTIFIERS, max_size=5, unique=True))
    fields: list[tuple[str, Schema]] = [(name, draw(inner)) for name in names]
    if draw(st.integers(0, 4)) == 0:
        fields = [(name, _tagged(schema, 7 * (i + 1))) for i, (name, schema) in enumerate(fields)]
    if draw(st.integers(0, 4)) == 0:
        fields.insert(draw(st.integers(0, len(fields))), ("choice_0", draw(unions(inner, first=100))))
    return struct(fields, name=draw(_STRUCT_NAMES))


INNER: st.SearchStrategy[Schema] = st.recursive(_scalars() | _scalars() | enums(), _containers, max_leaves=6)
STRUCTS: st.SearchStrategy[Any] = st.one_of(structs(INNER), structs(INNER), structs(INNER), structs(INNER), SCHEMAS)


def value(schema: Schema, random: Random, *, odd: float = 0.1, depth: int = 0) -> Any:
    """A value that fits: of enums mostly a symbol, of unions mostly one member; ``odd`` is how seldom it is not.

    A value of a schema that holds itself ends some levels down, where a null or an empty list may be.
    """
    if schema.optional and (depth > _DEEPEST or random.random() < (0.2 if depth < 4 else 0.6)):
        return None
    symbols = [key.removeprefix(f"{ENUM}.") for key in schema.parameters if key.startswith(f"{ENUM}.")]
    if symbols and random.random() >= odd / 2:
        return random.choice(symbols)
    if schema.type is Type.STRUCT:
        made = {field.name: value(field.schema, random, odd=odd, depth=depth + 1) for field in schema.fields}
        if (schema.name or "").startswith(UNION_PREFIX) and random.random() >= odd:
            chosen = random.choice(schema.fields)
            present = value(chosen.schema.replace(optional=False), random, odd=odd, depth=depth + 1)
            made = {**dict.fromkeys(made), chosen.name: present}
        return made
    if schema.type is Type.ARRAY and schema.value_schema is not None:
        element = schema.value_schema
        if random.random() >= odd:
            element = element.replace(optional=False, default=None)
        most = 3 if depth < _DEEPEST // 2 else 0
        return [value(element, random, odd=odd, depth=depth + 1) for _ in range(random.randint(0, most))]
    if schema.type is Type.MAP and schema.key_schema is not None and schema.value_schema is not None:
        keys = [random_value(schema.key_schema, random, nulls=0) for _ in range(random.randint(0, 1))]
        return {hashable(key): value(schema.value_schema, random, odd=odd, depth=depth + 1) for key in keys}
    return random_value(schema, random, nulls=0)
