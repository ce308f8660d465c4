"""Worker keys and what each client gets of them."""

from __future__ import annotations

import pytest

from connect_core.config.distributed import DistributedConfig
from connect_core.config.worker import StandaloneConfig, WorkerConfig
from connect_core.errors import ConfigError

BASE = {"bootstrap.servers": "a:1, b:2", "key.converter": "J", "value.converter": "J"}
GROUP = BASE | {
    "group.id": "g",
    "config.storage.topic": "c",
    "offset.storage.topic": "o",
    "status.storage.topic": "s",
}


def test_required_keys() -> None:
    assert list(DistributedConfig.errors({})) == [
        "bootstrap.servers",
        "key.converter",
        "value.converter",
        "group.id",
        "config.storage.topic",
        "offset.storage.topic",
        "status.storage.topic",
    ]
    assert list(StandaloneConfig.errors(BASE)) == ["offset.storage.file.filename"]
    assert DistributedConfig.errors(GROUP) == {}


def test_clients_for_internal_topics_take_what_is_not_the_workers() -> None:
    config = DistributedConfig.parse(
        GROUP
        | {
            "security.protocol": "SASL_SSL",
            "sasl.jaas.config": "secret",
            "ssl.truststore.location": "/t",
            "request.timeout.ms": "5000",
            "producer.linger.ms": "5",
            "value.converter.schemas.enable": "false",
            "config.providers": "file",
            "config.providers.file.class": "F",
            "offset.storage.min.insync.replicas": "2",
            "plugin.path": "/p",
            "listeners": "http://:1",
            "listeners.https.ssl.keystore.location": "/k",
        }
    )
    assert config.internal_client() == {
        "bootstrap.servers": "a:1,b:2",
        "security.protocol": "SASL_SSL",
        "sasl.jaas.config": "secret",
        "ssl.truststore.location": "/t",
        "request.timeout.ms": "5000",
    }


def test_layers_of_a_connectors_clients() -> None:
    config = WorkerConfig.parse(
        BASE | {"security.protocol": "SSL", "producer.acks": "1", "producer.linger.ms": "5", "admin.client.id": "x"}
    )
    connector = {"producer.override.acks": "all", "name": "n", "consumer.override.group.id": "mine"}
    assert config.connector_client("producer", connector) == {
        "bootstrap.servers": "a:1,b:2",
        "acks": "all",
        "linger.ms": "5",
    }
    assert config.connector_client("consumer", connector) == {"bootstrap.servers": "a:1,b:2", "group.id": "mine"}
    assert config.connector_client("admin", connector) == {
        "bootstrap.servers": "a:1,b:2",
        "security.protocol": "SSL",
        "client.id": "x",
    }
    with pytest.raises(ValueError, match="broker"):
        config.connector_client("broker", {})


def test_config_providers() -> None:
    config = WorkerConfig.parse(
        BASE | {"config.providers": "env,f", "config.providers.env.class": " E ", "config.providers.env.param.a.b": "1"}
    )
    with pytest.raises(ConfigError, match=r"set config\.providers\.f\.class"):
        config.provider_configs()
    config = WorkerConfig.parse(config.originals | {"config.providers.f.class": "F"})
    assert config.provider_configs() == {"env": ("E", {"a.b": "1"}), "f": ("F", {})}


def test_distributed_names() -> None:
    config = DistributedConfig.parse(
        GROUP
        | {
            "client.id": " me ",
            "config.storage.partitions": "7",
            "config.storage.cleanup.policy": "delete",
            "config.storage.retention.ms": "1",
            "exactly.once.source.support": "ENABLED",
        }
    )
    assert config.client_id_base() == "g-me-"
    assert DistributedConfig.parse(GROUP).client_id_base() == "g-"
    assert config.topic_settings("config") == {"retention.ms": "1"}
    assert config.config_transactional_id == "connect-cluster-g"
    assert config.exactly_once_enabled


ERRORS = [
    (
        "offset.storage.partitions",
        "0",
        (
            "Invalid value 0 for configuration offset.storage.partitions: "
            "Number of partitions must be positive, or -1 to use the broker's default"
        ),
    ),
    (
        "config.storage.replication.factor",
        "-2",
        (
            "Invalid value -2 for configuration config.storage.replication.factor: Replication factor must be positive "
            "and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default"
        ),
    ),
    (
        "listeners",
        "ftp://x",
        "Invalid value ftp://x for configuration listeners: Expected a URL that begins with http:// or https://",
    ),
]


@pytest.mark.parametrize(("name", "value", "message"), ERRORS)
def test_bad_values(name: str, value: str, message: str) -> None:
    assert DistributedConfig.errors(GROUP | {name: value}) == {name: [message]}


def test_every_worker_key_is_documented() -> None:
    for config in (DistributedConfig, StandaloneConfig):
        assert all(spec.spec.doc for spec in config.specs())
