"""One slice of a sink task: take records from a feed, convert, transform, put, and commit what the target acknowledged.

Invariants: I2 (``pre_commit`` decides what may be committed), I3 (dead letters are durable before their offset passes),
I4 (lease checked before each put; the feed commits behind the slice's fence).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from connect_core.api import SinkRecord, TopicPartition
from connect_core.data import Header, TimestampType
from connect_core.errors import BatchFailure, ConnectError, Fatal, Fenced, Retriable
from connect_core.runtime.assemble import Assembly
from connect_core.runtime.chain import ChainError
from connect_core.runtime.dead_letters import DeadLetters
from connect_core.runtime.lease import Lease
from connect_core.runtime.meters import SinkMeters
from connect_core.runtime.policy import Failure, Stage
from connect_core.runtime.ports import FeedRecord, Message, Ports
from connect_core.runtime.sink_context import Errant, SinkRunContext
from connect_core.runtime.slice import SliceReport, SliceRequest, ended_by

LOG = logging.getLogger(__name__)
MAX_RECORDS = 3000
POLL_S = 0.25
RETRY_MS = 1000
TIMESTAMP_TYPES = {0: TimestampType.NONE, 1: TimestampType.CREATE, 2: TimestampType.LOG_APPEND}
SINK_TASK = "org.apache.kafka.connect.sink.SinkTask"


class SinkRunner:
    """Runs one sink slice; made anew for each (or kept with its started task by a warm host)."""

    def __init__(
        self,
        request: SliceRequest,
        ports: Ports,
        assembly: Assembly,
        lease: Lease,
        *,
        dead_letters: DeadLetters | None,
        flush_interval_ms: int,
    ) -> None:
        if ports.feed is None:
            raise Fatal("A sink slice needs a feed")
        self.request, self.ports, self.assembly, self.lease = request, ports, assembly, lease
        self.feed, self.dead_letters = ports.feed, dead_letters
        self.policy, self.task = assembly.policy, assembly.task
        self.meters = SinkMeters(request.connector, request.task)
        self.flush_s = flush_interval_ms / 1000
        reporting = dead_letters is not None or assembly.connector.config.errors_log_enable
        errant = Errant(self.report_put, dead_letters) if reporting else None
        self.context = SinkRunContext(request, self.feed, lease, errant)
        self._decoders: dict[str, tuple[Any, Any]] = {}
        self._by_headers = assembly.key_converter.reads_headers | assembly.value_converter.reads_headers
        self._current: list[SinkRecord] = []
        self._raws: list[FeedRecord] = []
        self._raw_of: dict[int, FeedRecord] | None = None
        """Raw record by the id of its converted one; made when the first one of a batch is reported."""
        self._pending: list[SinkRecord] = []
        self._delivered: dict[TopicPartition, int] = {}
        self._consumed: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._topics: list[str] = []
        self._last_commit = lease.clock.now()
        self.records = 0
        self.stored = 0

    def run(self) -> SliceReport:
        """Start, loop, commit, close, stop. Errors of the task are the host's FAILED; Fenced is SUPERSEDED."""
        state, idle_ms = "RUNNING", 0
        try:
            try:
                self._start()
                state, idle_ms = self._loop()
            except Retriable as error:
                LOG.warning("Task %s-%d ends early: %s", self.request.connector, self.request.task, error)
                state, idle_ms = "RETRY", RETRY_MS
                if not self.lease.expired():  # I4; what was delivered need not come again (new partitions, ...)
                    self._close_after_failure()
            except Fenced:
                raise
            except Exception:
                self._close_after_failure()  # trap 26: earlier batches are committed even so
                raise
            finally:
                self.meters.ended()
                self.task.stop()
        except Fenced:  # I4: can never commit; what was in flight may be put again by the newer slice
            state = "SUPERSEDED"
        return SliceReport(
            connector=self.request.connector,
            task=self.request.task,
            generation=self.request.generation,
            state=state,
            records=self.records,
            offsets=self.stored,
            idle_ms=idle_ms,
        )

    def _start(self) -> None:
        self.context.partitions = [TopicPartition(*p) for p in self.feed.open()]
        self.task.start(self.context)
        self.task.open(list(self.context.partitions))
        self.meters.started()
        self.meters.opened(len(self.context.partitions))
        self._committed = {TopicPartition(*p): offset for p, offset in self.feed.committed().items()}
        self._status("RUNNING")

    def _status(self, state: str) -> None:
        messages = self.ports.status.messages(state, None)
        if messages:
            self.feed.commit({}, messages=messages)
        self.ports.status.report(state, None)

    def _loop(self) -> tuple[str, int]:
        quiet = 0.0
        while not self.lease.closing():
            if self.ports.control.changed() and (state := ended_by(self.request, self.ports.control.read())):
                return self._end(state), 0
            self._apply_rewinds()
            started = self.lease.clock.now()
            if self._pending:
                self._put(self._pending)
                continue
            batch = self.feed.poll(MAX_RECORDS, POLL_S)
            if batch is None:
                self.task.drain()
                return self._end("RUNNING"), 0
            self.meters.read(len(batch))
            self._put(self._converted(batch))
            self._commit_if_due()
            quiet = 0.0 if batch else quiet + self.lease.clock.now() - started
            if not batch and self._idle(quiet):
                return self._end("RUNNING"), 1000
        return self._end("RUNNING"), 0

    def _idle(self, quiet: float) -> bool:
        """A bounded slice ends when a poll brought nothing for ``function.idle.ms``."""
        idle_ms = self.assembly.idle_ms
        return not self.lease.open_ended and idle_ms >= 0 and quiet * 1000 >= idle_ms and not self._pending

    def _end(self, state: str) -> str:
        """Close the partitions: last pre_commit and commit, then ``close`` (spec 8.6 item 9)."""
        self._commit()
        self.task.close(list(self.context.partitions))
        return state

    def _close_after_failure(self) -> None:
        try:
            self._end("FAILED")
        except Exception as error:
            LOG.warning("Task %s-%d: closing after a failure: %s", self.request.connector, self.request.task, error)

    # -- one batch -------------------------------------------------------------------------------------------

    def _converted(self, batch: Sequence[FeedRecord]) -> list[SinkRecord]:
        """Connect records of a raw batch; failed and dropped ones only advance the consumed offsets.

        The hot path: what ``_convert`` does, in line; whatever fails goes through ``_convert`` itself.
        """
        out: list[SinkRecord] = []
        raws: list[FeedRecord] = []
        new, chain, types = SinkRecord.__new__, self.assembly.chain, TIMESTAMP_TYPES
        by_headers = self._by_headers
        last: str | None = None
        decode_key = decode_value = None
        for raw in batch:
            topic, partition, offset, timestamp, kind, key, value, headers = raw
            record: SinkRecord | None
            try:
                if headers and by_headers and any(name in by_headers for name, _ in headers):
                    record = self._convert(raw)  # a schema id stands in a header: decoders of bare bytes do not see it
                else:
                    if topic != last:
                        decode_key, decode_value = self._decoders.get(topic) or self._decoders_for(topic)
                        last = topic
                    record = new(SinkRecord)
                    record.topic = record.original_topic = topic
                    record.partition = record.original_partition = partition
                    record.offset, record.timestamp = offset, timestamp if timestamp >= 0 else None
                    record.timestamp_type = types[kind]
                    record.key_schema, record.key = decode_key(key)  # type: ignore[misc]  # set with ``last``
                    record.value_schema, record.value = decode_value(value)  # type: ignore[misc]  # a decoder of the batch's topic
                    record.headers = self._headers(raw) if headers else []
                    if chain:
                        record = chain.apply(record)
            except Exception:
                record = self._with_care(raw)
            if record is not None:
                raws.append(raw)
                out.append(record)
        self._current, self._raws, self._raw_of = out, raws, None
        for (topic, partition), offset in {(raw[0], raw[1]): raw[2] for raw in batch}.items():
            self._consumed[TopicPartition(topic, partition)] = offset + 1
        return out

    def _with_care(self, raw: FeedRecord) -> SinkRecord | None:
        """Convert a record that failed, by the error policy; None: tolerated."""
        try:
            return self._convert(raw)
        except Retriable as error:
            return self._again(raw, error)
        except Exception as error:
            self._failed(raw, error)
            return None

    def _convert(self, raw: FeedRecord) -> SinkRecord | None:
        topic = raw.topic
        key_schema, key = self._decoded(raw, 0)
        value_schema, value = self._decoded(raw, 1)
        record = SinkRecord(
            topic,
            raw.partition,
            raw.offset,
            value=value,
            value_schema=value_schema,
            key=key,
            key_schema=key_schema,
            timestamp=raw.timestamp if raw.timestamp >= 0 else None,
            timestamp_type=TIMESTAMP_TYPES[raw.timestamp_type],
            headers=self._headers(raw) if raw.headers else None,
        )
        return self.assembly.chain.apply(record) if self.assembly.chain else record

    def _decoded(self, raw: FeedRecord, side: int) -> Any:
        """(schema, value) of the key (0) or value (1)."""
        converter = self.assembly.value_converter if side else self.assembly.key_converter
        if converter.reads_headers and any(name in converter.reads_headers for name, _ in raw.headers or ()):
            return converter.to_connect(raw.topic, raw.value if side else raw.key, raw.headers)
        decoders = self._decoders.get(raw.topic) or self._decoders_for(raw.topic)
        return decoders[side](raw.value if side else raw.key)

    def _headers(self, raw: FeedRecord) -> list[Header]:
        convert = self.assembly.header_converter.to_connect_header
        return [Header(name, *convert(raw.topic, name, data)) for name, data in raw.headers]

    def _decoders_for(self, topic: str) -> tuple[Any, Any]:
        made = (self.assembly.key_converter.decoder(topic), self.assembly.value_converter.decoder(topic))
        self._decoders[topic] = made
        self._topics.append(topic)
        return made

    def _again(self, raw: FeedRecord, error: Retriable) -> SinkRecord | None:
        try:
            return self.policy.again(lambda: self._convert(raw), error)
        except Exception as last:
            self._failed(raw, last)
            return None

    def _failed(self, raw: FeedRecord, error: Exception) -> None:
        if isinstance(error, ChainError):
            cause = error.__cause__ if isinstance(error.__cause__, Exception) else error
            failure = Failure(Stage.TRANSFORMATION, self.assembly.java_name(error.executing), cause, raw=raw)
        else:
            stage, converter = self._failing_converter(raw)
            failure = Failure(stage, self.assembly.java_name(type(converter)), error, raw=raw)
        self.policy.failed(failure)

    def _failing_converter(self, raw: FeedRecord) -> tuple[Stage, Any]:
        """Which conversion of this record fails; asked only after one did."""
        steps: list[tuple[Stage, Any, Callable[[], Any]]] = [
            (Stage.KEY_CONVERTER, self.assembly.key_converter, lambda: self._decoded(raw, 0)),
            (Stage.VALUE_CONVERTER, self.assembly.value_converter, lambda: self._decoded(raw, 1)),
        ]
        for stage, converter, attempt in steps:
            try:
                attempt()
            except Exception:
                return stage, converter
        return Stage.HEADER_CONVERTER, self.assembly.header_converter

    def _put(self, records: list[SinkRecord]) -> None:
        """Deliver; Retriable keeps the batch for the next iteration (spec 8.6 item 4)."""
        if self.lease.expired():  # I4: checked before each put
            raise Retriable("The lease is over")
        began = perf_counter()
        try:
            self.task.put(records)
        except Retriable as error:
            self._pending = records
            wait_ms = self._take_timeout(RETRY_MS)
            LOG.warning("Task %s-%d: will put again: %s", self.request.connector, self.request.task, error)
            self.lease.wait(wait_ms / 1000)
            return
        except BatchFailure as error:
            for index, reason in error.failures.items():
                self.report_put(records[index], reason)
        except Fenced:
            raise
        except Exception as error:
            raise ConnectError("Exiting WorkerSinkTask due to unrecoverable exception.") from error
        self._pending = []
        self.records += len(records)
        if records:
            self.meters.put(len(records), perf_counter() - began)
        self._delivered.update(self._consumed)
        if (wait_ms := self._take_timeout(0)) and not records:
            self.lease.wait(min(wait_ms / 1000, POLL_S))

    def _take_timeout(self, default: int) -> int:
        wished, self.context.timeout_ms = self.context.timeout_ms, None
        return default if wished is None else wished

    def report_put(self, record: SinkRecord, error: Exception) -> None:
        """A record that the target refused: reported, then skipped or fatal."""
        if self._raw_of is None:
            self._raw_of = {id(one): raw for one, raw in zip(self._current, self._raws, strict=True)}
        self.policy.failed(Failure(Stage.TASK_PUT, SINK_TASK, error, raw=self._raw_of.get(id(record))))

    # -- offsets -----------------------------------------------------------------------------------------------

    def _apply_rewinds(self) -> None:
        if not self.context.rewinds:
            return
        rewinds, self.context.rewinds = self.context.rewinds, {}
        self.feed.seek(rewinds)
        for partition, offset in rewinds.items():
            self._consumed[partition] = self._delivered[partition] = offset
        self._pending = []

    def _commit_if_due(self) -> None:
        due = self.lease.clock.now() - self._last_commit >= self.flush_s
        if due or self.context.commit_wanted:
            self.context.commit_wanted = False
            self._commit()

    def _commit(self) -> None:
        """I3 then I2: dead letters first, then what the task acknowledges, through the fence."""
        if self.dead_letters is not None:
            self.dead_letters.flush()
        self._last_commit = self.lease.clock.now()
        allowed = self._pre_commit()
        new = {p: o for p, o in allowed.items() if self._committed.get(p) != o}
        messages: Sequence[Message] = self.ports.status.topics(self._topics) if self._topics else ()
        if not new and not messages:
            self.meters.skipped()
            return
        with self.meters.commit():
            self.feed.commit(new, messages=messages)
        self.meters.committed()
        self._committed.update(new)
        self.stored += len(new)

    def _pre_commit(self) -> dict[TopicPartition, int]:
        """Offsets the target acknowledged: known partitions, never beyond what was delivered (trap 27)."""
        if not self._delivered:
            return {}
        wanted = self.task.pre_commit(dict(self._delivered))
        out: dict[TopicPartition, int] = {}
        for partition, offset in wanted.items():
            known = self._delivered.get(TopicPartition(*partition))
            if known is not None and offset <= known:
                out[TopicPartition(*partition)] = offset
        return out
