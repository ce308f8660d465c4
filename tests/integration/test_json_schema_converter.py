"""JsonSchemaConverter with a registry over HTTP: what is registered, which schema messages name, what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from connect_core.converters.json_schema import JsonSchemaConverter
from connect_core.data import Schema, array, decimal_schema, map_of, struct, timestamp_schema
from connect_core.data.schema import BYTES, INT8, INT32, INT64, OPTIONAL_INT16, OPTIONAL_STRING, STRING
from connect_core.errors import ConnectError, DataError, Retriable
from tests.fuzz.values import value as random_value
from tests.registry import Answer, Registry

WIDGET = struct([("id", INT64), ("name", OPTIONAL_STRING)], name="widgets")
RICH = struct(
    [
        ("id", INT64),
        ("name", OPTIONAL_STRING),
        ("price", decimal_schema(2, optional=True)),
        ("sizes", map_of(STRING, INT8)),
        ("shelves", map_of(INT32, STRING)),
        ("codes", array(OPTIONAL_INT16)),
        ("raw", BYTES.replace(default=b"ab", doc="as it came", version=3, parameters={"z": "1", "a": "2"})),
        ("at", timestamp_schema()),
    ],
    name="rich",
)
REFERENCED = {
    "type": "object",
    "title": "order",
    "properties": {"buyer": {"$ref": "person.json"}, "payer": {"$ref": "person.json#/definitions/Payer"}},
}
PERSON = {
    "type": "object",
    "title": "person",
    "properties": {"name": {"type": "string"}},
    "definitions": {"Payer": {"type": "object", "title": "payer", "properties": {"iban": {"type": "string"}}}},
}


type Make = Callable[..., JsonSchemaConverter]


@pytest.fixture
def converter(registry: Registry) -> Iterator[Make]:
    """Makes configured converters, closed at the end; dots of keys may be underscores."""
    made: list[JsonSchemaConverter] = []

    def make(**keys: str) -> JsonSchemaConverter:
        one = JsonSchemaConverter()
        made.append(one)
        config = {"schema.registry.url": registry.url, **{key.replace("_", "."): value for key, value in keys.items()}}
        one.configure(config, is_key=False)
        return one

    yield make
    for one in made:
        one.close()


def register(registry: Registry, subject: str, schema: Any, *references: dict[str, Any]) -> int:
    body = {"schema": json.dumps(schema), "schemaType": "JSON", "references": list(references)}
    return registry.store.register(subject, body).id


def registered(registry: Registry, subject: str) -> dict[str, Any]:
    text = registry.store.contents[registry.store.version(subject, "latest").id].text
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def asked(registry: Registry) -> list[str]:
    return [f"{method} {path.partition('?')[0]}" for method, path in registry.requests]


def test_a_schema_is_registered_once_and_read_once(registry: Registry, converter: Make) -> None:
    mine = converter()
    encode, decode = mine.encoder("t", WIDGET), mine.decoder("t")
    messages = [encode({"id": number, "name": "x"}) for number in range(3)]
    assert messages[0] == b'\x00\x00\x00\x00\x01{"id":0,"name":"x"}'
    for number, message in enumerate(messages):
        assert decode(message) == (WIDGET.replace(version=1), {"id": number, "name": "x"})
    calls = asked(registry)
    assert calls.count("POST /subjects/t-value/versions") == 1
    assert calls.count("GET /schemas/ids/1") == 1
    assert registered(registry, "t-value")["title"] == "widgets"


def test_nulls(registry: Registry, converter: Make) -> None:
    mine = converter()
    assert mine.from_connect("t", None, None) is None
    assert mine.from_connect("t", WIDGET, None) is None
    assert not registry.requests
    assert mine.from_connect("t", OPTIONAL_STRING, None) == b"\x00\x00\x00\x00\x01null"
    assert mine.to_connect("t", None) == (None, None)
    assert mine.to_connect("t", b"\x00\x00\x00\x00\x01null") == (OPTIONAL_STRING.replace(version=1), None)


def test_references_name_other_documents(registry: Registry, converter: Make) -> None:
    register(registry, "person", PERSON)
    number = register(registry, "t-value", REFERENCED, {"name": "person.json", "subject": "person", "version": 1})
    mine = converter()
    message = b"\x00" + number.to_bytes(4) + b'{"buyer":{"name":"Ada"},"payer":{"iban":"GB1"}}'
    schema, value = mine.to_connect("t", message)
    assert schema is not None
    assert [(field.name, field.schema.name) for field in schema.fields] == [("payer", "payer"), ("buyer", "person")]
    assert value == {"buyer": {"name": "Ada"}, "payer": {"iban": "GB1"}}


def test_the_latest_schema_is_written_and_read_with(registry: Registry, converter: Make) -> None:
    register(registry, "t-value", {"type": "object", "title": "old", "properties": {"id": {"type": "integer"}}})
    newest = {"type": "object", "title": "new", "properties": {"id": {"type": "integer"}, "x": {"type": "string"}}}
    number = register(registry, "t-value", newest)
    mine = converter(auto_register_schemas="false", use_latest_version="true", latest_compatibility_strict="false")
    message = mine.from_connect("t", None, {"id": 5})
    assert message == b"\x00" + number.to_bytes(4) + b'{"id":5}'
    schema, value = mine.to_connect("t", b"\x00\x00\x00\x00\x01" + b'{"id":5}')
    assert (schema and schema.name, value) == ("new", {"id": 5, "x": None})


def test_the_latest_schema_must_be_able_to_read_what_is_written(registry: Registry, converter: Make) -> None:
    mine = converter(auto_register_schemas="false", use_latest_version="true")
    first = register(registry, "t-value", {"type": "object", "properties": {"id": {"type": "integer"}}})
    assert (
        mine.from_connect("t", WIDGET, {"id": 5, "name": None}) == b"\x00" + first.to_bytes(4) + b'{"id":5,"name":null}'
    )
    register(registry, "u-value", {"type": "object", "properties": {"id": {"type": "string"}}})
    with pytest.raises(DataError, match="serialization error of topic u") as caught:
        mine.from_connect("u", WIDGET, {"id": 5, "name": None})
    cause = caught.value.__cause__ and caught.value.__cause__.__cause__
    assert "Set latest.compatibility.strict=false" in str(cause)


def test_the_id_may_stand_in_a_header(registry: Registry, converter: Make) -> None:
    serializer = "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer"
    mine = converter(**{"value.schema.id.serializer": serializer})
    headers: list[tuple[str, bytes | None]] = []
    assert mine.from_connect("t", WIDGET, {"id": 1, "name": None}, headers) == b'{"id":1,"name":null}'
    assert [name for name, _ in headers] == ["__value_schema_id"]
    assert mine.to_connect("t", b'{"id":1,"name":null}', headers)[1] == {"id": 1, "name": None}


def test_subjects_may_be_named_by_the_record(registry: Registry, converter: Make) -> None:
    strategy = "io.confluent.kafka.serializers.subject.RecordNameStrategy"
    mine = converter(**{"value.subject.name.strategy": strategy})
    message = mine.from_connect("t", WIDGET, {"id": 1, "name": None})
    assert registered(registry, "widgets")["title"] == "widgets"
    assert mine.to_connect("t", message)[1] == {"id": 1, "name": None}


def test_messages_are_validated_where_asked(registry: Registry, converter: Make) -> None:
    number = register(registry, "t-value", {"type": "object", "properties": {"id": {"type": "integer", "minimum": 3}}})
    lenient, strict = converter(), converter(json_fail_invalid_schema="true")
    message = b"\x00" + number.to_bytes(4) + b'{"id":1}'
    assert lenient.to_connect("t", message)[1] == {"id": 1}
    with pytest.raises(DataError, match="serialization error of topic t") as caught:
        strict.to_connect("t", message)
    place = caught.value.__cause__ and caught.value.__cause__.__cause__ and caught.value.__cause__.__cause__.__cause__
    assert str(place) == "#/id: does not match the keyword minimum"
    assert strict.to_connect("t", message[:5] + b'{"id":4}')[1] == {"id": 4}
    value = random_value(RICH, Random(5))
    assert strict.to_connect("u", strict.from_connect("u", RICH, value))[1] == value
    latest = converter(
        json_fail_invalid_schema="true", auto_register_schemas="false", use_latest_version="true",
        latest_compatibility_strict="false",
    )  # fmt: skip
    assert (
        latest.from_connect("t", WIDGET, {"id": 4, "name": None})
        == b"\x00" + number.to_bytes(4) + b'{"id":4,"name":null}'
    )
    with pytest.raises(DataError, match="serialization error of topic t"):
        latest.from_connect("t", WIDGET, {"id": 1, "name": None})


@pytest.mark.parametrize("data", [b"", b"x", b"\x00\x00", b"\x00\x00\x00\x00\x63{}", b'{"id":1}', b"\x01\x02"])
def test_what_is_not_framed_or_not_known(registry: Registry, converter: Make, data: bytes) -> None:
    mine = converter()
    with pytest.raises(DataError, match=r"serialization error of topic t: $"):
        mine.to_connect("t", data)


def test_trouble_of_the_registry_is_retriable_and_passes(registry: Registry, converter: Make) -> None:
    mine = converter(max_retries="0")
    for _ in range(2):  # the look-up of the subject, too, goes to the registry
        registry.trouble(Answer(503, 50300))
    with pytest.raises(Retriable):
        mine.from_connect("t", WIDGET, {"id": 1, "name": None})
    registry.requests.clear()
    for _ in range(3):
        try:
            message = mine.from_connect("t", WIDGET, {"id": 1, "name": None})
        except Retriable:
            continue
        break
    assert message == b'\x00\x00\x00\x00\x01{"id":1,"name":null}'


def test_mutations_of_good_messages_raise_data_errors_only(registry: Registry, converter: Make) -> None:
    random = Random(11)
    mine = converter()
    schemas: list[Schema] = [WIDGET, RICH, OPTIONAL_STRING, array(RICH)]
    refused = 0
    for number in range(1000):
        schema = schemas[number % len(schemas)]
        good = mine.from_connect("t", schema, random_value(schema, random))
        assert good is not None
        try:
            mine.to_connect("t", _mutated(good, random))
        except DataError:
            refused += 1
        except ConnectError as error:  # pragma: no cover - the point of the test
            pytest.fail(f"{type(error).__name__} for {good!r}")
    assert refused > 100


def _mutated(data: bytes, random: Random) -> bytes:
    place = random.randrange(len(data))
    kind = random.randrange(4)
    if kind == 0:
        return data[:place]
    if kind == 1:
        return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]
    if kind == 2:
        return data[:place] + random.choice((b'"', b"{", b"9" * 30, b"\xff", b"\\u12", b"1e999999999")) + data[place:]
    return data[:place] + data[random.randrange(len(data)) :]
