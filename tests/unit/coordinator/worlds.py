"""A coordinator on memory stores, with dispatchers that record or run slices in line."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.coordinator.catalog import PluginCatalog
from connect_core.coordinator.decide import TaskConfigs
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import WORKER, Key, Outside, Settings, SourceOffset, TriggerWish
from connect_core.errors import ConnectError
from connect_core.kafka.groups import GroupNotEmpty
from connect_core.plugins.loader import load_connector, task_java_name
from connect_core.runtime.slice import CONNECTOR, SliceRequest
from connect_core.storage.config_store import MemoryConfigStore
from connect_core.storage.state import Status
from connect_core.storage.status_store import MemoryStatusStore


class Statuses(MemoryStatusStore):
    """The status store of one process, and all that was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, int, str | None]] = []

    def put(self, connector: str, task: int, status: Status | None, *, safe: bool = False) -> None:
        self.written.append((connector, task, status.state if status else None))
        super().put(connector, task, status, safe=safe)


class MemoryOffsets:
    """Source offsets and groups of one process."""

    def __init__(self) -> None:
        self.stored: dict[str, list[SourceOffset]] = {}
        self.groups: dict[str, dict[tuple[str, int], int]] = {}
        self.busy: set[str] = set()

    def source(self, connector: str, config: Mapping[str, str]) -> Sequence[SourceOffset]:
        return self.stored.get(connector, [])

    def alter_source(self, connector: str, config: Mapping[str, str], offsets: Sequence[SourceOffset]) -> None:
        changed = [dict(partition) for partition, _ in offsets]
        kept = [item for item in self.stored.get(connector, []) if dict(item[0]) not in changed]
        self.stored[connector] = kept + [item for item in offsets if item[1] is not None]

    def group(self, group: str, config: Mapping[str, str]) -> Mapping[tuple[str, int], int]:
        return self.groups.get(group, {})

    def alter_group(self, group: str, config: Mapping[str, str], offsets: Mapping[tuple[str, int], int | None]) -> None:
        self._only_empty(group)
        merged = {**self.groups.get(group, {}), **offsets}
        self.groups[group] = {key: offset for key, offset in merged.items() if offset is not None}

    def delete_group(self, group: str, config: Mapping[str, str]) -> None:
        self._only_empty(group)
        self.groups.pop(group, None)

    def _only_empty(self, group: str) -> None:
        if group in self.busy:
            raise GroupNotEmpty(group)


class Recorder:
    """A dispatcher that runs nothing: slices are in ``started`` and, for as long as a test wants, in ``alive``."""

    def __init__(self) -> None:
        self.started: list[SliceRequest] = []
        self.stopped: list[Key] = []
        self.alive: dict[Key, int] = {}
        self.complaints: dict[str, list[str]] = {}
        self.asked: list[Any] = []
        self.answer: bool | ConnectError | NotImplementedError = True

    def start(self, request: SliceRequest) -> None:
        self.started.append(request)

    def stop(self, connector: str, task: int) -> None:
        self.stopped.append((connector, task))

    def running(self) -> Mapping[Key, int]:
        return dict(self.alive)

    def validate(self, config: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        self.asked.append(dict(config))
        return self.complaints

    def alter_offsets(self, connector: str, config: Mapping[str, str], offsets: Sequence[Any]) -> bool:
        self.asked.append(list(offsets))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class InLine(Recorder):
    """A dispatcher that runs connector slices in the caller, and says RUNNING for every slice."""

    world: World

    def start(self, request: SliceRequest) -> None:
        super().start(request)
        self.world.said(request.connector, request.task, "RUNNING")
        if request.task != CONNECTOR:
            self.alive[request.connector, request.task] = request.generation
            return
        entry = self.world.coordinator.entry(request.connector)
        raw = {key: value for key, value in entry.config.items() if value is not None}
        connector = load_connector(raw["connector.class"])()
        connector.config = connector.config_class().parse(raw)
        made = connector.task_configs(connector.config.tasks_max)
        configs = [{**config, "task.class": task_java_name(type(connector))} for config in made]
        self.world.coordinator.submit(TaskConfigs(request.connector, entry.config_offset, configs))

    def stop(self, connector: str, task: int) -> None:
        super().stop(connector, task)
        self.alive.pop((connector, task), None)


class Mappings:
    """Triggers that remember what was wanted."""

    def __init__(self) -> None:
        self.wanted: Mapping[str, TriggerWish] = {}

    def reconcile(self, wanted: Mapping[str, TriggerWish]) -> None:
        self.wanted = wanted


class World:
    """Everything around one coordinator, at hand for a test."""

    def __init__(self, dispatcher: Recorder | None = None, **settings: Any) -> None:
        self.dispatcher = dispatcher or Recorder()
        self.config, self.status, self.offsets = MemoryConfigStore(), Statuses(), MemoryOffsets()
        self.triggers = Mappings()
        self.fenced: list[list[str]] = []
        self.strangers: list[str] = []
        values = {"group_id": "g", "worker_id": "w:1", "kafka_cluster_id": "k1", "mode": WORKER}
        outside = Outside(
            config=self.config,
            status=self.status,
            offsets=self.offsets,
            dispatcher=self.dispatcher,
            catalog=PluginCatalog(),
            triggers=self.triggers,
            fence=lambda ids: self.fenced.append(list(ids)),
            strangers=lambda: self.strangers,
        )
        self.coordinator = Coordinator(outside, Settings(**(values | settings)))
        if isinstance(self.dispatcher, InLine):
            self.dispatcher.world = self

    def replace(self, **ports: Any) -> None:
        """Exchange parts of the coordinator's outside."""
        self.coordinator.outside = dataclasses.replace(self.coordinator.outside, **ports)

    def said(self, connector: str, task: int, state: str, trace: str | None = None) -> None:
        """A slice sets its own status."""
        self.status.put(connector, task, Status(state, trace, "w:1", 0, "4.3.0"))

    def states(self, connector: str) -> dict[int, str]:
        """Statuses by task."""
        state = self.status.refresh()
        own = {CONNECTOR: state.connectors[connector].state} if connector in state.connectors else {}
        return own | {task: status.state for (name, task), status in state.tasks.items() if name == connector}
