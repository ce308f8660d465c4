"""A thousand broken messages: each fails as a bad record, as it does in the original, or still is a message."""

from __future__ import annotations

from random import Random
from types import ModuleType

from bench.converters import SCHEMA, row
from connect_core.converters.avro import AvroConverter
from connect_core.data import array, map_of, struct
from connect_core.data.schema import BOOLEAN, BYTES, INT32, OPTIONAL_STRING, STRING
from connect_core.encoding.avro.slow_write import payload
from connect_core.errors import DataError
from tests.fuzz._avro_trees import Endless, datum, drawn_text, mutated
from tests.fuzz.family import Failed, java
from tests.parity.bridge import Bridge
from tests.registry import Registry

NESTED = struct(
    [
        ("list", array(OPTIONAL_STRING)),
        ("map", map_of(STRING, INT32)),
        ("pairs", map_of(INT32, BYTES)),
        ("inner", struct([("flag", BOOLEAN)], name="Inner", optional=True)),
    ],
    name="Nested",
)
MESSAGES = 1_000


def test_broken_messages_are_bad_records(registry: Registry) -> None:
    random, converter = Random(1), AvroConverter()
    registry.store.levels[None] = "NONE"
    converter.configure({"schema.registry.url": registry.url}, is_key=False)
    good = [converter.encoder("a", SCHEMA)(row(number)) for number in range(5)]
    value = {"list": ["a", None], "map": {"k": 1}, "pairs": {1: b"x"}, "inner": {"flag": True}}
    good += [converter.encoder("b", NESTED)(value), converter.encoder("c", None)({"a": [1, "x", None, 2.5]})]
    decode, refused = converter.decoder("a"), 0
    for _ in range(MESSAGES):
        data = random.choice(good)
        assert data is not None
        broken = mutated(data, random) if random.random() < 0.9 else bytes([*data[: random.randrange(6)]])
        try:
            decode(broken)
        except DataError:
            refused += 1
    converter.close()
    assert refused > MESSAGES / 5


def test_they_break_alike(confluent: ModuleType, registry: Registry) -> None:
    bridge, random, converter = Bridge(confluent), Random(2), AvroConverter()
    registry.store.levels[None] = "NONE"
    config = {"schema.registry.url": registry.url, "flatten.singleton.unions": "false"}
    converter.configure(config, is_key=False)
    theirs, settings = bridge.new("io.confluent.connect.avro.AvroConverter"), bridge.new("java.util.HashMap")
    for key, text in config.items():
        settings.put(bridge.text(key), bridge.text(text))
    theirs.configure(settings, False)
    for number in range(MESSAGES // 10):
        text, schema = drawn_text(Random(number))
        head = b"\0" + registry.store.register("t-value", {"schema": text}).id.to_bytes(4)
        try:
            data = mutated(head + payload(schema, datum(schema, random)), random)
        except Endless:
            continue
        found = java(bridge, theirs.toConnectData, bridge.text("t"), bridge.byte_array(data))
        try:
            converter.decoder("t")(data)
            mine = False
        except DataError as error:
            mine = "Failed to deserialize" in str(error)
        endless = isinstance(found, Failed) and found.name == "java.lang.StackOverflowError"
        assert endless or mine == (isinstance(found, Failed) and "Failed to deserialize" in found.message)
    converter.close()
