"""MySQL and MariaDB through PyMySQL: catalogs instead of schemas, backticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.dialects.base import Dialect, SelectSource, TableColumn
from connect_core.connectors.jdbc.names import Quotes, TableId

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.rows import RowStream

_STATES = {1045: "28000", 1044: "42000", 1049: "42000", 1054: "42S22", 1064: "42000", 1146: "42S02", 1062: "23000"}
_STATES |= {1048: "23000", 1452: "23000", 1406: "22001", 1264: "22003", 1366: "22007", 1142: "42000", 1205: "40001"}
_STATES |= {1213: "40001", 1051: "42S02", 1050: "42S01", 1060: "42S21", 1305: "42000", 1292: "22007"}
_TYPES = {"BASE TABLE": "TABLE", "SEQUENCE": "SEQUENCE", "VIEW": "VIEW", "SYSTEM VIEW": "SYSTEM VIEW"}
_SYSTEM = ("mysql", "performance_schema", "information_schema")


class MySql(Dialect):
    """MySQL and MariaDB."""

    def __init__(self) -> None:
        self.parameters: dict[str, str] = {}
        """URL parameters that decide types (tinyInt1isBit, yearIsDateType, zeroDateTimeBehavior, ...), lower case."""

    java_name = "MySqlDatabaseDialect"
    product = "MySQL"
    quote_characters = ("`", "`")
    marker = "%s"
    isolation_sql = "SET SESSION TRANSACTION ISOLATION LEVEL {level}"

    def _table(self, parts: list[str]) -> TableId:
        # MySQL has no schemas: `db.table` can only mean the database
        return TableId(parts[-2] if len(parts) > 1 else None, None, parts[-1])

    def table_name(self, table: TableId, quotes: Quotes) -> str:
        """Catalog and table."""
        return quotes.join(table.catalog or table.schema, table.table)

    def configure(self, parameters: dict[str, str]) -> None:
        """Keep them: they are looked up when a column is described."""
        self.parameters = parameters

    def flag(self, name: str, default: Any) -> Any:
        """A URL parameter: a boolean where the default is one, else text."""
        text = self.parameters.get(name.lower())
        if text is None:
            return default
        return text.strip().lower() in ("true", "yes", "1") if isinstance(default, bool) else text

    def table_types(self, connection: Any) -> list[str]:  # noqa: ARG002  # the same for every server
        """As Connector/J lists them."""
        return ["LOCAL TEMPORARY", "SYSTEM TABLE", "SYSTEM VIEW", "TABLE", "VIEW"]

    def list_tables(
        self, connection: Any, *, catalog: str | None, schema: str | None, types: Sequence[str]
    ) -> Iterator[TableId]:
        """By type, catalog and name. Without a pattern all databases are listed, as the original does."""
        if schema:  # nothing here has a schema
            return
        sql = "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES"
        rows = self.query(connection, f"{sql} WHERE TABLE_SCHEMA LIKE %s", (catalog,)) if catalog else None
        if catalog != "":
            rows = rows if rows is not None else self.query(connection, sql)
        found = [(_type_of(kind, database), database, name) for database, name, kind in rows or ()]
        for kind, database, name in sorted(found):
            if kind in types:
                yield TableId(database, None, name)

    def columns(self, connection: Any, table: TableId) -> list[TableColumn]:
        """From information_schema, by exact names."""
        where = "TABLE_SCHEMA = %s AND" if table.catalog else "TABLE_SCHEMA = DATABASE() AND"
        rows = self.query(
            connection,
            "SELECT COLUMN_NAME, IS_NULLABLE, EXTRA, DATA_TYPE FROM information_schema.COLUMNS "
            f"WHERE {where} TABLE_NAME = %s ORDER BY ORDINAL_POSITION",
            (table.catalog, table.table) if table.catalog else (table.table,),
        )
        return [
            TableColumn(name, nullable == "YES", "auto_increment" in (extra or "").lower(), kind)
            for name, nullable, extra, kind in rows
        ]

    def open_stream(
        self,
        connection: Any,
        sql: str,
        parameters: Sequence[Any],
        *,
        source: SelectSource,  # noqa: ARG002  # rows stream packet by packet
    ) -> RowStream:
        """Rows straight from the wire."""
        from connect_core.connectors.jdbc.dialects.mysql_rows import PacketStream  # sources only

        if parameters:
            sql = connection.cursor().mogrify(sql, tuple(parameters))
        return PacketStream(connection, sql, flags=self.flag)

    def prepare_only(self, connection: Any, sql: str) -> None:
        """PREPARE checks names and syntax without running anything."""
        cursor = connection.cursor()
        try:
            cursor.execute("SET @connectless_query = %s", (sql,))
            cursor.execute("PREPARE connectless_check FROM @connectless_query")
        finally:
            self.discard(connection)

    def sql_state(self, error: BaseException) -> tuple[str | None, int]:
        """PyMySQL keeps the vendor code and drops the state: the states of the usual codes are known."""
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        return _STATES.get(code, "HY000" if code >= 1000 and code < 2000 else None), code

    def message(self, error: BaseException) -> str:
        """The server's text, without the vendor code in front."""
        return str(error.args[1]) if len(error.args) > 1 else str(error)

    def non_transient(self, error: BaseException) -> bool:
        """Syntax, access and data errors (Connector/J's SQLNonTransientException classes)."""
        state, _ = self.sql_state(error)
        return state is not None and state[:2] in ("42", "22", "23", "28", "0A")

    def discard(self, connection: Any) -> None:
        """Drop the socket: an orderly close would first read the rest of an open result set."""
        connection._force_close()  # noqa: SLF001  # the driver has no public way


def _type_of(kind: str, database: str) -> str:
    if kind == "BASE TABLE" and database.lower() in _SYSTEM:
        return "SYSTEM TABLE"
    return _TYPES.get(kind, kind)
