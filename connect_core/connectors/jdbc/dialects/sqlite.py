"""SQLite through the standard library: bare table names, declared types, text or number timestamps."""

from __future__ import annotations

from connect_core.connectors.jdbc.dialects.base import Dialect
from connect_core.connectors.jdbc.names import Quotes, TableId


class Sqlite(Dialect):
    """SQLite."""

    java_name = "SqliteDatabaseDialect"
    product = "SQLite"
    clock_sql = "SELECT strftime('%Y-%m-%d %H:%M:%f','now')"

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """The bare name, with an attached database in front where one was given."""
        return quotes.join(table.schema, table.table)

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:
        """SQLite's result code."""
        return None, int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
