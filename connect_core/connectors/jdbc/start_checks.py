"""What a source task checks when it starts: offset columns per table, their existence and nullability, isolation.

Texts and order are the original's (spec jdbc-10.10.md 3.3, 3.7).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.dialects.base import Dialect, TableColumn
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.patterns import compile_pattern
from connect_core.connectors.jdbc.table_reader import Columns
from connect_core.errors import ConfigError, ConnectError

log = logging.getLogger(__name__)


def isolate(dialect: Dialect, connection: Any, mode: str) -> None:
    """Set transaction.isolation.mode; a database without the level is used as it is."""
    if mode == "DEFAULT":
        return
    try:
        dialect.isolate(connection, mode)
    except Exception as error:  # noqa: BLE001  # the original warns and goes on, whatever the driver says
        log.warning("transaction.isolation.mode %s is not set: %s", mode, error)


def columns_of(config: JdbcSourceConfig, dialect: Dialect, connection: Any, tables: Sequence[TableId]) -> list[Columns]:
    """The offset columns of each table (one entry for a query), checked."""
    incrementing = config.mode in ("incrementing", "timestamp+incrementing")
    timestamps = config.mode in ("timestamp", "timestamp+incrementing")
    named: tuple[str, ...] = ()
    if timestamps:
        named = tuple(column for column in config.timestamp_column_name if column)
    if not tables or config.mode == "bulk":
        own = config.incrementing_column_name or None
        return [Columns(stamps=named, incrementing=own if incrementing else None)] * max(1, len(tables))
    result: list[Columns] = []
    for number, table in enumerate(tables):
        id_column: str = (_mapped_id(config, table) or config.incrementing_column_name) if incrementing else ""
        stamps = (_mapped_stamps(config, table) or named) if timestamps else ()
        found = dialect.columns(connection, table)
        name = dialect.table_name(table, dialect.quotes(config.quote_sql_identifiers))
        if number == 0:
            _check_exist(name, found, id_column, stamps)
        if incrementing and not id_column:
            id_column = _autoincrement(name, found)
        if number == 0:
            dialect.check_stamps(found, stamps)
        if config.validate_non_null:
            _check_not_null(name, found, id_column, stamps, timestamps=timestamps)
        result.append(Columns(stamps=tuple(stamps), incrementing=id_column or None))
    connection.commit()
    return result


def _autoincrement(name: str, columns: Sequence[TableColumn]) -> str:
    for column in columns:
        if column.autoincrement:
            return column.name
    raise ConfigError(
        f"No auto-increment column was found in table '{name}': set incrementing.column.name to the column to follow"
    )


def _match(config_key: str, pieces: Sequence[str], table: TableId) -> str | None:
    """The part behind the one regex that fits the table."""
    if not pieces:
        return None
    fitting = []
    for piece in pieces:
        pattern, _, columns = piece.partition(":")
        if compile_pattern(pattern.strip()).fullmatch(table.unquoted):
            fitting.append(columns.strip())
    if len(fitting) == 1:
        return fitting[0]
    start = f"Error while validating {config_key} column mappings: Included table '{table}'"
    raise ConnectError(
        f"{start} matches more than one of the provided regexes"
        if fitting
        else f"{start} does not match any of the provided regexes"
    )


def _mapped_id(config: JdbcSourceConfig, table: TableId) -> str:
    return _match("incrementing", config.incrementing_column_mapping, table) or ""


def _mapped_stamps(config: JdbcSourceConfig, table: TableId) -> tuple[str, ...]:
    columns = _match("timestamp", config.timestamp_columns_mapping, table)
    return tuple(columns[1:-1].split("|")) if columns else ()


def _check_exist(name: str, columns: Sequence[TableColumn], id_column: str, stamps: Sequence[str]) -> None:
    known = {column.name.lower() for column in columns}
    if id_column and id_column.lower() not in known:
        raise ConfigError(f"Incrementing column: {id_column} does not exist in table '{name}'")
    missing = [column for column in stamps if column.lower() not in known]
    if missing:
        raise ConfigError(f"Timestamp columns: {', '.join(missing)} do not exist in table '{name}'")


def _check_not_null(
    name: str, columns: Sequence[TableColumn], id_column: str, stamps: Sequence[str], *, timestamps: bool
) -> None:
    nullable = {column.name.lower(): column.nullable for column in columns}
    if id_column and nullable.get(id_column.lower(), False):
        raise ConnectError(
            f"Cannot make incremental queries using incrementing column {id_column} on {name} because this column is "
            "nullable."
        )
    if timestamps and all(nullable.get(column.lower(), False) for column in stamps):
        raise ConnectError(
            f"Cannot make incremental queries using timestamp columns {','.join(stamps)} on {name} because all of "
            "these columns are nullable."
        )


class SqlError(ConnectError):
    """An SQL error for logs and traces; ``masked`` (query.masked): only its class and codes. ``str`` is the message."""

    def __init__(self, dialect: Dialect, error: Exception, *, masked: bool) -> None:
        state, code = dialect.sql_state(error)
        self.java_class = (
            "java.sql.SQLSyntaxErrorException" if (state or "").startswith("42") else "java.sql.SQLException"
        )
        redacted = f"<redacted> [class={self.java_class}; SQLState={state}; errorCode={code}]"
        super().__init__(redacted if masked else dialect.message(error))
        self.shown = redacted if masked else f"{self.java_class}: {self}"
        """Class and message."""
