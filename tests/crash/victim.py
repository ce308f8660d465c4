"""One source slice in a process of its own that kills itself with SIGKILL at a chosen line of the numbered list in
docs/architecture.md: ``python -m tests.crash.victim worker.properties connector generation point``.

The points wrap what the runner calls at that line, so the product has no crash hooks.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connect_core.connectors.file.source import FileStreamSourceTask
from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import WorkerSettings, load
from connect_core.kafka.transactions import TransactionalProducer
from connect_core.runtime.run import run
from connect_core.runtime.slice import SliceReport, SliceRequest
from connect_core.runtime.source_runner import SourceRunner
from connect_core.storage.control import TopicControl
from connect_core.storage.offset_store import OffsetStore

LEASE_S = 60.0

POINTS: dict[str, tuple[type[Any], str, str, int]] = {
    # name: (class, method, before or after it, at which call)
    "1 lease checked": (TopicControl, "read", "before", 1),
    "2 before init": (TransactionalProducer, "init", "before", 1),
    "2 after init": (TransactionalProducer, "init", "after", 1),
    "3 offsets read": (OffsetStore, "load", "after", 1),
    "4 started": (FileStreamSourceTask, "start", "after", 1),
    "5 polled": (FileStreamSourceTask, "poll", "after", 2),
    "6 converted": (SourceRunner, "_convert", "after", 7),
    "8 begun": (TransactionalProducer, "begin", "after", 3),
    "8 produced": (TransactionalProducer, "send", "after", 4),
    "8 offsets sent": (TransactionalProducer, "send", "after", 5),
    "8 committed": (TransactionalProducer, "commit", "after", 3),
    "8 offsets remembered": (OffsetStore, "stored", "after", 2),
    "9 commit hook": (FileStreamSourceTask, "commit", "after", 2),
    "10 stopped": (FileStreamSourceTask, "stop", "after", 1),
}


class Clock:
    """Real time."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def stopping(self) -> bool:
        return False


def arm(kind: type[Any], method: str, when: str, call: int) -> None:
    """Kill this process at the ``call``-th use of the method."""
    original: Callable[..., Any] = getattr(kind, method)
    calls = 0
    lock = threading.Lock()

    def wrapped(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            now = calls == call
        if now and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*arguments, **named)
        if now:
            flush(arguments[0])
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(kind, method, wrapped)


def flush(subject: Any) -> None:
    """What was produced is on the broker when the process dies: the worst case for a reader."""
    client = getattr(subject, "_client", None)
    if client is not None and subject.in_transaction:
        client.flush(10)


def one_slice(settings: WorkerSettings, connector: str, generation: int) -> SliceReport:
    """Run a slice of the connector's task 0 until it is idle."""
    stores = SlicePorts(settings)
    request = SliceRequest(
        connector=connector, task=0, generation=generation, lease_end=time.time() + LEASE_S, worker_id="victim:1"
    )
    try:
        ports = stores.ports(request, stores.control(connector, 0), Clock())
        return run(request, ports, stores.env)
    finally:
        stores.close()


def main(properties: str, connector: str, generation: str, point: str) -> None:
    """Run a slice that does not survive the point."""
    arm(*POINTS[point])
    one_slice(load(Path(properties), standalone=False), connector, int(generation))


if __name__ == "__main__":
    main(*sys.argv[1:])
