"""The read rules of the status topic (spec 3.4), the safe write, and the in-memory store."""

from __future__ import annotations

import pytest

from connect_core.storage import config_records as records
from connect_core.storage.fold import fold_status
from connect_core.storage.state import Status, StatusState
from connect_core.storage.status_store import MemoryStatusStore, allowed
from tests.unit.storage.test_fold_config import Kept


def status(state: str, *, worker: str = "w", generation: int = 1) -> Status:
    return Status(state, None, worker, generation, "1")


def fold(state: StatusState, key: str, value: bytes | None) -> StatusState:
    fold_status(state, Kept(0, key.encode(), value))
    return state


def test_four_fields_of_older_workers() -> None:
    state = fold(StatusState(), "status-task-a-b-3", b'{"state":"FAILED","trace":"t","worker_id":"w","generation":2}')
    assert state.tasks == {("a-b", 3): Status("FAILED", "t", "w", 2, None)}


@pytest.mark.parametrize(
    "value",
    [
        b"[]",
        b"{",
        b'{"state":"ODD","trace":null,"worker_id":"w","generation":1}',
        b'{"state":"RUNNING","trace":null,"worker_id":"w","generation":1.5}',
        b'{"state":"RUNNING","trace":null,"worker_id":"w"}',
        b'{"state":"RUNNING","trace":3,"worker_id":"w","generation":1}',
        b'{"state":[],"trace":null,"worker_id":"w","generation":1}',
    ],
)
def test_unreadable_records_are_dropped(value: bytes) -> None:
    assert fold(StatusState(), "status-connector-c", value) == StatusState()
    assert fold(StatusState(), "status-task-c-0", value) == StatusState()


@pytest.mark.parametrize("key", ["status-task-c", "status-task-c-x", "status-connector-", "status-topic-t", "other"])
def test_unreadable_keys_are_dropped(key: str) -> None:
    assert fold(StatusState(), key, records.status("c", 0, status("RUNNING"))[1]) == StatusState()


def test_a_late_farewell_of_the_previous_owner() -> None:
    store = MemoryStatusStore()
    store.put("c", 0, status("RUNNING", generation=2))
    store.put("c", 0, status("UNASSIGNED", worker="old", generation=2))
    assert store.refresh().tasks["c", 0].state == "RUNNING"
    store.put("c", 0, status("UNASSIGNED", worker="old", generation=3))
    assert store.refresh().tasks["c", 0].state == "UNASSIGNED"
    store.put("c", -1, status("RUNNING", generation=2))
    store.put("c", -1, status("UNASSIGNED", generation=1))  # tasks only
    assert store.refresh().connectors["c"].state == "UNASSIGNED"


def test_a_connectors_tombstone_takes_its_tasks_along() -> None:
    store = MemoryStatusStore()
    for task in (-1, 0, 1):
        store.put("c", task, status("RUNNING"))
    store.put("other", 0, status("RUNNING"))
    before = store.refresh()
    store.put("c", -1, None)
    assert (store.refresh().connectors, set(store.refresh().tasks)) == ({}, {("other", 0)})
    assert set(before.tasks) == {("c", 0), ("c", 1), ("other", 0)}


def test_safe_writes() -> None:
    state = StatusState(tasks={("c", 0): status("RUNNING", worker="w", generation=5)})
    assert allowed(state, "c", 1, status("UNASSIGNED", worker="x", generation=0))
    assert allowed(state, "c", 0, status("UNASSIGNED", worker="w", generation=0))
    assert allowed(state, "c", 0, status("UNASSIGNED", worker="x", generation=5))
    assert not allowed(state, "c", 0, status("UNASSIGNED", worker="x", generation=4))


def test_active_topics() -> None:
    store = MemoryStatusStore()
    store.add_topics("c:connector-d", 1, ["t", "u", "t"])
    store.add_topics("c:connector-d", 2, ["t"])
    assert store.refresh().topics == {"c:connector-d": {"t": 1, "u": 1}}
    store.forget_topics("c:connector-d", ["t"])
    assert store.refresh().topics == {"c:connector-d": {"u": 1}}
    store.forget_topics("c:connector-d")
    assert store.refresh().topics == {}
