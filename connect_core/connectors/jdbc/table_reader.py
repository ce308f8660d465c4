"""Reading one table (or the custom query): statement, position, open result, records.

A reader never waits and never retries by itself; ``source`` decides when it runs. Its position is that of the last row
handed out, so a failed query goes on where it stopped. Offsets follow the original row by row (spec connectors.md 1.4).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from connect_core.connectors.jdbc import offsets, temporal
from connect_core.connectors.jdbc.config import JdbcSourceConfig
from connect_core.connectors.jdbc.dialects.base import Dialect, SelectSource
from connect_core.connectors.jdbc.names import Quotes, TableId
from connect_core.connectors.jdbc.query import Role, Statement, bind, change_statement
from connect_core.connectors.jdbc.rows import RowPlan, Rows, RowStream, make_plan
from connect_core.connectors.jdbc.types import Mapping
from connect_core.connectors.jdbc.zones import zone
from connect_core.data import SourceRecord
from connect_core.errors import ConnectError, DataError

BULK = "bulk"
LONG_INTERVAL_MS = 60_000
"""A slice may end and the next begin within a minute: only a longer poll.interval.ms has to be remembered for bulk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The offset columns of one table, as configured or found."""

    stamps: tuple[str, ...] = ()
    incrementing: str | None = None


class TableReader:
    """One table or query of a task."""

    def __init__(self, config: JdbcSourceConfig, dialect: Dialect, *, table: TableId | None, columns: Columns) -> None:
        self.config, self.dialect, self.table, self.columns = config, dialect, table, columns
        self.quotes: Quotes = dialect.quotes(config.quote_sql_identifiers)
        self.bulk = config.mode == BULK
        self.topic = config.topic_prefix + (table.table if table else "")
        self.zone = zone(config.db_timezone)
        self.position = offsets.Position()
        self.partition = self._partition()
        self.finished_at = float("-inf")
        self.marks_end = self.bulk and config.poll_interval_ms >= LONG_INTERVAL_MS
        self.failures = 0
        self._stream: RowStream | None = None
        self._plan: RowPlan | None = None
        self._build: Callable[[Rows], list[SourceRecord]] = self._bulk
        self._held: tuple[Any, datetime | None] | None = None
        self._committed: dict[str, int] = {}
        self._mapping = Mapping(
            numeric=config.numeric,
            granularity=config.timestamp_granularity.lower(),
            zone=self.zone,
            legacy=config.date_calendar_system == "LEGACY",
        )

    def _partition(self) -> dict[str, str]:
        if self.table is None:
            return dict(offsets.QUERY_PARTITION)
        return offsets.old_partition(self.table) if self.bulk else offsets.table_partition(self.table)

    @property
    def name(self) -> str:
        """The table's SQL name for messages."""
        return self.dialect.table_name(self.table, self.quotes) if self.table else "query"

    @property
    def reading(self) -> bool:
        """Whether a result is open."""
        return self._stream is not None

    # -- the statement

    def base(self) -> str:
        """The SELECT without a clause."""
        return self.config.statement if self.table is None else f"SELECT * FROM {self.name}"

    def statement(self) -> Statement:
        """The text for the columns this table uses."""
        prefix = f"{self.name}." if self.table else ""
        return change_statement(
            self.base(),
            stamps=[prefix + self.quotes.quote(column) for column in self.columns.stamps],
            incrementing=prefix + self.quotes.quote(self.columns.incrementing) if self.columns.incrementing else None,
            suffix=self.config.query_suffix,
        )

    def _parameters(self, connection: Any, statement: Statement) -> list[Any]:
        if not statement.roles:
            return []
        values: dict[Role, Any] = {Role.LAST: -1 if self.position.last_id is None else self.position.last_id}
        if self.columns.stamps:
            to_parameter = self.dialect.stamp_binder(
                connection, self.zone, column=self.columns.stamps[0], base=self.base()
            )
            end = self.dialect.read_clock(connection, self.zone)
            milliseconds = temporal.epoch_ms(end) - self.config.timestamp_delay_interval_ms
            values[Role.END] = to_parameter(temporal.from_epoch_ms(milliseconds))
            values[Role.BEGIN] = to_parameter(self.position.stamp or temporal.EPOCH)
        return [values[role] for role in statement.roles]

    # -- reading

    def open(self, connection: Any) -> None:
        """Run the query and compile the conversion of its result."""
        statement = self.statement()
        source = SelectSource(self.table, self.config.batch_max_rows)
        parameters = self._parameters(connection, statement)
        stream = self.dialect.open_stream(connection, bind(statement, self.dialect.marker), parameters, source=source)
        self._stream = stream
        self._plan = make_plan(
            stream,
            self._mapping,
            name=self.table.table if self.table else None,
            id_column=self.columns.incrementing,
            stamp_columns=self.columns.stamps,
        )
        stream.start(self._plan)
        self._held = None
        self._committed = self.position.to_map()
        if self.bulk:
            self._build = self._bulk_marked if self.marks_end else self._bulk
        elif not self.columns.stamps:
            self._build = self._incrementing if self.columns.incrementing else self._everything
        else:
            self._build = self._both if self.columns.incrementing else self._timestamp

    def fetch(self, limit: int) -> list[SourceRecord]:
        """The next records; an open result that ends closes itself (``reading`` turns False)."""
        stream = self._stream
        assert stream is not None
        rows = stream.fetch(limit)
        records = self._build(rows)
        if stream.done:
            records += self._release()
            stream.close()
            self._stream = None
        return records

    def abandon(self) -> None:
        """Give up an open result; the next query starts behind the last row handed out."""
        stream, self._stream, self._held = self._stream, None, None
        if stream is not None:
            stream.close()

    # -- records, one builder per kind of offset

    def _records(self, values: list[Any], positions: Iterable[dict[str, int] | None]) -> list[SourceRecord]:
        """A record per row. The slots are set here because a constructor call would double the cost of a record."""
        assert self._plan is not None
        new, kind, schema = SourceRecord.__new__, SourceRecord, self._plan.schema
        topic, partition = self.topic, self.partition
        records = []
        for value, position in zip(values, positions, strict=True):
            record = new(kind)
            record.topic, record.value, record.value_schema = topic, value, schema
            record.key = record.key_schema = record.partition = record.timestamp = None
            record.headers = []
            record.source_partition, record.source_offset = partition, position
            records.append(record)
        return records

    def _bulk(self, rows: Rows) -> list[SourceRecord]:
        return self._records(rows.values, [None] * len(rows.values))

    def _bulk_marked(self, rows: Rows) -> list[SourceRecord]:
        """Bulk with a long interval: the last row waits, to carry when the copy ended."""
        if not rows.values:
            return []
        values = rows.values if self._held is None else [self._held[0], *rows.values]
        self._held = (values[-1], None)
        return self._records(values[:-1], [None] * (len(values) - 1))

    def take_up(self, stored: Any) -> None:
        """Continue from a stored offset (bulk: only when the last copy ended)."""
        if not self.bulk:
            self.position = offsets.read_position(stored)
        elif stored and isinstance(stored.get(offsets.FINISHED), int):
            self.finished_at = time.monotonic() - max(0.0, time.time() - stored[offsets.FINISHED] / 1000)

    def _everything(self, rows: Rows) -> list[SourceRecord]:
        # query mode without any offset column: the original stores an empty offset
        return self._records(rows.values, [{}] * len(rows.values))

    def _incrementing(self, rows: Rows) -> list[SourceRecord]:
        if rows.ids and set(map(type, rows.ids)) != {int}:
            rows.ids = [self._check_id(row_id, value) for row_id, value in zip(rows.ids, rows.values, strict=True)]
        if rows.ids:
            self.position.last_id = rows.ids[-1]
        return self._records(rows.values, [{offsets.INCREMENTING: row_id} for row_id in rows.ids])

    def _check_id(self, row_id: Any, value: Any) -> int:
        """The id of a row; of an unfit row whose id is unreadable, the one before (its offset passes with the next)."""
        if row_id.__class__ is int:
            last: int = row_id
        elif row_id is None:
            if not isinstance(value, DataError):
                raise ConnectError(f"Null value for incrementing column of type: {self._id_type()}")
            last = -1 if self.position.last_id is None else self.position.last_id
        else:
            last = int(row_id)
            if last >= 1 << 63:
                raise ConnectError("Decimal value for incrementing column exceeded Long.MAX_VALUE")
        self.position.last_id = last
        return last

    def _id_type(self) -> str:
        assert self._plan is not None
        assert self._plan.id is not None
        return self._plan.columns[self._plan.id].schema.type.name

    def _both(self, rows: Rows) -> list[SourceRecord]:
        positions: list[dict[str, int]] = []
        position = self.position
        if rows.values and set(map(type, rows.ids)) == {int} and None not in rows.stamps:
            position.last_id, position.stamp = rows.ids[-1], rows.stamps[-1]
            return self._records(rows.values, offsets.offset_maps(rows.ids, cast("list[datetime]", rows.stamps)))
        for value, row_id, stamp in zip(rows.values, rows.ids, rows.stamps, strict=True):
            if row_id.__class__ is not int:
                row_id = self._check_id(row_id, value)
            if stamp is None:
                stamp = position.stamp
            position.stamp, position.last_id = stamp, row_id
            positions.append(offsets.offset_map(row_id, stamp))
        return self._records(rows.values, positions)

    def _timestamp(self, rows: Rows) -> list[SourceRecord]:
        """A timestamp commits once a later one is seen: each record waits for its successor (or the end)."""
        if not rows.values:
            return []
        values, stamps = rows.values, rows.stamps
        if self._held is not None:
            values, stamps = [self._held[0], *values], [self._held[1], *stamps]
        if None in stamps:  # a row without a readable timestamp passes with the one before it
            known = self.position.stamp
            stamps = [known := stamp if stamp is not None else known for stamp in stamps]
        committed, passed, make = self._committed, self.position.stamp, offsets.offset_map
        positions = []
        for stamp, following in itertools.pairwise(stamps):
            if following != stamp:
                committed, passed = make(None, stamp), stamp
            positions.append(committed)
        self._committed, self.position.stamp = committed, passed
        self._held = (values[-1], stamps[-1])
        return self._records(values[:-1], positions)

    def _release(self) -> list[SourceRecord]:
        if self._held is None:
            return []
        value, stamp = self._held
        self._held = None
        if self.bulk:
            return self._records([value], [{offsets.FINISHED: int(time.time() * 1000)}])
        self.position.stamp = stamp
        return self._records([value], [offsets.offset_map(None, stamp)])


def reader_partitions(tables: Sequence[TableId]) -> list[dict[str, str]]:
    """All partitions whose offsets matter to these tables: protocol 1 and its predecessor."""
    return [*map(offsets.table_partition, tables), *map(offsets.old_partition, tables)]
