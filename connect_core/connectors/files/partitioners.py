"""Which directory a record goes to (spec connectors.md 3.2). The seam for the other partitioners: add to ``_TABLE``."""

from __future__ import annotations

from typing import Protocol

from connect_core.connectors.files.choices import known_partitioner, simple_name
from connect_core.connectors.files.config import FileSinkConfig
from connect_core.data import SinkRecord


class Partitioner(Protocol):
    """Maps records to directories."""

    constant: bool
    """True: all records of a Kafka partition go to one directory, and their time does not matter."""

    def encode(self, record: SinkRecord, now: int) -> str:
        """The directory below the topic's; DataError if the record does not have what it needs."""

    def timestamp(self, record: SinkRecord, now: int) -> int | None:
        """The record's time for ``rotate.interval.ms``; None: that key is ignored."""


class DefaultPartitioner:
    """One directory per Kafka partition."""

    constant = True

    def __init__(self, config: FileSinkConfig) -> None:
        """Needs nothing of the config."""

    def encode(self, record: SinkRecord, now: int) -> str:  # noqa: ARG002 - a method of the protocol
        """``partition=3``."""
        return f"partition={record.original_partition}"

    def timestamp(self, record: SinkRecord, now: int) -> None:
        """Knows no time."""


_TABLE = {"DefaultPartitioner": DefaultPartitioner}


def partitioner_of(config: FileSinkConfig) -> Partitioner:
    """The partitioner of ``partitioner.class``; ConfigError when there is none."""
    known_partitioner("partitioner.class", config.partitioner_class)
    return _TABLE[simple_name(config.partitioner_class)](config)
