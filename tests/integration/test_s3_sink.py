"""The S3 sink against an S3 endpoint: names, contents, headers, parts, conditional writes, failures."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from connect_core.api import ConfigError, SinkRecord, TopicPartition
from connect_core.connectors.s3 import client as s3_client
from connect_core.connectors.s3.config import S3SinkConfig
from connect_core.connectors.s3.sink import S3SinkTask
from connect_core.data.schema import BYTES
from connect_core.errors import DataError, Fatal, Retriable
from connect_core.local.s3 import S3
from connect_core.testing.contexts import MemorySinkContext

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)
DAY_MS = str(24 * 3600 * 1000)


class Bucket:
    """A bucket of this test's own, with what boto3 sees of it."""

    def __init__(self, s3: S3, name: str) -> None:
        self.s3, self.name = s3, name
        s3.create_bucket(name)
        self.boto: Any = boto3.client(
            "s3",
            endpoint_url=s3.endpoint_url,
            region_name=s3.region,
            aws_access_key_id=s3.access_key,
            aws_secret_access_key=s3.secret_key,
        )

    def head(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.boto.head_object(Bucket=self.name, Key=key)
        return found

    def names(self) -> list[str]:
        return self.s3.keys(self.name)

    def offsets(self) -> list[int]:
        """``n`` of every record, object by object."""
        return [json.loads(line)["n"] for key in self.names() for line in self.s3.get(self.name, key).splitlines()]

    def open_uploads(self) -> int:
        return len(self.boto.list_multipart_uploads(Bucket=self.name).get("Uploads", ()))


@pytest.fixture
def bucket(s3: S3, unique: Callable[..., str]) -> Iterator[Bucket]:
    made = Bucket(s3, unique("b").replace("_", "-")[-50:].lstrip("-"))
    yield made
    made.boto.close()


type Start = Callable[..., tuple[S3SinkTask, MemorySinkContext]]


@pytest.fixture
def start(bucket: Bucket) -> Iterator[Start]:
    """Started tasks, stopped after the test."""
    tasks: list[S3SinkTask] = []

    def started(keys: Mapping[str, str] | None = None, **options: Any) -> tuple[S3SinkTask, MemorySinkContext]:
        task, context = S3SinkTask(), MemorySinkContext([T0, T1], **options)
        task.config = S3SinkConfig.parse(config(bucket) | dict(keys or {}))
        tasks.append(task)
        task.start(context)
        task.open([T0, T1])
        return task, context

    yield started
    for task in tasks:
        task.stop()


def config(bucket: Bucket) -> dict[str, str]:
    return {
        "name": "s",
        "connector.class": "S3Sink",
        "topics": "t",
        "storage.class": "io.confluent.connect.s3.storage.S3Storage",
        "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
        "s3.bucket.name": bucket.name,
        "s3.region": bucket.s3.region,
        "store.url": bucket.s3.endpoint_url,
        "aws.access.key.id": bucket.s3.access_key,
        "aws.secret.access.key": bucket.s3.secret_key,
        "flush.size": "3",
        "s3.part.retries": "0",
    }


def rows(*offsets: int, partition: int = 0, timestamp: int | None = None) -> list[SinkRecord]:
    return [SinkRecord("t", partition, n, value={"n": n}, timestamp=timestamp) for n in offsets]


def key(offset: int, partition: int = 0, extension: str = ".json") -> str:
    return f"topics/t/partition={partition}/t+{partition}+{offset:010d}{extension}"


def test_objects_of_two_partitions_and_their_tails(bucket: Bucket, start: Start) -> None:
    task, _ = start()
    task.put([*rows(0, 1), *rows(0, 1, 2, partition=1), *rows(2, 3, 4), *rows(3, 4, partition=1)])
    assert bucket.names() == [key(0), key(0, 1)]
    assert task.pre_commit({T0: 5, T1: 5}) == {T0: 3, T1: 3}
    assert bucket.s3.get(bucket.name, key(0)) == b'{"n":0}\n{"n":1}\n{"n":2}\n'
    assert bucket.head(key(0))["ContentType"] == "binary/octet-stream"
    task.drain()
    assert task.pre_commit({T0: 5, T1: 5}) == {T0: 5, T1: 5}
    assert bucket.names() == [key(0), key(3), key(0, 1), key(3, 1)]


def test_reading_again_writes_the_same_objects(bucket: Bucket, start: Start) -> None:
    first, _ = start()
    first.put(rows(0, 1, 2, 3, 4))
    before = {name: bucket.head(name)["ETag"] for name in bucket.names()}
    second, _ = start()
    second.put(rows(0, 1, 2, 3))
    second.put(rows(4))
    assert {name: bucket.head(name)["ETag"] for name in bucket.names()} == before
    second.put(rows(5))
    assert bucket.offsets() == [0, 1, 2, 3, 4, 5]


def test_closed_partitions_forget_their_open_records(bucket: Bucket, start: Start) -> None:
    task, _ = start()
    task.put(rows(0, 1))
    task.close([T0])
    task.open([T0])
    task.put(rows(0, 1, 2))
    assert bucket.names() == [key(0)]


def test_gzip(bucket: Bucket, start: Start) -> None:
    task, _ = start({"s3.compression.type": "gzip", "s3.compression.level": "9"})
    task.put(rows(0, 1, 2))
    name = key(0, extension=".json.gz")
    assert bucket.names() == [name]
    assert gzip.decompress(bucket.s3.get(bucket.name, name)) == b'{"n":0}\n{"n":1}\n{"n":2}\n'
    assert "ContentEncoding" not in bucket.head(name)


def test_byte_arrays(bucket: Bucket, start: Start) -> None:
    keys = {"format.class": "io.confluent.connect.s3.format.bytearray.ByteArrayFormat"}
    more = keys | {"format.bytearray.extension": ".raw", "format.bytearray.separator": " "}
    for each, name, expected in (
        (keys, key(0, extension=".bin"), b"a\nb\nc\n"),
        (more, key(0, extension=".raw"), b"a b c "),
    ):
        task, _ = start(each)
        task.put([SinkRecord("t", 0, n, value=value, value_schema=BYTES) for n, value in enumerate((b"a", b"b", b"c"))])
        assert bucket.s3.get(bucket.name, name) == expected


def test_large_objects_go_in_parts_and_an_unfinished_one_leaves_nothing(bucket: Bucket, start: Start) -> None:
    task, _ = start({"flush.size": "14", "s3.part.size": "5242880", "s3.send.digest": "true"})
    big = [SinkRecord("t", 0, n, value={"n": n, "pad": "x" * (1 << 20)}) for n in range(20)]
    task.put(big[:14])
    head = bucket.head(key(0))
    assert head["ETag"].strip('"').endswith("-3"), "two full parts and the rest"
    assert head["ContentType"] == "binary/octet-stream"
    assert bucket.offsets() == list(range(14))
    task.put(big[14:])
    assert bucket.open_uploads() == 1
    task.stop()
    assert bucket.open_uploads() == 0


def test_the_schedule_writes_once_all_is_read_and_never_replaces(bucket: Bucket, start: Start) -> None:
    keys = {"rotate.schedule.interval.ms": DAY_MS, "timezone": "UTC", "flush.size": "100"}
    first, _ = start(keys)
    first.put(rows(0, 1, timestamp=1000))
    first.put([])
    assert bucket.offsets() == [0, 1]
    assert bucket.head(key(0))["Metadata"] == {s3_client.END_OFFSET: "2"}
    # The commit of offsets got lost: all is read again, with more behind it.
    second, _ = start(keys)
    second.put(rows(0, 1, 2, timestamp=1000))
    assert second.pre_commit({T0: 3}) == {T0: 2}
    second.put([])
    assert bucket.names() == [key(0), key(2)]
    assert bucket.offsets() == [0, 1, 2]
    assert second.pre_commit({T0: 3}) == {T0: 3}


def test_an_object_that_another_writer_finished_meanwhile_stays(bucket: Bucket, start: Start) -> None:
    keys = {"rotate.schedule.interval.ms": DAY_MS, "timezone": "UTC", "flush.size": "3"}
    slow, context = start(keys)
    slow.put(rows(0, 1))
    fast, _ = start(keys)
    fast.put(rows(0, 1))
    fast.drain()
    with pytest.raises(Retriable, match="exists already"):
        slow.put(rows(2))
    assert context.rewinds == {T0: 0}
    assert context.timeouts == [5000]
    assert slow.pre_commit({T0: 2}) == {T0: 0}
    slow.put(rows(0, 1, 2, 3, 4))
    assert bucket.names() == [key(0), key(2)]
    assert bucket.offsets() == [0, 1, 2, 3, 4]


def test_objects_that_do_not_say_what_they_hold_are_replaced(bucket: Bucket, start: Start) -> None:
    bucket.boto.put_object(Bucket=bucket.name, Key=key(0), Body=b"by another program")
    keys = {"rotate.schedule.interval.ms": DAY_MS, "timezone": "UTC"}
    task, _ = start(keys)
    task.put(rows(0, 1, 2))
    assert bucket.offsets() == [0, 1, 2]


def forbidden(request: Any, **_: Any) -> AWSResponse:
    """An answer of S3 without going there."""
    return AWSResponse(request.url, 403, {}, HTTPResponse(io.BytesIO(), preload_content=False))


def test_a_role_that_may_only_write_is_told_so_when_it_matters(bucket: Bucket, start: Start) -> None:
    keys = {"rotate.schedule.interval.ms": DAY_MS, "timezone": "UTC"}
    for offset in (0, 3):
        task, _ = start(keys)
        assert task._store is not None
        task._store.client.meta.events.register("before-send.s3.HeadObject", forbidden)
        task.put(rows(*range(offset, offset + 3)))
    assert bucket.offsets() == [0, 1, 2, 3, 4, 5]
    task.open([T0])
    with pytest.raises(Fatal, match=r"cannot be seen: allow s3:GetObject and s3:ListBucket"):
        task.put(rows(0, 1, 2))


def test_unconditional_writes_replace(bucket: Bucket, start: Start) -> None:
    keys = {"rotate.schedule.interval.ms": DAY_MS, "timezone": "UTC", "enable.conditional.writes": "false"}
    for _ in range(2):
        task, _ = start(keys)
        task.put(rows(0, 1, 2))
    assert bucket.offsets() == [0, 1, 2]
    assert bucket.head(key(0))["Metadata"] == {}


def test_null_values(bucket: Bucket, start: Start) -> None:
    null = SinkRecord("t", 0, 1)
    task, _ = start()
    with pytest.raises(DataError, match=r"t-0 offset 1 .*behavior\.on\.null\.values=fail; use ignore"):
        task.put([*rows(0), null])
    ignoring, context = start({"behavior.on.null.values": "IGNORE"}, reporting=True)
    ignoring.put([*rows(0), null, *rows(2, 3)])
    assert bucket.offsets() == [0, 2, 3]
    assert [record.offset for record, _ in context.reported] == [1]
    silent, context = start({"behavior.on.null.values": "ignore", "report.null.values.to.dlq": "false"}, reporting=True)
    silent.put([null])
    assert context.reported == []
    assert silent.pre_commit({T0: 2}) == {T0: 2}


def test_tags_encryption_and_acl(bucket: Bucket, start: Start) -> None:
    task, _ = start(
        {
            "s3.object.tagging": "true",
            "s3.object.tagging.key.value.pairs": "team:data, env : test",
            "s3.ssea.name": "AES256",
            "s3.acl.canned": "bucket-owner-full-control",
        }
    )
    task.put(rows(4, 6, 7))
    tags = bucket.boto.get_object_tagging(Bucket=bucket.name, Key=key(4))["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "startOffset": "4",
        "endOffset": "7",
        "recordCount": "3",
        "team": "data",
        "env": "test",
    }
    assert bucket.head(key(4))["ServerSideEncryption"] == "AES256"


def test_customer_keys_go_with_every_object(bucket: Bucket, start: Start) -> None:
    secret = base64.b64encode(b"k" * 32).decode()
    task, _ = start({"s3.ssea.name": "AES256", "s3.sse.customer.key": secret})
    assert task._store is not None
    sent: list[str] = []  # the endpoint does not encrypt: what counts is what it is told
    events = task._store.client.meta.events
    for call in ("PutObject", "UploadPart"):
        events.register(
            f"before-call.s3.{call}",
            lambda params, **_: sent.append(params["headers"]["x-amz-server-side-encryption-customer-key"]),
        )
    task.put(rows(0, 1, 2))
    assert sent == [secret]


def test_a_missing_bucket_is_named_at_the_start(bucket: Bucket, start: Start) -> None:
    with pytest.raises(Fatal, match=r"S3 bucket 'no-such' does not exist at http.*correct s3\.bucket\.name"):
        start({"s3.bucket.name": "no-such"})


def test_an_endpoint_that_does_not_answer_may_come_back(bucket: Bucket, start: Start) -> None:
    with pytest.raises(Retriable, match=r"HEAD bucket.*check store\.url") as caught:
        start({"store.url": "http://127.0.0.1:1"})
    assert "test" not in str(caught.value).replace(bucket.name, "")


@pytest.mark.parametrize(
    ("name", "value"), [("store.url", "localhost:9000"), ("store.url", "nonsense"), ("s3.region", "eu central!")]
)
def test_endpoints_and_regions_that_are_none_are_named(start: Start, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"Invalid value {value} for configuration {name}: Expected"):
        start({name: value})


def test_a_bucket_that_vanishes_fails_the_task_with_a_remedy(bucket: Bucket, start: Start) -> None:
    task, _ = start()
    bucket.boto.delete_bucket(Bucket=bucket.name)
    with pytest.raises(Fatal, match=r"NoSuchBucket.*create the bucket, or correct s3\.bucket\.name"):
        task.put(rows(0, 1, 2))


def test_a_passing_failure_rewinds_its_partition_only(
    bucket: Bucket, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, context = start({"retry.backoff.ms": "70"})
    finish, failing = s3_client.S3Upload.finish, [key(0, 1)]

    def flaky(self: s3_client.S3Upload, data: bytes, **numbers: int) -> None:
        if self._name in failing:
            failing.remove(self._name)
            raise Retriable("SlowDown")
        finish(self, data, **numbers)

    monkeypatch.setattr(s3_client.S3Upload, "finish", flaky)
    task.put([*rows(0, 1), *rows(0, 1, partition=1)])
    with pytest.raises(Retriable, match="SlowDown"):
        task.put([*rows(2, partition=1), *rows(2, 3)])
    assert (context.rewinds, context.timeouts) == ({T1: 0}, [70])
    assert task.pre_commit({T0: 4, T1: 2}) == {T0: 3, T1: 0}
    task.put(rows(0, 1, 2, partition=1))
    assert bucket.names() == [key(0), key(0, 1)]


def test_roles_need_an_arn_and_providers_a_name(start: Start) -> None:
    none = {"aws.access.key.id": "", "aws.secret.access.key": ""}
    assume = "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider"
    with pytest.raises(ConfigError, match=r"s3\.credentials\.provider\.sts\.role\.arn"):
        start(none | {"s3.credentials.provider.class": assume})
    with pytest.raises(ConfigError, match="Expected DefaultCredentialsProvider"):
        start(none | {"s3.credentials.provider.class": "com.acme.Provider"})


def test_taking_a_role(bucket: Bucket, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.s3.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.s3.secret_key)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", bucket.s3.endpoint_url)
    task, _ = start(
        {
            "aws.access.key.id": "",
            "aws.secret.access.key": "",
            "s3.credentials.provider.class": "io.confluent.connect.s3.auth.AwsAssumeRoleCredentialsProvider",
            "s3.credentials.provider.sts.role.arn": "arn:aws:iam::123456789012:role/writer",
            "s3.credentials.provider.sts.role.session.name": "connect",
        }
    )
    task.put(rows(0, 1, 2))
    assert bucket.offsets() == [0, 1, 2]
    assert task._store is not None
    assert task._store.client._get_credentials().token, "the role's keys, not our own"


def test_records_that_cannot_be_written_are_reported(bucket: Bucket, start: Start) -> None:
    from connect_core.data import struct
    from connect_core.data.schema import INT32

    schema = struct([("n", INT32)])
    bad = SinkRecord("t", 0, 1, value={"n": "one"}, value_schema=schema)
    good = [SinkRecord("t", 0, n, value={"n": n}, value_schema=schema) for n in (0, 2, 3)]
    task, _ = start()
    with pytest.raises(DataError, match="INT32"):
        task.put([good[0], bad])
    reporting, context = start(reporting=True)
    reporting.put([good[0], bad, *good[1:]])
    assert [record.offset for record, _ in context.reported] == [1]
    assert bucket.offsets() == [0, 2, 3]
