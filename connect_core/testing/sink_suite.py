"""The conformance suite of sink connectors: subclass ``SinkSuite``, say what to write and how to read it back.

The rules are those the runner relies on: what ``pre_commit`` returns is durable (I2), a crash loses nothing, a drained
task holds nothing back, and bad records are told one by one. Neighbours: ``config_suite``, ``contexts``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest

from connect_core.api import BatchFailure, SinkConnector, SinkRecord, SinkTask, TopicPartition
from connect_core.testing.config_suite import ConfigSuite
from connect_core.testing.contexts import MemorySinkContext


class SinkSuite(ConfigSuite):
    """Subclass as ``Test...`` with ``connector``, ``config``, ``record``, ``stored`` and a fixture ``service``."""

    connector: ClassVar[type[SinkConnector[Any]]]
    ordered: ClassVar[bool] = True
    """The target keeps records of a partition in their order."""
    idempotent: ClassVar[bool] = False
    """Records that are put again do not appear twice in the target."""
    tolerant_config: ClassVar[Mapping[str, str]] = {"errors.tolerance": "all"}
    """What is added to the config when bad records are to be reported."""
    records: ClassVar[int] = 20

    def record(self, n: int) -> SinkRecord:
        """The n-th record: ``self.topic``, partition 0, offset n."""
        raise NotImplementedError

    def stored(self, service: Any) -> Sequence[Any]:
        """What the target holds of ``self.topic``, as ``value`` has it, in its order."""
        raise NotImplementedError

    def value(self, record: SinkRecord) -> Any:
        """What the target must hold of a record."""
        return record.value

    def bad(self, n: int) -> SinkRecord | None:
        """The n-th record made such that the target refuses it; None: this target takes everything."""
        raise NotImplementedError

    def whole(self, service: Any) -> dict[str, str]:
        """``config`` with what every sink has."""
        return super().whole(service) | {"topics": self.topic}

    # -- driving a task ----------------------------------------------------------------------------------------------

    @property
    def partition(self) -> TopicPartition:
        """Where all records come from."""
        return TopicPartition(self.topic, 0)

    @contextmanager
    def started(
        self, service: Any, *, reporting: bool = False, more: Mapping[str, str] | None = None
    ) -> Iterator[SinkRun]:
        """A task with its partition open; stopped at the end without being closed, as in a crash."""
        config = self.whole(service) | dict(more or {})
        run = SinkRun(self.connector, config, self.partition, reporting=reporting)
        try:
            run.task.start(run.context)
            run.task.open([self.partition])
            yield run
        finally:
            run.task.stop()

    def some(self, start: int = 0, end: int | None = None) -> list[SinkRecord]:
        """Records start to end."""
        return [self.record(n) for n in range(start, self.records if end is None else end)]

    def holds(self, service: Any, records: Sequence[SinkRecord], *, repeats: bool = False) -> None:
        """Fail unless the target holds just these; ``repeats`` allows any of them more than once."""
        found, wanted = list(self.stored(service)), [self.value(record) for record in records]
        if repeats and not self.idempotent:
            assert not [value for value in wanted if value not in found], "lost"
            assert not [value for value in found if value not in wanted], "invented"
        elif self.ordered:
            assert found == wanted
        else:
            assert sorted(map(repr, found)) == sorted(map(repr, wanted))

    # -- tests -------------------------------------------------------------------------------------------------------

    def test_records_arrive(self, service: Any) -> None:
        """In small and large batches, empty ones between them."""
        with self.started(service) as run:
            run.put(self.some(0, 1))
            run.put([])
            run.put(self.some(1, 8))
            run.put(self.some(8))
            run.drain()
            self.holds(service, self.some())

    def test_what_may_be_committed_is_in_the_target(self, service: Any) -> None:
        """I2, after every put; and never more than was put."""
        with self.started(service) as run:
            for n in range(self.records):
                run.put([self.record(n)])
                safe = run.pre_commit()
                assert 0 <= safe <= n + 1
                found = self.stored(service)
                assert not [r.offset for r in self.some(0, safe) if self.value(r) not in found], "not in the target"

    def test_a_drained_task_holds_nothing_back(self, service: Any) -> None:
        """After ``drain`` everything is durable and may be committed, whatever the size of the tail."""
        with self.started(service) as run:
            for n in range(3):
                run.put([self.record(n)])
                run.drain()
                assert run.pre_commit() == n + 1
                self.holds(service, self.some(0, n + 1))

    def test_a_crash_after_every_put_loses_nothing(self, service: Any) -> None:
        """Each life begins where the last one committed; every third puts one record more before it dies."""
        committed = 0
        for end in range(1, self.records):
            with self.started(service) as run:
                run.put(self.some(committed, end))
                committed = max(committed, run.pre_commit(default=committed))
                if end % 3 == 0:
                    run.put(self.some(end, end + 1))
        with self.started(service) as run:
            run.put(self.some(committed))
            run.drain()
            assert run.pre_commit(default=committed) == self.records
        self.holds(service, self.some(), repeats=True)

    def test_records_put_again(self, service: Any) -> None:
        """The offsets' commit got lost: the same records come once more, in the same batch and in others."""
        for sizes in ([self.records], [self.records], [5] * 4):
            with self.started(service) as run:
                start = 0
                for size in sizes:
                    run.put(self.some(start, min(start + size, self.records)))
                    start += size
                run.drain()
        self.holds(service, self.some(), repeats=True)

    def test_a_closed_partition_may_come_back(self, service: Any) -> None:
        """``close`` forgets what is not durable; after ``open`` it comes again."""
        with self.started(service) as run:
            run.put(self.some(0, 5))
            safe = run.pre_commit()
            run.task.close([self.partition])
            run.task.open([self.partition])
            run.put(self.some(safe))
            run.drain()
            assert run.pre_commit() == self.records
        self.holds(service, self.some(), repeats=True)

    def test_bad_records_are_told_one_by_one(self, service: Any) -> None:
        """Through the reporter; the good ones around them arrive and everything may be committed."""
        batch = self._with_bad_ones()
        bad = {record.offset for record in batch} - {record.offset for record in self._good(batch)}
        with self.started(service, reporting=True, more=self.tolerant_config) as run:
            run.put(batch)
            run.drain()
            told = [record.offset for record, _ in run.context.reported]
            assert sorted(told) == sorted(bad)
            assert all(str(error) for _, error in run.context.reported)
            assert run.pre_commit() == len(batch)
        self.holds(service, self._good(batch))

    def test_without_a_reporter_a_bad_record_stops_the_task(self, service: Any) -> None:
        """Or is marked in a BatchFailure; it never passes silently."""
        batch = self._with_bad_ones()
        good = {record.offset for record in self._good(batch)}
        with self.started(service) as run:
            if len(good) == len(batch):
                run.put(batch)
                return
            with pytest.raises(Exception, match=r".+") as caught:
                run.task.put(batch)
            if isinstance(caught.value, BatchFailure):
                assert {batch[index].offset for index in caught.value.failures} == {
                    n for n in range(6) if n not in good
                }

    def test_stop_can_be_repeated_and_needs_no_start(self, service: Any) -> None:
        """It is called after a failed start too."""
        with self.started(service) as run:
            run.put(self.some(0, 1))
            run.task.stop()
        SinkRun(self.connector, self.whole(service), self.partition, reporting=False).task.stop()
        connector = self.connector()
        connector.config = self.connector.config_class().parse(self.whole(service))
        connector.stop()
        connector.stop()

    def _with_bad_ones(self) -> list[SinkRecord]:
        return [self._either(n, n in (1, 4)) for n in range(6)]

    def _either(self, n: int, bad: bool) -> SinkRecord:
        made = self.bad(n) if bad else None
        return self.record(n) if made is None else made

    def _good(self, batch: Sequence[SinkRecord]) -> list[SinkRecord]:
        refuses = self.bad(1) is not None
        return [record for record in batch if not refuses or record.offset not in (1, 4)]


class SinkRun:
    """One life of a task."""

    def __init__(
        self,
        connector: type[SinkConnector[Any]],
        config: Mapping[str, str],
        partition: TopicPartition,
        *,
        reporting: bool,
    ) -> None:
        self.context = MemorySinkContext([partition], reporting=reporting)
        self.task: SinkTask[Any] = connector.task()
        self.task.config = connector.config_class().parse(config)
        self._partition = partition
        self._delivered: int | None = None

    def put(self, records: Sequence[SinkRecord]) -> None:
        """Deliver; records a BatchFailure marks go to the reporter, as the runner does it."""
        reporter: Callable[[SinkRecord, Exception], None] | None = self.context.reporter
        try:
            self.task.put(records)
        except BatchFailure as error:
            if reporter is None:
                raise
            for index, reason in error.failures.items():
                reporter(records[index], reason)
        if records:
            self._delivered = records[-1].offset + 1

    def drain(self) -> None:
        """The feed ends here."""
        self.task.drain()

    def pre_commit(self, *, default: int = 0) -> int:
        """The offset that may be committed now; ``default`` when the task names none."""
        if self._delivered is None:
            return default
        allowed = self.task.pre_commit({self._partition: self._delivered})
        return allowed.get(self._partition, default)
