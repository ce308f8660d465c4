"""Kafka Connect and Connectless on the same table, broker and converters: rows per CPU-second, first row, peak memory.

    python -m bench rival --rest http://127.0.0.1:8083 --pid PID --bootstrap 127.0.0.1:9092 [--rows 300000]

``--rest`` and ``--pid`` are a running Kafka Connect (distributed, exactly-once source support, JsonConverter) that has
the JDBC connectors. The database is started here, and so is our worker. Both copy the table into a topic and the topic
into a new table; what the ratios compare is CPU and memory of whole process trees, start of the connector included.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import Consumer, KafkaException, TopicPartition

from bench.slices import rows_sql
from connect_core.local.mariadb import MariaDB
from connect_core.local.process import HOST, Process, free_ports

LIMIT_S = 600.0
TICKS = os.sysconf("SC_CLK_TCK")
OLD = "--version=5.7.9-MariaDB"
"""The original's driver refuses what it takes for a MySQL older than 5.7, as MariaDB's own number looks to it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What one connector did."""

    rows_per_cpu: float
    rows_per_second: float
    first_s: float
    peak_mb: float


class Contestant:
    """A Connect REST server and its processes."""

    def __init__(self, name: str, rest: str, pid: int) -> None:
        self.name, self.rest, self.pid = name, rest, pid

    def call(self, method: str, path: str, body: Any = None) -> None:
        httpx.request(method, self.rest + path, json=body, timeout=95).raise_for_status()

    def usage(self) -> tuple[float, float]:
        """(CPU seconds, sum of peak memory in MB) of the process tree."""
        cpu = peak = 0.0
        for pid in tree(self.pid):
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            cpu += sum(map(int, fields[11:15])) / TICKS
            peak += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
        return cpu, peak

    def stage(self, config: dict[str, str], rows: int, count: Callable[[], int]) -> Stage:
        """Create a connector, wait for all rows, delete it."""
        began, (cpu, _) = time.monotonic(), self.usage()
        self.call("POST", "/connectors", {"name": config["name"], "config": config})
        first = 0.0
        while (done := count()) < rows:
            if done and not first:
                first = time.monotonic() - began
            if time.monotonic() - began > LIMIT_S:
                raise SystemExit(f"{self.name}: {done} of {rows} rows after {LIMIT_S:.0f} s")
            time.sleep(0.1)
        took, (after, peak) = time.monotonic() - began, self.usage()
        self.call("DELETE", f"/connectors/{config['name']}")
        return Stage(rows / max(after - cpu, 0.01), rows / took, first or took, peak)


def tree(pid: int) -> Iterator[int]:
    """A process and all that came from it."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = children.read_text().split()
        except OSError:
            continue
        for child in found:
            yield from tree(int(child))


def measure(one: Contestant, server: MariaDB, bootstrap: str, rows: int) -> dict[str, Stage]:
    """The source, then the sink on the topic it filled."""
    run = f"{one.name}-{int(time.time())}"
    topic, target = f"{run}-orders", run.replace("-", "_")
    login = {"connection.user": server.user, "connection.password": server.password, "tasks.max": "1"}
    source = login | {
        "name": f"{run}-source",
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "connection.url": server.jdbc_url(),
        "table.whitelist": "orders",
        "mode": "incrementing",
        "incrementing.column.name": "id",
        "topic.prefix": f"{run}-",
        "batch.max.rows": "1000",
        "poll.interval.ms": "100",
        "topic.creation.default.partitions": "1",
        "topic.creation.default.replication.factor": "1",
    }
    sink = login | {
        "name": f"{run}-sink",
        "connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector",
        "connection.url": server.jdbc_url() + "?rewriteBatchedStatements=true",
        "topics": topic,
        "table.name.format": target,
        "auto.create": "true",
        "batch.size": "3000",
    }
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": run})
    try:
        return {
            "source": one.stage(source, rows, lambda: produced(consumer, topic)),
            "sink": one.stage(sink, rows, lambda: inserted(server, target)),
        }
    finally:
        consumer.close()


def produced(consumer: Consumer, topic: str) -> int:
    """The topic's end; the markers of transactions make it a few more than the rows."""
    try:
        return int(consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=5)[1])
    except KafkaException:
        return 0


def inserted(server: MariaDB, table: str) -> int:
    known = f"SELECT COUNT(*) FROM information_schema.tables WHERE table_name = '{table}'"
    if number(server.sql(known)) == 0:
        return 0
    return number(server.sql(f"SELECT COUNT(*) FROM {table}"))


def number(answer: str) -> int:
    return int(answer.split()[-1])


@contextmanager
def our_worker(bootstrap: str) -> Iterator[Contestant]:
    """A worker of this checkout on the same broker."""
    (port,) = free_ports(1)
    rest, group = f"http://{HOST}:{port}", f"bench-{int(time.time())}"
    json = "org.apache.kafka.connect.json.JsonConverter"
    own = {"bootstrap.servers": bootstrap, "group.id": group, "key.converter": json, "value.converter": json}
    own |= {"listeners": rest, "offset.flush.interval.ms": "5000", "offset.storage.partitions": "5"}
    for kind in ("config", "offset", "status"):
        own |= {f"{kind}.storage.topic": f"{group}-{kind}", f"{kind}.storage.replication.factor": "1"}
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "worker.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in own.items()))
        program = str(Path(sys.executable).with_name("connectless"))
        process = Process([program, "distributed", str(file)], log=Path(home) / "worker.log")
        try:
            process.wait_until(lambda: answers(rest), what="our worker", timeout=60)
            yield Contestant("ours", rest, process.pid)
        finally:
            process.stop(grace=30)


def answers(rest: str) -> bool:
    try:
        return httpx.get(rest, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rest", required=True, help="URL of the rival's REST")
    parser.add_argument("--pid", type=int, required=True, help="its process")
    parser.add_argument("--bootstrap", default=f"{HOST}:9092", help="the broker it uses")
    parser.add_argument("--rows", type=int, default=300_000)
    given = parser.parse_args()
    with MariaDB(options=[OLD]) as server:
        for statement in rows_sql("orders", given.rows):
            server.sql(statement)
        rival = measure(Contestant("rival", given.rest, given.pid), server, given.bootstrap, given.rows)
        with our_worker(given.bootstrap) as worker:
            ours = measure(worker, server, given.bootstrap, given.rows)
    for name, own in ours.items():
        other = rival[name]
        show(f"{name}, rows per CPU-second", own.rows_per_cpu, other.rows_per_cpu)
        show(f"{name}, rows per second", own.rows_per_second, other.rows_per_second)
        show(f"{name}, seconds to the first row", own.first_s, other.first_s)
        show(f"{name}, peak memory so far in MB", own.peak_mb, other.peak_mb)


def show(what: str, ours: float, rival: float) -> None:
    print(f"{what:36} {ours:12,.1f}   Kafka Connect {rival:12,.1f}   ratio {ours / rival:5.2f}", flush=True)


if __name__ == "__main__":
    main()
