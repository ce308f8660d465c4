"""AvroConverter with a registry: which id is written, what is read, how failures come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_core.converters.avro import AvroConverter
from connect_core.converters.schema_registry.errors import NotAuthenticated, Unreachable
from connect_core.data import Schema, Type, struct
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError, Retriable
from tests.registry import Answer, Delay, Drop, Registry

USER = struct([("id", INT32), ("name", OPTIONAL_STRING)], name="com.acme.User")
WIDER = (
    '{"type":"record","name":"User","namespace":"com.acme","fields":[{"name":"extra","type":"string","default":"-"},'
    '{"name":"name","type":["null","string"],"default":null},{"name":"id","type":"long"}]}'
)
ID = "io.confluent.kafka.serializers.schema.id."
SUBJECT = "io.confluent.kafka.serializers.subject."

type Make = Callable[..., AvroConverter]


@pytest.fixture
def make(registry: Registry) -> Iterator[Make]:
    """A converter of this test's registry: ``make(use_latest_version="true")``."""
    made: list[AvroConverter] = []

    def converter(*, is_key: bool = False, **keys: str) -> AvroConverter:
        found = AvroConverter()
        made.append(found)
        config = {"schema.registry.url": registry.url, "retries.wait.ms": "0"}
        found.configure(config | {k.replace("_", "."): v for k, v in keys.items()}, is_key=is_key)
        return found

    yield converter
    for one in made:
        one.close()


def test_a_round_trip_asks_the_registry_once(registry: Registry, make: Make) -> None:
    writer, reader = make(), make()
    encode, decode = writer.encoder("t", USER), reader.decoder("t")
    for number in range(3):
        data = encode({"id": number, "name": "x"})
        assert data is not None
        assert data[:5] == b"\0\0\0\0\1"
        assert decode(data) == (USER.replace(version=1), {"id": number, "name": "x"})
    assert registry.asked("POST", "/subjects/t-value/versions") == 1
    assert registry.asked("GET", "/schemas/ids/1") == 1


def test_nulls_register_nothing(registry: Registry, make: Make) -> None:
    converter = make()
    assert converter.encoder("t", USER.replace(optional=True))(None) is None
    assert converter.encoder("t", None)(None) is None
    assert converter.decoder("t")(None) == (None, None)
    assert not registry.requests


def test_a_refused_value_registers_nothing(registry: Registry, make: Make) -> None:
    with pytest.raises(DataError, match="Found null value for non-optional schema"):
        make().encoder("t", USER)({"id": None})
    assert not [path for method, path in registry.requests if method == "POST"]


def test_keys_have_their_own_subject(registry: Registry, make: Make) -> None:
    make(is_key=True).encoder("t", INT32)(1)
    assert list(registry.store.subjects) == ["t-key"]


@pytest.mark.parametrize(
    ("strategy", "subject"),
    [
        ("TopicNameStrategy", "t-value"),
        ("RecordNameStrategy", "com.acme.User"),
        ("TopicRecordNameStrategy", "t-com.acme.User"),
        ("AssociatedNameStrategy", "t-value"),
    ],
)
def test_subjects(registry: Registry, make: Make, strategy: str, subject: str) -> None:
    converter = make(value_subject_name_strategy=SUBJECT + strategy)
    data = converter.encoder("t", USER)({"id": 1})
    assert list(registry.store.subjects) == [subject]
    assert converter.decoder("t")(data)[0] is USER.replace(version=1)


def test_an_associated_subject(registry: Registry, make: Make) -> None:
    registry.store.associations["t", "value"] = ["chosen"]
    make().encoder("t", USER)({"id": 1})
    assert list(registry.store.subjects) == ["chosen"]


def test_record_names_need_a_record(make: Make) -> None:
    with pytest.raises(DataError, match="Failed to serialize Avro data from topic t :") as caught:
        make(value_subject_name_strategy=f"{SUBJECT}RecordNameStrategy").encoder("t", STRING)("x")
    assert "the message value must only be a record schema" in str(caught.value.__cause__)


def test_without_registering_the_schema_must_be_there(registry: Registry, make: Make) -> None:
    encode = make(auto_register_schemas="false").encoder("t", USER)
    with pytest.raises(DataError) as caught:
        encode({"id": 1})
    assert str(caught.value.__cause__).startswith("Error retrieving Avro schema")
    make().encoder("t", USER)({"id": 1})
    assert encode({"id": 1}) == b"\0\0\0\0\1\2\0"


def test_the_latest_version_is_written_by_name(registry: Registry, make: Make) -> None:
    registry.store.register("t-value", {"schema": WIDER})
    encode = make(auto_register_schemas="false", use_latest_version="true").encoder("t", USER)
    assert encode({"id": 1, "name": "x"}) == b"\0\0\0\0\1\2-\2\2x\2"
    reader = make()
    assert reader.decoder("t")(b"\0\0\0\0\1\2-\2\2x\2")[1] == {"extra": "-", "name": "x", "id": 1}


def test_the_latest_version_must_be_able_to_read(registry: Registry, make: Make) -> None:
    registry.store.register("t-value", {"schema": '"boolean"'})
    settings = {"auto_register_schemas": "false", "use_latest_version": "true"}
    with pytest.raises(DataError) as caught:
        make(**settings).encoder("t", INT32)(1)
    assert "latest.compatibility.strict=false" in str(caught.value.__cause__.__cause__)  # type: ignore[union-attr]
    with pytest.raises(DataError):
        make(**settings, latest_compatibility_strict="false").encoder("t", INT32)(1)


def test_the_latest_version_is_looked_at_again(registry: Registry, make: Make) -> None:
    settings = {"auto_register_schemas": "false", "use_latest_version": "true", "latest_cache_ttl_sec": "0"}
    registry.store.register("t-value", {"schema": '"int"'})
    encode = make(**settings).encoder("t", INT32)
    assert encode(1) == b"\0\0\0\0\1\2"
    registry.store.register("t-value", {"schema": '"long"'})
    assert encode(1) == b"\0\0\0\0\2\2"


def test_one_id_and_one_guid_and_metadata(registry: Registry, make: Make) -> None:
    registry.store.register("t-value", {"schema": '"int"', "metadata": {"properties": {"app": "x"}}})
    registry.store.register("t-value", {"schema": '"long"'})
    guid = registry.store.contents[2].guid
    off = {"auto_register_schemas": "false"}
    assert make(**off, use_schema_id="2").encoder("t", INT32)(1) == b"\0\0\0\0\2\2"
    assert make(**off, use_schema_guid=guid).encoder("t", INT64)(1) == b"\0\0\0\0\2\2"
    assert make(**off, use_latest_with_metadata="app=x").encoder("t", INT32)(1) == b"\0\0\0\0\1\2"


def test_the_guid_goes_into_a_header(registry: Registry, make: Make) -> None:
    converter = make(value_schema_id_serializer=f"{ID}HeaderSchemaIdSerializer")
    assert converter.writes_headers
    headers: list[tuple[str, bytes | None]] = [("other", b"1")]
    data = converter.from_connect("t", USER, {"id": 1}, headers)
    assert data == b"\2\0"
    assert [name for name, _ in headers] == ["other", "__value_schema_id"]
    assert (headers[1][1] or b"")[:1] == b"\1"
    assert converter.from_connect("t", USER, {"id": 1}, headers) == b"\2\0"
    assert len(headers) == 2
    reader = make()
    assert reader.reads_headers == {"__value_schema_id"}
    assert reader.to_connect("t", data, headers)[1] == {"id": 1, "name": None}
    with pytest.raises(DataError):
        converter.from_connect("t", USER, {"id": 1})


def test_a_guid_before_the_payload(registry: Registry, make: Make) -> None:
    version = registry.store.register("t-value", {"schema": '"int"'})
    guid = bytes.fromhex(registry.store.contents[version.id].guid.replace("-", ""))
    assert make().decoder("t")(b"\1" + guid + b"\2") == (INT32.replace(version=1), 1)


def test_references_are_followed(registry: Registry, make: Make) -> None:
    registry.store.register("inner", {"schema": '{"type":"record","name":"a.I","fields":[{"name":"x","type":"int"}]}'})
    outer = '{"type":"record","name":"O","fields":[{"name":"i","type":"a.I"},{"name":"j","type":["null","a.I"]}]}'
    reference = {"name": "a.I", "subject": "inner", "version": 1}
    registry.store.register("t-value", {"schema": outer, "references": [reference]})
    assert make().decoder("t")(b"\0\0\0\0\2\4\2\6")[1] == {"i": {"x": 2}, "j": {"x": 3}}


def test_unions_of_one_type(registry: Registry, make: Make) -> None:
    registry.store.register(
        "t-value", {"schema": '{"type":"record","name":"R","fields":[{"name":"u","type":["int"]}]}'}
    )
    flat, whole = make(), make(flatten_singleton_unions="false")
    assert flat.decoder("t")(b"\0\0\0\0\1\0\2")[1] == {"u": 1}
    assert whole.decoder("t")(b"\0\0\0\0\1\0\2")[1] == {"u": {"int": 1}}


def test_generalized_unions_and_enums(registry: Registry, make: Make) -> None:
    text = (
        '{"type":"record","name":"R","fields":[{"name":"u","type":["null","int","string"]},'
        '{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}}]}'
    )
    registry.store.register("t-value", {"schema": text})
    converter = make(generalized_sum_type_support="true")
    schema, value = converter.decoder("t")(b"\0\0\0\0\1\2\2\2")
    assert schema is not None
    assert value == {"u": {"connect_union_field_1": 1, "connect_union_field_2": None}, "e": "B"}
    union, enum = (field.schema for field in schema.fields)
    assert union.parameters == {"org.apache.kafka.connect.data.Union": "connect_union_0"}
    assert enum.parameters["org.apache.kafka.connect.data.Enum.B"] == "1"
    assert converter.encoder("u", schema)(value)[5:] == b"\2\2\2"  # type: ignore[index]


def test_nulls_stay_nulls_where_told(make: Make) -> None:
    schema = struct([("a", Schema(Type.STRING, optional=True, default="d"))])
    assert make().encoder("t", schema)({"a": None})[5:] == b"\0\2d"  # type: ignore[index]
    assert make(ignore_default_for_nullables="true").encoder("t2", schema)({"a": None})[5:] == b"\2"  # type: ignore[index]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Answer(500, 50001), Retriable),
        (Answer(502), Retriable),
        (Answer(429), Retriable),
        (Answer(401), NotAuthenticated),
        (Answer(422, 42201), DataError),
        (Answer(409), DataError),
        (Drop(), Unreachable),
        (Delay(0.5), Retriable),
    ],
)
def test_trouble_with_the_registry(registry: Registry, make: Make, trouble: Any, kind: type[Exception]) -> None:
    converter = make(max_retries="0", http_read_timeout_ms="100")
    registry.store.associations["x", "value"] = []  # the registry knows the end point: no 404 to remember
    encode = converter.encoder("t", USER)
    with pytest.raises(DataError):
        encode({"id": "wrong"})
    registry.trouble(Answer(404), trouble)  # the look-up of an association, then registering
    with pytest.raises(kind) as caught:
        encode({"id": 1})
    if isinstance(caught.value, (Retriable, DataError)):
        assert "topic t" in str(caught.value)
    assert encode({"id": 1}) == b"\0\0\0\0\1\2\0"
    registry.trouble(trouble)
    with pytest.raises(kind):
        converter.decoder("t")(b"\0\0\0\0\1\2\0")
    assert converter.decoder("t")(b"\0\0\0\0\1\2\0")[1] == {"id": 1, "name": None}


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "Error deserializing schema ID"),
        (b"\0\0\0", "Error deserializing schema ID"),
        (b"\7abcdef", "Error deserializing schema ID"),
        (b"\0\0\0\0\x63\0", "Error retrieving Avro value schema for id 99"),
        (b"\1" + bytes(16), "Error retrieving Avro value schema for id 00000000-0000-0000-0000-000000000000"),
    ],
)
def test_unreadable_messages(make: Make, data: bytes, cause: str) -> None:
    with pytest.raises(DataError, match="Failed to deserialize data for topic t to Avro: ") as caught:
        make().decoder("t")(data)
    assert str(caught.value.__cause__) == cause


def test_a_schema_of_another_kind(registry: Registry, make: Make) -> None:
    registry.store.register("t-value", {"schema": '{"type":"string"}', "schemaType": "JSON"})
    with pytest.raises(DataError, match="Failed to deserialize"):
        make().decoder("t")(b"\0\0\0\0\1\0")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"value_subject_name_strategy": "x.Y"}, "value.subject.name.strategy"),
        ({"value_schema_id_serializer": "x.Y"}, "value.schema.id.serializer"),
        ({"context_name_strategy": "x.Y"}, "context.name.strategy"),
        ({"use_latest_with_metadata": "x"}, "expected key=value"),
        ({"use_schema_id": "x"}, "Not a number of type INT"),
        ({"subject_name_strategy_fallback_type": "x"}, "subject.name.strategy.fallback.type"),
    ],
)
def test_wrong_settings_are_named(make: Make, keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(**keys)


def test_the_url_is_required() -> None:
    with pytest.raises(ConfigError, match=r'Missing required configuration "schema\.registry\.url"'):
        AvroConverter().configure({}, is_key=False)
