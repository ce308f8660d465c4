"""REST's entities as plain dicts, fields in Connect's order (spec 1.5): pure functions of the folds.

Neighbours: `execute` answers with them, `rest` renders them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from connect_core.coordinator.ports import Key
from connect_core.java.hashing import hash_map, hash_map_order
from connect_core.runtime.slice import CONNECTOR
from connect_core.storage.state import ConnectorEntry, Status, StatusState

type Entity = dict[str, Any]


def info(entry: ConnectorEntry, kind: str) -> Entity:
    """ConnectorInfo; the config in the order in which Java's HashMap would give it, as Connect's answer has it."""
    return {
        "name": entry.name,
        "config": hash_map(entry.config),
        "tasks": [{"connector": entry.name, "task": i} for i in range(_count(entry))],
        "type": kind,
    }


def tasks(entry: ConnectorEntry) -> list[Entity]:
    """TaskInfos with raw configs."""
    return [
        {"id": {"connector": entry.name, "task": i}, "config": hash_map(entry.tasks[i])} for i in range(_count(entry))
    ]


def connector_state(status: StatusState, name: str, kind: str, restarting: Collection[Key] = ()) -> Entity | None:
    """ConnectorStateInfo from status records alone, or None if the connector has none.

    ``restarting`` show RESTARTING, whatever their record says yet.
    """
    own = status.connectors.get(name)
    if own is None:
        return None
    return {
        "name": name,
        "connector": _shown(own, restarting=(name, CONNECTOR) in restarting),
        "tasks": [
            {"id": key[1], **_shown(status.tasks[key], restarting=key in restarting)}
            for key in sorted(key for key in status.tasks if key[0] == name)
        ],
        "type": kind,
    }


def task_state(task: int, status: Status) -> Entity:
    """TaskState."""
    return {"id": task, **_shown(status)}


def names(connectors: Mapping[str, ConnectorEntry]) -> list[str]:
    """Connector names in Java's HashMap order, which is what a client of Connect sees."""
    return hash_map_order(connectors)


def _count(entry: ConnectorEntry) -> int:
    return len(entry.tasks) if entry.consistent else 0


def _shown(status: Status, *, restarting: bool = False) -> Entity:
    shown: Entity = {"state": "RESTARTING" if restarting else status.state, "worker_id": status.worker_id}
    if status.version != "undefined":
        shown["version"] = status.version
    if status.trace:
        shown["trace"] = status.trace
    return shown
