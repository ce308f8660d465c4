from typing import Any

import pytest

from connect_core.coordinator.plan import (
    Action,
    Dispatch,
    Fence,
    ForgetTopics,
    StopSlice,
    WriteStatus,
    plan,
    wishes,
)
from connect_core.coordinator.ports import alias_hash
from tests.unit.coordinator.scenes import (
    PAUSED,
    RUNNING,
    SINK,
    SOURCE,
    STOPPED,
    Classes,
    cluster,
    entry,
    scene,
)


def short(actions: list[Action]) -> list[Any]:
    """Actions as a reader would list them."""
    shown: list[Any] = []
    for action in actions:
        match action:
            case Dispatch(request):
                shown.append(("run", request.task))
            case StopSlice(_, task):
                shown.append(("stop", task))
            case Fence(_, ids, count):
                shown.append(("fence", *ids, count))
            case WriteStatus(_, task, text):
                shown.append((task, text))
            case ForgetTopics():
                shown.append("topics")
    return shown


HERE = {("c", 0): 10, ("c", 1): 10}


@pytest.mark.parametrize(
    ("found", "statuses", "running", "expected"),
    [
        pytest.param(entry(0, generation=-1, applied_config=None, fencing=None), {}, {}, [("run", -1)], id="new"),
        pytest.param(entry(), RUNNING, HERE, [], id="all is well"),
        pytest.param(entry(), RUNNING, {}, [("run", 0), ("run", 1)], id="slices ended"),
        pytest.param(entry(), RUNNING | {0: "FAILED"}, {}, [("run", 1)], id="FAILED is left alone"),
        pytest.param(entry(), RUNNING | {-1: "FAILED"}, HERE, [], id="a FAILED connector is left alone"),
        pytest.param(entry(applied_config={}), RUNNING, HERE, [("run", -1)], id="config changed"),
        pytest.param(entry(consistent=False), RUNNING, HERE, [("run", -1)], id="inconsistent"),
        pytest.param(entry(applied_config={}), RUNNING, HERE | {("c", -1): 10}, [], id="connector slice under way"),
        pytest.param(entry(), RUNNING | {-1: "STOPPED"}, HERE, [("run", -1)], id="resumed"),
        pytest.param(entry(), RUNNING | {-1: "RESTARTING"}, HERE, [("run", -1)], id="connector restarts"),
        pytest.param(entry(), RUNNING | {1: "RESTARTING"}, {("c", 0): 10}, [("run", 1)], id="task restarts"),
        pytest.param(
            entry(), RUNNING | {1: "RESTARTING"}, HERE, [("stop", 1), (1, "UNASSIGNED")], id="running task restarts"
        ),
        pytest.param(
            entry(generation=12), RUNNING, HERE, [("stop", 0), ("stop", 1)], id="slices of an older generation"
        ),
        pytest.param(
            entry(1, pending_fencing=True, fencing=3),
            RUNNING | {2: "FAILED"},
            {},
            [("fence", "g-c-0", "g-c-1", "g-c-2", 1), (1, None), (2, None)],
            id="a new generation waits for its fence",
        ),
        pytest.param(entry(1, pending_fencing=True, fencing=1), RUNNING, {}, [("fence", 1), (1, None)], id="1 to 1"),
        pytest.param(entry(2, pending_fencing=True, fencing=None), RUNNING, HERE, [("fence", 2)], id="first commit"),
        pytest.param(
            entry(target=PAUSED),
            RUNNING | {1: "FAILED"},
            {("c", 0): 10},
            [("stop", 0), (-1, "PAUSED")],
            id="pausing",
        ),
        pytest.param(entry(target=PAUSED), {-1: "PAUSED", 0: "PAUSED", 1: "FAILED"}, {}, [], id="paused"),
        pytest.param(
            entry(0, target=STOPPED, pending_fencing=True, fencing=2),
            RUNNING | {-1: "FAILED"},
            HERE,
            [
                ("fence", "g-c-0", "g-c-1", 0),
                ("stop", 0),
                ("stop", 1),
                (0, None),
                (1, None),
                (-1, "STOPPED"),
            ],
            id="stopping",
        ),
        pytest.param(entry(0, target=STOPPED), {-1: "STOPPED"}, {}, [], id="stopped"),
    ],
)
def test_worker(found: Any, statuses: Any, running: Any, expected: Any) -> None:
    assert short(plan(scene(cluster(found, statuses), running=running))) == expected


def test_a_request_carries_what_it_was_planned_from() -> None:
    (first, second) = plan(scene(cluster(entry(), RUNNING)))
    assert isinstance(first, Dispatch)
    assert isinstance(second, Dispatch)
    assert (first.request.connector, first.request.generation, first.request.lease_end) == ("c", 10, None)
    assert first.request.worker_id == "w:1"


def test_a_deleted_connector_leaves_nothing_behind() -> None:
    state = cluster(None, RUNNING, fencing={"c": 2, "d": 0})
    state.status.topics["c"] = {"t": 0}
    expected = [("stop", 1), ("fence", "g-c-0", "g-c-1", 0), (0, None), (1, None), (-1, None), "topics"]
    assert short(plan(scene(state, running={("c", 1): 3}))) == expected
    assert plan(scene(cluster(None, {}, fencing={"c": 0}))) == []


def test_only_limits_the_plan() -> None:
    state = cluster(entry(), RUNNING)
    assert plan(scene(state), only={"other"}) == []
    assert short(plan(scene(state), only={"c"})) == [("run", 0), ("run", 1)]


class TestGroup:
    """Several worker processes, each with its share."""

    def test_who_does_not_own_the_connector_writes_nothing(self) -> None:
        state = cluster(entry(0, generation=-1, applied_config=None, pending_fencing=True, fencing=3), {0: "RUNNING"})
        assert plan(scene(state, owns=lambda connector, task: task >= 0)) == []

    def test_tasks_run_where_they_belong(self) -> None:
        share = scene(cluster(entry(), RUNNING), owns=lambda connector, task: task == 1, running={("c", 0): 10})
        assert short(plan(share)) == [("stop", 0), ("run", 1)]

    def test_all_wait_for_the_fence_of_the_owner(self) -> None:
        state = cluster(entry(pending_fencing=True), RUNNING)
        assert plan(scene(state, owns=lambda connector, task: task >= 0)) == []


class TestFunctions:
    """Due-ness follows schedule and clock alone."""

    def test_the_lease_ends_before_the_next_slice_begins(self) -> None:
        (first, _) = plan(scene(cluster(entry(), RUNNING), functions=True))
        assert isinstance(first, Dispatch)
        assert first.request.lease_end == 120 + 55

    @pytest.mark.parametrize(("minute", "runs"), [(0, True), (1, False), (2, False), (3, True)])
    def test_long_slices_begin_in_every_nth_minute(self, minute: int, runs: bool) -> None:
        state = cluster(entry(config=SOURCE | {"function.slice.ms": "180000"}), RUNNING)
        actions = plan(scene(state, functions=True, now=minute * 60 + 42.5))
        assert [a.request.lease_end for a in actions if isinstance(a, Dispatch)] == (
            [minute * 60 + 42.5 + 175] * 2 if runs else []
        )

    def test_a_schedule_says_when_but_a_command_does_not_wait_for_it(self) -> None:
        state = cluster(entry(config=SOURCE | {"function.schedule": "rate(5 minutes)"}), RUNNING)
        assert plan(scene(state, functions=True, now=120.0)) == []
        assert short(plan(scene(state, functions=True, now=300.0))) == [("run", 0), ("run", 1)]
        assert short(plan(scene(state, functions=True, now=120.0, at_once=True))) == [("run", 0), ("run", 1)]

    def test_an_unreadable_schedule_runs_nothing(self, caplog: pytest.LogCaptureFixture) -> None:
        state = cluster(entry(config=SOURCE | {"function.schedule": "often"}), RUNNING)
        assert plan(scene(state, functions=True)) == []
        assert "function.schedule" in caplog.text

    @pytest.mark.parametrize(("now", "due"), [(300.0, True), (359.0, True), (360.0, False), (600.0, True)])
    def test_the_watch_period_begins_at_its_multiples(self, now: float, due: bool) -> None:
        actions = plan(scene(cluster(entry(0), {-1: "RUNNING"}), functions=True, now=now, catalog=Classes(300_000)))
        assert short(actions) == ([("run", -1)] if due else [])

    def test_a_command_does_not_look_again(self) -> None:
        state = cluster(entry(0), {-1: "RUNNING"})
        assert plan(scene(state, functions=True, now=300.0, at_once=True, catalog=Classes(300_000))) == []

    @pytest.mark.parametrize(("since", "due"), [(299.9, True), (300.0, False)])
    def test_each_period_begins_in_one_pass(self, since: float, due: bool) -> None:
        actions = plan(scene(cluster(entry(0), {-1: "RUNNING"}), now=300.7, since=since, catalog=Classes(300_000)))
        assert short(actions) == ([("run", -1)] if due else [])


class TestTriggered:
    """Sinks of one topic are run by Kafka, not by the clock."""

    def test_no_task_is_dispatched(self) -> None:
        state = cluster(entry(config=SINK), RUNNING)
        assert plan(scene(state, functions=True)) == []
        assert short(plan(scene(state))) == [("run", 0), ("run", 1)]

    def test_tasks_are_running_from_the_start(self) -> None:
        state = cluster(entry(config=SINK), {-1: "RUNNING", 0: "PAUSED", 1: "FAILED"})
        assert plan(scene(state, functions=True)) == [WriteStatus("c", 0, "RUNNING")]
        state = cluster(entry(1, config=SINK), {-1: "RUNNING"})
        assert plan(scene(state, functions=True)) == [WriteStatus("c", 0, "RUNNING")]

    @pytest.mark.parametrize(
        ("config", "topic"),
        [
            (SINK, "t"),
            (SINK | {"topics": " t , t "}, "t"),
            (SINK | {"topics": "t,u"}, None),
            (SINK | {"topics": "", "topics.regex": "t"}, None),
            (SINK | {"function.trigger": "schedule"}, None),
            (SOURCE | {"topics": "t"}, None),
        ],
    )
    def test_which_sinks(self, config: dict[str, str], topic: str | None) -> None:
        wish = wishes(scene(cluster(entry(config=config), RUNNING), functions=True)).get("c")
        assert (wish.topic if wish else None) == topic

    @pytest.mark.parametrize(
        ("found", "statuses", "enabled"),
        [
            (entry(config=SINK), RUNNING, True),
            (entry(config=SINK), {}, True),
            (entry(config=SINK), {0: "FAILED"}, False),
            (entry(config=SINK), {0: "RESTARTING"}, True),
            (entry(config=SINK, target=PAUSED), RUNNING, False),
            (entry(0, config=SINK, target=STOPPED), {}, False),
            (entry(config=SINK, pending_fencing=True), RUNNING, False),
        ],
    )
    def test_when_the_mapping_is_enabled(self, found: Any, statuses: Any, enabled: bool) -> None:
        wish = wishes(scene(cluster(found, statuses), functions=True))["c"]
        assert wish.enabled is enabled
        assert (wish.group, wish.alias) == ("connect-c", f"connector-{alias_hash('c')}")

    def test_the_group_may_be_overridden(self) -> None:
        config = SINK | {"consumer.override.group.id": "mine"}
        assert wishes(scene(cluster(entry(config=config)), functions=True))["c"].group == "mine"

    def test_a_change_of_trigger_fences_even_one_task(self) -> None:
        state = cluster(entry(1, config=SINK, pending_fencing=True, fencing=1), RUNNING)
        assert short(plan(scene(state, functions=True)))[0] == ("fence", "g-c-0", 1)
