"""The real Kafka Connect (distributed, one worker) beside a broker: what ours is compared with.

File connectors, the JSON converter and the transforms of the Apache release are on its class path.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from connect_core.local.java import JavaServer
from connect_core.local.kafka import VERSION
from connect_core.local.process import HOST, Process, free_ports

COORDINATES = (
    f"org.apache.kafka:connect-runtime:{VERSION}",
    f"org.apache.kafka:connect-file:{VERSION}",
    f"org.apache.kafka:connect-json:{VERSION}",
    f"org.apache.kafka:connect-transforms:{VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",
)


class Connect(JavaServer):
    """One distributed worker with REST at ``url``; ``properties`` override the worker's configuration.

    ``jars`` join the class path. Two of them with one ``group_id`` and one broker form a Connect cluster.
    """

    name = "connect"
    coordinates = COORDINATES

    def __init__(
        self,
        bootstrap_servers: str,
        *,
        group_id: str | None = None,
        port: int | None = None,
        data: Path | str | None = None,
        properties: Mapping[str, str] | None = None,
        jars: Sequence[Path] = (),
        java_options: Sequence[str] = ("-Xmx384m",),
    ) -> None:
        super().__init__(data=data, jars=jars)
        self.port = free_ports(1)[0] if port is None else port
        self.group_id = group_id or f"connect-{uuid.uuid4().hex[:8]}"
        self._bootstrap_servers = bootstrap_servers
        self._properties = dict(properties or {})
        self._java_options = list(java_options)

    @property
    def url(self) -> str:
        """Base URL of its REST interface."""
        return f"http://{HOST}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """The worker's configuration."""
        return {
            "bootstrap.servers": self._bootstrap_servers,
            "group.id": self.group_id,
            "key.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "config.storage.topic": f"{self.group_id}-configs",
            "offset.storage.topic": f"{self.group_id}-offsets",
            "status.storage.topic": f"{self.group_id}-status",
            "config.storage.replication.factor": "1",
            "offset.storage.replication.factor": "1",
            "offset.storage.partitions": "5",
            "status.storage.replication.factor": "1",
            "status.storage.partitions": "3",
            "exactly.once.source.support": "enabled",
            "offset.flush.interval.ms": "5000",
            "scheduled.rebalance.max.delay.ms": "0",
            "listeners": self.url,
            "plugin.discovery": "service_load",  # all plugins here have manifests; a scan takes seconds
            **self._properties,
        }

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One REST call: status and decoded JSON (None when empty, text when not JSON); error statuses do not raise."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - always our own http URL
            self.url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310
                return answer.status, _decoded(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decoded(error.read())

    def _prepare(self) -> None:
        lines = [f"{key}={value}\n" for key, value in self.settings.items()]
        (self.directory / "worker.properties").write_text("".join(lines))

    def _launch(self) -> Process:
        main, config = "org.apache.kafka.connect.cli.ConnectDistributed", str(self.directory / "worker.properties")
        process = self._java(main, config, options=self._java_options, record=True)
        process.wait_until(self._ready, what=f"Kafka Connect on port {self.port}", timeout=90)
        return process

    def _ready(self) -> bool:
        """REST answers and the worker has read its topics (until then it answers 503 or nothing)."""
        try:
            return self.request("GET", "/connectors")[0] == 200
        except OSError:
            return False


def _decoded(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")  # Jetty's own error pages are HTML
