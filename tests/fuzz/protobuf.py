"""Protobuf against ProtobufData: definitions, bytes written, and values read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema, Type
from connect_core.encoding.protobuf import Definition, ProtobufOptions, Writer, definition, writer
from connect_core.encoding.protobuf.options import UNION, WRAPPER
from tests import protos
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.parity.bridge import Bridge
from tests.protobuf import STRUCTS, value

CONFIGS: tuple[dict[str, bool], ...] = (
    {},
    {"optional_for_nullables": True},
    {"wrapper_for_nullables": True},
    {"optional_for_nullables": True, "wrapper_for_nullables": True, "scrub_invalid_names": True},
    {"scrub_invalid_names": True, "enhanced_schema_support": True},
)
READ_CONFIGS: tuple[dict[str, bool], ...] = (
    {},
    {"optional_for_nullables": True},
    {"wrapper_for_nullables": True},
    {"optional_for_nullables": True, "wrapper_for_nullables": True},
    {"optional_for_proto2": False, "enhanced_schema_support": True},
    {"wrapper_for_raw_primitives": False, "optional_for_nullables": True, "optional_for_proto2": False},
)
MEMBERS = "members of unions are optional"
YEARS = "outside the years 1 to 9999"
WRAPPED = "scalars in unions are not wrapped"
UNCAUGHT = "schemas without a Protobuf definition are refused with IllegalArgumentException"
NAMELESS = "a struct whose name is empty"
TAKEN = "a struct with the name of a type it uses"
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
        for key, text in config(options).items():
            settings.put(bridge.text(key), bridge.text(text))
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
        schema = schema.replace(fields=fields, default=None)
    elif schema.type in (Type.ARRAY, Type.MAP) and schema.value_schema is not None:
        schema = schema.replace(value_schema=changed(schema.value_schema, random), default=None)
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
        if '"descriptor" is null' in pair.java.message and (case[1].name or "").endswith(("Date", "Timestamp")):
            return TAKEN
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
    members = [field.schema for field in schema.fields]
    members += [member.value_schema for member in members if member.value_schema is not None]
    return any(member.optional and member.type not in _NESTED for member in members)


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
    return Family("protobuf schemas", cases, compare, known, (UNCAUGHT, OPTIONS, TAKEN, WRAPPED), vary=vary)


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
        side, schema, given = sides[case[0]], case[1], case[2]
        return Pair(ours(partial(encoded, side), schema, given), by_java(side, schema, given))

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema, Any]:
        return *drawn, value(drawn[1], random)

    cases = st.tuples(st.integers(0, len(CONFIGS) - 1), STRUCTS)
    return Family("protobuf write", cases, compare, known, (UNCAUGHT, WRAPPED, NAMELESS, NULLS, TAKEN), vary=vary)


def _read(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in READ_CONFIGS]
    parsed = bridge.jpype.JClass("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema")
    dynamic = bridge.jpype.JClass("com.google.protobuf.DynamicMessage")

    @lru_cache(50)
    def reader(text: str, options: ProtobufOptions) -> Any:
        return definition(text).reader(None, options)

    @lru_cache(50)
    def written(seed: int) -> tuple[str, Definition]:
        text = protos.Writer(Random(seed)).text()
        return text, definition(text)

    @lru_cache(50)
    def java_schema(text: str) -> Any:
        return java(bridge, parsed, bridge.text(text))

    def mine(side: Side, text: str, data: bytes) -> Any:
        made = reader(text, side.options)
        return made.schema, exact(made.decode(data))

    def by_java(side: Side, text: str, data: bytes) -> Any:
        schema = java_schema(text)
        message = schema if isinstance(schema, Failed) else java(
            bridge, lambda: dynamic.parseFrom(schema.toDescriptor(), bridge.byte_array(data))
        )  # fmt: skip
        found = message if isinstance(message, Failed) else java(bridge, side.data.toConnectData, schema, message)
        if isinstance(found, Failed):
            return found
        read = bridge.from_schema(found.schema())
        held = ours(bridge.from_value, read, found.value())  # Python cannot hold every date Java reads
        return held if isinstance(held, Failed) else (read, exact(held))

    def compare(case: tuple[int, str, bytes]) -> Pair:
        side, text, data = sides[case[0]], case[1], case[2]
        return Pair(_silent(ours(mine, side, text, data)), _silent(by_java(side, text, data)))

    def vary(seed: int, random: Random) -> tuple[int, str, bytes]:
        text, made = written(seed)
        data = protos.message_bytes(made.message(), random)
        if random.random() < 0.1:  # not any bytes: varints of more than 64 bits have no one meaning
            data = data[: random.randint(0, len(data))] + random.choice((b"", b"\1"))
        return seed % len(READ_CONFIGS), text, data

    return Family("protobuf read", st.integers(0, 2**40), compare, known_read, (MEMBERS, YEARS), vary=vary)


def _silent(outcome: Any) -> Any:
    """Whoever parses bytes has words of his own for faults in them."""
    if isinstance(outcome, Failed) and ("ProtocolBuffer" in outcome.name or "Uninitialized" in outcome.name):
        return Failed("InvalidProtocolBufferException", "")
    return outcome


def known_read(case: Any, pair: Pair) -> str | None:
    """Differences of 7.0.16 in reading."""
    if isinstance(pair.ours, str):  # the comparison itself failed
        return None
    if isinstance(pair.java, Failed) and "null used for required field" in pair.java.message and "oneof" in case[1]:
        return MEMBERS
    if isinstance(pair.ours, Failed) or isinstance(pair.java, Failed):
        return YEARS if isinstance(pair.ours, Failed) and YEARS in pair.ours.message else None
    (ours_schema, ours_value), (java_schema, java_value) = pair.ours, pair.java
    same = _loose(ours_schema) is _loose(java_schema) and ours_value == java_value
    return MEMBERS if same else None


def _loose(schema: Schema) -> Schema:
    """A schema whose unions' members are optional and do not tell that they were wrapped."""
    if schema.value_schema is not None:
        key = schema.key_schema and _loose(schema.key_schema)
        schema = schema.replace(value_schema=_loose(schema.value_schema), key_schema=key)
    fields = [(field.name, _loose(field.schema)) for field in schema.fields]
    if (schema.name or "").startswith(UNION):
        fields = [
            (name, one.replace(optional=True, parameters={k: v for k, v in one.parameters.items() if k != WRAPPER}))
            for name, one in fields
        ]
    return schema.replace(fields=fields)


FAMILIES: dict[str, Maker] = {"protobuf schemas": _schemas, "protobuf write": _write, "protobuf read": _read}
