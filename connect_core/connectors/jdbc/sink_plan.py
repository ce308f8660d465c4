"""From a record's topic and schemas to a plan: table checked, statements written, binders compiled.

Plans are kept per (topic, key schema, value schema) until the tables are looked up again, so a value schema never
meets statements made for another one (the original loses columns there).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from connect_core.connectors.jdbc.catalog import FAMILIES, TableShape
from connect_core.connectors.jdbc.client import Database
from connect_core.connectors.jdbc.ddl import Ddl
from connect_core.connectors.jdbc.executors import Batch, Executor
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.connectors.jdbc.sink_fields import FieldPlan, FieldRules, plan_fields
from connect_core.connectors.jdbc.sink_rows import BindRules
from connect_core.connectors.jdbc.sink_values import Clock
from connect_core.connectors.jdbc.statements import Dml
from connect_core.connectors.jdbc.target_tables import TableRules, TargetTables
from connect_core.connectors.jdbc.zones import zone
from connect_core.data import Schema
from connect_core.errors import Fatal


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How records of one topic and pair of schemas are written. ``write`` None: only deletes so far."""

    table: TableId
    write: Batch | None
    delete: Batch | None


class Planner:
    """Plans for one open connection."""

    def __init__(self, config: JdbcSinkConfig, database: Database, connection: Any) -> None:
        self.config, self.connection = config, connection
        self.dialect = database.dialect
        self.family = FAMILIES.get(self.dialect.java_name, "generic")
        self.quotes = self.dialect.quotes(config.quote_sql_identifiers)
        self.executor = Executor(
            self.dialect,
            self.family,
            connection,
            strict_off=database.url.parameter("jdbcCompliantTruncation", "true") == "false",
        )
        self.fields = FieldRules(
            pk_mode=config.pk_mode.lower(),
            pk_fields=tuple(config.pk_fields),
            whitelist=frozenset(config.fields_whitelist),
            string_column=config.string_output_value_column_name,
        )
        self.epoch_fields = frozenset(config.timestamp_fields_list)
        self.clock = _clock(config)
        ddl = Ddl(
            family=self.family,
            quote=self.quotes.quote,
            clock=self.clock,
            epoch_fields=self.epoch_fields,
            backslashes=self.executor.backslashes,
        )
        self.tables = TargetTables(
            self.dialect, self.family, self.quotes, rules=_table_rules(config), ddl=ddl, errors=database.errors()
        )
        self._plans: dict[tuple[str, Schema | None, Schema | None], Plan] = {}
        self._names: dict[str, TableId] = {}

    def table(self, topic: str) -> TableId:
        """The target of a topic."""
        if topic not in self._names:
            self._names[topic] = self.tables.resolve(self.connection, topic)
        return self._names[topic]

    def plan(self, topic: str, key: Schema | None, value: Schema | None) -> Plan:
        """The plan for these schemas; ``value`` None for a tombstone before any value."""
        found = self._plans.get((topic, key, value))
        if found is None:
            found = self._plans[(topic, key, value)] = self._make(topic, key, value)
        return found

    def forget(self) -> None:
        """Look tables up again."""
        self._plans.clear()
        self._names.clear()
        self.tables.forget()

    def one_row_per_statement(self) -> None:
        """From now on no multi-row statements."""
        self.executor.single = True
        self._plans.clear()

    def _make(self, topic: str, key: Schema | None, value: Schema | None) -> Plan:
        table = self.table(topic)
        if value is None and self.config.auto_create and self.tables.shape(self.connection, table) is None:
            # a table made from a key alone would refuse the values that follow; where there is none, nothing to delete
            return Plan(table, None, None)
        fields = plan_fields(table.table, self.fields, key=key, value=value)
        shape = self.tables.ensure(self.connection, table, fields)
        return self._compile(table, fields, shape, deletes_only=value is None)

    def _dml(self, table: TableId, types: dict[str, str]) -> Dml:
        return Dml(
            family=self.family,
            table=self.tables.name(table),
            quote=self.quotes.quote,
            types=types,
            holdlock=self.config.mssql_use_merge_holdlock,
        )

    def _compile(self, table: TableId, fields: FieldPlan, shape: TableShape, *, deletes_only: bool) -> Plan:
        types = {column.name: shape.type_of(column.name) for column in fields.columns}
        dml = self._dml(table, types)
        rules = BindRules(
            clock=self.clock,
            epoch_fields=self.epoch_fields,
            replace_null=self.config.replace_null_with_default,
            types=types,
            declared={column.name: shape.declared_of(column.name) for column in fields.columns},
        )
        delete = self.executor.batch(dml.delete(fields.keys), rules) if self.config.delete_enabled else None
        return Plan(table, None if deletes_only else self._write(dml, fields, rules, table), delete)

    def _write(self, dml: Dml, fields: FieldPlan, rules: BindRules, table: TableId) -> Batch:
        mode = self.config.insert_mode.lower()
        if mode == "insert":
            return self.executor.batch(dml.insert(fields.keys, fields.values), rules)
        if mode == "update":
            return self.executor.batch(dml.update(fields.keys, fields.values), rules)
        if not fields.keys:
            raise Fatal(
                f"Write to table '{table}' in UPSERT mode requires key field names to be known, "
                "check the primary key configuration"
            )
        return self.executor.batch(dml.upsert(fields.keys, fields.values), rules, keys=dml.key_row(fields.keys))


def _table_rules(config: JdbcSinkConfig) -> TableRules:
    return TableRules(
        name_format=config.table_name_format,
        types=frozenset(word.upper() for word in config.table_types),
        auto_create=config.auto_create,
        auto_evolve=config.auto_evolve,
        max_retries=config.max_retries,
    )


def _clock(config: JdbcSinkConfig) -> Clock:
    own = zone(config.db_timezone)
    return Clock(
        own,
        UTC if config.date_timezone.upper() == "UTC" else own,
        legacy=config.date_calendar_system == "LEGACY",
        nanos=config.timestamp_precision_mode.upper() == "NANOSECONDS",
    )
