"""The coordinator at work: order of what it does, what survives, and the ways in which hosts use it."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from connect_core.coordinator.decide import ConnectorFailed, Delete, SetTarget, TaskConfigs
from connect_core.coordinator.ports import FUNCTIONS, STANDALONE, Rejected
from connect_core.runtime.slice import CONNECTOR, SliceRequest
from connect_core.storage import config_records
from connect_core.storage.state import TargetState
from tests.unit.coordinator.scenes import Classes
from tests.unit.coordinator.worlds import InLine, Recorder, World

SOURCE = {"connector.class": "FileStreamSource", "file": "/tmp/x", "topic": "t"}
SINK = {"connector.class": "FileStreamSink", "file": "/tmp/x", "topics": "t"}
STOP = SetTarget("c", TargetState.STOPPED)
ONE = [{"a": "1"}]


def made(world: World, config: dict[str, str] = SOURCE) -> World:
    """With the connector ``c``."""
    world.coordinator.create("c", config)
    return world


def publish(world: World, configs: Sequence[dict[str, str]]) -> Any:
    """What a connector slice hands in."""
    entry = world.coordinator.entry("c")
    return world.coordinator.submit(TaskConfigs("c", entry.config_offset, configs))


class TestWorker:
    """A long-running process."""

    def test_creation_dispatches_the_connector_slice(self) -> None:
        world = made(World())
        assert world.dispatcher.started == [
            SliceRequest(connector="c", task=CONNECTOR, generation=-1, lease_end=None, worker_id="w:1")
        ]

    def test_published_tasks_are_dispatched_behind_their_fence(self) -> None:
        world = made(World())
        world.said("c", CONNECTOR, "RUNNING")
        assert publish(world, ONE * 2) is True
        entry = world.coordinator.entry("c")
        assert (entry.fencing, entry.pending_fencing) == (2, False)
        assert [(r.task, r.generation) for r in world.dispatcher.started[1:]] == [
            (0, entry.generation),
            (1, entry.generation),
        ]
        assert world.fenced == []
        assert publish(world, ONE) is True
        assert world.fenced == [["g-c-0", "g-c-1"]]
        assert publish(world, ONE) is False

    def test_nothing_is_dispatched_while_fencing_fails(self, caplog: pytest.LogCaptureFixture) -> None:
        world = made(World(InLine()))
        broken = True

        def fence(ids: Sequence[str]) -> None:
            if broken:
                raise ConnectionError("no broker")

        world.replace(fence=fence)
        started = len(world.dispatcher.started)
        publish(world, ONE * 2)
        assert world.coordinator.entry("c").pending_fencing
        assert len(world.dispatcher.started) == started
        assert "the next tick tries again" in caplog.text
        broken = False
        world.coordinator.tick()
        assert not world.coordinator.entry("c").pending_fencing
        assert world.dispatcher.stopped == [("c", 0)]  # of the older generation
        world.coordinator.tick()
        assert world.dispatcher.alive == dict.fromkeys([("c", 0), ("c", 1)], world.coordinator.entry("c").generation)

    def test_a_put_again_config_restarts_the_connector_only(self) -> None:
        world = made(World(InLine()))
        before, generation = len(world.dispatcher.started), world.coordinator.entry("c").generation
        world.coordinator.put_config("c", SOURCE)
        assert [r.task for r in world.dispatcher.started[before:]] == [CONNECTOR]
        assert world.coordinator.entry("c").generation == generation
        world.coordinator.tick()
        assert len(world.dispatcher.started) == before + 1

    def test_a_stale_result_is_dropped(self) -> None:
        world = made(World())
        stale = world.coordinator.entry("c").config_offset
        world.coordinator.put_config("c", SOURCE | {"topic": "u"})
        assert world.coordinator.submit(TaskConfigs("c", stale, ONE)) is False
        assert publish(world, ONE) is True

    def test_a_connector_that_cannot_run_is_failed_until_its_config_changes(self) -> None:
        world = made(World())
        world.coordinator.submit(ConnectorFailed("c", "Boom: it broke\n"))
        before = len(world.dispatcher.started)
        world.coordinator.tick()
        assert (world.states("c"), len(world.dispatcher.started)) == ({-1: "FAILED"}, before)
        assert world.coordinator.status("c")["connector"]["trace"] == "Boom: it broke\n"
        world.coordinator.put_config("c", SOURCE | {"topic": "u"})
        assert len(world.dispatcher.started) == before + 1

    def test_a_failed_task_is_cleared_before_the_commit_that_clears_it(self) -> None:
        world = made(World(InLine()))
        world.said("c", 0, "FAILED", "Boom\n")
        del world.dispatcher.alive["c", 0]
        order: list[str] = []
        transact, put = world.config.transact, world.status.put

        def noted(decide: Any, **more: Any) -> Any:
            order.append("config")
            return transact(decide, **more)

        def noted_put(*arguments: Any, **more: Any) -> None:
            order.append("status")
            put(*arguments, **more)

        world.config.transact, world.status.put = noted, noted_put  # type: ignore[method-assign, assignment]
        publish(world, ONE)
        assert order[:2] == ["status", "config"]
        assert world.states("c")[0] == "RUNNING"

    def test_one_bad_connector_does_not_hold_up_others(self) -> None:
        class Picky(Recorder):
            def start(self, request: SliceRequest) -> None:
                if request.connector == "bad":
                    raise OSError("no slot")
                super().start(request)

        world = World(Picky())
        world.coordinator.create("bad", SOURCE)
        world.coordinator.create("good", SOURCE)
        assert [r.connector for r in world.dispatcher.started] == ["good"]

    def test_strangers_in_the_group_stop_everything_but_reading(self, caplog: pytest.LogCaptureFixture) -> None:
        world = made(World())
        world.strangers = ["connect-1"]
        before = len(world.dispatcher.started)
        world.coordinator.tick()
        assert len(world.dispatcher.started) == before
        assert "connect-1" in caplog.text
        with pytest.raises(Rejected) as caught:
            world.coordinator.submit(Delete("c"))
        assert caught.value.status == 409
        assert world.coordinator.info("c")["name"] == "c"

    def test_a_patch_does_not_undo_what_happened_meanwhile(self) -> None:
        world = made(World())
        check = world.coordinator.validator.check

        def slow(config: Any) -> None:
            check(config)
            world.config.transact(lambda _: ([config_records.connector("c", SOURCE | {"name": "c", "a": "b"})], None))

        world.coordinator.validator.check = slow  # type: ignore[method-assign]
        with pytest.raises(Rejected) as caught:
            world.coordinator.patch_config("c", {"topic": "u"})
        assert caught.value.status == 409
        assert world.coordinator.entry("c").config["topic"] == "t"

    def test_log_levels_are_told_to_the_cluster(self) -> None:
        world = World()
        told: list[Any] = []
        world.config.transact = lambda decide, **_: told.extend(decide(world.config.refresh())[0])  # type: ignore[method-assign]
        world.coordinator.tell_log_level("org.x", "DEBUG")
        assert told == [("logger-cluster-org.x", b'{"level":"DEBUG"}')]


class TestFunctions:
    """Ticks and commands as functions: nothing runs in this process."""

    def test_a_tick_gives_each_task_its_lease(self) -> None:
        world = made(World(mode=FUNCTIONS))
        world.said("c", CONNECTOR, "RUNNING")
        publish(world, ONE)
        world.dispatcher.started.clear()
        world.coordinator.tick(now=600.25)
        assert [(r.task, r.lease_end) for r in world.dispatcher.started] == [(0, 655.25)]

    def test_a_command_does_not_wait_for_the_tick(self) -> None:
        world = made(World(mode=FUNCTIONS), SOURCE | {"function.schedule": "rate(1 day)"})
        world.said("c", CONNECTOR, "RUNNING")
        publish(world, ONE)
        assert [r.task for r in world.dispatcher.started] == [CONNECTOR, 0]
        world.coordinator.tick(now=660.0)
        assert len(world.dispatcher.started) == 2

    def test_a_fence_does_not_dispatch_twice(self) -> None:
        world = made(World(mode=FUNCTIONS))
        world.said("c", CONNECTOR, "RUNNING")
        publish(world, ONE * 2)
        world.coordinator.tick(now=600.0)
        started = [(r.task, r.lease_end) for r in world.dispatcher.started]
        assert len(started) == len(set(started))

    def test_triggers_follow_commands(self) -> None:
        world = made(World(mode=FUNCTIONS), SINK)
        world.said("c", CONNECTOR, "RUNNING")
        assert world.triggers.wanted["c"].enabled is False
        publish(world, ONE)
        assert world.triggers.wanted["c"].enabled is True
        assert [r.task for r in world.dispatcher.started] == [CONNECTOR]
        world.coordinator.submit(SetTarget("c", TargetState.PAUSED))
        assert world.triggers.wanted["c"].enabled is False
        world.coordinator.submit(Delete("c"))
        assert world.triggers.wanted == {}

    def test_a_look_that_finds_nothing_new_starts_nothing(self) -> None:
        """Otherwise a connector that watches its source would be looked at without a pause."""
        world = made(World(mode=FUNCTIONS), SOURCE)
        world.said("c", CONNECTOR, "RUNNING")
        assert publish(world, ONE) is True
        started = len(world.dispatcher.started)
        assert publish(world, ONE) is False
        assert len(world.dispatcher.started) == started


class TestStandalone:
    """Creation is synchronous: the answer has the tasks."""

    def test_in_line(self) -> None:
        world = World(InLine(), mode=STANDALONE, fencing=False)
        assert world.coordinator.create("c", SOURCE)["tasks"] == [{"connector": "c", "task": 0}]
        assert world.fenced == []
        world.coordinator.submit(STOP)
        assert (world.states("c"), world.fenced, world.dispatcher.alive) == ({-1: "STOPPED"}, [], {})

    @pytest.mark.parametrize("fails", [False, True])
    def test_from_another_thread(self, fails: bool) -> None:
        class Elsewhere(Recorder):
            def start(self, request: SliceRequest) -> None:
                super().start(request)
                if request.task == CONNECTOR:
                    threading.Thread(target=self.run).start()

            def run(self) -> None:
                if fails:
                    world.coordinator.submit(ConnectorFailed("c", "a.b.ConnectException: it broke\n\tat x\n"))
                else:
                    publish(world, ONE)

        world = World(Elsewhere(), mode=STANDALONE, fencing=False)
        if fails:
            with pytest.raises(Rejected) as caught:
                world.coordinator.create("c", SOURCE)
            assert (caught.value.status, caught.value.message) == (500, "it broke")
        else:
            assert len(world.coordinator.create("c", SOURCE)["tasks"]) == 1

    def test_a_paused_connector_is_answered_at_once(self) -> None:
        world = World(mode=STANDALONE, fencing=False)
        assert world.coordinator.create("c", SOURCE, TargetState.PAUSED)["tasks"] == []


def test_statuses_repeat_the_generation_of_the_last_one() -> None:
    world = made(World(InLine()))
    from connect_core.storage.state import Status

    world.status.put("c", 0, Status("RUNNING", None, "jvm:8083", 7, "9.9"))
    del world.dispatcher.alive["c", 0]
    world.coordinator.submit(SetTarget("c", TargetState.PAUSED))
    status = world.status.refresh().tasks["c", 0]
    assert (status.state, status.generation, status.version, status.worker_id) == ("PAUSED", 7, "9.9", "w:1")


def test_a_worker_looks_once_per_watch_period() -> None:
    world = made(World(InLine()))
    world.replace(catalog=Classes(period=10_000))
    before = len(world.dispatcher.started)
    for now in (1000.5, 1001.0, 1009.99, 1010.02, 1010.5, 1019.0, 1020.5):
        world.coordinator.tick(now)
    assert [r.task for r in world.dispatcher.started[before:]] == [CONNECTOR, CONNECTOR]
