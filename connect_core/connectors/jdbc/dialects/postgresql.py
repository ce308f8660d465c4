"""PostgreSQL through psycopg: schema.table names cut to the server's limit, named cursors, dates as text.

Dates and times come as text, so that infinity, BC and the old calendar are matters of one row, not of the driver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.dialects.base import Dialect, SelectSource, TableColumn
from connect_core.connectors.jdbc.names import Quotes, TableId

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.rows import Decode, RowStream
    from connect_core.connectors.jdbc.types import Column, Mapping
    from connect_core.data import Schema

_NAME_LIMIT = 63
_KINDS = {
    "TABLE": "c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "PARTITIONED TABLE": "c.relkind = 'p' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
    "VIEW": "c.relkind = 'v' AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'",
    "MATERIALIZED VIEW": "c.relkind = 'm'",
    "FOREIGN TABLE": "c.relkind = 'f'",
    "SYSTEM TABLE": "c.relkind = 'r' AND n.nspname IN ('pg_catalog', 'information_schema')",
    "SYSTEM VIEW": "c.relkind = 'v' AND n.nspname IN ('pg_catalog', 'information_schema')",
    "TEMPORARY TABLE": "c.relkind IN ('r', 'p') AND n.nspname ~ '^pg_temp_'",
}
_COLUMNS = """
SELECT a.attname, NOT a.attnotnull,
       a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid), '') LIKE 'nextval(%%', t.typname
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE c.relname = %s AND {schema} LIMIT 1)
   AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""


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

    def prepare(self, connection: Any) -> None:
        """The text forms that the readers understand, and instants in UTC."""
        self.execute(connection, "SET DateStyle = 'ISO, YMD'")
        self.execute(connection, "SET TimeZone = 'UTC'")
        connection.commit()

    def bind_timestamp(self, instant: datetime, zone: tzinfo) -> Any:
        """Text of unknown type with an offset: right for timestamp (offset ignored) and timestamptz columns alike."""
        return instant.astimezone(zone).isoformat(sep=" ")

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:
        """psycopg keeps the state."""
        return getattr(error, "sqlstate", None), 0

    def message(self, error: BaseException) -> str:
        """The server's text, with position and hints as the driver adds them; of a refused log-in that text alone."""
        text = str(error).strip()
        refused = re.search(r"failed: (FATAL|PANIC):\s+(.*)", text, re.DOTALL)
        return f"{refused[1]}: {refused[2]}" if refused else text

    # -- metadata

    def table_types(self, connection: Any) -> list[str]:  # noqa: ARG002  # the same for every server
        """As the Java driver names them."""
        return list(_KINDS)

    def list_tables(
        self, connection: Any, *, catalog: str | None, schema: str | None, types: Sequence[str]
    ) -> Iterator[TableId]:
        """By type, schema and name. The catalog can only be the connected database and is not part of the names."""
        if schema == "":
            return
        where = " AND n.nspname LIKE %s" if schema else ""
        where += " AND current_database() = %s" if catalog else ""
        parameters = tuple(value for value in (schema, catalog) if value)
        for kind in sorted(types):
            sql = "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE "
            found = self.query(connection, f"{sql}{_KINDS[kind]}{where}", parameters)
            yield from (TableId(None, space, name) for space, name in sorted(found))

    def columns(self, connection: Any, table: TableId) -> list[TableColumn]:
        """From pg_attribute, by exact names; without a schema the search path decides."""
        schema = "n.nspname = %s" if table.schema else "pg_table_is_visible(c.oid)"
        parameters = (table.table, table.schema) if table.schema else (table.table,)
        rows = self.query(connection, _COLUMNS.format(schema=schema), parameters)
        return [TableColumn(name, bool(nullable), bool(auto), kind) for name, nullable, auto, kind in rows]

    # -- reading

    def open_stream(
        self,
        connection: Any,
        sql: str,
        parameters: Sequence[Any],
        *,
        source: SelectSource,  # noqa: ARG002  # every fetch says how many rows it wants
    ) -> RowStream:
        """A named cursor: the server keeps the result, each batch is one FETCH."""
        from connect_core.connectors.jdbc.dialects.postgresql_rows import open_cursor  # sources only

        return open_cursor(self, connection, sql, tuple(parameters))

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """psycopg's values."""
        from connect_core.connectors.jdbc.dialects.postgresql_rows import decode  # sources only

        return decode(column, schema, mapping)

    def prepare_only(self, connection: Any, sql: str) -> None:
        """PREPARE checks names and syntax without running anything."""
        try:
            self.execute(connection, f"PREPARE connectless_check AS {sql}")
        finally:
            self.discard(connection)
