"""The tables a sink writes to: do they exist, which columns have they, create and extend them.

Looks names up exactly (no pattern characters). Definitions are kept until ``forget`` (any SQL failure, any DDL). DDL
runs before any row of the put is written, because it commits on some databases.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connect_core.connectors.jdbc.catalog import TableShape, describe, session_place
from connect_core.connectors.jdbc.ddl import Ddl
from connect_core.connectors.jdbc.dialects import Dialect
from connect_core.connectors.jdbc.names import Quotes, TableId
from connect_core.connectors.jdbc.sink_errors import TableAlterOrCreate, UnfitRecord, driver_message
from connect_core.connectors.jdbc.sink_fields import Column, FieldPlan
from connect_core.errors import ConnectError

log = logging.getLogger(__name__)

_NAME_LIMIT = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRules:
    """The keys that decide about tables."""

    name_format: str = "${topic}"
    types: frozenset[str] = frozenset({"TABLE"})
    auto_create: bool = False
    auto_evolve: bool = False
    max_retries: int = 10


class TargetTables:
    """Tables of one connection."""

    def __init__(
        self,
        dialect: Dialect,
        family: str,
        quotes: Quotes,
        *,
        rules: TableRules,
        ddl: Ddl,
        errors: tuple[type[Exception], ...],
    ) -> None:
        self.dialect, self.family, self.quotes, self.rules, self.ddl = dialect, family, quotes, rules, ddl
        self.errors = errors
        self._shapes: dict[TableId, TableShape | None] = {}
        self._place: tuple[str | None, str | None] | None = None

    def forget(self) -> None:
        """Look everything up again."""
        self._shapes.clear()
        self._place = None

    def resolve(self, connection: Any, topic: str) -> TableId:
        """The full name of a topic's table: the format filled in, parsed, completed from the session."""
        text = self.rules.name_format.replace("${topic}", topic)
        if not text.strip():
            raise UnfitRecord(
                f"Destination table name for topic '{topic}' is empty using the format string "
                f"'{self.rules.name_format}'"
            )
        try:
            table = self.dialect.parse_table(text, self.dialect.quotes())
        except ConnectError as error:
            raise UnfitRecord(str(error)) from error
        return self._complete(connection, self._fold(table))

    def resolve_plain(self, connection: Any, name: str) -> TableId:
        """The full name of a table of our own beside the targets."""
        return self._complete(connection, self._fold(TableId(None, None, name)))

    def _complete(self, connection: Any, table: TableId) -> TableId:
        if self._place is None:
            self._place = session_place(self.dialect, self.family, connection)
        catalog, schema = self._place
        return TableId(table.catalog or catalog, table.schema or schema, table.table)

    def _fold(self, table: TableId) -> TableId:
        """The name as the database will store it: cut, and without quotes folded."""
        if self.family == "postgresql":  # the server would cut it anyway, and the look-up must know
            table = table._replace(table=table.table.encode()[:_NAME_LIMIT].decode(errors="ignore"))
        if self.quotes.always:
            return table
        if self.family == "postgresql":
            return table._replace(table=table.table.lower())
        return table._replace(table=table.table.upper()) if self.family == "oracle" else table

    def name(self, table: TableId) -> str:
        """The full name in SQL."""
        if self.family == "postgresql":
            return self.quotes.join(*table)
        return self.dialect.table_name(table, self.quotes)

    def shape(self, connection: Any, table: TableId) -> TableShape | None:
        """Kind and columns of the table; None if there is none of the configured types."""
        if table not in self._shapes:
            found = describe(self.dialect, self.family, connection, table)
            self._shapes[table] = found if found is not None and found.kind in self.rules.types else None
        return self._shapes[table]

    def ensure(self, connection: Any, table: TableId, plan: FieldPlan) -> TableShape:
        """The table with all columns of the plan, created or extended if the configuration allows it."""
        shape = self.shape(connection, table)
        if shape is None:
            shape = self._create(connection, table, plan.columns)
        missing = shape.missing(plan.columns)
        return shape if not missing else self._evolve(connection, table, shape, missing)

    def _create(self, connection: Any, table: TableId, columns: Sequence[Column]) -> TableShape:
        if not self.rules.auto_create:
            raise TableAlterOrCreate(f"Table {table} is missing and auto-creation is disabled")
        statement = self.ddl.create(self.name(table), columns)
        log.info("Creating table with sql: %s", statement)
        try:
            self._run(connection, [statement])
        except self.errors:
            connection.rollback()
            self._shapes.pop(table, None)
            if self.shape(connection, table) is None:  # else another task was faster
                raise
        self._shapes.pop(table, None)
        shape = self.shape(connection, table)
        if shape is None:
            raise TableAlterOrCreate(f"Table {table} is missing after it was created: table.types does not include it")
        return shape

    def _evolve(self, connection: Any, table: TableId, shape: TableShape, missing: list[Column]) -> TableShape:
        attempts = 0
        while missing:
            self._check_alter(table, shape, missing)
            statements = self.ddl.alter(self.name(table), missing)
            log.info("Amending table with sql: %s", "; ".join(statements))
            try:
                self._run(connection, statements)
            except self.errors as error:
                connection.rollback()
                if attempts >= self.rules.max_retries:
                    raise TableAlterOrCreate(
                        f"Failed to amend {shape.kind} '{table}' to add missing fields: {_shown(missing)}: "
                        f"{driver_message(error)}"
                    ) from error
                attempts += 1
            self._shapes.pop(table, None)
            found = self.shape(connection, table)
            if found is None:
                raise TableAlterOrCreate(f"Table {table} is missing and auto-creation is disabled")
            shape, missing = found, found.missing(missing)
        return shape

    def _check_alter(self, table: TableId, shape: TableShape, missing: list[Column]) -> None:
        if shape.kind != "TABLE":
            raise TableAlterOrCreate(
                f"{shape.kind.title()} {table} is missing fields ({_shown(missing)}) and "
                f"ALTER {shape.kind} is unsupported"
            )
        for column in missing:
            if not column.optional and not column.schema.has_default:
                raise TableAlterOrCreate(
                    f"Cannot ALTER {shape.kind} {table} to add missing field {column}, as the field is not optional "
                    "and does not have a default value"
                )
        if not self.rules.auto_evolve:
            raise TableAlterOrCreate(
                f"{shape.kind.title()} {table} is missing fields ({_shown(missing)}) and auto-evolution is disabled"
            )

    def _run(self, connection: Any, statements: Sequence[str]) -> None:
        for statement in statements:
            self.dialect.execute(connection, statement)
        connection.commit()


def _shown(columns: Sequence[Column]) -> str:
    return f"[{', '.join(map(str, columns))}]"
