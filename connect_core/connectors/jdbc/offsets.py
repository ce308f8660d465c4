"""Source partitions and offsets, byte-equal to the original's (spec connectors.md 1.4, jdbc-10.10.md 3.6).

Maps are written in the order of the original's JSON. Both partition protocols are read, protocol 1 is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.names import TableId
from connect_core.errors import ConnectError

INCREMENTING, TIMESTAMP, NANOS = "incrementing", "timestamp", "timestamp_nanos"
QUERY_PARTITION = {"query": "query"}
FINISHED = "finished"
"""Own key of bulk tables with a long poll.interval.ms: when the last copy ended (a new slice keeps the interval)."""


def table_partition(table: TableId) -> dict[str, str]:
    """Protocol 1: the fully qualified name."""
    return {"protocol": "1", "table": table.unquoted}


def old_partition(table: TableId) -> dict[str, str]:
    """Protocol 0 (and bulk mode): the bare name."""
    return {"table": table.table}


@dataclass(slots=True)
class Position:
    """How far a table has been read."""

    last_id: int | None = None
    stamp: datetime | None = None

    def to_map(self) -> dict[str, int]:
        """The offset as stored: only what the mode uses."""
        return offset_map(self.last_id, self.stamp)


def offset_map(last_id: int | None, stamp: datetime | None) -> dict[str, int]:
    """timestamp_nanos, incrementing, timestamp: the order Java's hash map prints."""
    if stamp is None:
        return {} if last_id is None else {INCREMENTING: last_id}
    micros = stamp.microsecond
    milliseconds = round(stamp.timestamp() - micros / 1e6) * 1000 + micros // 1000  # exact for every year
    if last_id is None:
        return {NANOS: micros * 1000, TIMESTAMP: milliseconds}
    return {NANOS: micros * 1000, INCREMENTING: last_id, TIMESTAMP: milliseconds}


def offset_maps(ids: Sequence[int], stamps: Sequence[datetime]) -> list[dict[str, int]]:
    """``offset_map`` of many rows, without a call per row."""
    return [
        {
            NANOS: (micros := stamp.microsecond) * 1000,
            INCREMENTING: last_id,
            TIMESTAMP: round(stamp.timestamp() - micros / 1e6) * 1000 + micros // 1000,
        }
        for last_id, stamp in zip(ids, stamps, strict=True)
    ]


def read_position(stored: Mapping[str, Any] | None) -> Position:
    """A stored offset; the form without nanos is accepted. ConnectError if a number is none."""
    if not stored:
        return Position()
    values: dict[str, int | None] = {}
    for name in (INCREMENTING, TIMESTAMP, NANOS):
        value = stored.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise ConnectError(f"The stored offset {dict(stored)} is not usable: {name} must be a whole number")
        values[name] = value
    milliseconds = values[TIMESTAMP]
    stamp = None if milliseconds is None else temporal.from_epoch_ms(milliseconds, values[NANOS])
    return Position(values[INCREMENTING], stamp)
