"""exactly.once.sink: offsets in the target, in the transaction of the rows."""

from __future__ import annotations

import pytest

from connect_core.api import TopicPartition
from connect_core.connectors.jdbc.sink import JdbcSinkConnector
from connect_core.data import struct
from connect_core.data.schema import INT32
from connect_core.errors import Fatal, Retriable

SCHEMA = struct([("id", INT32)])
ONCE = {"exactly.once.sink": "true", "max.retries": "0"}


@pytest.fixture
def name(unique):
    """The connector: its offsets must not meet another test's."""
    return unique("c")


@pytest.fixture
def once(sink, target, name):
    """Starts a task with exactly.once.sink that has the topic's partition 0."""

    def start(topic, config=(), **more):
        task = sink(target, ONCE | dict(config), **more)
        task.context.connector = task.writer.connector = name
        task.open([TopicPartition(topic, 0)])
        return task

    return start


def rows_of(record, topic, ids):
    return [record(topic, i, SCHEMA, {"id": i}) for i in ids]


def stored(target, name):
    rows = target.rows("connectless_offsets", "topic, kafka_partition, next_offset, connector")
    return {(topic, partition): offset for topic, partition, offset, connector in rows if connector == name}


def test_a_redelivery_writes_nothing_twice(target, once, record, topic, name):
    first = once(topic)
    first.put(rows_of(record, topic, range(5)))
    assert first.context.rewinds == []
    assert stored(target, name) == {(topic, 0): 5}
    second = once(topic)
    assert second.context.rewinds == [{TopicPartition(topic, 0): 5}]
    second.put(rows_of(record, topic, range(3, 8)))
    second.put(rows_of(record, topic, range(8)))
    assert target.rows(topic) == [(i,) for i in range(8)]
    assert stored(target, name) == {(topic, 0): 8}


def test_rows_and_offset_go_together(target, once, record, topic, name):
    task = once(topic, {"pk.mode": "record_value"})
    task.put(rows_of(record, topic, [0, 1]))
    with pytest.raises(Fatal):
        task.put([record(topic, 2, SCHEMA, {"id": 2}), record(topic, 3, SCHEMA, {"id": 0})])
    assert target.rows(topic) == [(0,), (1,)]
    assert stored(target, name) == {(topic, 0): 2}


def test_a_slice_that_lost_the_race_writes_nothing(target, once, record, topic, name):
    once(topic).put(rows_of(record, topic, [0]))
    old, new = once(topic), once(topic)
    new.put(rows_of(record, topic, range(1, 5)))
    with pytest.raises(Retriable, match="wrote the records"):
        old.put(rows_of(record, topic, range(1, 3)))
    old.put(rows_of(record, topic, range(1, 3)))  # delivered again: all of it is known to be there now
    assert target.rows(topic) == [(i,) for i in range(5)]
    assert stored(target, name) == {(topic, 0): 5}


def test_the_first_records_of_a_partition_race_too(target, once, record, topic, name):
    old, new = once(topic), once(topic)
    new.put(rows_of(record, topic, range(3)))
    with pytest.raises(Retriable, match="wrote the records"):
        old.put(rows_of(record, topic, range(2)))
    assert target.rows(topic) == [(0,), (1,), (2,)]


def test_reported_records_are_passed(target, once, record, topic, name):
    task = once(topic, {"pk.mode": "record_value"}, reports=True)
    values = [0, 1, 1, "two", 2, 0]
    task.put([record(topic, i, SCHEMA, {"id": value}) for i, value in enumerate(values)])
    assert sorted(r.offset for r, _ in task.context.reported) == [2, 3, 5]
    assert target.rows(topic) == [(0,), (1,), (2,)]
    assert stored(target, name) == {(topic, 0): 6}


def test_original_coordinates_count(target, once, record, topic, name):
    task = once(topic)
    moved = rows_of(record, topic, [0, 1])
    for one in moved:
        one.topic = topic + "_routed"
    task.put(moved)
    assert target.rows(topic + "_routed") == [(0,), (1,)]
    assert stored(target, name) == {(topic, 0): 2}


def test_offsets_are_altered_in_the_target_too(target, once, record, topic, name):
    once(topic).put(rows_of(record, topic, range(4)))
    connector = JdbcSinkConnector()
    connector.config = once(topic).config.parse(
        target.config | ONCE | {"name": name, "connector.class": "x", "topics": topic}
    )
    assert connector.alter_offsets({(topic, 0): 2, (topic, 1): 7})
    assert stored(target, name) == {(topic, 0): 2, (topic, 1): 7}
    again = once(topic)
    again.put(rows_of(record, topic, range(4)))
    assert [i for (i,) in target.rows(topic)] == [0, 1, 2, 2, 3, 3]
    assert connector.alter_offsets({(topic, 0): None, (topic, 1): None})
    assert stored(target, name) == {}
