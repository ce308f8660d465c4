"""The S3 sink through the conformance suite."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from connect_core.api import SinkRecord
from connect_core.connectors.s3.sink import S3SinkConnector
from connect_core.data import struct
from connect_core.data.schema import INT32, STRING
from connect_core.local.s3 import S3
from connect_core.testing import SinkSuite

ROW = struct([("n", INT32), ("text", STRING)])


class Bucket:
    """A bucket of the test's own."""

    def __init__(self, s3: S3, name: str) -> None:
        self.s3, self.name = s3, name
        s3.create_bucket(name)


@pytest.fixture
def service(s3: S3, unique: Callable[..., str]) -> Bucket:
    return Bucket(s3, unique("b").replace("_", "-")[-50:].lstrip("-"))


class Objects(SinkSuite):
    connector = S3SinkConnector
    idempotent = True

    def config(self, service: Bucket) -> dict[str, str]:
        return {
            "storage.class": "io.confluent.connect.s3.storage.S3Storage",
            "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
            "flush.size": "3",
            "s3.bucket.name": service.name,
            "store.url": service.s3.endpoint_url,
            "aws.access.key.id": service.s3.access_key,
            "aws.secret.access.key": service.s3.secret_key,
        }

    def record(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value={"n": n, "text": f"ż {n}"}, value_schema=ROW)

    def bad(self, n: int) -> SinkRecord:
        return SinkRecord(self.topic, 0, n, value={"n": "no number", "text": ""}, value_schema=ROW)

    def stored(self, service: Bucket) -> Sequence[Any]:
        return [json.loads(line) for line in service.s3.read(service.name)[1]]


class TestS3Sink(Objects):
    """By count of records: exactly once."""


class TestS3SinkOnSchedule(Objects):
    """By the clock, with conditional writes: the objects of an earlier run are passed over."""

    def config(self, service: Bucket) -> dict[str, str]:
        return super().config(service) | {
            "flush.size": "1000",
            "rotate.schedule.interval.ms": "3600000",
            "timezone": "UTC",
        }
