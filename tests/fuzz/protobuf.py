"""Protobuf against ProtobufData: definitions, bytes written, and values read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema, Type
from connect_core.encoding.protobuf import ProtobufOptions, Writer, writer
from connect_core.encoding.protobuf.options import UNION
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge
from tests.protobuf import STRUCTS

CONFIGS: tuple[dict[str, bool], ...] = (
    {},
    {"optional_for_nullables": True},
    {"wrapper_for_nullables": True},
    {"optional_for_nullables": True, "wrapper_for_nullables": True, "scrub_invalid_names": True},
    {"scrub_invalid_names": True, "enhanced_schema_support": True},
)
WRAPPED = "scalars in unions are not wrapped"
UNCAUGHT = "schemas without a Protobuf definition are refused with IllegalArgumentException"
NAMELESS = "a struct whose name is empty"
NULLS = "a null in a list"
OPTIONS = "the options of fields in unions and maps"


def config(options: dict[str, bool]) -> dict[str, str]:
    """Java's keys of these options."""
    renamed = {"enhanced_schema_support": "enhanced.protobuf.schema.support"}
    return {renamed.get(key, key.replace("_", ".")): str(value).lower() for key, value in options.items()}


class Side:
    """One configuration: our options and Java's ProtobufData."""

    def __init__(self, bridge: Bridge, options: dict[str, bool]) -> None:
        self.options = ProtobufOptions(**options)
        settings = bridge.new("java.util.HashMap")
        for key, value in config(options).items():
            settings.put(bridge.text(key), bridge.text(value))
        package = "io.confluent.connect.protobuf"
        self.data = bridge.new(f"{package}.ProtobufData", bridge.new(f"{package}.ProtobufDataConfig", settings))


def told(failed: Failed) -> Failed:
    """7.0.16's exception as 8.5 has it: the validator's message in an IllegalArgumentException."""
    prefix = "com.google.protobuf.Descriptors$DescriptorValidationException: "
    if failed.name == "java.lang.IllegalStateException" and failed.message.startswith(prefix):
        text = "Invalid protobuf schema definition: " + failed.message.removeprefix(prefix)
        return Failed("java.lang.IllegalArgumentException", text)
    return failed


_NESTED = (Type.STRUCT, Type.MAP, Type.ARRAY)


def changed(schema: Schema, random: Random) -> Schema:
    """A schema with some names and flags changed."""
    if schema.type is Type.STRUCT and schema.fields:
        fields = [(field.name, field.schema) for field in schema.fields]
        index = random.randrange(len(fields))
        name, inner = fields[index]
        fields[index] = (name, changed(inner, random))
        if random.random() < 0.3:
            random.shuffle(fields)
        schema = schema.replace(fields=fields)
    elif schema.type in (Type.ARRAY, Type.MAP) and schema.value_schema is not None:
        schema = schema.replace(value_schema=changed(schema.value_schema, random))
    return schema.replace(optional=not schema.optional) if random.random() < 0.5 else schema


def known(case: Any, pair: Pair) -> str | None:
    """Differences of 7.0.16, the oracle's release, to the one that is followed."""
    if isinstance(pair.java, Failed) and pair.ours == told(pair.java):
        return UNCAUGHT
    if isinstance(pair.java, str) and isinstance(pair.ours, str) and _bare(pair.java) == _bare(pair.ours):
        return OPTIONS if any(word in pair.java for word in ("oneof ", "Entry ", "optional ")) else None
    if isinstance(pair.java, Failed) and pair.java.name == "java.lang.NullPointerException":
        if case[1].name == "":
            return NAMELESS
        return NULLS if isinstance(pair.ours, Failed) and pair.ours.name == pair.java.name else None
    if CONFIGS[case[0]].get("wrapper_for_nullables") and any(map(_wrapped_member, _walk(case[1]))):
        return WRAPPED
    return None


def _bare(text: str) -> str:
    """A definition without options of fields."""
    return re.sub(r" \[.*?\];\n", ";\n", text, flags=re.DOTALL)


def _walk(schema: Schema) -> Iterator[Schema]:
    yield schema
    for inner in (schema.key_schema, schema.value_schema, *(field.schema for field in schema.fields)):
        if inner is not None:
            yield from _walk(inner)


def _wrapped_member(schema: Schema) -> bool:
    if not (schema.name or "").startswith(UNION):
        return False
    return any(field.schema.optional and field.schema.type not in _NESTED for field in schema.fields)


def _schemas(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in CONFIGS]

    def compare(case: tuple[int, Schema]) -> Pair:
        side, schema = sides[case[0]], case[1]
        found = java(bridge, side.data.fromConnectSchema, bridge.schema(schema))
        text = found if isinstance(found, Failed) else bridge.from_text(found.canonicalString())
        made = ours(writer, schema, side.options)
        return Pair(made if isinstance(made, Failed) else made.text, text)

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema]:
        return random.randrange(len(CONFIGS)), changed(drawn[1], random)

    cases = st.tuples(st.integers(0, len(CONFIGS) - 1), STRUCTS)
    return Family("protobuf schemas", cases, compare, known, (UNCAUGHT, OPTIONS, WRAPPED), vary=vary)


def _write(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in CONFIGS]
    kept: dict[Any, Writer] = {}

    def encoded(side: Side, schema: Schema, value: Any) -> Any:
        made = kept.get((side.options, schema)) or kept.setdefault((side.options, schema), writer(schema, side.options))
        return made.encode(value)

    def by_java(side: Side, schema: Schema, value: Any) -> Any:
        found = java(bridge, side.data.fromConnectData, bridge.schema(schema), bridge.value(schema, value))
        if isinstance(found, Failed) or found.getValue() is None:
            return found if isinstance(found, Failed) else None
        serialize: Callable[[], Any] = found.getValue().toByteArray
        payload = java(bridge, serialize)
        return payload if isinstance(payload, Failed) else bridge.from_bytes(payload)

    def compare(case: tuple[int, Schema, Any]) -> Pair:
        side, schema, value = sides[case[0]], case[1], case[2]
        return Pair(ours(partial(encoded, side), schema, value), by_java(side, schema, value))

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema, Any]:
        return *drawn, random_value(drawn[1], random)

    cases = st.tuples(st.integers(0, len(CONFIGS) - 1), STRUCTS)
    return Family("protobuf write", cases, compare, known, (UNCAUGHT, WRAPPED, NAMELESS, NULLS), vary=vary)


FAMILIES: dict[str, Maker] = {"protobuf schemas": _schemas, "protobuf write": _write}
