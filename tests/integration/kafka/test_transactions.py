"""Fences, transactions and reading to the end, on a real broker (I1, I4)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connect_core.errors import ConfigError, Fatal, Fenced, Retriable
from connect_core.kafka import groups, topics
from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer, TransactionalProducer, fence
from connect_core.local.kafka import Kafka

type Unique = Callable[..., str]


@pytest.fixture
def props(kafka: Kafka) -> dict[str, str]:
    return {"bootstrap.servers": kafka.bootstrap_servers}


@pytest.fixture
def made(props: dict[str, str], topic: str) -> str:
    """A topic of five partitions."""
    topics.create_topic(props, topic, partitions=5, replication_factor=1, settings={})
    return topic


def messages(topic: str, *values: str) -> list[Message]:
    return [Message(topic, value.encode(), value.encode()) for value in values]


def settle(producer: TransactionalProducer) -> None:
    """A commit is answered before its markers are written; the next init waits for them."""
    producer.init()


def values(log: TopicLog) -> list[str]:
    return sorted((record.value or b"").decode() for record in log.read_to_end())


def test_reading_to_the_end_over_markers_and_aborted_records(props: dict[str, str], made: str, unique: Unique) -> None:
    producer = TransactionalProducer({**props, "transactional.id": unique("id")})
    producer.init()
    log = TopicLog(made, props)
    assert values(log) == []
    producer.begin()
    producer.send(messages(made, *"abcdefghij"))
    producer.commit()
    settle(producer)
    assert values(log) == list("abcdefghij")
    assert values(log) == []
    producer.begin()
    producer.send(messages(made, *"klmnopqrst"))
    producer.abort()
    settle(producer)
    assert values(log) == []
    assert values(TopicLog(made, props)) == list("abcdefghij")
    plain = Producer(props)
    plain.send([Message(made, b"k", b"plain", partition=3, timestamp=7, headers=[("h", None), ("h", b"x")])])
    plain.flush()
    (record,) = log.read_to_end()
    assert (record.partition, record.timestamp, record.value) == (3, 7, b"plain")
    producer.close()
    plain.close()


def test_records_of_an_open_transaction_wait(props: dict[str, str], made: str, unique: Unique) -> None:
    """The end for committed readers lies before the open transaction; a new init aborts it (I4)."""
    name = unique("id")
    older, newer = (TransactionalProducer({**props, "transactional.id": name}) for _ in range(2))
    older.init()
    older.begin()
    offsets: list[int] = []
    older.send(messages(made, "lost"), acknowledged=lambda _topic, _partition, offset: offsets.append(offset))
    log = TopicLog(made, props)
    assert values(log) == []
    newer.init()
    newer.begin()
    newer.send(messages(made, "kept"))
    newer.commit()
    with pytest.raises(Fenced):
        older.commit()
    settle(newer)
    assert not older.ready
    assert not older.in_transaction
    assert values(TopicLog(made, props)) == ["kept"]
    with pytest.raises(Fatal, match="not initialized"):
        older.begin()
    older.init()  # and back again: now the other one is fenced
    newer.begin()
    newer.send(messages(made, "late"))
    with pytest.raises(Fenced):
        newer.commit()
    older.close()


def test_fence_ends_producers_of_all_ids(props: dict[str, str], made: str, unique: Unique) -> None:
    names = [unique("id") for _ in range(3)]
    producers = [TransactionalProducer({**props, "transactional.id": name}) for name in names]
    for producer in producers:
        producer.init()
        producer.begin()
        producer.send(messages(made, "x"))
    fence(names, props)
    for producer in producers:
        with pytest.raises(Fenced):
            producer.commit()
    assert values(TopicLog(made, props)) == []


def test_offsets_of_a_group_go_with_the_transaction(props: dict[str, str], made: str, unique: Unique) -> None:
    group = unique("group")
    producer = TransactionalProducer({**props, "transactional.id": unique("id")})
    producer.init()
    producer.begin()
    producer.send_offsets({(made, 0): 5, (made, 1): 7}, group)
    producer.commit()
    settle(producer)
    assert groups.offsets(props, group) == {(made, 0): 5, (made, 1): 7}
    producer.begin()
    producer.send_offsets({(made, 0): 9}, group)
    producer.abort()
    settle(producer)
    assert groups.offsets(props, group) == {(made, 0): 5, (made, 1): 7}
    producer.close()


def test_chosen_partitions(props: dict[str, str], made: str) -> None:
    producer = Producer(props)
    producer.send([Message(made, None, b"%d" % p, partition=p) for p in range(5)])
    producer.flush()
    log = TopicLog(made, props)
    assert log.partition_count() == 5
    assert [record.value for record in log.read_to_end([3])] == [b"3"]
    assert values(log) == ["0", "1", "2", "4"]
    producer.close()


def test_a_topic_made_anew_is_read_anew(props: dict[str, str], made: str) -> None:
    from connect_core.kafka import clients

    producer = Producer(props)
    producer.send([Message(made, b"k", b"old%d" % n, partition=0) for n in range(4)])
    producer.flush()
    log = TopicLog(made, props)
    assert len(log.read_to_end()) == 4
    admin = clients.admin(props)
    admin.delete_topics([made])[made].result()
    topics.create_topic(props, made, partitions=5, replication_factor=1, settings={})
    fresh = Producer(props)
    fresh.send([Message(made, b"k", b"new", partition=0)])
    fresh.flush()
    log.close()
    assert [record.value for record in log.read_to_end()] == [b"new"]
    assert log.epoch == 1
    producer.close()
    fresh.close()


def test_a_missing_topic_is_named(props: dict[str, str], topic: str) -> None:
    with pytest.raises(ConfigError, match=f"Topic '{topic}' does not exist"):
        TopicLog(topic, props).read_to_end()
    assert not topics.topic_exists(props, topic)  # asking must not create it


def test_brokers_that_are_away() -> None:
    away = {"bootstrap.servers": "127.0.0.1:1"}
    with pytest.raises(Retriable, match="Cannot read topic 'x'"):
        TopicLog("x", away, timeout=0.5).read_to_end()
    with pytest.raises(Retriable, match="initialize the transactional producer i"):
        TransactionalProducer({**away, "transactional.id": "i"}, timeout=0.5).init()


def test_too_large_a_record_is_fatal(props: dict[str, str], made: str, unique: Unique) -> None:
    producer = TransactionalProducer({**props, "transactional.id": unique("id")})
    producer.init()
    producer.begin()
    with pytest.raises(Fatal, match="size too large"):
        producer.send([Message(made, None, bytes(2_000_000))])
    producer.close()


def test_a_full_queue_is_waited_for(props: dict[str, str], made: str, unique: Unique) -> None:
    small = {**props, "transactional.id": unique("id"), "queue.buffering.max.messages": "100"}
    producer = TransactionalProducer(small)
    producer.init()
    producer.begin()
    producer.send(Message(made, b"%d" % n, b"x") for n in range(5000))
    producer.commit()
    settle(producer)
    assert len(TopicLog(made, props).read_to_end()) == 5000
    producer.close()


def test_the_log_survives_a_restart_of_the_broker(unique: Unique) -> None:
    with Kafka() as broker:
        props = {"bootstrap.servers": broker.bootstrap_servers}
        topics.create_topic(props, "t", partitions=1, replication_factor=1, settings={})
        producer = Producer(props)
        producer.send(messages("t", "before"))
        producer.flush()
        log = TopicLog("t", props)
        assert values(log) == ["before"]
        broker.restart()
        producer.send(messages("t", "after"))
        producer.flush()
        assert values(log) == ["after"]
        producer.close()
        log.close()
