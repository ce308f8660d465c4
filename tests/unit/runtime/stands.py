"""Stand-ins of the ports, in memory, for runner tests: small enough to read, strict enough to fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connect_core.api import Converter, HeaderConverter, SinkConnector, SourceConnector, TopicPartition
from connect_core.config import SinkConfig, SourceConfig
from connect_core.converters.simple import StringConverter
from connect_core.errors import Retriable
from connect_core.runtime.assemble import Assembly
from connect_core.runtime.chain import Chain
from connect_core.runtime.lease import Lease
from connect_core.runtime.policy import ErrorPolicy, Reporter
from connect_core.runtime.ports import Assignment, FeedRecord, Message, Ports


class HandClock:
    """Time that passes only by sleeping."""

    def __init__(self, now: float = 1000.0) -> None:
        self.time, self.ended = now, False

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def stopping(self) -> bool:
        return self.ended


class Offsets:
    """Stored offsets by their partition's text; ``stored`` is what a transaction made visible."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.loaded = False

    def load(self, partitions: Sequence[Mapping[str, Any]] | None) -> None:
        self.loaded = True

    def get(self, partition: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return self.kept.get(str(partition))

    def messages(self, offsets: Sequence[tuple[Any, Any]]) -> list[Message]:
        return [Message("offsets", str(p).encode(), str(o).encode()) for p, o in offsets]

    def stored(self, offsets: Sequence[tuple[Any, Any]]) -> None:
        self.kept.update({str(p): o for p, o in offsets})


class Status:
    """Remembers every state that was set."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str | None]] = []

    def messages(self, state: str, trace: str | None) -> list[Message]:
        return [Message("status", b"task", state.encode())]

    def report(self, state: str, trace: str | None) -> None:
        self.said.append((state, trace))

    def topics(self, topics: Sequence[str]) -> list[Message]:
        return []


class Given:
    """Control with one assignment; set ``now`` to change it."""

    def __init__(self, assignment: Assignment | None) -> None:
        self.now = self.seen = assignment

    def read(self) -> Assignment | None:
        self.seen = self.now
        return self.now

    def changed(self) -> bool:
        return self.now != self.seen


class ListFeed:
    """A feed over lists of records; ``None`` ends it."""

    final = False

    def __init__(self, batches: Iterable[list[FeedRecord] | None], clock: HandClock) -> None:
        self._batches, self._clock = iter(batches), clock
        self.commits: list[dict[TopicPartition, int]] = []
        self.sent: list[Message] = []
        self.sought: list[dict[TopicPartition, int]] = []
        self.closed = False

    def open(self) -> Sequence[TopicPartition]:
        return [TopicPartition("t", 0)]

    def poll(self, max_records: int, timeout: float) -> list[FeedRecord] | None:
        for batch in self._batches:
            if batch is None:
                return None
            return batch
        self._clock.sleep(timeout)
        return []

    def commit(self, offsets: Mapping[TopicPartition, int], *, messages: Sequence[Message] = ()) -> None:
        if offsets:
            self.commits.append(dict(offsets))
        self.sent += messages

    def committed(self) -> Mapping[TopicPartition, int]:
        return {}

    def seek(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.sought.append(dict(offsets))

    def pause(self, partitions: Sequence[TopicPartition]) -> None: ...

    def resume(self, partitions: Sequence[TopicPartition]) -> None: ...

    def close(self) -> None:
        self.closed = True


class LogProducer:
    """A transactional producer over a list: ``visible`` is what a read-committed consumer sees."""

    def __init__(self) -> None:
        self.visible: list[Message] = []
        self.pending: list[Message] | None = None
        self.fail_next_commit = False
        self.closed = False

    def begin(self) -> None:
        assert self.pending is None, "a transaction is open already"
        self.pending = []

    def send(self, messages: Iterable[Message]) -> None:
        assert self.pending is not None, "no transaction is open"
        self.pending += messages

    def commit(self) -> None:
        assert self.pending is not None
        pending, self.pending = self.pending, None
        if self.fail_next_commit:
            self.fail_next_commit = False
            raise Retriable("the broker is away")
        self.visible += pending

    def abort(self) -> None:
        self.pending = None

    def close(self) -> None:
        self.closed = True

    def values(self, topic: str) -> list[bytes | None]:
        return [m.value for m in self.visible if m.topic == topic]


class NoTopics:
    """Topic creation left to the broker."""

    def ensure(self, topic: str) -> None: ...


class PlainHeaders(HeaderConverter):
    """Headers as UTF-8 text."""

    def from_connect_header(self, topic: str, name: str, schema: Any, value: Any) -> bytes | None:
        return str(value).encode()

    def to_connect_header(self, topic: str, name: str, data: bytes | None) -> tuple[Any, Any]:
        return None, data


class AnySource(SourceConnector[SourceConfig]):
    version = "1"

    @classmethod
    def config_class(cls) -> type[SourceConfig]:
        return SourceConfig


class AnySink(SinkConnector[SinkConfig]):
    version = "1"

    @classmethod
    def config_class(cls) -> type[SinkConfig]:
        return SinkConfig


def assignment(generation: int = 7, target: str = "STARTED") -> Assignment:
    """What the config topic says."""
    return Assignment(
        connector_config={}, task_config={}, task_count=1, target=target, generation=generation, config_offset=3
    )


def assembly(
    task: Any,
    lease: Lease,
    *,
    sink: bool = False,
    tolerate: bool = False,
    reporters: Sequence[Reporter] = (),
    **config: str,
) -> Assembly:
    """A task with string converters and no transforms."""
    base = {"name": "c", "connector.class": "x", "topics": "t"} if sink else {"name": "c", "connector.class": "x"}
    connector: Any = AnySink() if sink else AnySource()
    connector.config = type(connector).config_class().parse(base | config)
    policy = ErrorPolicy(
        tolerate_all=tolerate, retry_timeout_ms=0, retry_delay_max_ms=60000, lease=lease, reporters=reporters
    )
    return Assembly(
        connector=connector,
        task=task,
        config=base | config,
        key_converter=_string(is_key=True),
        value_converter=_string(is_key=False),
        header_converter=PlainHeaders(),
        chain=Chain([]),
        policy=policy,
        idle_ms=connector.config.function_idle_ms,
    )


def ports(clock: HandClock, feed: ListFeed | None = None) -> Ports:
    """All ports in memory."""
    return Ports(offsets=Offsets(), status=Status(), control=Given(assignment()), clock=clock, feed=feed)


def _string(*, is_key: bool) -> Converter:
    converter = StringConverter()
    converter.configure({}, is_key=is_key)
    return converter
