"""What a database's catalog says about one table, by exact name, and where a session is. One query form per family.

Names go in as parameters, so ``_`` and ``%`` mean themselves. Neighbour: ``target_tables`` keeps and uses the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_core.connectors.jdbc.dialects import Dialect
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.sink_fields import Column

FAMILIES = {
    "MySqlDatabaseDialect": "mysql",
    "PostgreSqlDatabaseDialect": "postgresql",
    "SqliteDatabaseDialect": "sqlite",
    "OracleDatabaseDialect": "oracle",
    "SqlServerDatabaseDialect": "sqlserver",
    "SybaseDatabaseDialect": "sybase",
    "Db2DatabaseDialect": "db2",
    "DerbyDatabaseDialect": "derby",
    "SapHanaDatabaseDialect": "sap",
    "VerticaDatabaseDialect": "vertica",
}
"""Dialect -> the family name that ``sink_types``, ``statements`` and ``ddl`` go by; others are ``generic``."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """Kind (TABLE, VIEW, PARTITIONED TABLE, ...) and columns with their type names in lower case.

    ``declared`` (PostgreSQL only) are the types as SQL writes them: qualified, with length and precision.
    """

    kind: str
    columns: dict[str, str]
    declared: dict[str, str] = field(default_factory=dict)

    def type_of(self, name: str) -> str:
        """Type name of a column; the exact name wins, then any case; "" if there is none."""
        return _look_up(self.columns, name)

    def declared_of(self, name: str) -> str:
        """The declared type of a column, found the same way."""
        return _look_up(self.declared, name)

    def missing(self, columns: Iterable[Column]) -> list[Column]:
        """Those columns the table has in no case."""
        have = {name.casefold() for name in self.columns}
        return [column for column in columns if column.name.casefold() not in have]


def _look_up(table: dict[str, str], name: str) -> str:
    if name in table:
        return table[name]
    folded = name.casefold()
    return next((kind for column, kind in table.items() if column.casefold() == folded), "")


_PLACES = {
    "mysql": "SELECT DATABASE(), NULL",
    "postgresql": "SELECT current_database(), current_schema()",
    "oracle": "SELECT NULL, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM dual",
    "sqlserver": "SELECT DB_NAME(), SCHEMA_NAME()",
    "sybase": "SELECT db_name(), user_name()",
    "db2": "SELECT NULL, CURRENT SCHEMA FROM SYSIBM.SYSDUMMY1",
}


def session_place(dialect: Dialect, family: str, connection: Any) -> tuple[str | None, str | None]:
    """(catalog, schema) that an unqualified name means in this session."""
    sql = _PLACES.get(family)
    if sql is None:
        return None, None
    catalog, schema = dialect.query(connection, sql)[0]
    return catalog or None, schema.strip() if schema else None


_POSTGRESQL = """
SELECT CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'v' THEN 'VIEW'
       WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'FOREIGN TABLE' END, a.attname, t.typname,
       format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY a.attnum"""
_MYSQL_TABLE = """
SELECT TABLE_TYPE, TABLE_NAME, @@lower_case_table_names FROM information_schema.TABLES
WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?"""
_MYSQL_COLUMNS = """
SELECT COLUMN_NAME, DATA_TYPE FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION"""
_ORACLE = """
SELECT o.OBJECT_TYPE, c.COLUMN_NAME, c.DATA_TYPE FROM ALL_OBJECTS o
JOIN ALL_TAB_COLUMNS c ON c.OWNER = o.OWNER AND c.TABLE_NAME = o.OBJECT_NAME
WHERE o.OWNER = ? AND o.OBJECT_NAME = ? AND o.OBJECT_TYPE IN ('TABLE', 'VIEW') ORDER BY c.COLUMN_ID"""
_DB2 = """
SELECT CASE t.TYPE WHEN 'V' THEN 'VIEW' ELSE 'TABLE' END, c.COLNAME, c.TYPENAME FROM SYSCAT.TABLES t
JOIN SYSCAT.COLUMNS c ON c.TABSCHEMA = t.TABSCHEMA AND c.TABNAME = t.TABNAME
WHERE t.TABSCHEMA = ? AND t.TABNAME = ? ORDER BY c.COLNO"""
_STANDARD = """
SELECT t.TABLE_TYPE, c.COLUMN_NAME, c.DATA_TYPE FROM INFORMATION_SCHEMA.TABLES t
JOIN INFORMATION_SCHEMA.COLUMNS c ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME
WHERE t.TABLE_SCHEMA = ? AND t.TABLE_NAME = ? ORDER BY c.ORDINAL_POSITION"""
_QUERIES = {"postgresql": _POSTGRESQL, "oracle": _ORACLE, "db2": _DB2}


def describe(dialect: Dialect, family: str, connection: Any, table: TableId) -> TableShape | None:
    """The table of exactly this name; None if there is none."""
    if family == "mysql":
        return _mysql(dialect, connection, table)
    if family == "sqlite":
        return _sqlite(dialect, connection, table)
    sql = _QUERIES.get(family, _STANDARD)
    rows = _ask(dialect, connection, sql, (table.schema or table.catalog, table.table))
    return _shape(rows, family)


def _ask(dialect: Dialect, connection: Any, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    return dialect.query(connection, marked(sql, dialect.marker), parameters)


def marked(sql: str, marker: str) -> str:
    """SQL of ours with ``?`` marks (and no other question or percent signs) in the driver's style."""
    pieces = sql.split("?")
    return pieces[0] + "".join(marker.format(n) + piece for n, piece in enumerate(pieces[1:], 1))


def _shape(rows: list[tuple[Any, ...]], family: str = "") -> TableShape | None:
    if not rows:
        return None
    kind = str(rows[0][0]).upper()
    kind = {"BASE TABLE": "TABLE", "SYSTEM VERSIONED": "TABLE"}.get(kind, kind)
    rows = [row for row in rows if row[1] is not None]
    declared = {row[1]: str(row[3]) for row in rows} if family == "postgresql" else {}
    return TableShape(kind, {row[1]: str(row[2]).lower() for row in rows}, declared)


def _mysql(dialect: Dialect, connection: Any, table: TableId) -> TableShape | None:
    # two queries: with constants for both names the server opens this one table, in a join it would open all of them
    place = (table.catalog or table.schema, table.table)
    found = _ask(dialect, connection, _MYSQL_TABLE, place)
    # the server may compare names without case although its tables are case-sensitive
    kind = next((row[0] for row in found if row[2] or row[1] == table.table), None)
    if kind is None:
        return None
    return _shape([(kind, *row) for row in _ask(dialect, connection, _MYSQL_COLUMNS, place)])


def _sqlite(dialect: Dialect, connection: Any, table: TableId) -> TableShape | None:
    schema = '"' + (table.schema or "main").replace('"', '""') + '"'
    kinds = _ask(
        dialect,
        connection,
        f"SELECT type FROM {schema}.sqlite_master WHERE name = ? COLLATE NOCASE",
        (table.table,),
    )
    kind = next((row[0] for row in kinds if row[0] in ("table", "view")), None)
    if kind is None:
        return None
    columns = _ask(
        dialect, connection, "SELECT name, type FROM pragma_table_info(?, ?)", (table.table, table.schema or "main")
    )
    return TableShape(kind.upper(), {name: str(text).lower() for name, text in columns})
