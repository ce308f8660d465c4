"""The config topic as a store with one writer at a time (I5), and its in-memory twin for standalone (spec 12.9).

Reading never fences. Writing: init, read to end, decide, write in one transaction, read back; whoever was fenced
meanwhile begins again. A commit whose outcome is unknown is settled by a new init and a look at what is there.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from connect_core.errors import ConnectError, Fenced, Retriable
from connect_core.kafka.log import LogRecord, TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import TransactionalProducer
from connect_core.storage.config_records import Record, value_bytes
from connect_core.storage.fold import fold_config
from connect_core.storage.state import ConfigState

BUDGET = 30.0
"""Seconds a write may take in all (spec, appendix C)."""
WRITE_FAILED = "Error writing connector configuration to Kafka"

type Decide[T] = Callable[[ConfigState], tuple[Sequence[Record], T]]
"""Pure: from the state at the end of the topic to the records to write and the answer. May run more than once."""


class Configs(Protocol):
    """What callers see of both stores."""

    def refresh(self) -> ConfigState:
        """The state at the end of the topic; the object never changes afterwards."""

    def recent(self, max_age: float = 1.0) -> ConfigState:
        """The state as of at most ``max_age`` seconds ago: many slices of one process share one look."""

    def transact[T](self, decide: Decide[T], *, failed: str = WRITE_FAILED) -> T:
        """Decide on the newest state and write what was decided, as one step; ConnectError ``failed`` if impossible."""

    def close(self) -> None:
        """Release clients."""


class ConfigStore:
    """The config topic. Safe for several threads: one reads or writes at a time.

    ``reader`` and ``writer`` are client properties (``kafka.layers.internal``); the transactional id is the cluster's.
    """

    def __init__(
        self,
        topic: str,
        *,
        group_id: str,
        reader: Mapping[str, Any],
        writer: Mapping[str, Any],
        budget: float = BUDGET,
    ) -> None:
        self._topic = topic
        self._log = TopicLog(topic, reader, timeout=budget)
        fence = {"transactional.id": f"connect-cluster-{group_id}", "transaction.timeout.ms": "10000"}
        self._producer = TransactionalProducer({**writer, **fence}, timeout=10.0)
        self._budget = budget
        self._lock = threading.RLock()
        self._state = ConfigState()
        self._epoch = 0
        self._snapshot = ConfigState()
        self._looked = float("-inf")

    def refresh(self) -> ConfigState:
        """The state at the end of the topic; the object never changes afterwards."""
        with self._lock:
            self._read()
            return self._snapshot

    def recent(self, max_age: float = 1.0) -> ConfigState:
        """The state as of at most ``max_age`` seconds ago: many slices of one process share one look."""
        with self._lock:
            if time.monotonic() - self._looked > max_age:
                self._read()
            return self._snapshot

    def transact[T](self, decide: Decide[T], *, failed: str = WRITE_FAILED) -> T:
        """I5. A decision without records writes nothing (and fences nobody if this process holds no fence yet)."""
        deadline = time.monotonic() + self._budget
        with self._lock:
            while True:
                try:
                    return self._attempt(decide, deadline)
                except (Fenced, Retriable) as error:
                    pause = random.uniform(0.02, 0.25)  # noqa: S311  jitter: two writers must not meet again
                    if time.monotonic() + pause > deadline:
                        raise ConnectError(failed) from error
                    time.sleep(pause)

    def close(self) -> None:
        """Release clients."""
        with self._lock:
            self._producer.close()
            self._log.close()

    def _attempt[T](self, decide: Decide[T], deadline: float) -> T:
        # A fence still held counts as init: nobody else can have written since, or the commit below fails.
        if not self._producer.ready:
            records, answer = decide(self.refresh())
            if not records:
                return answer
            self._producer.init()
        records, answer = decide(self.refresh())
        if records:
            self._write(records, deadline)
        return answer

    def _write(self, records: Sequence[Record], deadline: float) -> None:
        sent: list[int] = []
        messages = [Message(self._topic, key.encode(), value_bytes(value), partition=0) for key, value in records]
        try:
            self._producer.begin()
            self._producer.send(messages, acknowledged=lambda _topic, _partition, offset: sent.append(offset))
            self._producer.commit()
        except (Fenced, Retriable):
            if not self._arrived(records, sent):
                raise
        self._read_back(max(sent), deadline)

    def _arrived(self, records: Sequence[Record], sent: Sequence[int]) -> bool:
        """After a failed commit: a new init decides the transaction on the broker; are our records there?"""
        if len(sent) < len(records):
            return False  # never complete, so never committed
        self._producer.init()
        read = {record.offset: record.key for record in self._read()}
        return all(read.get(offset) == key.encode() for offset, (key, _) in zip(sorted(sent), records, strict=True))

    def _read_back(self, last: int, deadline: float) -> None:
        """A transaction shows up when its marker is written, moments after the commit was answered."""
        pause = 0.001
        while self._log.position(0) <= last:
            if time.monotonic() > deadline:
                raise Retriable(f"Topic '{self._topic}' does not show offset {last} yet")
            self._read()
            time.sleep(pause if self._log.position(0) <= last else 0)
            pause = min(2 * pause, 0.1)

    def _read(self) -> list[LogRecord]:
        records = self._log.read_to_end()
        self._looked = time.monotonic()
        if self._log.epoch != self._epoch:  # the topic was deleted and made anew
            self._epoch, self._state = self._log.epoch, ConfigState()
        for record in records:
            fold_config(self._state, record)
        if records:
            self._snapshot = self._state.snapshot()
        return records


class _Kept(NamedTuple):
    offset: int
    key: bytes
    value: bytes | None


class MemoryConfigStore:
    """The same store without a topic: offsets count up, nothing outlives the process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._state = ConfigState()
        self._snapshot = ConfigState()

    def refresh(self) -> ConfigState:
        """The current state; the object never changes afterwards."""
        return self._snapshot

    def recent(self, max_age: float = 1.0) -> ConfigState:  # noqa: ARG002  always current
        """The current state."""
        return self._snapshot

    def transact[T](self, decide: Decide[T], *, failed: str = WRITE_FAILED) -> T:  # noqa: ARG002  cannot fail
        """Decide and write, as one step."""
        with self._lock:
            records, answer = decide(self._snapshot)
            for key, value in records:
                fold_config(self._state, _Kept(self._state.offset, key.encode(), value_bytes(value)))
            self._snapshot = self._state.snapshot()
            return answer

    def close(self) -> None:
        """Nothing to release."""
