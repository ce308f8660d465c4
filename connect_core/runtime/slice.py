"""What a slice is asked and what it reports. A slice is one bounded run of one task, or of the connector (task -1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connect_core.runtime.ports import Assignment

CONNECTOR = -1
"""Task number of a connector slice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRequest:
    """Run this task until ``lease_end`` (epoch seconds; None = as long as the host holds the lease, I4).

    ``generation`` is the config-topic offset of the connector's commit record it was planned from (-1 for a
    connector slice that has no commit record yet); another one found at start means the slice is superseded.
    """

    connector: str
    task: int
    generation: int
    lease_end: float | None = None
    worker_id: str = ""


def ended_by(request: SliceRequest, now: Assignment | None) -> str | None:
    """The state in which what the config topic says now ends this slice; None: it goes on."""
    if now is None or now.target == "STOPPED":
        return "SUPERSEDED"
    if request.task != CONNECTOR and now.generation != request.generation:
        return "SUPERSEDED"
    return "PAUSED" if now.target == "PAUSED" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorResult:
    """What a connector slice found: raw task configs (placeholders kept) and when to look again.

    ``config_offset`` is that of the connector record it was computed from; the coordinator drops stale results.
    """

    config_offset: int
    task_configs: Sequence[Mapping[str, str]]
    watch_period_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceReport:
    """How a slice ended. ``state``: RUNNING (more later), RETRY (ended early, Kafka or the target was away), FAILED,
    PAUSED, SUPERSEDED (a newer slice, or the config moved on), LATE (the lease was over before it began).

    ``records`` were delivered (source: to Kafka, sink: to the target); ``error`` is the trace of a failure.
    """

    connector: str
    task: int
    generation: int
    state: str
    records: int = 0
    offsets: int = 0
    error: str | None = None
    idle_ms: int = 0
    """How long the task would like to be left alone after an idle end."""
    result: ConnectorResult | None = None
    """Connector slices only."""
