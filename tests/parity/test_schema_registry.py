"""The tests' schema registry is one: Confluent's own client works with it, and finds the errors it expects."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from connect_core.config.key import REQUIRED
from connect_core.converters.avro import AvroConverterConfig
from connect_core.converters.schema_registry import SchemaRegistry
from connect_core.converters.schema_registry.config import RegistryConfig
from tests.parity.bridge import Bridge, JavaError
from tests.registry import Answer, Registry

CLIENT = "io.confluent.kafka.schemaregistry.client."
RECORD = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
WIDER = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":1}]}'


class Client:
    """Confluent's CachedSchemaRegistryClient."""

    def __init__(self, jpype: ModuleType, url: str, **config: str) -> None:
        self.bridge = bridge = Bridge(jpype)
        providers, urls, settings = (bridge.new(f"java.util.{kind}") for kind in ("ArrayList", "ArrayList", "HashMap"))
        providers.add(bridge.new("io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider"))
        urls.add(bridge.text(url))
        for key, value in config.items():
            settings.put(bridge.text(key.replace("_", ".")), bridge.text(value))
        self.java = bridge.new(f"{CLIENT}CachedSchemaRegistryClient", urls, 10, providers, settings)

    def schema(self, text: str) -> Any:
        return self.bridge.new("io.confluent.kafka.schemaregistry.avro.AvroSchema", self.bridge.text(text))

    def __call__(self, method: str, *arguments: Any) -> Any:
        texts = [self.bridge.text(a) if isinstance(a, str) else a for a in arguments]
        return self.bridge.call(getattr(self.java, method), *texts)


@pytest.fixture
def client(confluent: ModuleType, registry: Registry) -> Client:
    return Client(confluent, registry.url)


def test_schemas_ids_and_versions(client: Client, registry: Registry) -> None:
    first, second = client.schema(RECORD), client.schema(WIDER)
    assert client("register", "s", first) == 1
    assert client("register", "other", client.schema(RECORD)) == 1
    assert client("register", "s", second) == 2
    assert client("getVersion", "s", second) == 2
    assert [int(v) for v in client("getAllVersions", "s")] == [1, 2]
    assert sorted(str(s) for s in client("getAllSubjects")) == ["other", "s"]
    assert sorted(str(s) for s in client("getAllSubjectsById", 1)) == ["other", "s"]
    latest = client("getLatestSchemaMetadata", "s")
    assert (latest.getId(), latest.getVersion(), str(latest.getSchema())) == (2, 2, WIDER)
    assert str(client("getSchemaMetadata", "s", 1).getSchema()) == RECORD
    fresh = Client(client.bridge.jpype, registry.url)
    assert str(fresh("getSchemaById", 2).canonicalString()) == WIDER
    assert fresh("getId", "s", fresh.schema(RECORD)) == 1


def test_a_reference_is_resolved(client: Client, registry: Registry) -> None:
    bridge = client.bridge
    client("register", "inner", client.schema(RECORD))
    reference = bridge.new(
        f"{CLIENT}rest.entities.SchemaReference",
        bridge.text("R"),
        bridge.text("inner"),
        bridge.new("java.lang.Integer", 1),
    )
    outer = '{"type":"record","name":"O","fields":[{"name":"r","type":"R"}]}'
    resolved = bridge.new("java.util.HashMap")
    resolved.put(bridge.text("R"), bridge.text(RECORD))
    references = bridge.new("java.util.ArrayList")
    references.add(reference)
    name = "io.confluent.kafka.schemaregistry.avro.AvroSchema"
    schema = bridge.jpype.JClass(name)(bridge.text(outer), references, resolved, None)
    assert client("register", "outer", schema) == 2
    fresh = Client(bridge.jpype, registry.url)
    found = fresh("getSchemaById", 2)
    assert str(found.canonicalString()) == outer
    assert str(found.references().get(0).getSubject()) == "inner"


def test_compatibility(client: Client) -> None:
    client("register", "s", client.schema(RECORD))
    assert str(client("getCompatibility", None)) == "BACKWARD"
    assert client("testCompatibility", "s", client.schema(WIDER))
    wrong = client.schema('{"type":"record","name":"R","fields":[{"name":"z","type":"int"}]}')
    assert not client("testCompatibility", "s", wrong)
    with pytest.raises(JavaError, match=r"Schema being registered is incompatible.*; error code: 409"):
        client("register", "s", wrong)
    assert str(client("updateCompatibility", "s", "NONE")) == "NONE"
    assert client("register", "s", wrong) == 2


def test_modes(client: Client) -> None:
    assert str(client("getMode")) == "READWRITE"
    assert str(client("setMode", "READONLY", "s")) == "READONLY"
    with pytest.raises(JavaError, match="Subject s is in read-only mode; error code: 42205"):
        client("register", "s", client.schema('"int"'))


def test_deleting(client: Client) -> None:
    for text in ('"int"', '"long"'):
        client("register", "s", client.schema(text))
    assert client("deleteSchemaVersion", "s", "1") == 1
    with pytest.raises(JavaError, match="error code: 40406"):
        client("deleteSchemaVersion", "s", "1")
    assert [int(v) for v in client("getAllVersions", "s")] == [2]
    assert [int(v) for v in client("deleteSubject", "s")] == [2]
    with pytest.raises(JavaError, match=r"Subject 's' not found\.; error code: 40401"):
        client("getLatestSchemaMetadata", "s")
    assert str(client("getSchemaById", 1).canonicalString()) == '"int"'


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: c("getSchemaById", 99), "Schema 99 not found; error code: 40403"),
        (lambda c: c("getLatestSchemaMetadata", "none"), "Subject 'none' not found.; error code: 40401"),
        (lambda c: c("getSchemaMetadata", "s", 9), "Version 9 not found.; error code: 40402"),
        (lambda c: c("getId", "s", c.schema('"long"')), "Schema not found; error code: 40403"),
        (
            lambda c: c("getCompatibility", "none"),
            "does not have subject-level compatibility configured; error code: 40408",
        ),
        (lambda c: c("updateCompatibility", "s", "WHAT"), "Invalid compatibility level. .*; error code: 42203"),
        (lambda c: c("setMode", "WHAT", "s"), "Invalid mode. .*; error code: 42204"),
    ],
)
def test_errors_have_their_codes(client: Client, call: Callable[[Client], Any], message: str) -> None:
    client("register", "s", client.schema('"int"'))
    with pytest.raises(JavaError, match=message) as caught:
        call(client)
    assert caught.value.name == f"{CLIENT}rest.exceptions.RestClientException"


def test_credentials(confluent: ModuleType, registry: Registry) -> None:
    registry.credentials = "me:secret"
    with pytest.raises(JavaError, match="Unauthorized; error code: 401"):
        Client(confluent, registry.url)("getAllSubjects")
    keys = {"basic_auth_credentials_source": "USER_INFO", "basic_auth_user_info": "me:secret"}
    assert not Client(confluent, registry.url, **keys)("getAllSubjects")
    registry.forbidden.add("s")
    with pytest.raises(JavaError, match="error code: 40301"):
        Client(confluent, registry.url, **keys)("getAllVersions", "s")


@pytest.mark.parametrize("user_info", ["me:secret", "me%40here:p%2Fw", "me:p%zz", "m+e:", "me:a:b"])
def test_credentials_in_the_url(confluent: ModuleType, registry: Registry, user_info: str) -> None:
    registry.credentials = user_info
    url = registry.url.replace("http://", f"http://{user_info}@")
    assert not Client(confluent, url, basic_auth_credentials_source="URL")("getAllSubjects")
    config = {"schema.registry.url": url, "converter.type": "value", "max.retries": "0"}
    ours = SchemaRegistry(RegistryConfig.parse(config), "AVRO")
    assert ours.register("s", '"int"').id == 1
    ours.close()


def test_trouble_on_demand(client: Client, registry: Registry) -> None:
    registry.trouble(Answer(500, 50001, "Error in the backend data store"))
    with pytest.raises(JavaError, match="Error in the backend data store; error code: 50001"):
        client("getAllSubjects")
    assert not client("getAllSubjects")


def test_keys_are_declared_as_in_the_original(confluent: ModuleType) -> None:
    """Release 7.0's keys, with 8.5's one other default; docs are our own words."""
    java = confluent.JClass("io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig").baseConfigDef()
    ours = {key.name: key for key in RegistryConfig.specs()}
    newer = {"key.subject.name.strategy", "value.subject.name.strategy"}
    for theirs in java.configKeys().values():
        name = str(theirs.name)
        mine = ours[name]
        assert mine.type == str(theirs.type()), name
        assert mine.spec.importance == str(theirs.importance), name
        if name in newer:
            assert str(theirs.defaultValue).endswith("TopicNameStrategy")
            continue
        assert _shown(mine.spec.default) == _shown(theirs.defaultValue), name


def test_data_options_are_declared_as_in_the_original(confluent: ModuleType) -> None:
    """Those of release 7.0; 8.5 has three more."""
    java = confluent.JClass("io.confluent.connect.avro.AvroDataConfig").baseConfigDef().configKeys()
    ours = {key.name: key for key in AvroConverterConfig.specs()}
    for theirs in java.values():
        mine = ours[str(theirs.name)]
        found = (mine.type, mine.spec.importance, _shown(mine.spec.default))
        assert found == (str(theirs.type()), str(theirs.importance), _shown(theirs.defaultValue)), mine.name
    inherited = {key.name for key in RegistryConfig.specs()}
    newer = {"flatten.singleton.unions", "generalized.sum.type.support", "ignore.default.for.nullables"}
    assert ours.keys() - inherited - {str(name) for name in java.keySet()} == newer


def _shown(value: Any) -> str:
    """A default as text: none, a required key's placeholder and an empty password are all empty."""
    text = "" if value is None or value is REQUIRED else str(value)
    if text.startswith("java.lang.Object@"):
        return ""
    for noise in ("class ", "[hidden]", "'"):
        text = text.replace(noise, "")
    return text.lower() if text in ("True", "False") else text
