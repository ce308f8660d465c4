"""A source slice killed at each line of its numbered list: a read-committed consumer sees each row exactly once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import WorkerSettings, load
from connect_core.kafka import layers
from connect_core.kafka.log import TopicLog
from connect_core.kafka.topics import create_topic, ensure_internal, internal_topics
from connect_core.local.kafka import Kafka
from tests.crash.victim import POINTS

ROWS = [f"row {i}" for i in range(9)]


class Bench:
    """A cluster of its own with one file source, batches of three lines."""

    def __init__(self, kafka: Kafka, home: Path, *, name: str, topic: str) -> None:
        self.name, self.topic, self.home = name, topic, home
        self.properties = {
            "bootstrap.servers": kafka.bootstrap_servers,
            "group.id": name,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "offset.storage.partitions": "1",
            "status.storage.partitions": "1",
        }
        for kind in ("config", "offset", "status"):
            self.properties[f"{kind}.storage.topic"] = f"{name}-{kind}"
            self.properties[f"{kind}.storage.replication.factor"] = "1"
        self.file = home / "worker.properties"
        self.file.write_text("".join(f"{k}={v}\n" for k, v in self.properties.items()))
        (home / "in.txt").write_text("".join(f"{row}\n" for row in ROWS))
        self.settings: WorkerSettings = load(self.file, standalone=False)
        internal = layers.internal(self.properties, "test")
        ensure_internal(internal, internal_topics(self.properties))
        create_topic(internal, topic, partitions=1, replication_factor=1, settings={})
        self.generation = self._configure()

    def _configure(self) -> int:
        config = {
            "connector.class": "FileStreamSource",
            "name": self.name,
            "file": str(self.home / "in.txt"),
            "topic": self.topic,
            "batch.size": "3",
        }
        stores = SlicePorts(self.settings)
        records = [
            (f"connector-{self.name}", {"properties": config}),
            (f"task-{self.name}-0", {"properties": config}),
            (f"commit-{self.name}", {"tasks": 1}),
        ]
        stores.configs.transact(lambda state: (records, None))
        generation = stores.configs.refresh().connectors[self.name].generation
        stores.close()
        return generation

    def slice(self, point: str) -> subprocess.CompletedProcess[str]:
        """Run one slice in a process."""
        command = [sys.executable, "-m", "tests.crash.victim", str(self.file), self.name, str(self.generation), point]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def seen(self) -> list[str]:
        """What a read-committed consumer has, to the end it can reach."""
        log = TopicLog(self.topic, layers.internal(self.properties, "reader"))
        try:
            return [(record.value or b"").decode() for record in log.read_to_end()]
        finally:
            log.close()


@pytest.mark.parametrize("point", list(POINTS))
def test_killed_at(point: str, kafka: Kafka, topic: str, unique: Callable[[str], str], tmp_path: Path) -> None:
    bench = Bench(kafka, tmp_path, name=unique("crash"), topic=topic)
    killed = bench.slice(point)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    before = bench.seen()
    assert before == ROWS[: len(before)]
    finished = bench.slice("none")
    assert finished.returncode == 0, finished.stderr
    assert bench.seen() == ROWS, finished.stdout + finished.stderr
