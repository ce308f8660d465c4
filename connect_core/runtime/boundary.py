"""When a source slice's transaction ends: after each poll, at an interval, or where the connector says (KIP-618)."""

from __future__ import annotations

from collections.abc import Mapping

from connect_core.api import SourceRecord
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import Clock

SHORTEST_MS, LONGEST_MS = 10_000, 15 * 60_000
"""Bounds of a transaction's timeout: time for one commit, and what brokers allow (transaction.max.timeout.ms)."""
POLL_MS = 60_000
"""What a poll and its commit may take."""


def transaction_timeout_ms(config: Mapping[str, str], flush_ms: int, lease: Lease) -> int:
    """How long a transaction of this task may stay open: as long as its boundary allows, at most the lease.

    Short, because a killed slice blocks read-committed consumers until the next ``init`` or for this long.
    """
    kind = config.get("transaction.boundary", "poll").strip().lower()
    wanted = POLL_MS
    if kind == "interval":
        text = config.get("transaction.boundary.interval.ms", "").strip()
        wanted = POLL_MS + (int(text) if text.isdecimal() else flush_ms)
    elif kind == "connector":  # any number of polls, up to a whole slice
        wanted = LONGEST_MS
    limit = LONGEST_MS if lease.end is None else int((lease.end - lease.clock.now()) * 1000)
    return max(SHORTEST_MS, min(wanted, limit, LONGEST_MS))


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
