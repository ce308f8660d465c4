"""The connection keys that the JDBC source and sink share, and what they say as ``ConnectionSettings``."""

from __future__ import annotations

from connect_core.config import HIGH, LOW, Class, Config, Long, Password, Width, at_least, key
from connect_core.connectors.jdbc.client import DEFAULT_PROVIDER, ConnectionSettings

DATABASE = "Database"
_OWN = ("url", "user", "password", "attempts", "backoff.ms")


class ConnectionKeys(Config):
    """Mixin for ``JdbcSourceConfig`` and ``JdbcSinkConfig``; ``dialect_name`` is declared by each of them."""

    connection_url: str = key(
        "JDBC URL of the database; its subprotocol chooses the dialect.",
        default="",
        importance=HIGH,
        group=DATABASE,
        order=1,
        width=Width.LONG,
        display="JDBC URL",
        dependents=("table.whitelist", "table.blacklist"),
    )
    connection_user: str | None = key(
        "User to log in as.",
        default=None,
        importance=HIGH,
        group=DATABASE,
        order=2,
        width=Width.LONG,
        display="JDBC User",
    )
    connection_password: Password | None = key(
        "Password of the user.",
        default=None,
        importance=HIGH,
        group=DATABASE,
        order=3,
        width=Width.SHORT,
        display="JDBC Password",
    )
    jdbc_credentials_provider_class: Class = key(
        "Where user and password come from before each new connection: the default reads connection.user and "
        "connection.password; another one is a Python class, package.module:Class.",
        default=DEFAULT_PROVIDER,
        importance=LOW,
        group=DATABASE,
        order=4,
        width=Width.LONG,
        display="JDBC Credentials Provider Class",
    )
    connection_attempts: int = key(
        "How often to try to connect before giving up.",
        default=3,
        importance=LOW,
        group=DATABASE,
        order=5,
        width=Width.SHORT,
        display="JDBC connection attempts",
        checks=[at_least(1)],
    )
    connection_backoff_ms: Long = key(
        "Milliseconds between two tries to connect.",
        default=10_000,
        importance=LOW,
        group=DATABASE,
        order=6,
        width=Width.SHORT,
        display="JDBC connection backoff in milliseconds",
    )

    @property
    def settings(self) -> ConnectionSettings:
        """What the connection keys say; every other ``connection.*`` key goes to the driver."""
        return ConnectionSettings(
            url=self.connection_url,
            user=self.connection_user,
            password=self.connection_password,
            properties={k: v for k, v in self.with_prefix("connection.").items() if k not in _OWN},
            attempts=self.connection_attempts,
            backoff_ms=self.connection_backoff_ms,
            dialect_name=getattr(self, "dialect_name", ""),
            provider=self.jdbc_credentials_provider_class,
            originals=self.originals,
        )
