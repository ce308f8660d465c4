"""Internal topics and consumer groups, on a real broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from connect_core.errors import ConfigError, ConnectError
from connect_core.java.hashing import partition_for
from connect_core.kafka import clients, groups, topics
from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer
from connect_core.local.connect import Connect
from connect_core.local.kafka import Kafka


@pytest.fixture
def worker(kafka: Kafka, unique: Callable[..., str]) -> dict[str, str]:
    names = {f"{kind}.storage.topic": unique(kind) for kind in ("config", "offset", "status")}
    factors = {f"{kind}.storage.replication.factor": "1" for kind in ("config", "offset", "status")}
    return {"bootstrap.servers": kafka.bootstrap_servers, "group.id": unique("g"), **names, **factors}


def test_the_three_topics(worker: Mapping[str, str]) -> None:
    given = {**worker, "offset.storage.partitions": "7", "offset.storage.segment.ms": "60000"}
    given["status.storage.cleanup.policy"] = "delete"  # the framework's own value wins
    wanted = topics.internal_topics(given)
    topics.ensure_internal(worker, wanted)
    topics.ensure_internal(worker, wanted)
    counts = [TopicLog(each.name, worker).partition_count() for each in wanted]
    assert counts == [1, 7, 5]


def test_topics_that_cannot_serve(worker: Mapping[str, str]) -> None:
    wanted = topics.internal_topics(worker)
    with pytest.raises(ConfigError, match=r"specified via the 'config.storage.topic' property is missing"):
        topics.ensure_internal(worker, wanted, create=False)
    topics.create_topic(
        worker, wanted[0].name, partitions=2, replication_factor=1, settings={"cleanup.policy": "compact"}
    )
    with pytest.raises(ConfigError, match=r"is required to have a single partition .* but found 2 partitions"):
        topics.ensure_internal(worker, wanted)
    topics.create_topic(
        worker, wanted[1].name, partitions=2, replication_factor=1, settings={"cleanup.policy": "compact,delete"}
    )
    with pytest.raises(ConfigError, match=r"durability of source connector offsets, but found .*compact,delete"):
        topics.ensure_internal(worker, wanted[1:])


def test_creating_topics(worker: Mapping[str, str], topic: str) -> None:
    settings = {"retention.ms": "1000"}
    assert not topics.topic_exists(worker, topic)
    assert topics.create_topic(worker, topic, partitions=2, replication_factor=-1, settings=settings)
    assert topics.topic_exists(worker, topic)
    assert not topics.create_topic(worker, topic, partitions=2, replication_factor=-1, settings=settings)
    with pytest.raises(ConnectError, match="target replication factor of 3 cannot be reached"):
        topics.create_topic(worker, topic + "x", partitions=2, replication_factor=3, settings={})
    with pytest.raises(ConnectError, match=r"(?i)unknown topic config"):
        topics.create_topic(worker, topic + "y", partitions=1, replication_factor=1, settings={"no.such": "1"})


def test_keys_go_where_java_puts_them(worker: Mapping[str, str], topic: str) -> None:
    topics.create_topic(worker, topic, partitions=25, replication_factor=1, settings={})
    keys = [b'["my-conn",{"filename":"/tmp/x"}]', b"status-connector-fs", *(b"%d" % n for n in range(50))]
    producer = Producer(worker)
    producer.send([Message(topic, key, b"") for key in keys])
    producer.flush()
    producer.close()
    found = {record.key: record.partition for record in TopicLog(topic, worker).read_to_end()}
    assert found == {key: partition_for(key, 25) for key in keys}
    assert found[keys[0]] == 17


def test_groups(worker: Mapping[str, str], topic: str, unique: Callable[..., str]) -> None:
    group = unique("group")
    topics.create_topic(worker, topic, partitions=2, replication_factor=1, settings={})
    assert (groups.offsets(worker, group), groups.members(worker, group)) == ({}, [])
    groups.alter(worker, group, {(topic, 0): 5, (topic, 1): 6})
    assert groups.offsets(worker, group) == {(topic, 0): 5, (topic, 1): 6}
    groups.alter(worker, group, {(topic, 0): None})
    assert groups.offsets(worker, group) == {(topic, 1): 6}
    consumer = clients.consumer({**worker, "group.id": group, "client.id": "somebody"})
    consumer.subscribe([topic])
    while not consumer.assignment():
        consumer.poll(0.1)
    assert groups.members(worker, group) == ["somebody@/127.0.0.1"]
    with pytest.raises(groups.GroupNotEmpty):
        groups.alter(worker, group, {(topic, 0): 1})
    with pytest.raises(groups.GroupNotEmpty):
        groups.alter(worker, group, {(topic, 0): None})
    with pytest.raises(groups.GroupNotEmpty):
        groups.delete(worker, group)
    consumer.close()
    groups.delete(worker, group)
    groups.delete(worker, group)
    assert groups.offsets(worker, group) == {}


def test_a_jvm_cluster_is_seen(connect_oracle: Connect, worker: Mapping[str, str]) -> None:
    """Its group is no consumer group: its protocol type is ``connect``."""
    assert len(groups.members(worker, connect_oracle.group_id)) == 1
