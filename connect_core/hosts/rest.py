"""The worker's REST application: the coordinator's route table behind ASGI."""

from __future__ import annotations

from typing import Any

from connect_core.coordinator.execute import Coordinator
from connect_core.hosts.settings import WorkerSettings
from connect_core.rest.metrics import Take
from connect_core.rest.routes import router
from connect_core.rest.starlette import application as asgi


def application(coordinator: Coordinator, settings: WorkerSettings, metrics: Take) -> Any:
    """The ASGI app of one worker."""
    return asgi(router(coordinator, metrics=metrics), base_url=f"http://{settings.worker_id}/")
