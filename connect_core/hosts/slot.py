"""Inside one process of the pool: a thread per slice, ports built from the worker's properties, a pipe to the parent.

The main thread reads commands; slices write reports. A slot keeps one reader of the config topic for all its slices.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from connect_core.errors import ConfigError
from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import WorkerSettings
from connect_core.runtime.meters import labels_of
from connect_core.runtime.ports import Assignment, Message
from connect_core.runtime.slice import SliceReport, SliceRequest
from connect_core.telemetry import REGISTRY, Loggers

LOG = logging.getLogger(__name__)

type Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSettings:
    """What a slot process needs to know; picklable."""

    worker: WorkerSettings
    log_level: str = "INFO"


class SliceClock:
    """runtime.ports.Clock of a slice in a worker: real time, ended by the host."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def now(self) -> float:
        """Epoch seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, or return at once when the slice should end."""
        self._stop.wait(seconds)

    def stopping(self) -> bool:
        """True once the host wants the slice to end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """The host wants the slice to end."""
        self._stop.set()


class GivenControl:
    """runtime.ports.Control where the config is not in Kafka (standalone): the parent hands assignments over."""

    def __init__(self, assignment: Assignment | None) -> None:
        self._given, self._read = assignment, assignment

    def give(self, assignment: Assignment | None) -> None:
        """A new assignment from the parent."""
        self._given = assignment

    def read(self) -> Assignment | None:
        """The last one handed over."""
        self._read = self._given
        return self._read

    def changed(self) -> bool:
        """True when it is another one than last read."""
        return self._given != self._read


class PipeStatus:
    """runtime.ports.StatusPort where statuses are not in Kafka: they go to the parent."""

    def __init__(self, slot: Slot, key: Key) -> None:
        self._slot, self._key = slot, key

    def messages(self, state: str, trace: str | None) -> list[Message]:  # noqa: ARG002  nothing to produce
        """Nothing to produce."""
        return []

    def report(self, state: str, trace: str | None) -> None:
        """Tell the parent."""
        self._slot.send("status", *self._key, state, trace)

    def topics(self, topics: Sequence[str]) -> list[Message]:
        """Tell the parent; nothing to produce."""
        if topics:
            self._slot.send("topics", *self._key, list(topics))
        return []


class Slot:
    """The slices of this process."""

    def __init__(self, pipe: Connection, settings: SlotSettings) -> None:
        self.pipe, self.settings = pipe, settings
        self.worker = settings.worker
        self.stores = SlicePorts(settings.worker)
        self._lock, self._loggers = threading.Lock(), Loggers()
        self._slices: dict[Key, tuple[threading.Thread, SliceClock, Any]] = {}

    def serve(self) -> None:
        """Read commands until told to quit or the parent is gone; then end all slices with their last commits."""
        while True:
            try:
                message = self.pipe.recv()
            except (EOFError, OSError):
                break
            if message[0] == "quit":
                break
            self._command(message)
        for _, clock, _ in list(self._slices.values()):
            clock.stop()
        for thread, _, _ in list(self._slices.values()):
            thread.join()

    def send(self, *message: Any) -> None:
        """Send to the parent; it may be gone."""
        with self._lock:
            try:
                self.pipe.send(message)
            except (OSError, ValueError):
                LOG.debug("The worker process is gone")

    def _command(self, message: tuple[Any, ...]) -> None:
        match message:
            case ("start", SliceRequest() as request, assignment):
                self._start(request, assignment)
            case ("stop", key):
                if found := self._slices.get(key):
                    found[1].stop()
            case ("assign", key, assignment):
                if (found := self._slices.get(key)) and isinstance(found[2], GivenControl):
                    found[2].give(assignment)
            case ("level", name, level):
                self._loggers.set_level(name, level)
            case ("samples", number):
                self.send("answer", number, True, REGISTRY.windowed(self.worker.metrics_window_s))
            case ("call", number, verb, arguments):
                threading.Thread(target=self._call, args=(number, verb, arguments), daemon=True).start()

    def _start(self, request: SliceRequest, assignment: Assignment | None) -> None:
        key = (request.connector, request.task)
        older = self._slices.get(key)
        if older is not None:
            older[1].stop()
        clock = SliceClock()
        control: Any = GivenControl(assignment) if self.worker.standalone else self.stores.control(*key)
        thread = threading.Thread(
            target=self._run, args=(request, clock, control, older), daemon=True, name=f"{key[0]}-{key[1]}"
        )
        self._slices[key] = (thread, clock, control)
        thread.start()

    def _run(self, request: SliceRequest, clock: SliceClock, control: Any, older: Any) -> None:
        from connect_core.runtime.run import run

        if older is not None:  # the older slice of this task has its last commit first
            older[0].join()
        key = (request.connector, request.task)
        status = PipeStatus(self, key) if self.worker.standalone else None
        try:
            ports = self.stores.ports(request, control, clock, status)
            report = run(request, ports, self.stores.env)
        except ConfigError as error:  # a reference that leads nowhere, a client key that does not work
            report = self.stores.failed(request, error, control, status)
        except Exception as error:
            LOG.exception("Slice %s-%d could not be run", *key)
            report = SliceReport(
                connector=request.connector,
                task=request.task,
                generation=request.generation,
                state="RETRY",
                error=str(error),
                idle_ms=5000,
            )
        if clock.stopping() or report.state == "SUPERSEDED":  # Connect's metrics of a task end with it, too
            REGISTRY.remove(**labels_of(*key))
        current = self._slices.get(key)
        if current is not None and current[1] is clock:
            del self._slices[key]
        self.send("report", report)

    def _call(self, number: int, verb: str, arguments: Sequence[Any]) -> None:
        """A synchronous connector slice: validate or alter_offsets."""
        from connect_core.runtime import connector_runner

        config: Mapping[str, str] = arguments[0]
        env = self.stores.env
        value: Any
        try:
            if verb == "validate":
                value = connector_runner.validate(config, env)
            else:
                value = connector_runner.alter_offsets(config, env, arguments[1])
        except Exception as error:
            self.send("answer", number, False, connector_runner.told(error, config, env))
        else:
            self.send("answer", number, True, value)


def main(pipe: Connection, settings: SlotSettings) -> None:
    """Entry point of the child process. Ctrl-C is the parent's business: it sends ``quit``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    settings.worker.configure_logging(settings.log_level)
    slot = Slot(pipe, settings)
    slot.serve()
    os._exit(0)  # client libraries' threads must not hold the process back once every slice has ended
