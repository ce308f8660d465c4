"""The worker's REST application: the coordinator's route table behind ASGI."""

from __future__ import annotations

from typing import Any

from connect_core.coordinator.execute import Coordinator
from connect_core.hosts.settings import WorkerSettings
from connect_core.rest.metrics import Take
from connect_core.rest.routes import router
from connect_core.rest.starlette import application as asgi
from connect_core.telemetry import Loggers


def application(coordinator: Coordinator, settings: WorkerSettings, *, metrics: Take, loggers: Loggers) -> Any:
    """The ASGI app of one worker."""
    return asgi(router(coordinator, metrics=metrics, loggers=loggers), base_url=f"http://{settings.worker_id}/")
