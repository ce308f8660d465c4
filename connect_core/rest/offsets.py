"""/connectors/{c}/offsets (spec 1.4 rows 20 to 22)."""

from __future__ import annotations

from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.offsets import Offsets
from connect_core.rest.bodies import AlterOffsets, read_model
from connect_core.rest.http import Request, Response, Route, json_response


class ConnectorOffsets:
    """Handlers over one coordinator."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._offsets = Offsets(coordinator)

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        path = "/connectors/{name}/offsets"
        return [
            Route("GET", path, self.show),
            Route("PATCH", path, self.alter, takes_json=True),
            Route("DELETE", path, self.reset),
        ]

    def show(self, _: Request, name: str) -> Response:
        """Source offsets, or the committed offsets of a sink's group."""
        return json_response(self._offsets.show(name))

    def alter(self, request: Request, name: str) -> Response:
        """Set or (null) delete some offsets of a stopped connector."""
        return json_response(self._offsets.alter(name, read_model(AlterOffsets, request.body).pairs()))

    def reset(self, _: Request, name: str) -> Response:
        """Delete all offsets of a stopped connector."""
        return json_response(self._offsets.reset(name))
