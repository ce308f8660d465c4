"""A client of the route table."""

from __future__ import annotations

import json
from typing import Any

from connect_core.rest.http import Request, Response
from connect_core.rest.routes import router
from tests.unit.coordinator.worlds import World


class Client:
    """Calls a router as an HTTP client would."""

    def __init__(self, world: World) -> None:
        self.world, self.router = world, router(world.coordinator)

    def __call__(self, method: str, target: str, body: Any = None, **headers: str) -> Response:
        path, _, query = target.partition("?")
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.router.handle(
            Request.of(method, path, query=query, headers=sent, body=raw, base_url="http://h:8083")
        )

    def ok(self, method: str, target: str, body: Any = None, *, status: int = 200) -> Any:
        """The decoded body of an answer that must have this status."""
        response = self(method, target, body)
        assert response.status == status, response.body
        return json.loads(response.body) if response.body else None

    def refused(self, method: str, target: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and message of an error."""
        response = self(method, target, body, **headers)
        error = json.loads(response.body)
        assert list(error) == ["error_code", "message"]
        assert error["error_code"] == response.status
        return response.status, error["message"]
