"""Java client properties as librdkafka's: what is kept, translated, dropped or refused."""

from __future__ import annotations

import logging

import pytest
from confluent_kafka import Consumer, KafkaException, Producer

from connect_core.config.distributed import DistributedConfig
from connect_core.errors import ConfigError
from connect_core.kafka import clients, layers
from connect_core.kafka.settings import BY_ROLE, COMMON, librdkafka

B = {"bootstrap.servers": "localhost:1"}


def test_every_name_in_the_tables_is_one_of_librdkafka() -> None:
    for names, client in ((BY_ROLE["producer"] | COMMON, Producer), (BY_ROLE["consumer"] | COMMON, Consumer)):
        for name in names:
            with pytest.raises((KafkaException, TypeError, ValueError)) as caught:
                client({name: "\x00not a value\x00", "group.id": "", "log_level": "9999"})
            assert "No such configuration property" not in str(caught.value), name


def test_connects_own_source_producer_is_accepted() -> None:
    props = layers.source_producer(B, {}, connector="c", task=0, transactional_id="g-c-0")
    conf = librdkafka(props, role="producer")
    assert conf["partitioner"] == "murmur2_random"
    assert (conf["enable.idempotence"], conf["delivery.timeout.ms"]) == ("true", "60000")
    assert conf["client.id"] == "connector-producer-c-0"
    clients.producer(props).close()


def test_short_transactions_bound_the_other_timeouts() -> None:
    props = {**B, "transactional.id": "x", "transaction.timeout.ms": "10000", "delivery.timeout.ms": "2147483647"}
    conf = librdkafka({**props, "socket.timeout.ms": "60000"}, role="producer")
    assert (conf["delivery.timeout.ms"], conf["socket.timeout.ms"]) == ("10000", "9900")
    clients.producer({**props, "socket.timeout.ms": "60000"}).close()


@pytest.mark.parametrize(
    ("role", "given", "expected"),
    [
        ("consumer", {"fetch.max.wait.ms": "7"}, {"fetch.wait.max.ms": "7"}),
        ("consumer", {"auto.offset.reset": "none"}, {"auto.offset.reset": "error"}),
        (
            "consumer",
            {
                "partition.assignment.strategy": "org.apache.kafka.clients.consumer.RangeAssignor,"
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"
            },
            {"partition.assignment.strategy": "range"},
        ),
        ("consumer", {"session.timeout.ms": "600000"}, {"max.poll.interval.ms": "600000"}),
        ("consumer", {"receive.buffer.bytes": "-1"}, {"socket.receive.buffer.bytes": "0"}),
        ("producer", {"buffer.memory": "33554432"}, {"queue.buffering.max.kbytes": "32768"}),
        ("producer", {"batch.size": "0"}, {"batch.num.messages": "1"}),
        ("producer", {"max.request.size": "5000000"}, {"message.max.bytes": "5000000"}),
        ("producer", {"acks": " all ", "compression.type": "zstd"}, {"acks": "all", "compression.type": "zstd"}),
        (
            "producer",
            {"partitioner.class": "org.apache.kafka.clients.producer.RoundRobinPartitioner"},
            {"partitioner": "random"},
        ),
        ("admin", {"retry.backoff.ms": "999999"}, {"retry.backoff.ms": "300000"}),
    ],
)
def test_translations(role: str, given: dict[str, str], expected: dict[str, str]) -> None:
    conf = librdkafka({**B, **given}, role=role)  # type: ignore[arg-type]
    assert expected.items() <= conf.items()


def test_what_only_a_jvm_knows_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    props = {
        **B,
        "key.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
        "max.block.ms": "9223372036854775807",
        "metrics.context.connect.group.id": "g",
        "interceptor.classes": "a.B",
        "my.own.setting": "secret-value",
        "another.one": "1",
    }
    conf = librdkafka(props, role="producer")
    assert conf == {**B, "partitioner": "murmur2_random"}
    assert [r.getMessage().rpartition(": ")[2] for r in caplog.records] == ["another.one, my.own.setting"]
    assert "secret-value" not in caplog.text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"partitioner.class": "com.acme.Mine"}, "Invalid value com.acme.Mine for configuration partitioner.class"),
        (
            {"transactional.id": "x", "transaction.timeout.ms": "soon"},
            "transaction.timeout.ms: Not a number of type INT",
        ),
        ({"linger.ms": "-5"}, "Failed to construct kafka producer"),
        ({"acks": "most"}, "Failed to construct kafka producer: .*acks"),
    ],
)
def test_bad_values_are_named(given: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        clients.producer({**B, **given})


def test_brokers_are_required() -> None:
    with pytest.raises(ConfigError, match=r"bootstrap\.servers"):
        clients.consumer({})


def test_layers() -> None:
    worker = {
        **B,
        "group.id": "g",
        "client.id": "w",
        "security.protocol": "SSL",
        "producer.linger.ms": "1",
        "consumer.group.id": "from-worker",
        "admin.retries": "3",
    }
    config = {"producer.override.linger.ms": "2", "consumer.override.group.id": "mine", "name": "c"}
    producer = layers.source_producer(worker, config, connector="c", task=1, transactional_id=None)
    assert (producer["linger.ms"], producer["enable.idempotence"]) == ("2", "false")
    assert "security.protocol" not in producer  # only producer.* reaches a connector's producer
    assert layers.sink_group(worker, config, connector="c") == "mine"
    assert layers.sink_group(worker, {}, connector="c") == "from-worker"
    assert layers.sink_group(B, {}, connector="c") == "connect-c"
    admin = layers.connector_admin(worker, config, client_id="connector-adminclient-c-1")
    assert (admin["client.id"], admin["retries"], admin["security.protocol"]) == ("w", "3", "SSL")
    own = layers.internal(worker, "configs")
    assert (own["client.id"], own["security.protocol"], "linger.ms" in own) == ("g-w-configs", "SSL", False)
    assert layers.client_id_base({}) == "connect-"


def test_a_fence_forces_its_two_keys(caplog: pytest.LogCaptureFixture) -> None:
    config = {"producer.override.transactional.id": "mine", "producer.override.enable.idempotence": "false"}
    props = layers.source_producer(B, config, connector="c", task=0, transactional_id="g-c-0")
    assert (props["transactional.id"], props["enable.idempotence"]) == ("g-c-0", "true")
    assert len(caplog.records) == 2


def test_connects_own_worker_keys_never_reach_a_client(caplog: pytest.LogCaptureFixture) -> None:
    """Every declared worker key is a client's, Connect's own, or silent; a user's typing mistake is still named."""
    caplog.set_level(logging.INFO)
    worker = {one.key.name: "1" for one in DistributedConfig.declared()} | {
        "config.providers.file.class": "a.B",
        "key.converter.schemas.enable": "false",
        "listeners.https.ssl.keystore.location": "x",
        "offset.storage.cleanup.policy": "compact",
        "security.protocol": "PLAINTEXT",
        "bootstrap.serverz": "typo",
    }
    props = layers.internal(worker, "configs")
    librdkafka(props, role="producer")
    librdkafka(props, role="consumer")
    named = {key for r in caplog.records for key in r.getMessage().rpartition(": ")[2].split(", ")}
    assert named == {"bootstrap.serverz", "socket.connection.setup.timeout.max.ms"}
    admin = layers.connector_admin(worker, {}, client_id="c")
    for clean in (props, admin):
        assert not {key for key in clean if key.startswith(("config.", "offset.", "status.", "key.", "connect."))}
