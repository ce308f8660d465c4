"""A pool of processes that run slices: the Dispatcher of the worker. One slot per core, started on first use (spawn,
not fork); a task sticks to its slot, inside a slot each slice is a thread, so a slow task stalls nobody else.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from connect_core.errors import ConnectError, Fatal
from connect_core.hosts import slot
from connect_core.hosts.slot import SlotSettings
from connect_core.runtime.ports import Assignment
from connect_core.runtime.slice import SliceReport, SliceRequest
from connect_core.telemetry import Sample

LOG = logging.getLogger(__name__)
ANSWER_S = 85.0
SAMPLES_S = 5.0

type Key = tuple[str, int]


_GONE = Fatal("The process that handled the request died; try again")


@dataclass(slots=True)
class Running:
    """A slice given to a slot; ``until`` (monotonic) keeps a key taken for a while after an early end (back-off)."""

    generation: int
    slot: Slot
    until: float | None = None


@dataclass(slots=True)
class Question:
    """Something a slot was asked; set once, by its answer or by its death."""

    slot: Slot
    future: Future[Any]

    def settle(self, value: Any, error: Exception | None) -> None:
        """Pass on the answer; a late one has nobody waiting."""
        if self.future.done():
            return
        if error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(value)


class Slot:
    """One child process and the pipe to it."""

    def __init__(self, settings: SlotSettings, handle: Callable[[Slot, tuple[Any, ...]], None]) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.pipe: Connection = ours
        self._lock = threading.Lock()
        self.process = context.Process(target=slot.main, args=(theirs, settings), daemon=True, name="connectless-slot")
        self.process.start()
        theirs.close()
        self._reader = threading.Thread(target=self._read, args=(handle,), daemon=True, name="pool-reader")
        self._reader.start()

    def send(self, *message: Any) -> bool:
        """Send a message; False if the slot is dead, which its reader notices and tells."""
        with self._lock:
            try:
                self.pipe.send(message)
            except (OSError, ValueError) as error:
                LOG.debug("A slot process does not take messages any more: %s", error)
                return False
            return True

    def _read(self, handle: Callable[[Slot, tuple[Any, ...]], None]) -> None:
        while True:
            try:
                message = self.pipe.recv()
            except (EOFError, OSError):
                handle(self, ("died",))
                return
            handle(self, message)


class Pool:
    """coordinator.ports.Dispatcher over slots.

    ``on_report`` gets every report of a slice; ``on_status`` and ``on_topics`` what slices without a status topic say
    of themselves. All are called from reader threads.
    """

    def __init__(
        self,
        settings: SlotSettings,
        *,
        slots: int,
        on_report: Callable[[SliceReport], None],
        on_status: Callable[[str, int, str, str | None], None],
        on_topics: Callable[[str, int, Sequence[str]], None],
        assignment: Callable[[str, int], Assignment | None] | None = None,
    ) -> None:
        self.settings, self._count = settings, max(1, slots)
        self._on_report, self._on_status, self._on_topics = on_report, on_status, on_topics
        self._assignment = assignment
        self._slots: dict[int, Slot] = {}
        self._first: dict[str, int] = {}
        self._running: dict[Key, Running] = {}
        self._answers: dict[int, Question] = {}
        self._levels: list[tuple[str, str]] = []
        self._ids = itertools.count(1)
        self._lock = threading.RLock()
        self._closing = False

    # -- Dispatcher ----------------------------------------------------------------------------------------------

    def start(self, request: SliceRequest) -> None:
        """Have the slice run in its slot; an older slice of the same task is asked to end first."""
        key = (request.connector, request.task)
        assignment = self._assignment(*key) if self._assignment else None
        with self._lock:
            chosen = self._slot(key)
            self._running[key] = Running(request.generation, chosen)
        chosen.send("start", request, assignment)

    def stop(self, connector: str, task: int) -> None:
        """Ask the slice to end."""
        with self._lock:
            found = self._running.get((connector, task))
        if found is not None:
            found.slot.send("stop", (connector, task))

    def running(self) -> Mapping[Key, int]:
        """Slices that run, or wait out a back-off."""
        now = time.monotonic()
        with self._lock:
            for key in [k for k, r in self._running.items() if r.until is not None and r.until <= now]:
                del self._running[key]
            return {key: found.generation for key, found in self._running.items()}

    def validate(self, config: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """The connector's outside checks, in a slot."""
        result: Mapping[str, Sequence[str]] = self._call("validate", dict(config))
        return result

    def alter_offsets(self, connector: str, config: Mapping[str, str], offsets: Sequence[Any]) -> bool:
        """The connector's say in an offsets change, in a slot."""
        return bool(self._call("alter_offsets", dict(config), list(offsets), name=connector))

    # -- what the worker host needs besides -----------------------------------------------------------------------

    def assign(self, connector: str, task: int) -> None:
        """Tell a running slice that its assignment changed (only where the config is not in Kafka)."""
        key = (connector, task)
        assignment = self._assignment(*key) if self._assignment else None
        with self._lock:
            found = self._running.get(key)
        if found is not None:
            found.slot.send("assign", key, assignment)

    def set_level(self, name: str, level: str) -> None:
        """Set a log level in every slot, and in those to come."""
        with self._lock:
            self._levels = [*(one for one in self._levels if one[0] != name), (name, level)]
            slots = list(self._slots.values())
        for each in slots:
            each.send("level", name, level)

    def samples(self) -> list[list[Sample]]:
        """What each slot has counted; one that does not answer in time is left out."""
        with self._lock:
            slots = list(self._slots.values())
        asked = [self._ask(each, "samples") for each in slots]
        deadline = time.monotonic() + SAMPLES_S
        found: list[list[Sample]] = []
        for number, future in asked:
            try:
                found.append(future.result(max(0.0, deadline - time.monotonic())))
            except (TimeoutError, ConnectError) as error:
                LOG.debug("A slot gives no metrics: %s", error)
            finally:
                self._forget(number)
        return found

    def close(self, timeout_s: float) -> None:
        """Stop every slice, wait for their last commits, end the processes."""
        with self._lock:
            self._closing = True
            slots = list(self._slots.values())
        for each in slots:
            each.send("quit")
        deadline = time.monotonic() + timeout_s
        for each in slots:
            each.process.join(max(0.1, deadline - time.monotonic()))
            if each.process.is_alive():
                LOG.warning(
                    "A slot did not end in %.0f s and is killed; its offsets are those of its last commit", timeout_s
                )
                each.process.kill()
                each.process.join()

    def _slot(self, key: Key) -> Slot:
        """The slot a task sticks to, started if it is not there. A connector and its task 0 share one, the next task
        has the next, and so has the next connector: few tasks need few processes, many use every core.
        """
        connector, task = key
        first = self._first.setdefault(connector, len(self._first))
        index = (first + max(task, 0)) % self._count
        found = self._slots.get(index)
        if found is None:
            found = self._slots[index] = Slot(self.settings, self._handle)
            for name, level in self._levels:
                found.send("level", name, level)
        return found

    def _call(self, verb: str, *arguments: Any, name: str = "") -> Any:
        with self._lock:
            chosen = self._slot((name or str(arguments[0].get("name", "")), -1))
        number, future = self._ask(chosen, "call", verb, arguments)
        try:
            return future.result(ANSWER_S)
        except TimeoutError as error:
            raise ConnectError("Request timed out") from error
        finally:
            self._forget(number)

    def _ask(self, of: Slot, kind: str, *rest: Any) -> tuple[int, Future[Any]]:
        """Send a question; its number and where its answer will be."""
        number, future = next(self._ids), Future[Any]()
        with self._lock:
            asked = self._answers[number] = Question(of, future)
        if not of.send(kind, number, *rest):
            asked.settle(None, _GONE)
        return number, future

    def _forget(self, number: int) -> None:
        with self._lock:
            self._answers.pop(number, None)

    def _handle(self, sender: Slot, message: tuple[Any, ...]) -> None:
        match message:
            case ("report", SliceReport() as report):
                self._ended(report)
            case ("status", connector, task, state, trace):
                self._on_status(connector, task, state, trace)
            case ("topics", connector, task, topics):
                self._on_topics(connector, task, topics)
            case ("answer", number, True, value):
                self._answer(number, value, None)
            case ("answer", number, False, error):
                self._answer(number, None, error)
            case ("died",):
                self._died(sender)

    def _answer(self, number: int, value: Any, error: Exception | None) -> None:
        with self._lock:
            asked = self._answers.get(number)
        if asked is not None:
            asked.settle(value, error)

    def _ended(self, report: SliceReport) -> None:
        key = (report.connector, report.task)
        with self._lock:
            found = self._running.get(key)
            if found is not None and report.generation == found.generation:
                if report.idle_ms > 0 and report.state == "RETRY":
                    found.until = time.monotonic() + report.idle_ms / 1000
                else:
                    del self._running[key]
        self._on_report(report)

    def _died(self, sender: Slot) -> None:
        """A slot process is gone: its slices are not running any more; the next plan starts them in a new slot (I7)."""
        with self._lock:
            index = next((i for i, each in self._slots.items() if each is sender), None)
            if index is None:
                return
            del self._slots[index]
            lost = [key for key, found in self._running.items() if found.slot is sender]
            for key in lost:
                del self._running[key]
            waiting = [asked for asked in self._answers.values() if asked.slot is sender]
        if not self._closing:
            LOG.error("A slot process died with %d slices; they start again", len(lost))
        for asked in waiting:
            asked.settle(None, _GONE)
