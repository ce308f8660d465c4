"""The JDBC sink task against real databases: a target per database, a context that keeps what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connect_core.api import TopicPartition
from connect_core.config import Password
from connect_core.connectors.jdbc.client import ConnectionSettings, Database
from connect_core.connectors.jdbc.sink import JdbcSinkTask
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.data import Schema, SinkRecord
from connect_core.testing.contexts import MemoryReporter


class Context:
    """A sink context that records calls; ``reported`` is filled only if the task may report."""

    connector, task = "sink", 0

    def __init__(self, *, reports: bool) -> None:
        self.reported: list[tuple[SinkRecord, Exception]] = []
        self.timeouts: list[int] = []
        self.rewinds: list[Mapping[TopicPartition, int]] = []
        self.reporter = MemoryReporter(self.reported) if reports else None

    def timeout(self, ms: int) -> None:
        self.timeouts.append(ms)

    def rewind(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.rewinds.append(offsets)

    def stopping(self) -> bool:
        return False


class Target:
    """A database to write to, and a connection of the test's own to look at it."""

    def __init__(self, name: str, config: dict[str, str]) -> None:
        self.name, self.config = name, config
        password = config.get("connection.password")
        self.settings = ConnectionSettings(
            url=config["connection.url"],
            user=config.get("connection.user"),
            password=Password(password) if password else None,
        )
        self.database = Database(self.settings)
        self.connection = self.database.connect()
        self.quotes = self.database.dialect.quotes()

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.database.dialect.execute(self.connection, statement)
        self.connection.commit()

    def rows(self, table: str, columns: str = "*", order: str = "1") -> list[tuple[Any, ...]]:
        """Rows of a table by its bare name, in order."""
        sql = f"SELECT {columns} FROM {self.quotes.quote(table)} ORDER BY {order}"
        found = self.database.dialect.query(self.connection, sql)
        self.connection.rollback()
        return found

    def q(self, name: str) -> str:
        return self.quotes.quote(name)


def _open(name: str, request: pytest.FixtureRequest, folder: Path) -> Target:
    if name == "sqlite":
        return Target(name, {"connection.url": f"jdbc:sqlite:{folder / 'target.db'}"})
    server = request.getfixturevalue({"mariadb": "mariadb", "postgresql": "postgres"}[name])
    login = {"connection.user": server.user, "connection.password": server.password}
    return Target(name, {"connection.url": server.jdbc_url(), **login})


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    """Each database in turn."""
    opened = _open(request.param, request, tmp_path)
    yield opened
    opened.connection.close()


@pytest.fixture
def open_target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Target]]:
    """One database by name."""
    opened: list[Target] = []

    def open_one(name: str) -> Target:
        opened.append(_open(name, request, tmp_path))
        return opened[-1]

    yield open_one
    for one in opened:
        one.connection.close()


@pytest.fixture
def sink() -> Iterator[Callable[..., JdbcSinkTask]]:
    """``sink(target, {"pk.mode": ...}, reports=True)`` starts a task; it is stopped at the end of the test."""
    tasks: list[JdbcSinkTask] = []

    def start(target: Target, config: Mapping[str, str] = {}, *, reports: bool = False) -> JdbcSinkTask:
        task = JdbcSinkTask()
        base = {"name": "sink", "connector.class": "sink", "topics": "t", "auto.create": "true"}
        task.config = JdbcSinkConfig.parse(base | target.config | dict(config))
        task.start(Context(reports=reports))
        tasks.append(task)
        return task

    yield start
    for task in tasks:
        task.stop()


@pytest.fixture
def record() -> Callable[..., SinkRecord]:
    """``record(topic, offset, schema, value, key_schema=..., key=...)``."""

    def make(topic: str, offset: int, schema: Schema | None, value: Any, **more: Any) -> SinkRecord:
        return SinkRecord(topic, more.pop("partition", 0), offset, value_schema=schema, value=value, **more)

    return make
