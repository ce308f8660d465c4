"""AvroConverter both ways: messages of generated Connect data, values of generated Avro data and of broken messages.

Both converters talk to one registry over HTTP, so the ids in the messages must agree too.
"""

from __future__ import annotations

import atexit
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.converters.avro import AvroConverter
from connect_core.data import DATE, Schema
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.parse import parse
from connect_core.encoding.avro.slow_write import NULL, Datum, payload
from tests.fuzz.avro_schemas import FIELD_PARAMETERS, KEYS, OPTIONS, Draw, quiet, without_field_parameters
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.fuzz.values import text as random_text
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge
from tests.registry import Registry

YEARS = "lies outside the years 1 to 9999"
MIDNIGHT = "the time 24:00"
FIXED_DECIMAL = "decimals of a fixed size"
HUGE = "broken bytes that claim very many elements"
UNION_DEFAULT = "a union of records with structs as defaults"
MEMBER_NAME = "a union's member whose `connect.name` is another than its Avro name"
SCRUBBED = "a field whose Avro name `scrub.invalid.names` would change"
DIFFERENCES = (YEARS, MIDNIGHT, FIXED_DECIMAL, SCRUBBED, HUGE, UNION_DEFAULT, MEMBER_NAME)
TOPIC = "t"
WRONG = ("text", b"bytes", ["text"], None)
CUT = "a value longer than its fixed type"
STRUCT_DEFAULT = "a null where the default is a struct"


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
            return index, (None, _schemaless(random))
        schema = draw.schema()
        if random.random() < 0.03:
            return index, (schema, Wrong(random.choice(WRONG)))
        return index, (schema, _sized(schema, random_value(schema, random), random))

    def known(case: Any, pair: Pair) -> str | None:
        if isinstance(pair.ours, bytes) and isinstance(pair.java, bytes) and pair.ours[5:] == pair.java[5:]:
            contents = pairs[0].registry.store.contents
            texts = [contents[int.from_bytes(message[1:5])].text for message in (pair.ours, pair.java)]
            return FIELD_PARAMETERS if without_field_parameters(texts[0]) == texts[1] else None
        return _known_write(case, pair)

    strategy = st.tuples(st.integers(0, len(OPTIONS) - 1), st.integers(0, 2**60))
    differences = (CUT, STRUCT_DEFAULT, FIELD_PARAMETERS)
    return Family("avro write", strategy, compare, known=known, differences=differences, vary=vary)


def _sized(schema: Schema, value: Any, random: Random) -> Any:
    """The value with bytes of the length that fixed types want, mostly."""
    if isinstance(value, bytes) and "connect.fixed.size" in schema.parameters and random.random() < 0.97:
        size = int(schema.parameters["connect.fixed.size"])
        return (value + b"\0" * size)[:size]
    if isinstance(value, dict) and schema.fields:
        return {f.name: _sized(f.schema, value.get(f.name), random) for f in schema.fields}
    if isinstance(value, list) and schema.value_schema is not None:
        return [_sized(schema.value_schema, element, random) for element in value]
    if isinstance(value, dict) and schema.value_schema is not None:
        return {key: _sized(schema.value_schema, element, random) for key, element in value.items()}
    return value


def _known_write(case: Any, pair: Pair) -> str | None:
    if isinstance(pair.java, Failed) and pair.java.message == "Mismatching struct schema":
        return STRUCT_DEFAULT
    if isinstance(pair.ours, Failed) and "Failed to serialize" in pair.ours.message and isinstance(pair.java, bytes):
        return CUT if "connect.fixed.size" in repr(_parameters(case[1][0])) else None
    return None


def _parameters(schema: Schema | None) -> list[Any]:
    if schema is None:
        return []
    inner = [schema.key_schema, schema.value_schema, *(field.schema for field in schema.fields)]
    return [dict(schema.parameters), *(_parameters(one) for one in inner)]


def _schemaless(random: Random, depth: int = 3) -> Any:
    kind = random.choice(("text", "int", "float", "bool", "null", "list", "dict") if depth else ("text", "int"))
    if kind == "list":
        return [_schemaless(random, depth - 1) for _ in range(random.randint(0, 3))]
    if kind == "dict":
        return {random_text(random): _schemaless(random, depth - 1) for _ in range(random.randint(0, 1))}
    number = random.choice((0, 1, -1, 2**31, 2**63 - 1, -(2**63), random.randint(-(10**6), 10**6)))
    plain = {"text": random_text(random), "int": number, "float": random.uniform(-9, 9), "null": None}
    return plain.get(kind, random.random() < 0.5)


# -- reading ---------------------------------------------------------------------------------------------------------


class AvroDraw:
    """Random Avro schemas as JSON trees, beyond what Connect's give, and datums of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = 0

    def tree(self, depth: int = 3) -> Any:
        random = self.random
        kinds = ["null", "boolean", "int", "long", "float", "double", "bytes", "string", "logical", "enum", "fixed"]
        kind = random.choice(
            kinds if depth <= 0 else [*kinds[1:], "array", "map", "record", "record", "union", "union"]
        )
        if kind in kinds[:8]:
            return kind if random.random() < 0.8 else {"type": kind, **self._props()}
        return getattr(self, f"_{kind}")(depth)

    def _props(self) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {}, {"connect.doc": "d"}, {"connect.name": "my.Name"}, {"connect.name": DATE},
            {"connect.version": 3}, {"avro.p": 1.5}, {"x": [1]},
            {"connect.parameters": {"a": "b"}}, {"connect.default": 5}, {"avro.java.string": "String"}, {"doc": "x"},
            {"connect.type": "int8"}, {"connect.type": "int16"}, {"avro.q": {"a": [7, True, "x"]}},
            {"connect.parameters": {"a": 1}}, {"connect.version": "x"}, {"connect.name": 5}, {"connect.default": "t"},
        ]  # fmt: skip
        return self.random.choice(choices[:13] if self.random.random() < 0.95 else choices)

    def _logical(self, depth: int) -> Any:
        return self.random.choice(
            [
                {"type": "int", "logicalType": "date"},
                {"type": "int", "logicalType": "time-millis"},
                {"type": "long", "logicalType": "timestamp-millis"},
                {"type": "long", "logicalType": "timestamp-micros"},
                {"type": "long", "logicalType": "time-micros"},
                {"type": "long", "logicalType": "local-timestamp-millis"},
                {"type": "string", "logicalType": "uuid"},
                {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
                {"type": "bytes", "logicalType": "decimal", "precision": 64},
                {"type": "int", "logicalType": "date", "connect.type": "int8"},
            ]
        )

    def _name(self) -> dict[str, Any]:
        self.names += 1
        space = self.random.choice((None, None, "a", "a.b", ""))
        return {"name": f"N{self.names}", **({"namespace": space} if space is not None else {})}

    def _doc(self) -> dict[str, Any]:
        return {"doc": "a doc"} if self.random.random() < 0.2 else {}

    def _enum(self, depth: int) -> Any:
        symbols = self.random.sample(["A", "B", "C", "é"], self.random.randint(1, 4))
        default = {"default": symbols[0]} if self.random.random() < 0.2 else {}
        return {"type": "enum", **self._name(), **self._doc(), "symbols": symbols, **default}

    def _fixed(self, depth: int) -> Any:
        size = self.random.choice((1, 4, 12))
        made = {"type": "fixed", **self._name(), "size": size}
        return made | ({"logicalType": "decimal", "precision": 2, "scale": 1} if self.random.random() < 0.3 else {})

    def _array(self, depth: int) -> Any:
        if self.random.random() < 0.2:
            return {"type": "array", "items": self._entry(depth)}
        return {"type": "array", "items": self.tree(depth - 1), **self._props()}

    def _entry(self, depth: int) -> Any:
        fields = [{"name": "key", "type": self.tree(depth - 2)}, {"name": "value", "type": self.tree(depth - 1)}]
        self.names += 1
        name = {"name": f"N{self.names}", "connect.internal.type": "MapEntry"}
        return {"type": "record", **name, "fields": fields[: self.random.choice((2, 2, 2, 2, 1))]}

    def _map(self, depth: int) -> Any:
        return {"type": "map", "values": self.tree(depth - 1), **self._props()}

    def _record(self, depth: int) -> Any:
        name, fields = self._name(), []
        for field in self.random.sample(["a", "b", "c", "é", "_d"], self.random.randint(0, 4)):
            tree = self.tree(depth - 1)
            if self.random.random() < 0.4 and isinstance(tree, str) and tree != "null":
                tree = ["null", tree]
            fields.append({"name": field, "type": tree, **self._doc(), **self._default(tree)})
        return {"type": "record", **name, **self._doc(), "fields": fields, **self._props()}

    def _default(self, tree: Any) -> dict[str, Any]:
        if self.random.random() < 0.5:
            return {}
        defaults: dict[str, Any] = {
            "int": 7, "long": 2**40, "float": 0.1, "double": 1e300, "string": "d\u00e9", "bytes": "\u00ff\u0001",
            "boolean": True, "null": None,
        }  # fmt: skip
        kind = tree if isinstance(tree, str) else tree[0] if isinstance(tree, list) else tree["type"]
        if isinstance(kind, str) and kind in defaults:
            return {"default": defaults[kind]}
        return {"default": {"array": [], "map": {}, "record": {}}[kind]} if kind in ("array", "map", "record") else {}

    def _union(self, depth: int) -> Any:
        members: dict[str, Any] = {}
        for _ in range(self.random.randint(1, 4)):
            tree = self.tree(depth - 1)
            if isinstance(tree, list):
                continue
            key = tree if isinstance(tree, str) else tree.get("name", tree["type"])
            members.setdefault(key, tree)
        if self.random.random() < 0.5:
            members["null"] = "null"
        return list(members.values()) or ["null", "string"]


def datum(schema: AvroSchema, random: Random) -> Datum:
    """A random datum of an Avro schema."""
    kind = schema.kind
    if kind == "union":
        return datum(random.choice(schema.types), random)
    if kind == "record":
        return Datum("record", {field.name: datum(field.schema, random) for field in schema.fields}, schema)
    if kind == "enum":
        return Datum("enum", random.choice(schema.symbols), schema)
    if kind == "fixed":
        return Datum("fixed", random.randbytes(schema.size), schema)
    if kind == "null":
        return NULL
    if kind in ("array", "map"):
        items = schema.items
        assert items is not None
        if kind == "map":
            return Datum("map", {random_text(random): datum(items, random) for _ in range(random.randint(0, 1))})
        # Of maps as entries one is enough: with more, equal keys would depend on Java's order.
        entry = "connect.internal.type" in items.props
        return Datum("array", [datum(items, random) for _ in range(random.randint(0, 1 if entry else 3))])
    return Datum(kind, _plain(schema, random))


def _plain(schema: AvroSchema, random: Random) -> Any:
    if schema.kind in ("int", "long"):
        logical = str(schema.props.get("logicalType"))
        if logical == "date":
            return random.randint(-700_000, 2_900_000)
        if logical == "time-millis":
            return random.choice((0, 1, 86_399_999, random.randint(0, 86_399_999), random.randint(-5, 90_000_000)))
        if logical == "timestamp-millis" and random.random() < 0.95:
            return random.randint(-62_135_596_800_000, 253_402_300_799_999)
        bits = 31 if schema.kind == "int" else 63
        wide = random.randint(0, bits)
        return random.choice((0, -1, (1 << bits) - 1, -(1 << bits), random.randint(-(1 << wide), (1 << wide) - 1)))
    plain: dict[str, Any] = {
        "boolean": random.random() < 0.5,
        "string": random_text(random).encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "bytes": random.randbytes(random.randint(0 if random.random() < 0.1 else 1, 9)),
        "float": random.choice((0.0, -0.0, 1.5, float("inf"), float("nan"))),
        "double": random.choice((0.0, -0.0, 1e300, float("-inf"), float("nan"), random.random())),
    }
    return plain[schema.kind]


def mutated(data: bytes, random: Random) -> bytes:
    """The message cut, with a byte changed, dropped or put in; its head stays."""
    body = bytearray(data[5:])
    at = random.randrange(len(body) + 1)
    match random.choice(("cut", "change", "drop", "insert", "append")):
        case "cut":
            del body[at:]
        case "change" if at < len(body):
            body[at] = random.choice((0, 1, 2, 0x7F, 0x80, 0xFF, random.randrange(256)))
        case "drop":
            del body[at : at + 1]
        case "insert":
            body[at:at] = random.randbytes(random.randint(1, 4))
        case _:
            body += random.randbytes(3)
    return data[:5] + bytes(body)


def _read(bridge: Bridge) -> Family:
    pairs: list[Pairs] = []

    def compare(case: tuple[int, str, bytes]) -> Pair:
        both = _first(pairs, bridge)
        index, text, body = case
        data = both.register(text) + body
        found = java(bridge, both.theirs[index].toConnectData, bridge.text(TOPIC), bridge.byte_array(data))
        mine = ours(lambda: both.mine[index].to_connect(TOPIC, data))
        if isinstance(mine, tuple) and not isinstance(mine, Failed):
            mine = (mine[0], exact(mine[1]))
        if isinstance(found, Failed):
            return Pair(mine, found)
        if found is None:
            return Pair(mine, (None, exact(None)))
        schema = bridge.from_schema(found.schema())
        value = ours(bridge.from_value, schema, found.value())
        return Pair(mine, value if isinstance(value, Failed) else (schema, exact(value)))

    def vary(drawn: tuple[int, int], random: Random) -> tuple[int, str, bytes]:
        index, seed = drawn
        text = json.dumps(AvroDraw(Random(seed)).tree(), ensure_ascii=False)
        schema = parse(text)
        data = b"\0" * 5 + payload(schema, datum(schema, random))
        return index, text, (mutated(data, random) if random.random() < 0.25 else data)[5:]

    strategy = st.tuples(st.integers(0, len(OPTIONS) - 1), st.integers(0, 2**60))
    return Family("avro read", strategy, compare, known=_known, differences=DIFFERENCES, vary=vary)


def _known(case: Any, pair: Pair) -> str | None:
    if isinstance(pair.ours, Failed):
        if YEARS in pair.ours.message:
            return YEARS
        if "Time values must use" in pair.ours.message and not isinstance(pair.java, Failed):
            return MIDNIGHT
    if isinstance(pair.java, Failed):
        if pair.java.name.endswith("OutOfMemoryError"):
            return HUGE
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
