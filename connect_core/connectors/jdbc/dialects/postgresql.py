"""PostgreSQL through psycopg: schema.table names cut to the server's limit, named cursors."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from connect_core.connectors.jdbc.dialects.base import Dialect
from connect_core.connectors.jdbc.names import Quotes, TableId

_NAME_LIMIT = 63


class PostgreSql(Dialect):
    """PostgreSQL."""

    java_name = "PostgreSqlDatabaseDialect"
    product = "PostgreSQL"
    marker = "%s"
    isolation_sql = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}"

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """Schema and table; a catalog cannot be named in PostgreSQL."""
        name = table.table.encode()[:_NAME_LIMIT].decode(errors="ignore")
        return quotes.join(table.schema, name)

    def bind_timestamp(self, instant: datetime, zone: tzinfo) -> Any:
        """Text of unknown type with an offset: right for timestamp (offset ignored) and timestamptz columns alike."""
        return instant.astimezone(zone).isoformat(sep=" ")

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:
        """psycopg keeps the state."""
        return getattr(error, "sqlstate", None), 0
