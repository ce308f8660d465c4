"""One put = one transaction on one connection: sort, create and extend tables, write, store offsets, commit.

I2: ``write`` returns only after the commit. Any SQL error rolls back and leaves nothing of the put in the target.
Neighbours: ``sink_buffer`` (groups), ``sink_plan`` (statements), ``sink_offsets``, ``sink`` (retries).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connect_core.api import TopicPartition
from connect_core.connectors.jdbc.client import Database
from connect_core.connectors.jdbc.executors import Batch
from connect_core.connectors.jdbc.sink_buffer import Buffer, RecordRules, Reject
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.connectors.jdbc.sink_errors import SqlFailure
from connect_core.connectors.jdbc.sink_offsets import OffsetsMoved, OffsetsTable
from connect_core.connectors.jdbc.sink_plan import Planner
from connect_core.connectors.jdbc.sink_rows import BindFailure
from connect_core.data import SinkRecord

_IDLE_S = 5.0
"""A connection unused for longer is asked whether it still lives: functions are frozen between invocations (and with
them, perhaps, the monotonic clock)."""


class Writer:
    """Writes puts to the database. Raises SqlFailure after rollback, ConnectFailed when there is no connection."""

    def __init__(self, config: JdbcSinkConfig, connector: str) -> None:
        self.config, self.connector = config, connector
        self.database = Database(config.settings)
        self.rules = RecordRules(
            connector=connector,
            pk_mode=config.pk_mode.lower(),
            deletes=config.delete_enabled,
            field_keys=tuple(
                name
                for name, value in (
                    ("fields.whitelist", config.fields_whitelist),
                    ("timestamp.fields.list", config.timestamp_fields_list),
                )
                if value
            ),
        )
        self._size = max(1, config.batch_size)
        self._writing = False  # beyond the DDL of a put
        self._connection: Any = None
        self._planner: Planner | None = None
        self._offsets: OffsetsTable | None = None
        self._used = 0.0
        self._known_errors: tuple[type[Exception], ...] = ()

    def stored_offsets(self) -> dict[TopicPartition, int]:
        """exactly.once.sink: what the target says is done. Connects (with its attempts) if need be."""
        if self._connection is None:
            self._adopt(self.database.connect_patiently())
        return dict(self._offsets.known) if self._offsets is not None else {}

    def alter_offsets(self, offsets: Mapping[TopicPartition, int | None]) -> None:
        """exactly.once.sink: set or delete stored offsets of a stopped connector."""
        self.stored_offsets()
        if self._offsets is not None:
            self._offsets.alter(offsets)

    def write(
        self, records: Sequence[SinkRecord], reject: Reject, *, before_commit: Callable[[], None] | None = None
    ) -> None:
        """Write and commit. ``reject`` is told of records that do not fit (and may raise): they are left out."""
        planner = self._ready()
        try:
            self._transact(planner, records, reject, before_commit=before_commit)
        except self._errors as error:
            self._roll_back()
            if getattr(error, "sqlstate", None) == "21000" and not planner.executor.single:
                # two spellings of one key (citext, 1.0 and 1.00) met in one multi-row upsert
                planner.one_row_per_statement()
                self.write(records, reject, before_commit=before_commit)
                return
            raise SqlFailure(error, redact=self.config.trim_sensitive_log, batch=self._writing) from _shown(
                error, self.config
            )
        except BaseException:
            self._roll_back()
            raise
        self._used = time.time()

    def _transact(
        self,
        planner: Planner,
        records: Sequence[SinkRecord],
        reject: Reject,
        *,
        before_commit: Callable[[], None] | None,
    ) -> None:
        fresh, moved, self._writing = records, None, False
        if self._offsets is not None:
            fresh = self._offsets.fresh(records)
            if not fresh:
                return
        groups = Buffer(self.rules, planner).sort(fresh, reject)
        if self._offsets is not None:
            moved = self._advance(self._offsets, fresh)
        self._writing = True
        for group in groups:
            if group.plan.write is not None:
                self._run(group.plan.write, group.writes, reject)
            if group.plan.delete is not None:
                self._run(group.plan.delete, group.deletes, reject)
        if before_commit is not None:
            before_commit()
        self._connection.commit()
        if self._offsets is not None and moved is not None:
            self._offsets.known.update(moved)

    def pass_over(self, records: Sequence[SinkRecord]) -> None:
        """exactly.once.sink: these records were reported; do not ask for them again."""
        self._ready()
        if self._offsets is not None and (fresh := self._offsets.fresh(records)):
            moved = self._advance(self._offsets, fresh)
            self._connection.commit()
            self._offsets.known.update(moved)

    def _advance(self, offsets: OffsetsTable, fresh: Sequence[SinkRecord]) -> dict[TopicPartition, int]:
        try:
            return offsets.advance(fresh)
        except OffsetsMoved:
            self._connection.rollback()
            offsets.load()
            raise

    def _run(self, batch: Batch, records: list[SinkRecord], reject: Reject) -> None:
        size = self._size
        for start in range(0, len(records), size):
            part = records if len(records) <= size else records[start : start + size]
            while part:
                try:
                    batch.run(self._connection, part)
                    break
                except BindFailure as failure:
                    reject(part[failure.index], failure.error)
                    part = part[: failure.index] + part[failure.index + 1 :]

    def _ready(self) -> Planner:
        if self._connection is not None and time.time() - self._used > _IDLE_S and not self._alive():
            self.close()
        if self._connection is None:
            self._adopt(self.database.connect())
        assert self._planner is not None
        return self._planner

    def _adopt(self, connection: Any) -> None:
        self._connection, self._used = connection, time.time()
        try:
            self._planner = Planner(self.config, self.database, connection)
            if self.config.exactly_once_sink:
                self._offsets = OffsetsTable(self.connector, self._planner.tables, connection)
                self._offsets.load()
        except self._errors as error:
            self.close()
            raise SqlFailure(error, redact=self.config.trim_sensitive_log) from error

    def _alive(self) -> bool:
        try:
            self.database.dialect.query(self._connection, self.database.dialect.clock_sql)
            self._connection.rollback()
        except self._errors:
            return False
        return True

    def _roll_back(self) -> None:
        """Undo the put; a connection that cannot even do that is dropped. Definitions are looked up again."""
        try:
            self._connection.rollback()
        except self._errors:
            self.close()
        if self._planner is not None:
            self._planner.forget()

    @property
    def _errors(self) -> tuple[type[Exception], ...]:
        """What the driver raises; asked once, because asking asks the credentials provider too."""
        if not self._known_errors:
            self._known_errors = self.database.errors()
        return self._known_errors

    def close(self) -> None:
        """Drop the connection; what was not committed is undone by the server."""
        connection, self._connection, self._planner, self._offsets = self._connection, None, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # whatever a dead connection says
                connection.close()


def _shown(error: BaseException, config: JdbcSinkConfig) -> BaseException | None:
    """The cause for the trace, unless row values must stay out of it."""
    return None if config.trim_sensitive_log else error
