"""A Kafka record to produce, as all rooms pass it around. No client library here: importing it costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Message(NamedTuple):
    """A Kafka record to produce. ``partition`` -1: by the key's murmur2 hash. ``timestamp`` None: now."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int = -1
    timestamp: int | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()


class ConsumedRecord(NamedTuple):
    """A raw record of a user topic, as consumed. ``timestamp_type``: 0 none, 1 create time, 2 log append time."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
