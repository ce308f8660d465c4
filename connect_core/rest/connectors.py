"""/connectors: create, configure, watch, pause, restart, delete (spec 1.4 rows 3 to 19, and the internal 29 and 30)."""

from __future__ import annotations

from typing import Any

from connect_core.config.parse import trim
from connect_core.coordinator.decide import Delete, Restart, RestartTask, SetTarget
from connect_core.coordinator.entities import names, tasks
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import STANDALONE, Rejected
from connect_core.rest.bodies import BadBody, CreateConnector, read_map, read_model
from connect_core.rest.http import Request, Response, Route, created, empty, json_response
from connect_core.storage.state import TargetState

_EXPANSIONS = ("info", "status")


class Connectors:
    """Handlers over one coordinator."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._coordinator = coordinator

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        one = "/connectors/{name}"
        return [
            Route("GET", "/connectors", self.all),
            Route("POST", "/connectors", self.create, takes_json=True),
            Route("GET", one, self.show),
            Route("DELETE", one, self.delete),
            Route("GET", f"{one}/config", self.config),
            Route("PUT", f"{one}/config", self.put_config, takes_json=True),
            Route("PATCH", f"{one}/config", self.patch_config, takes_json=True),
            Route("GET", f"{one}/status", self.status),
            Route("POST", f"{one}/restart", self.restart),
            Route("PUT", f"{one}/pause", self.pause),
            Route("PUT", f"{one}/resume", self.resume),
            Route("PUT", f"{one}/stop", self.stop),
            Route("GET", f"{one}/tasks", self.tasks),
            Route("POST", f"{one}/tasks", self.internal_tasks, takes_json=True),
            Route("PUT", f"{one}/fence", self.internal_fence),
            Route("GET", f"{one}/tasks/{{task:int}}/status", self.task_status),
            Route("POST", f"{one}/tasks/{{task:int}}/restart", self.restart_task),
            Route("GET", f"{one}/topics", self.topics),
            Route("PUT", f"{one}/topics/reset", self.reset_topics),
        ]

    def all(self, request: Request) -> Response:
        """Names, or with any ``expand`` an object; a connector that lacks what was asked for is left out."""
        state = self._coordinator.state()
        listed = names(state.config.connectors)
        if "expand" not in request.query:
            return json_response(listed)
        wanted = [word for word in _EXPANSIONS if word in request.query["expand"]]
        shown: dict[str, Any] = {}
        for name in listed:
            try:
                shown[name] = {word: getattr(self._coordinator, word)(name) for word in wanted}
            except Rejected as rejected:
                if rejected.status != 404:
                    raise
        return json_response(shown)

    def create(self, request: Request) -> Response:
        """Create a connector: 201 with its ConnectorInfo."""
        body = read_model(CreateConnector, request.body)
        if body.config is None:
            raise BadBody("The request has no 'config'")
        name = trim(body.name or "")
        return created(request, name, self._coordinator.create(name, body.config, body.initial_state))

    def show(self, _: Request, name: str) -> Response:
        """ConnectorInfo."""
        return json_response(self._coordinator.info(name))

    def config(self, _: Request, name: str) -> Response:
        """The raw config."""
        return json_response(self._coordinator.info(name)["config"])

    def put_config(self, request: Request, name: str) -> Response:
        """Create (201) or replace the whole config."""
        new, info = self._coordinator.put_config(name, read_map(request.body))
        return created(request, name, info) if new else json_response(info)

    def patch_config(self, request: Request, name: str) -> Response:
        """Change single keys; null removes one."""
        return json_response(self._coordinator.patch_config(name, read_map(request.body)))

    def delete(self, _: Request, name: str) -> Response:
        """Delete the connector; its offsets stay."""
        self._coordinator.submit(Delete(name))
        return empty(204)

    def status(self, _: Request, name: str) -> Response:
        """ConnectorStateInfo."""
        return json_response(self._coordinator.status(name))

    def restart(self, request: Request, name: str) -> Response:
        """Restart: 204 for the connector alone; with ``includeTasks``, ``onlyFailed`` 202 and what restarts."""
        command = Restart(name, request.flag("includeTasks"), request.flag("onlyFailed"))
        shown = self._coordinator.restart(command)
        return empty(204) if shown is None else json_response(shown, 202)

    def pause(self, _: Request, name: str) -> Response:
        """Target state PAUSED."""
        self._coordinator.submit(SetTarget(name, TargetState.PAUSED))
        return empty(202)

    def resume(self, _: Request, name: str) -> Response:
        """Target state STARTED."""
        self._coordinator.submit(SetTarget(name, TargetState.STARTED))
        return empty(202)

    def stop(self, _: Request, name: str) -> Response:
        """Target state STOPPED: no tasks; offsets may be altered."""
        self._coordinator.submit(SetTarget(name, TargetState.STOPPED))
        return empty(204)

    def tasks(self, _: Request, name: str) -> Response:
        """TaskInfos."""
        return json_response(tasks(self._coordinator.entry(name)))

    def task_status(self, _: Request, name: str, task: int) -> Response:
        """TaskState."""
        return json_response(self._coordinator.task_status(name, task))

    def restart_task(self, _: Request, name: str, task: int) -> Response:
        """Restart one task."""
        self._coordinator.submit(RestartTask(name, task))
        return empty(204)

    def topics(self, _: Request, name: str) -> Response:
        """Topics the connector has used."""
        return json_response({name: {"topics": self._coordinator.topics(name)}})

    def reset_topics(self, _: Request, name: str) -> Response:
        """Forget the topics used so far."""
        self._coordinator.reset_topics(name)
        return empty(202)

    def internal_tasks(self, _: Request, _name: str) -> Response:
        """JVM followers send task configs here; ours are handed to the coordinator without HTTP."""
        raise self._internal(
            "Kafka Connect in standalone mode does not support externally setting task configurations."
        )

    def internal_fence(self, _: Request, _name: str) -> Response:
        """JVM followers ask for a round of fencing here; ours fences when it plans."""
        raise self._internal("Kafka Connect in standalone mode does not support exactly-once source connectors.")

    def _internal(self, standalone: str) -> Rejected:
        """No session key is ever handed out, so no request can carry a signature that is valid (spec 1.7)."""
        if self._coordinator.settings.mode == STANDALONE:
            return Rejected(500, standalone)
        return Rejected(400, "Internal request missing required signature")
