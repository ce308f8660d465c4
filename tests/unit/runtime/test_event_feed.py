"""Events of a Kafka trigger as a feed."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from connect_core.api import TopicPartition
from connect_core.errors import DataError
from connect_core.runtime.event_feed import EventFeed, records_of


def item(offset: int, **more: Any) -> dict[str, Any]:
    value = b64encode(f"v{offset}".encode()).decode()
    return {
        "topic": "a-b",
        "partition": 0,
        "offset": offset,
        "timestamp": 5,
        "timestampType": "CREATE_TIME",
        "value": value,
    } | more


def event(*items: dict[str, Any]) -> dict[str, Any]:
    return {"eventSource": "SelfManagedKafka", "records": {"a-b-0": list(items)}}


def test_signed_header_bytes_null_headers_and_tombstones() -> None:
    (record,) = records_of(event(item(3, value=None, headers=[{"h": [-1, 1]}, {"n": None}, {"h": []}])))
    assert record.value is None
    assert record.key is None
    assert record.headers == [("h", b"\xff\x01"), ("n", None), ("h", b"")]
    assert (record.topic, record.timestamp_type) == ("a-b", 1)


def test_what_is_not_acknowledged_is_missing() -> None:
    feed = EventFeed(event(item(3), item(4)), produce=lambda messages: None)
    place = TopicPartition("a-b", 0)
    assert feed.committed() == {place: 3}
    assert len(feed.poll(10, 0) or []) == 2
    assert feed.poll(10, 0) is None
    feed.commit({place: 4})
    assert feed.missing() == {place: 5}
    feed.commit({place: 5})
    assert feed.missing() == {}


def test_seek_delivers_again() -> None:
    feed = EventFeed(event(item(3), item(4), item(5)), produce=lambda messages: None)
    feed.poll(2, 0)
    feed.seek({TopicPartition("a-b", 0): 4})
    again = feed.poll(10, 0) or []
    assert [r.offset for r in again] == [4, 5]


def test_something_else_is_refused() -> None:
    with pytest.raises(DataError, match="Not a Kafka event"):
        records_of({"source": "aws.events"})
