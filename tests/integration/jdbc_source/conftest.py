"""The JDBC source without a Kafka: its connector splits the tables, its tasks are polled until nothing is new."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connect_core.api import SourceRecord
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.source import JdbcSourceConnector, JdbcSourceTask

MEMORY = """
import json, resource, sys
from types import SimpleNamespace
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.source import JdbcSourceTask
task = JdbcSourceTask()
task.config = JdbcSourceConfig.parse(json.loads(sys.argv[1]))
task.start(SimpleNamespace(connector='memory'))
count = 0
while batch := task.poll():
    count += len(batch)
task.stop()
print(json.dumps([count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


class Offsets:
    """Stored source offsets, as a task and a connector see them."""

    connector, task, name = "jdbc", 0, "jdbc"
    transaction = None

    def __init__(self) -> None:
        self.stored: dict[frozenset[tuple[str, Any]], dict[str, Any] | None] = {}

    def offset(self, partition: Mapping[str, Any]) -> dict[str, Any] | None:
        return self.stored.get(frozenset(partition.items()))

    def offsets(self, partitions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any] | None]:
        return [self.offset(partition) for partition in partitions]

    def stopping(self) -> bool:
        return False

    def store(self, partition: Mapping[str, Any], offset: Mapping[str, Any] | None) -> None:
        self.stored[frozenset(partition.items())] = None if offset is None else dict(offset)


class Source:
    """A source under test; offsets of everything it returned are stored, as a runner would."""

    def __init__(self, config: Mapping[str, str]) -> None:
        self.config = {"name": "jdbc", "connector.class": "JdbcSource", "connection.attempts": "1", **config}
        self.offsets = Offsets()
        self.records: list[SourceRecord] = []

    def task_configs(self, max_tasks: int = 1) -> list[dict[str, str]]:
        connector = JdbcSourceConnector()
        connector.config = JdbcSourceConfig.parse(self.config)
        try:
            connector.start(self.offsets)
            return connector.task_configs(max_tasks)
        finally:
            connector.stop()

    def task(self, config: Mapping[str, str]) -> JdbcSourceTask:
        task = JdbcSourceTask()
        task.config = JdbcSourceConfig.parse(config)
        try:
            task.start(self.offsets)
        except Exception:
            task.stop()
            raise
        return task

    def run(self) -> list[SourceRecord]:
        """One slice: all tasks, each polled until a round brings nothing; the new records."""
        assert JdbcSourceConnector.validate(self.config) == {}
        new: list[SourceRecord] = []
        for config in self.task_configs():
            task = self.task(config)
            try:
                while batch := task.poll():
                    for record in batch:
                        new.append(record)
                        assert record.source_partition is not None
                        if record.source_offset is not None:
                            self.offsets.store(record.source_partition, record.source_offset)
            finally:
                task.stop()
        self.records += new
        return new

    def peak_memory(self) -> tuple[int, int]:
        """Read everything in a process of its own: (rows, peak resident size)."""
        (config,) = self.task_configs()
        command = [sys.executable, "-c", MEMORY, json.dumps(config)]
        root = Path(__file__).parents[3]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
        rows, peak = json.loads(done.stdout)
        return rows, peak


@pytest.fixture
def source() -> Callable[..., Source]:
    """``source(url, "incrementing", table_whitelist="t", ...)``."""

    def make(server: Any, mode: str, **keys: str) -> Source:
        base = {"connection.url": server.jdbc_url(), "connection.user": server.user}
        base |= {"connection.password": server.password, "mode": mode}
        return Source(base | {name.replace("_", "."): value for name, value in keys.items()})

    return make
