"""The three kinds of clients, made from Java-style properties (already layered, see ``layers``).

librdkafka's log lines and errors go into Python's logging; they name brokers and codes, never credentials.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from connect_core.errors import ConfigError
from connect_core.kafka import failures
from connect_core.kafka.settings import Role, librdkafka

log = logging.getLogger(__name__)
client_log = logging.getLogger("connect_core.kafka.librdkafka")


AT_ONCE: Mapping[str, Any] = {"enable.sparse.connections": False}
"""Extra of clients that somebody waits for. Else librdkafka connects only when it must, and notices that late: a first
answer took 50 ms where it now takes 5, and one start in ten waited for a round of one second.
"""


class _Background(logging.Filter):
    """librdkafka's own lines at INFO at most: what needs a reaction is raised at the next call, told once."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.getMessage().startswith(("FATAL ", "TXNERR ")):
            return False
        if record.levelno > logging.INFO:
            record.levelno, record.levelname = logging.INFO, "INFO"
        return client_log.isEnabledFor(record.levelno)


client_log.addFilter(_Background())


def producer(props: Mapping[str, Any], *, extra: Mapping[str, Any] | None = None) -> Producer:
    """A producer; ``extra`` are librdkafka properties that win."""
    try:
        return Producer(_conf(props, "producer", extra), logger=client_log)
    except (KafkaException, TypeError, ValueError) as error:
        raise _refused(error, "producer") from error


def consumer(props: Mapping[str, Any], *, extra: Mapping[str, Any] | None = None) -> Consumer:
    """A consumer; ``extra`` are librdkafka properties that win."""
    try:
        return Consumer(_conf(props, "consumer", extra), logger=client_log)
    except (KafkaException, TypeError, ValueError) as error:
        raise _refused(error, "consumer") from error


def admin(props: Mapping[str, Any], *, extra: Mapping[str, Any] | None = None) -> AdminClient:
    """An admin client; ``extra`` are librdkafka properties that win."""
    try:
        return AdminClient(_conf(props, "admin", extra), logger=client_log)
    except (KafkaException, TypeError, ValueError) as error:
        raise _refused(error, "admin client") from error


def _conf(props: Mapping[str, Any], role: Role, extra: Mapping[str, Any] | None) -> dict[str, Any]:
    if not str(props.get("bootstrap.servers") or "").strip():
        raise ConfigError('Missing required configuration "bootstrap.servers" which has no default value.')
    conf = librdkafka(props, role=role)
    conf["error_cb"] = _report
    return conf | dict(extra or {})


def _report(error: KafkaError) -> None:
    """Client-wide events. What fails for good comes up again at the call that needed it: these only inform."""
    level = logging.DEBUG if error.code() in failures.TRANSIENT else logging.WARNING
    log.log(level, "Kafka client: %s (%s)", error.str(), error.name())


def _refused(error: Exception, what: str) -> ConfigError:
    text = failures.error_of(error).str() if isinstance(error, KafkaException) else str(error)
    return ConfigError(f"Failed to construct kafka {what}: {text}")
