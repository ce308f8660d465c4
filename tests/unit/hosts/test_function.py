"""The functions' settings: worker properties from the environment, logins from secrets, the deadline as a clock."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from connect_core.errors import ConfigError
from connect_core.hosts import function
from connect_core.hosts.function import DeadlineClock, key_of, properties, settings
from connect_core.kafka import settings as kafka_settings
from connect_core.telemetry import log_context

BASE = {
    "CONNECT_BOOTSTRAP_SERVERS": "b:9092",
    "CONNECT_GROUP_ID": "g",
    "CONNECT_CONFIG_STORAGE_TOPIC": "c",
    "CONNECT_OFFSET_STORAGE_TOPIC": "o",
    "CONNECT_STATUS_STORAGE_TOPIC": "s",
    "CONNECT_KEY_CONVERTER": "org.apache.kafka.connect.json.JsonConverter",
    "CONNECT_VALUE_CONVERTER": "org.apache.kafka.connect.json.JsonConverter",
}
SASL = {"CONNECT_SECURITY_PROTOCOL": "SASL_SSL", "CONNECTLESS_KAFKA_SECRET_ARN": "arn:k"}
SECRETS = {
    "arn:k": {"username": "me", "password": 'a"b\\c', "certificate": "CERT", "privateKey": "KEY"},
    "arn:ca": {"certificate": "ROOT"},
    "arn:none": {},
}


def fields(arn: str) -> Mapping[str, str]:
    return SECRETS[arn]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("CONNECT_GROUP_ID", "group.id"),
        ("CONNECT_CONFIG_STORAGE_TOPIC", "config.storage.topic"),
        ("CONNECT_PRODUCER_MAX__X", "producer.max_x"),
        ("CONNECT_A___B", "a-b"),
    ],
)
def test_variables_name_keys_as_the_images_do(name: str, key: str) -> None:
    assert key_of(name) == key


def test_empty_variables_are_not_set_and_lines_of_properties_win() -> None:
    env = {"CONNECT_GROUP_ID": "a", "CONNECT_SASL_MECHANISM": "", "CONNECTLESS_X": "y", "PATH": "z"}
    assert properties(env) == {"group.id": "a"}
    lines = "# more\ngroup.id=b\nconfig.providers=file\n"
    assert properties(env | {"CONNECTLESS_WORKER_PROPERTIES": lines}) == {"group.id": "b", "config.providers": "file"}


def test_a_plain_cluster_needs_no_secret() -> None:
    found = settings(BASE | {"CONNECTLESS_KAFKA_SECRET_ARN": "arn:k"}, fields)
    assert (found.group_id, found.topic("config"), found.exactly_once) == ("g", "c", True)
    assert not [key for key in found.properties if "sasl" in key]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ConfigError, match=r"config\.storage\.topic"):
        settings({key: value for key, value in BASE.items() if "CONFIG" not in key}, fields)


@pytest.mark.parametrize(
    ("mechanism", "module"), [("PLAIN", "plain.PlainLoginModule"), ("SCRAM-SHA-512", "scram.ScramLoginModule")]
)
def test_a_login_is_what_every_client_gets(mechanism: str, module: str) -> None:
    found = settings(BASE | SASL | {"CONNECT_SASL_MECHANISM": mechanism}, fields).properties
    assert module in found["sasl.jaas.config"]
    for prefix in ("", "producer.", "consumer.", "admin."):
        own = {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}
        client = kafka_settings.librdkafka(own | {"bootstrap.servers": "b"}, role="admin")
        assert (client["sasl.username"], client["sasl.password"]) == ("me", 'a"b\\c')
        assert client["security.protocol"] == "sasl_ssl"


def test_a_certificate_of_the_client_and_a_root_of_its_own() -> None:
    env = BASE | SASL | {"CONNECT_SECURITY_PROTOCOL": "SSL", "CONNECTLESS_CA_SECRET_ARN": "arn:ca"}
    found = settings(env, fields).properties
    assert found["ssl.keystore.certificate.chain"] == "CERT"
    assert found["consumer.ssl.truststore.certificates"] == "ROOT"
    client = kafka_settings.librdkafka(dict(found), role="admin")
    assert (client["ssl.certificate.pem"], client["ssl.key.pem"], client["ssl.ca.pem"]) == ("CERT", "KEY", "ROOT")


def test_a_secret_without_the_field_is_named_without_its_values() -> None:
    env = BASE | SASL | {"CONNECT_SASL_MECHANISM": "PLAIN", "CONNECTLESS_KAFKA_SECRET_ARN": "arn:none"}
    with pytest.raises(ConfigError, match=r"arn:none has no field 'username'; it has: none"):
        settings(env, fields)


def test_a_secret_needs_a_mechanism() -> None:
    with pytest.raises(ConfigError, match=r"sasl\.mechanism.*PLAIN, SCRAM-SHA-256"):
        settings(BASE | SASL, fields)


def test_iam_needs_no_secret() -> None:
    assert (
        "sasl.jaas.config" not in settings(BASE | SASL | {"CONNECT_SASL_MECHANISM": "AWS_MSK_IAM"}, fields).properties
    )


class Context:
    """Of an invocation that has this long to go."""

    def __init__(self, left_ms: float) -> None:
        self.left_ms = left_ms

    def get_remaining_time_in_millis(self) -> float:
        return self.left_ms


def test_the_deadline_keeps_a_margin() -> None:
    assert not DeadlineClock(Context(60_000)).stopping()
    late = DeadlineClock(Context(2_900))
    assert late.stopping()
    before = time.monotonic()
    late.sleep(30)
    assert time.monotonic() - before < 5
    assert late.deadline == pytest.approx(time.time() + 2.9, abs=2)


@pytest.fixture
def loggers() -> Iterator[None]:
    """The process's loggers as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in function.TALKATIVE}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, own in levels.items():
        logging.getLogger(name).setLevel(own)


@pytest.mark.usefixtures("loggers")
def test_lines_of_all_loggers_are_json_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    made = function.logger({"CONNECT_REST_ADVERTISED_HOST_NAME": "stack"})
    for handler in made.handlers:
        monkeypatch.setattr(handler, "stream", out)
    with log_context("orders", 3, secrets=["xyzzy"]):
        logging.getLogger("anywhere").info("connection.password=geheim of %s", "//u:pw@host/db")
        try:
            raise ValueError("the word is xyzzy")
        except ValueError:
            logging.getLogger("anywhere").exception("failed")
    logging.getLogger("botocore.credentials").info("found some")
    first: dict[str, Any]
    second: dict[str, Any]
    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["service"], first["context"]) == ("stack", "[orders|task-3]")
    assert "geheim" not in first["message"]
    assert "pw@" not in first["message"]
    assert "the word is [hidden]" in second["exception"]
    assert "xyzzy" not in out.getvalue()


def test_tracing_costs_nothing_unless_it_is_on() -> None:
    def handler(event: Any, context: Any) -> None:
        return None

    assert function.traced(handler, {"CONNECTLESS_TRACING": "PassThrough"}) is handler
