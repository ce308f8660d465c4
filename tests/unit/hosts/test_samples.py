"""What /metrics shows: several processes' counts and the states in the topics."""

from __future__ import annotations

from connect_core.hosts.samples import all_samples
from connect_core.storage.state import ClusterState, ConfigState, ConnectorEntry, Status, StatusState
from connect_core.telemetry import Registry
from connect_core.telemetry.metrics import SOURCE, WORKER


def slot(records: int, started: int, failed: int) -> Registry:
    registry = Registry()
    registry.meter(SOURCE, connector="here", task="0").record("source-record-poll-total", records)
    registry.meter(SOURCE, connector="gone", task="0").record("source-record-poll-total", records)
    worker = registry.meter(WORKER)
    for name, count in (("attempts", started + failed), ("success", started), ("failure", failed)):
        worker.record(f"task-startup-{name}-total", count)
    return registry


def test_counts_and_states() -> None:
    entries = {name: ConnectorEntry(name, {}, 0) for name in ("here", "elsewhere", "new")}
    status = StatusState(
        connectors={"here": Status("RUNNING", None, "me:1", 0), "elsewhere": Status("PAUSED", None, "you:1", 0)},
        tasks={
            ("here", 0): Status("RUNNING", None, "me:1", 0),
            ("here", 1): Status("FAILED", "trace", "me:1", 0),
            ("elsewhere", 0): Status("PAUSED", None, "you:1", 0),
            ("gone", 0): Status("RUNNING", None, "me:1", 0),
        },
    )
    state = ClusterState(ConfigState(connectors=entries), status)
    counted = [slot(3, 2, 0).snapshot(), slot(4, 1, 1).snapshot()]
    found = {(s.metric.name, *sorted(s.labels.items())): s.value for s in all_samples(counted, state, worker_id="me:1")}
    here = ("connector", "here")
    assert found["source-record-poll-total", here, ("task", "0")] == 7
    assert not [key for key in found if ("connector", "gone") in key]
    assert found[("task-startup-success-percentage",)] == 0.75
    assert found[("task-startup-failure-percentage",)] == 0.25
    assert ("connector-startup-success-percentage",) not in found  # nothing was started yet
    assert (found[("connector-count",)], found[("task-count",)]) == (1, 2)
    assert [found[f"connector-{w}-task-count", here] for w in ("total", "running", "paused", "failed")] == [2, 1, 0, 1]
    assert found["status", here, ("status", "failed"), ("task", "1")] == 1
    assert found["status", ("connector", "elsewhere"), ("status", "paused")] == 1
    assert found["connector-total-task-count", ("connector", "new")] == 0
