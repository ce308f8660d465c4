"""What the author of a source task writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from connect_core.config import Config
from connect_core.data import SourceRecord


class TransactionContext(Protocol):
    """Connector-defined transaction boundaries (KIP-618); only with ``transaction.boundary=connector``."""

    def commit(self, record: SourceRecord | None = None) -> None:
        """Commit after ``record``, or after the current batch."""

    def abort(self, record: SourceRecord | None = None) -> None:
        """Discard records up to ``record`` or the whole batch; their offsets are committed all the same."""


class SourceContext(Protocol):
    """What a started source task may ask of the runtime."""

    @property
    def connector(self) -> str:
        """Connector name."""

    @property
    def task(self) -> int:
        """Task number."""

    @property
    def transaction(self) -> TransactionContext | None:
        """Transaction control, or None when the boundary is not the connector's."""

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored offset of a source partition; None if there is none."""

    def offsets(self, source_partitions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | None]:
        """The stored offsets of several partitions, in their order."""

    def stopping(self) -> bool:
        """True once the slice should end soon: long loops and generators check it."""


class SourceTask[C: Config]:
    """Base of source tasks; ``config`` is set before ``start``."""

    config: C

    def source_partitions(self) -> Sequence[Mapping[str, Any]] | None:
        """The source partitions this task will read offsets of, if known from config alone (before ``start``).

        Lets a slice read only the partitions of the offset topic that they hash to; None = read them all.
        """
        return None

    def start(self, context: SourceContext) -> None:
        """Open what ``poll`` needs and take up the stored offsets."""

    def poll(self) -> Iterable[SourceRecord] | None:
        """One batch (list or generator); empty or None: a whole round over the source brought nothing now.

        Never waits for new data: the runner owns the clock and asks again after ``idle_ms``. Retriable raised
        midway keeps what was yielded before it.
        """
        raise NotImplementedError

    def idle_ms(self) -> int:
        """Milliseconds until it makes sense to poll again after an empty poll. Default 1000."""
        return 1000

    def commit_record(self, record: SourceRecord, metadata: Any) -> None:
        """A record is durable in Kafka (``metadata``), or was dropped (``metadata`` is None)."""

    def commit(self) -> None:
        """Everything polled so far is durable, offsets included; only now may a queue source acknowledge (I1)."""

    def stop(self) -> None:
        """Release what ``start`` took; called once, also after a failed start."""
