"""What ``GET /metrics`` of a worker shows: what its slots counted, this process's own, and what the topics say.

Totals come from the processes that run slices; numbers of connectors and tasks by state come from the folds, as REST's
status does. Neighbours: ``pool`` asks the slots, ``rest.metrics`` renders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connect_core.storage.state import ClusterState
from connect_core.telemetry import METRICS, Registry, Sample, merged
from connect_core.telemetry.metrics import CONNECTOR, TASK, WORKER

_STATES = ("running", "paused", "failed", "unassigned", "restarting")


def all_samples(counted: Sequence[Sequence[Sample]], state: ClusterState, *, worker_id: str) -> list[Sample]:
    """``counted`` of several processes with the states; what belongs to a connector that is gone is left out."""
    known = state.config.connectors
    counts = [s for s in merged(counted) if s.labels.get("connector") is None or s.labels["connector"] in known]
    return [*counts, *_percentages(counts), *_states(state, worker_id)]


def _states(state: ClusterState, worker_id: str) -> list[Sample]:
    """Numbers and states of connectors and tasks; counts without a connector label are this worker's."""
    made = Registry()
    status, known = state.status, state.config.connectors
    for name in known:
        if (own := status.connectors.get(name)) is not None:
            made.meter(CONNECTOR, connector=name, status=own.state.lower()).record("status", 1)
        states = {task: found.state.lower() for (owner, task), found in status.tasks.items() if owner == name}
        numbers = Counter(states.values())
        meter = made.meter(WORKER, connector=name)
        meter.record("connector-total-task-count", len(states))
        for each in _STATES:
            meter.record(f"connector-{each}-task-count", numbers[each])
        for task, text in states.items():
            made.meter(TASK, connector=name, task=str(task), status=text).record("status", 1)
    own_connectors = [n for n, found in status.connectors.items() if n in known and found.worker_id == worker_id]
    own_tasks = [k for k, found in status.tasks.items() if k[0] in known and found.worker_id == worker_id]
    made.meter(WORKER).record("connector-count", len(own_connectors))
    made.meter(WORKER).record("task-count", len(own_tasks))
    return made.snapshot()


def _percentages(counts: Sequence[Sample]) -> list[Sample]:
    """Fractions of start attempts, over all slots."""
    totals = {s.metric.name: s.value for s in counts if s.metric.group == WORKER and not s.labels}
    found: list[Sample] = []
    for what in ("connector", "task"):
        attempts = totals.get(f"{what}-startup-attempts-total", 0)
        for how in ("success", "failure"):
            if attempts:
                part = totals.get(f"{what}-startup-{how}-total", 0.0) / attempts
                found.append(Sample(METRICS[WORKER, f"{what}-startup-{how}-percentage"], {}, part))
    return found
