"""Random values for the Avro families: they end, and fixed types mostly get their size.

Neighbour: ``values``, whose values of a schema that holds itself might have no end.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from connect_core.data import Schema, Type
from connect_core.data.keys import hashable
from connect_core.data.recursive import is_recursive
from tests.fuzz.values import text as random_text
from tests.fuzz.values import value as random_value

DEEP = 5


def fitting(schema: Schema, random: Random, *, depth: int = 0) -> Any:
    """A value that fits, or a struct without members if no value ends."""
    if not is_recursive(schema):
        return random_value(schema, random)
    if schema.optional and random.random() < (0.2 if depth < DEEP else 1):
        return None
    if schema.type is Type.STRUCT:
        if depth > 2 * DEEP:
            return {}
        return {field.name: fitting(field.schema, random, depth=depth + 1) for field in schema.fields}
    count = random.randint(0, 2) if depth < DEEP else 0
    assert schema.value_schema is not None
    if schema.type is Type.ARRAY:
        return [fitting(schema.value_schema, random, depth=depth + 1) for _ in range(count)]
    assert schema.key_schema is not None
    # One entry: with more, the order of a Java HashMap is not ours.
    keys = [hashable(fitting(schema.key_schema, random, depth=depth + 1)) for _ in range(min(count, 1))]
    return {key: fitting(schema.value_schema, random, depth=depth + 1) for key in keys}


def sized(schema: Schema, value: Any, random: Random) -> Any:
    """The value with bytes of the length that fixed types want, mostly."""
    return _each_fixed(
        schema, value, lambda data, size: (data + b"\0" * size)[:size] if random.random() < 0.97 else data
    )


def cut(schema: Schema, value: Any) -> Any:
    """The value with what is longer than its fixed type cut, defaults in the place of nulls too."""
    return _each_fixed(schema, value, lambda data, size: data[:size], defaults=True)


def _each_fixed(schema: Schema, value: Any, change: Callable[[bytes, int], bytes], *, defaults: bool = False) -> Any:
    def inner(schema: Schema, value: Any) -> Any:
        return _each_fixed(schema, value, change, defaults=defaults)

    if value is None and defaults:
        value = schema.default
    if isinstance(value, bytes) and "connect.fixed.size" in schema.parameters:
        return change(value, int(schema.parameters["connect.fixed.size"]))
    if isinstance(value, dict) and schema.fields:
        return {f.name: inner(f.schema, value.get(f.name)) for f in schema.fields}
    if isinstance(value, list) and schema.value_schema is not None:
        return [inner(schema.value_schema, element) for element in value]
    if isinstance(value, dict) and schema.value_schema is not None:
        return {key: inner(schema.value_schema, element) for key, element in value.items()}
    return value


def schemaless(random: Random, depth: int = 3) -> Any:
    """A value without schema."""
    kind = random.choice(("text", "int", "float", "bool", "null", "list", "dict") if depth else ("text", "int"))
    if kind == "list":
        return [schemaless(random, depth - 1) for _ in range(random.randint(0, 3))]
    if kind == "dict":
        return {random_text(random): schemaless(random, depth - 1) for _ in range(random.randint(0, 1))}
    number = random.choice((0, 1, -1, 2**31, 2**63 - 1, -(2**63), random.randint(-(10**6), 10**6)))
    plain = {"text": random_text(random), "int": number, "float": random.uniform(-9, 9), "null": None}
    return plain.get(kind, random.random() < 0.5)
