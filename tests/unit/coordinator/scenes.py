"""Cluster states to plan and decide on, written as a reader of the topics would say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect_core.coordinator.plan import Scene
from connect_core.coordinator.ports import FUNCTIONS, WORKER, Settings
from connect_core.storage.state import ClusterState, ConfigState, ConnectorEntry, Status, StatusState, TargetState

SOURCE = {"name": "c", "connector.class": "Source", "tasks.max": "2"}
SINK = {"name": "c", "connector.class": "Sink", "topics": "t"}


class Classes:
    """A catalog by name: ``Source`` and ``Sink``."""

    def __init__(self, period: int | None = None) -> None:
        self.period = period

    def kind(self, config: Mapping[str, str | None]) -> str:
        return {"Source": "source", "Sink": "sink"}.get(config.get("connector.class") or "", "unknown")

    def version(self, config: Mapping[str, str | None]) -> str | None:
        return "1.0"

    def watch_period_ms(self, config: Mapping[str, str | None]) -> int | None:
        return self.period


def entry(tasks: int = 2, **changes: Any) -> ConnectorEntry:
    """A connector that runs: committed at offset 10 from the config at offset 3."""
    config = changes.pop("config", SOURCE)
    values: dict[str, Any] = {
        "config_offset": 3,
        "tasks": tuple({"n": str(i)} for i in range(tasks)),
        "generation": 10,
        "applied_config": config,
        "fencing": tasks,
    }
    return ConnectorEntry("c", config, **(values | changes))


def cluster(
    found: ConnectorEntry | None = None, statuses: Mapping[int, str] | None = None, **config: Any
) -> ClusterState:
    """One connector ``c``; statuses by task, -1 for the connector."""
    state = ClusterState(ConfigState(offset=20, **config), StatusState())
    if found is not None:
        state.config.connectors["c"] = found
    for task, text in (statuses or {}).items():
        status = Status(text, "Boom: x\n" if text == "FAILED" else None, "w:1", 7, "1.0")
        if task < 0:
            state.status.connectors["c"] = status
        else:
            state.status.tasks["c", task] = status
    return state


def scene(state: ClusterState, *, functions: bool = False, **changes: Any) -> Scene:
    """The scene of a worker, or of the functions host, at second 120 of the epoch."""
    settings = Settings(group_id="g", worker_id="w:1", mode=FUNCTIONS if functions else WORKER)
    values: dict[str, Any] = {"now": 120.0, "running": {}, "settings": settings, "catalog": Classes()}
    return Scene(state=state, **(values | changes))


RUNNING = {-1: "RUNNING", 0: "RUNNING", 1: "RUNNING"}
STARTED, PAUSED, STOPPED = TargetState.STARTED, TargetState.PAUSED, TargetState.STOPPED
