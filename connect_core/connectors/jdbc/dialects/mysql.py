"""MySQL and MariaDB through PyMySQL: catalogs instead of schemas, backticks."""

from __future__ import annotations

from typing import Any

from connect_core.connectors.jdbc.dialects.base import Dialect
from connect_core.connectors.jdbc.names import Quotes, TableId

_STATES = {1045: "28000", 1044: "42000", 1049: "42000", 1054: "42S22", 1064: "42000", 1146: "42S02", 1062: "23000"}
_STATES |= {1048: "23000", 1452: "23000", 1406: "22001", 1264: "22003", 1366: "22007", 1142: "42000", 1205: "40001"}
_STATES |= {1213: "40001", 1051: "42S02", 1050: "42S01", 1060: "42S21", 1305: "42000", 1366: "22007", 1292: "22007"}


class MySql(Dialect):
    """MySQL and MariaDB."""

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
