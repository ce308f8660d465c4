"""Feed of a Kafka-triggered sink: one injected batch, the event of an event source mapping (spec aws.md 1.1, 1.2).

Returning from the function is the commit, so ``commit`` here only keeps what the target acknowledged; the host raises
when something delivered was not acknowledged (I2). AWS then sends the whole batch again.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connect_core.api import TopicPartition
from connect_core.errors import DataError
from connect_core.runtime.ports import FeedRecord, Message

TIMESTAMP_TYPES = {"CREATE_TIME": 1, "LOG_APPEND_TIME": 2}


def records_of(event: Mapping[str, Any]) -> list[FeedRecord]:
    """The event's records, partition by partition in offset order. DataError if it is no Kafka event."""
    groups = event.get("records")
    if not isinstance(groups, Mapping):
        raise DataError(f"Not a Kafka event: 'records' is {type(groups).__name__}, expected an object of lists")
    return [_record(item) for items in groups.values() for item in items]


def _record(item: Mapping[str, Any]) -> FeedRecord:
    key, value = item.get("key"), item.get("value")
    headers = [pair for header in item.get("headers") or () for pair in header.items()]
    return FeedRecord(
        item["topic"],
        item["partition"],
        item["offset"],
        item.get("timestamp", -1),
        TIMESTAMP_TYPES.get(item.get("timestampType", ""), 0),
        None if key is None else a2b_base64(key),
        None if value is None else a2b_base64(value),
        # Header bytes are Java's signed ones; a null value comes as None.
        [(name, None if data is None else bytes(b & 0xFF for b in data)) for name, data in headers],
    )


class EventFeed:
    """runtime.ports.Feed over one event; ``final``: the runner drains the task before its last commit."""

    final = True

    def __init__(self, event: Mapping[str, Any], *, produce: Callable[[Sequence[Message]], None]) -> None:
        self._records = records_of(event)
        self._produce = produce
        self._next = 0
        self.acknowledged: dict[TopicPartition, int] = {}

    def open(self) -> Sequence[TopicPartition]:
        """The partitions in the event."""
        return list(dict.fromkeys(TopicPartition(r.topic, r.partition) for r in self._records))

    def poll(self, max_records: int, timeout: float) -> list[FeedRecord] | None:  # noqa: ARG002  nothing to wait for
        """The next part of the event; None at its end."""
        if self._next >= len(self._records):
            return None
        batch = self._records[self._next : self._next + max_records]
        self._next += len(batch)
        return batch

    def commit(self, offsets: Mapping[TopicPartition, int], *, messages: Sequence[Message] = ()) -> None:
        """Remember what was acknowledged; statuses and active topics go out now."""
        self.acknowledged.update(offsets)
        if messages:
            self._produce(messages)

    def committed(self) -> Mapping[TopicPartition, int]:
        """Nothing was acknowledged of this event yet: each partition stands at its first record."""
        first: dict[TopicPartition, int] = {}
        for record in self._records:
            first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        return first

    def missing(self) -> dict[TopicPartition, int]:
        """Partitions whose last record is not acknowledged, with the offset that should be: reason to raise."""
        last = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in self._records}
        return {p: offset for p, offset in last.items() if self.acknowledged.get(p, 0) < offset}

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver again from these offsets, as far as this event holds them."""
        again = [
            r for r in self._records if r.offset >= offsets.get(TopicPartition(r.topic, r.partition), r.offset + 1)
        ]
        rest = [r for r in self._records[self._next :] if TopicPartition(r.topic, r.partition) not in offsets]
        self._records, self._next = [*self._records[: self._next], *again, *rest], self._next

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Nothing to pause: the batch is already here and must be dealt with in this invocation."""

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        """See ``pause``."""

    def close(self) -> None:
        """Nothing to release."""
