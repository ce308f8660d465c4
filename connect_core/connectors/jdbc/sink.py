"""The JDBC sink connector and its task: retries, isolation of bad records, reports (spec jdbc-10.10.md 5.7).

I2: ``put`` returns after the target's commit. I3: a record that cannot be written is reported once the rest of its put
is committed. ``put`` never sleeps: it asks for time through the context and raises Retriable.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from connect_core.api import SinkConnector, SinkContext, SinkTask, TopicPartition
from connect_core.connectors.jdbc.client import ConnectFailed, Database
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.connectors.jdbc.sink_errors import SqlFailure, TableAlterOrCreate
from connect_core.connectors.jdbc.sink_writer import Writer
from connect_core.data import SinkRecord
from connect_core.errors import ConnectError, Fatal, Retriable

log = logging.getLogger(__name__)


class JdbcSinkTask(SinkTask[JdbcSinkConfig]):
    """Writes records to the tables of a database."""

    def start(self, context: SinkContext) -> None:
        """Nothing is opened before the first records come, except for exactly.once.sink."""
        self.context = context
        self.writer = Writer(self.config, context.connector)
        self._retries = self.config.max_retries
        self._connects = self.config.connection_attempts

    def open(self, partitions: Collection[TopicPartition]) -> None:
        """exactly.once.sink: go on where the target says."""
        if not self.config.exactly_once_sink:
            return
        stored = self.writer.stored_offsets()
        known = {place: stored[place] for place in map(_place, partitions) if place in stored}
        if known:
            self.context.rewind(known)

    def put(self, records: Sequence[SinkRecord]) -> None:
        """Write the batch in one transaction; see the module text for what may be raised."""
        if not records:
            return
        rejects = _Rejects(self)
        try:
            self.writer.write(records, rejects, before_commit=self._early(rejects))
        except SqlFailure as failure:
            rejects = self._failed(records, failure)
        except ConnectFailed as error:
            raise self._not_connected(error) from None
        self._retries, self._connects = self.config.max_retries, self.config.connection_attempts
        rejects.report(records)

    def _failed(self, records: Sequence[SinkRecord], failure: SqlFailure) -> _Rejects:
        """Ask for another try while some are left, then find the records the database refuses."""
        self.writer.close()
        text = f"{failure.java_class}: {failure}"
        if self._retries > 0:
            log.warning("Write of %d records failed, remaining retries %d: %s", len(records), self._retries, failure)
            self._retries -= 1
            self.context.timeout(self.config.retry_backoff_ms)
            raise Retriable(text) from failure
        if not self.isolates:
            raise Fatal(text) from failure
        rejects = _Rejects(self)
        self._isolate(records, rejects)
        return rejects

    def _isolate(self, records: Sequence[SinkRecord], rejects: _Rejects) -> None:
        """Halve until the refused records stand alone; every part is a transaction of its own, in order."""
        mark = len(rejects.found)
        try:
            self._write_alone(records, rejects)
        except SqlFailure as failure:
            del rejects.found[mark:]  # they will be found again in the halves
            if len(records) == 1:
                self._refused(records[0], failure, rejects)
                return
            middle = len(records) // 2
            self._isolate(records[:middle], rejects)
            self._isolate(records[middle:], rejects)
        except ConnectFailed as error:
            raise self._not_connected(error) from None

    def _write_alone(self, records: Sequence[SinkRecord], rejects: _Rejects) -> None:
        """Write; a single record is given a second try when the first failure was not about its data."""
        early = self._early(rejects)
        try:
            self.writer.write(records, rejects, before_commit=early)
        except SqlFailure as failure:
            if len(records) > 1 or not failure.transient:
                raise
            self.writer.close()
            self.writer.write(records, rejects, before_commit=early)

    def _refused(self, record: SinkRecord, failure: SqlFailure, rejects: _Rejects) -> None:
        rejects.found.append((record, failure))
        if self.config.exactly_once_sink:
            rejects.hand_over()
            self.writer.pass_over([record])

    def _early(self, rejects: _Rejects) -> Callable[[], None] | None:
        """exactly.once.sink: the target's offset passes with the commit, so reports come before it (I3)."""
        return rejects.hand_over if self.config.exactly_once_sink else None

    def _not_connected(self, error: ConnectFailed) -> ConnectError:
        self._connects -= 1
        if self._connects <= 0:
            return Fatal(str(error))
        self.context.timeout(self.config.connection_backoff_ms)
        return Retriable(str(error))

    @property
    def isolates(self) -> bool:
        """Bad records have somewhere to go. errors.tolerance=all alone is not enough, as in the original: a database
        that refuses everything would lose everything."""
        return self.context.reporter is not None

    def stop(self) -> None:
        """Close the connection."""
        writer = getattr(self, "writer", None)
        if writer is not None:
            writer.close()


def _place(partition: TopicPartition) -> TopicPartition:
    return TopicPartition(*partition)


class _Rejects:
    """Collects the records that do not fit; without a place for them the first one ends the task."""

    def __init__(self, task: JdbcSinkTask) -> None:
        self.task = task
        self.found: list[tuple[SinkRecord, Exception]] = []

    def __call__(self, record: SinkRecord, error: Exception) -> None:
        if self.task.isolates:
            self.found.append((record, error))
        elif isinstance(error, TableAlterOrCreate):
            raise error
        else:
            raise Fatal(str(error))  # the original has one exception here

    def report(self, records: Sequence[SinkRecord]) -> None:
        """Hand them over, in their order; the rest of the put is committed by now."""
        if not self.found:
            return
        order = {id(record): index for index, record in enumerate(records)}
        self.found.sort(key=lambda item: order[id(item[0])])
        self.hand_over()

    def hand_over(self) -> None:
        """Report what was found so far, if there is a reporter."""
        reporter = self.task.context.reporter
        if reporter is None:
            return
        while self.found:
            reporter(*self.found.pop(0))
        if self.task.config.exactly_once_sink:
            reporter.flush()  # I3: the commit in the target that follows lets the offsets pass


class JdbcSinkConnector(SinkConnector[JdbcSinkConfig]):
    """Copies Kafka topics into tables of a relational database."""

    version, task = "10.10.0", JdbcSinkTask
    validates_outside = True

    def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
        """Every task gets the connector's own map."""
        return [dict(self.config.originals) for _ in range(max_tasks)]

    @classmethod
    def validate(cls, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Connect once."""
        try:
            parsed = JdbcSinkConfig.parse(config)
            database = Database(parsed.settings)
            database.dialect.quotes(parsed.quote_sql_identifiers)
            database.connect().close()
        except ConnectError as error:
            return {"connection.url": [f"Could not connect to database. {error}"]}
        return {}

    def alter_offsets(self, offsets: Mapping[tuple[str, int], int | None]) -> bool:
        """exactly.once.sink: the target's offsets follow, else the task would go back to them."""
        if self.config.exactly_once_sink:
            writer = Writer(self.config, self.config.originals.get("name", ""))
            try:
                writer.alter_offsets({TopicPartition(*place): offset for place, offset in offsets.items()})
            finally:
                writer.close()
        return True
