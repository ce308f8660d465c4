"""Kafka event source mappings on the local AWS: a real broker triggers a deployed function."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connect_core.local.kafka import Kafka

type Client = Callable[[str], Any]


class Trigger:
    """One mapping from a topic of its own to the deployed function, and what the function noted about it."""

    def __init__(self, client: Client, kafka: Kafka, function: str, *, topic: str, notebook: Path) -> None:
        self.lambda_, self.kafka, self.topic, self.group = client("lambda"), kafka, topic, f"connect-{topic}"
        self._notebook = notebook
        self._producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "linger.ms": 50})
        self.lambda_.create_alias(FunctionName=function, Name=topic, FunctionVersion="$LATEST")
        self._function = f"{function}:{topic}"
        self.uuid = ""

    def create(self, **settings: object) -> None:
        made = self.lambda_.create_event_source_mapping(
            FunctionName=self._function,
            Topics=[self.topic],
            StartingPosition="TRIM_HORIZON",
            SourceAccessConfigurations=[],
            SelfManagedEventSource={"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": [self.kafka.bootstrap_servers]}},
            SelfManagedKafkaEventSourceConfig={"ConsumerGroupId": self.group},
            **settings,
        )
        self.uuid = made["UUID"]

    def send(self, *values: bytes | None, **more: Any) -> None:
        for value in values:
            self._producer.produce(self.topic, value, **more)
        assert self._producer.flush(20) == 0

    def calls(self) -> list[dict[str, Any]]:
        """What the function was called with by this mapping, in order."""
        notes = self._notebook / "calls.jsonl"
        written = notes.read_text() if notes.exists() else ""
        lines = written[: written.rfind("\n") + 1].splitlines()  # the last one may still be being written
        return [call for call in map(json.loads, lines) if call["arn"].endswith(f":{self.topic}")]

    def taken(self) -> list[bytes]:
        """The values of all records in calls that succeeded, in order."""
        records = [one for call in self.calls() if not call["refused"] for one in call["event"]["records"].values()]
        return [base64.b64decode(record["value"]) for batch in records for record in batch]

    def committed(self) -> int:
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap_servers, "group.id": self.group})
        try:
            return int(consumer.committed([TopicPartition(self.topic, 0)], timeout=20)[0].offset)
        finally:
            consumer.close()

    def state(self) -> str:
        return str(self.lambda_.get_event_source_mapping(UUID=self.uuid)["State"])


@pytest.fixture
def trigger(client: Client, kafka: Kafka, stack: dict[str, str], topic: str, notebook: Path) -> Iterator[Trigger]:
    one = Trigger(client, kafka, stack["FunctionName"], topic=topic[-60:].strip("_"), notebook=notebook)
    yield one
    (notebook / "refuse").unlink(missing_ok=True)
    if one.uuid and one.uuid in [m["UUID"] for m in one.lambda_.list_event_source_mappings()["EventSourceMappings"]]:
        one.lambda_.delete_event_source_mapping(UUID=one.uuid)


def until(done: Callable[[], object], *, within: float = 30) -> None:
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def test_the_event_has_the_shape_aws_gives_it(trigger: Trigger) -> None:
    trigger.send(b"one", key=b"k", headers=[("h", bytes([255, 1])), ("n", None)], timestamp=1_700_000_000_123)
    trigger.send(None, key=b"gone", timestamp=1_700_000_000_124)
    trigger.create()
    until(trigger.calls)
    call = trigger.calls()[0]
    assert call["event"] == {
        "eventSource": "SelfManagedKafka",
        "bootstrapServers": trigger.kafka.bootstrap_servers,
        "records": {
            f"{trigger.topic}-0": [
                {
                    "topic": trigger.topic,
                    "partition": 0,
                    "offset": 0,
                    "timestamp": 1_700_000_000_123,
                    "timestampType": "CREATE_TIME",
                    "key": "aw==",
                    "value": "b25l",
                    "headers": [{"h": [-1, 1]}, {"n": None}],
                },
                {
                    "topic": trigger.topic,
                    "partition": 0,
                    "offset": 1,
                    "timestamp": 1_700_000_000_124,
                    "timestampType": "CREATE_TIME",
                    "key": "Z29uZQ==",
                    "headers": [],
                },
            ]
        },
    }
    until(lambda: trigger.committed() == 2)


def test_a_refused_batch_comes_again_whole_and_is_committed_only_when_taken(trigger: Trigger, notebook: Path) -> None:
    (notebook / "refuse").touch()
    trigger.send(b"a", b"b")
    trigger.create(MaximumBatchingWindowInSeconds=1)
    until(lambda: len(trigger.calls()) >= 2)
    assert trigger.committed() < 0
    (notebook / "refuse").unlink()
    until(trigger.taken)
    assert trigger.taken() == [b"a", b"b"]
    first, *others = [call["event"] for call in trigger.calls()]
    assert all(event == first for event in others)
    until(lambda: trigger.committed() == 2)


def test_a_disabled_mapping_delivers_nothing_and_goes_on_where_it_was(trigger: Trigger) -> None:
    trigger.create(MaximumBatchingWindowInSeconds=0)
    trigger.send(b"before")
    until(lambda: trigger.taken() == [b"before"])
    trigger.lambda_.update_event_source_mapping(UUID=trigger.uuid, Enabled=False)
    until(lambda: trigger.state() == "Disabled")
    trigger.send(b"while", b"off")
    time.sleep(1)
    assert trigger.taken() == [b"before"]
    trigger.lambda_.update_event_source_mapping(UUID=trigger.uuid, Enabled=True)
    until(lambda: len(trigger.taken()) >= 3)
    assert trigger.taken() == [b"before", b"while", b"off"]


def test_a_failing_mapping_can_be_deleted_and_its_successor_resumes(trigger: Trigger, notebook: Path) -> None:
    trigger.create(MaximumBatchingWindowInSeconds=0)
    trigger.send(b"done")
    until(lambda: trigger.committed() == 1)
    (notebook / "refuse").touch()
    trigger.send(b"stuck")
    until(lambda: trigger.calls()[-1]["refused"])
    trigger.lambda_.delete_event_source_mapping(UUID=trigger.uuid)
    (notebook / "refuse").unlink()
    until(lambda: not trigger.lambda_.list_event_source_mappings(FunctionName=trigger._function)["EventSourceMappings"])
    trigger.create(MaximumBatchingWindowInSeconds=0)
    until(lambda: len(trigger.taken()) == 2)
    assert trigger.taken() == [b"done", b"stuck"]


def test_batches_close_at_their_size_and_before_the_payload_limit(trigger: Trigger) -> None:
    small = [b"%d" % number for number in range(7)]
    trigger.send(*small)
    trigger.create(BatchSize=3, MaximumBatchingWindowInSeconds=1)
    until(lambda: len(trigger.taken()) == 7)
    sizes = [sum(map(len, call["event"]["records"].values())) for call in trigger.calls()]
    assert max(sizes) == 3
    trigger.lambda_.update_event_source_mapping(UUID=trigger.uuid, BatchSize=100)
    big = [bytes([65 + number]) * 900_000 for number in range(8)]
    trigger.send(*big)
    until(lambda: len(trigger.taken()) == 15)
    assert trigger.taken() == small + big
    assert max(len(json.dumps(call["event"])) for call in trigger.calls()) <= 6_291_556
