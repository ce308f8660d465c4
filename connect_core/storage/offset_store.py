"""Source offsets (spec 3.3): the offset topic, and one connector's view of it as ``runtime.ports.OffsetPort``.

I1: a task's offsets become messages for its own transaction; ``stored`` only remembers them. A connector with its own
``offsets.storage.topic`` has two places, of which its own wins.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from connect_core.errors import ConnectError
from connect_core.java.hashing import partition_for
from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer, TransactionalProducer
from connect_core.storage import offset_records as records

log = logging.getLogger(__name__)

type Pair = tuple[bytes, bytes | None]
"""Key and value bytes; None deletes."""


class Place(Protocol):
    """Where offsets are kept: a topic, a file or memory."""

    def read(self, keys: Collection[bytes] | None) -> None:
        """Bring what is known of these keys (None: all) up to date."""

    def get(self, key: bytes) -> bytes | None:
        """The value known for a key."""

    def items(self) -> Iterable[tuple[bytes, bytes]]:
        """All that is known."""

    def messages(self, pairs: Sequence[Pair]) -> list[Message]:
        """Records that store the pairs; [] where they do not live in Kafka."""

    def remember(self, pairs: Sequence[Pair]) -> None:
        """The pairs are stored (topic), or are to be stored now (elsewhere)."""

    def write(self, pairs: Sequence[Pair]) -> None:
        """Store the pairs by the place's own means."""

    def close(self) -> None:
        """Release clients."""


class OffsetTopic:
    """An offset topic, shared by all connectors of a process. Safe for several threads.

    ``transactional_id``: what ``write`` fences and commits under; None: plain writes.
    """

    def __init__(
        self,
        topic: str,
        *,
        reader: Mapping[str, Any],
        writer: Mapping[str, Any],
        transactional_id: str | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.topic = topic
        self._log = TopicLog(topic, reader, timeout=timeout)
        self._writer = {"acks": "all", **writer}
        self._id = transactional_id
        self._timeout = timeout
        self._lock = threading.RLock()
        self._producer: Producer | None = None
        self._read: dict[bytes, bytes] = {}
        self._epoch = 0
        # Kept apart: a read shortly after a commit may still miss it and would put an older offset back.
        self._own: dict[bytes, bytes | None] = {}

    def read(self, keys: Collection[bytes] | None) -> None:
        """Read the partitions these keys hash to, or all, to their end. What was remembered gives way to the topic."""
        with self._lock:
            wanted = None
            if keys is not None:
                count = self._log.partition_count()
                wanted = {partition_for(key, count) for key in keys}
            found = self._log.read_to_end(wanted)
            if self._log.epoch != self._epoch:  # the topic was deleted and made anew
                self._epoch = self._log.epoch
                self._read.clear()
            for record in found:
                if record.key is None:
                    continue
                if record.value is None:
                    self._read.pop(record.key, None)
                else:
                    self._read[record.key] = record.value
            for key in list(self._own) if keys is None else keys:
                self._own.pop(key, None)

    def get(self, key: bytes) -> bytes | None:
        """The value known for a key."""
        with self._lock:
            return self._own[key] if key in self._own else self._read.get(key)

    def items(self) -> Iterable[tuple[bytes, bytes]]:
        """All that is known."""
        with self._lock:
            both = self._read | self._own
        return [(key, value) for key, value in both.items() if value is not None]

    def messages(self, pairs: Sequence[Pair]) -> list[Message]:
        """Records that store the pairs."""
        return [Message(self.topic, key, value) for key, value in pairs]

    def remember(self, pairs: Sequence[Pair]) -> None:
        """The pairs have been committed."""
        with self._lock:
            self._own.update(pairs)

    def write(self, pairs: Sequence[Pair]) -> None:
        """Store the pairs with a producer of its own, in one transaction where there is an id for it."""
        if not pairs:
            return
        with self._lock:
            if self._id is None:
                self._write_plainly(pairs)
            else:
                self._write_fenced(self._id, pairs)
            self.remember(pairs)

    def close(self) -> None:
        """Release clients."""
        with self._lock:
            self._log.close()
            self._close_producer()

    def _write_plainly(self, pairs: Sequence[Pair]) -> None:
        if self._producer is None:
            self._producer = Producer(self._writer, timeout=self._timeout)
        try:
            self._producer.send(self.messages(pairs))
            self._producer.flush()
        except BaseException:
            self._close_producer()  # the next write begins with a fresh client
            raise

    def _write_fenced(self, transactional_id: str, pairs: Sequence[Pair]) -> None:
        fenced = TransactionalProducer({**self._writer, "transactional.id": transactional_id}, timeout=self._timeout)
        try:
            fenced.init()
            fenced.begin()
            fenced.send(self.messages(pairs))
            fenced.commit()
            fenced.init()  # waits until the commit's markers are written, so that the next read sees it
        finally:
            fenced.close()

    def _close_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()


class MemoryOffsets:
    """Offsets that live as long as the process: tests, and connectors run for a demonstration."""

    def __init__(self) -> None:
        self._kept: dict[bytes, bytes] = {}

    def read(self, keys: Collection[bytes] | None) -> None:
        """All is here."""

    def get(self, key: bytes) -> bytes | None:
        """The value of a key."""
        return self._kept.get(key)

    def items(self) -> Iterable[tuple[bytes, bytes]]:
        """All there is."""
        return list(self._kept.items())

    def messages(self, pairs: Sequence[Pair]) -> list[Message]:  # noqa: ARG002  not in Kafka
        """Nothing to produce."""
        return []

    def remember(self, pairs: Sequence[Pair]) -> None:
        """Store the pairs."""
        for key, value in pairs:
            if value is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = value

    write = remember

    def close(self) -> None:
        """Nothing to release."""


class OffsetStore:
    """Offsets of one connector. ``secondary`` is the worker's place where the connector has one of its own."""

    def __init__(self, connector: str, primary: Place, secondary: Place | None = None) -> None:
        self.connector = connector
        self._primary, self._secondary = primary, secondary

    def load(self, partitions: Sequence[Mapping[str, Any]] | None) -> None:
        """Read the stored offsets of these source partitions, or all."""
        keys = None if partitions is None else [records.key_bytes(self.connector, each) for each in partitions]
        for place in self._places():
            place.read(keys)

    def get(self, partition: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Stored offset of a source partition; the primary place wins."""
        key = records.key_bytes(self.connector, partition)
        for place in self._places():
            if (value := place.get(key)) is not None:
                return records.read_offset(value)
        return None

    def messages(self, offsets: Sequence[tuple[Any, Any]]) -> list[Message]:
        """Records for the slice's own transaction. Deletions reach the secondary place first, or nothing does."""
        pairs = self._pairs(offsets)
        if self._secondary is not None and (gone := [pair for pair in pairs if pair[1] is None]):
            self._secondary.write(gone)
        return self._primary.messages(pairs)

    def stored(self, offsets: Sequence[tuple[Any, Any]]) -> None:
        """The covered records are durable (I1). A failure of the secondary place is only logged, as Connect does."""
        pairs = self._pairs(offsets)
        self._primary.remember(pairs)
        self._copy(pairs)

    def entries(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """All (partition, offset) pairs, for REST; call ``load(None)`` before."""
        found: dict[bytes, tuple[dict[str, Any], dict[str, Any]]] = {}
        for place in reversed(self._places()):
            for key, value in place.items():
                partition = self._partition_of(key)
                offset = records.read_offset(value)
                if partition is not None and offset is not None:
                    found[records.key_bytes(self.connector, partition)] = partition, offset
        return list(found.values())

    def alter(self, offsets: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]) -> None:
        """Write offsets on behalf of REST, all or (None) deleting; other spellings of a deleted key go with it."""
        normal = [(records.normal(partition), records.normal(offset)) for partition, offset in offsets]
        pairs = dict(self._pairs(normal))
        deleted = [partition for partition, offset in normal if offset is None]
        for place in self._places():
            same: dict[bytes, bytes | None] = {
                key: None for key, _ in place.items() if deleted and self._partition_of(key) in deleted
            }
            pairs = same | pairs
        if self._secondary is not None and (gone := [pair for pair in pairs.items() if pair[1] is None]):
            self._secondary.write(gone)
        self._primary.write(list(pairs.items()))
        self._copy(list(pairs.items()))

    def _copy(self, pairs: Sequence[Pair]) -> None:
        kept = [pair for pair in pairs if pair[1] is not None]
        if self._secondary is None or not kept:
            return
        try:
            self._secondary.write(kept)
        except ConnectError as error:
            log.warning("Offsets of connector %s are not copied to the worker's store: %s", self.connector, error)

    def _places(self) -> list[Place]:
        return [self._primary] if self._secondary is None else [self._primary, self._secondary]

    def _pairs(self, offsets: Sequence[tuple[Any, Any]]) -> list[Pair]:
        latest = {records.key_bytes(self.connector, partition): offset for partition, offset in offsets}
        return [(key, records.offset_bytes(offset)) for key, offset in latest.items()]

    def _partition_of(self, key: bytes) -> dict[str, Any] | None:
        if not key.startswith(b"["):
            return None
        found = records.read_key(key)
        return found[1] if found is not None and found[0] == self.connector else None
