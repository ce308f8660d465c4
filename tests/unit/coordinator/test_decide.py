from typing import Any

import pytest

from connect_core.coordinator.decide import (
    STALE,
    Command,
    ConnectorFailed,
    Create,
    Delete,
    PatchConfig,
    PutConfig,
    Restart,
    RestartTask,
    SetTarget,
    TaskConfigs,
    decide,
)
from connect_core.coordinator.ports import Rejected
from tests.unit.coordinator.scenes import PAUSED, RUNNING, SOURCE, STARTED, STOPPED, cluster, entry

CONFIG = {"name": "c", "k": "v"}
NONE = cluster()
SOME = cluster(entry(), RUNNING)
WRITTEN = b'{"properties":{"name":"c","k":"v"}}'
STOP = b'{"state":"PAUSED","state.v2":"STOPPED"}'
SAME = [{"n": "0"}, {"n": "1"}]


@pytest.mark.parametrize(
    ("state", "command", "records"),
    [
        (NONE, Create("c", CONFIG), [("connector-c", WRITTEN)]),
        (
            NONE,
            Create("c", CONFIG, STOPPED),
            [("target-state-c", STOP), ("connector-c", WRITTEN)],
        ),
        (NONE, PutConfig("c", CONFIG), [("connector-c", WRITTEN)]),
        (SOME, PatchConfig("c", CONFIG, SOURCE), [("connector-c", WRITTEN)]),
        (SOME, Delete("c"), [("connector-c", None), ("target-state-c", None)]),
        (SOME, SetTarget("c", PAUSED), [("target-state-c", b'{"state":"PAUSED","state.v2":"PAUSED"}')]),
        (SOME, SetTarget("c", STARTED), [("target-state-c", b'{"state":"STARTED","state.v2":"STARTED"}')]),
        (SOME, SetTarget("c", STOPPED), [("commit-c", b'{"tasks":0}'), ("target-state-c", STOP)]),
        (SOME, Restart("c"), []),
        (
            SOME,
            Restart("c", include_tasks=True),
            [("restart-connector-c", b'{"include-tasks":true,"only-failed":false}')],
        ),
        (SOME, RestartTask("c", 1), []),
    ],
)
def test_records(state: Any, command: Command, records: Any) -> None:
    assert list(decide(state, command).records) == records


@pytest.mark.parametrize(
    ("state", "command", "status", "message"),
    [
        (SOME, Create("c", CONFIG), 409, "Connector c already exists"),
        (
            SOME,
            PatchConfig("c", CONFIG, {}),
            409,
            STALE,
        ),
        (NONE, PatchConfig("c", CONFIG, {}), 404, "Connector c not found"),
        (NONE, Delete("c"), 404, "Connector c not found"),
        (NONE, SetTarget("c", PAUSED), 404, "Unknown connector c"),
        (NONE, SetTarget("c", STOPPED), 404, "Unknown connector c"),
        (NONE, Restart("c"), 404, "Unknown connector: c"),
        (NONE, RestartTask("c", 0), 404, "Unknown connector: c"),
        (SOME, RestartTask("c", 2), 404, "Unknown task: c-2"),
        (SOME, RestartTask("c", -1), 404, "Unknown task: c--1"),
        (
            cluster(entry(0, target=STOPPED)),
            TaskConfigs("c", 3, SAME),
            400,
            "Cannot submit non-empty set of task configs for stopped connector c",
        ),
    ],
)
def test_refusals(state: Any, command: Command, status: int, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        decide(state, command)
    assert (caught.value.status, caught.value.message) == (status, message)


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        (SetTarget("x", STOPPED), 500, "No connector `x` configured"),
        (SetTarget("x", PAUSED), 404, "Unknown connector x"),
        (Restart("x"), 404, "Connector x not found"),
        (RestartTask("x", 0), 404, "Connector x not found"),
        (RestartTask("c", 9), 404, "Task c-9 not found"),
    ],
)
def test_standalone_words_some_refusals_its_way(command: Command, status: int, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        decide(SOME, command, standalone=True)
    assert (caught.value.status, caught.value.message) == (status, message)


class TestTaskConfigs:
    """The result of a connector slice is published only if something differs."""

    @pytest.mark.parametrize(
        ("found", "configs"),
        [
            (entry(), SAME[:1]),
            (entry(), [{"n": "0"}, {"n": "x"}]),
            (entry(applied_config={}), SAME),
            (entry(consistent=False), SAME),
            (entry(0, generation=-1, applied_config=None), []),
        ],
    )
    def test_published(self, found: Any, configs: list[dict[str, str]]) -> None:
        decision = decide(cluster(found), TaskConfigs("c", 3, configs))
        expected = [(f"task-c-{i}", b'{"properties":{"n":"%s"}}' % c["n"].encode()) for i, c in enumerate(configs)]
        assert decision.answer is True
        assert list(decision.records) == [*expected, ("commit-c", b'{"tasks":%d}' % len(configs))]

    @pytest.mark.parametrize(
        ("state", "offset"),
        [
            (cluster(entry()), 3),
            (cluster(entry(applied_config={})), 2),
            (cluster(entry(0, target=STOPPED)), 4),
            (NONE, 3),
        ],
        ids=["same", "stale", "stale and stopped", "gone"],
    )
    def test_dropped(self, state: Any, offset: int) -> None:
        decision = decide(state, TaskConfigs("c", offset, SAME))
        assert (decision.answer, list(decision.records)) == (False, [])

    def test_a_commit_clears_failed_tasks(self) -> None:
        state = cluster(entry(applied_config={}), {-1: "FAILED", 0: "FAILED", 1: "RUNNING"})
        assert list(decide(state, TaskConfigs("c", 3, SAME)).clears) == [("c", 0)]


class TestRestart:
    """Which instances a restart chooses."""

    STATE = cluster(entry(), {-1: "RUNNING", 0: "FAILED", 1: "RUNNING"})

    @pytest.mark.parametrize(
        ("include_tasks", "only_failed", "expected"),
        [
            (False, False, [-1]),
            (True, False, [-1, 0, 1]),
            (False, True, []),
            (True, True, [0]),
        ],
    )
    def test_choice(self, include_tasks: bool, only_failed: bool, expected: list[int]) -> None:
        decision = decide(self.STATE, Restart("c", include_tasks, only_failed))
        assert [task for _, task in decision.restarts] == expected

    def test_without_a_status_the_record_is_written_all_the_same(self) -> None:
        decision = decide(cluster(entry()), Restart("c", include_tasks=True))
        assert len(decision.records) == 1
        assert decision.rejected is not None
        assert decision.rejected.message == "Status for connector c not found"


def test_a_new_config_clears_a_failed_connector_and_asks_for_a_look() -> None:
    decision = decide(cluster(entry(), {-1: "FAILED", 0: "FAILED"}), PutConfig("c", CONFIG))
    assert (list(decision.clears), decision.look, decision.answer) == ([("c", -1)], True, False)
    assert decide(NONE, PutConfig("c", CONFIG)).answer is True


def test_a_connector_that_cannot_be_run_is_failed() -> None:
    assert decide(SOME, ConnectorFailed("c", "Boom")).failed == {("c", -1): "Boom"}
