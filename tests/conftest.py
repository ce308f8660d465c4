"""Fixtures of the whole suite: real servers, each started once, when a test first asks for it.

Topics, tables, buckets and groups are shared by all tests of a run: name them through ``topic`` or ``unique``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

import pytest

from connect_core.local.kafka import Kafka

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """One broker for the run; tests that break a broker start one of their own."""
    with Kafka() as server:
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
