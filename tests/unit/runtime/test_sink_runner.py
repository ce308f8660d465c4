"""The sink slice on in-memory ports: delivery, redelivery, what may be committed, dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from connect_core.api import BatchFailure, Retriable, SinkConfig, SinkContext, SinkRecord, SinkTask, TopicPartition
from connect_core.errors import ConnectError
from connect_core.runtime.dead_letters import DeadLetters
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import FeedRecord, Message
from connect_core.runtime.sink_runner import SinkRunner
from connect_core.runtime.slice import SliceReport, SliceRequest
from tests.unit.runtime.stands import HandClock, ListFeed, assembly, ports

PLACE = TopicPartition("t", 0)


def raw(offset: int, value: bytes = b"v") -> FeedRecord:
    return FeedRecord("t", 0, offset, 1000 + offset, 1, b"k", value, [("h", b"1")])


class Keep(SinkTask[SinkConfig]):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[object] = []
        self.calls: list[str] = []

    def start(self, context: SinkContext) -> None:
        self.context = context

    def put(self, records: Sequence[SinkRecord]) -> None:
        self.got += [r.value for r in records]

    def drain(self) -> None:
        self.calls.append("drain")

    def close(self, partitions: object) -> None:
        self.calls.append("close")

    def stop(self) -> None:
        self.calls.append("stop")


class Outlet:
    """A plain producer that becomes durable at the flush."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.durable: list[Message] = []

    def send(self, messages: Sequence[Message]) -> None:
        self.sent += messages

    def flush(self) -> None:
        self.durable, self.sent = self.durable + self.sent, []


class Run:
    """One slice."""

    def __init__(self, task: SinkTask[SinkConfig], batches: list[list[FeedRecord] | None], *, tolerate: bool = False):
        self.clock = HandClock()
        self.feed = ListFeed(batches, self.clock)
        self.outlet = Outlet()
        self.letters = DeadLetters("dlq", self.outlet, connector="c", task=0, context_headers=True)
        self.lease = Lease(self.clock, self.clock.now() + 60)
        self.assembly = assembly(task, self.lease, sink=True, tolerate=tolerate, reporters=[self.letters])
        self.ports = ports(self.clock, self.feed)

    def __call__(self) -> SliceReport:
        request = SliceRequest(connector="c", task=0, generation=7)
        runner = SinkRunner(
            request, self.ports, self.assembly, self.lease, dead_letters=self.letters, flush_interval_ms=60000
        )
        return runner.run()


def test_put_then_commit_then_close() -> None:
    task = Keep()
    run = Run(task, [[raw(0, b"a"), raw(1, b"b")]])
    report = run()
    assert task.got == ["a", "b"]
    assert run.feed.commits == [{PLACE: 2}]
    assert task.calls == ["close", "stop"]
    assert (report.state, report.records, report.offsets) == ("RUNNING", 2, 1)


def test_a_feed_that_ends_is_drained_before_the_last_commit() -> None:
    class Tail(Keep):
        def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
            return offsets if "drain" in self.calls else {}

    run = Run(Tail(), [[raw(0)], None])
    run()
    assert run.feed.commits == [{PLACE: 1}]


def test_retriable_puts_the_same_batch_again() -> None:
    class Flaky(Keep):
        tries = 0

        def put(self, records: Sequence[SinkRecord]) -> None:
            if records and self.tries < 2:
                self.tries += 1
                self.context.timeout(3000)
                raise Retriable("the target is away")
            super().put(records)

    task = Flaky()
    run = Run(task, [[raw(0, b"a")], [raw(1, b"b")]])
    run()
    assert task.got == ["a", "b"]
    assert run.clock.now() >= 1006
    assert run.feed.commits[-1] == {PLACE: 2}


def test_a_failed_put_still_commits_earlier_batches() -> None:
    class Breaks(Keep):
        def put(self, records: Sequence[SinkRecord]) -> None:
            if any(r.value == "bad" for r in records):
                raise ValueError("no such table")
            super().put(records)

    task = Breaks()
    run = Run(task, [[raw(0, b"a")], [raw(1, b"bad")]])
    with pytest.raises(ConnectError, match="Exiting WorkerSinkTask") as caught:
        run()
    assert str(caught.value.__cause__) == "no such table"
    assert run.feed.commits == [{PLACE: 1}]
    assert task.calls[-1] == "stop"


def test_pre_commit_cannot_go_beyond_what_was_delivered() -> None:
    class Boast(Keep):
        def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
            return {PLACE: 99, TopicPartition("other", 1): 5}

    run = Run(Boast(), [[raw(0)]])
    run()
    assert run.feed.commits == []


def test_rejected_records_are_durable_in_the_dlq_before_the_offset_passes() -> None:
    class Picky(Keep):
        def put(self, records: Sequence[SinkRecord]) -> None:
            bad = {i: ValueError("too long") for i, r in enumerate(records) if r.value == "bad"}
            super().put([r for i, r in enumerate(records) if i not in bad])
            if bad:
                raise BatchFailure("some records were refused", bad)

    task = Picky()
    run = Run(task, [[raw(0, b"a"), raw(1, b"bad"), raw(2, b"c")]], tolerate=True)
    order: list[int] = []
    commit = run.feed.commit

    def watched(offsets: Mapping[TopicPartition, int], *, messages: Sequence[Message] = ()) -> None:
        if offsets:
            order.append(len(run.outlet.durable))
        commit(offsets, messages=messages)

    run.feed.commit = watched  # type: ignore[method-assign]
    run()
    assert task.got == ["a", "c"]
    assert order == [1]
    (letter,) = run.outlet.durable
    headers = dict(letter.headers)
    assert (letter.topic, letter.key, letter.value, letter.timestamp) == ("dlq", b"k", b"bad", 1001)
    assert headers["h"] == b"1"
    assert headers["__connect.errors.stage"] == b"TASK_PUT"
    assert headers["__connect.errors.offset"] == b"1"
    assert headers["__connect.errors.exception.class.name"] == b"java.lang.IllegalArgumentException"
    assert run.feed.commits == [{PLACE: 3}]


def test_with_tolerance_none_the_record_is_reported_and_the_task_fails() -> None:
    class Picky(Keep):
        def put(self, records: Sequence[SinkRecord]) -> None:
            if records:
                assert self.context.reporter is not None
                self.context.reporter(records[0], ValueError("too long"))

    run = Run(Picky(), [[raw(0)]])
    with pytest.raises(ConnectError):
        run()
    assert len(run.outlet.durable) == 1
    assert run.feed.commits == []


def test_a_slice_that_ends_early_commits_what_was_delivered() -> None:
    task = Keep()
    run = Run(task, [[raw(0, b"a")]])
    poll, polls = run.feed.poll, 0

    def grown(max_records: int, timeout: float) -> list[FeedRecord] | None:
        nonlocal polls
        polls += 1
        if polls == 2:
            raise Retriable("the topics have new partitions")
        return poll(max_records, timeout)

    run.feed.poll = grown  # type: ignore[method-assign]
    assert run().state == "RETRY"
    assert run.feed.commits == [{PLACE: 1}]
    assert task.calls == ["close", "stop"]
