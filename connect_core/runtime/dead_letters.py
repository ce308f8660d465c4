"""The dead letter queue of a sink task (spec kafka-connect.md 7.2): original bytes and headers, durable before the
offset of the record passes (invariant I3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from connect_core.errors import java_class, stack_trace
from connect_core.runtime.policy import Failure
from connect_core.runtime.ports import FeedRecord, Message
from connect_core.telemetry import Meter

PREFIX = "__connect.errors."


class Outlet(Protocol):
    """A plain producer."""

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages."""

    def flush(self) -> None:
        """Return when all are durable; raise if one is not."""


class DeadLetters:
    """Reporter that writes failed records to the DLQ topic; ``flush`` before offsets are committed."""

    def __init__(
        self,
        topic: str,
        outlet: Outlet,
        *,
        connector: str,
        task: int,
        context_headers: bool,
        meter: Meter | None = None,
    ) -> None:
        self.topic, self.outlet, self.meter = topic, outlet, meter
        self.connector, self.task, self.context_headers = connector, task, context_headers
        self.count = 0
        self._pending = False

    def report(self, failure: Failure) -> None:
        """Queue the original record; failures without a consumed record are not sent."""
        raw = failure.raw
        if raw is None:
            return
        headers = list(raw.headers)
        if self.context_headers:
            headers += self._context(failure, raw)
        timestamp = raw.timestamp if raw.timestamp >= 0 else None
        if self.meter is not None:
            self.meter.record("deadletterqueue-produce-requests")
        self.outlet.send([Message(self.topic, raw.key, raw.value, -1, timestamp, headers)])
        self.count += 1
        self._pending = True

    def flush(self) -> None:
        """I3: everything reported is durable when this returns."""
        if not self._pending:
            return
        try:
            self.outlet.flush()
        except Exception:
            if self.meter is not None:
                self.meter.record("deadletterqueue-produce-failures")
            raise
        self._pending = False

    def _context(self, failure: Failure, raw: FeedRecord) -> list[tuple[str, bytes | None]]:
        message = str(failure.error)
        values = {
            "topic": raw.topic,
            "partition": str(raw.partition),
            "offset": str(raw.offset),
            "connector.name": self.connector,
            "task.id": str(self.task),
            "stage": str(failure.stage),
            "class.name": failure.executing,
            "exception.class.name": java_class(failure.error),
            "exception.message": message or None,
            "exception.stacktrace": stack_trace(failure.error),
        }
        return [(PREFIX + name, None if text is None else text.encode()) for name, text in values.items()]
