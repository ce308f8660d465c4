"""Which tables a source copies (spec connectors.md 1.2, jdbc-10.10.md 3.1), in the database's own order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connect_core.connectors.jdbc.client import Database
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.names import Quotes, TableId
from connect_core.connectors.jdbc.patterns import compile_pattern
from connect_core.errors import ConnectError

_DUPLICATES = (
    "The connector uses the unqualified table name as the topic name and has detected duplicate unqualified table names"
    ". This could lead to mixed data types in the topic and downstream processing errors. To prevent such processing "
    "errors, the JDBC Source connector fails to start when it detects duplicate table name configurations. Update the "
    "connector's '{key}' config to include exactly one table in each of the tables listed below.\n\t{tables}"
)


def discover(database: Database, connection: Any, config: JdbcSourceConfig) -> list[TableId]:
    """All captured tables. ConnectError when two have the same bare name."""
    dialect = database.dialect
    wanted = {kind.upper() for kind in config.table_types}
    types = [kind for kind in dialect.table_types(connection) if kind.upper() in wanted]
    listed = dialect.list_tables(connection, catalog=config.catalog_pattern, schema=config.schema_pattern, types=types)
    quotes = Quotes(*dialect.quote_characters)
    tables = [table for table in listed if captured(table, config, quotes)]
    refuse_duplicates(tables, config)
    return tables


def captured(table: TableId, config: JdbcSourceConfig, quotes: Quotes) -> bool:
    """Whether the filters let a table through."""
    if config.table_include_list or config.table_exclude_list:
        name = table.unquoted
        included = any(compile_pattern(pattern).fullmatch(name) for pattern in config.table_include_list)
        return included and not any(compile_pattern(pattern).fullmatch(name) for pattern in config.table_exclude_list)
    names = {table.table, table.unquoted, ".".join(quotes.force(part) for part in table if part)}
    if config.table_whitelist:
        return not names.isdisjoint(config.table_whitelist)
    return names.isdisjoint(config.table_blacklist)


def refuse_duplicates(tables: Sequence[TableId], config: JdbcSourceConfig) -> None:
    """Topics are named by the bare table name, so it must be unique."""
    groups: dict[str, list[TableId]] = {}
    for table in tables:
        groups.setdefault(table.table, []).append(table)
    twice = [group for group in groups.values() if len(group) > 1]
    if not twice:
        return
    key = "table.whitelist' or 'table.blacklist"
    if config.table_include_list:
        key = "table.include.list"
    elif config.table_whitelist or config.table_blacklist:
        key = "table.whitelist" if config.table_whitelist else "table.blacklist"
    shown = ", ".join(f"[{', '.join(str(table) for table in group)}]" for group in twice)
    error = ConnectError(_DUPLICATES.format(key=key, tables=f"[{shown}]"))
    raise ConnectError("Encountered an unrecoverable error while reading tables from the database") from error


def groups(tables: Sequence[TableId], count: int) -> list[list[TableId]]:
    """Contiguous groups, the first ``len % count`` one longer (Connect's groupPartitions)."""
    size, extra = divmod(len(tables), count)
    result, start = [], 0
    for number in range(count):
        end = start + size + (number < extra)
        result.append(list(tables[start:end]))
        start = end
    return result
