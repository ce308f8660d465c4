"""ClusterState: what the config and status topics say, as plain objects made by ``fold``.

Entries and statuses are replaced, never changed: a ``snapshot`` stays as it is while its original is folded on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class TargetState(StrEnum):
    """Desired state of a connector (config topic)."""

    STARTED = "STARTED"
    PAUSED = "PAUSED"
    STOPPED = "STOPPED"


@dataclass(slots=True)
class ConnectorEntry:
    """One connector of the config topic. Config maps are raw (placeholders kept).

    ``generation``: offset of the last consistent commit- record, -1 before the first. ``config_offset``: offset of the
    connector- record. ``fencing``: task count of the last tasks-fencing- record, None if there was none.
    """

    name: str
    config: Mapping[str, str | None]
    config_offset: int
    target: TargetState = TargetState.STARTED
    tasks: tuple[Mapping[str, str], ...] = ()
    generation: int = -1
    applied_config: Mapping[str, str | None] | None = None
    """The connector config at the last commit record."""
    consistent: bool = True
    fencing: int | None = None
    pending_fencing: bool = False
    task_count: int = 0
    """Of the last commit record, consistent or not."""
    restart: tuple[int, bool, bool] | None = None
    """Last restart-connector- record: (offset, include tasks, only failed)."""


@dataclass(slots=True)
class ConfigState:
    """Fold of the config topic. ``offset`` = last consumed offset + 1."""

    offset: int = 0
    connectors: dict[str, ConnectorEntry] = field(default_factory=dict)
    targets: dict[str, TargetState] = field(default_factory=dict)
    """Every target state in the topic; it may arrive before its connector record and outlives its deletion."""
    fencing: dict[str, int] = field(default_factory=dict)
    """tasks-fencing- counts by connector; they outlive deletion."""
    deferred: dict[str, dict[int, Mapping[str, str]]] = field(default_factory=dict)
    """Task configs written since the connector's last commit record; never to be used before the next one."""
    session_key: Mapping[str, object] | None = None

    def snapshot(self) -> ConfigState:
        """A copy that later records do not change."""
        deferred = {name: dict(configs) for name, configs in self.deferred.items()}
        return replace(
            self,
            connectors=dict(self.connectors),
            targets=dict(self.targets),
            fencing=dict(self.fencing),
            deferred=deferred,
        )


@dataclass(slots=True, frozen=True)
class Status:
    """One connector or task status record (spec 3.4). ``version`` None: written by a worker older than 4.1."""

    state: str
    trace: str | None
    worker_id: str | None
    generation: int
    version: str | None = None


@dataclass(slots=True)
class StatusState:
    """Fold of the status topic."""

    connectors: dict[str, Status] = field(default_factory=dict)
    tasks: dict[tuple[str, int], Status] = field(default_factory=dict)
    topics: dict[str, dict[str, int]] = field(default_factory=dict)
    """connector -> topic -> task that discovered it."""

    def snapshot(self) -> StatusState:
        """A copy that later records do not change."""
        topics = {name: dict(found) for name, found in self.topics.items()}
        return replace(self, connectors=dict(self.connectors), tasks=dict(self.tasks), topics=topics)


@dataclass(slots=True)
class ClusterState:
    """Both folds: everything that ``plan`` and ``decide`` may look at."""

    config: ConfigState = field(default_factory=ConfigState)
    status: StatusState = field(default_factory=StatusState)
