"""Consuming chosen partitions of user topics without a group protocol: what scheduled sinks read through.

The group's committed offsets are where reading begins; commits go elsewhere (`transactions.send_offsets`), or, without
a fence, through ``commit`` here. Not safe for two threads at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from confluent_kafka import OFFSET_STORED, Consumer, KafkaException, TopicPartition

from connect_core.kafka import clients
from connect_core.kafka.failures import NO_TOPIC, error_of, translate
from connect_core.kafka.message import ConsumedRecord

TIMEOUT_S = 30.0

type Partition = tuple[str, int]


class PartitionConsumer:
    """A consumer of assigned partitions; ``props`` name the group whose offsets count."""

    def __init__(self, props: Mapping[str, Any]) -> None:
        extra = {
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "topic.metadata.refresh.interval.ms": 5000,
        }
        self._consumer: Consumer = clients.consumer(props, extra=extra)
        self.group = str(props["group.id"])

    def partitions(self, topic: str) -> int:
        """Number of partitions of a topic; 0 while it does not exist. Asking may create it (as Connect's consumer)."""
        try:
            found = self._consumer.list_topics(topic, timeout=TIMEOUT_S).topics[topic]
        except KafkaException as failure:
            raise translate(failure, f"look up topic '{topic}'") from failure
        if found.error is None:
            return len(found.partitions)
        if found.error.code() in NO_TOPIC:
            return 0
        raise translate(found.error, f"look up topic '{topic}'")

    def topics(self) -> list[str]:
        """Names of all topics of the cluster."""
        try:
            return sorted(self._consumer.list_topics(timeout=TIMEOUT_S).topics)
        except KafkaException as failure:
            raise translate(failure, "list topics") from failure

    def assign(self, partitions: Sequence[Partition]) -> None:
        """Read these, each from the group's committed offset (or as ``auto.offset.reset`` says)."""
        self._call("assign partitions", "assign", [TopicPartition(t, p, OFFSET_STORED) for t, p in partitions])

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """Committed offsets of the group; partitions without one are left out."""
        wanted = [TopicPartition(t, p) for t, p in partitions]
        found = self._call(f"read the offsets of group {self.group}", "committed", wanted, TIMEOUT_S)
        return {(each.topic, each.partition): each.offset for each in found if each.offset >= 0}

    def poll(self, max_records: int, timeout: float) -> list[ConsumedRecord]:
        """Records that are here within ``timeout`` seconds: returns as soon as there is one, with what is queued."""
        first = self._call("consume", "consume", 1, timeout)
        if not first:
            return []
        messages = first + (self._call("consume", "consume", max_records - 1, 0.0) if max_records > 1 else [])
        out = []
        new = tuple.__new__  # a named tuple's own constructor costs three times as much
        for message in messages:
            error = message.error()
            if error is not None:
                failure = translate(error, "consume")
                if error.code() in NO_TOPIC or not error.fatal():
                    continue  # comes back by itself; librdkafka has logged it
                raise failure
            kind, timestamp = message.timestamp()
            place = message.topic(), message.partition(), message.offset(), timestamp, kind
            out.append(new(ConsumedRecord, (*place, message.key(), message.value(), message.headers() or ())))
        return out

    def seek(self, offsets: Mapping[Partition, int]) -> None:
        """Go on from these offsets."""
        for (topic, partition), offset in offsets.items():
            self._call("seek", "seek", TopicPartition(topic, partition, offset))

    def pause(self, partitions: Sequence[Partition]) -> None:
        """Deliver nothing from these partitions."""
        self._call("pause", "pause", [TopicPartition(t, p) for t, p in partitions])

    def resume(self, partitions: Sequence[Partition]) -> None:
        """Undo ``pause``."""
        self._call("resume", "resume", [TopicPartition(t, p) for t, p in partitions])

    def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Commit next-to-read offsets, waiting for the broker (only where no transactional fence exists)."""
        positions = [TopicPartition(t, p, offset) for (t, p), offset in offsets.items()]
        self._call(f"commit offsets of group {self.group}", "commit", offsets=positions, asynchronous=False)

    def close(self) -> None:
        """Release the client."""
        self._consumer.close()

    def _call(self, doing: str, method: str, *arguments: Any, **named: Any) -> Any:
        try:
            return getattr(self._consumer, method)(*arguments, **named)
        except KafkaException as failure:
            if error_of(failure).code() in NO_TOPIC and method == "consume":
                return []
            raise translate(failure, doing) from failure
