"""Worker keys."""

from __future__ import annotations

import pytest

from connect_core.config.distributed import DistributedConfig
from connect_core.config.worker import StandaloneConfig

BASE = {"bootstrap.servers": "a:1, b:2", "key.converter": "J", "value.converter": "J"}
GROUP = BASE | {
    "group.id": "g",
    "config.storage.topic": "c",
    "offset.storage.topic": "o",
    "status.storage.topic": "s",
}


def test_required_keys() -> None:
    assert list(DistributedConfig.errors({})) == [
        "bootstrap.servers",
        "key.converter",
        "value.converter",
        "group.id",
        "config.storage.topic",
        "offset.storage.topic",
        "status.storage.topic",
    ]
    assert list(StandaloneConfig.errors(BASE)) == ["offset.storage.file.filename"]
    assert DistributedConfig.errors(GROUP) == {}


ERRORS = [
    (
        "offset.storage.partitions",
        "0",
        (
            "Invalid value 0 for configuration offset.storage.partitions: "
            "Number of partitions must be positive, or -1 to use the broker's default"
        ),
    ),
    (
        "config.storage.replication.factor",
        "-2",
        (
            "Invalid value -2 for configuration config.storage.replication.factor: Replication factor must be positive "
            "and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default"
        ),
    ),
    (
        "listeners",
        "ftp://x",
        "Invalid value ftp://x for configuration listeners: Expected a URL that begins with http:// or https://",
    ),
]


@pytest.mark.parametrize(("name", "value", "message"), ERRORS)
def test_bad_values(name: str, value: str, message: str) -> None:
    assert DistributedConfig.errors(GROUP | {name: value}) == {name: [message]}


def test_every_worker_key_is_documented() -> None:
    for config in (DistributedConfig, StandaloneConfig):
        assert all(spec.spec.doc for spec in config.specs())
