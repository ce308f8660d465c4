"""Error tolerance: retries, reporting and the decision to skip or fail (spec kafka-connect.md 7, invariant I3).

The hot loops have one ``try`` per record and come here only from ``except``.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, Protocol

from connect_core.errors import ConnectError, Retriable, java_class
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import FeedRecord
from connect_core.telemetry import Meter

LOG = logging.getLogger(__name__)
FIRST_DELAY_S = 0.3


class Stage(StrEnum):
    """Where a record failed (names as in dead-letter headers)."""

    TASK_POLL = "TASK_POLL"
    TASK_PUT = "TASK_PUT"
    TRANSFORMATION = "TRANSFORMATION"
    KEY_CONVERTER = "KEY_CONVERTER"
    VALUE_CONVERTER = "VALUE_CONVERTER"
    HEADER_CONVERTER = "HEADER_CONVERTER"
    KAFKA_PRODUCE = "KAFKA_PRODUCE"
    KAFKA_CONSUME = "KAFKA_CONSUME"


class Failure:
    """One failed record: where, in which class, why, and the raw consumed record if there was one."""

    __slots__ = ("error", "executing", "raw", "shown", "stage")

    def __init__(
        self, stage: Stage, executing: str, error: Exception, *, raw: FeedRecord | None = None, shown: Any = None
    ) -> None:
        self.stage, self.executing, self.error, self.raw, self.shown = stage, executing, error, raw, shown


class Reporter(Protocol):
    """Gets every failed record before the tolerance decision (spec 7.1: log, dead letter queue)."""

    def report(self, failure: Failure) -> None:
        """Take note; must not raise for a bad record."""


class ErrorPolicy:
    """``errors.*`` of one task."""

    def __init__(
        self,
        *,
        tolerate_all: bool,
        retry_timeout_ms: int,
        retry_delay_max_ms: int,
        lease: Lease,
        reporters: Sequence[Reporter] = (),
        meter: Meter | None = None,
    ) -> None:
        self.tolerate_all = tolerate_all
        self.retry_timeout_ms, self.retry_delay_max_ms = retry_timeout_ms, retry_delay_max_ms
        self.lease, self.reporters, self.meter = lease, reporters, meter
        self.skipped = 0
        self.errors = 0
        self.retries = 0

    def failed(self, failure: Failure) -> None:
        """Report the record; return = skip it, raise = the task fails. Reporters come first (trap 31)."""
        self.errors += 1
        self._count("total-record-failures", "total-record-errors")
        if self.meter is not None:
            self.meter.record("last-error-timestamp", int(self.lease.clock.now() * 1000))
        for reporter in self.reporters:
            reporter.report(failure)
        if not self.tolerate_all:
            raise ConnectError("Tolerance exceeded in error handler") from failure.error
        self.skipped += 1
        self._count("total-records-skipped")

    def again[T](self, operation: Callable[[], T], error: Retriable) -> T:
        """Repeat an operation that raised ``error`` until it works, ``errors.retry.timeout`` passes or the lease ends.

        Raises the last error; delays are 300 ms doubling, random below the cap once beyond it (spec 7.1).
        """
        clock = self.lease.clock
        deadline = None if self.retry_timeout_ms < 0 else clock.now() + self.retry_timeout_ms / 1000
        attempt = 0
        while (deadline is None or clock.now() < deadline) and not self.lease.closing():
            delay = FIRST_DELAY_S * 2**attempt
            cap = self.retry_delay_max_ms / 1000
            if delay > cap:
                delay = random.uniform(0, cap)  # noqa: S311  jitter
            if deadline is not None:
                delay = min(delay, max(0.0, deadline - clock.now()))
            self.lease.wait(delay)
            attempt += 1
            self.retries += 1
            self._count("total-record-failures", "total-retries")  # the attempt before this one failed
            try:
                return operation()
            except Retriable as again:
                error = again
        raise error

    def _count(self, *names: str) -> None:
        if self.meter is not None:
            for name in names:
                self.meter.record(name)


class LogReporter:
    """``errors.log.enable``: one ERROR line per failed record (spec 7.3)."""

    def __init__(self, connector: str, task: int, *, include_messages: bool, meter: Meter | None = None) -> None:
        self.connector, self.task, self.include_messages, self.meter = connector, task, include_messages, meter

    def report(self, failure: Failure) -> None:
        """Write the line; with ``errors.log.include.messages`` also the record's coordinates."""
        text = f"Error encountered in task {self.connector}-{self.task}. "
        text += f"Executing stage '{failure.stage}' with class '{failure.executing}'"
        if self.include_messages:
            text += self._record(failure)
        LOG.error("%s. %s: %s", text, java_class(failure.error), failure.error)
        if self.meter is not None:
            self.meter.record("total-errors-logged")

    def _record(self, failure: Failure) -> str:
        raw = failure.raw
        if raw is None:
            return f", where source record is = {failure.shown}"
        text = f", where consumed record is {{topic='{raw.topic}', partition={raw.partition}, offset={raw.offset}"
        kinds = {1: "CreateTime", 2: "LogAppendTime"}
        if raw.timestamp_type in kinds:
            text += f", timestamp={raw.timestamp}, timestampType={kinds[raw.timestamp_type]}"
        return text + "}"
