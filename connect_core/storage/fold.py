"""The read rules of the config and status topics (spec 3.1, 3.4): one record at a time into the state passed in.

Pure but for that state. Entries are replaced, not changed, so snapshots taken before stay true. A record nobody can
use is logged and skipped, as Connect does; only one that is no JSON leaves the root offset where it was.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol, TypeGuard

from connect_core.errors import DataError
from connect_core.storage import config_records as records
from connect_core.storage.state import ConfigState, ConnectorEntry, Status, StatusState, TargetState

log = logging.getLogger(__name__)

STATES = frozenset({"UNASSIGNED", "RUNNING", "PAUSED", "FAILED", "DESTROYED", "RESTARTING", "STOPPED"})
_INT = re.compile(r"[+-]?[0-9]+\Z")


class Record(Protocol):
    """What a fold needs of a record: ``kafka.log.LogRecord`` and the in-memory stores' own have it."""

    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102


def fold_config(state: ConfigState, record: Record) -> None:
    """Apply one record of the config topic."""
    try:
        value = None if record.value is None else records.from_json(record.value)
    except DataError:
        log.error("Failed to convert config data to Kafka Connect format at offset %d", record.offset)
        return
    state.offset = record.offset + 1
    key = (record.key or b"").decode("utf-8", "replace")
    for prefix, apply in _CONFIG_RULES:
        if key.startswith(prefix):
            apply(state, key.removeprefix(prefix), value, record.offset)
            return
    log.error("Discarding config update record with invalid key: %s", key)


def _target(state: ConfigState, name: str, value: Any, _offset: int) -> None:
    if value is None:
        state.targets.pop(name, None)
        if name in state.connectors:
            state.targets[name] = TargetState.STARTED
    else:
        wish = _target_of(value)
        if wish is None:
            log.error("Invalid data for target state for connector '%s': no known state", name)
            return
        state.targets[name] = wish
    _change(state, name, target=state.targets.get(name, TargetState.STARTED))


def _target_of(value: Any) -> TargetState | None:
    if not isinstance(value, dict):
        return None
    text = value.get("state.v2")
    if not isinstance(text, str):
        text = value.get("state")
    return TargetState(text) if isinstance(text, str) and text in TargetState.__members__ else None


def _connector(state: ConfigState, name: str, value: Any, offset: int) -> None:
    if value is None:
        state.connectors.pop(name, None)
        state.deferred.pop(name, None)
        return
    config = _properties(value)
    if config is None:
        log.error("Invalid data for connector config for connector '%s': should be a map of properties", name)
        return
    target = state.targets.setdefault(name, TargetState.STARTED)
    if name in state.connectors:
        _change(state, name, config=config, config_offset=offset, target=target)
    else:
        state.connectors[name] = ConnectorEntry(
            name=name, config=config, config_offset=offset, target=target, fencing=state.fencing.get(name)
        )


def _task(state: ConfigState, rest: str, value: Any, _offset: int) -> None:
    task = _task_id(records.TASK + rest, least=3, head=1)
    if task is None:
        log.error("Discarding task config update with unparsable key: %s%s", records.TASK, rest)
        return
    config = _properties(value)
    if config is None:
        log.error("Ignoring task configuration for task %s-%d because it is no map of properties", *task)
        return
    state.deferred.setdefault(task[0], {})[task[1]] = config


def _commit(state: ConfigState, name: str, value: Any, offset: int) -> None:
    entry = state.connectors.get(name)
    if entry is None:  # compaction left the commit of a deleted connector
        state.deferred.pop(name, None)
        return
    count = value.get("tasks") if isinstance(value, dict) else None
    if not _is_int(count):
        log.error("Ignoring connector tasks configuration commit for connector '%s': no task count", name)
        return
    waiting = state.deferred.pop(name, {})
    if all(i in waiting for i in range(count)):
        entry = replace(
            entry,
            tasks=tuple(waiting[i] for i in range(count)),
            generation=offset,
            applied_config=entry.config,
            consistent=True,
        )
    else:
        entry = replace(entry, tasks=(), consistent=False)
    state.connectors[name] = replace(entry, task_count=count, pending_fencing=True)


def _fencing(state: ConfigState, name: str, value: Any, _offset: int) -> None:
    count = value.get("task-count") if isinstance(value, dict) else None
    if not _is_int(count):
        log.error("Ignoring task count record for connector '%s': no task count", name)
        return
    state.fencing[name] = count
    _change(state, name, fencing=count, pending_fencing=False)


def _restart(state: ConfigState, name: str, value: Any, offset: int) -> None:
    if not isinstance(value, dict):
        log.error("Ignoring restart request for connector '%s': it is no map", name)
        return
    include, only_failed = value.get("include-tasks"), value.get("only-failed")
    _change(state, name, restart=(offset, include is True, only_failed is True))


def _session_key(state: ConfigState, rest: str, value: Any, _offset: int) -> None:
    if rest or not isinstance(value, dict):
        log.error("Ignoring session key: it is no map")
        return
    wanted = ("key", str), ("algorithm", str), ("creation-timestamp", int)
    if all(isinstance(value.get(name), kind) for name, kind in wanted):
        state.session_key = {name: value[name] for name, _ in wanted}
    else:
        log.error("Ignoring session key: it needs key, algorithm and creation-timestamp")


def _ignore(_state: ConfigState, _rest: str, _value: Any, _offset: int) -> None:
    """Log levels are an event for running workers, not state."""


_CONFIG_RULES: tuple[tuple[str, Callable[[ConfigState, str, Any, int], None]], ...] = (
    (records.TARGET, _target),
    (records.CONNECTOR, _connector),
    (records.TASK, _task),
    (records.COMMIT, _commit),
    (records.RESTART, _restart),
    (records.FENCING, _fencing),
    (records.SESSION_KEY, _session_key),
    (records.LOGGER, _ignore),
)


def fold_status(state: StatusState, record: Record) -> None:
    """Apply one record of the status topic."""
    key = (record.key or b"").decode("utf-8", "replace")
    if key.startswith(records.STATUS_CONNECTOR):
        _connector_status(state, key.removeprefix(records.STATUS_CONNECTOR), record.value)
    elif key.startswith(records.STATUS_TASK):
        _task_status(state, key, record.value)
    elif key.startswith(records.STATUS_TOPIC):
        _active_topic(state, key.removeprefix(records.STATUS_TOPIC), record.value)
    else:
        log.warning("Discarding record with invalid key %s", key)


def _connector_status(state: StatusState, name: str, value: bytes | None) -> None:
    if not name:
        log.warning("Discarding record with an empty connector name")
    elif value is None:
        state.connectors.pop(name, None)
        for task in [task for task in state.tasks if task[0] == name]:
            del state.tasks[task]
    elif (status := status_of(value)) is not None:
        state.connectors[name] = status


def _task_status(state: StatusState, key: str, value: bytes | None) -> None:
    task = _task_id(key, least=4, head=2)
    if task is None:
        log.warning("Discarding record with invalid task status key %s", key)
        return
    if value is None:
        state.tasks.pop(task, None)
        return
    status = status_of(value)
    if status is None:
        return
    known = state.tasks.get(task)
    late = status.state == "UNASSIGNED" and known is not None and known.state == "RUNNING"
    if late and known is not None and known.generation >= status.generation:
        return  # the previous owner's farewell, after the new owner has begun
    state.tasks[task] = status


def status_of(value: bytes) -> Status | None:
    """The status in a record's value; None (logged) if it is none."""
    try:
        fields = records.from_json(value)
    except DataError:
        fields = None
    texts = ("trace", "worker_id", "version")
    if (
        not isinstance(fields, dict)
        or not isinstance(fields.get("state"), str)
        or fields["state"] not in STATES
        or not _is_int(fields.get("generation"))
        or not all(isinstance(fields.get(name), str | None) for name in texts)
    ):
        log.error("Discarding a status record that cannot be read")
        return None
    return Status(
        fields["state"], fields.get("trace"), fields.get("worker_id"), fields["generation"], fields.get("version")
    )


def _active_topic(state: StatusState, rest: str, value: bytes | None) -> None:
    topic, found, name = rest.partition(":")
    if not found or not name.startswith("connector-") or not topic or name == "connector-":
        log.warning("Discarding record with invalid topic status key %s%s", records.STATUS_TOPIC, rest)
        return
    name = name.removeprefix("connector-")
    if value is None:
        known = state.topics.get(name, {})
        state.topics[name] = {other: task for other, task in known.items() if other != topic}
        if not state.topics[name]:
            del state.topics[name]
        return
    try:
        fields = records.from_json(value)
    except DataError:
        fields = None
    task = fields.get("topic", {}).get("task") if _has_topic(fields) else None
    if not _is_int(task):
        log.error("Discarding an active-topic record that cannot be read")
        return
    state.topics[name] = {**state.topics.get(name, {}), topic: task}


def _has_topic(fields: Any) -> bool:
    return isinstance(fields, dict) and isinstance(fields.get("topic"), dict)


def _change(state: ConfigState, name: str, **changes: Any) -> None:
    entry = state.connectors.get(name)
    if entry is not None:
        state.connectors[name] = replace(entry, **changes)


def _properties(value: Any) -> Mapping[str, Any] | None:
    found = value.get("properties") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else None


def _task_id(key: str, *, least: int, head: int) -> tuple[str, int] | None:
    """Connector and task of ``…-<connector>-<n>``; like Java's split, trailing empty parts do not count."""
    parts = key.split("-")
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) < least or not _INT.match(parts[-1]):
        return None
    return "-".join(parts[head:-1]), int(parts[-1])


def _is_int(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
