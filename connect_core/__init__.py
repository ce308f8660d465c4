"""Connectless: Kafka Connect without the cluster. The rooms are described in docs/architecture.md."""

__version__ = "0.1.0"
KAFKA_VERSION = "4.3.0"
"""The Kafka Connect release whose observable behaviour this package reproduces (answered by ``GET /``)."""
