"""ProtobufConverter and a registry: which schema is used, where ids stand, what goes wrong and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connect_core.converters.protobuf import ProtobufConverter, ProtobufConverterConfig
from connect_core.converters.schema_registry import PROTOBUF, Reference, SchemaRegistry
from connect_core.data import struct
from connect_core.data.schema import INT32, INT64, STRING
from connect_core.errors import DataError, Retriable, stack_trace
from tests.registry import Registry

POINT = struct([("x", INT32), ("y", INT32)], name="a.Point")
HEADER = {
    "value.schema.id.serializer": "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer",
}


class Pair:
    """Makes converters of one registry and closes them."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._made: list[Any] = []

    def converter(self, **config: str) -> ProtobufConverter:
        """A value converter; keys with underscores."""
        made = ProtobufConverter()
        keys = {key.replace("_", "."): value for key, value in config.items()}
        made.configure({"schema.registry.url": self.registry.url, "max.retries": "0", **keys}, is_key=False)
        self._made.append(made)
        return made

    def client(self) -> SchemaRegistry:
        """The registry's client."""
        config = {"schema.registry.url": self.registry.url, "converter.type": "value"}
        made = SchemaRegistry(ProtobufConverterConfig.parse(config), PROTOBUF)
        self._made.append(made)
        return made

    def close(self) -> None:
        """Close what was made."""
        for one in self._made:
            one.close()


@pytest.fixture
def pair(registry: Registry) -> Iterator[Pair]:
    made = Pair(registry)
    yield made
    made.close()


def test_a_schema_is_registered_once(pair: Pair) -> None:
    converter = pair.converter()
    encode = converter.encoder("t", POINT)
    assert pair.registry.requests == []
    first = encode({"x": 1, "y": 2})
    assert first == b"\0\0\0\0\1\0\x08\1\x10\2"
    encode({"x": 1, "y": 3})
    converter.from_connect("t", POINT, {"x": 1, "y": 3})
    assert pair.registry.asked("POST", "/subjects/t-value/versions") == 1


def test_the_first_message_of_an_id_asks_the_registry(pair: Pair) -> None:
    data = pair.converter().from_connect("t", POINT, {"x": 1, "y": 2})
    decode = pair.converter().decoder("t")
    schema, value = decode(data)
    before = len(pair.registry.requests)
    assert decode(data) == (schema, value)
    assert len(pair.registry.requests) == before
    assert value == {"x": 1, "y": 2}
    assert schema is not None
    assert (schema.name, schema.version) == ("Point", 1)


def test_ids_in_headers(pair: Pair) -> None:
    converter = pair.converter(**{key.replace(".", "_"): value for key, value in HEADER.items()})
    headers: list[tuple[str, bytes | None]] = []
    data = converter.from_connect("t", POINT, {"x": 1, "y": 2}, headers)
    assert data == b"\x08\1\x10\2"
    [(name, value)] = headers
    assert name == "__value_schema_id"
    assert value is not None
    assert (value[:1], len(value), value[-1:]) == (b"\1", 18, b"\0")
    assert pair.converter().to_connect("t", data, headers)[1] == {"x": 1, "y": 2}


def test_nested_messages_and_references(pair: Pair) -> None:
    client = pair.client()
    client.register("shop", 'syntax = "proto3"; package shop; message Line { string item = 1; }')
    text = 'syntax = "proto3"; import "shop.proto"; message A { message B { shop.Line line = 1; } }'
    found = client.register("t-value", text, [Reference("shop.proto", "shop", 1)])
    assert found.id is not None
    data = b"\0" + found.id.to_bytes(4) + b"\4\0\0" + b"\x0a\x03\x0a\x01x"
    assert pair.converter().to_connect("t", data)[1] == {"line": {"item": "x"}}


def test_the_latest_version_writes(pair: Pair) -> None:
    client = pair.client()
    client.register(
        "t-value", 'syntax = "proto3"; package a; message Other {} message Point { int32 x = 1; int32 y = 2; }'
    )
    converter = pair.converter(auto_register_schemas="false", use_latest_version="true")
    assert converter.from_connect("t", POINT, {"x": 1, "y": 2}) == b"\0\0\0\0\1\2\2\x08\1\x10\2"


def test_a_latest_version_that_does_not_fit(pair: Pair) -> None:
    pair.client().register("t-value", 'syntax = "proto3"; package a; message Point { string x = 1; }')
    converter = pair.converter(auto_register_schemas="false", use_latest_version="true")
    with pytest.raises(DataError, match="Failed to serialize Protobuf data from topic t:") as failed:
        converter.from_connect("t", POINT, {"x": 1, "y": 2})
    assert "latest.compatibility.strict=false" in stack_trace(failed.value)
    lenient = pair.converter(
        auto_register_schemas="false", use_latest_version="true", latest_compatibility_strict="false"
    )
    assert lenient.from_connect("t", POINT, {"x": 1, "y": 2}) == b"\0\0\0\0\1\0\x08\1\x10\2"


def test_record_names_name_subjects(pair: Pair) -> None:
    strategy = "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy"
    converter = pair.converter(value_subject_name_strategy=strategy)
    data = converter.from_connect("t", POINT, {"x": 1, "y": 2})
    assert pair.registry.asked("POST", "/subjects/t-a.Point/versions") == 1
    assert pair.converter(value_subject_name_strategy=strategy).to_connect("t", data)[1] == {"x": 1, "y": 2}


def test_unknown_ids_are_bad_data(pair: Pair) -> None:
    with pytest.raises(DataError, match="Failed to deserialize data for topic t to Protobuf:") as failed:
        pair.converter().to_connect("t", b"\0\0\0\0\x63\0\x08\1")
    assert "40403" in stack_trace(failed.value)


def test_a_registry_that_cannot_be_reached_is_asked_again(pair: Pair) -> None:
    converter = ProtobufConverter()
    converter.configure({"schema.registry.url": "http://127.0.0.1:9", "max.retries": "0"}, is_key=False)
    encode = converter.encoder("t", POINT)
    with pytest.raises(Retriable):
        encode({"x": 1, "y": 2})
    converter.close()


def test_texts_that_are_none_and_lacking_imports_are_bad_data(pair: Pair) -> None:
    found = pair.client().register("t-value", 'syntax = "proto3"; message A { nowhere.B b = 1; }')
    assert found.id is not None
    with pytest.raises(DataError, match="Failed to deserialize") as failed:
        pair.converter().to_connect("t", b"\0" + found.id.to_bytes(4) + b"\0\x08\1")
    assert "nowhere.B" in stack_trace(failed.value)


def test_tombstones_pass(pair: Pair) -> None:
    converter = pair.converter()
    assert converter.encoder("t", None)(None) is None
    assert converter.from_connect("t", None, None) is None
    assert converter.decoder("t")(None) == (None, None)
    assert pair.registry.requests == []


def test_plain_roots_use_the_wrappers(pair: Pair) -> None:
    converter = pair.converter()
    data = converter.from_connect("t", STRING, "hi")
    assert data == b"\0\0\0\0\1\2\x0e\x0a\2hi"
    assert converter.to_connect("t", data)[1] == "hi"
    assert converter.from_connect("u", INT64, 0) == b"\0\0\0\0\1\2\4"
