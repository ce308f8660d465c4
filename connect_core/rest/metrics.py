"""/metrics of a worker: Connect's metrics in Prometheus' text format. Ours: Kafka Connect has JMX for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connect_core.rest.http import Request, Response, Route
from connect_core.telemetry import Sample, prometheus

type Take = Callable[[], Iterable[Sample]]
"""Everything there is to show now."""


class Metrics:
    """The handler over a host's samples."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        return [Route("GET", "/metrics", self.all)]

    def all(self, _: Request) -> Response:
        """Connect's metrics in Prometheus' text format (workers only)."""
        text = prometheus.render(self._take())
        return Response(status=200, headers={"content-type": prometheus.CONTENT_TYPE}, body=text.encode())
