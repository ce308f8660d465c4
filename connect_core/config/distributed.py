"""Worker keys of the distributed mode (spec kafka-connect.md 2.2): the group, the three topics, the clients."""

from __future__ import annotations

from typing import Any

from connect_core.config.checks import at_least, between, one_of, optional
from connect_core.config.key import HIGH, LOW, Long, Short, key
from connect_core.config.worker import WorkerConfig
from connect_core.errors import ConfigError

_INT_MAX = (1 << 31) - 1


def _count(name: str, value: Any) -> None:
    """Partitions or replicas: positive, or -1 for the broker's default."""
    what = "Number of partitions" if name.endswith("partitions") else "Replication factor"
    rest = "" if name.endswith("partitions") else " and not larger than the number of brokers in the Kafka cluster"
    if value is None or (value < 1 and value != -1):
        raise ConfigError.invalid(name, value, f"{what} must be positive{rest}, or -1 to use the broker's default")


def _protocol(name: str, value: Any) -> None:
    """A group protocol of Connect's workers, any case."""
    if str(value).lower() not in ("eager", "compatible", "sessioned"):
        raise ConfigError.invalid(name, value, "Invalid Connect protocol compatibility")


def _algorithms(name: str, value: Any) -> None:
    """At least one algorithm."""
    if not value:
        raise ConfigError.invalid(name, "[]", "At least one signature verification algorithm must be provided")


class DistributedConfig(WorkerConfig):
    """A worker whose state is in Kafka: alone, in a group, or as functions."""

    group_id: str = key("Name of the Connect cluster: who shares it shares the connectors.", importance=HIGH)
    config_storage_topic: str = key("Topic of connector configurations.", importance=HIGH)
    config_storage_replication_factor: Short = key(
        "Its replication factor.", default=3, importance=LOW, checks=[_count]
    )
    offset_storage_topic: str = key("Topic of source offsets.", importance=HIGH)
    offset_storage_replication_factor: Short = key(
        "Its replication factor.", default=3, importance=LOW, checks=[_count]
    )
    offset_storage_partitions: int = key("Its partitions.", default=25, importance=LOW, checks=[_count])
    status_storage_topic: str = key("Topic of connector and task status.", importance=HIGH)
    status_storage_replication_factor: Short = key(
        "Its replication factor.", default=3, importance=LOW, checks=[_count]
    )
    status_storage_partitions: int = key("Its partitions.", default=5, importance=LOW, checks=[_count])
    internal_topics_automatic_creation_enable: bool = key("Create these topics when they are missing.", default=True)
    session_timeout_ms: int = key(
        "Time without heartbeat after which a worker is out of the group.", default=10_000, importance=HIGH
    )
    heartbeat_interval_ms: int = key("Time between heartbeats.", default=3000, importance=HIGH)
    rebalance_timeout_ms: int = key("Time a worker has to join a rebalance.", default=60_000, importance=HIGH)
    worker_sync_timeout_ms: int = key("Kept for Kafka Connect: wait for the config topic.", default=3000)
    worker_unsync_backoff_ms: int = key("Kept for Kafka Connect: wait after not catching up.", default=300_000)
    connect_protocol: str = key(
        "Kept for Kafka Connect: group protocol.",
        default="sessioned",
        importance=LOW,
        checks=[_protocol],
    )
    scheduled_rebalance_max_delay_ms: int = key(
        "Kept for Kafka Connect: longest delay of a rebalance.",
        default=300_000,
        importance=LOW,
        checks=[between(0, _INT_MAX)],
    )
    inter_worker_key_ttl_ms: int = key(
        "Kept for Kafka Connect: life of a session key.",
        default=3_600_000,
        importance=LOW,
        checks=[between(0, _INT_MAX)],
    )
    inter_worker_key_generation_algorithm: str = key("Kept for Kafka Connect.", default="HmacSHA256", importance=LOW)
    inter_worker_key_size: int | None = key("Kept for Kafka Connect.", default=None, importance=LOW)
    inter_worker_signature_algorithm: str = key("Kept for Kafka Connect.", default="HmacSHA256", importance=LOW)
    inter_worker_verification_algorithms: list[str] = key(
        "Kept for Kafka Connect.", default=["HmacSHA256"], importance=LOW, checks=[_algorithms]
    )
    exactly_once_source_support: str = key(
        "Records and offsets of sources in one transaction: enabled, or disabled (also preparing) for Connect's "
        "at-least-once path. Kafka Connect's own default is disabled; here the transaction is the fence between two "
        "slices anyway.",
        default="enabled",
        importance=HIGH,
        checks=[one_of("disabled", "preparing", "enabled", ignore_case=True)],
    )
    client_id: str = key("Part of the client ids of internal clients.", default="", importance=LOW)
    metadata_max_age_ms: Long = key(
        "Age at which clients refresh metadata.", default=300_000, importance=LOW, checks=[at_least(0)]
    )
    metadata_recovery_strategy: str = key(
        "What clients do when no broker is known: none or rebootstrap.",
        default="rebootstrap",
        importance=LOW,
        checks=[one_of("none", "rebootstrap", ignore_case=True)],
    )
    metadata_recovery_rebootstrap_trigger_ms: Long = key(
        "Time without metadata after which clients begin anew.", default=300_000, importance=LOW, checks=[at_least(0)]
    )
    send_buffer_bytes: int = key(
        "Size of the TCP send buffer, -1 the system's.", default=131_072, checks=[at_least(-1)]
    )
    receive_buffer_bytes: int = key(
        "Size of the TCP receive buffer, -1 the system's.", default=32_768, checks=[at_least(-1)]
    )
    reconnect_backoff_ms: Long = key(
        "Shortest wait before a reconnect.", default=50, importance=LOW, checks=[at_least(0)]
    )
    reconnect_backoff_max_ms: Long = key(
        "Longest wait before a reconnect.", default=1000, importance=LOW, checks=[at_least(0)]
    )
    retry_backoff_ms: Long = key("Shortest wait before a retry.", default=100, importance=LOW, checks=[at_least(0)])
    retry_backoff_max_ms: Long = key("Longest wait before a retry.", default=1000, importance=LOW, checks=[at_least(0)])
    request_timeout_ms: int = key("Longest wait for a broker's answer.", default=40_000, checks=[at_least(0)])
    connections_max_idle_ms: Long = key(
        "Time after which idle connections are closed.", default=540_000, importance=LOW
    )
    socket_connection_setup_timeout_ms: Long = key("First wait for a connection.", default=10_000, importance=LOW)
    socket_connection_setup_timeout_max_ms: Long = key("Longest wait for a connection.", default=30_000, importance=LOW)
    security_protocol: str = key(
        "How clients talk to brokers.",
        default="PLAINTEXT",
        checks=[optional(one_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL", ignore_case=True))],
    )
