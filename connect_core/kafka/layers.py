"""Which properties each client of a worker gets, lowest layer first (spec 8.2, 2.1, 2.7). Pure; Java-style keys.

``worker`` is the worker's own configuration, ``config`` a connector's (resolved where the client needs secrets).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

type Props = dict[str, Any]

PRODUCER, CONSUMER, ADMIN = "producer.", "consumer.", "admin."
FOREVER = str(2**31 - 1)

_CONNECT = (
    *("access.control.", "config.providers", "config.storage.", "connect.protocol", "connector."),
    *("exactly.once.", "header.converter", "inter.worker.", "internal.", "key.converter", "listeners", "metric."),
    *("offset.", "plugin.", "rebalance.timeout.ms", "response.http.", "rest.", "scheduled.rebalance.", "ssl.client."),
    *("status.storage.", "task.", "topic.creation.", "topic.tracking.", "value.converter", "worker."),
)
"""Beginnings of a worker's keys that no client has; a key that is neither here nor a client's is worth a line."""

_SOURCE = {
    "enable.idempotence": "false",
    "acks": "all",
    "max.in.flight.requests.per.connection": "1",
    "delivery.timeout.ms": FOREVER,
}


def client_id_base(worker: Mapping[str, Any]) -> str:
    """Prefix of the client ids of the worker's own clients."""
    group = worker.get("group.id") or "connect"
    client = str(worker.get("client.id") or "").strip()
    return f"{group}-{client}-" if client else f"{group}-"


def internal(worker: Mapping[str, Any], suffix: str) -> Props:
    """Clients of the three topics and of the worker's admin: the worker's unprefixed keys."""
    return _unprefixed(worker) | {"client.id": client_id_base(worker) + suffix}


def source_producer(
    worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str, task: int, transactional_id: str | None
) -> Props:
    """Producer of a source task; with a transactional id the two keys of the fence are forced."""
    props = _bootstrap(worker) | _SOURCE | {"client.id": f"connector-producer-{connector}-{task}"}
    props |= _under(worker, PRODUCER) | _under(config, "producer.override.")
    if transactional_id is None:
        return props
    forced = {"enable.idempotence": "true", "transactional.id": transactional_id}
    for key, value in forced.items():
        given = (_under(worker, PRODUCER) | _under(config, "producer.override.")).get(key)
        if given is not None and str(given) != value:
            log.warning("%s of connector %s is replaced: exactly-once support needs %s", key, connector, value)
    return props | forced


def dlq_producer(worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str, task: int) -> Props:
    """Producer of a sink task's dead letters."""
    props = _bootstrap(worker) | _SOURCE | {"client.id": f"connector-dlq-producer-{connector}-{task}"}
    return props | _under(worker, PRODUCER) | _under(config, "producer.override.")


def offset_producer(worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str) -> Props:
    """Producer of a connector's offsets outside of its tasks' transactions (REST, at-least-once)."""
    props = _bootstrap(worker) | _SOURCE | {"client.id": f"connector-offset-producer-{connector}"}
    return props | _under(worker, PRODUCER) | _under(config, "producer.override.")


def sink_consumer(worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str, task: int) -> Props:
    """Consumer of a sink task; its ``group.id`` is the connector's effective group."""
    props = _bootstrap(worker) | {
        "group.id": f"connect-{connector}",
        "enable.auto.commit": "false",
        "auto.offset.reset": "earliest",
        "allow.auto.create.topics": "true",  # Java's default, which librdkafka does not share
        "client.id": f"connector-consumer-{connector}-{task}",
    }
    return props | _under(worker, CONSUMER) | _under(config, "consumer.override.")


def offset_consumer(worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str) -> Props:
    """Consumer of a connector's own offset topic."""
    props = _bootstrap(worker) | {"client.id": f"connector-consumer-{connector}"}
    return props | _under(worker, CONSUMER) | _under(config, "consumer.override.")


def sink_group(worker: Mapping[str, Any], config: Mapping[str, Any], *, connector: str) -> str:
    """A sink's consumer group after overrides."""
    return str(sink_consumer(worker, config, connector=connector, task=0)["group.id"])


def connector_admin(worker: Mapping[str, Any], config: Mapping[str, Any], *, client_id: str) -> Props:
    """Admin client of a connector. Unlike its siblings it gets all unprefixed worker keys, ``client.id`` included."""
    return {"client.id": client_id} | _unprefixed(worker) | _under(worker, ADMIN) | _under(config, "admin.override.")


def _unprefixed(worker: Mapping[str, Any]) -> Props:
    """What the worker says of all clients: its plain keys without those that mean something to Connect alone."""
    return {key: value for key, value in worker.items() if not key.startswith((PRODUCER, CONSUMER, ADMIN, *_CONNECT))}


def _bootstrap(worker: Mapping[str, Any]) -> Props:
    return {"bootstrap.servers": worker.get("bootstrap.servers")}


def _under(config: Mapping[str, Any], prefix: str) -> Props:
    return {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
