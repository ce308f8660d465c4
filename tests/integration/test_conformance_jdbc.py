"""The JDBC connectors through the conformance suites, on SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest

from connect_core.api import SinkRecord, SourceRecord
from connect_core.connectors.jdbc.sink import JdbcSinkConnector
from connect_core.connectors.jdbc.source import JdbcSourceConnector
from connect_core.data import struct
from connect_core.data.schema import INT32, STRING
from connect_core.testing import SinkSuite, SourceSuite

ROW = struct([("id", INT32), ("name", STRING)])


class Sqlite:
    """A database file and a connection of the test's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)

    def run(self, sql: str, *values: Any) -> list[Any]:
        with closing(self.connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def tables(self) -> set[str]:
        return {name for (name,) in self.run("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Sqlite]:
    database = Sqlite(tmp_path / "rows.db")
    yield database
    database.connection.close()


class OneTable(SourceSuite):
    """A growing table; the modes below differ in how they find what is new."""

    connector = JdbcSourceConnector
    tables: ClassVar[tuple[str, ...]] = ("first",)

    def config(self, service: Sqlite) -> dict[str, str]:
        self.create(service)
        return {
            "connection.url": f"jdbc:sqlite:{service.path}",
            "topic.prefix": f"{self.topic}_",
            "batch.max.rows": "4",
            "poll.interval.ms": "60000",
            "timestamp.delay.interval.ms": "0",
        } | self.mode()

    def mode(self) -> dict[str, str]:
        return {"mode": "incrementing", "incrementing.column.name": "id"}

    def create(self, service: Sqlite) -> None:
        for table in self.tables:
            service.run(
                f"CREATE TABLE IF NOT EXISTS {table} "
                "(id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, at TIMESTAMP NOT NULL)"
            )

    def seed(self, service: Sqlite, n: int) -> Sequence[Any]:
        self.create(service)
        rows = []
        for number in range(n):
            table = self.tables[number % len(self.tables)]
            ((last,),) = service.run(f"SELECT coalesce(max(id), 0) FROM {table}")
            row = (last + 1, f"{table} {last + 1}", f"2024-03-05 10:{last // 60:02}:{last % 60:02}.000")
            service.run(f"INSERT INTO {table} VALUES (?, ?, ?)", *row)
            rows.append(row[:2])
        return rows

    def value(self, record: SourceRecord) -> Any:
        return record.value["id"], record.value["name"]


class TestJdbcSourceIncrementing(OneTable):
    """One table."""


class TestJdbcSourceSeveralTables(OneTable):
    """Up to three tasks."""

    tables = ("first", "second", "third", "fourth")
    ordered = False
    records = 26


class TestJdbcSourceTimestampIncrementing(OneTable):
    """Offsets of two columns."""

    def mode(self) -> dict[str, str]:
        return {
            "mode": "timestamp+incrementing",
            "timestamp.column.name": "at",
            "incrementing.column.name": "id",
        }


class TestJdbcSourceQuery(OneTable):
    """A query instead of tables."""

    def mode(self) -> dict[str, str]:
        return super().mode() | {"query": "SELECT * FROM first"}


class Table(SinkSuite):
    """Rows into a table that the sink creates."""

    connector = JdbcSinkConnector

    def config(self, service: Sqlite) -> dict[str, str]:
        return {
            "connection.url": f"jdbc:sqlite:{service.path}",
            "auto.create": "true",
            "max.retries": "0",
        } | self.mode()

    def mode(self) -> dict[str, str]:
        return {"insert.mode": "insert", "pk.mode": "none"}

    def record(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value={"id": n, "name": f"name {n}"}, value_schema=ROW)

    def bad(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value={"id": n}, value_schema=None)

    def stored(self, service: Sqlite) -> Sequence[Any]:
        if self.topic not in service.tables():
            return []
        return [{"id": number, "name": name} for number, name in service.run(f"SELECT id, name FROM {self.topic}")]


class TestJdbcSinkInsert(Table):
    """At least once."""


class TestJdbcSinkUpsert(Table):
    """Put again, the same rows."""

    idempotent = True

    def mode(self) -> dict[str, str]:
        return {"insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id"}
