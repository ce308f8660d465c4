"""Everything in which hosts differ, as small protocols: the runner states what it needs, the host passes it in.

Nothing below asks which host it is (architecture test). Implemented by ``storage`` (topics, files), by the feeds in
this room and by the hosts. Invariants I1, I4, I6, I7 meet here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connect_core.api import TopicPartition
from connect_core.kafka.message import ConsumedRecord as FeedRecord
from connect_core.kafka.message import Message

__all__ = [
    "Assignment",
    "Clock",
    "Control",
    "Feed",
    "FeedRecord",
    "Message",
    "OffsetPort",
    "Ports",
    "StatusPort",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the config topic says about one task (or, for task -1, about the connector: empty task config) right now.

    ``connector_config`` and ``task_config`` are raw (placeholders kept). ``target`` is STARTED, PAUSED or STOPPED.
    """

    connector_config: Mapping[str, str]
    task_config: Mapping[str, str]
    task_count: int
    target: str
    generation: int
    config_offset: int
    """Offset of the connector- record: what a connector slice's result was computed from."""


class Control(Protocol):
    """The wish of the user, followed while the slice runs."""

    def read(self) -> Assignment | None:
        """Read to the end of the config topic; None: no such connector or task any more."""

    def changed(self) -> bool:
        """Cheap look (at most about once a second inside): True when ``read`` would differ from its last answer."""


class OffsetPort(Protocol):
    """Source offsets of one connector."""

    def load(self, partitions: Sequence[Mapping[str, Any]] | None) -> None:
        """Read the stored offsets (of these partitions, or all) so that ``get`` can answer."""

    def get(self, partition: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Stored offset of a source partition."""

    def messages(self, offsets: Sequence[tuple[Any, Any]]) -> list[Message]:
        """Kafka records that store (partition, offset) pairs, for the slice's own transaction; [] if not in Kafka."""

    def stored(self, offsets: Sequence[tuple[Any, Any]]) -> None:
        """The covered records are durable (I1): remember the pairs, and write them if they do not live in Kafka."""


class StatusPort(Protocol):
    """Task and connector status."""

    def messages(self, state: str, trace: str | None) -> list[Message]:
        """Records that set this slice's status, for the slice's own fenced producer; [] if not kept in Kafka."""

    def report(self, state: str, trace: str | None) -> None:
        """The status has been set (or must be told to the host, when it is not kept in Kafka)."""

    def topics(self, topics: Sequence[str]) -> list[Message]:
        """Active-topic records for topics not yet known to be used by this connector."""


class Clock(Protocol):
    """Time as the lease sees it."""

    def now(self) -> float:
        """Epoch seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the host wants the slice to end."""

    def stopping(self) -> bool:
        """True once the host wants the slice to end (lease over, Ctrl-C, deadline)."""


class Feed(Protocol):
    """Where a sink slice gets its records from and commits to: group, event, dlq, file."""

    final: bool
    """True: the feed ends; the runner calls ``task.drain()`` before the last commit."""

    def open(self) -> Sequence[TopicPartition]:
        """Start; the partitions of this task."""

    def poll(self, max_records: int, timeout: float) -> list[FeedRecord] | None:
        """Next records ([]: none now; None: the feed has ended)."""

    def commit(self, offsets: Mapping[TopicPartition, int], *, messages: Sequence[Message] = ()) -> None:
        """Commit next-to-read offsets through the slice's fence (I2, I4), with ``messages`` in the same transaction."""

    def committed(self) -> Mapping[TopicPartition, int]:
        """Last committed offsets of the assigned partitions."""

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver again from these offsets."""

    def pause(self, partitions: Sequence[TopicPartition]) -> None:
        """Deliver nothing from these partitions."""

    def resume(self, partitions: Sequence[TopicPartition]) -> None:
        """Undo ``pause``."""

    def close(self) -> None:
        """Release clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All in which hosts differ. ``feed`` is None for source tasks and connector slices."""

    offsets: OffsetPort
    status: StatusPort
    control: Control
    clock: Clock
    feed: Feed | None = None
