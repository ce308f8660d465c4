"""The worker: REST, the coordinator's loop and the pool of slices in one program, with or without Kafka-kept state.

``connectless standalone worker.properties [connector ...]`` and ``connectless distributed worker.properties``.
Ctrl-C or SIGTERM: slices make their last commits, producers close, then REST ends.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connect_core.coordinator.decide import ConnectorFailed, TaskConfigs
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import Rejected
from connect_core.errors import ConfigError, ConnectError
from connect_core.hosts import control
from connect_core.hosts.connector_files import read_connector_file
from connect_core.hosts.pool import Pool
from connect_core.hosts.samples import all_samples
from connect_core.hosts.settings import WorkerSettings, load
from connect_core.hosts.slot import SlotSettings
from connect_core.runtime.slice import CONNECTOR, SliceReport
from connect_core.telemetry import REGISTRY, Loggers, Sample

LOG = logging.getLogger(__name__)
TICK_S = 1.0


class Worker:
    """One worker process."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self._wake = threading.Event()
        self._stop = threading.Event()
        self.pool = Pool(
            SlotSettings(worker=settings),
            slots=settings.slots,
            on_report=self._reported,
            on_status=self._said,
            on_topics=self._used,
            assignment=self._assignment if settings.standalone else None,
        )
        self.stores = control.Stores(settings)
        self.coordinator: Coordinator = control.coordinator(settings, self.stores, self.pool)
        self._loop = threading.Thread(target=self._tick_until_stopped, name="coordinator", daemon=True)

    def start(self) -> None:
        """Begin to plan."""
        self._loop.start()

    def create(self, files: Sequence[Path]) -> None:
        """Create the connectors of the command line, or bring existing ones to that config."""
        for path in files:
            request = read_connector_file(path)
            try:
                if request.target is not None and request.name not in self.coordinator.state().config.connectors:
                    self.coordinator.create(request.name, request.config, request.target)
                else:
                    self.coordinator.put_config(request.name, request.config)
            except Rejected as error:
                raise ConfigError(f"Connector of {path}: {error}") from error

    def close(self) -> None:
        """Stop planning, then the slices."""
        self._stop.set()
        self._wake.set()
        if self._loop.is_alive():
            self._loop.join(10)
        self.pool.close(self.settings.shutdown_s)
        self.stores.close()

    def samples(self) -> list[Sample]:
        """Everything ``/metrics`` shows."""
        counted = [*self.pool.samples(), REGISTRY.windowed(self.settings.metrics_window_s)]
        return all_samples(counted, self.coordinator.state(), worker_id=self.settings.worker_id)

    def wake(self) -> None:
        """Plan now rather than at the next tick."""
        self._wake.set()

    def _tick_until_stopped(self) -> None:
        while not self._stop.is_set():
            try:
                self.coordinator.tick()
                if self.settings.standalone:
                    self._hand_over()
            except ConnectError as error:
                LOG.warning("The coordinator could not look at its topics: %s", error)
            except Exception:
                LOG.exception("The coordinator's pass failed; the next one tries again")
            self._wake.wait(TICK_S)
            self._wake.clear()

    def _reported(self, report: SliceReport) -> None:
        """A slice ended: a connector slice's result becomes a command, everything else is for the next plan."""
        if report.task == CONNECTOR and report.result is not None:
            threading.Thread(target=self._submit, args=(report,), daemon=True, name="task-configs").start()
        if report.state in ("SUPERSEDED", "PAUSED", "FAILED") or report.task == CONNECTOR:
            self._wake.set()

    def _submit(self, report: SliceReport) -> None:
        result = report.result
        if result is None:
            return
        command = TaskConfigs(report.connector, result.config_offset, result.task_configs)
        try:
            self.coordinator.submit(command)
        except Rejected as error:
            LOG.warning("Task configs of %s were not taken: %s", report.connector, error)
        except ConnectError as error:
            LOG.warning("Task configs of %s could not be written: %s", report.connector, error)
        self._wake.set()

    def _said(self, connector: str, task: int, state: str, trace: str | None) -> None:
        """A slice without a status topic says how it is (standalone)."""
        if task == CONNECTOR and state == "FAILED":
            self.coordinator.submit(ConnectorFailed(connector, trace or ""))
            return
        version = self.coordinator.outside.catalog.version(self.coordinator.entry(connector).config)
        self.stores.said(connector, task, state, trace, version)

    def _used(self, connector: str, task: int, topics: Sequence[str]) -> None:
        self.stores.used(connector, task, topics)

    def _assignment(self, connector: str, task: int) -> Any:
        return control.assignment(self.stores, connector, task)

    def _hand_over(self) -> None:
        """Standalone: running slices learn of changes from here."""
        for connector, task in self.pool.running():
            self.pool.assign(connector, task)


class PoolLoggers(Loggers):
    """Levels of this process, which its slots follow: connectors log there."""

    def __init__(self, pool: Pool) -> None:
        super().__init__()
        self._pool = pool

    def set_level(self, name: str, level: str) -> list[str]:
        """Here and in every slot; the answer is about this process."""
        changed = super().set_level(name, level)
        self._pool.set_level(name, level)
        return changed


def serve(properties: Path, connectors: Sequence[Path], *, standalone: bool) -> None:
    """Run a worker until SIGINT or SIGTERM."""
    import uvicorn

    from connect_core.hosts.rest import application

    settings = load(properties, standalone=standalone)
    settings.configure_logging("INFO")
    worker = Worker(settings)
    listener = urlsplit(settings.listener)
    app = application(worker.coordinator, settings, metrics=worker.samples, loggers=PoolLoggers(worker.pool))
    config = uvicorn.Config(
        app,
        host=listener.hostname or "0.0.0.0",  # noqa: S104  as Connect: http://:8083 is every interface
        port=listener.port or 8083,
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    # uvicorn would raise the signal again after its own shutdown; the worker has to end its slices first.
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # not in its stubs

    def end(number: int, frame: object) -> None:  # noqa: ARG001  signature of a handler
        server.should_exit = True

    worker.start()
    rest = threading.Thread(target=server.run, name="rest", daemon=True)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    rest.start()
    try:
        worker.create(connectors)
        while rest.is_alive():
            rest.join(0.5)
    finally:
        server.should_exit = True
        rest.join(5)
        worker.close()
    LOG.info("The worker has ended")
