"""SQLite through the standard library: bare table names, declared types, timestamps as text or numbers.

Unlike the original, DATETIME is a timestamp, DECIMAL works, and timestamps stored as text are compared as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.dialects.base import Dialect, SelectSource, TableColumn
from connect_core.connectors.jdbc.names import Quotes, TableId

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.rows import Decode, RowStream
    from connect_core.connectors.jdbc.types import Column, Mapping
    from connect_core.data import Schema


class Sqlite(Dialect):
    """SQLite."""

    java_name = "SqliteDatabaseDialect"
    product = "SQLite"
    clock_sql = "SELECT strftime('%Y-%m-%d %H:%M:%f','now')"

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """The bare name, with an attached database in front where one was given."""
        return quotes.join(table.schema, table.table)

    def to_instant(self, value: Any, zone: tzinfo) -> datetime:  # noqa: ARG002  # SQLite's clock is always UTC
        """The clock's text."""
        return super().to_instant(value, UTC)

    def isolate(self, connection: Any, mode: str) -> None:
        """SQLite is serializable; only dirty reads of a shared cache can be chosen."""
        if mode in ("SERIALIZABLE", "READ_UNCOMMITTED"):
            self.execute(connection, f"PRAGMA read_uncommitted = {int(mode == 'READ_UNCOMMITTED')}")
            return
        super().isolate(connection, mode + " (SQLite)")

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:
        """SQLite's result code."""
        return None, int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF

    # -- metadata

    def list_tables(
        self, connection: Any, *, catalog: str | None, schema: str | None, types: Sequence[str]
    ) -> Iterator[TableId]:
        """By type and name; tables beginning with sqlite_ are the engine's own."""
        if catalog or schema:  # there are none
            return
        rows = self.query(connection, "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')")
        for kind, name in sorted(rows):
            if kind.upper() in types and not name.startswith("sqlite_"):
                yield TableId(None, None, name)

    def columns(self, connection: Any, table: TableId) -> list[TableColumn]:
        """From PRAGMA table_xinfo; an INTEGER PRIMARY KEY counts up by itself."""
        rows = self.query(connection, 'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)', (table.table,))
        keys = sum(1 for row in rows if row[3])
        return [
            TableColumn(name, not not_null, bool(pk) and keys == 1 and kind.upper() == "INTEGER", kind)
            for name, kind, not_null, pk in rows
        ]

    # -- reading

    def stamp_binder(self, connection: Any, zone: tzinfo, *, column: str, base: str) -> Callable[[datetime], Any]:
        """Text in the form the column holds, or epoch milliseconds if it holds numbers."""
        from connect_core.connectors.jdbc.dialects.sqlite_rows import stamp_form  # sources only

        quoted = Quotes().force(column)
        rows = self.query(connection, f"SELECT {quoted} FROM ({base}) WHERE {quoted} IS NOT NULL LIMIT 1")
        return stamp_form(rows[0][0] if rows else None, zone)

    def open_stream(self, connection: Any, sql: str, parameters: Sequence[Any], *, source: SelectSource) -> RowStream:
        """A plain cursor: SQLite computes rows as they are fetched."""
        from connect_core.connectors.jdbc.dialects.sqlite_rows import open_cursor  # sources only

        return open_cursor(self, connection, sql, tuple(parameters), table=source.table)

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """SQLite's storage classes as the declared type."""
        from connect_core.connectors.jdbc.dialects.sqlite_rows import decode  # sources only

        return decode(column, schema, mapping)

    def prepare_only(self, connection: Any, sql: str) -> None:
        """EXPLAIN compiles the statement and runs nothing."""
        try:
            self.query(connection, f"EXPLAIN {sql}")
        finally:
            self.discard(connection)
