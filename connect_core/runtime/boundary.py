"""When a source slice's transaction ends: after each poll, at an interval, or where the connector says (KIP-618)."""

from __future__ import annotations

from connect_core.api import SourceRecord
from connect_core.runtime.ports import Clock


class TransactionRequests:
    """api.TransactionContext: remembers what the task asked for until the runner gets to that record."""

    def __init__(self) -> None:
        self._after: dict[int, tuple[SourceRecord, str]] = {}
        self._batch: str | None = None

    def commit(self, record: SourceRecord | None = None) -> None:
        """Commit after the record, or after the current batch."""
        self._note("commit", record)

    def abort(self, record: SourceRecord | None = None) -> None:
        """Discard up to and with the record, or the whole batch."""
        self._note("abort", record)

    def _note(self, action: str, record: SourceRecord | None) -> None:
        if record is None:
            self._batch = action
        else:
            self._after[id(record)] = (record, action)  # the reference keeps the id from being reused

    def after(self, record: SourceRecord) -> str | None:
        """What to do after this record, once."""
        found = self._after.pop(id(record), None)
        return found[1] if found else None

    def after_batch(self) -> str | None:
        """What to do after this batch, once."""
        action, self._batch = self._batch, None
        return action


class Boundary:
    """``transaction.boundary`` of one task: kind is poll, interval or connector."""

    def __init__(self, kind: str, interval_ms: int, clock: Clock) -> None:
        self.kind, self.interval_s, self.clock = kind, interval_ms / 1000, clock
        self.context = TransactionRequests() if kind == "connector" else None
        self._last = clock.now()

    def due(self) -> bool:
        """True when the open transaction should end now (connector-defined ones never by themselves)."""
        if self.kind == "poll":
            return True
        return self.kind == "interval" and self.clock.now() - self._last >= self.interval_s

    def ended(self) -> None:
        """A transaction ended."""
        self._last = self.clock.now()
