"""Looking up and creating topics: Connect's internal ones (spec 3.0) and those tasks write to (8.5, 7.2)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin import ConfigResource as Resource  # type: ignore[attr-defined]  # public, but not re-exported
from confluent_kafka.admin import NewTopic as New  # type: ignore[attr-defined]  # same
from confluent_kafka.admin import ResourceType as Kind  # type: ignore[attr-defined]  # same

from connect_core.errors import ConfigError, ConnectError, Retriable
from connect_core.kafka import clients
from connect_core.kafka.failures import NO_TOPIC, error_of, translate

TIMEOUT_S = 30.0
CLEANUP = "cleanup.policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalTopic:
    """One of the three topics: what it must be and how it is made. ``key`` is the worker key that names it."""

    name: str
    key: str
    purpose: str
    partitions: int
    replication_factor: int
    settings: Mapping[str, str] = field(default_factory=dict)


def internal_topics(worker: Mapping[str, Any]) -> list[InternalTopic]:
    """The three topics a worker's configuration names, with its ``*.storage.*`` settings; config topic first."""
    return [
        _internal(worker, "config", "connector configurations", partitions=1),
        _internal(worker, "offset", "source connector offsets", partitions=25),
        _internal(worker, "status", "connector and task statuses", partitions=5),
    ]


def _internal(worker: Mapping[str, Any], kind: str, purpose: str, *, partitions: int) -> InternalTopic:
    prefix = f"{kind}.storage."
    own = {"topic", "replication.factor", "partitions", CLEANUP}
    settings = {key.removeprefix(prefix): str(value) for key, value in worker.items() if key.startswith(prefix)}
    counted = partitions if kind == "config" else int(settings.get("partitions", partitions))
    return InternalTopic(
        name=str(worker[f"{prefix}topic"]),
        key=f"{prefix}topic",
        purpose=purpose,
        partitions=counted,
        replication_factor=int(settings.get("replication.factor", 3)),
        settings={key: value for key, value in settings.items() if key not in own},
    )


def ensure_internal(props: Mapping[str, Any], topics: Sequence[InternalTopic], *, create: bool = True) -> None:
    """Create what is missing, check what is there; ConfigError with Connect's texts for what cannot serve."""
    client = clients.admin(props)
    for topic in topics:
        count = _partition_count(client, topic.name)
        if count is None:
            if not create:
                raise ConfigError(
                    f"Topic '{topic.name}' specified via the '{topic.key}' property is missing. Create it, or set "
                    "internal.topics.automatic.creation.enable=true"
                )
            settings = {**topic.settings, CLEANUP: "compact"}
            _create(client, _new(topic.name, topic.partitions, topic.replication_factor, settings))
            _await_topic(client, topic.name)
            continue
        if topic.key == "config.storage.topic" and count != 1:
            raise ConfigError(
                f"Topic '{topic.name}' supplied via the '{topic.key}' property is required to have a single partition "
                f"in order to guarantee consistency of connector configurations, but found {count} partitions."
            )
        _check_compacted(client, topic)


def topic_exists(props: Mapping[str, Any], topic: str) -> bool:
    """Whether a topic exists."""
    return _partition_count(clients.admin(props), topic) is not None


def create_topic(
    props: Mapping[str, Any], topic: str, *, partitions: int, replication_factor: int, settings: Mapping[str, str]
) -> bool:
    """Create a topic (-1: the broker's default); False if it existed. ConnectError says what the broker objected to."""
    client = clients.admin(props)
    created = _create(client, _new(topic, partitions, replication_factor, settings))
    _await_topic(client, topic)
    return created


def describe(topic: str, *, partitions: int, replication_factor: int, settings: Mapping[str, str]) -> str:
    """``NewTopic.toString`` of the Java client, for messages people search for."""
    counts = (str(n) if n != -1 else "default" for n in (partitions, replication_factor))
    configs = ", ".join(f"{key}={value}" for key, value in settings.items())
    return "(name={}, numPartitions={}, replicationFactor={}, replicasAssignments=null, configs={})".format(
        topic, *counts, "{" + configs + "}"
    )


def _new(topic: str, partitions: int, replication_factor: int, settings: Mapping[str, str]) -> New:
    return New(topic, partitions, replication_factor, config=dict(settings))


def _create(client: AdminClient, new: New) -> bool:
    """Retries what may pass; True if this call created it."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            client.create_topics([new], request_timeout=TIMEOUT_S)[new.topic].result()
            return True
        except KafkaException as failure:
            if error_of(failure).code() == KafkaError.TOPIC_ALREADY_EXISTS:
                return False
            translated = translate(failure, f"create topic '{new.topic}'")
            if not isinstance(translated, Retriable) or time.monotonic() > deadline:
                raise ConnectError(str(translated)) from failure
            time.sleep(0.1)


def _await_topic(client: AdminClient, topic: str) -> None:
    """Brokers learn of a new topic moments after its creation."""
    deadline = time.monotonic() + TIMEOUT_S
    while _partition_count(client, topic) is None:
        if time.monotonic() > deadline:
            raise Retriable(f"Topic '{topic}' was created, but the brokers do not know it after {TIMEOUT_S:g} s")
        time.sleep(0.05)


def _partition_count(client: AdminClient, topic: str) -> int | None:
    """Partitions of a topic; None: there is no such topic. (A metadata request would create it on the way.)"""
    future = client.describe_topics(TopicCollection([topic]), request_timeout=TIMEOUT_S)[topic]
    try:
        return len(future.result().partitions)
    except KafkaException as failure:
        if error_of(failure).code() in NO_TOPIC:
            return None
        raise translate(failure, f"look up topic '{topic}'") from failure


def _check_compacted(client: AdminClient, topic: InternalTopic) -> None:
    """The policy must be exactly ``compact``; where it cannot be read (ACL, old broker) the check is skipped."""
    resource = Resource(Kind.TOPIC, topic.name)
    try:
        found = client.describe_configs([resource], request_timeout=TIMEOUT_S)[resource].result()
    except KafkaException:
        return
    entry = found.get(CLEANUP)
    if entry is not None and entry.value != "compact":
        raise ConfigError(
            f"Topic '{topic.name}' supplied via the '{topic.key}' property is required to have 'cleanup.policy=compact'"
            f" to guarantee consistency and durability of {topic.purpose}, but found the topic currently has "
            f"'cleanup.policy={entry.value}'. Continuing would likely result in eventually losing {topic.purpose} and "
            f"problems restarting this Connect cluster in the future. Change the '{topic.key}' property in the Connect "
            "worker configurations to use a topic with 'cleanup.policy=compact'."
        )
