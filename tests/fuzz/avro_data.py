"""AvroConverter both ways: messages of generated Connect data, values of generated Avro data and of broken messages.

Both converters talk to one registry over HTTP, so the ids in the messages must agree too.
"""

from __future__ import annotations

import atexit
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.converters.avro import AvroConverter
from connect_core.data import Schema
from connect_core.encoding.avro import slow_read
from connect_core.encoding.avro.parse import parse
from connect_core.encoding.avro.slow_write import payload
from tests.fuzz._avro_trees import Endless, datum, drawn_text, mutated
from tests.fuzz._avro_values import cut, fitting, schemaless, sized
from tests.fuzz.avro_schemas import (
    ENDLESS,
    ENTRIES,
    FIELD_PARAMETERS,
    KEYS,
    NAMELESS,
    OPTIONS,
    Draw,
    endless,
    quiet,
    without_field_parameters,
    without_maps,
)
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.parity.bridge import Bridge
from tests.recursive import told
from tests.registry import Registry

YEARS = "lies outside the years 1 to 9999"
MIDNIGHT = "the time 24:00"
FIXED_DECIMAL = "decimals of a fixed size"
HUGE = "broken bytes that claim very many elements"
UNION_DEFAULT = "a union of records with structs as defaults"
MEMBER_NAME = "a union's member whose `connect.name` is another than its Avro name"
SCRUBBED = "a field whose Avro name `scrub.invalid.names` would change"
TOPIC = "t"
WRONG = ("text", b"bytes", ["text"], None)
NULL_PROPERTY = "a property `avro...` that is null"
CUT = "a value longer than its fixed type"
STRUCT_DEFAULT = "a null where the default is a struct"
DIFFERENCES = (
    FIELD_PARAMETERS,
    YEARS,
    MIDNIGHT,
    FIXED_DECIMAL,
    SCRUBBED,
    HUGE,
    UNION_DEFAULT,
    MEMBER_NAME,
    ENDLESS,
    ENTRIES,
)


@dataclass(frozen=True)
class Wrong:
    """A value of any class, whatever the schema says."""

    value: Any


class Pairs:
    """Our converter and Java's for each of ``OPTIONS``, on one registry."""

    def __init__(self, bridge: Bridge) -> None:
        quiet()
        self.bridge = bridge
        self.registry = Registry()
        self.registry.__enter__()
        atexit.register(self.registry.__exit__, None, None, None)
        self.registry.store.levels[None] = "NONE"
        providers = bridge.new("java.util.ArrayList")
        providers.add(bridge.new("io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider"))
        urls = bridge.new("java.util.ArrayList")
        urls.add(bridge.text(self.registry.url))
        name = "io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient"
        client = bridge.new(name, urls, 200, providers, bridge.new("java.util.HashMap"))
        self.mine, self.theirs = [], []
        for options in OPTIONS:
            config = {key: str(getattr(options, field)).lower() for field, key in KEYS.items()}
            config |= {"schema.registry.url": self.registry.url, "flatten.singleton.unions": "false"}
            config["schemas.cache.config"] = "200"
            mine = AvroConverter()
            mine.configure(config, is_key=False)
            atexit.register(mine.close)
            theirs = bridge.new("io.confluent.connect.avro.AvroConverter", client)
            settings = bridge.new("java.util.HashMap")
            for key, value in config.items():
                settings.put(bridge.text(key), bridge.text(value))
            theirs.configure(settings, False)
            self.mine.append(mine)
            self.theirs.append(theirs)

    def register(self, text: str) -> bytes:
        """The head of messages of a schema."""
        made = self.registry.store.register(f"{TOPIC}-value", {"schema": text})
        return b"\0" + made.id.to_bytes(4)

    def read(self, index: int, data: bytes) -> Pair:
        """What both make of a message."""
        bridge = self.bridge
        if self._claims(data):  # not asked: it takes minutes, or all memory
            return Pair(HUGE, None)
        found = java(bridge, self.theirs[index].toConnectData, bridge.text(TOPIC), bridge.byte_array(data))
        mine = ours(lambda: self.mine[index].to_connect(TOPIC, data))
        if isinstance(mine, tuple) and not isinstance(mine, Failed):
            mine = (told(mine[0]), exact(mine[1]))
        if isinstance(found, Failed):
            return Pair(mine, found)
        if found is None:
            return Pair(mine, (None, exact(None)))
        schema = bridge.from_schema(found.schema())
        value = ours(bridge.from_value, schema, found.value())
        return Pair(mine, value if isinstance(value, Failed) else (told(schema), exact(value)))

    def _claims(self, data: bytes) -> bool:
        """Does the message say to have more elements than any message holds?"""
        schema = parse(self.registry.store.contents[int.from_bytes(data[1:5])].text)
        broken = ours(slow_read.read, schema, data, 5)
        return isinstance(broken, Failed) and "claims" in broken.message

    def read_plainly(self, index: int, data: bytes) -> Pair:
        """The same with maps read as the arrays they are written as."""
        text = self.registry.store.contents[int.from_bytes(data[1:5])].text
        return self.read(index, self.register(without_maps(text)) + data[5:])


def _first(made: list[Pairs], bridge: Bridge) -> Pairs:
    """The pairs, made at the first case."""
    if not made:
        made.append(Pairs(bridge))
    return made[0]


def _write(bridge: Bridge) -> Family:
    pairs: list[Pairs] = []  # made late: listing families must not start a server

    def compare(case: tuple[int, tuple[Schema | None, Any]]) -> Pair:
        both = _first(pairs, bridge)
        index, (schema, value) = case
        given, value = (None, value.value) if isinstance(value, Wrong) else (schema, value)
        made = java(bridge, lambda: (bridge.schema(schema), bridge.value(given, value)))
        if isinstance(made, Failed):
            return Pair(None, None)  # Connect itself refuses schema or value
        topic = f"w{index}_{hash(schema) & 0xFFFF}"  # the client takes schemas for equal that differ in docs
        found = java(bridge, both.theirs[index].fromConnectData, bridge.text(topic), *made)
        if isinstance(found, Failed) and "lone surrogate" in found.name:  # JPype cannot hand over its message
            return Pair(None, None)
        return Pair(
            ours(both.mine[index].encoder(topic, schema), value),
            found if isinstance(found, Failed) else bridge.from_bytes(found),
        )

    def vary(drawn: tuple[int, int], random: Random) -> tuple[int, tuple[Schema | None, Any]]:
        index, seed = drawn
        draw = Draw(Random(seed), odd=0.005)
        if draw.random.random() < 0.1:
            return index, (None, schemaless(random))
        schema = draw.schema()
        if random.random() < 0.03:
            return index, (schema, Wrong(random.choice(WRONG)))
        return index, (schema, sized(schema, fitting(schema, random), random))

    def known(case: Any, pair: Pair) -> str | None:
        if isinstance(pair.ours, bytes) and isinstance(pair.java, bytes) and pair.ours[5:] == pair.java[5:]:
            contents = pairs[0].registry.store.contents
            texts = [contents[int.from_bytes(message[1:5])].text for message in (pair.ours, pair.java)]
            return FIELD_PARAMETERS if without_field_parameters(texts[0]) == texts[1] else None
        found = _known_write(case, pair, pairs[0])
        return found or endless(pair, NAMELESS, lambda made: pairs[0].read_plainly(case[0], made))

    strategy = st.tuples(st.integers(0, len(OPTIONS) - 1), st.integers(0, 2**60))
    differences = (CUT, STRUCT_DEFAULT, FIELD_PARAMETERS, ENDLESS, NAMELESS)
    return Family("avro write", strategy, compare, known=known, differences=differences, vary=vary)


def _known_write(case: Any, pair: Pair, pairs: Pairs) -> str | None:
    if isinstance(pair.java, Failed) and pair.java.message == "Mismatching struct schema":
        return STRUCT_DEFAULT
    if not isinstance(pair.ours, Failed) or "Failed to serialize" not in pair.ours.message:
        return None
    index, (schema, value) = case
    value = value.value if isinstance(value, Wrong) else value
    if not isinstance(pair.java, bytes) or schema is None:
        return None
    again = ours(pairs.mine[index].encoder("cut", schema), cut(schema, value))
    return CUT if isinstance(again, bytes) and again[5:] == pair.java[5:] else None


# -- reading ---------------------------------------------------------------------------------------------------------


def _read(bridge: Bridge) -> Family:
    pairs: list[Pairs] = []

    def compare(case: tuple[int, str, bytes]) -> Pair:
        both = _first(pairs, bridge)
        index, text, body = case
        return both.read(index, both.register(text) + body)

    def vary(drawn: tuple[int, int], random: Random) -> tuple[int, str, bytes]:
        index, seed = drawn
        text, schema = drawn_text(Random(seed))
        try:
            made = payload(schema, datum(schema, random))
        except Endless:
            made = b""
        data = b"\0" * 5 + made
        return index, text, (mutated(data, random) if random.random() < 0.25 else data)[5:]

    def known(case: Any, pair: Pair) -> str | None:
        index, text, body = case
        if '"own"' in text:
            again = pairs[0].read(index, pairs[0].register(without_field_parameters(text)) + body)
            if again.ours == again.java:
                return FIELD_PARAMETERS
        if '"avro.n"' in text:
            again = pairs[0].read(index, pairs[0].register(text.replace(', "avro.n": null', "")) + body)
            if again.ours == again.java:
                return NULL_PROPERTY
        return _known(case, pair) or endless(
            pair, ENTRIES, lambda _: pairs[0].read(case[0], pairs[0].register(without_maps(case[1])) + case[2])
        )

    strategy = st.tuples(st.integers(0, len(OPTIONS) - 1), st.integers(0, 2**60))
    return Family("avro read", strategy, compare, known=known, differences=DIFFERENCES, vary=vary)


def _known(case: Any, pair: Pair) -> str | None:
    if pair.ours == HUGE:
        return HUGE
    if isinstance(pair.ours, Failed):
        if YEARS in pair.ours.message:
            return YEARS
        if "Time values must use" in pair.ours.message and not isinstance(pair.java, Failed):
            return MIDNIGHT
    if isinstance(pair.java, Failed):
        if pair.java.message.endswith("is not a valid field name") and "connect.name" in case[1]:
            return MEMBER_NAME
        if pair.java.message == "Did not find matching union field for data" and '"default"' in case[1]:
            return UNION_DEFAULT
        if pair.java.message.startswith("Mismatched names: name already added to SchemaBuilder (org.apache.kafka.con"):
            return FIXED_DECIMAL
        if pair.java.name.endswith("NullPointerException") and OPTIONS[case[0]].scrub_names and "é" in case[1]:
            return SCRUBBED
    return None


FAMILIES: dict[str, Maker] = {"avro write": _write, "avro read": _read}
