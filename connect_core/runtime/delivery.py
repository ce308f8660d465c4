"""How a source slice makes records, offsets and status durable: one transaction (default), or Connect's at-least-once
path. A retriable failure ends the slice: the next one takes up the stored offsets; nothing is kept for a replay (I7).

Invariant I1 is enforced in the two ``commit`` methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from connect_core.api import SourceRecord
from connect_core.errors import ConnectError
from connect_core.kafka.transactions import Producer, TransactionalProducer
from connect_core.runtime.boundary import Boundary
from connect_core.runtime.ports import Message, OffsetPort, Ports


class TopicCreation(Protocol):
    """Creates destination topics (spec 8.5)."""

    def ensure(self, topic: str) -> None:
        """Create the topic unless it exists or creation is left to the broker."""


class Delivery:
    """What both ways share; ``boundary`` says when a commit is due."""

    def __init__(self, ports: Ports, boundary: Boundary, topics: TopicCreation) -> None:
        self.ports, self.boundary, self.topics = ports, boundary, topics
        self.offsets: OffsetPort = ports.offsets
        self.open = False
        self.committed = 0
        self._pairs: list[tuple[Any, Any]] = []
        self._new_topics: list[str] = []
        self._acks: list[tuple[Sequence[SourceRecord], Callable[[SourceRecord, Any], None]]] = []

    def new_topic(self, topic: str) -> None:
        """First use of a topic by this slice: make sure it exists and that REST will show it."""
        if topic not in self._new_topics:
            self.topics.ensure(topic)
            self._new_topics.append(topic)

    def on_commit(self, records: Sequence[SourceRecord], acknowledge: Callable[[SourceRecord, Any], None]) -> None:
        """Call ``acknowledge`` for each record once it is durable."""
        self._acks.append((records, acknowledge))

    def add(self, messages: Sequence[Message], offsets: Sequence[tuple[Any, Any]]) -> None:
        """Produce messages now; ``offsets`` follow at the commit."""
        raise NotImplementedError

    def commit(self) -> int:
        """Everything added so far becomes durable and visible; the number of offsets stored."""
        raise NotImplementedError

    def deliver(self, messages: Sequence[Message], offsets: Sequence[tuple[Any, Any]]) -> int:
        """``add`` and ``commit`` in one, for a batch that is a transaction of its own."""
        self.add(messages, offsets)
        return self.commit()

    def status(self, state: str, trace: str | None) -> None:
        """Set this slice's status (on change only), behind its fence where it has one (I4)."""
        raise NotImplementedError

    def abort(self) -> None:
        """Forget what was not committed; never raises."""

    def abandon_records(self) -> None:
        """Discard the records of the open transaction but keep their offsets (connector-defined abort)."""

    def close(self) -> None:
        """Release the producer."""

    def _latest(self) -> list[tuple[Any, Any]]:
        """The last offset of each source partition, in the order of their first appearance."""
        found = {repr(partition): (partition, offset) for partition, offset in self._pairs}
        self._pairs = list(found.values())
        return self._pairs

    def _done(self) -> int:
        """After a commit: tell the offsets port and the records' owners."""
        pairs, self._pairs = self._pairs, []
        self.offsets.stored(pairs)
        for records, acknowledge in self._acks:
            for record in records:
                acknowledge(record, record.topic)
        self._acks = []
        self.boundary.ended()
        self.open = False
        self.committed += 1
        return len(pairs)


class TransactionalDelivery(Delivery):
    """Exactly-once: records, offsets, active topics and status in one Kafka transaction behind the task's fence."""

    def __init__(
        self,
        producer: TransactionalProducer,
        ports: Ports,
        boundary: Boundary,
        topics: TopicCreation,
        offsets_topic: str,
    ) -> None:
        super().__init__(ports, boundary, topics)
        self.producer, self.offsets_topic = producer, offsets_topic

    def new_topic(self, topic: str) -> None:
        """As above, refusing the task's own offsets topic (spec 8.4)."""
        if topic == self.offsets_topic:
            raise ConnectError(
                "Source tasks may not produce to their own offsets topics when exactly-once support is enabled"
            )
        super().new_topic(topic)

    def add(self, messages: Sequence[Message], offsets: Sequence[tuple[Any, Any]]) -> None:
        """Begin lazily at the first record, produce, remember the offsets."""
        if not messages and not offsets:
            return
        self._begin()
        if messages:
            self.producer.send(messages)
        self._pairs += offsets

    def commit(self) -> int:
        """I1: offsets are sent in the transaction of the records they cover."""
        if not self.open:
            return 0
        self._send_offsets()
        self.producer.commit()
        return self._done()

    def deliver(self, messages: Sequence[Message], offsets: Sequence[tuple[Any, Any]]) -> int:
        """One transaction for the batch. Its few offsets go first (order inside a transaction means nothing): the
        client then names all partitions to the coordinator in one request instead of two.
        """
        self._begin()
        self._pairs += offsets
        self._send_offsets()
        self.producer.send(messages)
        self.producer.commit()
        return self._done()

    def _send_offsets(self) -> None:
        topics = self.ports.status.topics(self._new_topics)
        self.producer.send([*self.offsets.messages(self._latest()), *topics])

    def status(self, state: str, trace: str | None) -> None:
        """A transaction of its own: a superseded slice cannot write it."""
        messages = self.ports.status.messages(state, trace)
        if messages:
            self.producer.begin()
            self.producer.send(messages)
            self.producer.commit()
        self.ports.status.report(state, trace)

    def abort(self) -> None:
        """Abort the open transaction; a fenced producer has nothing left to abort."""
        self._pairs, self._acks = [], []
        if self.open:
            self.open = False
            try:
                self.producer.abort()
            except ConnectError:
                return

    def abandon_records(self) -> None:
        """KIP-618: the records go, their offsets are committed in a fresh transaction."""
        pairs, self._acks = self._pairs, []
        if self.open:
            self.producer.abort()
            self.open = False
        self._begin()
        self._pairs = pairs

    def close(self) -> None:
        """Abort what is open, then release."""
        self.abort()
        self.producer.close()

    def _begin(self) -> None:
        if not self.open:
            self.producer.begin()
            self.open = True


class PlainDelivery(Delivery):
    """At-least-once: produce, flush, and only then the offsets (``exactly.once.source.support=disabled``)."""

    def __init__(self, producer: Producer, ports: Ports, boundary: Boundary, topics: TopicCreation) -> None:
        super().__init__(ports, boundary, topics)
        self.producer = producer

    def add(self, messages: Sequence[Message], offsets: Sequence[tuple[Any, Any]]) -> None:
        """Produce without waiting."""
        if messages or offsets:
            self.open = True
            self.producer.send(messages)
            self._pairs += offsets

    def commit(self) -> int:
        """I1: nothing is stored before the flush has confirmed every record."""
        if not self.open:
            return 0
        self.producer.flush()
        messages = [*self.offsets.messages(self._latest()), *self.ports.status.topics(self._new_topics)]
        if messages:
            self.producer.send(messages)
            self.producer.flush()
        return self._done()

    def status(self, state: str, trace: str | None) -> None:
        """Through the same producer; no fence on this path, as in Connect."""
        messages = self.ports.status.messages(state, trace)
        if messages:
            self.producer.send(messages)
            self.producer.flush()
        self.ports.status.report(state, trace)

    def abort(self) -> None:
        """Forget offsets of records that may not have arrived."""
        self._pairs, self._acks, self.open = [], [], False

    def close(self) -> None:
        """Release the producer."""
        self.producer.close()
