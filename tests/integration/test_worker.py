"""The worker end to end on a real broker with file connectors: the calls of the README, states, restarts, bad input."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connect_core.local.kafka import Kafka
from tests.integration.workers import WorkerProcess, until

SOURCE = {"connector.class": "FileStream-Source"}
SINK = {"connector.class": "FileStreamSink"}


@pytest.fixture(scope="module")
def worker(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """One distributed worker for the module."""
    home = tmp_path_factory.mktemp("worker")
    with WorkerProcess(kafka.bootstrap_servers, home, group="worker-tests") as process:
        yield process


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_file_goes_through_a_topic_into_a_file(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    load, dump = unique("load"), unique("dump")
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("one\ntwo\n")
    created = worker.create(load, SOURCE | {"file": str(source), "topic": topic})
    assert created["config"]["name"] == load
    assert created["tasks"] == []
    assert created["type"] == "source"
    worker.create(dump, SINK | {"file": str(target), "topics": topic})
    until(lambda: lines(target) == ["one", "two"], "the lines have arrived")
    with source.open("a") as more:
        more.write("three\n")
    until(lambda: lines(target) == ["one", "two", "three"], "the new line has arrived")
    worker.until_states(load, "RUNNING", "RUNNING")
    worker.until_states(dump, "RUNNING", "RUNNING")
    offsets = until(
        lambda: worker.request("GET", f"/connectors/{load}/offsets").json()["offsets"], "an offset is stored"
    )
    assert offsets == [{"partition": {"filename": str(source)}, "offset": {"position": 14}}]
    until(
        lambda: worker.request("GET", f"/connectors/{dump}/topics").json()[dump]["topics"] == [topic],
        "the active topic is known",
    )
    assert worker.request("DELETE", f"/connectors/{load}").status_code == 204
    assert worker.request("GET", f"/connectors/{load}").status_code == 404
    until(lambda: worker.request("GET", f"/connectors/{load}/status").status_code == 404, "its status is gone")


def test_pause_resume_stop_and_restart(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    name = unique("load")
    source = tmp_path / "in.txt"
    source.write_text("one\n")
    worker.create(name, SOURCE | {"file": str(source), "topic": topic})
    worker.until_states(name, "RUNNING", "RUNNING")
    assert worker.request("PUT", f"/connectors/{name}/pause").status_code == 202
    worker.until_states(name, "PAUSED", "PAUSED")
    assert worker.request("PUT", f"/connectors/{name}/resume").status_code == 202
    worker.until_states(name, "RUNNING", "RUNNING")
    answer = worker.request("POST", f"/connectors/{name}/restart?includeTasks=true")
    assert answer.status_code == 202
    assert answer.json()["tasks"][0]["state"] == "RESTARTING"
    worker.until_states(name, "RUNNING", "RUNNING")
    assert worker.request("PUT", f"/connectors/{name}/stop").status_code == 204
    worker.until_states(name, "STOPPED")
    answer = worker.request("DELETE", f"/connectors/{name}/offsets")
    assert answer.status_code == 200, answer.text
    assert worker.request("GET", f"/connectors/{name}/offsets").json() == {"offsets": []}
    assert worker.request("DELETE", f"/connectors/{name}").status_code == 204


def test_bad_input_gets_connects_answers(worker: WorkerProcess, unique: Callable[[str], str]) -> None:
    import httpx

    malformed = httpx.post(
        f"{worker.url}/connectors", content=b"{", headers={"Content-Type": "application/json"}, timeout=60
    )
    assert malformed.status_code == 500
    assert malformed.json()["error_code"] == 500
    unknown = worker.request("POST", "/connectors", {"name": unique("x"), "config": {"connector.class": "Nope"}})
    assert unknown.status_code == 400
    assert unknown.json()["message"].startswith(
        "Failed to find any class that implements Connector and which name matches Nope, available connectors are: "
    )
    missing = worker.request(
        "POST", "/connectors", {"name": unique("x"), "config": {"connector.class": "FileStreamSource"}}
    )
    assert missing.status_code == 400
    assert 'Missing required configuration "topic" which has no default value.' in missing.json()["message"]
    assert worker.request("GET", "/connectors/nobody").json() == {
        "error_code": 404,
        "message": "Connector nobody not found",
    }


def test_a_failing_sink_says_why_and_a_restart_after_the_repair_loses_nothing(
    worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    load, dump = unique("load"), unique("dump")
    source, folder = tmp_path / "in.txt", tmp_path / "later"
    source.write_text("one\n")
    worker.create(load, SOURCE | {"file": str(source), "topic": topic})
    worker.create(dump, SINK | {"file": str(folder / "out.txt"), "topics": topic})
    worker.until_states(dump, "RUNNING", "FAILED")
    assert str(folder / "out.txt") in worker.trace(dump)
    folder.mkdir()
    assert worker.request("POST", f"/connectors/{dump}/tasks/0/restart").status_code == 204
    until(lambda: lines(folder / "out.txt") == ["one"], "the line has arrived after the repair")


def test_a_restarted_worker_goes_on_where_it_was(
    kafka: Kafka, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    name, dump = unique("load"), unique("dump")
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("one\n")
    worker = WorkerProcess(kafka.bootstrap_servers, tmp_path, group=unique("group"))
    worker.start()
    worker.create(name, SOURCE | {"file": str(source), "topic": topic})
    worker.create(dump, SINK | {"file": str(target), "topics": topic})
    until(lambda: lines(target) == ["one"], "the first line has arrived")
    log = worker.stop()
    assert "Traceback" not in log
    with source.open("a") as more:
        more.write("two\n")
    with worker:
        until(lambda: lines(target) == ["one", "two"], "each line arrived once")
        worker.kill()
    with source.open("a") as more:
        more.write("three\n")
    with worker:
        until(lambda: lines(target)[-1:] == ["three"], "it goes on after SIGKILL")
    assert lines(target).count("three") == 1


def test_standalone_keeps_offsets_in_a_file(
    kafka: Kafka, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("one\n")
    load, dump = tmp_path / "load.properties", tmp_path / "dump.json"
    load.write_text(f"name={unique('load')}\nconnector.class=FileStreamSource\nfile={source}\ntopic={topic}\n")
    config = SINK | {"file": str(target), "topics": topic}
    dump.write_text(json.dumps({"name": unique("dump"), "config": config}))
    worker = WorkerProcess(kafka.bootstrap_servers, tmp_path, group="", standalone=True)
    worker.start(load, dump)
    until(lambda: lines(target) == ["one"], "the first line has arrived")
    worker.stop()
    with source.open("a") as more:
        more.write("two\n")
    worker.start(load, dump)
    until(lambda: lines(target) == ["one", "two"], "the second line arrived, the first not again")
    created = worker.create(unique("more"), SOURCE | {"file": str(source), "topic": topic})
    assert len(created["tasks"]) == 1
    worker.stop()
