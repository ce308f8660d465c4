"""The JDBC source connector and its task.

The connector lists tables and splits them over tasks; a task reads them one after the other with a server-side cursor,
a batch per poll, without a reader thread. Neighbours: ``table_reader`` (one table), ``discovery``, ``validation``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.api import ConnectorContext, SourceConnector, SourceContext, SourceRecord, SourceTask
from connect_core.connectors.jdbc import discovery, offsets, start_checks, temporal, validation
from connect_core.connectors.jdbc.client import Database
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.names import TableId, split_list
from connect_core.connectors.jdbc.table_reader import TableReader, reader_partitions
from connect_core.errors import ConfigError, ConnectError, Fatal

log = logging.getLogger(__name__)

VERSION = "10.10.0"
_BOTH = "Invalid configuration: a JdbcSourceTask cannot have both a table and a query assigned to it"
_NO_TABLES = (
    "Task is being killed because it was not assigned a table nor a query to execute. If run in table mode please make "
    "sure that the tables exist on the database. If the table does exist on the database, we recommend using the fully "
    "qualified table name."
)

_POLLING, _QUERIER = "Error while polling for records", "Error while processing table querier"
"""The original's frames around a failed read: tools look for the cause below them."""

_failures: dict[tuple[str, str], int] = {}
"""SQL errors in a row by (connector, table): query.retry.attempts counts across the slices of a warm instance."""


class JdbcSourceTask(SourceTask[JdbcSourceConfig]):
    """Reads its tables in turn: the one whose last query is longest ago first, each poll.interval.ms after its end."""

    def __init__(self) -> None:
        self._database: Database | None = None
        self._connection: Any = None
        self._readers: list[TableReader] = []
        self._current: TableReader | None = None
        self._failure: Exception | None = None
        self._name = ""

    def source_partitions(self) -> Sequence[Mapping[str, Any]] | None:
        """Known from the config: both protocols of every table, or the query's."""
        return [offsets.QUERY_PARTITION] if self.config.statement else reader_partitions(self._tables())

    def _tables(self) -> list[TableId]:
        dialect = self._open_database().dialect
        quotes = dialect.quotes(self.config.quote_sql_identifiers)
        text = self.config.originals.get("tables", "")
        return [dialect.parse_table(name, quotes) for name in split_list(text, quotes)]

    def _open_database(self) -> Database:
        if self._database is None:
            self._database = Database(self.config.settings)
        return self._database

    def start(self, context: SourceContext) -> None:
        """Connect, take up the offsets, check the columns (spec jdbc-10.10.md 3.3)."""
        self._name = context.connector
        tables, query = self._tables(), self.config.statement
        if tables and query:
            raise ConfigError(_BOTH)
        if not tables and not query:
            if self.config.tables_fetched:
                raise ConfigError(_NO_TABLES)
            return
        if self.config.batch_max_rows <= 0:
            raise Fatal("Maximum batch size must be positive")
        if self.config.max_buffer_size < 0:
            raise Fatal("Maximum queue size must be positive")
        self._connect()
        columns = start_checks.columns_of(self.config, self._open_database().dialect, self._connection, tables)
        places: list[TableId | None] = [*tables] or [None]
        self._readers = [
            TableReader(self.config, self._open_database().dialect, table=table, columns=found)
            for table, found in zip(places, columns, strict=True)
        ]
        for reader in self._readers:
            reader.failures = _failures.get((context.connector, reader.name), 0)
            self._take_up(reader, context)

    def _connect(self) -> None:
        database = self._open_database()
        self._connection = database.connect_patiently()
        start_checks.isolate(database.dialect, self._connection, self.config.transaction_isolation_mode)

    def _take_up(self, reader: TableReader, context: SourceContext) -> None:
        if reader.bulk and not reader.marks_end:
            return
        stored = context.offset(reader.partition)
        if stored is None and reader.table is not None:
            stored = context.offset(offsets.old_partition(reader.table))
        if stored is None and self.config.timestamp_initial is not None and not reader.bulk:
            initial = self.config.timestamp_initial
            if initial == -1:
                now = reader.dialect.read_clock(self._connection, reader.zone)
                self._connection.commit()
                initial = temporal.epoch_ms(now)
            stored = {offsets.TIMESTAMP: initial}
        reader.take_up(stored)

    # -- polling

    def poll(self) -> list[SourceRecord]:
        """One batch, filled from as many due tables as it takes; empty when nothing is due or nothing was new."""
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        batch: list[SourceRecord] = []
        done: set[TableReader] = set()  # each table ends at most once per poll, or a zero interval would never return
        limit = self.config.batch_max_rows
        try:
            while len(batch) < limit:
                reader = self._current or self._due(done)
                if reader is None:
                    break
                batch += self._read(reader, limit - len(batch))
                if not reader.reading:
                    done.add(reader)
        except ConnectError as error:
            if not batch:
                raise
            self._failure = error  # what was read before goes out first
        return batch

    def _due(self, done: set[TableReader]) -> TableReader | None:
        """The due table that finished longest ago; the original breaks ties by name."""
        ready = [reader for reader in self._readers if reader not in done and self._wait_ms(reader) <= 0]
        return min(ready, key=_turn, default=None)

    def _wait_ms(self, reader: TableReader) -> float:
        return (reader.finished_at - time.monotonic()) * 1000 + self.config.poll_interval_ms

    def _read(self, reader: TableReader, limit: int) -> list[SourceRecord]:
        errors = self._open_database().errors()
        try:
            if self._connection is None:
                self._connect()
            if not reader.reading:
                reader.open(self._connection)
            self._current = reader
            records = reader.fetch(limit)
        except errors as error:
            self._drop(reader)
            self._finish(reader)
            self._sql_failed(reader, error)
            return []
        except ConnectError as error:
            self._drop(reader)
            raise Fatal(_POLLING) from _caused(_QUERIER, error)
        if not reader.reading:
            self._finish(reader)
            if reader.failures:
                reader.failures = 0
                _failures.pop((self._name, reader.name), None)
            self._commit(errors)
        return records

    def _finish(self, reader: TableReader) -> None:
        reader.finished_at = time.monotonic()
        self._current = None

    def _commit(self, errors: tuple[type[Exception], ...]) -> None:
        """End the reading transaction: releases its snapshot. A connection that cannot do it is replaced later."""
        try:
            self._connection.commit()
        except errors as error:
            log.info("The connection was lost after a complete result: %s", error)
            self._connection = None

    def _drop(self, reader: TableReader) -> None:
        """After an error the connection is in an unknown state: the next query gets a new one."""
        connection, self._connection, self._current = self._connection, None, None
        try:
            reader.abandon()
            if connection is not None:
                self._open_database().dialect.discard(connection)
        except self._open_database().errors() as error:
            log.debug("Closing the broken connection failed: %s", error)

    def _sql_failed(self, reader: TableReader, error: Exception) -> None:
        """Count; fail the task when the error is permanent or query.retry.attempts is used up."""
        dialect = reader.dialect
        cause = start_checks.SqlError(dialect, error, masked=bool(self.config.query_masked.value))
        if dialect.non_transient(error):
            raise Fatal(_POLLING) from _caused(cause.shown, cause)
        key = (self._name, reader.name)
        reader.failures = _failures[key] = reader.failures + 1
        limit = self.config.query_retry_attempts
        if 0 < limit <= reader.failures:
            del _failures[key]
            raise Fatal(_POLLING) from _caused("Failed to query table after retries", cause)
        log.warning(
            "Query of %s failed (%d in a row), will be tried again: %s", reader.name, reader.failures, cause.shown
        )

    def idle_ms(self) -> int:
        """Until the next table is due."""
        waits = [self._wait_ms(reader) for reader in self._readers]
        return max(0, int(min(waits, default=float(self.config.poll_interval_ms))))

    def stop(self) -> None:
        """Drop the connection, in the middle of a result if need be."""
        connection, self._connection, self._current = self._connection, None, None
        for reader in self._readers:
            reader.abandon()
        if connection is not None:
            self._open_database().dialect.discard(connection)


def _caused(text: str, cause: BaseException) -> Fatal:
    error = Fatal(text)
    error.__cause__ = cause
    return error


def _turn(reader: TableReader) -> tuple[float, str, str, str]:
    table = reader.table
    if table is None:
        return reader.finished_at, "", "", ""
    return reader.finished_at, table.table, table.schema or "", table.catalog or ""


class JdbcSourceConnector(SourceConnector[JdbcSourceConfig]):
    """Copies tables, or the result of a query, from a relational database into topics."""

    version, task = VERSION, JdbcSourceTask
    validates_outside = True

    def __init__(self) -> None:
        self._database: Database | None = None
        self._connection: Any = None

    def start(self, context: ConnectorContext) -> None:  # noqa: ARG002  # needs nothing of it
        """Connect, with connection.attempts."""
        self._database = Database(self.config.settings)
        if not self.config.statement:
            self._connection = self._database.connect_patiently()

    def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
        """One task for a query; else the captured tables in contiguous groups."""
        originals = dict(self.config.originals)
        if self.config.statement:
            return [originals | {"tables": "", "tables.fetched": "true"}]
        assert self._database is not None
        tables = discovery.discover(self._database, self._connection, self.config)
        dialect = self._database.dialect
        quotes = dialect.quotes(self.config.quote_sql_identifiers)
        if not tables:
            log.warning("No table of the database matches the filters: the task will fail until one appears")
            return [originals | {"tables": "", "tables.fetched": "true"}]
        groups = discovery.groups(tables, min(len(tables), max_tasks))
        return [
            originals
            | {"tables": ",".join(dialect.table_name(table, quotes) for table in group), "tables.fetched": "true"}
            for group in groups
        ]

    def watch_period_ms(self) -> int | None:
        """New and dropped tables are looked for at table.poll.interval.ms; a query has none."""
        return None if self.config.statement else self.config.table_poll_interval_ms

    def stop(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None and self._database is not None:
            self._database.dialect.discard(connection)

    @classmethod
    def validate(cls, config: Mapping[str, str]) -> dict[str, list[str]]:
        """The original's checks across keys and against the database, in its order."""
        return validation.validate(JdbcSourceConfig.parse(config))
