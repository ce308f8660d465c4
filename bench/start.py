"""How long things take to start: imports beside ``import pydantic``, a worker until REST answers.

``python -m bench start``. Every figure is the quickest of several processes; the bare interpreter is taken off imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.figures import span
from connect_core.local.kafka import Kafka
from connect_core.local.process import HOST, free_ports

ROUNDS = 3
ENTRIES = {
    "coordinator function": "functions.coordinator.app",
    "source function": "functions.source_task.app",
    "sink function": "functions.sink_task.app",
    "worker": "connect_core.cli.main, connect_core.hosts.worker, connect_core.hosts.rest, uvicorn",
    "slot of a worker": "connect_core.hosts.slot, connect_core.runtime.run",
    "JDBC source": "connect_core.connectors.jdbc.source",
    "JDBC sink": "connect_core.connectors.jdbc.sink",
    "S3 sink": "connect_core.connectors.s3.sink",
}


def main() -> None:
    bare = running("")
    pydantic = running("from pydantic import BaseModel") - bare
    for name, modules in ENTRIES.items():
        span(f"import, {name}", running(f"import {modules}") - bare, pydantic, against="import pydantic")
    with Kafka() as kafka:
        worker_start(kafka, running("from pydantic import BaseModel"))


def running(code: str) -> float:
    """CPU seconds of a process that runs the code."""
    return min(_cpu([sys.executable, "-c", code]) for _ in range(ROUNDS))


def _cpu(command: list[str]) -> float:
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} failed")
    return usage.ru_utime + usage.ru_stime


def worker_start(kafka: Kafka, pydantic: float) -> None:
    """From the command to the first answer, its topics being there (the first round makes them)."""
    (port,) = free_ports(1)
    url = f"http://{HOST}:{port}/"
    json = "org.apache.kafka.connect.json.JsonConverter"
    own = {"bootstrap.servers": kafka.bootstrap_servers, "group.id": "bench-start", "listeners": url.rstrip("/")}
    own |= {"key.converter": json, "value.converter": json, "offset.storage.partitions": "5"}
    for kind in ("config", "offset", "status"):
        own |= {f"{kind}.storage.topic": f"bench-{kind}", f"{kind}.storage.replication.factor": "1"}
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "worker.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in own.items()))
        command = [sys.executable, "-c", "from connect_core.cli.main import main; main()", "distributed", str(file)]
        times = [_until_answered(command, url, Path(home) / "worker.log") for _ in range(ROUNDS + 1)]
    span("worker until REST answers", min(times[1:]), pydantic, against="python with pydantic")


def _until_answered(command: list[str], url: str, log: Path) -> float:
    with log.open("w") as lines:
        start = time.perf_counter()
        process = subprocess.Popen(command, stderr=lines)
        try:
            while not _answers(url):
                if process.poll() is not None:
                    raise SystemExit(log.read_text())
                time.sleep(0.01)
            return time.perf_counter() - start
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


if __name__ == "__main__":
    main()
