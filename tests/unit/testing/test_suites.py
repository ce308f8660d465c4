"""The conformance suites themselves: good connectors pass, and each of these broken ones is caught by its test."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from connect_core.api import (
    DataError,
    Password,
    SinkConfig,
    SinkConnector,
    SinkContext,
    SinkRecord,
    SinkTask,
    SourceConfig,
    SourceConnector,
    SourceContext,
    SourceRecord,
    SourceTask,
    TopicPartition,
    key,
)
from connect_core.testing import SinkSuite, SourceSuite

TOPIC = "numbers"


class CounterConfig(SourceConfig):
    """Keys of the source below."""

    upto: str = key("Where the list of numbers is found.")
    token: Password = key("A secret.", default=Password(""))


class CounterTask(SourceTask[CounterConfig]):
    """Numbers out of a list that the tests fill."""

    numbers: ClassVar[list[int]] = []
    source: Mapping[str, Any] = {"list": "numbers"}

    def start(self, context: SourceContext) -> None:
        self.next = (context.offset(self.source) or {"next": 0})["next"]

    def source_partitions(self) -> Sequence[Mapping[str, Any]]:
        return [self.source]

    def poll(self) -> list[SourceRecord]:
        found = self.numbers[self.next : self.next + 4]
        records = [self.record(self.next + n, number) for n, number in enumerate(found)]
        self.next += len(found)
        return records

    def record(self, index: int, number: int) -> SourceRecord:
        return SourceRecord(TOPIC, number, source_partition=self.source, source_offset={"next": index + 1})


class CounterConnector(SourceConnector[CounterConfig]):
    """Emits numbers."""

    version, task = "1.0", CounterTask


class Source(SourceSuite):
    connector: ClassVar[type[SourceConnector[Any]]] = CounterConnector

    def config(self, service: Any) -> dict[str, str]:
        return {"upto": "somewhere"}

    def seed(self, service: list[int], n: int) -> Sequence[int]:
        CounterTask.numbers = service
        new = list(range(len(service), len(service) + n))
        service += new
        return new


class TestSource(Source):
    """The suite as an author uses it."""

    @pytest.fixture
    def service(self) -> list[int]:
        return []


class Batched(CounterTask):
    """The offset of the whole batch on every record: half of it is lost with a crash."""

    def record(self, index: int, number: int) -> SourceRecord:
        return SourceRecord(TOPIC, number, source_partition=self.source, source_offset={"next": index // 4 * 4 + 4})


class Forgetful(CounterTask):
    """Begins anew each time."""

    def start(self, context: SourceContext) -> None:
        self.next = 0


class Backwards(CounterTask):
    """Offsets that fall."""

    def record(self, index: int, number: int) -> SourceRecord:
        return SourceRecord(TOPIC, number, source_partition=self.source, source_offset={"next": 1000 - index})


class Unannounced(CounterTask):
    """Reads offsets it did not ask for."""

    def source_partitions(self) -> Sequence[Mapping[str, Any]]:
        return [{"list": "other"}]


class Sleepy(CounterTask):
    """Waits for more."""

    def poll(self) -> list[SourceRecord]:
        found = super().poll()
        if not found:
            time.sleep(0)
        return found


class Tuples(CounterTask):
    """An offset that JSON changes."""

    def record(self, index: int, number: int) -> SourceRecord:
        return SourceRecord(TOPIC, number, source_partition=self.source, source_offset={"next": (index,)})


class StopsOnce(CounterTask):
    """Releases what it does not have."""

    def start(self, context: SourceContext) -> None:
        super().start(context)
        self.open = [1]

    def stop(self) -> None:
        self.open.pop()


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Batched, "test_records_of_an_unfinished_poll_come_again"),
        (Forgetful, "test_everything_arrives_once"),
        (Forgetful, "test_a_crash_at_every_batch_boundary_loses_and_repeats_nothing"),
        (Backwards, "test_offsets_are_json_and_never_go_back"),
        (Tuples, "test_offsets_are_json_and_never_go_back"),
        (Unannounced, "test_the_partitions_read_are_those_announced"),
        (StopsOnce, "test_stop_can_be_repeated_and_needs_no_start"),
    ],
)
def test_broken_sources_are_caught(broken: type[CounterTask], test: str) -> None:
    with pytest.raises((AssertionError, IndexError, AttributeError)):
        getattr(_source(broken), test)([])


def test_a_poll_that_sleeps_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="poll slept"):
        _source(Sleepy).test_poll_does_not_wait([], monkeypatch)
    _source(CounterTask).test_poll_does_not_wait([], monkeypatch)


def test_tasks_that_share_a_partition_are_caught() -> None:
    class Twice(CounterConnector):
        """The same work for every task."""

        def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
            return [dict(self.config.originals)] * max_tasks

    class Shared(Source):
        connector = Twice

    with pytest.raises(AssertionError):
        Shared().test_two_tasks_never_share_a_source_partition([])


def _source(kind: type[CounterTask]) -> Source:
    class Connector(CounterConnector):
        """Emits numbers, somehow."""

        task = kind

    class Suite(Source):
        connector = Connector

    suite = Suite()
    suite.topic = TOPIC
    return suite


class ListConfig(SinkConfig):
    """Keys of the sink below."""

    target: str = key("Which list to append to.")


class ListTask(SinkTask[ListConfig]):
    """Appends even offsets' pairs when complete; what is odd waits, as in a sink with files."""

    target: ClassVar[list[int]] = []

    def start(self, context: SinkContext) -> None:
        self.context = context
        self.held: list[SinkRecord] = []
        self.safe: dict[TopicPartition, int] = {}

    def put(self, records: Sequence[SinkRecord]) -> None:
        for record in records:
            if not isinstance(record.value, int):
                self.refuse(record)
                continue
            self.held.append(record)
            if record.offset % 2:
                self.drain()

    def refuse(self, record: SinkRecord) -> None:
        error = DataError("no number")
        if self.context.reporter is None:
            raise error
        self.context.reporter(record, error)

    def drain(self) -> None:
        self.target.extend(record.value for record in self.held)
        self.held = []

    def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        return {p: self.held[0].offset if self.held else offset for p, offset in offsets.items()}

    def close(self, partitions: Any) -> None:
        self.held = []


class ListConnector(SinkConnector[ListConfig]):
    """Appends to a list."""

    version, task = "1.0", ListTask


class Sink(SinkSuite):
    connector: ClassVar[type[SinkConnector[Any]]] = ListConnector

    def config(self, service: Any) -> dict[str, str]:
        ListTask.target = service
        return {"target": "numbers"}

    def record(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value=n)

    def bad(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value="text")

    def stored(self, service: list[int]) -> Sequence[int]:
        return list(service)


class TestSink(Sink):
    """The suite as an author uses it."""

    @pytest.fixture
    def service(self) -> list[int]:
        return []


class Hasty(ListTask):
    """Lets everything be committed."""

    def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        return offsets


class Hoarder(ListTask):
    """Does not drain."""

    def drain(self) -> None:
        if len(self.held) > 1:
            super().drain()


class Silent(ListTask):
    """Says nothing about bad records."""

    def refuse(self, record: SinkRecord) -> None: ...


class Sloppy(ListTask):
    """Reports a good one too."""

    def refuse(self, record: SinkRecord) -> None:
        super().refuse(record)
        for held in self.held:
            super().refuse(held)


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Hasty, "test_what_may_be_committed_is_in_the_target"),
        (Hasty, "test_a_crash_after_every_put_loses_nothing"),
        (Hoarder, "test_a_drained_task_holds_nothing_back"),
        (Silent, "test_bad_records_are_told_one_by_one"),
        (Silent, "test_without_a_reporter_a_bad_record_stops_the_task"),
        (Sloppy, "test_bad_records_are_told_one_by_one"),
    ],
)
def test_broken_sinks_are_caught(broken: type[ListTask], test: str) -> None:
    class Connector(ListConnector):
        """Appends, somehow."""

        task = broken

    class Suite(Sink):
        connector = Connector

    suite = Suite()
    suite.topic = TOPIC
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(suite, test)([])


def test_sinks_that_claim_to_be_idempotent_and_are_not_are_caught() -> None:
    class Claims(Sink):
        idempotent = True

    suite = Claims()
    suite.topic = TOPIC
    with pytest.raises(AssertionError):
        suite.test_records_put_again([])


class Talkative(CounterConfig):
    """A config that prints what it should not, and a key without a word about it."""

    silent: str | None = key("", default=None)
    odd: str = key("A default that is not allowed.", default="x", checks=[lambda name, value: _never(name)])

    def __repr__(self) -> str:
        return f"{self.token.value}"


def _never(name: str) -> None:
    raise DataError(name)


class TalkativeTask(SourceTask[Talkative]):
    """Does nothing."""


class TalkativeConnector(SourceConnector[Talkative]):
    """Talks."""

    version, task = "1.0", TalkativeTask


@pytest.mark.parametrize("test", ["test_every_key_is_documented", "test_defaults_survive_being_written_out"])
def test_careless_keys_are_caught(test: str) -> None:
    class Suite(Source):
        connector = TalkativeConnector

    with pytest.raises((AssertionError, DataError)):
        getattr(Suite(), test)()


def test_printed_secrets_are_caught() -> None:
    class Quiet(CounterConfig):
        """Only the repr is wrong."""

        def __repr__(self) -> str:
            return f"{self.token.value}"

    class QuietTask(SourceTask[Quiet]):
        """Does nothing."""

    class QuietConnector(SourceConnector[Quiet]):
        """Talks."""

        version, task = "1.0", QuietTask

    class Suite(Source):
        connector = QuietConnector

    with pytest.raises(AssertionError):
        Suite().test_secrets_are_never_shown([])
