"""Database families. ``for_family`` picks one by URL or by ``dialect.name``; each module is imported when needed."""

from __future__ import annotations

from importlib import import_module

from connect_core.connectors.jdbc.dialects.base import Dialect, TableColumn
from connect_core.errors import ConnectError

_FAMILIES = {
    "mysql": "mysql:MySql",
    "mariadb": "mysql:MySql",
    "postgresql": "postgresql:PostgreSql",
    "redshift": "postgresql:PostgreSql",
    "sqlite": "sqlite:Sqlite",
    "oracle": "rendered:Oracle",
    "sqlserver": "rendered:SqlServer",
    "sybase": "rendered:Sybase",
    "db2": "rendered:Db2",
    "derby": "rendered:Derby",
    "sap": "rendered:SapHana",
    "vertica": "rendered:Vertica",
}
JAVA_NAMES = {
    "Db2DatabaseDialect": "rendered:Db2",
    "MySqlDatabaseDialect": "mysql:MySql",
    "SybaseDatabaseDialect": "rendered:Sybase",
    "GenericDatabaseDialect": "base:Dialect",
    "OracleDatabaseDialect": "rendered:Oracle",
    "SqlServerDatabaseDialect": "rendered:SqlServer",
    "PostgreSqlDatabaseDialect": "postgresql:PostgreSql",
    "SqliteDatabaseDialect": "sqlite:Sqlite",
    "DerbyDatabaseDialect": "rendered:Derby",
    "SapHanaDatabaseDialect": "rendered:SapHana",
    "VerticaDatabaseDialect": "rendered:Vertica",
}
"""``dialect.name`` values in the order validate recommends them."""

__all__ = ["JAVA_NAMES", "Dialect", "TableColumn", "for_family"]


def for_family(family: str, name: str = "") -> Dialect:
    """The dialect of a URL's family, or the one ``dialect.name`` asks for."""
    if name and name not in JAVA_NAMES:
        raise ConnectError(f"Unable to find dialect with name '{name}'")
    place = JAVA_NAMES[name] if name else _FAMILIES.get(family, "base:Dialect")
    module, _, kind = place.partition(":")
    dialect = getattr(import_module(f"{__name__}.{module}"), kind)()
    assert isinstance(dialect, Dialect)
    return dialect
