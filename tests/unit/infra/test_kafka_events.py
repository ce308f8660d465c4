"""Kafka messages as the records of an AWS event; the messages are real ones, from librdkafka's own constructor."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Message

SOURCE = Path(__file__).parents[3] / "infra" / "localstack" / "connectless_localstack" / "kafka_events.py"


@pytest.fixture(scope="module")
def events() -> Any:
    """The module, which is not installed in this environment and needs nothing of LocalStack."""
    spec = importlib.util.spec_from_file_location("kafka_events", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def message(
    *, partition: int = 0, offset: int = 0, value: bytes | None = b"v", kind: int = 1, **more: Any
) -> Message[bytes, bytes]:
    return Message(
        topic="to-pic", partition=partition, offset=offset, value=value, timestamp=(kind, 1_700_000_000_000), **more
    )


@pytest.mark.parametrize(("kind", "name"), [(0, "NO_TIMESTAMP_TYPE"), (1, "CREATE_TIME"), (2, "LOG_APPEND_TIME")])
def test_a_record_names_its_timestamp_type(events: Any, kind: int, name: str) -> None:
    assert events.record_of(message(kind=kind))["timestampType"] == name


def test_null_key_and_value_are_absent_and_empty_ones_are_not(events: Any) -> None:
    tombstone = events.record_of(message(value=None, key=b""))
    assert "value" not in tombstone
    assert tombstone["key"] == ""


def test_header_bytes_are_signed_in_order_and_may_repeat(events: Any) -> None:
    headers = [("a", b"\x00\x7f\x80\xff"), ("a", b""), ("b", None)]
    assert events.record_of(message(headers=headers))["headers"] == [{"a": [0, 127, -128, -1]}, {"a": []}, {"b": None}]


def test_records_are_grouped_by_partition_and_keep_their_order(events: Any) -> None:
    records = [events.record_of(message(partition=p, offset=o)) for p, o in [(1, 5), (0, 9), (1, 6)]]
    event = events.event_of(records, bootstrap_servers="a:1,b:2")
    assert (event["eventSource"], event["bootstrapServers"]) == ("SelfManagedKafka", "a:1,b:2")
    assert {key: [r["offset"] for r in batch] for key, batch in event["records"].items()} == {
        "to-pic-1": [5, 6],
        "to-pic-0": [9],
    }


def test_the_weight_of_a_record_covers_what_it_adds_to_the_event(events: Any) -> None:
    one = events.record_of(message(value=b"x" * 1000, key=b"\xff", headers=[("h", b"\x80")]))
    alone = len(json.dumps(events.event_of([one], bootstrap_servers="a")))
    assert len(json.dumps(events.event_of([one, one], bootstrap_servers="a"))) - alone == events.size_of(one)
