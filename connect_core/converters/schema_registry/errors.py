"""What goes wrong with a registry, by the runner's reaction, with the original's Java class names.

``RestError`` is the registry's own answer (or none); the serializers' texts stand before it. Neighbours: ``client``
raises RestError, ``serde`` turns it into what a converter raises: Retriable, DataError, ConfigError or RegistryError.
"""

from __future__ import annotations

from connect_core.errors import ConnectError, Retriable


class RestError(ConnectError):
    """The registry answered with an error: HTTP status and the registry's own code (40403, ...)."""

    java_class = "io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException"

    def __init__(self, message: str, status: int, code: int) -> None:
        super().__init__(f"{message}; error code: {code}")
        self.status, self.code = status, code


class SerializationError(ConnectError):
    """Kafka's SerializationException: the cause of a converter's DataError."""

    java_class = "org.apache.kafka.common.errors.SerializationException"


class Unreachable(Retriable):
    """No registry answered: connection refused, reset, name not known."""

    java_class = "org.apache.kafka.common.errors.NetworkException"


class TimedOut(Retriable):
    """Kafka's TimeoutException: the registry was too slow or said so (408, 500, 503, 504)."""

    java_class = "org.apache.kafka.common.errors.TimeoutException"


class Disconnected(Retriable):
    """Kafka's DisconnectException: a gateway lost the registry (502)."""

    java_class = "org.apache.kafka.common.errors.DisconnectException"


class Throttled(Retriable):
    """The registry asks for patience (429)."""

    java_class = "org.apache.kafka.common.errors.ThrottlingQuotaExceededException"


class NotAuthenticated(ConnectError):
    """The credentials are wrong (401)."""

    java_class = "org.apache.kafka.common.errors.AuthenticationException"


class NotAuthorized(ConnectError):
    """The credentials do not allow this (403)."""

    java_class = "org.apache.kafka.common.errors.AuthorizationException"


def kafka_error(error: RestError, text: str) -> ConnectError:
    """The exception the serializers make of a registry's answer; ``text`` says what was tried."""
    if error.status == 401:
        return NotAuthenticated(text)
    if error.status == 403:
        return NotAuthorized(text)
    if error.status == 429:
        return Throttled(str(error))
    if error.status in (408, 500, 503, 504):
        return TimedOut(text)
    return Disconnected(text) if error.status == 502 else SerializationError(text)
