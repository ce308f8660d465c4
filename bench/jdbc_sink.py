"""The JDBC sink task alone: rows per CPU-second of this process, beside the driver's own executemany on the same rows.

``python -m bench.jdbc_sink [mariadb] [postgres] [sqlite] [--rows N]``; compare only figures of one run.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from connect_core.connectors.jdbc.sink import JdbcSinkTask
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.data import SinkRecord, date_schema, decimal_schema, struct, timestamp_schema
from connect_core.data.schema import FLOAT64, INT8, INT64, OPTIONAL_INT32, OPTIONAL_STRING, STRING
from connect_core.local.mariadb import MariaDB
from connect_core.local.postgres import Postgres

PUT = 500  # max.poll.records
SCHEMA = struct(
    [
        ("id", INT64),
        ("name", STRING),
        ("amount", decimal_schema(2)),
        ("ratio", FLOAT64),
        ("at", timestamp_schema()),
        ("day", date_schema()),
        ("flag", INT8),
        ("note", OPTIONAL_STRING),
        ("missing", OPTIONAL_INT32),
        ("changed", timestamp_schema()),
    ]
)


class Context:
    """As much of a sink context as the task asks for."""

    connector, task, reporter = "bench", 0, None

    def timeout(self, ms: int) -> None: ...

    def rewind(self, offsets: Any) -> None: ...


def records(count: int) -> list[SinkRecord]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [
        SinkRecord(
            "bench_rows",
            0,
            i,
            value_schema=SCHEMA,
            value={
                "id": i,
                "name": f"customer number {i}",
                "amount": Decimal(i).scaleb(-2),
                "ratio": i / 7,
                "at": start + timedelta(milliseconds=i),
                "day": date(2024, 1, 1 + i % 28),
                "flag": i % 2,
                "note": f"a longer text about order {i}, with a comma and some words more",
                "missing": None,
                "changed": start + timedelta(seconds=i),
            },
        )
        for i in range(count)
    ]


def cpu(work: Callable[[], None]) -> float:
    gc.collect()
    gc.disable()
    start = time.process_time()
    work()
    spent = time.process_time() - start
    gc.enable()
    return spent


def measure(name: str, config: dict[str, str], rows: list[SinkRecord]) -> None:
    for mode, more in (("insert", {}), ("upsert", {"pk.mode": "record_value", "pk.fields": "id"})):
        task = JdbcSinkTask()
        task.config = JdbcSinkConfig.parse(
            config
            | {"name": "bench", "topics": "bench_rows", "connector.class": "sink", "auto.create": "true"}
            | {"insert.mode": mode, "table.name.format": f"bench_{mode}"}
            | more
        )
        task.start(Context())  # type: ignore[arg-type]  # as much as the task asks for
        task.put(rows[:1])
        connection = task.writer._connection  # noqa: SLF001 - the same connection for the driver's own way
        empty(connection, f"bench_{mode}")

        def puts(task: JdbcSinkTask = task) -> None:
            for start in range(0, len(rows), PUT):
                task.put(rows[start : start + PUT])

        ours = cpu(puts)
        raw = ""
        if mode == "insert":
            empty(connection, "bench_insert")
            spent = cpu(partial(executemany, connection, name, rows))
            raw = f"   driver's executemany {len(rows) / spent:10,.0f}"
        print(f"{name:9} {mode:7} {len(rows) / ours:10,.0f} rows per CPU-second{raw}", flush=True)
        task.stop()


def empty(connection: Any, table: str) -> None:
    cursor = connection.cursor()
    cursor.execute(f"DELETE FROM {table}")
    connection.commit()


def executemany(connection: Any, name: str, rows: list[SinkRecord]) -> None:
    mark = "?" if name == "sqlite" else "%s"
    names = list(rows[0].value)
    sql = f"INSERT INTO bench_insert({','.join(names)}) VALUES ({','.join([mark] * len(names))})"
    cursor = connection.cursor()
    for start in range(0, len(rows), PUT):
        part = [tuple(record.value.values()) for record in rows[start : start + PUT]]
        if name == "sqlite":
            part = [tuple(v if isinstance(v, (int, float, str)) or v is None else str(v) for v in row) for row in part]
        elif name == "mariadb":
            part = [tuple(v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row) for row in part]
        cursor.executemany(sql, part)
        connection.commit()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("databases", nargs="*", default=["mariadb", "postgres", "sqlite"])
    parser.add_argument("--rows", type=int, default=50_000)
    chosen = parser.parse_args()
    rows = records(chosen.rows)
    with contextlib.ExitStack() as stack:
        for name in chosen.databases:
            if name == "sqlite":
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                measure(name, {"connection.url": f"jdbc:sqlite:{Path(folder) / 'bench.db'}"}, rows)
                continue
            made: MariaDB | Postgres = MariaDB() if name == "mariadb" else Postgres()
            stack.enter_context(made)
            server = made
            login = {"connection.user": server.user, "connection.password": server.password}
            measure(name, {"connection.url": server.jdbc_url(), **login}, rows)


if __name__ == "__main__":
    main()
