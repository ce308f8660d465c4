"""Reading a topic to its end, again and again: what all of Connect's internal topics need (spec 3.0, I5, I7).

The end is where the broker says so: each partition's EOF event, which for read_committed lies at the last stable
offset. The high watermark would wait for ever behind an aborted transaction's marker. Between two reads nothing is
assigned, so an idle log costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as Consumed

from connect_core.errors import ConfigError, Retriable
from connect_core.kafka import clients
from connect_core.kafka.failures import LOST_POSITION, NO_TOPIC, PARTITION_EOF, error_of, translate

BATCH = 5000
STALL = 5.0
"""Seconds without any event after which the connections count as dead (a frozen process wakes up with such)."""
PROPAGATION = 3.0
"""Seconds a topic may be unknown: brokers learn of a new one at different times."""

READER = {
    **clients.AT_ONCE,
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "isolation.level": "read_committed",
    "auto.offset.reset": "error",
    "fetch.wait.max.ms": 1,  # the end of a partition is only told when a fetch returns
    "fetch.error.backoff.ms": 50,
    "topic.metadata.refresh.fast.interval.ms": 50,
}


class LogRecord(NamedTuple):
    """One record of an internal topic."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


class TopicLog:
    """A topic, read incrementally. Not safe for two threads at once.

    ``epoch`` goes up when earlier records are gone (the topic was deleted or cut): what was folded from them is void
    and the same call returned everything from the beginning.
    """

    def __init__(self, topic: str, props: Mapping[str, Any], *, timeout: float = 30.0) -> None:
        self.topic = topic
        self.epoch = 0
        self._props = props
        self._timeout = timeout
        self._deadline = 0.0
        self._consumer: Consumer | None = None
        self._count = 0
        self._positions: dict[int, int] = {}

    def partition_count(self) -> int:
        """Number of partitions of the topic."""
        if not self._count:
            self._alive()
            self._connect()
        return self._count

    def position(self, partition: int) -> int:
        """Offset of the next record to read."""
        return self._positions.get(partition, 0)

    def read_to_end(self, partitions: Collection[int] | None = None) -> list[LogRecord]:
        """Committed records since the last call, up to the end each partition has now.

        Raises ConfigError if the topic is missing, Retriable if the brokers fall silent for ``timeout`` seconds.
        """
        self._alive()
        records: list[LogRecord] = []
        wanted: Collection[int] | None = partitions
        while True:
            consumer = self._connect()
            left = set(range(self._count) if wanted is None else wanted)
            failure: KafkaException | None = None
            try:
                if self._drain(consumer, left, records):
                    return records
            except KafkaException as caught:
                failure = caught
            self._reconnect(failure)
            wanted = left

    def close(self) -> None:
        """Release the client."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()

    def _alive(self) -> None:
        self._deadline = time.monotonic() + self._timeout

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _drain(self, consumer: Consumer, left: set[int], records: list[LogRecord]) -> bool:
        """Read until ``left`` is empty; False: nothing came for too long."""
        consumer.assign([TopicPartition(self.topic, p, self.position(p)) for p in sorted(left)])
        while left:
            first = consumer.poll(min(STALL, self._left()))
            if first is None:
                return False
            for message in (first, *consumer.consume(BATCH, 0)):
                self._take(consumer, message, left, records)
        consumer.unassign()
        return True

    def _take(self, consumer: Consumer, message: Consumed, left: set[int], records: list[LogRecord]) -> None:
        error, partition, offset = message.error(), message.partition() or 0, message.offset() or 0
        if error is None or error.code() == PARTITION_EOF:
            self._alive()
        if error is None:
            if partition in left:  # what arrives after the end belongs to the next call
                self._positions[partition] = offset + 1
                records.append(LogRecord(partition, offset, message.timestamp()[1], message.key(), message.value()))
        elif error.code() == PARTITION_EOF:
            if partition in left:
                self._positions[partition] = max(offset, self.position(partition))
                left.discard(partition)
        elif error.code() in LOST_POSITION:
            self._begin_again(consumer, partition, left, records)
        else:
            raise KafkaException(error)

    def _begin_again(self, consumer: Consumer, partition: int, left: set[int], records: list[LogRecord]) -> None:
        """The position is gone. At 0 the log merely starts later; elsewhere the whole topic is read anew."""
        if self.position(partition) > 0:
            self.epoch += 1
            records.clear()
            left.update(self._positions)
            self._positions.clear()
        begin = OFFSET_BEGINNING
        consumer.assign([TopicPartition(self.topic, p, self._positions.get(p, begin)) for p in sorted(left)])

    def _connect(self) -> Consumer:
        if self._consumer is not None:
            return self._consumer
        consumer = clients.consumer(self._props, extra=READER)
        try:
            self._count = self._find_partitions(consumer)
        except BaseException:
            consumer.close()
            raise
        self._consumer = consumer
        return consumer

    def _find_partitions(self, consumer: Consumer) -> int:
        unknown_until = time.monotonic() + min(PROPAGATION, self._left())
        while True:
            try:
                found = consumer.list_topics(self.topic, timeout=min(STALL, max(0.1, self._left())))
                known = found.topics[self.topic]
                if known.error is not None:
                    raise KafkaException(known.error)
                return len(known.partitions)
            except KafkaException as failure:
                self._consider(failure, unknown_until)

    def _reconnect(self, failure: KafkaException | None) -> None:
        self.close()
        if failure is not None:
            self._consider(failure, self._deadline)
        elif not self._left():
            raise Retriable(f"Timed out after {self._timeout:g} s reading topic '{self.topic}' to its end")

    def _consider(self, failure: KafkaException, unknown_until: float) -> None:
        """Wait before the next attempt, or raise what cannot get better."""
        if error_of(failure).code() in NO_TOPIC:
            if time.monotonic() > unknown_until:
                raise ConfigError(f"Topic '{self.topic}' does not exist; create it or correct its name") from failure
        else:
            translated = translate(failure, f"read topic '{self.topic}'")
            if not self._left() or not isinstance(translated, Retriable):
                raise translated from failure
        time.sleep(0.1)
