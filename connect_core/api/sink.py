"""What the author of a sink task writes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from connect_core.config import Config
from connect_core.data import SinkRecord


class TopicPartition(NamedTuple):
    """A Kafka partition."""

    topic: str
    partition: int


class ErrantRecordReporter(Protocol):
    """KIP-610: hand a record that the target rejected to the dead letter queue and the error log."""

    def __call__(self, record: SinkRecord, error: Exception) -> None:
        """Report; raises when ``errors.tolerance`` is ``none``. Durable before the record's offset passes (I3)."""

    def flush(self) -> None:
        """Everything reported is durable when this returns: for tasks that commit offsets in the target themselves."""


class SinkContext(Protocol):
    """What a started sink task may ask of the runtime."""

    @property
    def connector(self) -> str:
        """Connector name."""

    @property
    def task(self) -> int:
        """Task number."""

    @property
    def reporter(self) -> ErrantRecordReporter | None:
        """The errant record reporter; None unless a DLQ topic or ``errors.log.enable`` is set."""

    def assignment(self) -> Collection[TopicPartition]:
        """The partitions this task has now."""

    def timeout(self, ms: int) -> None:
        """Wait this long before the next delivery (with Retriable: before the redelivery)."""

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deliver again from these offsets."""

    def pause(self, *partitions: TopicPartition) -> None:
        """Deliver nothing from these partitions until resumed."""

    def resume(self, *partitions: TopicPartition) -> None:
        """Undo ``pause``."""

    def request_commit(self) -> None:
        """Commit offsets as soon as possible."""

    def stopping(self) -> bool:
        """True once the slice should end soon."""


class SinkTask[C: Config]:
    """Base of sink tasks; ``config`` is set before ``start``."""

    config: C

    def start(self, context: SinkContext) -> None:
        """Open what ``put`` needs."""

    def open(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions were assigned."""

    def put(self, records: Sequence[SinkRecord]) -> None:
        """Take a batch, possibly empty. Retriable: the same batch comes again; BatchFailure marks single records."""
        raise NotImplementedError

    def flush(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Make everything put so far durable in the target."""

    def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        """Offsets (next to read) that may be committed now (I2). Default: flush, then all of them."""
        self.flush(offsets)
        return offsets

    def drain(self) -> None:
        """The feed ends here: write tails that ``put`` holds back, so that ``pre_commit`` can return everything."""

    def close(self, partitions: Collection[TopicPartition]) -> None:
        """Partitions are taken away."""

    def stop(self) -> None:
        """Release what ``start`` took; called once, also after a failed start."""
