"""Host of scheduled slices: one invocation runs one slice of a task or of a connector, or answers for a connector.

The lease comes with the request (I4); a request past it does nothing, not even a fence. Stores stay warm between
invocations, which only makes the next slice faster (I7). Neighbours: `ports` (what a slice gets), `aws.calls` (events).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

from connect_core.aws import calls
from connect_core.aws.invoke import Functions
from connect_core.errors import ConfigError, ConnectError
from connect_core.hosts import function
from connect_core.hosts.function import DeadlineClock
from connect_core.hosts.ports import SlicePorts
from connect_core.runtime import connector_runner
from connect_core.runtime.lease import Lease
from connect_core.runtime.run import run
from connect_core.runtime.slice import SliceReport, SliceRequest

LOG = logging.getLogger(__name__)


class ScheduledHost:
    """One instance of a task function; what it connects to is made by the first event."""

    def __init__(self, env: Mapping[str, str], metrics: Any, functions: Functions | None = None) -> None:
        self.env, self.metrics = env, metrics
        self._functions = functions or Functions()

    @cached_property
    def ports(self) -> SlicePorts:
        """Stores of this instance."""
        return SlicePorts(function.settings(self.env))

    def handle(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """A slice, or a question to a connector's class."""
        if "slice" in event:
            return self._slice(calls.slice_of(event), DeadlineClock(context))
        try:
            if "validate" in event:
                return connector_runner.validate(event["validate"], self.ports.env)
            handled = connector_runner.alter_offsets(event["config"], self.ports.env, calls.offsets_of(event))
        except (ConnectError, NotImplementedError) as error:
            config = event["validate"] if "validate" in event else event["config"]
            return calls.failure(connector_runner.told(error, config, self.ports.env))
        return {"handled": handled}

    def _slice(self, request: SliceRequest, clock: DeadlineClock) -> dict[str, Any]:
        begin = time.perf_counter()
        report = self._run(request, clock)
        seconds = time.perf_counter() - begin
        if (result := calls.result_call(report)) is not None:
            self._functions.start(function.required(self.env, "CONNECTLESS_COORDINATOR"), result)
        told = {key: value for key, value in asdict(report).items() if key not in ("result", "error")}
        LOG.info("Slice of %s-%d: %s", report.connector, report.task, report.state, extra={"slice": told})
        function.publish(self.metrics, report)
        return told | {"ms": round(seconds * 1000)}

    def _run(self, request: SliceRequest, clock: DeadlineClock) -> SliceReport:
        def ended(state: str, error: str | None = None) -> SliceReport:
            return SliceReport(
                connector=request.connector, task=request.task, generation=request.generation, state=state, error=error
            )

        if Lease(clock, request.lease_end).expired():  # I4: before anything is fenced
            return ended("LATE")
        control = self.ports.control(request.connector, request.task)
        try:
            ports = self.ports.ports(request, control, clock)
        except ConfigError as error:  # a reference that leads nowhere, a client key that does not work
            return self.ports.failed(request, error, control)
        except ConnectError as error:  # Kafka is away, or the group has members: the next tick tries again
            LOG.warning("Slice of %s-%d could not begin: %s", request.connector, request.task, error)
            return ended("RETRY", str(error))
        return run(request, ports, self.ports.env)
