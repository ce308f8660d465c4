"""The read rules of the config topic (spec 3.1), also after compaction."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from connect_core.storage import config_records as records
from connect_core.storage.fold import fold_config
from connect_core.storage.state import ConfigState, TargetState

type Pair = tuple[str, bytes | None]


class Kept(NamedTuple):
    offset: int
    key: bytes | None
    value: bytes | None


def fold(*pairs: Pair, state: ConfigState | None = None) -> ConfigState:
    state = state or ConfigState()
    for key, value in pairs:
        fold_config(state, Kept(state.offset, key.encode(), value))
    return state


def plain(record: records.Record) -> Pair:
    return record[0], records.value_bytes(record[1])


def connector(name: str, config: dict[str, str | None] | None = None) -> Pair:
    return plain(records.connector(name, {"name": name} if config is None else config))


def tasks(name: str, *values: str) -> list[Pair]:
    return [plain(each) for each in records.tasks(name, [{"v": value} for value in values])]


def test_life_of_a_connector() -> None:
    state = fold(connector("fs"))
    entry = state.connectors["fs"]
    assert (entry.target, entry.tasks, entry.generation, entry.config_offset) == (TargetState.STARTED, (), -1, 0)
    before = state.snapshot()
    fold(*tasks("fs", "a", "b"), state=state)
    entry = state.connectors["fs"]
    assert (entry.tasks, entry.task_count, entry.generation) == (({"v": "a"}, {"v": "b"}), 2, 3)
    assert entry.applied_config == {"name": "fs"}
    assert entry.pending_fencing
    assert before.connectors["fs"].tasks == ()
    fold(plain(records.fencing("fs", 2)), state=state)
    assert (state.connectors["fs"].fencing, state.connectors["fs"].pending_fencing) == (2, False)
    fold(plain(records.target_state("fs", TargetState.STOPPED)), state=state)
    assert state.connectors["fs"].target is TargetState.STOPPED
    fold(("connector-fs", None), state=state)
    assert state.connectors == {}
    assert (state.targets["fs"], state.fencing["fs"], state.offset) == (TargetState.STOPPED, 2, 7)
    fold(("target-state-fs", None), connector("fs"), state=state)
    assert (state.connectors["fs"].target, state.connectors["fs"].fencing) == (TargetState.STARTED, 2)


def test_target_state_before_its_connector() -> None:
    state = fold(plain(records.target_state("c", TargetState.PAUSED)), connector("c"))
    assert state.connectors["c"].target is TargetState.PAUSED


def test_target_state_outlives_a_deletion_without_tombstone() -> None:
    state = fold(plain(records.target_state("c", TargetState.PAUSED)), connector("c"), ("connector-c", None))
    assert fold(connector("c"), state=state).connectors["c"].target is TargetState.PAUSED


def test_target_state_tombstone_starts_again() -> None:
    state = fold(connector("c"), plain(records.target_state("c", TargetState.PAUSED)), ("target-state-c", None))
    assert state.connectors["c"].target is TargetState.STARTED


def test_old_workers_target_state() -> None:
    assert fold(connector("c"), ("target-state-c", b'{"state":"PAUSED"}')).connectors["c"].target is TargetState.PAUSED
    unknown = fold(connector("c"), ("target-state-c", b'{"state":"PAUSED","state.v2":"LATER"}'))
    assert unknown.connectors["c"].target is TargetState.STARTED


def test_commit_without_all_tasks_is_inconsistent() -> None:
    written = tasks("c", "a", "b")
    state = fold(connector("c"), *written, written[1], ("commit-c", b'{"tasks":2}'))
    entry = state.connectors["c"]
    assert (entry.consistent, entry.tasks, entry.task_count, entry.generation) == (False, (), 2, 3)
    assert state.deferred == {}  # cleared even though the commit was rejected
    again = fold(*tasks("c", "x", "y"), state=state).connectors["c"]
    assert (again.consistent, again.tasks) == (True, ({"v": "x"}, {"v": "y"}))


def test_more_deferred_tasks_than_committed_are_harmless() -> None:
    written = tasks("c", "a", "b", "c")
    entry = fold(connector("c"), *written[:3], ("commit-c", b'{"tasks":1}')).connectors["c"]
    assert (entry.consistent, entry.tasks) == (True, ({"v": "a"},))


def test_no_tasks_are_consistent() -> None:
    entry = fold(connector("c"), ("commit-c", b'{"tasks":0}')).connectors["c"]
    assert (entry.consistent, entry.tasks, entry.task_count, entry.generation) == (True, (), 0, 1)


def test_compaction_leftovers() -> None:
    """Old task records before the connector record are the deferred ones of the commit that follows."""
    written = tasks("c", "a", "b")
    entry = fold(*written[:2], connector("c"), written[2]).connectors["c"]
    assert entry.tasks == ({"v": "a"}, {"v": "b"})
    gone = fold(*written, connector("c"))  # the commit of a deleted one drops what it would have activated
    assert (gone.connectors["c"].tasks, gone.deferred) == ((), {})
    newer = fold(connector("c"), *written, written[0]).connectors["c"]  # never committed, never used
    assert newer.tasks == ({"v": "a"}, {"v": "b"})


def test_task_keys() -> None:
    state = fold(*[("task-" + rest, b'{"properties":{}}') for rest in ("a-b-1", "a--0", "x", "c-one", "-3")])
    assert {(name, task) for name, found in state.deferred.items() for task in found} == {
        ("a-b", 1),
        ("a-", 0),
        ("", 3),
    }


def test_root_offset() -> None:
    state = fold(("nonsense", b"{}"), ("connector-x", b'{"properties":7}'), ("logger-cluster-a", b'{"level":"INFO"}'))
    assert (state.offset, state.connectors) == (3, {})
    fold_config(state, Kept(9, b"connector-c", b"{not json"))
    assert state.offset == 3
    fold_config(state, Kept(10, b"session-key", b'{"key":"k","algorithm":"a","creation-timestamp":5}'))
    assert state.offset == 11
    assert state.session_key == {"key": "k", "algorithm": "a", "creation-timestamp": 5}


def test_restart_requests_are_remembered_with_their_offset() -> None:
    request = plain(records.restart("c", include_tasks=True, only_failed=True))
    assert fold(connector("c"), request).connectors["c"].restart == (1, True, True)
    assert fold(request).connectors == {}


NAMES = st.sampled_from(["a", "a-b", "b-"])
VALUES = st.sampled_from(["1", "2"])
RECORDS = st.one_of(
    st.builds(lambda name, value: plain(records.connector(name, {"v": value})), NAMES, VALUES),
    st.builds(lambda name: plain(records.connector(name, None)), NAMES),
    st.builds(lambda c, i, v: plain((f"task-{c}-{i}", {"properties": {"v": v}})), NAMES, st.integers(0, 2), VALUES),
    st.builds(lambda name, count: plain(records.commit(name, count)), NAMES, st.integers(0, 3)),
    st.builds(lambda name, wish: plain(records.target_state(name, wish)), NAMES, st.sampled_from([None, *TargetState])),
    st.builds(lambda name, count: plain(records.fencing(name, count)), NAMES, st.integers(0, 3)),
)  # fmt: skip


class ByTheBook:
    """The rules of spec 3.1, item by item, with Connect's own collections."""

    def __init__(self) -> None:
        self.configs: dict[str, object] = {}
        self.targets: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.tasks: dict[tuple[str, int], object] = {}
        self.deferred: dict[str, dict[int, object]] = {}
        self.inconsistent: set[str] = set()
        self.fencing: dict[str, int] = {}
        self.pending: set[str] = set()

    def apply(self, key: str, data: bytes | None) -> None:
        value = None if data is None else records.from_json(data)
        for prefix in ("target-state-", "connector-", "task-", "commit-", "tasks-fencing-"):
            if key.startswith(prefix):
                getattr(self, prefix.strip("-").replace("-", "_"))(key[len(prefix) :], value)
                return

    def target_state(self, name: str, value: dict[str, str] | None) -> None:
        if value is None:
            self.targets.pop(name, None)
            if name in self.configs:
                self.targets[name] = "STARTED"
        else:
            self.targets[name] = value["state.v2"]

    def connector(self, name: str, value: dict[str, object] | None) -> None:
        if value is not None:
            self.configs[name] = value["properties"]
            self.targets.setdefault(name, "STARTED")
            return
        self.configs.pop(name, None)
        self.counts.pop(name, None)
        self.deferred.pop(name, None)
        self.inconsistent.discard(name)
        self.pending.discard(name)
        self.tasks = {task: config for task, config in self.tasks.items() if task[0] != name}

    def task(self, rest: str, value: dict[str, object]) -> None:
        name, _, number = rest.rpartition("-")
        self.deferred.setdefault(name, {})[int(number)] = value["properties"]

    def commit(self, name: str, value: dict[str, int]) -> None:
        waiting = self.deferred.pop(name, {})
        if name not in self.configs:
            return
        if set(range(value["tasks"])) <= set(waiting):
            self.tasks.update({(name, i): config for i, config in waiting.items()})
            self.inconsistent.discard(name)
        else:
            self.inconsistent.add(name)
        self.counts[name] = value["tasks"]
        self.pending.add(name)

    def tasks_fencing(self, name: str, value: dict[str, int]) -> None:
        self.fencing[name] = value["task-count"]
        self.pending.discard(name)

    def tasks_of(self, name: str) -> tuple[object, ...]:
        if name in self.inconsistent:
            return ()
        return tuple(self.tasks[name, i] for i in range(self.counts.get(name, 0)))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(RECORDS, max_size=25), st.randoms(use_true_random=False))
def test_any_topic_by_the_book(written: list[Pair], random: object) -> None:
    """Any order of records, also with holes as compaction leaves them."""
    last = {key: at for at, (key, _) in enumerate(written)}
    kept = [pair for at, pair in enumerate(written) if last[pair[0]] == at or random.random() < 0.5]  # type: ignore[attr-defined]
    state, book = fold(*kept), ByTheBook()
    for key, data in kept:
        book.apply(key, data)
    assert {name: entry.config for name, entry in state.connectors.items()} == book.configs
    assert {name: str(target) for name, target in state.targets.items()} == book.targets
    assert state.fencing == book.fencing
    for name, entry in state.connectors.items():
        assert entry.tasks == book.tasks_of(name)
        assert entry.consistent == (name not in book.inconsistent)
        assert entry.pending_fencing == (name in book.pending)
        assert entry.task_count == book.counts.get(name, 0)
        assert str(entry.target) == book.targets[name]
        assert entry.fencing == book.fencing.get(name)
