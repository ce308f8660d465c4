"""Feed of scheduled sinks and of the worker: partition p belongs to task p mod tasks, no rebalance ever.

I4: offsets are committed only in a transaction of the slice's fence, so a fenced slice can never commit. Without fences
(standalone) they are committed plainly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from connect_core.api import TopicPartition
from connect_core.errors import ConfigError, Retriable
from connect_core.kafka.partitions import PartitionConsumer
from connect_core.kafka.transactions import TransactionalProducer
from connect_core.runtime.ports import Clock, FeedRecord, Message

if TYPE_CHECKING:
    from connect_core.java.patterns import Pattern

REFRESH_S = 5.0


class GroupFeed:
    """runtime.ports.Feed over the partitions of one task; ``fence`` is initialized: it has fenced older slices."""

    final = False

    def __init__(
        self,
        consumer: PartitionConsumer,
        *,
        topics: Sequence[str],
        pattern: str | None,
        task: int,
        tasks: int,
        clock: Clock,
        fence: TransactionalProducer | None,
    ) -> None:
        self.consumer, self.fence, self.clock = consumer, fence, clock
        self._topics, self._pattern = list(topics), _compiled(pattern) if pattern else None
        self._task, self._tasks = task, max(1, tasks)
        self._assigned: list[TopicPartition] = []
        self._refreshed = 0.0

    def open(self) -> Sequence[TopicPartition]:
        """Assign this task's partitions of the topics that exist now."""
        self._assigned = self._mine()
        self.consumer.assign(self._assigned)
        self._refreshed = self.clock.now()
        return self._assigned

    def poll(self, max_records: int, timeout: float) -> list[FeedRecord] | None:
        """Next records. New topics and partitions end the slice early: the next one opens with them (I7)."""
        if not self._assigned:
            self.clock.sleep(timeout)
        records = self.consumer.poll(max_records, timeout) if self._assigned else []
        if not records and self.clock.now() - self._refreshed >= REFRESH_S:
            self._refreshed = self.clock.now()
            if self._mine() != self._assigned:
                raise Retriable("The topics of this task have new partitions")
        return records

    def commit(self, offsets: Mapping[TopicPartition, int], *, messages: Sequence[Message] = ()) -> None:
        """I2, I4: through the fence, with ``messages`` in the same transaction."""
        if self.fence is None:
            if offsets:
                self.consumer.commit({(p.topic, p.partition): o for p, o in offsets.items()})
            return
        self.fence.begin()
        if messages:
            self.fence.send(messages)
        if offsets:
            self.fence.send_offsets({(p.topic, p.partition): o for p, o in offsets.items()}, self.consumer.group)
        self.fence.commit()

    def committed(self) -> Mapping[TopicPartition, int]:
        """Committed offsets of the assigned partitions."""
        if not self._assigned:
            return {}
        return {TopicPartition(*p): o for p, o in self.consumer.committed(self._assigned).items()}

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver again from these offsets."""
        self.consumer.seek({(p.topic, p.partition): o for p, o in offsets.items()})

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Deliver nothing from these partitions."""
        self.consumer.pause(partitions)

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        """Undo ``pause``."""
        self.consumer.resume(partitions)

    def close(self) -> None:
        """Release both clients."""
        self.consumer.close()
        if self.fence is not None:
            self.fence.close()

    def _mine(self) -> list[TopicPartition]:
        topics = self._topics
        if self._pattern is not None:
            topics = [t for t in self.consumer.topics() if self._pattern.matches(t)]
        return [
            TopicPartition(t, p)
            for t in topics
            for p in range(self.consumer.partitions(t))
            if p % self._tasks == self._task
        ]


def _compiled(pattern: str) -> Pattern:
    from connect_core.java.patterns import Pattern, PatternError  # here: most sinks name their topics

    try:
        return Pattern(pattern)
    except PatternError as error:
        raise ConfigError.invalid("topics.regex", pattern, f"Invalid regex: {error}") from error
