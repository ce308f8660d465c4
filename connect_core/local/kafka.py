"""Apache Kafka: one real broker (KRaft, broker and controller in one process) on a free port.

Single-node settings for the internal topics; everything else is Kafka's default, so what works here works there.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from connect_core.local.java import JavaServer
from connect_core.local.process import HOST, Process, ServerError, free_ports

VERSION = "4.3.0"
COORDINATES = (f"org.apache.kafka:kafka_2.13:{VERSION}", "org.slf4j:slf4j-simple:1.7.36")

SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "5",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "5",
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker may register again only when its old session is over: 9 s by default, much of a test's time.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
}

# The one line that says that the broker serves requests.
LOG_START = "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info"
STARTED = "Kafka Server started"


class Kafka(JavaServer):
    """A broker at ``bootstrap_servers``; ``properties`` override or add to the broker's configuration."""

    name = "kafka"
    coordinates = COORDINATES

    def __init__(
        self,
        *,
        port: int | None = None,
        data: Path | str | None = None,
        properties: Mapping[str, str] | None = None,
        java_options: Sequence[str] = ("-Xmx512m",),
    ) -> None:
        super().__init__(data=data)
        broker, controller = free_ports(2)
        self.port = broker if port is None else port
        self._controller_port = controller
        self._properties = dict(properties or {})
        self._java_options = list(java_options)

    @property
    def bootstrap_servers(self) -> str:
        """``host:port`` for clients."""
        return f"{HOST}:{self.port}"

    def _prepare(self) -> None:
        config = self.directory / "server.properties"
        config.write_text("".join(f"{key}={value}\n" for key, value in self._settings().items()))
        if (self.directory / "data" / "meta.properties").exists():
            return  # formatted in an earlier life
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A", 1)
        tool = self._java(
            "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(config), options=["-Xmx128m"]
        )
        if tool.wait(60) != 0:
            raise ServerError(f"cannot format Kafka's data directory {self.directory}:\n{tool.output().strip()}")

    def _launch(self) -> Process:
        config = str(self.directory / "server.properties")
        process = self._java("kafka.Kafka", config, options=[*self._java_options, LOG_START], record=True)
        process.wait_until(lambda: STARTED in process.output(), what=f"Kafka on port {self.port}")
        return process

    def _settings(self) -> dict[str, str]:
        return {
            **SINGLE_NODE,
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            # A static quorum: its voter is not written into the data, so old data may meet a new controller port.
            "controller.quorum.voters": f"1@{HOST}:{self._controller_port}",
            "log.dirs": str(self.directory / "data"),
            **self._properties,
        }
