"""Topics a worker touches besides its own: those a sink waits for, and a connector's own offset topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connect_core.kafka.groups import members
from connect_core.kafka.log import TopicLog
from connect_core.kafka.topics import topic_exists
from connect_core.local.kafka import Kafka
from tests.integration.workers import WorkerProcess, until


@pytest.fixture(scope="module")
def worker(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """One distributed worker for the module."""
    with WorkerProcess(kafka.bootstrap_servers, tmp_path_factory.mktemp("worker"), group="topic-tests") as process:
        yield process


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_sink_that_comes_first_has_its_topic_made(
    kafka: Kafka, worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """Connect's consumer asks for its topics with allow.auto.create.topics=true, Java's default."""
    brokers = {"bootstrap.servers": kafka.bootstrap_servers}
    dump, load = unique("dump"), unique("load")
    worker.create(dump, {"connector.class": "FileStreamSink", "file": str(tmp_path / "out"), "topics": topic})
    until(lambda: topic_exists(brokers, topic), "the broker made the topic")
    worker.until_states(dump, "RUNNING", "RUNNING")
    (tmp_path / "in").write_text("one\ntwo\n")
    worker.create(load, {"connector.class": "FileStreamSource", "file": str(tmp_path / "in"), "topic": topic})
    until(lambda: lines(tmp_path / "out") == ["one", "two"], "the lines have arrived")
    assert members(brokers, f"connect-{dump}") == []


def test_a_connector_keeps_offsets_in_its_own_topic_and_in_the_workers(
    kafka: Kafka, worker: WorkerProcess, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    load, own = unique("load"), unique("offsets")
    source = str(tmp_path / "in")
    Path(source).write_text("one\ntwo\n")
    config = {"connector.class": "FileStreamSource", "file": source, "topic": topic, "offsets.storage.topic": own}
    worker.create(load, config)
    read = Offsets(kafka, own, "topic-tests-offset", connector=load)
    until(lambda: read() == ['{"position":8}'] * 2, "both topics hold the offset")
    assert worker.request("PUT", f"/connectors/{load}/stop").status_code == 204
    worker.until_states(load, "STOPPED")
    partition = {"filename": source}
    answer = worker.request(
        "PATCH", f"/connectors/{load}/offsets", {"offsets": [{"partition": partition, "offset": {"position": 4}}]}
    )
    assert answer.status_code == 200, answer.text
    assert read() == ['{"position":4}'] * 2
    assert worker.request("GET", f"/connectors/{load}/offsets").json() == {
        "offsets": [{"partition": partition, "offset": {"position": 4}}]
    }
    assert worker.request("DELETE", f"/connectors/{load}/offsets").status_code == 200
    assert read() == [None, None]
    assert worker.request("GET", f"/connectors/{load}/offsets").json() == {"offsets": []}


class Offsets:
    """The newest value of a connector's one offset in several topics."""

    def __init__(self, kafka: Kafka, *topics: str, connector: str) -> None:
        self._props = {"bootstrap.servers": kafka.bootstrap_servers}
        self._topics, self._key = topics, f'["{connector}",'.encode()

    def __call__(self) -> list[str | None]:
        return [self._newest(topic) for topic in self._topics]

    def _newest(self, topic: str) -> str | None:
        if not topic_exists(self._props, topic):
            return None
        log = TopicLog(topic, self._props)
        try:
            found = [r.value for r in log.read_to_end() if (r.key or b"").startswith(self._key)]
        finally:
            log.close()
        return found[-1].decode() if found and found[-1] is not None else None
