"""What should happen now: a pure function of the folds of the config and status topics, the clock and what runs here.

Stateless (I7): whether a slice is due follows from its status, the clock and ``running``, never from memory.
Invariants I4 (a new generation only behind the fence) and I5 (FAILED in the status topic is the only input beside the
config topic). Neighbours: `execute` carries the actions out, `decide` answers commands, `schedule` reads
``function.schedule``.

When a *connector slice* is due: nothing was committed yet, the config differs from the one at the last commit, the
task set is inconsistent, the status is neither RUNNING nor FAILED (resume, restart), or its watch period begins in
this tick. The period is asked of the connector class (`Catalog.watch_period_ms`) as a function of the config, and a
period begins at the multiples of its length since the epoch: all instances agree on that and none remembers anything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from connect_core.coordinator.ports import (
    FUNCTIONS,
    Catalog,
    Key,
    Settings,
    TriggerWish,
    alias_hash,
    owns_all,
)
from connect_core.coordinator.schedule import KEY as SCHEDULE
from connect_core.coordinator.schedule import due
from connect_core.errors import ConfigError
from connect_core.runtime.slice import CONNECTOR, SliceRequest
from connect_core.storage.state import ClusterState, ConnectorEntry, Status, TargetState

LOG = logging.getLogger(__name__)
MARGIN_MS = 5000
"""A lease ends this long before the next slice may begin."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Start a slice."""

    request: SliceRequest


@dataclass(frozen=True, slots=True)
class StopSlice:
    """Ask a slice that runs here to end."""

    connector: str
    task: int


@dataclass(frozen=True, slots=True)
class Fence:
    """Init and close ``ids``, then record ``count`` as the task count that the next fencing must cover."""

    connector: str
    ids: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class WriteStatus:
    """Set the status of something that does not run; ``state`` None removes it."""

    connector: str
    task: int
    state: str | None


@dataclass(frozen=True, slots=True)
class ForgetTopics:
    """Remove the active-topic records of a connector that is gone."""

    connector: str


type Action = Dispatch | StopSlice | Fence | WriteStatus | ForgetTopics


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a plan depends on. ``at_once``: a command wants its connector planned now, whatever its schedule.

    ``look``: it also wants a connector slice, although nothing else may call for one.
    """

    state: ClusterState
    now: float
    running: Mapping[Key, int]
    settings: Settings
    catalog: Catalog
    owns: Callable[[str, int], bool] = owns_all
    at_once: bool = False
    look: bool = False
    since: float | None = None
    """The pass before this one, so that each watch period begins in exactly one; None: a tick ago."""


def plan(scene: Scene, only: Collection[str] | None = None) -> list[Action]:
    """Actions in the order in which they must be done; ``only`` limits them to some connectors."""
    state = scene.state
    known = state.config.connectors
    actions: list[Action] = []
    for name, entry in known.items():
        if only is None or name in only:
            actions += _ConnectorPlan(scene, entry).actions()
    for name in sorted(_gone(scene)):
        if only is None or name in only:
            actions += _bury(scene, name)
    return actions


def task_ids(settings: Settings, connector: str, count: int) -> tuple[str, ...]:
    """Transactional ids of tasks 0..count-1, Connect's own scheme."""
    return tuple(f"{settings.group_id}-{connector}-{i}" for i in range(count))


def wishes(scene: Scene) -> dict[str, TriggerWish]:
    """The event source mappings that should exist, by connector."""
    result = {}
    for name, entry in scene.state.config.connectors.items():
        if topic := triggered_topic(scene, entry):
            status = scene.state.status.tasks.get((name, 0))
            enabled = (
                entry.target is TargetState.STARTED
                and bool(entry.tasks)
                and not (scene.settings.fencing and entry.pending_fencing)  # I4: the fence first
                and (status is None or status.state != "FAILED")
            )
            result[name] = TriggerWish(
                topic=topic, group=sink_group(entry), enabled=enabled, alias=f"connector-{alias_hash(name)}"
            )
    return result


def sink_group(entry: ConnectorEntry) -> str:
    """Effective consumer group of a sink."""
    return entry.config.get("consumer.override.group.id") or f"connect-{entry.name}"


def triggered_topic(scene: Scene, entry: ConnectorEntry) -> str | None:
    """The topic whose records trigger this sink, or None when its slices are scheduled."""
    if scene.settings.mode != FUNCTIONS or (entry.config.get("function.trigger") or "").strip().lower() == "schedule":
        return None
    if scene.catalog.kind(entry.config) != "sink":
        return None
    topics = {topic for topic in re.split(r"\s*,\s*", (entry.config.get("topics") or "").strip()) if topic}
    return topics.pop() if len(topics) == 1 else None


def _gone(scene: Scene) -> set[str]:
    """Connectors that are no longer configured but left something behind."""
    status, config = scene.state.status, scene.state.config
    names = {*status.connectors, *status.topics, *(c for c, _ in status.tasks), *(c for c, _ in scene.running)}
    if scene.settings.fencing:
        names |= {name for name, count in config.fencing.items() if count}
    return {name for name in names if name not in config.connectors}


def _bury(scene: Scene, name: str) -> Iterator[Action]:
    yield from (StopSlice(c, task) for c, task in sorted(scene.running) if c == name)
    if not scene.owns(name, CONNECTOR):
        return
    count = scene.state.config.fencing.get(name, 0)
    if scene.settings.fencing and count:  # I4; the record of 0 says that it was done
        yield Fence(name, task_ids(scene.settings, name, count), 0)
    status = scene.state.status
    yield from (WriteStatus(c, task, None) for c, task in sorted(status.tasks) if c == name)
    if name in status.connectors:
        yield WriteStatus(name, CONNECTOR, None)
    if name in status.topics:
        yield ForgetTopics(name)


class _ConnectorPlan:
    """The plan for one configured connector."""

    def __init__(self, scene: Scene, entry: ConnectorEntry) -> None:
        self.scene, self.entry, self.name = scene, entry, entry.name
        self.count = len(entry.tasks)
        self.leads = scene.owns(entry.name, CONNECTOR)
        """This process writes what must be written once."""

    def actions(self) -> Iterator[Action]:
        pending = self.scene.settings.fencing and self.entry.pending_fencing
        if pending and self.leads:
            yield self._fence()
        yield from self._extra_tasks()
        if self.entry.target is TargetState.STARTED:
            yield from self._start_connector()
            if not pending and self.entry.consistent:
                yield from self._start_tasks()
        else:
            yield from self._hold()

    def _fence(self) -> Fence:
        """I4. One task before and after needs no round (KIP-618): the new slice fences the old by its own init."""
        before = self.entry.fencing or 0
        alone = before == 1 and self.count == 1 and triggered_topic(self.scene, self.entry) is None
        return Fence(self.name, () if alone else task_ids(self.scene.settings, self.name, before), self.count)

    def _extra_tasks(self) -> Iterator[Action]:
        """Slices and statuses of tasks that the last commit does not have."""
        if not self.entry.consistent:
            return
        yield from (
            StopSlice(c, task) for c, task in sorted(self.scene.running) if c == self.name and task >= self.count
        )
        if self.leads:
            tasks = sorted(task for c, task in self.scene.state.status.tasks if c == self.name)
            yield from (WriteStatus(self.name, task, None) for task in tasks if task >= self.count)

    def _hold(self) -> Iterator[Action]:
        """PAUSED or STOPPED: nothing runs; FAILED stays through a pause (spec 12.1)."""
        target = str(self.entry.target)
        for key in sorted(self.scene.running):
            if key[0] == self.name and key[1] < self.count:
                yield StopSlice(*key)
        if not self.leads:
            return
        stays = (target, "FAILED") if self.entry.target is TargetState.PAUSED else (target,)
        for task in range(CONNECTOR, self.count):
            status = self._status(task)
            if (status is None or status.state not in stays) and (self.name, task) not in self.scene.running:
                yield WriteStatus(self.name, task, target)

    def _start_connector(self) -> Iterator[Action]:
        if not self.leads or (self.name, CONNECTOR) in self.scene.running:
            return  # a connector slice is one look; a stale result is dropped, and the next plan dispatches another
        if self.scene.look or self._connector_due():
            yield self._dispatch(CONNECTOR)

    def _connector_due(self) -> bool:
        entry, status = self.entry, self._status(CONNECTOR)
        if status is not None and status.state == "FAILED":
            return False  # until a new config, a restart or a resume from STOPPED clears it
        if status is None or status.state != "RUNNING":
            return True
        if entry.generation < 0 or not entry.consistent or entry.applied_config != entry.config:
            return True
        return self._watch_due()

    def _watch_due(self) -> bool:
        period = self.scene.catalog.watch_period_ms(self.entry.config)
        if period is None or period <= 0 or self.scene.at_once:
            return False
        now, since = self.scene.now, self.scene.since
        if since is None:
            since = now - self.scene.settings.tick_ms / 1000
        return now * 1000 // period > since * 1000 // period

    def _start_tasks(self) -> Iterator[Action]:
        if triggered_topic(self.scene, self.entry) is not None:
            yield from self._arm()
            return
        due_now = self._scheduled_now()
        for task in range(self.count):
            if not self.scene.owns(self.name, task):
                if (self.name, task) in self.scene.running:
                    yield StopSlice(self.name, task)  # the group gave it to another process
                continue
            yield from self._start_task(task, due_now=due_now)

    def _arm(self) -> Iterator[Action]:
        """Tasks that records start run from now on, although nothing of them may run for a long time."""
        if self.leads:
            for task in range(self.count):
                status = self._status(task)
                if status is None or status.state not in ("RUNNING", "FAILED"):
                    yield WriteStatus(self.name, task, "RUNNING")

    def _start_task(self, task: int, *, due_now: bool) -> Iterator[Action]:
        status, running = self._status(task), self.scene.running.get((self.name, task))
        state = status.state if status else None
        if running is not None:
            if running != self.entry.generation or state == "RESTARTING":
                yield StopSlice(self.name, task)
            if state == "RESTARTING":
                # Says that the stop was ordered, so that the slice that follows is not stopped once more.
                yield WriteStatus(self.name, task, "UNASSIGNED")
        elif state != "FAILED" and due_now:
            yield self._dispatch(task)

    def _scheduled_now(self) -> bool:
        """In functions mode slices begin in the minutes of the schedule, longer ones in every n-th minute."""
        scene = self.scene
        if scene.settings.mode != FUNCTIONS or scene.at_once:
            return True
        every = -(-self._slice_ms() // scene.settings.tick_ms)
        if every > 1 and int(scene.now * 1000 // scene.settings.tick_ms) % every:
            return False
        try:
            return due(self.entry.config.get(SCHEDULE), scene.now)
        except ConfigError as error:
            LOG.warning("Connector %s is not scheduled: %s", self.name, error)
            return False

    def _slice_ms(self) -> int:
        text = (self.entry.config.get("function.slice.ms") or "").strip()
        return int(text) if text.isdecimal() and int(text) > 0 else self.scene.settings.slice_ms

    def _dispatch(self, task: int) -> Dispatch:
        scene = self.scene
        lease_end = None
        if scene.settings.mode == FUNCTIONS:
            lease_end = scene.now + (self._slice_ms() - MARGIN_MS) / 1000
        return Dispatch(
            SliceRequest(
                connector=self.name,
                task=task,
                generation=self.entry.generation,
                lease_end=lease_end,
                worker_id=scene.settings.worker_id,
            )
        )

    def _status(self, task: int) -> Status | None:
        status = self.scene.state.status
        return status.connectors.get(self.name) if task == CONNECTOR else status.tasks.get((self.name, task))
