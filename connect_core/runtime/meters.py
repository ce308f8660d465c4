"""What the runners count (spec kafka-connect.md 11): a few numbers per batch and per commit, none per record.

Meters live in the process's registry by connector and task, so that totals go on from slice to slice. Neighbours:
``telemetry`` holds the names, ``policy`` counts errors, the hosts render.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from connect_core.telemetry import REGISTRY, Meter
from connect_core.telemetry.metrics import ERRORS, SINK, SLICE, SOURCE, TASK, WORKER

_POLL_TIME = ("poll-batch-avg-time-ms", "poll-batch-max-time-ms")
_PUT_TIME = ("put-batch-avg-time-ms", "put-batch-max-time-ms")
_COMMIT_TIME = ("offset-commit-avg-time-ms", "offset-commit-max-time-ms")
_SLICE_TIME = ("slice-avg-time-ms", "slice-max-time-ms")
_BATCH_SIZE = ("batch-size-avg", "batch-size-max")
_TRANSACTION_SIZE = ("transaction-size-avg", "transaction-size-max", "transaction-size-min")
_SOURCE_ACTIVE = tuple(f"source-record-active-count{kind}" for kind in ("", "-avg", "-max"))
_SINK_ACTIVE = tuple(f"sink-record-active-count{kind}" for kind in ("", "-avg", "-max"))


def labels_of(connector: str, task: int) -> dict[str, str]:
    """Labels of everything that belongs to one task."""
    return {"connector": connector, "task": str(task)}


def error_meter(connector: str, task: int) -> Meter:
    """``task-error-metrics`` of one task."""
    return REGISTRY.meter(ERRORS, **labels_of(connector, task))


class TaskMeters:
    """What sources and sinks have in common: batches, commits, starts."""

    def __init__(self, group: str, connector: str, task: int) -> None:
        labels = labels_of(connector, task)
        self._own = REGISTRY.meter(group, **labels)
        self._task = REGISTRY.meter(TASK, **labels)
        self._commits = self._failed_commits = 0
        self._waiting = True

    def started(self) -> None:
        """The task's ``start`` returned."""
        self._waiting = False
        count_startup("task", worked=True)

    def ended(self) -> None:
        """The slice is over; one that never got through ``start`` counts as a failure."""
        if self._waiting:
            self._waiting = False
            count_startup("task", worked=False)

    @contextmanager
    def commit(self) -> Iterator[None]:
        """Around one commit of offsets: its time, and whether it worked."""
        began = perf_counter()
        self._commits += 1
        try:
            yield
        except BaseException:
            self._failed_commits += 1
            raise
        finally:
            failed = self._failed_commits / self._commits
            self._task.record("offset-commit-failure-percentage", failed)
            self._task.record("offset-commit-success-percentage", 1 - failed)
        self._task.observe(_COMMIT_TIME, (perf_counter() - began) * 1000)

    def _batch(self, records: int) -> None:
        self._task.observe(_BATCH_SIZE, records)


class SourceMeters(TaskMeters):
    """One source task. Active are records that are produced and not committed yet."""

    def __init__(self, connector: str, task: int, *, transactions: bool) -> None:
        super().__init__(SOURCE, connector, task)
        self._open, self._transactions = 0, transactions

    def polled(self, seconds: float) -> None:
        """A poll that brought something; its records are converted as they come, so the time is that of both."""
        self._own.observe(_POLL_TIME, seconds * 1000)

    def sent(self, *, polled: int, written: int) -> None:
        """A batch went to the producer: records the task gave, and those that transforms and errors left."""
        self._batch(polled)
        self._own.record("source-record-poll-total", polled)
        self._own.record("source-record-write-total", written)
        self._open += written
        self._own.observe(_SOURCE_ACTIVE, self._open)

    def committed(self) -> None:
        """What was open is durable now."""
        if self._transactions:
            self._own.observe(_TRANSACTION_SIZE, self._open)
        self.settled()

    def settled(self) -> None:
        """Nothing is open any more: committed, or given up."""
        self._open = 0
        self._own.record("source-record-active-count", 0)


class SinkMeters(TaskMeters):
    """One sink task. Active are records that were read and whose offsets are not committed yet."""

    def __init__(self, connector: str, task: int) -> None:
        super().__init__(SINK, connector, task)
        self._active_records = 0
        self._sequence = 0

    def opened(self, partitions: int) -> None:
        """The task has its partitions."""
        self._own.record("partition-count", partitions)

    def read(self, records: int) -> None:
        """A batch came from the feed."""
        self._own.record("sink-record-read-total", records)
        self._active_records += records
        self._own.observe(_SINK_ACTIVE, self._active_records)

    def put(self, records: int, seconds: float) -> None:
        """The task took a batch."""
        self._batch(records)
        self._own.record("sink-record-send-total", records)
        self._own.observe(_PUT_TIME, seconds * 1000)

    def committed(self) -> None:
        """Offsets were committed."""
        self._sequence += 1
        self._own.record("offset-commit-seq-no", self._sequence)
        self._own.record("offset-commit-completion-total")
        self._active_records = 0
        self._own.record("sink-record-active-count", 0)

    def skipped(self) -> None:
        """A commit was due and there was nothing to commit."""
        self._own.record("offset-commit-skip-total")


def count_startup(what: str, *, worked: bool) -> None:
    """An attempt to start a ``task`` or a ``connector`` of this process, and how it ended."""
    meter = REGISTRY.meter(WORKER)
    meter.record(f"{what}-startup-attempts-total")
    meter.record(f"{what}-startup-{'success' if worked else 'failure'}-total")


def count_slice(connector: str, task: int, state: str, seconds: float) -> None:
    """One bounded run, whatever its end (``slice-metrics`` are ours)."""
    meter = REGISTRY.meter(SLICE, **labels_of(connector, task))
    meter.record("slice-total")
    for ended, name in _SLICE_ENDS.items():
        meter.record(name, int(state == ended))
    meter.observe(_SLICE_TIME, seconds * 1000)


_SLICE_ENDS: Mapping[str, str] = {"FAILED": "slice-failed-total", "SUPERSEDED": "slice-superseded-total"}
