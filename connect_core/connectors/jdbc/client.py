"""Opening databases: attempts, login timeout, credentials, isolation, error texts.

Drivers are imported when a connection is opened, never before. Errors carry the server's words and never the
password. Neighbours: ``url`` and ``drivers`` (where), ``dialects`` (how to talk), ``config`` (ConnectionSettings).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from connect_core.config import Password
from connect_core.connectors.jdbc.dialects import Dialect, for_family
from connect_core.connectors.jdbc.drivers import Endpoint, endpoints
from connect_core.connectors.jdbc.url import JdbcUrl, parse_url
from connect_core.errors import ConfigError, ConnectError

log = logging.getLogger(__name__)

DEFAULT_PROVIDER = "io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider"


class CredentialsProvider(Protocol):
    """``jdbc.credentials.provider.class`` in Python (``package.module:Class``), asked before each new connection."""

    def configure(self, config: Mapping[str, str]) -> None:
        """All connector keys plus ``jdbc.credentials.provider.*`` with the prefix removed."""

    def credentials(self) -> tuple[str | None, str | None]:
        """User and password now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """What the connection keys of a connector say (source and sink alike)."""

    url: str
    user: str | None = None
    password: Password | None = None
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)
    attempts: int = 3
    backoff_ms: int = 10_000
    dialect_name: str = ""
    provider: str = DEFAULT_PROVIDER
    originals: Mapping[str, str] = field(default_factory=dict, repr=False)


class ConnectFailed(ConnectError):
    """No connection; the message is the driver's."""


class Database:
    """One database: its dialect and the way to connections, which are the driver's own (DB-API, autocommit off)."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self.url: JdbcUrl = parse_url(settings.url)
        self.dialect: Dialect = for_family(self.url.family, settings.dialect_name)
        given = {**self.url.parameters, **settings.properties}
        self.dialect.configure({name.lower(): value for name, value in given.items()})
        self._provider = _provider(settings)

    def endpoints(self) -> list[Endpoint]:
        """Where to connect, with the credentials of now."""
        user, password = self.settings.user, self.settings.password.value if self.settings.password else None
        if self._provider is not None:
            given_user, password = self._provider.credentials()
            user = given_user if given_user is not None else user
        return endpoints(self.url, user=user, password=password, properties=self.settings.properties)

    def connect(self) -> Any:
        """One try (every host of the URL once); ConnectFailed with the driver's message."""
        failure: BaseException | None = None
        for endpoint in self.endpoints():
            driver = _driver(endpoint)
            try:
                connection = driver.connect(**endpoint.arguments)
            except (driver.Error, OSError, ValueError, TypeError, RuntimeError) as error:
                failure = error
                continue
            try:
                for statement in endpoint.statements:
                    self.dialect.execute(connection, statement)
                self.dialect.prepare(connection)
            except driver.Error as error:
                self.dialect.discard(connection)
                failure = error
                continue
            return connection
        assert failure is not None
        raise ConnectFailed(self.dialect.message(failure)) from None  # a chain would show the driver's arguments

    def connect_patiently(self, *, sleep: Callable[[float], None] = time.sleep) -> Any:
        """``connection.attempts`` tries with ``connection.backoff.ms`` between them."""
        for attempt in range(1, self.settings.attempts + 1):
            try:
                return self.connect()
            except ConnectFailed as error:
                if attempt >= self.settings.attempts:
                    raise
                log.info(
                    "Unable to connect to the database (attempt %d of %d): %s", attempt, self.settings.attempts, error
                )
                sleep(self.settings.backoff_ms / 1000)
        raise ConnectFailed("connection.attempts is 0")

    def errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises for SQL errors and lost connections (the driver is loaded by then)."""
        driver = _driver(self.endpoints()[0])
        return (driver.Error, ConnectionError, TimeoutError)


def _driver(endpoint: Endpoint) -> Any:
    try:
        return import_module(endpoint.module)
    except ImportError:
        raise ConnectFailed(
            f"No suitable driver found for jdbc:{endpoint.family}: the Python package {endpoint.module} is missing; "
            f"install connectless[{endpoint.extra}]"
        ) from None


def _provider(settings: ConnectionSettings) -> CredentialsProvider | None:
    name = settings.provider
    if not name or name == DEFAULT_PROVIDER:
        return None
    module, _, kind = name.partition(":") if ":" in name else name.rpartition(".")
    try:
        provider: CredentialsProvider = getattr(import_module(module), kind)()
        if hasattr(provider, "configure"):
            prefix = "jdbc.credentials.provider."
            own = {k[len(prefix) :]: v for k, v in settings.originals.items() if k.startswith(prefix)}
            own.pop("class", None)
            provider.configure({**settings.originals, **own})
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError("Invalid class for: jdbc.credentials.provider.class") from error
    return provider
