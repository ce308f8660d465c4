"""Running one slice in this process on real servers, as a slot of a worker would; for the source and sink benches."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import check
from connect_core.kafka import layers
from connect_core.kafka.topics import ensure_internal, internal_topics
from connect_core.runtime.run import run
from connect_core.runtime.slice import SliceReport, SliceRequest

LEASE_S = 600.0
COLUMNS = """id BIGINT PRIMARY KEY, customer VARCHAR(80), amount DECIMAL(12,2), score DOUBLE, created TIMESTAMP(3),
    day DATE, ok SMALLINT, note TEXT, qty INT, updated TIMESTAMP(3)"""


class Clock:
    """Real time; nobody asks these slices to end."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def stopping(self) -> bool:
        return False


class Slices:
    """A worker of its own on the broker, without REST and processes."""

    def __init__(self, bootstrap: str, group: str) -> None:
        json = "org.apache.kafka.connect.json.JsonConverter"
        own = {"bootstrap.servers": bootstrap, "group.id": group, "key.converter": json, "value.converter": json}
        for kind in ("config", "offset", "status"):
            own |= {f"{kind}.storage.topic": f"{group}-{kind}", f"{kind}.storage.replication.factor": "1"}
        own |= {"offset.storage.partitions": "1", "status.storage.partitions": "1"}
        settings = check(own, standalone=False)
        ensure_internal(layers.internal(own, "bench"), internal_topics(own))
        self.ports = SlicePorts(settings)

    def create(self, name: str, config: Mapping[str, str], task: Mapping[str, str]) -> SliceRequest:
        """A connector of one task in the config topic, and the request of its slice."""
        records: list[tuple[str, Any]] = [
            (f"connector-{name}", {"properties": dict(config)}),
            (f"task-{name}-0", {"properties": dict(task)}),
            (f"commit-{name}", {"tasks": 1}),
        ]
        self.ports.configs.transact(lambda _: (records, None))
        generation = self.ports.configs.refresh().connectors[name].generation
        end = time.time() + LEASE_S
        return SliceRequest(connector=name, task=0, generation=generation, lease_end=end, worker_id="bench:8083")

    def run(self, request: SliceRequest) -> SliceReport:
        """The slice to its end: it ends when nothing is left to do."""
        clock = Clock()
        ports = self.ports.ports(request, self.ports.control(request.connector, request.task), clock)
        report = run(request, ports, self.ports.env)
        if report.error:
            raise SystemExit(report.error)
        return report

    def close(self) -> None:
        self.ports.close()


def rows_sql(table: str, rows: int) -> list[str]:
    """Statements for MariaDB that make and fill the table of the benches."""
    cells = """seq, concat('customer ', seq), seq / 7, seq / 3.0, timestamp('2024-01-01') + interval seq second,
        date('2024-01-01') + interval mod(seq, 700) day, mod(seq, 2), repeat('note ', 8), nullif(mod(seq, 10), 0),
        timestamp('2024-01-01') + interval seq second"""
    return [f"CREATE TABLE {table} ({COLUMNS})", f"INSERT INTO {table} SELECT {cells} FROM seq_1_to_{rows}"]
