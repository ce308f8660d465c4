"""/ and /health (spec 1.4 rows 1 and 2)."""

from __future__ import annotations

from connect_core.coordinator.execute import Coordinator
from connect_core.rest.http import Request, Response, Route, json_response

VERSION = "4.3.0"
"""The Kafka Connect release whose REST API this is; clients choose features by it."""
COMMIT = "unknown"
"""What Connect itself says when its build did not record a commit: ours has none of Kafka's."""


class Root:
    """Handlers over one coordinator."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._coordinator = coordinator

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        return [Route("GET", "/", self.server), Route("GET", "/health", self.health)]

    def server(self, _: Request) -> Response:
        """ServerInfo."""
        cluster = self._coordinator.settings.kafka_cluster_id
        return json_response({"version": VERSION, "commit": COMMIT, "kafka_cluster_id": cluster})

    def health(self, _: Request) -> Response:
        """Healthy means: both topics can be read to their ends now."""
        try:
            self._coordinator.state()
        except Exception as error:  # noqa: BLE001 - whatever keeps us from reading is the answer to this question
            text = "Worker was unable to handle this request and may be unable to handle other requests."
            return json_response({"status": "unhealthy", "message": f"{text} {error}"}, 500)
        text = "Worker has completed startup and is ready to handle requests."
        return json_response({"status": "healthy", "message": text})
