"""What a command does: a pure function of the folds -> records for the config topic, statuses to clear, an answer.

The records of one decision are written in one transaction (I5). Texts and statuses are Connect's (spec 1.6). Validation
happened before (`validation`); what follows a write is the business of `plan`. Neighbours: `restarts`, `entities`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_core.coordinator.ports import Key, Rejected
from connect_core.coordinator.restarts import restart_plan
from connect_core.runtime.slice import CONNECTOR
from connect_core.storage import config_records as topic
from connect_core.storage.config_records import Record
from connect_core.storage.state import ClusterState, ConnectorEntry, TargetState

type RawConfig = Mapping[str, str | None]
STALE = (
    "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)"
)


@dataclass(frozen=True, slots=True)
class Create:
    """POST /connectors; ``config`` holds ``name``."""

    name: str
    config: RawConfig
    target: TargetState | None = None


@dataclass(frozen=True, slots=True)
class PutConfig:
    """PUT config: create or replace."""

    name: str
    config: RawConfig


@dataclass(frozen=True, slots=True)
class PatchConfig:
    """PATCH config: ``base`` is the config that the validated ``config`` was made from."""

    name: str
    config: RawConfig
    base: RawConfig


@dataclass(frozen=True, slots=True)
class Delete:
    """DELETE a connector; offsets stay."""

    name: str


@dataclass(frozen=True, slots=True)
class SetTarget:
    """Pause, resume or stop."""

    name: str
    target: TargetState


@dataclass(frozen=True, slots=True)
class Restart:
    """POST restart; with neither flag only the connector, answered by None."""

    name: str
    include_tasks: bool = False
    only_failed: bool = False


@dataclass(frozen=True, slots=True)
class RestartTask:
    """POST restart of one task."""

    name: str
    task: int


@dataclass(frozen=True, slots=True)
class TaskConfigs:
    """Result of a connector slice, with the offset of the connector record it was computed from. Answer: committed?"""

    name: str
    config_offset: int
    configs: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class ConnectorFailed:
    """A connector slice could not even be run (the slice itself reports its own failures)."""

    name: str
    trace: str


type Command = (
    Create | PutConfig | PatchConfig | Delete | SetTarget | Restart | RestartTask | TaskConfigs | ConnectorFailed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """``records`` to write; FAILED of ``clears`` ends with them; ``restarts`` become RESTARTING; then the answer.

    ``rejected`` is raised after the records are written (a restart of a connector without a status). ``look`` asks
    for a connector slice although nothing else calls for one.
    """

    answer: Any = None
    records: Sequence[Record] = ()
    clears: Sequence[Key] = ()
    restarts: Sequence[Key] = ()
    rejected: Rejected | None = None
    look: bool = False
    failed: Mapping[Key, str] = field(default_factory=dict)
    """Traces of what is FAILED from now on."""


def decide(state: ClusterState, command: Command, *, standalone: bool = False) -> Decision:
    """Raises Rejected, having done nothing, when the command cannot be done. Standalone words some refusals its way."""
    match command:
        case Create():
            return _create(state, command)
        case PutConfig():
            return _put(state, command.name, command.config)
        case PatchConfig():
            if _entry(state, command.name, "Connector {} not found").config != command.base:
                raise Rejected(409, STALE)
            return _put(state, command.name, command.config)
        case Delete():
            _entry(state, command.name, "Connector {} not found")
            # The target state goes after the connector, so that a reader never sees it started in between (trap 10).
            return Decision(records=[topic.connector(command.name, None), topic.target_state(command.name, None)])
        case SetTarget():
            return _set_target(state, command, standalone=standalone)
        case Restart():
            return _restart(state, command, standalone=standalone)
        case RestartTask():
            return _restart_task(state, command, standalone=standalone)
        case TaskConfigs():
            return _task_configs(state, command)
        case ConnectorFailed():
            _entry(state, command.name, "Unknown connector: {}")
            return Decision(failed={(command.name, CONNECTOR): command.trace})


def _entry(state: ClusterState, name: str, text: str) -> ConnectorEntry:
    entry = state.config.connectors.get(name)
    if entry is None:
        raise Rejected(404, text.format(name))
    return entry


def _create(state: ClusterState, command: Create) -> Decision:
    if command.name in state.config.connectors:
        raise Rejected(409, f"Connector {command.name} already exists")
    records: list[Record] = []
    if command.target is not None:
        records.append(topic.target_state(command.name, command.target))
    records.append(topic.connector(command.name, command.config))
    return Decision(records=records, answer=True)


def _put(state: ClusterState, name: str, config: RawConfig) -> Decision:
    """The answer says whether the connector is new. A config that is put again restarts the connector (spec 12.3)."""
    return Decision(
        records=[topic.connector(name, config)],
        answer=name not in state.config.connectors,
        clears=_failed(state, [(name, CONNECTOR)]),
        look=True,
    )


def _failed(state: ClusterState, keys: Sequence[Key]) -> list[Key]:
    """Those of ``keys`` whose status is FAILED."""
    status = state.status
    found = [
        (key, status.connectors.get(key[0]) if key[1] == CONNECTOR else status.tasks.get((key[0], key[1])))
        for key in keys
    ]
    return [key for key, value in found if value is not None and value.state == "FAILED"]


def _set_target(state: ClusterState, command: SetTarget, *, standalone: bool) -> Decision:
    if standalone and command.target is TargetState.STOPPED and command.name not in state.config.connectors:
        raise Rejected(500, f"No connector `{command.name}` configured")
    _entry(state, command.name, "Unknown connector {}")
    record = topic.target_state(command.name, command.target)
    if command.target is TargetState.STOPPED:
        return Decision(records=[topic.commit(command.name, 0), record])
    return Decision(records=[record])


def _restart(state: ClusterState, command: Restart, *, standalone: bool) -> Decision:
    _entry(state, command.name, "Connector {} not found" if standalone else "Unknown connector: {}")
    if not command.include_tasks and not command.only_failed:
        return Decision(restarts=[(command.name, CONNECTOR)])
    records = [topic.restart(command.name, include_tasks=command.include_tasks, only_failed=command.only_failed)]
    if command.name not in state.status.connectors:
        return Decision(records=records, rejected=Rejected(404, f"Status for connector {command.name} not found"))
    chosen = restart_plan(
        state.status, command.name, include_tasks=command.include_tasks, only_failed=command.only_failed
    )
    return Decision(records=records, restarts=chosen)


def _restart_task(state: ClusterState, command: RestartTask, *, standalone: bool) -> Decision:
    entry = _entry(state, command.name, "Connector {} not found" if standalone else "Unknown connector: {}")
    if not 0 <= command.task < len(entry.tasks):
        text = "Task {} not found" if standalone else "Unknown task: {}"
        raise Rejected(404, text.format(f"{command.name}-{command.task}"))
    return Decision(restarts=[(command.name, command.task)])


def _task_configs(state: ClusterState, command: TaskConfigs) -> Decision:
    """Publishes only what differs (spec 12.3); a result of an older config, or of no connector, is dropped."""
    name, configs = command.name, [dict(config) for config in command.configs]
    entry = state.config.connectors.get(name)
    if entry is None or entry.config_offset != command.config_offset:
        return Decision(answer=False)
    if entry.target is TargetState.STOPPED and configs:
        raise Rejected(400, f"Cannot submit non-empty set of task configs for stopped connector {name}")
    same = (
        entry.generation >= 0  # a first commit is written even without tasks, so that the slice is not due for ever
        and entry.consistent
        and entry.applied_config == entry.config
        and [dict(task) for task in entry.tasks] == configs
    )
    if same:
        return Decision(answer=False)
    clears = _failed(state, [(name, i) for i in range(len(configs))])
    return Decision(records=topic.tasks(name, configs), answer=True, clears=clears)
