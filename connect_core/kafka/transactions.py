"""Producers: one behind a transactional fence (I1, I4, I5), one for at-least-once. Nothing else in the tree produces.

Errors are ours: Fenced (a newer owner), Retriable (clean: the transaction is aborted, or a new ``init`` settles it),
Fatal. Inside a transaction no delivery callback is needed: a failed record makes the commit fail.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Message as Delivered
from confluent_kafka import Producer as Client

from connect_core.errors import ConfigError, Fatal, Retriable
from connect_core.kafka import clients
from connect_core.kafka.failures import error_of, translate
from connect_core.kafka.message import Message
from connect_core.kafka.settings import batch_bytes

log = logging.getLogger(__name__)
RECORD_OVERHEAD = 48
"""Bytes a record takes in a batch besides key and value, generously."""

type Acknowledged = Callable[[str, int, int], None]
"""Called with topic, partition and offset of a record the broker has taken."""


class TransactionalProducer:
    """All between ``init`` and ``close`` happens under one transactional id; a newer ``init`` elsewhere fences it.

    After ``commit`` raised, the outcome may be unknown: call ``init`` again (it settles the transaction on the broker)
    and read what is there before going on.
    """

    def __init__(self, props: Mapping[str, Any], *, timeout: float = 60.0) -> None:
        if not props.get("transactional.id"):
            raise ConfigError('Missing required configuration "transactional.id" which has no default value.')
        self.id = str(props["transactional.id"])
        self._props = props
        self._timeout = timeout
        self._client: Client | None = None
        self._open = False
        self._groups: dict[str, Any] = {}
        self._batch = batch_bytes(props)
        self._queued = 0

    @property
    def ready(self) -> bool:
        """True between a successful ``init`` and the first error that only a new ``init`` cures."""
        return self._client is not None

    @property
    def in_transaction(self) -> bool:
        """True between ``begin`` and ``commit`` or ``abort``."""
        return self._open

    def init(self) -> None:
        """Fence every older producer of this id and abort what it left open."""
        self.close()
        client = clients.producer(self._props, extra=clients.AT_ONCE)
        try:
            # Connected first: init_transactions without a live broker waits for its next half-second retry.
            client.cluster_id(timeout=self._timeout)
            client.init_transactions(self._timeout)
        except KafkaException as failure:
            _release(client)
            raise translate(failure, f"initialize the transactional producer {self.id}") from failure
        self._client = client

    def begin(self) -> None:
        """Open a transaction."""
        try:
            self._live().begin_transaction()
        except KafkaException as failure:
            raise self._broken(failure, "begin a transaction of") from failure
        self._open = True
        self._queued = 0

    def send(self, messages: Iterable[Message], *, acknowledged: Acknowledged | None = None) -> None:
        """Produce into the open transaction; blocks while the local queue is full."""
        client = self._live()
        callback = _acknowledge(acknowledged) if acknowledged else None
        try:
            self._queued = _produce(client, messages, callback, self._timeout, batch=self._batch, queued=self._queued)
        except KafkaException as failure:
            raise self._failed(failure, "produce in a transaction of") from failure

    def send_offsets(self, offsets: Mapping[tuple[str, int], int], group: str) -> None:
        """Commit next-to-read offsets of a consumer group with the transaction (manual assignment: no generation)."""
        if group not in self._groups:
            self._groups[group] = _group_metadata(group)
        positions = [TopicPartition(topic, partition, offset) for (topic, partition), offset in offsets.items()]
        try:
            self._live().send_offsets_to_transaction(positions, self._groups[group], self._timeout)
        except KafkaException as failure:
            raise self._failed(failure, f"commit offsets of group {group} in a transaction of") from failure

    def commit(self) -> None:
        """Flush and commit. Raises Fenced, Retriable or Fatal; nothing is open afterwards."""
        client = self._live()
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                client.commit_transaction(max(0.1, deadline - time.monotonic()))
            except KafkaException as failure:
                if error_of(failure).retriable() and time.monotonic() < deadline:
                    continue  # librdkafka goes on with the same commit
                raise self._failed(failure, "commit the transaction of") from failure
            self._open = False
            return

    def abort(self) -> None:
        """Abort the open transaction, if there is one."""
        if not self._open:
            return
        self._open = False
        client = self._live()
        try:
            client.abort_transaction(self._timeout)
        except KafkaException as failure:
            raise self._broken(failure, "abort the transaction of") from failure

    def close(self) -> None:
        """Abort what is open and release the client; never raises."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._open:
            self._open = False
            try:
                client.abort_transaction(5.0)
            except KafkaException as failure:  # the next init aborts it
                log.info("Open transaction of %s left to its successor: %s", self.id, failure)
        _release(client)

    def _live(self) -> Client:
        if self._client is None:
            raise Fatal(f"The transactional producer {self.id} is not initialized")
        return self._client

    def _failed(self, failure: KafkaException, doing: str) -> Exception:
        """An error inside a transaction: abort where that is all it takes, else the client is done for."""
        error = error_of(failure)
        if error.txn_requires_abort() and not error.fatal():
            self.abort()
            return translate(failure, f"{doing} {self.id}")
        return self._broken(failure, doing)

    def _broken(self, failure: KafkaException, doing: str) -> Exception:
        self._open = False
        client, self._client = self._client, None
        if client is not None:
            _release(client)
        return translate(failure, f"{doing} {self.id}")


class Producer:
    """At-least-once: ``send`` any number of records, ``flush`` raises if one of them did not arrive."""

    def __init__(self, props: Mapping[str, Any], *, timeout: float = 120.0) -> None:
        self._client = clients.producer(props)
        self._timeout = timeout
        self._error: KafkaError | None = None
        self._note = self._delivered  # one bound method for all records

    def send(self, messages: Iterable[Message], *, acknowledged: Acknowledged | None = None) -> None:
        """Queue records; raises what went wrong with earlier ones."""
        self._raise()
        callback = self._noting(acknowledged) if acknowledged else self._note
        try:
            _produce(self._client, messages, callback, self._timeout)
            self._client.poll(0)
        except KafkaException as failure:
            raise translate(failure, "produce") from failure

    def flush(self, timeout: float | None = None) -> None:
        """Wait until everything sent is durable; raises Retriable or Fatal if any record is not."""
        left = self._client.flush(self._timeout if timeout is None else timeout)
        self._raise()
        if left:
            raise Retriable(f"Timed out waiting for the delivery of {left} records")

    def close(self) -> None:
        """Release the client; what was not flushed is dropped."""
        _release(self._client)

    def _delivered(self, error: KafkaError | None, _message: Delivered) -> None:
        if error is not None and self._error is None:
            self._error = error

    def _noting(self, acknowledged: Acknowledged) -> Callable[[KafkaError | None, Delivered], None]:
        tell = _acknowledge(acknowledged)

        def callback(error: KafkaError | None, message: Delivered) -> None:
            self._delivered(error, message)
            tell(error, message)

        return callback

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise translate(error, "deliver a record")


def fence(ids: Sequence[str], props: Mapping[str, Any], *, timeout: float = 30.0) -> None:
    """Fence these transactional ids (I4): their producers can never commit again and open transactions are aborted."""

    def one(transactional_id: str) -> None:
        producer = TransactionalProducer({**props, "transactional.id": transactional_id}, timeout=timeout)
        producer.init()
        producer.close()

    if ids:
        with ThreadPoolExecutor(min(8, len(ids)), thread_name_prefix="fence") as pool:
            list(pool.map(one, ids))


def _produce(
    client: Client,
    messages: Iterable[Message],
    callback: Any,
    timeout: float,
    *,
    batch: float = math.inf,
    queued: int = 0,
) -> int:
    """Queue the messages; before more than ``batch`` bytes wait, have them sent. The bytes that wait now.

    An idempotent librdkafka has one request per partition under way, and while more than that is queued its thread
    spins until the answer comes: a third of a core for nothing. So at most one request's worth is ever queued.
    """
    produce = client.produce
    for topic, key, value, partition, timestamp, headers in messages:
        size = RECORD_OVERHEAD + (len(value) if value else 0) + (len(key) if key else 0)
        queued += size
        if queued > batch:
            client.flush(timeout)  # what could not be delivered is told by the commit
            queued = size
        while True:
            try:
                if timestamp is None and not headers:  # the usual record; keywords cost as much as the call itself
                    produce(topic, value, key, partition, callback)
                else:
                    named: dict[str, Any] = {"headers": list(headers)} if headers else {}
                    produce(topic, value, key, partition, callback, timestamp=timestamp or 0, **named)
                break
            except BufferError:
                _wait_for_room(client, timeout)
    return queued


def _wait_for_room(client: Client, timeout: float) -> None:
    """The queue is full: have it sent, whatever ``linger.ms`` says, until there is room again."""
    before, deadline = len(client), time.monotonic() + timeout
    while len(client) >= before:
        if time.monotonic() > deadline:
            raise Retriable(f"The producer's queue stayed full for {timeout:g} s: {before} records wait for the broker")
        client.flush(0.1)


def _release(client: Client) -> None:
    """Drop what is queued and let go. The last reference closes it: ``close`` of a failed client only repeats why."""
    client.purge()


def _acknowledge(acknowledged: Acknowledged) -> Callable[[KafkaError | None, Delivered], None]:
    def callback(error: KafkaError | None, message: Delivered) -> None:
        if error is None:
            acknowledged(message.topic() or "", message.partition() or 0, message.offset() or 0)

    return callback


def _group_metadata(group: str) -> Any:
    """Metadata that names the group only; librdkafka makes it from a consumer, which needs no broker for that."""
    consumer = Consumer({"group.id": group, "log_level": 0})
    try:
        return consumer.consumer_group_metadata()
    finally:
        consumer.close()
