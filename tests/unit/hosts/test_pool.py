"""The pool with real slot processes. No broker is there: a source without lines needs none to be RUNNING."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from connect_core.connectors.file.source import FileStreamSourceConnector
from connect_core.errors import ConnectError
from connect_core.hosts.pool import Pool
from connect_core.hosts.settings import check
from connect_core.hosts.slot import SlotSettings
from connect_core.runtime.ports import Assignment
from connect_core.runtime.slice import CONNECTOR, SliceReport, SliceRequest

PATIENCE_S = 60.0


def until(look: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


class Host:
    """A pool of one slot, and what it was told."""

    def __init__(self, home: Path) -> None:
        self.reports: queue.Queue[SliceReport] = queue.Queue()
        self.said: queue.Queue[tuple[str, int, str]] = queue.Queue()
        self.assignments: dict[tuple[str, int], Assignment] = {}
        properties = {
            "bootstrap.servers": "127.0.0.1:1",
            "key.converter": "StringConverter",
            "value.converter": "StringConverter",
            "offset.storage.file.filename": str(home / "offsets"),
        }
        settings = SlotSettings(worker=check(properties, standalone=True), log_level="ERROR")
        self.pool = Pool(
            settings,
            slots=1,
            on_report=self.reports.put,
            on_status=lambda connector, task, state, _: self.said.put((connector, task, state)),
            on_topics=lambda *_: None,
            assignment=lambda connector, task: self.assignments.get((connector, task)),
        )

    def start(self, name: str, config: Mapping[str, str], *, task: int, generation: int = 1) -> None:
        self.assignments[name, task] = Assignment(
            connector_config={"name": name, **config},
            task_config={} if task == CONNECTOR else config,
            task_count=1,
            target="STARTED",
            generation=generation,
            config_offset=0,
        )
        self.pool.start(SliceRequest(connector=name, task=task, generation=generation))

    def report(self) -> SliceReport:
        return self.reports.get(timeout=PATIENCE_S)

    def state(self) -> tuple[str, int, str]:
        return self.said.get(timeout=PATIENCE_S)

    @property
    def process(self) -> Any:
        """The one slot's process."""
        (slot,) = self.pool._slots.values()
        return slot.process


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    made.pool.close(20)


@pytest.fixture
def config(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "in").touch()
    return {"connector.class": "FileStreamSource", "file": str(tmp_path / "in"), "topic": "t"}


def test_slices_run_and_end_when_asked(host: Host, config: dict[str, str]) -> None:
    host.start("load", config, task=CONNECTOR)
    report = host.report()
    assert (report.state, report.task) == ("RUNNING", CONNECTOR)
    assert report.result is not None
    assert len(report.result.task_configs) == 1
    host.start("load", config, task=0)
    assert [host.state(), host.state()] == [("load", CONNECTOR, "RUNNING"), ("load", 0, "RUNNING")]
    assert host.pool.running() == {("load", 0): 1}
    (counted,) = host.pool.samples()
    totals = {s.metric.name: s.value for s in counted if not s.labels}
    assert (totals["task-startup-success-total"], totals["connector-startup-success-total"]) == (1, 1)
    host.pool.stop("load", 0)
    assert host.report().state == "RUNNING"
    until(lambda: not host.pool.running(), "the slice has ended")
    (counted,) = host.pool.samples()
    assert not [s for s in counted if s.labels.get("task") == "0"], "metrics of a task end with it"


def test_a_new_generation_takes_over_from_the_old_slice(host: Host, config: dict[str, str]) -> None:
    host.start("load", config, task=0)
    assert host.state() == ("load", 0, "RUNNING")
    host.start("load", config, task=0, generation=2)
    assert host.report().generation == 1
    assert host.state() == ("load", 0, "RUNNING")
    assert host.pool.running() == {("load", 0): 2}
    host.assignments.clear()
    host.pool.assign("load", 0)  # the connector was deleted
    assert host.report().state == "SUPERSEDED"


def test_a_killed_slot_loses_its_slices_and_the_next_start_gets_a_new_one(host: Host, config: dict[str, str]) -> None:
    host.start("load", config, task=0)
    assert host.state() == ("load", 0, "RUNNING")
    killed = host.process
    os.kill(killed.pid, signal.SIGKILL)
    until(lambda: not host.pool.running(), "the pool has noticed")
    assert host.pool.samples() == []
    host.start("load", config, task=0)
    assert host.state() == ("load", 0, "RUNNING")
    assert host.process.pid != killed.pid


def test_a_question_to_a_slot_that_dies_is_answered(host: Host, config: dict[str, str]) -> None:
    host.start("load", config, task=0)
    assert host.state() == ("load", 0, "RUNNING")
    os.kill(host.process.pid, signal.SIGSTOP)  # it will not answer before it dies
    (slot,) = host.pool._slots.values()
    _, future = host.pool._ask(slot, "call", "validate", [config])
    os.kill(host.process.pid, signal.SIGKILL)
    with pytest.raises(ConnectError, match="The process that handled the request died; try again"):
        future.result(PATIENCE_S)


def test_connectors_are_asked_in_a_slot(host: Host, config: dict[str, str]) -> None:
    config |= {"name": "load"}
    assert host.pool.validate(config) == {}
    assert host.pool.alter_offsets("load", config, [({"filename": "x"}, {"position": 1})])
    with pytest.raises(ConnectError, match="position"):
        host.pool.alter_offsets("load", config, [({"filename": "x"}, {"position": "first"})])
    foreign = config | {"connector.class": f"{__name__}:Strict", "my.password": "hunter2"}
    with pytest.raises(ConnectError, match=r"^\[hidden\] is not to be altered$") as caught:
        host.pool.alter_offsets("load", foreign, [])
    assert type(caught.value) is ConnectError
    with pytest.raises(NotImplementedError):
        host.pool.alter_offsets("load", foreign | {"connector.class": f"{__name__}:Unable"}, [])


class Own(ConnectError):
    """An error that another process could not take apart and put together again."""

    def __init__(self, a: str, b: str) -> None:
        super().__init__(a + b)


class Unable(FileStreamSourceConnector):
    """Offsets are its own business."""

    def alter_offsets(self, offsets: Sequence[Any]) -> bool:
        raise NotImplementedError


class Strict(FileStreamSourceConnector):
    """Says too much."""

    def alter_offsets(self, offsets: Sequence[Any]) -> bool:
        raise Own("hunter2", " is not to be altered")


def test_a_slot_that_hangs_is_killed_at_the_end(tmp_path: Path, config: dict[str, str]) -> None:
    host = Host(tmp_path)
    host.start("load", config, task=0)
    assert host.state() == ("load", 0, "RUNNING")
    hung = host.process
    os.kill(hung.pid, signal.SIGSTOP)
    host.pool.close(0.1)
    assert hung.exitcode == -signal.SIGKILL
