"""Kafka messages -> the event of an AWS event source mapping (``eventSource: SelfManagedKafka``).

Pure: `kafka_poller.py` decides when a batch is closed; here is what it looks like and what it weighs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from confluent_kafka import Message

type Record = dict[str, Any]

_TIMESTAMP_TYPES = {1: "CREATE_TIME", 2: "LOG_APPEND_TIME"}


def record_of(message: Message[bytes, bytes]) -> Record:
    """One record as AWS writes it: key and value in base64, absent when null."""
    kind, milliseconds = message.timestamp()
    record: Record = {
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": milliseconds,
        "timestampType": _TIMESTAMP_TYPES.get(kind, "NO_TIMESTAMP_TYPE"),
    }
    for name, data in (("key", message.key()), ("value", message.value())):
        if data is not None:
            record[name] = base64.b64encode(data).decode()
    headers = cast("list[tuple[str, bytes | None]]", message.headers() or [])  # what a consumer gets
    record["headers"] = [{name: _signed(value)} for name, value in headers]
    return record


def _signed(value: bytes | None) -> list[int] | None:
    """Header bytes as Java sees them: -128..127. Readers mask with 255."""
    return None if value is None else [byte - 256 if byte > 127 else byte for byte in value]


def size_of(record: Record) -> int:
    """Bytes the record takes in the event's JSON, the comma included."""
    return len(json.dumps(record)) + 2


def event_of(records: Iterable[Record], *, bootstrap_servers: str) -> dict[str, Any]:
    """The event of one batch: records by ``<topic>-<partition>``, in offset order within each."""
    grouped: dict[str, list[Record]] = {}
    for record in records:
        grouped.setdefault(f"{record['topic']}-{record['partition']}", []).append(record)
    return {"eventSource": "SelfManagedKafka", "bootstrapServers": bootstrap_servers, "records": grouped}
