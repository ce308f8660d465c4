"""Records between tasks, transforms and converters (spec kafka-connect.md 4.7): plain values, schemas beside them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self

from connect_core.data.schema import Schema

_new = object.__new__


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

    def copy(self) -> Self:
        """Another record with the same attributes; only the list of headers is a copy."""
        raise NotImplementedError

    def replace(self, **changes: Any) -> Self:
        """A copy with some attributes changed; headers are copied as a list, header objects are shared."""
        other = self.copy()
        for name, value in changes.items():
            setattr(other, name, value)
        return other

    def __repr__(self) -> str:
        names = ("topic", "partition", "key_schema", "key", "value_schema", "value", "timestamp", "headers")
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def own(self) -> Self:
        """A copy that may be changed: key and value are copies too if they are dicts; what is nested is shared."""
        other = self.copy()
        if isinstance(other.value, dict):  # authors' own kinds of dict become plain ones
            other.value = {**other.value}
        if isinstance(other.key, dict):
            other.key = {**other.key}
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

    def copy(self) -> Self:
        """Another record with the same attributes; only the list of headers is a copy."""
        other = _new(type(self))
        other.topic, other.partition, other.timestamp = self.topic, self.partition, self.timestamp
        other.key_schema, other.key = self.key_schema, self.key
        other.value_schema, other.value = self.value_schema, self.value
        other.headers = self.headers.copy()
        other.source_partition, other.source_offset = self.source_partition, self.source_offset
        return other


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

    def copy(self) -> Self:
        """Another record with the same attributes; only the list of headers is a copy."""
        other = _new(type(self))
        other.topic, other.partition, other.offset = self.topic, self.partition, self.offset
        other.original_topic, other.original_partition = self.original_topic, self.original_partition
        other.key_schema, other.key = self.key_schema, self.key
        other.value_schema, other.value = self.value_schema, self.value
        other.timestamp, other.timestamp_type = self.timestamp, self.timestamp_type
        other.headers = self.headers.copy()
        return other
