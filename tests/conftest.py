"""Fixtures of the whole suite: real servers, each started once, when a test first asks for it.

Topics, tables, buckets and groups are shared by all tests of a run: name them through ``topic`` or ``unique``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from connect_core.local.connect import Connect
from connect_core.local.jvm import jvm as start_jvm
from connect_core.local.kafka import Kafka
from connect_core.local.mariadb import MariaDB
from connect_core.local.postgres import Postgres
from connect_core.local.s3 import S3
from tests.parity.confluent import start_confluent
from tests.registry import Registry

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """One broker for the run; tests that break a broker start one of their own."""
    with Kafka() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """One MariaDB for the run: ``url``, ``jdbc_url()``, ``user``, ``password``, ``create_database``, ``sql``."""
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for the run; the same members as ``mariadb``."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """One S3 endpoint for the run: ``endpoint_url``, ``access_key``, ``secret_key``, ``create_bucket``."""
    with S3() as server:
        yield server


@pytest.fixture(scope="session")
def connect_oracle(kafka: Kafka) -> Iterator[Connect]:
    """The real Kafka Connect on the run's broker: ``request("GET", "/connectors")``, ``group_id``, ``url``."""
    with Connect(kafka.bootstrap_servers, group_id="connect-oracle") as worker:
        yield worker


@pytest.fixture(scope="session")
def jvm() -> ModuleType:
    """``jpype`` with the real Kafka Connect's classes, in this process."""
    return start_jvm()


@pytest.fixture(scope="session")
def confluent() -> ModuleType:
    """The same JVM with Confluent's Avro and Protobuf converters, its registry client and Debezium's transforms."""
    return start_confluent()


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A schema registry of this test's own: ``url``, ``store``, ``requests``, ``trouble(...)``, ``credentials``."""
    with Registry() as server:
        yield server


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Names no other test of the run has: ``unique("orders")``; letters, digits and underscores only."""
    test = re.sub(r"\W+", "_", request.node.name).strip("_").lower()[:40]

    def name(stem: str = "t") -> str:
        return f"{stem}_{test}_{next(_numbers)}"

    return name


@pytest.fixture
def topic(unique: Callable[..., str]) -> str:
    """A topic name of this test's own; the topic does not exist yet."""
    return unique("topic")
