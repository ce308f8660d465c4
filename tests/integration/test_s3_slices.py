"""The S3 sink as the hosts run it: in a worker on a real broker, and over the event of a Kafka trigger."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_core.api import TopicPartition
from connect_core.connectors.s3.config import S3SinkConfig
from connect_core.connectors.s3.sink import S3SinkTask
from connect_core.local.kafka import Kafka
from connect_core.local.s3 import S3
from connect_core.runtime.event_feed import EventFeed
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import Ports
from connect_core.runtime.sink_runner import SinkRunner
from connect_core.runtime.slice import SliceRequest
from tests.integration.workers import WorkerProcess, until
from tests.unit.runtime.stands import HandClock, assembly, ports


@pytest.fixture
def bucket(s3: S3, unique: Callable[..., str]) -> str:
    name = unique("b").replace("_", "-")[-50:].lstrip("-")
    s3.create_bucket(name)
    return name


@pytest.fixture(scope="module")
def worker(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    home = tmp_path_factory.mktemp("worker")
    with WorkerProcess(kafka.bootstrap_servers, home, group="s3-worker-tests") as process:
        yield process


def config(s3: S3, bucket: str, topic: str) -> dict[str, str]:
    return {
        "connector.class": "io.confluent.connect.s3.S3SinkConnector",
        "topics": topic,
        "storage.class": "io.confluent.connect.s3.storage.S3Storage",
        "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
        "flush.size": "3",
        "s3.bucket.name": bucket,
        "s3.region": s3.region,
        "store.url": s3.endpoint_url,
        "aws.access.key.id": s3.access_key,
        "aws.secret.access.key": s3.secret_key,
    }


def key(topic: str, offset: int) -> str:
    return f"topics/{topic}/partition=0/{topic}+0+{offset:010d}.json"


def test_objects_of_a_worker_survive_its_death(
    worker: WorkerProcess, s3: S3, bucket: str, topic: str, unique: Callable[..., str], tmp_path: Path
) -> None:
    source, (load, archive) = tmp_path / "in.txt", (unique("load"), unique("archive"))
    source.write_text("".join(f"line {n}\n" for n in range(10)))
    worker.create(load, {"connector.class": "FileStreamSource", "file": str(source), "topic": topic})
    worker.create(archive, config(s3, bucket, topic))
    until(lambda: s3.keys(bucket) == [key(topic, n) for n in (0, 3, 6)], "three objects are there")
    worker.until_states(archive, "RUNNING", "RUNNING")
    stored = {"offset": {"kafka_offset": 9}, "partition": {"kafka_partition": 0, "kafka_topic": topic}}
    until(
        lambda: worker.request("GET", f"/connectors/{archive}/offsets").json() == {"offsets": [stored]},
        "the offset after the last object is committed",
    )
    worker.kill()
    with source.open("a") as more:
        more.write("line 10\nline 11\n")
    worker.start()
    until(lambda: s3.keys(bucket)[-1] == key(topic, 9), "the fourth object is there")
    assert [json.loads(line) for line in s3.read(bucket)[1]] == [f"line {n}" for n in range(12)]
    assert worker.request("PUT", f"/connectors/{archive}/stop").status_code == 204


def test_a_missing_bucket_fails_the_task_with_a_remedy(
    worker: WorkerProcess, s3: S3, bucket: str, topic: str, unique: Callable[..., str]
) -> None:
    name = unique("archive")
    worker.create(name, config(s3, "no-such-bucket", topic))
    worker.until_states(name, "RUNNING", "FAILED")
    assert "S3 bucket 'no-such-bucket' does not exist" in worker.trace(name)


def event(topic: str, *offsets: int) -> dict[str, Any]:
    def item(offset: int) -> dict[str, Any]:
        value = b64encode(f"line {offset}".encode()).decode()
        return {"topic": topic, "partition": 0, "offset": offset, "timestamp": 5, "value": value}

    return {"eventSource": "SelfManagedKafka", "records": {f"{topic}-0": [item(offset) for offset in offsets]}}


@pytest.mark.parametrize("schedule", [{}, {"rotate.schedule.interval.ms": "3600000", "timezone": "UTC"}])
def test_an_event_leaves_no_tail_behind_and_may_come_twice(
    s3: S3, bucket: str, topic: str, schedule: dict[str, str]
) -> None:
    def run(*offsets: int) -> EventFeed:
        clock = HandClock()
        lease = Lease(clock, clock.now() + 60)
        task = S3SinkTask()
        task.config = S3SinkConfig.parse({"name": "c"} | config(s3, bucket, topic) | schedule)
        feed = EventFeed(event(topic, *offsets), produce=lambda messages: None)
        given = ports(clock)
        runner = SinkRunner(
            SliceRequest(connector="c", task=0, generation=7),
            Ports(offsets=given.offsets, status=given.status, control=given.control, clock=clock, feed=feed),
            assembly(task, lease, sink=True),
            lease,
            dead_letters=None,
            flush_interval_ms=60_000,
        )
        assert runner.run().state == "RUNNING"
        return feed

    for _ in range(2):  # AWS sends an event again when its function did not return
        feed = run(*range(5))
        assert feed.missing() == {}
        assert feed.acknowledged == {TopicPartition(topic, 0): 5}
    assert run(5).missing() == {}
    names, lines = s3.read(bucket)
    assert names == [key(topic, n) for n in (0, 3, 5)]
    assert [json.loads(line) for line in lines] == [f"line {n}" for n in range(6)]
