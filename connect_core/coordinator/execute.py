"""The coordinator itself: takes commands and ticks, asks `decide` and `plan`, and does what they say.

It remembers nothing between calls (I7): state is read from the topics each time, written by I5's transaction. Connector
code never runs here. Neighbours: `ports` (the outside), `validation`, `offsets`, `entities`; `hosts` build it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connect_core.coordinator import entities
from connect_core.coordinator.decide import (
    Command,
    ConnectorFailed,
    Create,
    Decision,
    PatchConfig,
    PutConfig,
    TaskConfigs,
    decide,
)
from connect_core.coordinator.entities import Entity
from connect_core.coordinator.plan import (
    Action,
    Dispatch,
    Fence,
    ForgetTopics,
    Scene,
    StopSlice,
    WriteStatus,
    plan,
    wishes,
)
from connect_core.coordinator.ports import FUNCTIONS, STANDALONE, Key, Outside, Rejected, Settings
from connect_core.coordinator.validation import Validator
from connect_core.java.hashing import hash_map
from connect_core.runtime.slice import CONNECTOR
from connect_core.storage import config_records
from connect_core.storage.config_records import Record
from connect_core.storage.state import ClusterState, ConfigState, ConnectorEntry, Status, TargetState

LOG = logging.getLogger(__name__)
CONFLICT = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"
ROUNDS = 4
"""Plans of one tick: fencing and stopping make room for more, but not for ever."""


class Coordinator:
    """Commands, ticks and questions of one Connect cluster. Safe to call from several threads."""

    def __init__(self, outside: Outside, settings: Settings, validator: Validator | None = None) -> None:
        self.outside, self.settings = outside, settings
        self.validator = validator or Validator(settings, outside.dispatcher)
        self._acting = threading.RLock()
        """One plan is carried out at a time; reentrant, because an in-line slice submits its result."""
        self._changed = threading.Condition()
        self._ticked: float | None = None

    # -- commands ------------------------------------------------------------------------------------------------------

    def create(self, name: str, config: Mapping[str, str | None], target: TargetState | None = None) -> Entity:
        """POST /connectors: validate, write, plan. Standalone answers only when the tasks are there."""
        config = self.validator.named(name, config)
        self.validator.check(config)
        self.submit(Create(name, config, target))
        self._await_tasks(name)
        return self._written(name, config, None)

    def put_config(self, name: str, config: Mapping[str, str | None]) -> tuple[bool, Entity]:
        """PUT config: (created, ConnectorInfo)."""
        config = self.validator.named(name, config)
        self.validator.check(config)
        before = self.outside.config.refresh().connectors.get(name)
        created = bool(self.submit(PutConfig(name, config)))
        self._await_tasks(name)
        return created, self._written(name, config, before)

    def patch_config(self, name: str, patch: Mapping[str, str | None]) -> Entity:
        """PATCH config: null removes a key, everything else replaces."""
        before = self.entry(name)
        merged = {**before.config, **patch}
        config = hash_map({key: value for key, value in merged.items() if not (key in patch and patch[key] is None)})
        self.validator.check(config)
        self.submit(PatchConfig(name, config, before.config))
        self._await_tasks(name)
        return self._written(name, config, before)

    def submit(self, command: Command) -> Any:
        """Do one command and plan its connector at once; the answer of its decision. Raises Rejected."""
        internal = isinstance(command, TaskConfigs | ConnectorFailed)
        if not internal and self.outside.strangers():
            raise Rejected(409, CONFLICT)
        # Decided first on what is read (reads fence nobody): most refusals end here, and a FAILED is cleared before the
        # record that clears it, so that dying in between costs one more failing slice and never a task that stays dead.
        first = self._decide(self.state(), command)
        self._clear(first.clears)
        decision = self._write(command) if first.records else first
        state = self.state()
        self._clear([key for key in decision.clears if _state_of(state, key) == "FAILED"])
        for key in decision.restarts:
            self._put_status(state, key, "RESTARTING")
        for key, trace in decision.failed.items():
            self._put_status(state, key, "FAILED", trace)
        if decision.rejected is not None:
            raise decision.rejected
        if isinstance(command, TaskConfigs) and not decision.records:
            return decision.answer  # a look that found nothing new is no reason for slices
        self._follow(command.name, look=decision.look)
        return decision.answer

    def restart(self, command: Any) -> Entity | None:
        """POST restart: None for the connector alone (204), else the ConnectorStateInfo with RESTARTING in it (202)."""
        before = self.state()
        restarting = self._decide(before, command).restarts
        self.submit(command)
        if not command.include_tasks and not command.only_failed:
            return None
        return entities.connector_state(before.status, command.name, self.kind(before, command.name), restarting)

    def _decide(self, state: ClusterState, command: Command) -> Decision:
        return decide(state, command, standalone=self.settings.mode == STANDALONE)

    def _write(self, command: Command) -> Decision:
        """I5. Rejections travel as values through the transaction: raising inside would look like a failed write."""

        def decided(config: ConfigState) -> tuple[Sequence[Record], Decision | Rejected]:
            try:
                decision = self._decide(ClusterState(config, self.outside.status.refresh()), command)
            except Rejected as rejected:
                return (), rejected
            return decision.records, decision

        outcome = self.outside.config.transact(decided)
        if isinstance(outcome, Rejected):
            raise outcome
        return outcome

    def _await_tasks(self, name: str) -> None:
        """Standalone starts the connector before it answers (spec 12.9); a connector that fails answers 500."""
        if self.settings.mode != STANDALONE:
            return
        deadline = time.monotonic() + self.settings.answer_within_s
        with self._changed:
            while not self._settled(name):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Rejected(500, "Request timed out")
                self._changed.wait(min(left, 0.1))  # a slice may end without a command: FAILED goes to the status
        status = self.outside.status.refresh().connectors.get(name)
        if status is not None and status.state == "FAILED":
            raise Rejected(500, (status.trace or "").split("\n", 1)[0].partition(": ")[2] or None)

    def _settled(self, name: str) -> bool:
        state = self.state()
        entry, status = state.config.connectors.get(name), state.status.connectors.get(name)
        if entry is None or entry.target is not TargetState.STARTED or (status and status.state == "FAILED"):
            return True
        return entry.generation >= 0 and entry.applied_config == entry.config

    # -- planning ------------------------------------------------------------------------------------------------------

    def tick(self, now: float | None = None) -> None:
        """One pass over everything; ``now`` is the rule's own time in functions mode."""
        if strangers := self.outside.strangers():
            LOG.error(
                "Nothing is dispatched: group %s has members that are not ours: %s",
                self.settings.group_id,
                ", ".join(strangers),
            )
            return
        now = time.time() if now is None else now
        with self._acting:
            # A worker's passes follow each other at odd moments; functions remember nothing, their rule is punctual.
            since = None if self.settings.mode == FUNCTIONS else self._ticked or now
            self._act(now=now, since=since)
            self._ticked = now
            self._reconcile(now)

    def _act(
        self,
        *,
        now: float | None = None,
        since: float | None = None,
        only: Collection[str] | None = None,
        at_once: bool = False,
        look: bool = False,
    ) -> None:
        """Plan and do, until nothing is left that waited for a fence or a stop of this round."""
        with self._acting:
            started: set[Key] = set()
            for _ in range(ROUNDS):
                scene = self._scene(time.time() if now is None else now, since=since, at_once=at_once, look=look)
                only = self._perform(plan(scene, only), scene.state, started)
                if not only:
                    break

    def _follow(self, name: str, *, look: bool) -> None:
        """Act on a command that is already written: what fails here is the next tick's business."""
        try:
            self._act(only={name}, at_once=True, look=look)
            self._reconcile(time.time())
        except Exception:
            LOG.exception("Connector %s is planned again by the next tick", name)
        with self._changed:
            self._changed.notify_all()

    def _reconcile(self, now: float) -> None:
        self.outside.triggers.reconcile(wishes(self._scene(now)))

    def _scene(self, now: float, *, since: float | None = None, at_once: bool = False, look: bool = False) -> Scene:
        return Scene(
            state=self.state(),
            now=now,
            running=self.outside.dispatcher.running(),
            settings=self.settings,
            catalog=self.outside.catalog,
            owns=self.outside.owns,
            at_once=at_once,
            look=look,
            since=since,
        )

    def _perform(self, actions: Sequence[Action], state: ClusterState, started: set[Key]) -> set[str]:
        """Do the actions; the connectors that should be planned again now. One bad connector never holds up others."""
        again: set[str] = set()
        broken: set[str] = set()
        for action in actions:
            name = action.request.connector if isinstance(action, Dispatch) else action.connector
            if name in broken:
                continue
            try:
                if self._perform_one(action, state, started):
                    again.add(name)
            except Exception:
                LOG.exception("Connector %s: %s failed; the next tick tries again", name, type(action).__name__)
                broken.add(name)
        return again - broken

    def _perform_one(self, action: Action, state: ClusterState, started: set[Key]) -> bool:
        match action:
            case Fence():
                self._fence(action)
                return True
            case Dispatch(request):
                key = (request.connector, request.task)
                if key not in started:
                    started.add(key)
                    self.outside.dispatcher.start(request)
            case StopSlice(connector, task):
                self.outside.dispatcher.stop(connector, task)
                return (connector, task) not in self.outside.dispatcher.running()
            case WriteStatus(connector, task, None):
                self.outside.status.put(connector, task, None)
            case WriteStatus(connector, task, str(text)):
                self._put_status(state, (connector, task), text)
            case ForgetTopics(connector):
                self.outside.status.forget_topics(connector)
        return False

    def _fence(self, action: Fence) -> None:
        """I4: only when the ids are fenced is that recorded, and only for the commit that it was done for."""
        if action.ids:
            self.outside.fence(action.ids)
        record = config_records.fencing(action.connector, action.count)

        def decided(config: ConfigState) -> tuple[Sequence[Record], None]:
            entry = config.connectors.get(action.connector)
            current = len(entry.tasks) if entry is not None else 0
            pending = entry.pending_fencing if entry is not None else bool(config.fencing.get(action.connector))
            return ([record] if pending and current == action.count else [], None)

        self.outside.config.transact(decided)

    def _clear(self, keys: Collection[Key]) -> None:
        state = self.state()
        for key in keys:
            self._put_status(state, key, "UNASSIGNED")

    def _put_status(self, state: ClusterState, key: Key, text: str, trace: str | None = None) -> None:
        """Generation repeats the last one in the topic, so that a JVM worker's comparisons hold."""
        name, task = key
        last = state.status.connectors.get(name) if task == CONNECTOR else state.status.tasks.get(key)
        entry = state.config.connectors.get(name)
        version = last.version if last is not None else None
        if version is None and task == CONNECTOR and entry is not None:
            version = self.outside.catalog.version(entry.config)
        generation = last.generation if last is not None else 0
        self.outside.status.put(name, task, Status(text, trace, self.settings.worker_id, generation, version))

    # -- questions -----------------------------------------------------------------------------------------------------

    def state(self) -> ClusterState:
        """Both topics, read to their ends."""
        return ClusterState(self.outside.config.refresh(), self.outside.status.refresh())

    def entry(self, name: str) -> ConnectorEntry:
        """A configured connector; Rejected 404."""
        entry = self.outside.config.refresh().connectors.get(name)
        if entry is None:
            raise Rejected(404, f"Connector {name} not found")
        return entry

    def kind(self, state: ClusterState, name: str) -> str:
        """``source``, ``sink`` or ``unknown``."""
        entry = state.config.connectors.get(name)
        return self.outside.catalog.kind(entry.config) if entry is not None else "unknown"

    def info(self, name: str) -> Entity:
        """GET a connector."""
        entry = self.entry(name)
        return entities.info(entry, self.outside.catalog.kind(entry.config))

    def status(self, name: str) -> Entity:
        """GET status; it comes from status records alone (trap 4)."""
        state = self.state()
        shown = entities.connector_state(state.status, name, self.kind(state, name))
        if shown is None:
            raise Rejected(404, f"No status found for connector {name}")
        return shown

    def task_status(self, name: str, task: int) -> Entity:
        """GET the status of one task."""
        status = self.outside.status.refresh().tasks.get((name, task))
        if status is None:
            raise Rejected(404, f"No status found for task {name}-{task}")
        return entities.task_state(task, status)

    def topics(self, name: str) -> list[str]:
        """Topics the connector has used; never 404."""
        if not self.settings.topic_tracking:
            raise Rejected(403, "Topic tracking is disabled.")
        return list(self.outside.status.refresh().topics.get(name, ()))

    def reset_topics(self, name: str) -> None:
        """Forget them."""
        if not self.settings.topic_tracking:
            raise Rejected(403, "Topic tracking is disabled.")
        if not self.settings.topic_tracking_reset:
            raise Rejected(403, "Topic tracking reset is disabled.")
        self.outside.status.forget_topics(name)

    def tell_log_level(self, namespace: str, level: str) -> None:
        """A one-shot record that has every worker of the cluster set its log levels."""
        record = config_records.logger_level(namespace, level)
        self.outside.config.transact(lambda _: ([record], None))

    def _written(self, name: str, config: Mapping[str, str | None], before: ConnectorEntry | None) -> Entity:
        """What a write answers: the config as it was given, and the tasks of that moment, not those to come.

        Standalone has waited for those to come.
        """
        if self.settings.mode == STANDALONE:
            before = self.outside.config.refresh().connectors.get(name, before)
        shown = before if before is not None else ConnectorEntry(name, config, -1)
        return {**entities.info(shown, self.outside.catalog.kind(config)), "config": dict(config)}


def _state_of(state: ClusterState, key: Key) -> str | None:
    status = state.status.connectors.get(key[0]) if key[1] == CONNECTOR else state.status.tasks.get(key)
    return status.state if status is not None else None
