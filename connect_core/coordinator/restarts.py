"""Which instances a restart request touches (spec 12.5): pure, from the statuses. Neighbours: `decide`, `entities`."""

from __future__ import annotations

from connect_core.coordinator.ports import Key
from connect_core.runtime.slice import CONNECTOR
from connect_core.storage.state import StatusState


def restart_plan(status: StatusState, name: str, *, include_tasks: bool, only_failed: bool) -> list[Key]:
    """The connector, then its tasks, as far as the flags choose them: they show RESTARTING until they run again."""
    found = {(name, CONNECTOR): status.connectors[name]} if name in status.connectors else {}
    if include_tasks:
        found |= {key: status.tasks[key] for key in sorted(status.tasks) if key[0] == name}
    return [key for key, value in found.items() if not only_failed or value.state == "FAILED"]
