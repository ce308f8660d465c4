"""Metadata through SQLAlchemy for the families without catalog queries of their own.

Importing this module costs SQLAlchemy's import; nothing on the way to MySQL, PostgreSQL or SQLite rows does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.dialects.base import Dialect, TableColumn
from connect_core.connectors.jdbc.names import TableId

if TYPE_CHECKING:
    from sqlalchemy.engine import Inspector

_DRIVERNAMES = {"Oracle": "oracle+oracledb", "SQL Server": "mssql+pymssql", "DB2": "db2+ibm_db", "SQLite": "sqlite"}
_DRIVERNAMES |= {"MySQL": "mysql+pymysql", "PostgreSQL": "postgresql+psycopg", "Sybase": "mssql+pymssql"}


def inspector(dialect: Dialect, connection: Any) -> Inspector:
    """SQLAlchemy's inspector on an open connection, which stays the caller's."""
    import sqlalchemy  # 0.4 s
    from sqlalchemy.pool import StaticPool

    engine = sqlalchemy.create_engine(
        f"{_DRIVERNAMES[dialect.product]}://",
        creator=lambda: connection,
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    found: Inspector = sqlalchemy.inspect(engine)
    return found


def like(pattern: str | None, name: str | None) -> bool:
    """A JDBC metadata pattern (``%``, ``_``, backslash escapes); None matches all, ``""`` only the absent."""
    if pattern is None:
        return True
    if pattern == "":
        return not name
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    translated = {"%": ".*", "_": "."}
    expression = "".join(translated.get(p) or re.escape(p[-1]) for p in pieces)
    return re.fullmatch(expression, name or "", re.DOTALL) is not None


def list_tables(dialect: Dialect, connection: Any, *, schema: str | None, types: Sequence[str]) -> Iterator[TableId]:
    """Tables and views of every schema the pattern allows."""
    found = inspector(dialect, connection)
    for name in sorted(found.get_schema_names()):
        if not like(schema, name):
            continue
        if "TABLE" in types:
            yield from (TableId(None, name, table) for table in sorted(found.get_table_names(schema=name)))
        if "VIEW" in types:
            yield from (TableId(None, name, view) for view in sorted(found.get_view_names(schema=name)))


def columns(dialect: Dialect, connection: Any, table: TableId) -> list[TableColumn]:
    """The columns of exactly this table."""
    from sqlalchemy.exc import NoSuchTableError

    try:
        found = inspector(dialect, connection).get_columns(table.table, schema=table.schema or table.catalog)
    except NoSuchTableError:
        return []
    return [
        TableColumn(
            column["name"],
            bool(column.get("nullable", True)),
            column.get("autoincrement") is True or bool(column.get("identity")),
            str(column["type"]),
        )
        for column in found
    ]
