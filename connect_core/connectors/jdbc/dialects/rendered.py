"""Families whose SQL is rendered and tested as text: Oracle, SQL Server, DB2 and their lesser kin.

No server of these runs in the tests; what they send is compared with the original's statements instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from connect_core.connectors.jdbc.dialects.base import Dialect, SelectSource, TableColumn
from connect_core.connectors.jdbc.names import Quotes, TableId
from connect_core.errors import ConnectError

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.rows import RowStream


class Oracle(Dialect):
    """Oracle through oracledb (thin mode)."""

    java_name = "OracleDatabaseDialect"
    product = "Oracle"
    clock_sql = "select CURRENT_TIMESTAMP from dual"
    marker = ":{}"
    isolation_sql = "ALTER SESSION SET ISOLATION_LEVEL = {level}"
    isolation_levels: ClassVar[dict[str, str]] = {"READ_COMMITTED": "READ COMMITTED", "SERIALIZABLE": "SERIALIZABLE"}

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """Schema and table."""
        return quotes.join(table.schema, table.table)

    def type_word(self, code: Any) -> str:
        """DATE has a time of day in Oracle: a TIMESTAMP for the Java driver."""
        word = super().type_word(code)
        return "TIMESTAMP" if word == "DB_TYPE_DATE" else word

    def resolve_synonym(self, connection: Any, table: TableId) -> TableId:
        """ALL_SYNONYMS of the connected user."""
        found = self.query(
            connection,
            "SELECT TABLE_OWNER, TABLE_NAME FROM ALL_SYNONYMS WHERE SYNONYM_NAME = :1 AND OWNER = USER",
            (table.table,),
        )
        if not found:
            raise ConnectError(f"Could not resolve base table for synonym: {table.table}")
        return TableId(None, found[0][0], found[0][1])

    def message(self, error: BaseException) -> str:
        """The server's text."""
        detail = error.args[0] if error.args else None
        return str(getattr(detail, "message", error))


class SqlServer(Dialect):
    """SQL Server through pymssql."""

    java_name = "SqlServerDatabaseDialect"
    product = "SQL Server"
    marker = "%s"
    isolation_levels: ClassVar[dict[str, str]] = {**Dialect.isolation_levels, "SQL_SERVER_SNAPSHOT": "SNAPSHOT"}

    def _table(self, parts: list[str]) -> TableId:
        if len(parts) == 2:  # the original reads two parts as catalog and table here
            return TableId(parts[0], "dbo", parts[1])
        return TableId(parts[0] if len(parts) > 2 else None, parts[-2] if len(parts) > 1 else "dbo", parts[-1])

    def open_stream(self, connection: Any, sql: str, parameters: Sequence[Any], *, source: SelectSource) -> RowStream:
        """The driver tells only the kind of a column (text, number, ...): the server describes the result itself."""
        from connect_core.connectors.jdbc.dialects.described import sqlserver_columns  # sources only
        from connect_core.connectors.jdbc.rows import CursorStream

        text = sql % (("NULL",) * len(parameters)) if parameters else sql
        described = self.query(connection, "EXEC sp_describe_first_result_set @tsql = %s", (text,))
        cursor = connection.cursor()
        cursor.arraysize = source.fetch_size
        cursor.execute(sql, tuple(parameters)) if parameters else cursor.execute(sql)
        return CursorStream(self, connection, cursor, columns=sqlserver_columns(described))

    def check_stamps(self, columns: Sequence[TableColumn], stamps: Sequence[str]) -> None:
        """DATETIME is rounded to 1/300 s: comparing it would lose or repeat rows."""
        if any(column.name in stamps and column.type_name.upper() == "DATETIME" for column in columns):
            raise ConnectError(
                "A DATETIME column is configured for timestamp.column.name with Sql Server. DATETIME is not supported. "
                "Use DATETIME2 instead."
            )

    def resolve_synonym(self, connection: Any, table: TableId) -> TableId:
        """sys.synonyms, by the name as it is spelt."""
        found = self.query(
            connection,
            "SELECT PARSENAME(base_object_name, 3), PARSENAME(base_object_name, 2), PARSENAME(base_object_name, 1) "
            "FROM sys.synonyms WHERE name = %s",
            (table.table,),
        )
        if not found:
            raise ConnectError(f"Could not resolve base table for synonym: {table.table}")
        return TableId(found[0][0] or table.catalog, found[0][1] or "dbo", found[0][2])

    def message(self, error: BaseException) -> str:
        """The server's text: pymssql gives (code, bytes)."""
        text = error.args[-1] if error.args else error
        return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


class Sybase(SqlServer):
    """Sybase ASE through pymssql."""

    java_name = "SybaseDatabaseDialect"
    product = "Sybase"
    clock_sql = "select getdate()"


class Db2(Dialect):
    """DB2 through ibm_db."""

    java_name = "Db2DatabaseDialect"
    product = "DB2"
    clock_sql = "SELECT CURRENT_TIMESTAMP(12) FROM SYSIBM.SYSDUMMY1"
    isolation_sql = "SET CURRENT ISOLATION = {level}"
    isolation_levels: ClassVar[dict[str, str]] = {
        "READ_UNCOMMITTED": "UR",
        "READ_COMMITTED": "CS",
        "REPEATABLE_READ": "RS",
        "SERIALIZABLE": "RR",
    }

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """Schema and table."""
        return quotes.join(table.schema, table.table)


class Derby(Dialect):
    """Derby (no Python driver: URL and SQL only)."""

    java_name = "DerbyDatabaseDialect"
    product = "Derby"
    clock_sql = "values(CURRENT_TIMESTAMP)"


class SapHana(Dialect):
    """SAP HANA."""

    java_name = "SapHanaDatabaseDialect"
    product = "HANA"
    clock_sql = "SELECT CURRENT_TIMESTAMP FROM DUMMY"


class Vertica(Dialect):
    """Vertica."""

    java_name = "VerticaDatabaseDialect"
    product = "Vertica"
    marker = "%s"
