"""Keys of the S3 sink: defaults, rules between keys, and secrets that stay secret."""

from __future__ import annotations

import base64

import pytest

from connect_core.config.render import key_infos
from connect_core.connectors.s3.config import S3SinkConfig
from connect_core.connectors.s3.sink import S3SinkConnector

KEYS = {
    "name": "s",
    "connector.class": "io.confluent.connect.s3.S3SinkConnector",
    "topics": "t",
    "storage.class": "io.confluent.connect.s3.storage.S3Storage",
    "format.class": "io.confluent.connect.s3.format.json.JsonFormat",
    "s3.bucket.name": "bucket",
    "flush.size": "3",
}
GROUPS = {"Connector": 12, "Schema": 1, "S3": 33, "Keys and Headers": 7, "Storage": 5, "Partitioner": 8, "": 2}


def test_the_originals_keys_are_all_there() -> None:
    own = [info for info in key_infos(S3SinkConfig) if info["group"] in GROUPS]
    counts = {group: sum(info["group"] == group for info in own) for group in GROUPS}
    assert counts == GROUPS
    for group in GROUPS.keys() - {""}:
        orders = [info["order_in_group"] for info in own if info["group"] == group]
        assert orders == sorted(orders), group
    assert {info["name"] for info in own if info["required"]} == {
        "format.class",
        "flush.size",
        "s3.bucket.name",
        "storage.class",
    }


def test_defaults() -> None:
    config = S3SinkConfig.parse(KEYS)
    assert S3SinkConfig.errors(KEYS) == {}
    assert (config.s3_part_size, config.s3_region, config.topics_dir, config.file_delim) == (
        26_214_400,
        "us-west-2",
        "topics",
        "+",
    )


@pytest.mark.parametrize("name", ["format.class", "flush.size", "s3.bucket.name", "storage.class"])
def test_a_missing_key_is_named(name: str) -> None:
    errors = S3SinkConfig.errors({key: value for key, value in KEYS.items() if key != name})
    assert errors[name][0] == f'Missing required configuration "{name}" which has no default value.'


@pytest.mark.parametrize(
    ("keys", "name", "text"),
    [
        ({"flush.size": "0"}, "flush.size", "Value must be at least 1"),
        ({"s3.part.size": "5242879"}, "s3.part.size", "Value must be at least 5242880"),
        ({"s3.compression.type": "zip"}, "s3.compression.type", "none, gzip"),
        ({"s3.compression.level": "10"}, "s3.compression.level", "no more than 9"),
        ({"s3.acl.canned": "open"}, "s3.acl.canned", "private"),
        ({"format.class": "a.ParquetFormat"}, "format.class", "comes in a later version"),
        ({"partitioner.class": "a.FieldPartitioner"}, "partitioner.class", "FieldPartitioner comes in a later version"),
        ({"partitioner.class": "a.Own"}, "partitioner.class", "Class a.Own could not be found"),
        ({"store.kafka.keys": "true"}, "store.kafka.keys", "comes in a later version"),
        ({"behavior.on.null.values": "write"}, "behavior.on.null.values", "use ignore"),
        ({"behavior.on.null.values": "stop"}, "behavior.on.null.values", "FAIL"),
        ({"rotate.schedule.interval.ms": "1000"}, "timezone", "needed by rotate.schedule.interval.ms"),
        ({"rotate.schedule.interval.ms": "1000", "timezone": "X/Y"}, "timezone", "no such time zone"),
        ({"schema.compatibility": "BACKWARD"}, "schema.compatibility", "Must be NONE"),
        ({"s3.object.tagging.key.value.pairs": "a:b,c"}, "s3.object.tagging.key.value.pairs", "Expected name:value"),
        ({"aws.access.key.id": "AKIA"}, "aws.secret.access.key", "must be set together"),
    ],
)
def test_bad_values_are_refused(keys: dict[str, str], name: str, text: str) -> None:
    assert text in " ".join(S3SinkConfig.errors(KEYS | keys)[name])


def test_customer_keys_are_checked_and_never_shown() -> None:
    secret = base64.b64encode(b"k" * 31).decode()
    errors = S3SinkConfig.errors(KEYS | {"s3.ssea.name": "AES256", "s3.sse.customer.key": secret})
    assert errors["s3.sse.customer.key"] == [
        "Invalid value [hidden] for configuration s3.sse.customer.key: Must be base64 of 32 bytes"
    ]
    whole = base64.b64encode(b"k" * 32).decode()
    assert "Needs s3.ssea.name" in S3SinkConfig.errors(KEYS | {"s3.sse.customer.key": whole})["s3.sse.customer.key"][0]
    assert S3SinkConfig.errors(KEYS | {"s3.ssea.name": "AES256", "s3.sse.customer.key": whole}) == {}


def test_each_task_gets_the_whole_config() -> None:
    connector = S3SinkConnector()
    connector.config = S3SinkConfig.parse(KEYS)
    assert connector.task_configs(3) == [KEYS] * 3
