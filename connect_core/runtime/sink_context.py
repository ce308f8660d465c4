"""What a sink task sees of its slice (api.SinkContext); the runner carries its wishes out between puts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from connect_core.api import SinkRecord, TopicPartition
from connect_core.runtime.dead_letters import DeadLetters
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import Feed
from connect_core.runtime.slice import SliceRequest


class SinkRunContext:
    """What the task sees (api.SinkContext); wishes are carried out between puts."""

    def __init__(self, request: SliceRequest, feed: Feed, lease: Lease, reporter: Any) -> None:
        self.connector, self.task, self.reporter = request.connector, request.task, reporter
        self._feed, self._lease = feed, lease
        self.partitions: list[TopicPartition] = []
        self.timeout_ms: int | None = None
        self.rewinds: dict[TopicPartition, int] = {}
        self.commit_wanted = False
        self.paused: set[TopicPartition] = set()

    def assignment(self) -> Collection[TopicPartition]:
        """The partitions this task has now."""
        return list(self.partitions)

    def timeout(self, ms: int) -> None:
        """Wait this long before the next delivery."""
        self.timeout_ms = ms

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver again from these offsets."""
        self.rewinds.update({TopicPartition(*p): offset for p, offset in offsets.items()})

    def pause(self, *partitions: TopicPartition) -> None:
        """Deliver nothing from these partitions until resumed."""
        self._feed.pause(partitions)
        self.paused.update(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        """Undo ``pause``."""
        self._feed.resume(partitions)
        self.paused.difference_update(partitions)

    def request_commit(self) -> None:
        """Commit as soon as possible."""
        self.commit_wanted = True

    def stopping(self) -> bool:
        """True once the slice should end."""
        return self._lease.closing()


class Errant:
    """KIP-610 reporter handed to the task (api.ErrantRecordReporter)."""

    def __init__(self, report: Callable[[SinkRecord, Exception], None], dead_letters: DeadLetters | None) -> None:
        self._report, self._dead_letters = report, dead_letters

    def __call__(self, record: SinkRecord, error: Exception) -> None:
        """Report a record that the target refused."""
        self._report(record, error)

    def flush(self) -> None:
        """I3: what was reported is durable."""
        if self._dead_letters is not None:
            self._dead_letters.flush()
