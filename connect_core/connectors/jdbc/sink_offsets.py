"""The table ``connectless_offsets`` of ``exactly.once.sink``: next offsets in the target, in the rows' transaction.

Columns: connector, topic, kafka_partition (its primary key together) and next_offset, the first offset not yet in the
target; it stands in the session's own database and schema. A slice moves an offset only from the value it knows
(compare and set, before it writes rows): of two slices that put the same records one finds the offset moved and rolls
back (I4). On MySQL the target tables must be transactional (InnoDB).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.api import TopicPartition
from connect_core.connectors.jdbc.catalog import describe, marked
from connect_core.connectors.jdbc.dialects import Dialect
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.target_tables import TargetTables
from connect_core.data import SinkRecord
from connect_core.errors import ConnectError, Retriable

TABLE = "connectless_offsets"
_TYPES = {
    "mysql": ("VARCHAR(249)", "INT", "BIGINT"),
    "postgresql": ("VARCHAR(249)", "INT", "BIGINT"),
    "sqlite": ("TEXT", "INTEGER", "INTEGER"),
    "oracle": ("VARCHAR2(249)", "NUMBER(10,0)", "NUMBER(19,0)"),
    "sqlserver": ("varchar(249)", "int", "bigint"),
}
_STANDARD = ("VARCHAR(249)", "INTEGER", "BIGINT")


class OffsetsMoved(Retriable):
    """Another slice wrote these records; deliver again, what it wrote will be left out."""


class OffsetsTable:
    """Stored offsets of one connector over one open connection."""

    def __init__(self, connector: str, tables: TargetTables, connection: Any) -> None:
        self.connector, self.connection = connector, connection
        self.dialect: Dialect = tables.dialect
        self.tables = tables
        self.table: TableId = tables.resolve_plain(connection, TABLE)
        self.name = tables.name(self.table)
        self.known: dict[TopicPartition, int] = {}

    def load(self) -> dict[TopicPartition, int]:
        """Create the table if it is missing; read all offsets of the connector."""
        if describe(self.dialect, self.tables.family, self.connection, self.table) is None:
            self._create()
        rows = self._query(
            f"SELECT {self._n('topic')}, {self._n('kafka_partition')}, {self._n('next_offset')} FROM {self.name} "
            f"WHERE {self._n('connector')} = ?",
            (self.connector,),
        )
        self.connection.commit()  # the snapshot must not outlive the look
        self.known = {TopicPartition(topic, int(partition)): int(offset) for topic, partition, offset in rows}
        return self.known

    def _create(self) -> None:
        text, number, long = _TYPES.get(self.tables.family, _STANDARD)
        columns = (("connector", text), ("topic", text), ("kafka_partition", number), ("next_offset", long))
        lines = [f"{self._n(name)} {kind} NOT NULL" for name, kind in columns]
        keys = ",".join(self._n(name) for name, _ in columns[:3])
        # MySQL: names of connectors and topics differ by case
        tail = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" if self.tables.family == "mysql" else ""
        sql = f"CREATE TABLE {self.name} (\n" + ",\n".join(lines) + f",\nPRIMARY KEY({keys})){tail}"
        try:
            self.dialect.execute(self.connection, sql)
            self.connection.commit()
        except self.tables.errors:
            self.connection.rollback()
            if describe(self.dialect, self.tables.family, self.connection, self.table) is None:
                raise

    def fresh(self, records: Sequence[SinkRecord]) -> Sequence[SinkRecord]:
        """Records not yet in the target."""
        if not self.known:
            return records
        known = self.known
        return [
            record
            for record in records
            if record.offset >= known.get(TopicPartition(record.original_topic, record.original_partition), 0)
        ]

    def advance(self, records: Sequence[SinkRecord]) -> dict[TopicPartition, int]:
        """Store the offsets behind these records in the open transaction; OffsetsMoved if another slice was faster."""
        following: dict[TopicPartition, int] = {}
        for record in records:
            place = TopicPartition(record.original_topic, record.original_partition)
            following[place] = max(following.get(place, 0), record.offset + 1)
        for place, offset in following.items():
            if not self._move(place, offset):
                raise OffsetsMoved(f"Another task wrote the records of {place.topic}-{place.partition} already")
        return following

    def _move(self, place: TopicPartition, offset: int) -> bool:
        where = (self.connector, place.topic, place.partition)
        if place not in self.known:
            return self._insert(place, offset)
        key = " AND ".join(f"{self._n(name)} = ?" for name in ("connector", "topic", "kafka_partition", "next_offset"))
        sql = f"UPDATE {self.name} SET {self._n('next_offset')} = ? WHERE {key}"
        return self._count(sql, (offset, *where, self.known[place])) == 1

    def _insert(self, place: TopicPartition, offset: int) -> bool:
        names = ",".join(self._n(name) for name in ("connector", "topic", "kafka_partition", "next_offset"))
        try:
            self._count(f"INSERT INTO {self.name}({names}) VALUES(?,?,?,?)", (self.connector, *place, offset))
        except self.tables.errors as error:
            if any(kind.__name__ == "IntegrityError" for kind in type(error).__mro__):
                return False
            raise
        return True

    def alter(self, offsets: Mapping[TopicPartition, int | None]) -> None:
        """Set or (None) delete stored offsets, and commit."""
        self.load()
        for place, offset in offsets.items():
            if offset is not None:
                self._set(place, offset)
                continue
            key = " AND ".join(f"{self._n(name)} = ?" for name in ("connector", "topic", "kafka_partition"))
            self._count(f"DELETE FROM {self.name} WHERE {key}", (self.connector, *place))
        self.connection.commit()

    def _set(self, place: TopicPartition, offset: int) -> None:
        if self.known.get(place) != offset and not self._move(place, offset):
            raise ConnectError(f"The stored offset of {place.topic}-{place.partition} changed meanwhile: try again")

    def _n(self, name: str) -> str:
        return self.tables.quotes.quote(name)

    def _query(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self.dialect.query(self.connection, marked(sql, self.dialect.marker), parameters)

    def _count(self, sql: str, parameters: Sequence[Any]) -> int:
        cursor = self.connection.cursor()
        try:
            cursor.execute(marked(sql, self.dialect.marker), tuple(parameters))
            return int(cursor.rowcount)
        finally:
            cursor.close()
