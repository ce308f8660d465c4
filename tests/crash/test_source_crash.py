"""A source slice killed at each line of its numbered list: a read-committed consumer sees each row exactly once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import load
from connect_core.kafka import layers
from connect_core.kafka.log import TopicLog
from connect_core.kafka.topics import create_topic, ensure_internal, internal_topics
from connect_core.local.kafka import Kafka
from tests.crash.victim import POINTS, one_slice

ROWS = [f"row {i}" for i in range(9)]


class Cluster:
    """Internal topics of a cluster of its own, shared by all tests here."""

    def __init__(self, kafka: Kafka, home: Path) -> None:
        self.properties = {
            "bootstrap.servers": kafka.bootstrap_servers,
            "group.id": "crash",
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "offset.storage.partitions": "1",
            "status.storage.partitions": "1",
        }
        for kind in ("config", "offset", "status"):
            self.properties[f"{kind}.storage.topic"] = f"crash-{kind}"
            self.properties[f"{kind}.storage.replication.factor"] = "1"
        self.file = home / "worker.properties"
        self.file.write_text("".join(f"{k}={v}\n" for k, v in self.properties.items()))
        self.settings = load(self.file, standalone=False)
        self.internal = layers.internal(self.properties, "test")
        ensure_internal(self.internal, internal_topics(self.properties))
        self.stores = SlicePorts(self.settings)

    def configure(self, name: str, file: Path, topic: str) -> int:
        """One file source with batches of three lines; its generation."""
        create_topic(self.internal, topic, partitions=1, replication_factor=1, settings={})
        config = {
            "connector.class": "FileStreamSource",
            "name": name,
            "file": str(file),
            "topic": topic,
            "batch.size": "3",
        }
        records = [
            (f"connector-{name}", {"properties": config}),
            (f"task-{name}-0", {"properties": config}),
            (f"commit-{name}", {"tasks": 1}),
        ]
        self.stores.configs.transact(lambda state: (records, None))
        return self.stores.configs.refresh().connectors[name].generation

    def crash(self, name: str, generation: int, point: str) -> subprocess.CompletedProcess[str]:
        """A slice in a process that does not survive the point."""
        command = [sys.executable, "-m", "tests.crash.victim", str(self.file), name, str(generation), point]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def seen(self, topic: str) -> list[str]:
        """What a read-committed consumer has, to the end it can reach."""
        log = TopicLog(topic, self.internal)
        try:
            return [(record.value or b"").decode() for record in log.read_to_end()]
        finally:
            log.close()


@pytest.fixture(scope="module")
def cluster(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of this module."""
    made = Cluster(kafka, tmp_path_factory.mktemp("crash"))
    yield made
    made.stores.close()


@pytest.mark.parametrize("point", list(POINTS))
def test_killed_at(point: str, cluster: Cluster, topic: str, unique: Callable[[str], str], tmp_path: Path) -> None:
    name, file = unique("crash"), tmp_path / "in.txt"
    file.write_text("".join(f"{row}\n" for row in ROWS))
    generation = cluster.configure(name, file, topic)
    killed = cluster.crash(name, generation, point)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    before = cluster.seen(topic)
    assert before == ROWS[: len(before)]
    report = one_slice(cluster.settings, name, generation)
    assert report.state == "RUNNING", report
    assert cluster.seen(topic) == ROWS
