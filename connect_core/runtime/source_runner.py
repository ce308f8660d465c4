"""One slice of a source task, in the order of docs/architecture.md: fence, follow the config topic, take up offsets,
start, then poll -> transform -> convert -> one Kafka transaction per boundary, until the lease margin.

Invariants: I1 (offsets in the records' own transaction, or after the flush), I4 (lease, fence), I7 (state in Kafka).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from time import perf_counter
from typing import Any

from connect_core.api import SourceRecord, SourceTask
from connect_core.errors import ConnectError, DataError, Fatal, Fenced, Retriable
from connect_core.runtime.assemble import Assembly
from connect_core.runtime.chain import ChainError
from connect_core.runtime.delivery import Delivery, TransactionalDelivery
from connect_core.runtime.lease import Lease
from connect_core.runtime.meters import SourceMeters
from connect_core.runtime.policy import Failure, Stage
from connect_core.runtime.ports import Message, Ports
from connect_core.runtime.slice import SliceReport, SliceRequest, ended_by

LOG = logging.getLogger(__name__)
RETRY_MS = 1000


class SourceRunContext:
    """What the task sees (api.SourceContext)."""

    def __init__(self, request: SliceRequest, ports: Ports, lease: Lease, transaction: Any) -> None:
        self.connector, self.task = request.connector, request.task
        self._ports, self._lease, self.transaction = ports, lease, transaction

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored offset of a partition."""
        return self._ports.offsets.get(source_partition)

    def offsets(self, source_partitions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any] | None]:
        """The stored offsets of several partitions."""
        return [self._ports.offsets.get(p) for p in source_partitions]

    def stopping(self) -> bool:
        """True once the slice should end."""
        return self._lease.closing()


class Batch:
    """A polled batch on its way: messages to produce, offsets they cover, records to acknowledge."""

    __slots__ = ("dropped", "messages", "offsets", "records")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.offsets: list[tuple[Any, Any]] = []
        self.records: list[SourceRecord] = []
        self.dropped: list[SourceRecord] = []


class SourceRunner:
    """Runs one source slice; made anew for each."""

    def __init__(self, request: SliceRequest, ports: Ports, assembly: Assembly, delivery: Delivery, lease: Lease):
        self.request, self.ports, self.assembly, self.delivery, self.lease = request, ports, assembly, delivery, lease
        self.policy = assembly.policy
        self.meters = SourceMeters(
            request.connector, request.task, transactions=isinstance(delivery, TransactionalDelivery)
        )
        self.task: SourceTask[Any] = assembly.task
        self._acknowledge = type(self.task).commit_record is not SourceTask.commit_record
        self._writes_headers = assembly.writes_headers
        self._plain = not (assembly.chain or self._acknowledge or delivery.boundary.context or self._writes_headers)
        self._encoders: dict[tuple[str, Any, Any], tuple[Any, Any]] = {}
        self._topics: dict[str, None] = {}
        """Topics met since the last batch was sent: looked at then, outside of error tolerance (spec 8.5)."""
        self.records = 0
        self.stored = 0

    def run(self) -> SliceReport:
        """Steps 3 to 10; errors of the task become FAILED, a newer slice becomes SUPERSEDED."""
        try:
            try:
                self._start()
                state, idle_ms = self._loop()
                if state != "SUPERSEDED":
                    self._finish()
            finally:
                self.meters.ended()
                self.task.stop()
            return self._report(state, idle_ms=idle_ms)
        except Fenced:  # I4: a newer slice owns the task; what was open is already aborted by its init
            self.delivery.abort()
            return self._report("SUPERSEDED")
        except Retriable as error:  # Kafka is away: the next slice takes up the stored offsets
            self.delivery.abort()
            self.meters.settled()
            LOG.warning("Task %s-%d ends early: %s", self.request.connector, self.request.task, error)
            return self._report("RETRY", idle_ms=RETRY_MS)

    def _start(self) -> None:
        self.ports.offsets.load(self.task.source_partitions())
        transaction = self.delivery.boundary.context
        self.task.start(SourceRunContext(self.request, self.ports, self.lease, transaction))
        self.meters.started()
        self.delivery.status("RUNNING", None)

    def _loop(self) -> tuple[str, int]:
        """Poll until something ends the slice; returns (state, idle milliseconds wished)."""
        control, quiet_ms = self.ports.control, 0
        while not self.lease.closing():
            if control.changed() and (state := ended_by(self.request, self.ports.control.read())):
                return state, 0
            began = perf_counter()
            batch = self._poll()
            if batch is not None:
                self.meters.polled(perf_counter() - began)
                self._deliver(batch)
                quiet_ms = 0
                continue
            self._idle_commit()
            idle_ms = self.task.idle_ms()
            if not self.lease.open_ended and 0 <= self.assembly.idle_ms <= quiet_ms:
                return "RUNNING", idle_ms
            self.lease.wait(idle_ms / 1000)
            quiet_ms += idle_ms
        return "RUNNING", 0

    def _poll(self) -> Batch | None:
        """One converted batch; None when the task had nothing. Retriable midway keeps what was yielded."""
        if self._plain:
            return self._poll_plain()
        batch, requests = Batch(), self.delivery.boundary.context
        seen = False
        for record in self._polled():
            seen = True
            self._take(record, batch)
            if requests is not None and (action := requests.after(record)):
                self._send(batch)
                self._act(action)
                batch = Batch()
        return batch if seen else None

    def _polled(self) -> Iterator[SourceRecord]:
        """The records of one poll. Only what the *task* raises is a poll to repeat: a Retriable of Kafka, met while the
        records are dealt with, must end the slice, for the task has gone on in memory.
        """
        try:
            yield from self.task.poll() or ()
        except Retriable as error:
            LOG.warning("Task %s-%d: poll will be repeated: %s", self.request.connector, self.request.task, error)

    def _poll_plain(self) -> Batch | None:
        """The hot path: no transforms, nobody to acknowledge, no boundaries inside the batch. What ``_take`` would do,
        with the encoders of the last (topic, schemas) at hand; whatever fails goes through ``_take`` itself.
        """
        batch = Batch()
        messages, offsets, encoders = batch.messages, batch.offsets, self._encoders
        new = tuple.__new__  # a named tuple's own constructor costs three times as much
        topic: str | None = None
        key_schema = value_schema = null_key = None
        encode_key: Any = None
        encode_value: Any = None
        seen = False
        for record in self._polled():
            seen = True
            value = record.value
            if record.headers or record.timestamp is not None or record.partition is not None:
                self._take(record, batch)
                continue
            try:
                if (
                    record.value_schema is not value_schema
                    or record.topic != topic
                    or record.key_schema is not key_schema
                ):
                    made = encoders.get((record.topic, record.key_schema, record.value_schema))
                    encode_key, encode_value = made or self._encoders_for(record)
                    null_key = encode_key(None) if record.key_schema is None else None
                    topic, key_schema, value_schema = record.topic, record.key_schema, record.value_schema
                if isinstance(value, DataError):
                    raise value
                key = record.key
                raw_key = null_key if key is None and key_schema is None else encode_key(key)
                messages.append(new(Message, (topic, raw_key, encode_value(value), -1, None, ())))
            except Exception:
                topic = None  # the encoders at hand may be half of another record's
                self._take(record, batch)
                continue
            place = record.source_partition
            if offsets and offsets[-1][0] is place:
                offsets[-1] = (place, record.source_offset)
            elif place is not None or record.source_offset is not None:
                offsets.append((place, record.source_offset))
        return batch if seen else None

    def _take(self, record: SourceRecord, batch: Batch) -> None:
        """Transform and convert one record (steps 6 and 7)."""
        try:
            message = self._convert(record)
        except Retriable as error:
            message = self._again(record, error)
        except Exception as error:
            self._failed(record, error)
            message = None
        if message is None:
            batch.dropped.append(record)
            return
        batch.messages.append(message)
        if self._acknowledge:
            batch.records.append(record)
        offsets = batch.offsets
        if record.source_offset is None and record.source_partition is None:
            return
        if offsets and offsets[-1][0] is record.source_partition:
            offsets[-1] = (record.source_partition, record.source_offset)
        else:
            offsets.append((record.source_partition, record.source_offset))

    def _convert(self, original: SourceRecord) -> Message | None:
        assembly = self.assembly
        record = original
        if assembly.chain:
            changed = assembly.chain.apply(original)
            if changed is None:
                return None
            record = changed
        if isinstance(record.value, DataError):  # a row the task could not read: this record's failure, not the task's
            raise record.value
        encoders = self._encoders.get((record.topic, record.key_schema, record.value_schema))
        if encoders is None:
            encoders = self._encoders_for(record)
        headers = assembly.encode_headers(record) if record.headers else ()
        if self._writes_headers:
            headers = [*headers]
            key = assembly.key_converter.from_connect(record.topic, record.key_schema, record.key, headers)
            value = assembly.value_converter.from_connect(record.topic, record.value_schema, record.value, headers)
        else:
            key = encoders[0](record.key)
            value = encoders[1](record.value)
        timestamp = record.timestamp
        if timestamp is not None and timestamp < 0:
            if timestamp != -1:
                raise Fatal(f"Invalid record timestamp {timestamp}")
            timestamp = None
        partition = -1 if record.partition is None else record.partition
        return Message(record.topic, key, value, partition, timestamp, headers)

    def _encoders_for(self, record: SourceRecord) -> tuple[Any, Any]:
        if len(self._encoders) > 1000:
            self._encoders.clear()
        self._topics[record.topic] = None
        made = (
            self.assembly.key_converter.encoder(record.topic, record.key_schema),
            self.assembly.value_converter.encoder(record.topic, record.value_schema),
        )
        self._encoders[record.topic, record.key_schema, record.value_schema] = made
        return made

    def _again(self, record: SourceRecord, error: Retriable) -> Message | None:
        try:
            return self.policy.again(lambda: self._convert(record), error)
        except Exception as last:
            self._failed(record, last)
            return None

    def _failed(self, record: SourceRecord, error: Exception) -> None:
        """Find out which stage failed (once, off the hot path) and let the policy decide."""
        if isinstance(error, Fatal):
            raise error
        if isinstance(error, ChainError):
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            failure = Failure(Stage.TRANSFORMATION, self.assembly.java_name(error.executing), cause, shown=record.topic)
        else:
            stage, converter = self.assembly.failing_converter(record)
            failure = Failure(stage, converter, error, shown=record.topic)
        self.policy.failed(failure)

    def _deliver(self, batch: Batch) -> None:
        """Produce a batch (step 8) and commit where the boundary says so."""
        boundary = self.delivery.boundary
        if boundary.context is not None:
            self._send(batch)
            self._act(boundary.context.after_batch())
        elif boundary.due() and not self.delivery.open and batch.messages:
            self._open_topics()
            self._accept(batch)
            with self.meters.commit():
                self.stored += self.delivery.deliver(batch.messages, batch.offsets)  # I1
            self.meters.committed()
            self.task.commit()
        else:
            self._send(batch)
            if boundary.due():
                self._commit()

    def _open_topics(self) -> None:
        """A topic that cannot be created is the task's failure, or the slice's end, never a record to skip."""
        topics, self._topics = self._topics, {}
        for topic in topics:
            self.delivery.new_topic(topic)

    def _send(self, batch: Batch) -> None:
        self._open_topics()
        self.delivery.add(batch.messages, batch.offsets)
        self._accept(batch)

    def _accept(self, batch: Batch) -> None:
        """Count the batch, and see to it that the task hears of its records."""
        self.records += len(batch.messages)
        self.meters.sent(polled=len(batch.messages) + len(batch.dropped), written=len(batch.messages))
        for record in batch.dropped:
            self.task.commit_record(record, None)
        if self._acknowledge:
            self.delivery.on_commit(batch.records, self.task.commit_record)

    def _act(self, action: str | None) -> None:
        """A connector-defined boundary: commit, or drop the records and commit only their offsets."""
        if action == "abort":
            self.delivery.abandon_records()
            self.meters.settled()
        if action is not None:
            self._commit()

    def _idle_commit(self) -> None:
        if self.delivery.open and self.delivery.boundary.due():
            self._commit()

    def _commit(self) -> None:
        """I1: records and their offsets become visible together (or records first)."""
        if self.delivery.open:
            with self.meters.commit():
                self.stored += self.delivery.commit()
            self.meters.committed()
        self.task.commit()

    def _finish(self) -> None:
        """Lease margin: commit what is complete; an unfinished connector-defined transaction is aborted."""
        if not self.delivery.open:
            return
        if self.delivery.boundary.context is not None:
            self.delivery.abort()
            if self.delivery.committed == 0:
                raise ConnectError(
                    "No transaction boundary was reached in a whole slice: raise function.slice.ms or let the"
                    " connector define smaller transactions"
                )
            return
        self._commit()

    def _report(self, state: str, *, idle_ms: int = 0) -> SliceReport:
        return SliceReport(
            connector=self.request.connector,
            task=self.request.task,
            generation=self.request.generation,
            state=state,
            records=self.records,
            offsets=self.stored,
            idle_ms=idle_ms,
        )
