"""The registry's client against a real server: ids, versions, failures, retries, failover, credentials."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_core.converters.schema_registry import Reference, RegistryConfig, RestError, SchemaId, SchemaRegistry
from connect_core.converters.schema_registry.errors import TimedOut, Unreachable
from connect_core.converters.schema_registry.transport import Transport
from connect_core.errors import ConfigError, Retriable
from tests.registry import Answer, Delay, Drop, Registry

RECORD = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'


def parsed(url: str, **more: str) -> RegistryConfig:
    keys = {name.replace("_", "."): value for name, value in more.items()}
    return RegistryConfig.parse({"schema.registry.url": url, "converter.type": "value", **keys})


@pytest.fixture
def client(registry: Registry) -> SchemaRegistry:
    return quick(registry.url)


OPEN: list[SchemaRegistry] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    WAITS.clear()
    yield
    while OPEN:
        OPEN.pop().close()


WAITS: list[float] = []
"""What the clients of the present test would have slept."""


def quick(url: str, kind: str = "AVRO", **more: str) -> SchemaRegistry:
    """A client that does not wait between retries."""
    config = parsed(url, **more)
    OPEN.append(SchemaRegistry(config, kind, transport=Transport(config, sleep=WAITS.append)))
    return OPEN[-1]


def test_a_schema_is_registered_and_found_again(registry: Registry, client: SchemaRegistry) -> None:
    made = client.register("t-value", RECORD)
    assert client.register("t-value", RECORD) == made
    assert registry.asked("POST") == 1
    assert client.lookup("t-value", RECORD) == made
    found = client.schema(made.id or 0)
    assert (found.text, found.type, found.references, found.schema_id) == (RECORD, "AVRO", (), made)
    assert client.schema_by_guid(str(made.guid)).text == RECORD
    assert client.schema_of(SchemaId(None, made.guid)).text == RECORD
    assert client.version_of("t-value", RECORD) == 1
    assert client.latest("t-value").version == 1
    assert client.version("t-value", 1).id == made.id


def test_answers_are_asked_once(registry: Registry, client: SchemaRegistry) -> None:
    made = client.register("t-value", RECORD)
    for _ in range(3):
        client.schema(made.id or 0, "t-value")
        client.version_of("t-value", RECORD)
        client.latest("t-value")
        client.version("t-value", 1)
    assert len(registry.requests) == 5


def test_only_so_many_answers_are_kept(registry: Registry) -> None:
    client = quick(registry.url, max_schemas_per_subject="1")
    first, second = client.register("a", '"int"'), client.register("b", '"long"')
    for made in (first, second, first):
        client.schema(made.id or 0)
    assert registry.asked("GET") == 3


def test_latest_is_asked_again_after_its_time(registry: Registry) -> None:
    client = quick(registry.url, latest_cache_ttl_sec="0")
    client.register("a", '"int"')
    assert [client.latest("a").version for _ in range(2)] == [1, 1]
    assert registry.asked("GET", "/subjects/a/versions/latest") == 2


def test_references_are_resolved_depth_first(registry: Registry) -> None:
    client = quick(registry.url, "JSON")
    client.register("inner", '{"type":"string"}')
    client.register("middle", '{"$ref":"i"}', [Reference("i", "inner", 1)])
    made = client.register("outer", '{"$ref":"m"}', [Reference("m", "middle", 1)])
    found = client.schema(made.id or 0)
    assert found.type == "JSON"
    assert list(client.resolve(found.references)) == ["i", "m"]


def test_names_are_quoted_in_paths(registry: Registry, client: SchemaRegistry) -> None:
    name = "a/b c?d#e%é"
    client.register(name, '"int"')
    assert list(registry.store.subjects) == [name]
    assert client.latest(name).subject == name


def test_metadata_finds_a_version(registry: Registry, client: SchemaRegistry) -> None:
    registry.store.register(
        "s", {"schema": '"int"', "metadata": {"properties": {"app": "1", "confluent:version": "9"}}}
    )
    registry.store.levels[None] = "NONE"
    registry.store.register("s", {"schema": '"long"'})
    found = client.with_metadata("s", {"app": "1"})
    assert (found.text, found.told_version) == ('"int"', 9)


@pytest.mark.parametrize(
    ("ask", "status", "message"),
    [
        (lambda c: c.schema(99), 404, "Schema 99 not found; error code: 40403"),
        (lambda c: c.latest("none"), 404, "Subject 'none' not found.; error code: 40401"),
        (lambda c: c.version("s", 7), 404, "Version 7 not found.; error code: 40402"),
        (lambda c: c.lookup("s", '"long"'), 404, "Schema not found; error code: 40403"),
        (lambda c: c.schema_by_guid("89791762-2336-4186-9674-299b90a802e2"), 404, "error code: 40403"),
        (lambda c: c.register("s", "{"), 422, "error code: 42201"),
    ],
)
def test_errors_carry_status_and_code(
    client: SchemaRegistry, ask: Callable[[SchemaRegistry], Any], status: int, message: str
) -> None:
    client.register("s", '"int"')
    with pytest.raises(RestError) as caught:
        ask(client)
    assert caught.value.status == status
    assert message in str(caught.value)


def test_failures_are_retried_then_told(registry: Registry) -> None:
    client = quick(registry.url, max_retries="2")
    registry.trouble(Answer(500, 50001), Answer(429))
    assert client.register("s", '"int"').id == 1
    registry.trouble(*[Answer(503)] * 3)
    with pytest.raises(RestError, match="error code: 503"):
        client.register("s", '"long"')


def test_waits_between_retries_grow_and_end(registry: Registry) -> None:
    client = quick(registry.url, max_retries="5", retries_wait_ms="100", retries_max_wait_ms="300")
    registry.trouble(*[Answer(502)] * 5)
    client.register("s", '"int"')
    assert all(0 <= wait <= limit for wait, limit in zip(WAITS, (0.1, 0.2, 0.3, 0.3, 0.3), strict=True))


def test_a_client_error_is_not_retried(registry: Registry, client: SchemaRegistry) -> None:
    registry.trouble(Answer(409))
    with pytest.raises(RestError):
        client.register("s", '"int"')
    assert len(registry.requests) == 1


def test_dropped_connections_are_retried(registry: Registry, client: SchemaRegistry) -> None:
    registry.trouble(Drop(), Drop())
    assert client.register("s", '"int"').id == 1


def test_nobody_there_is_unreachable(registry: Registry) -> None:
    registry.trouble(*[Drop()] * 4)
    with pytest.raises(Unreachable, match="cannot be reached"):
        quick(registry.url).register("s", '"int"')


def test_a_slow_registry_times_out(registry: Registry) -> None:
    registry.trouble(Delay(0.5))
    with pytest.raises(TimedOut):
        quick(registry.url, http_read_timeout_ms="50", max_retries="0").register("s", '"int"')


def test_the_next_url_is_tried_and_kept(registry: Registry) -> None:
    with Registry() as broken:
        client = quick(f"{broken.url},{registry.url}", max_retries="0")
        broken.trouble(Answer(500))
        client.register("s", '"int"')
        client.register("s2", '"int"')
        assert (len(broken.requests), len(registry.requests)) == (1, 2)
        registry.trouble(Drop())
        client.register("s3", '"int"')
        assert len(broken.requests) == 2


def test_an_answer_that_is_no_json_is_shown(registry: Registry, client: SchemaRegistry) -> None:
    registry.trouble(Answer(404, body=b"<html>"))
    with pytest.raises(RestError, match=r"Unable to parse error message from schema registry: '\(<html>\)'"):
        client.latest("s")


@pytest.mark.parametrize(
    "keys",
    [
        {"basic_auth_credentials_source": "USER_INFO", "basic_auth_user_info": "me:secret"},
        {"basic_auth_credentials_source": "USER_INFO", "schema_registry_basic_auth_user_info": "me:secret"},
        {
            "basic_auth_credentials_source": "SASL_INHERIT",
            "sasl_jaas_config": 'x.PlainLoginModule required username="me" password="secret";',
        },
    ],
)
def test_basic_credentials(registry: Registry, keys: dict[str, str]) -> None:
    registry.credentials = "me:secret"
    assert quick(registry.url, **keys).register("s", '"int"').id == 1


def test_credentials_in_the_url(registry: Registry) -> None:
    registry.credentials = "me%40here:p%2Fw"  # as it stands in the URL
    client = quick(registry.url.replace("http://", "http://me%40here:p%2Fw@"))
    assert client.register("s", '"int"').id == 1
    with pytest.raises(RestError, match="Unauthorized"):
        quick(registry.url).register("s", '"int"')


def test_a_static_token(registry: Registry) -> None:
    registry.token = "abc"
    keys = {
        "bearer_auth_credentials_source": "STATIC_TOKEN",
        "bearer_auth_token": "abc",
        "bearer_auth_logical_cluster": "l1",
    }
    assert quick(registry.url, **keys).register("s", '"int"').id == 1
    assert registry.headers[-1]["target-sr-cluster"] == "l1"


def test_headers_of_requests_are_configurable(registry: Registry) -> None:
    quick(registry.url, **{"request.header.X-Who": "mé"}).register("s", '"int"')
    assert registry.headers[-1]["X-Who"].encode("iso-8859-1").decode() == "mé"
    assert registry.headers[-1]["Content-Type"] == "application/vnd.schemaregistry.v1+json"


@pytest.mark.parametrize(
    ("url", "keys", "message"),
    [
        ("", {}, "Missing registry base url"),
        ("ftp://x", {}, "Invalid value ftp://x for configuration schema.registry.url"),
        ("secret:pw@host", {}, "Invalid value host for configuration"),
        ("http://h", {"basic_auth_credentials_source": "USER_INFO"}, "UserInfo must be provided"),
        ("http://h", {"basic_auth_credentials_source": "URL", "bearer_auth_credentials_source": "X"}, "Only one of"),
        ("http://h", {"basic_auth_credentials_source": "NOPE"}, "use one of URL, USER_INFO, SASL_INHERIT"),
        ("http://h", {"bearer_auth_credentials_source": "STATIC_TOKEN"}, "Token must be provided"),
        ("http://h", {"bearer_auth_credentials_source": "OAUTHBEARER"}, "bearer.auth.issuer.endpoint.url"),
        ("https://h", {"schema_registry_ssl_truststore_location": "/none"}, "cannot be read"),
        ("https://h", {"schema_registry_ssl_enabled_protocols": "SSLv3"}, "use some of"),
    ],
)
def test_wrong_settings_are_named(url: str, keys: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        quick(url, **keys)
    assert "pw" not in str(caught.value)


def test_tokens_of_an_oauth_server(registry: Registry) -> None:
    registry.token = "abc"
    keys = {
        "bearer_auth_credentials_source": "OAUTHBEARER",
        "bearer_auth_issuer_endpoint_url": f"{registry.url}/token",
        "bearer_auth_client_id": "me",
        "bearer_auth_client_secret": "secret",
        "bearer_auth_scope": "all",
    }
    client = quick(registry.url, **keys)
    registry.trouble(Answer(200, body=b'{"access_token":"abc","expires_in":3600}'))
    client.register("s", '"int"')
    client.register("s2", '"int"')
    assert [path.partition("?")[0] for _, path in registry.requests] == [
        "/token",
        "/subjects/s/versions",
        "/subjects/s2/versions",
    ]
    assert registry.headers[0]["Authorization"] == "Basic bWU6c2VjcmV0"


def test_tokens_are_renewed_before_they_end(registry: Registry) -> None:
    keys = {
        "bearer_auth_credentials_source": "SASL_OAUTHBEARER_INHERIT",
        "sasl_oauthbearer_token_endpoint_url": f"{registry.url}/token",
        "sasl_jaas_config": 'x.OAuthBearerLoginModule required clientId=\'me\' clientSecret="s\\"t";',
    }
    client = quick(registry.url, **keys)
    token = Answer(200, body=b'{"access_token":"abc","expires_in":60}')  # less than the margin of 300 s
    for _ in range(2):
        registry.trouble(token)
        with pytest.raises(RestError):
            client.latest("s")
    assert registry.asked("POST", "/token") == 2


def test_no_token_is_retriable(registry: Registry) -> None:
    keys = {
        "bearer_auth_credentials_source": "OAUTHBEARER",
        "bearer_auth_issuer_endpoint_url": f"{registry.url}/token",
        "bearer_auth_client_id": "me",
        "bearer_auth_client_secret": "secret",
    }
    registry.trouble(Answer(503))
    with pytest.raises(Retriable, match="No token from") as caught:
        quick(registry.url, **keys).latest("s")
    assert "secret" not in str(caught.value)
