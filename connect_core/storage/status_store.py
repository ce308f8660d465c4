"""The status topic (spec 3.4): what is known, what the coordinator writes, what one slice writes behind its fence.

``SliceStatus`` satisfies ``runtime.ports.StatusPort``: it only hands out messages, the slice's producer sends them, so
a superseded slice cannot (I4). Written on change only; ``generation`` repeats the last one in the topic.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer
from connect_core.storage import config_records as records
from connect_core.storage.fold import fold_status
from connect_core.storage.state import Status, StatusState


class Statuses(Protocol):
    """What callers see of both stores."""

    def refresh(self) -> StatusState:
        """The state at the end of the topic; the object never changes afterwards."""

    def put(self, connector: str, task: int, status: Status | None, *, safe: bool = False) -> None:
        """Set the status of a task, or of the connector (task -1); None removes it.

        ``safe``: only if the known one is absent, by the same worker, or of no newer generation.
        """

    def forget_topics(self, connector: str, topics: Iterable[str] | None = None) -> None:
        """Remove active-topic records: these, or all of the connector."""

    def close(self) -> None:
        """Release clients."""


class StatusStore:
    """The status topic. Safe for several threads."""

    def __init__(
        self, topic: str, *, reader: Mapping[str, Any], writer: Mapping[str, Any], timeout: float = 30.0
    ) -> None:
        self.topic = topic
        self._log = TopicLog(topic, reader, timeout=timeout)
        self._writer = {"acks": "all", **writer}
        self._timeout = timeout
        self._producer: Producer | None = None
        self._lock = threading.RLock()
        self._state = StatusState()
        self._snapshot = StatusState()
        self._epoch = 0

    def refresh(self) -> StatusState:
        """The state at the end of the topic; the object never changes afterwards."""
        with self._lock:
            found = self._log.read_to_end()
            if self._log.epoch != self._epoch:  # the topic was deleted and made anew
                self._epoch, self._state = self._log.epoch, StatusState()
            for record in found:
                fold_status(self._state, record)
            if found:
                self._snapshot = self._state.snapshot()
            return self._snapshot

    def put(self, connector: str, task: int, status: Status | None, *, safe: bool = False) -> None:
        """Set the status of a task, or of the connector (task -1); None removes it."""
        if safe and status is not None and not allowed(self.refresh(), connector, task, status):
            return
        self._write([records.status(connector, task, status)])

    def forget_topics(self, connector: str, topics: Iterable[str] | None = None) -> None:
        """Remove active-topic records: these, or all of the connector."""
        found = self.refresh().topics.get(connector, {}) if topics is None else topics
        self._write([records.forget_topic(connector, topic) for topic in found])

    def close(self) -> None:
        """Release clients."""
        with self._lock:
            self._log.close()
            producer, self._producer = self._producer, None
            if producer is not None:
                producer.close()

    def _write(self, pairs: Sequence[tuple[str, bytes | None]]) -> None:
        if not pairs:
            return
        with self._lock:
            if self._producer is None:
                self._producer = Producer(self._writer, timeout=self._timeout)
            try:
                self._producer.send([Message(self.topic, key.encode(), value) for key, value in pairs])
                self._producer.flush()
            except BaseException:
                self._producer.close()  # the next write begins with a fresh client
                self._producer = None
                raise


def allowed(state: StatusState, connector: str, task: int, status: Status) -> bool:
    """Whether a safe write may replace what is known (spec 3.4, putSafe)."""
    known = known_status(state, connector, task)
    return known is None or known.worker_id == status.worker_id or known.generation <= status.generation


def known_status(state: StatusState, connector: str, task: int) -> Status | None:
    """The known status of a task, or of the connector (task -1)."""
    return state.connectors.get(connector) if task < 0 else state.tasks.get((connector, task))


class SliceStatus:
    """Status of one slice, as messages for its own producer."""

    def __init__(
        self,
        store: StatusStore,
        *,
        connector: str,
        task: int,
        worker_id: str,
        version: str | None,
        track_topics: bool = True,
    ) -> None:
        self._store, self._connector, self._task = store, connector, task
        self._worker_id, self._version, self._track = worker_id, version, track_topics
        self._topics: set[str] | None = None

    def messages(self, state: str, trace: str | None) -> list[Message]:
        """Records that set this slice's status; [] when the topic says so already."""
        known = known_status(self._store.refresh(), self._connector, self._task)
        generation = known.generation if known is not None else 0
        status = Status(state, trace, self._worker_id, generation, self._version)
        if status == known:
            return []
        return [self._message(records.status(self._connector, self._task, status))]

    def report(self, state: str, trace: str | None) -> None:
        """It is in the topic: nobody else has to be told."""

    def topics(self, topics: Sequence[str]) -> list[Message]:
        """Active-topic records for topics not yet known to be used by this connector."""
        if not topics or not self._track:
            return []
        if self._topics is None:
            self._topics = set(self._store.refresh().topics.get(self._connector, {}))
        fresh = [topic for topic in dict.fromkeys(topics) if topic not in self._topics]
        self._topics.update(fresh)
        now, task = int(time.time() * 1000), max(0, self._task)
        return [
            self._message(records.active_topic(self._connector, topic, task=task, discovered=now)) for topic in fresh
        ]

    def _message(self, pair: tuple[str, bytes | None]) -> Message:
        return Message(self._store.topic, pair[0].encode(), pair[1])


class _Kept(NamedTuple):
    offset: int
    key: bytes
    value: bytes | None


class MemoryStatusStore:
    """The same store without a topic; nothing outlives the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = StatusState()
        self._snapshot = StatusState()

    def refresh(self) -> StatusState:
        """The current state; the object never changes afterwards."""
        return self._snapshot

    def put(self, connector: str, task: int, status: Status | None, *, safe: bool = False) -> None:
        """Set the status of a task, or of the connector (task -1); None removes it."""
        with self._lock:
            if safe and status is not None and not allowed(self._state, connector, task, status):
                return
            self._apply([records.status(connector, task, status)])

    def add_topics(self, connector: str, task: int, topics: Sequence[str]) -> None:
        """Topics a slice has found to be used."""
        with self._lock:
            known, now = self._state.topics.get(connector, {}), int(time.time() * 1000)
            self._apply(
                records.active_topic(connector, topic, task=max(0, task), discovered=now)
                for topic in dict.fromkeys(topics)
                if topic not in known
            )

    def forget_topics(self, connector: str, topics: Iterable[str] | None = None) -> None:
        """Remove active-topic records: these, or all of the connector."""
        with self._lock:
            found = list(self._state.topics.get(connector, {})) if topics is None else topics
            self._apply(records.forget_topic(connector, topic) for topic in found)

    def close(self) -> None:
        """Nothing to release."""

    def _apply(self, pairs: Iterable[tuple[str, bytes | None]]) -> None:
        for key, value in pairs:
            fold_status(self._state, _Kept(0, key.encode(), value))
        self._snapshot = self._state.snapshot()
