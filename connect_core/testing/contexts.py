"""Contexts in memory: what a task may ask of the runtime, and what it asked, for tests without a runtime.

Neighbours: ``source_suite`` and ``sink_suite`` drive tasks with them; authors' own tests may too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from connect_core.api import ErrantRecordReporter, SinkRecord, SourceRecord, TopicPartition


def partition_key(partition: Mapping[str, Any] | None) -> str:
    """A source partition as Kafka Connect compares them: by its JSON."""
    return json.dumps(partition, sort_keys=True)


class MemorySourceContext:
    """api.SourceContext (and ConnectorContext) over a dict of offsets, kept as JSON text as in the offset topic."""

    def __init__(self, stored: dict[str, str] | None = None, *, connector: str = "conformance", task: int = 0) -> None:
        self.connector = self.name = connector
        self.task, self.transaction = task, None
        self.stored = stored if stored is not None else {}
        self.ending = False

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored offset."""
        text = self.stored.get(partition_key(source_partition))
        found: dict[str, Any] | None = json.loads(text) if text is not None else None
        return found

    def offsets(self, source_partitions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | None]:
        """The stored offsets, in order."""
        return [self.offset(partition) for partition in source_partitions]

    def stopping(self) -> bool:
        """True once ``ending`` was set."""
        return self.ending

    def commit(self, records: Iterable[SourceRecord]) -> None:
        """Store the offsets of delivered records, the last of each partition counts."""
        for record in records:
            if record.source_partition is not None and record.source_offset is not None:
                self.stored[partition_key(record.source_partition)] = json.dumps(record.source_offset)


class MemoryReporter:
    """api.ErrantRecordReporter over a list; what was reported counts as durable at once."""

    def __init__(self, found: list[tuple[SinkRecord, Exception]]) -> None:
        self._found = found

    def __call__(self, record: SinkRecord, error: Exception) -> None:
        """Keep it."""
        self._found.append((record, error))

    def flush(self) -> None:
        """Nothing is pending."""


class MemorySinkContext:
    """api.SinkContext that remembers every wish; ``reporting`` offers an errant record reporter."""

    def __init__(
        self,
        partitions: Collection[TopicPartition],
        *,
        connector: str = "conformance",
        task: int = 0,
        reporting: bool = False,
    ) -> None:
        self.connector, self.task = connector, task
        self.partitions = list(partitions)
        self.reported: list[tuple[SinkRecord, Exception]] = []
        self.rewinds: dict[TopicPartition, int] = {}
        self.timeouts: list[int] = []
        self.paused: set[TopicPartition] = set()
        self.commits_wanted = 0
        self.ending = False
        self._reporting = reporting

    @property
    def reporter(self) -> ErrantRecordReporter | None:
        """Collects into ``reported``."""
        return MemoryReporter(self.reported) if self._reporting else None

    def assignment(self) -> Collection[TopicPartition]:
        """The partitions given."""
        return list(self.partitions)

    def timeout(self, ms: int) -> None:
        """Remember the wait."""
        self.timeouts.append(ms)

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Remember where to read again."""
        self.rewinds.update(offsets)

    def pause(self, *partitions: TopicPartition) -> None:
        """Remember."""
        self.paused.update(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        """Forget."""
        self.paused.difference_update(partitions)

    def request_commit(self) -> None:
        """Count."""
        self.commits_wanted += 1

    def stopping(self) -> bool:
        """True once ``ending`` was set."""
        return self.ending
