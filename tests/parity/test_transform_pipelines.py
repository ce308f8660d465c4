"""Whole pipelines with transforms: the same connectors on the real Kafka Connect and on a worker of ours, one broker.

What must be equal: keys, values and headers in the topics, the lines of the file, and the dead letters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from connect_core.local.connect import Connect
from connect_core.local.kafka import Kafka
from tests.integration.workers import PATIENCE_S, WorkerProcess, until

PACKAGE = "org.apache.kafka.connect.transforms"
JSON = "org.apache.kafka.connect.json.JsonConverter"
type Create = Callable[[str, Mapping[str, Any]], object]
type Message = tuple[str, bytes | None, bytes | None, dict[str, bytes | None]]


@pytest.fixture(scope="module")
def creates(
    connect_oracle: Connect, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Create]]:
    """How to create a connector on either side."""
    converters = {"key.converter": JSON, "value.converter": JSON}
    home = tmp_path_factory.mktemp("pipelines")

    def theirs(name: str, config: Mapping[str, Any]) -> None:
        status, body = connect_oracle.request("POST", "/connectors", {"name": name, "config": dict(config)})
        assert status == 201, body

    with WorkerProcess(kafka.bootstrap_servers, home, group="transform-pipelines", properties=converters) as worker:
        yield {"theirs": theirs, "ours": worker.create}


def read(kafka: Kafka, *topics: str, count: int) -> list[Message]:
    """``count`` committed messages of topics with one partition each, as (topic, key, value, headers)."""
    found: list[Message] = []
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "pipelines"})
    try:
        consumer.assign([TopicPartition(topic, 0, 0) for topic in topics])
        deadline = time.monotonic() + PATIENCE_S
        while len(found) < count and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                headers = dict(message.headers() or ())
                found.append((message.topic() or "", message.key(), message.value(), headers))
    finally:
        consumer.close()
    return sorted(found, key=repr)


def renamed(messages: list[Message], side: str) -> list[Message]:
    """The messages without what tells the sides apart: their topics' and connectors' prefix."""
    mark = side.encode()

    def plain(data: bytes | None) -> bytes | None:
        return None if data is None else data.replace(mark, b"SIDE")

    return sorted(
        (
            (topic.replace(side, "SIDE"), plain(key), plain(value), {name: plain(v) for name, v in headers.items()})
            for topic, key, value, headers in messages
        ),
        key=repr,
    )


def transforms(
    stages: dict[str, dict[str, str]], predicates: dict[str, dict[str, str]] | None = None
) -> dict[str, str]:
    """The keys of a chain: alias -> its own keys."""
    made = {"transforms": ",".join(stages)}
    made |= {f"transforms.{alias}.{key}": value for alias, own in stages.items() for key, value in own.items()}
    if predicates:
        made["predicates"] = ",".join(predicates)
        made |= {f"predicates.{alias}.{key}": value for alias, own in predicates.items() for key, value in own.items()}
    return made


SOURCE_CHAIN = transforms(
    {
        "hoist": {"type": f"{PACKAGE}.HoistField$Value", "field": "line"},
        "insert": {
            "type": f"{PACKAGE}.InsertField$Value",
            "topic.field": "origin!",
            "static.field": "kind",
            "static.value": "log",
        },
        "key": {"type": f"{PACKAGE}.ValueToKey", "fields": "line,kind"},
        "unwrap": {"type": f"{PACKAGE}.ExtractField$Key", "field": "line"},
        "copy": {"type": f"{PACKAGE}.HeaderFrom$Value", "fields": "kind", "headers": "kind", "operation": "move"},
        "version": {"type": f"{PACKAGE}.InsertHeader", "header": "version", "value.literal": "[1, 2.5]"},
        "name": {"type": f"{PACKAGE}.SetSchemaMetadata$Value", "schema.name": "logs.Line", "schema.version": "3"},
        "mask": {
            "type": f"{PACKAGE}.MaskField$Value",
            "fields": "origin",
            "replacement": "***",
            "predicate": "other",
            "negate": "true",
        },
        "route": {"type": f"{PACKAGE}.RegexRouter", "regex": "(.*)_in", "replacement": "$1_out"},
    },
    {"other": {"type": f"{PACKAGE}.predicates.TopicNameMatches", "pattern": "other-.*"}},
)


def test_a_source_chain_writes_the_same_messages(
    creates: dict[str, Create], kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    file = tmp_path / "in.txt"
    file.write_text("one\ntwo\n\nMüller 😀\n", encoding="utf-8")
    written = {}
    for side, create in creates.items():
        topic = f"{side}_{unique('lines')}"
        config = {"connector.class": "FileStreamSource", "file": str(file), "topic": f"{topic}_in"}
        create(topic, config | SOURCE_CHAIN)
        written[side] = renamed(read(kafka, f"{topic}_out", count=4), side)
    stripped = {side: [message[1:] for message in messages] for side, messages in written.items()}
    assert stripped["ours"] == stripped["theirs"]
    assert len(stripped["ours"]) == 4


SINK_CHAIN = transforms(
    {
        "drop": {"type": f"{PACKAGE}.Filter", "predicate": "deleted"},
        "when": {
            "type": f"{PACKAGE}.TimestampConverter$Value",
            "field": "at",
            "target.type": "string",
            "format": "EEE, d MMM yyyy HH:mm:ss.SSS Z",
        },
        "cast": {"type": f"{PACKAGE}.Cast$Value", "spec": "id:string,ratio:int8"},
        "flat": {"type": f"{PACKAGE}.Flatten$Value", "delimiter": "_"},
        "keep": {"type": f"{PACKAGE}.ReplaceField$Value", "exclude": "junk", "renames": "id:number"},
        "text": {"type": f"{PACKAGE}.HoistField$Value", "field": "row"},
    },
    {"deleted": {"type": f"{PACKAGE}.predicates.RecordIsTombstone"}},
)
GOOD = b'{"id":%d,"at":1600000000123,"ratio":300.7,"deep":{"er":{"name":"x"}},"junk":true}'
BAD = [b'{"id":7,"at":"no number","ratio":1}', b"5", b'{"id":', b'{"id":8,"at":[1]}']


def test_a_sink_chain_writes_the_same_lines_and_dead_letters(
    creates: dict[str, Create], kafka: Kafka, unique: Callable[[str], str], tmp_path: Path
) -> None:
    topic = unique("rows")
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers})
    for value in (GOOD % 1, *BAD, None, GOOD % 2):
        producer.produce(topic, value=value, headers=[("from", b"12")], partition=0)
    producer.flush(30)
    lines, letters = {}, {}
    for side, create in creates.items():
        name = f"{side}_{unique('rows')}"
        target = tmp_path / side
        create(
            name,
            {
                "connector.class": "FileStreamSink",
                "topics": topic,
                "file": str(target),
                "value.converter": JSON,
                "value.converter.schemas.enable": "false",
                "errors.tolerance": "all",
                "errors.deadletterqueue.topic.name": f"{name}_dlq",
                "errors.deadletterqueue.topic.replication.factor": "1",
                "errors.deadletterqueue.context.headers.enable": "true",
            }
            | SINK_CHAIN,
        )
        until(lambda target=target: target.exists() and target.read_text().count("\n") >= 2, f"{side} has both rows")
        lines[side] = [fields(line) for line in target.read_text().splitlines()]
        letters[side] = [without_trace(m) for m in renamed(read(kafka, f"{name}_dlq", count=len(BAD)), name)]
    assert lines["ours"] == lines["theirs"]
    assert letters["ours"] == letters["theirs"]
    assert len(letters["ours"]) == len(BAD)


def fields(line: str) -> list[str]:
    """The members of a printed map: a HashMap has an order of its own."""
    return sorted(line.strip("{}").removeprefix("row={").split(", "))


def without_trace(message: Message) -> Message:
    topic, key, value, headers = message
    return topic, key, value, {name: v for name, v in headers.items() if not name.endswith("stacktrace")}
