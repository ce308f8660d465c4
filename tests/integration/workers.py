"""A worker of our own as a process, for tests: ``connectless distributed`` or ``standalone`` with unique topics."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from connect_core.local.process import HOST, Process, free_ports

PATIENCE_S = 90.0
"""Generous on purpose: it is only ever used up by a failing test."""


def until[T](look: Callable[[], T], what: str) -> T:
    """What ``look`` returns once it is true."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain until {what}")
        time.sleep(0.05)
    return found


class WorkerProcess:
    """One worker; restart it with ``stop`` and ``start``."""

    def __init__(
        self,
        bootstrap: str,
        home: Path,
        *,
        group: str,
        standalone: bool = False,
        properties: Mapping[str, str] | None = None,
    ) -> None:
        (self.port,) = free_ports(1)
        self.url = f"http://{HOST}:{self.port}"
        self.home, self.standalone = home, standalone
        self.worker_id = f"{HOST}:{self.port}"
        own = {
            "bootstrap.servers": bootstrap,
            "key.converter": "org.apache.kafka.connect.storage.StringConverter",
            "value.converter": "org.apache.kafka.connect.storage.StringConverter",
            "listeners": self.url,
            "offset.flush.interval.ms": "500",
        }
        if standalone:
            own["offset.storage.file.filename"] = str(home / "offsets")
        else:
            own["group.id"] = group
            for kind in ("config", "offset", "status"):
                own[f"{kind}.storage.topic"] = f"{group}-{kind}"
                own[f"{kind}.storage.replication.factor"] = "1"
            own |= {"offset.storage.partitions": "3", "status.storage.partitions": "2"}
        self.properties = own | dict(properties or {})
        self.file = home / "worker.properties"
        self.file.write_text("".join(f"{k}={v}\n" for k, v in self.properties.items()))
        self.log = home / "worker.log"
        self._process: Process | None = None

    def start(self, *connectors: Path) -> Self:
        """Start and wait until REST answers."""
        mode = "standalone" if self.standalone else "distributed"
        program = Path(sys.executable).with_name("connectless")
        command = [str(program), mode, str(self.file), *map(str, connectors)]
        self._process = Process(command, log=self.log)
        self._process.wait_until(self._answers, what=f"the worker at {self.url}", timeout=PATIENCE_S)
        return self

    def stop(self) -> str:
        """SIGTERM, wait, the log."""
        if self._process is not None:
            self._process.stop(grace=30)
            self._process = None
        return self.log.read_text()

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """One REST call."""
        return httpx.request(method, self.url + path, json=body, timeout=95)

    def create(self, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
        """POST a connector that must be accepted."""
        answer = self.request("POST", "/connectors", {"name": name, "config": dict(config)})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def states(self, name: str) -> tuple[str, list[str]]:
        """(connector state, task states); ("", []) while there is no status."""
        answer = self.request("GET", f"/connectors/{name}/status")
        if answer.status_code != 200:
            return "", []
        found = answer.json()
        return found["connector"]["state"], [t["state"] for t in found["tasks"]]

    def until_states(self, name: str, connector: str, *tasks: str) -> None:
        """Wait for these states."""
        until(lambda: self.states(name) == (connector, list(tasks)), f"{name} is {connector} with {tasks}")

    def trace(self, name: str, task: int = 0) -> str:
        """Trace of a failed task."""
        found: str = self.request("GET", f"/connectors/{name}/tasks/{task}/status").json()["trace"]
        return found

    def _answers(self) -> bool:
        try:
            return httpx.get(self.url, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False
