"""Validation of a source config beyond single keys: the original's steps, in its order, with its texts.

A step that finds something ends the run (spec jdbc-10.10.md 2.1). Unlike the original a database that cannot be asked,
or a misspelt isolation mode, never hides what other steps would find. Neighbours: ``config`` (single keys).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connect_core.connectors.jdbc.client import ConnectFailed, Database
from connect_core.connectors.jdbc.config import ISOLATIONS, JdbcSourceConfig
from connect_core.errors import ConnectError

type Errors = dict[str, list[str]]

LEGACY = ("table.whitelist", "table.blacklist", "incrementing.column.name", "timestamp.column.name")
NEW = ("table.include.list", "table.exclude.list", "timestamp.columns.mapping", "incrementing.column.mapping")
LISTS = ("table.whitelist", "table.blacklist", "table.include.list", "table.exclude.list")
MIXED = (
    "Cannot mix legacy and new configuration approaches. Legacy configurations (table.whitelist, table.blacklist, "
    "timestamp.column.name, incrementing.column.name) cannot be used together with new configurations "
    "(table.include.list, table.exclude.list, timestamp.columns.mapping, incrementing.column.mapping). Please choose "
    "one approach: either use all legacy configurations or all new configurations."
)
NO_FILTER = (
    "At least one table filtering configuration is required. Provide one of: table.whitelist, table.blacklist, "
    "table.include.list, or table.exclude.list."
)
QUERY_WITH_TABLES = (
    "Do not specify table filtering configs with 'query'. Remove table.whitelist / table.blacklist / "
    "table.include.list / table.exclude.list when using query mode or 'query' when using table filtering mode."
)
QUERY_WITHOUT_ID = (
    "'incrementing.column.name' must be provided when using mode 'incrementing' or 'timestamp+incrementing' with a "
    "custom query. The incrementing column cannot be auto-discovered in query mode because there is no table to "
    "inspect. Note that 'incrementing.column.mapping' is not applied in query mode (it maps columns by table-name "
    "regex, and a custom query has no underlying table to match), so 'incrementing.column.name' must be set explicitly."
)
BAD_QUERY = (
    "The configured query is not valid and has database/connection errors. Please provide the correct query by "
    "validating the query syntax and the existing table/column names with the database being connected"
)
_EXCLUDE = (
    "table.exclude.list cannot be used without table.include.list. Exclude list only applies to tables that match the "
    "include list."
)


def validate(config: JdbcSourceConfig) -> Errors:
    """The complaints of the first step that has any."""
    for step in STEPS:
        errors = step(config)
        if errors:
            return errors
    return {}


def is_set(config: JdbcSourceConfig, name: str) -> bool:
    """Non-empty after trimming; of a list the first entry counts."""
    value: Any = getattr(config, name.replace(".", "_"))
    if isinstance(value, list):
        value = value[0] if value else ""
    return bool(str(value).strip())


def _isolation(config: JdbcSourceConfig) -> Errors:
    key, mode = "transaction.isolation.mode", config.transaction_isolation_mode
    if mode not in ISOLATIONS:
        return {key: [f"Invalid value {mode} for configuration {key}: String must be one of: {', '.join(ISOLATIONS)}"]}
    if mode != "SQL_SERVER_SNAPSHOT":
        return {}
    try:
        dialect = Database(config.settings).dialect
    except ConnectError:
        return {}  # the connection step has the better words for it
    if dialect.java_name == "SqlServerDatabaseDialect":
        return {}
    return {key: ["Isolation mode of `SQL_SERVER_SNAPSHOT` can only be configured with a Sql Server Dialect"]}


def _families(config: JdbcSourceConfig) -> Errors:
    if config.statement:
        return {}
    given = [name for name in (*LEGACY, *NEW) if is_set(config, name)]
    legacy, new = [name in LEGACY for name in given], [name in NEW for name in given]
    if any(legacy) and any(new):
        return {name: [MIXED] for name in given}
    return {} if given else {name: [NO_FILTER] for name in LISTS}


def _query(config: JdbcSourceConfig) -> Errors:
    keys = [k for k, v in (("query", config.query), ("query.masked", config.query_masked.value)) if v.strip()]
    if len(keys) == 2:
        text = "Both 'query' and 'query.masked' configs cannot be set at the same time. Please use only one of them."
        return {key: [text] for key in keys}
    if not keys:
        return {}
    lists = [name for name in LISTS if is_set(config, name)]
    if lists:
        return {name: [QUERY_WITH_TABLES] for name in ("query", "query.masked", *lists)}
    if not re.match(r"SELECT\b", config.statement, re.IGNORECASE):
        rest = "Please provide a statement that starts with SELECT."
        return {keys[0]: [f"Only SELECT statements are supported for '{keys[0]}'. {rest}"]}
    return {}


def _query_id(config: JdbcSourceConfig) -> Errors:
    needs = config.statement and config.mode in ("incrementing", "timestamp+incrementing")
    return {"incrementing.column.name": [QUERY_WITHOUT_ID]} if needs and not config.incrementing_column_name else {}


def _connection(config: JdbcSourceConfig) -> Errors:
    try:
        database = Database(config.settings)
        database.dialect.quotes(config.quote_sql_identifiers)
        connection = database.connect()
    except ConnectError as error:
        return {"connection.url": [f"Could not connect to database. {error}"]}
    database.dialect.discard(connection)
    return {}


def _query_works(config: JdbcSourceConfig) -> Errors:
    if not config.statement:
        return {}
    database = Database(config.settings)
    key = "query" if config.query.strip() else "query.masked"
    try:
        database.dialect.prepare_only(database.connect(), config.statement)
    except ConnectFailed:
        return {key: [BAD_QUERY]}
    except database.errors() as error:
        state, code = database.dialect.sql_state(error)
        parts = [f"SQLState: {state}"] if state else []
        parts += [f"errorCode: {code}"] if code else []
        return {key: [BAD_QUERY + (f" ({', '.join(parts)})" if parts else "")]}
    return {}


def _new_family(config: JdbcSourceConfig) -> Errors:
    if not any(is_set(config, name) for name in NEW):
        return {}
    if is_set(config, "table.exclude.list") and not is_set(config, "table.include.list"):
        return {"table.exclude.list": [_EXCLUDE]}
    for kind, modes, key in (
        ("Timestamp", ("timestamp", "timestamp+incrementing"), "timestamp.columns.mapping"),
        ("Incrementing", ("incrementing", "timestamp+incrementing"), "incrementing.column.mapping"),
    ):
        either = " or ".join(f"'{mode}'" for mode in modes)
        if config.mode in modes and not is_set(config, key):
            text = f"{kind} column configuration must be provided when using mode {either}. Provide '{key}'."
            return {"mode": [text]}
        if config.mode not in modes and is_set(config, key):
            text = f"{kind} column configurations should not be provided if mode is not {either}. Remove '{key}'."
            return {"mode": [text]}
    return {}


STEPS: tuple[Callable[[JdbcSourceConfig], Errors], ...] = (
    _isolation,
    _families,
    _query,
    _query_id,
    _connection,
    _query_works,
    _new_family,
)
