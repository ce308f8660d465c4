"""Records between tasks, transforms and converters (spec kafka-connect.md 4.7): plain values, schemas beside them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

from connect_core.data.schema import Schema


class Header(NamedTuple):
    """One Connect header; names may repeat and order counts."""

    name: str
    schema: Schema | None
    value: Any


class TimestampType(StrEnum):
    """Kafka's record timestamp type."""

    NONE = "NoTimestampType"
    CREATE = "CreateTime"
    LOG_APPEND = "LogAppendTime"


class Record:
    """What a transform sees: topic, partition, key, value, timestamp (epoch ms) and headers."""

    __slots__ = ("headers", "key", "key_schema", "partition", "timestamp", "topic", "value", "value_schema")

    topic: str
    partition: int | None
    key_schema: Schema | None
    key: Any
    value_schema: Schema | None
    value: Any
    timestamp: int | None
    headers: list[Header]

    def replace(self, **changes: Any) -> Self:
        """A copy with some attributes changed; headers are copied as a list, header objects are shared."""
        other = object.__new__(type(self))
        for kind in type(self).__mro__:
            for slot in getattr(kind, "__slots__", ()):
                setattr(other, slot, getattr(self, slot))
        other.headers = list(self.headers)
        for name, value in changes.items():
            setattr(other, name, value)
        return other


class SourceRecord(Record):
    """A record from a source task, with where it came from (``source_partition``, ``source_offset``)."""

    __slots__ = ("source_offset", "source_partition")

    def __init__(
        self,
        topic: str,
        value: Any = None,
        *,
        value_schema: Schema | None = None,
        key: Any = None,
        key_schema: Schema | None = None,
        partition: int | None = None,
        timestamp: int | None = None,
        headers: list[Header] | None = None,
        source_partition: Mapping[str, Any] | None = None,
        source_offset: Mapping[str, Any] | None = None,
    ) -> None:
        self.topic, self.value, self.value_schema = topic, value, value_schema
        self.key, self.key_schema, self.partition, self.timestamp = key, key_schema, partition, timestamp
        self.headers = headers if headers is not None else []
        self.source_partition, self.source_offset = source_partition, source_offset


class SinkRecord(Record):
    """A record for a sink task; ``original_*`` are the consumed coordinates, whatever transforms did to topic."""

    __slots__ = ("offset", "original_partition", "original_topic", "timestamp_type")

    def __init__(
        self,
        topic: str,
        partition: int,
        offset: int,
        *,
        value: Any = None,
        value_schema: Schema | None = None,
        key: Any = None,
        key_schema: Schema | None = None,
        timestamp: int | None = None,
        timestamp_type: TimestampType = TimestampType.NONE,
        headers: list[Header] | None = None,
    ) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset
        self.original_topic, self.original_partition = topic, partition
        self.key_schema, self.key, self.value_schema, self.value = key_schema, key, value_schema, value
        self.timestamp, self.timestamp_type = timestamp, timestamp_type
        self.headers = headers if headers is not None else []
