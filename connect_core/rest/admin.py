"""/admin/loggers (spec 1.4 rows 26 to 28): log levels of this process by logger name.

``scope=cluster`` writes a ``logger-cluster-`` record in Connect, which every worker acts on. Here a process that
answers REST applies it to itself at once; the record tells the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.coordinator.ports import Rejected
from connect_core.rest.bodies import read_json
from connect_core.rest.http import Request, Response, Route, empty, json_response
from connect_core.telemetry.logs import LEVELS, Loggers


class Admin:
    """Handlers over the levels of this process; ``tell`` spreads a level to the whole cluster (namespace, level)."""

    def __init__(self, tell: Callable[[str, str], None], loggers: Loggers | None = None) -> None:
        self._tell, self._loggers = tell, loggers or Loggers()

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        return [
            Route("GET", "/admin/loggers", self.all),
            Route("GET", "/admin/loggers/{name}", self.show),
            Route("PUT", "/admin/loggers/{name}", self.change, takes_json=True),
        ]

    def all(self, _: Request) -> Response:
        """Every logger's level."""
        return json_response({name: _shown(level) for name, level in self._loggers.levels().items()})

    def show(self, _: Request, name: str) -> Response:
        """One logger's level."""
        level = self._loggers.level(name)
        if level is None:
            raise Rejected(404, f"Logger {name} not found.")
        return json_response(_shown(level))

    def change(self, request: Request, name: str) -> Response:
        """Set a level; any scope but ``cluster`` means this worker."""
        body = read_json(request.body)
        level = body.get("level") if isinstance(body, dict) else None
        if level is None:
            raise Rejected(400, "Desired 'level' parameter was not specified in request.")
        if str(level).upper() not in LEVELS:
            raise Rejected(404, f"invalid log level '{level}'.")
        changed = self._loggers.set_level(name, str(level))
        if (request.query.get("scope") or ["worker"])[0].lower() != "cluster":
            return json_response(changed)
        self._tell(name, str(level).upper())
        return empty(204)


def _shown(level: tuple[str, int | None]) -> dict[str, Any]:
    return {"level": level[0], "last_modified": level[1]}
