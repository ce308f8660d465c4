"""The source slice on in-memory ports: what becomes visible, in which transaction, and how slices end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from connect_core.api import DataError, Retriable, SourceConfig, SourceContext, SourceRecord, SourceTask
from connect_core.errors import ConnectError
from connect_core.runtime.boundary import Boundary
from connect_core.runtime.delivery import TransactionalDelivery
from connect_core.runtime.lease import Lease
from connect_core.runtime.slice import SliceReport, SliceRequest
from connect_core.runtime.source_runner import SourceRunner
from tests.unit.runtime.stands import HandClock, LogProducer, NoTopics, assembly, assignment, ports

PLACE = {"table": "t"}


class Numbers(SourceTask[SourceConfig]):
    """Batches of numbers; an offset is the last number."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self.batches = iter(batches)
        self.acknowledged: list[tuple[Any, Any]] = []
        self.commits = 0
        self.stopped = 0
        self.begin: Any = None

    def start(self, context: SourceContext) -> None:
        self.context = context
        self.begin = context.offset(PLACE)

    def poll(self) -> Iterable[SourceRecord] | None:
        for batch in self.batches:
            return batch if callable(getattr(batch, "send", None)) else [self.record(n) for n in batch]
        return None

    def record(self, n: Any) -> SourceRecord:
        return SourceRecord("t", n, source_partition=PLACE, source_offset={"n": n})

    def commit_record(self, record: SourceRecord, metadata: Any) -> None:
        self.acknowledged.append((record.value, metadata))

    def commit(self) -> None:
        self.commits += 1

    def stop(self) -> None:
        self.stopped += 1


class Run:
    """One slice of a task."""

    def __init__(
        self, task: Numbers, *, kind: str = "poll", tolerate: bool = False, lease_s: float | None = 60, **config: str
    ):
        self.clock = HandClock()
        self.task = task
        self.ports = ports(self.clock)
        end = None if lease_s is None else self.clock.now() + lease_s
        self.lease = Lease(self.clock, end)
        self.producer = LogProducer()
        self.delivery = TransactionalDelivery(
            self.producer,  # type: ignore[arg-type]  # the in-memory one
            self.ports,
            Boundary(kind, 10_000, self.clock),
            NoTopics(),
            "offsets",
        )
        self.assembly = assembly(task, self.lease, tolerate=tolerate, **config)
        self.request = SliceRequest(connector="c", task=0, generation=7)

    def __call__(self) -> SliceReport:
        return SourceRunner(self.request, self.ports, self.assembly, self.delivery, self.lease).run()


def test_records_and_offsets_become_visible_together() -> None:
    run = Run(Numbers([["1", "2"], ["3"]]))
    report = run()
    assert run.producer.values("t") == [b"1", b"2", b"3"]
    assert run.producer.values("offsets") == [str({"n": "2"}).encode(), str({"n": "3"}).encode()]
    assert (report.state, report.records, report.offsets) == ("RUNNING", 3, 2)
    assert run.ports.offsets.get(PLACE) == {"n": "3"}
    assert run.task.commits == 2
    assert run.task.stopped == 1


def test_the_status_is_running_only_after_start() -> None:
    run = Run(Numbers([]))
    run()
    assert run.ports.status.said == [("RUNNING", None)]  # type: ignore[attr-defined]
    assert run.producer.values("status") == [b"RUNNING"]


def test_an_idle_slice_ends_and_an_open_ended_one_waits() -> None:
    bounded = Run(Numbers([]))
    assert bounded().idle_ms == 1000
    assert bounded.clock.now() == 1000.0

    class Late(Numbers):
        def poll(self) -> Iterable[SourceRecord] | None:
            if self.context.stopping():
                return None
            clock.ended = clock.now() > 1005
            return None

    waiting = Run(Late([]), lease_s=None)
    clock = waiting.clock
    waiting()
    assert clock.now() > 1005


def test_function_idle_ms_keeps_a_slice_for_that_long() -> None:
    run = Run(Numbers([]), **{"function.idle.ms": "5000"})
    run()
    assert 1004 <= run.clock.now() <= 1006


def test_acknowledgement_comes_after_the_commit() -> None:
    run = Run(Numbers([["1"]]))
    run.producer.fail_next_commit = False
    seen: list[int] = []
    original = run.producer.commit

    def commit() -> None:
        seen.append(len(run.task.acknowledged))
        original()

    run.producer.commit = commit  # type: ignore[method-assign]
    run()
    assert seen[-1] == 0
    assert run.task.acknowledged == [("1", "t")]


def test_a_retriable_commit_ends_the_slice_and_the_next_one_takes_up_the_offsets() -> None:
    run = Run(Numbers([["1"]]))
    statuses = run.producer.commit

    def broken() -> None:
        if any(message.topic == "t" for message in run.producer.pending or ()):
            run.producer.fail_next_commit = True
        statuses()

    run.producer.commit = broken  # type: ignore[method-assign]
    report = run()
    assert report.state == "RETRY"
    assert run.producer.values("t") == []
    assert run.ports.offsets.get(PLACE) is None
    assert run.task.acknowledged == []


def test_retriable_in_the_middle_of_a_generator_keeps_what_was_yielded() -> None:
    def batch(task: Numbers) -> Iterable[SourceRecord]:
        yield task.record("1")
        raise Retriable("the database is away")

    task = Numbers([])
    task.batches = iter([batch(task), ["2"]])
    run = Run(task)
    report = run()
    assert run.producer.values("t") == [b"1", b"2"]
    assert report.state == "RUNNING"


def test_an_unfit_record_fails_the_task_or_is_skipped() -> None:
    with pytest.raises(ConnectError, match="Tolerance exceeded in error handler"):
        Run(Numbers([["1", DataError("too large")]]))()
    run = Run(Numbers([["1", DataError("too large"), "3"]]), tolerate=True)
    run()
    assert run.producer.values("t") == [b"1", b"3"]
    assert run.assembly.policy.skipped == 1
    assert run.task.acknowledged[0][1] is None


def test_another_generation_ends_the_slice() -> None:
    task = Numbers([])
    run = Run(task, lease_s=None)

    class Moving(Numbers):
        def poll(self) -> Iterable[SourceRecord] | None:
            run.ports.control.now = assignment(generation=8)  # type: ignore[attr-defined]
            return None

    run.task = run.assembly.task = Moving([])
    assert run().state == "SUPERSEDED"


def test_interval_boundary_commits_by_the_clock_and_at_the_end() -> None:
    run = Run(Numbers([["1"], ["2"], ["3"]]), kind="interval")
    run()
    offsets = run.producer.values("offsets")
    assert len(offsets) == 1
    assert run.producer.values("t") == [b"1", b"2", b"3"]


def test_connector_defined_boundaries() -> None:
    class Own(Numbers):
        def poll(self) -> Iterable[SourceRecord] | None:
            for batch in self.batches:
                records = [self.record(n) for n in batch]
                transaction = self.context.transaction
                assert transaction is not None
                if "drop" in batch:
                    transaction.abort(records[-1])
                else:
                    transaction.commit(records[0])
                return records
            return None

    run = Run(Own([["1", "drop"], ["2"]]), kind="connector")
    run()
    assert run.producer.values("t") == [b"2"]
    assert run.ports.offsets.get(PLACE) == {"n": "2"}
    assert run.producer.values("offsets")[0] == str({"n": "drop"}).encode()


def test_a_slice_without_any_boundary_fails_naming_the_key() -> None:
    run = Run(Numbers([["1"]]), kind="connector")
    with pytest.raises(ConnectError, match=r"function\.slice\.ms"):
        run()
    assert run.producer.values("t") == []


def test_a_topic_that_cannot_be_made_yet_ends_the_slice_and_no_record_is_skipped() -> None:
    class Away:
        def ensure(self, topic: str) -> None:
            raise Retriable("the brokers are away")

    run = Run(Numbers([["1", "2"]]), tolerate=True)
    run.delivery.topics = Away()
    report = run()
    assert report.state == "RETRY"
    assert run.assembly.policy.skipped == 0
    assert run.ports.offsets.get(PLACE) is None


def test_a_topic_that_is_refused_fails_the_task_whatever_is_tolerated() -> None:
    class Refused:
        def ensure(self, topic: str) -> None:
            raise ConnectError("Task failed to create new topic")

    run = Run(Numbers([["1"]]), tolerate=True)
    run.delivery.topics = Refused()
    with pytest.raises(ConnectError, match="Task failed to create new topic"):
        run()


def test_a_broker_away_at_a_connector_defined_boundary_ends_the_slice() -> None:
    class Own(Numbers):
        def poll(self) -> Iterable[SourceRecord] | None:
            for batch in self.batches:
                records = [self.record(n) for n in batch]
                assert self.context.transaction is not None
                self.context.transaction.commit(records[0])
                run.producer.fail_next_commit = True
                return records
            return None

    run = Run(Own([["1", "2"], ["3"]]), kind="connector")
    assert run().state == "RETRY"
    assert run.producer.values("t") == []
    assert run.ports.offsets.get(PLACE) is None
