"""Our ProtobufConverter against Confluent's: what is registered, bytes, values read back, and complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from types import ModuleType
from typing import Any

import pytest

from connect_core.converters.protobuf import ProtobufConverter, ProtobufConverterConfig
from connect_core.converters.schema_registry import PROTOBUF, SchemaRegistry
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
from connect_core.data.schema import (
    BOOLEAN,
    BYTES,
    FLOAT32,
    FLOAT64,
    INT8,
    INT16,
    INT32,
    INT64,
    OPTIONAL_INT32,
    OPTIONAL_STRING,
    STRING,
)
from connect_core.encoding.protobuf.options import ENUM, TAG, UNION_PREFIX
from tests.parity.bridge import Bridge, JavaError
from tests.protobuf import value as random_value
from tests.registry import Registry

COLOR = Schema(
    Type.STRING, name="Color", optional=True, parameters={ENUM: "Color", f"{ENUM}.RED": "0", f"{ENUM}.B": "7"}
)
POINT = struct([("x", INT8), ("y", INT16.replace(optional=True))], name="com.acme.Point")
CHOICE = struct(
    [("text", STRING.replace(optional=True, parameters={TAG: "20"})),
        ("spot", POINT.replace(optional=True, parameters={TAG: "21"}))],
    name=f"{UNION_PREFIX}choice",
    optional=True,
)  # fmt: skip
ORDER = struct(
    [
        ("id", INT64), ("name", OPTIONAL_STRING), ("price", decimal_schema(2, optional=True)), ("day", date_schema()),
        ("at", time_schema(optional=True)), ("created", timestamp_schema()),
        ("tags", array(OPTIONAL_STRING.replace(optional=False))),
        ("counts", map_of(STRING, INT32)), ("points", map_of(INT32, POINT, name="by_number")), ("color", COLOR),
        ("choice_0", CHOICE), ("point", POINT), ("ratio", FLOAT32), ("exact", FLOAT64), ("ok", BOOLEAN), ("raw", BYTES),
        ("n", OPTIONAL_INT32),
    ],
    name="com.acme.Order",
)  # fmt: skip
ROOTS = [
    ORDER,
    POINT,
    STRING,
    INT8,
    INT64,
    FLOAT64,
    BOOLEAN,
    BYTES,
    date_schema(),
    decimal_schema(3),
    timestamp_schema(),
]
CONFIGS = [
    {},
    {"optional.for.nullables": "true"},
    {"wrapper.for.nullables": "true"},
    {"enhanced.protobuf.schema.support": "true", "scrub.invalid.names": "true"},
]
TOLD = (" [deprecated = false]",)


class Both:
    """Both converters under one configuration, each with a registry of its own."""

    def __init__(self, bridge: Bridge, registry: Registry, config: dict[str, str]) -> None:
        self.bridge, self.registry = bridge, registry
        config = {"schema.registry.url": registry.url, **config}
        self.ours = ProtobufConverter()
        self.ours.configure(config, is_key=False)
        providers = bridge.new("java.util.ArrayList")
        providers.add(bridge.new("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchemaProvider"))
        self.client = bridge.new("io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient", providers)
        self.java = bridge.new("io.confluent.connect.protobuf.ProtobufConverter", self.client)
        settings = bridge.new("java.util.HashMap")
        for name, value in config.items():
            settings.put(bridge.text(name), bridge.text(value))
        self.java.configure(settings, False)

    def written(self, schema: Schema, value: Any) -> tuple[Any, Any]:
        """(ours, Java's) bytes."""
        made = self.bridge.schema(schema), self.bridge.value(schema, value)
        found = self.bridge.call(self.java.fromConnectData, self.bridge.text("t"), *made)
        return self.ours.encoder("t", schema)(value), self.bridge.from_bytes(found)

    def read(self, data: bytes) -> tuple[Any, Any]:
        """(ours, Java's) schema and value; both registries must have the schema under the same id."""
        found = self.bridge.call(self.java.toConnectData, self.bridge.text("t"), self.bridge.byte_array(data))
        schema = self.bridge.from_schema(found.schema())
        return self.ours.to_connect("t", data), (schema, self.bridge.from_value(schema, found.value()))


@pytest.fixture
def both(confluent: ModuleType, registry: Registry) -> Iterator[Callable[[dict[str, str]], Both]]:
    """Pairs of converters by configuration, ours closed afterwards."""
    made: list[Both] = []

    def make(config: dict[str, str]) -> Both:
        made.append(Both(Bridge(confluent), registry, config))
        return made[-1]

    yield make
    for one in made:
        one.ours.close()


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: "-".join(config) or "default")
@pytest.mark.parametrize("schema", ROOTS, ids=lambda schema: schema.name or schema.type.name)
def test_there_and_back(both: Callable[[dict[str, str]], Both], schema: Schema, config: dict[str, str]) -> None:
    if schema is ORDER and "optional.for.nullables" in config:
        # The oneofs that optional fields make come last; and 7.0.16 reads members of unions as required.
        schema = struct([(field.name, field.schema) for field in ORDER.fields if field.schema is not CHOICE])
    pair = both(config)
    random = Random(5)
    for _ in range(6):
        value = random_value(schema, random, odd=0)
        if value is None:
            continue
        if "wrapper.for.nullables" in config and value and isinstance(value, dict) and value.get("choice_0"):
            continue  # 7.0.16 wraps the members of unions
        ours, java = pair.written(schema, value)
        assert ours == java
        assert ours is not None
        if schema.type is not Type.STRUCT and schema.name is not None:
            continue  # logical values without a struct are written as what their schema does not say
        mine, theirs = pair.read(ours)
        assert repr(mine[1]) == repr(theirs[1])
        assert mine[0] is theirs[0]


def test_the_text_is_registered_as_confluent_does(both: Callable[[dict[str, str]], Both], registry: Registry) -> None:
    pair = both({})
    value = random_value(ORDER, Random(1), odd=0)
    pair.written(ORDER, value)
    text = pair.bridge.from_text(pair.client.getLatestSchemaMetadata(pair.bridge.text("t-value")).getSchema())
    assert text is not None
    for told in TOLD:
        text = text.replace(told, "")
    client = SchemaRegistry(
        ProtobufConverterConfig.parse({"schema.registry.url": registry.url, "converter.type": "value"}), PROTOBUF
    )
    assert client.latest("t-value").text == text
    client.close()


def test_nulls_are_null_and_register_nothing(both: Callable[[dict[str, str]], Both], registry: Registry) -> None:
    pair = both({})
    assert pair.written(POINT.replace(optional=True), None) == (None, None)
    assert pair.ours.to_connect("t", None) == (None, None)
    assert registry.requests == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x00\0\0\0", b"\x05\0\0\0\1\0", b"\x00\0\0\0\1", b"\x00\0\0\0\1\2\4\1", b"\x00\0\0\0\1\0\x0a\x05"],
)
def test_what_is_no_message_is_refused_as_confluent_does(both: Callable[[dict[str, str]], Both], data: bytes) -> None:
    pair = both({})
    pair.written(POINT, {"x": 1, "y": 2})
    with pytest.raises(JavaError) as java:
        pair.read(data)
    with pytest.raises(Exception) as ours:  # noqa: PT011 - compared below
        pair.ours.to_connect("t", data)
    told = (getattr(ours.value, "java_class", ""), str(ours.value).rstrip())
    assert told == (java.value.name, (java.value.message or "").rstrip())
