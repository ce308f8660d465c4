"""The route table: every endpoint of spec 1.4, put together over one coordinator."""

from __future__ import annotations

from typing import Any

from connect_core.coordinator.execute import Coordinator
from connect_core.rest.admin import Admin
from connect_core.rest.connectors import Connectors
from connect_core.rest.http import Router
from connect_core.rest.metrics import Metrics, Take
from connect_core.rest.offsets import ConnectorOffsets
from connect_core.rest.plugins import Plugins
from connect_core.rest.root import Root
from connect_core.telemetry import Loggers


def router(coordinator: Coordinator, *, metrics: Take | None = None, loggers: Loggers | None = None) -> Router:
    """All endpoints; ``/metrics`` where a host has samples to show; ``loggers`` where there are more processes."""
    parts: list[Any] = [
        Root(coordinator),
        Connectors(coordinator),
        ConnectorOffsets(coordinator),
        Plugins(coordinator),
        Admin(coordinator.tell_log_level, loggers),
        *([Metrics(metrics)] if metrics is not None else []),
    ]
    return Router([route for part in parts for route in part.routes()])
