"""Routers and predicates without a JVM: what they remember per topic, and errors that name a key."""

from __future__ import annotations

from typing import Any

import pytest

from connect_core.api import Predicate, Transform
from connect_core.data import SourceRecord
from connect_core.errors import ConfigError, DataError
from connect_core.plugins.loader import config_class
from connect_core.transforms.predicates import TopicNameMatches
from connect_core.transforms.routers import RegexRouter, TimestampRouter


def configured[T: (Transform[Any], Predicate[Any])](kind: type[T], **config: str) -> T:
    made = kind()
    made.config = config_class(kind).parse({key.replace("_", "."): value for key, value in config.items()})
    made.configure()
    return made


def topic_of(transform: Transform[Any], topic: str, **parts: Any) -> str:
    found = transform.apply(SourceRecord(topic, "v", **parts))
    assert found is not None
    return found.topic


def test_more_topics_than_are_remembered() -> None:
    router = configured(RegexRouter, regex=r"t(\d+)", replacement="x$1")
    predicate = configured(TopicNameMatches, pattern=r"t\d*5")
    for _ in range(2):
        for number in range(1_500):
            assert topic_of(router, f"t{number}") == f"x{number}"
            assert predicate.test(SourceRecord(f"t{number}", "v")) is (number % 10 == 5)
    assert topic_of(router, "other") == "other"


def test_a_replacement_that_needs_what_is_refused_names_its_key() -> None:
    with pytest.raises(ConfigError, match=r"for configuration replacement: .*asks for what it matched"):
        configured(RegexRouter, regex="(?:(a))*b", replacement="$1")


def test_a_bad_replacement_fails_only_where_it_is_used() -> None:
    router = configured(RegexRouter, regex="a+", replacement="$1")
    assert topic_of(router, "b") == "b"
    for _ in range(2):
        with pytest.raises(IndexError, match="No group 1"):
            topic_of(router, "a")


def test_a_bad_date_pattern_is_the_error_of_each_record() -> None:
    router = configured(TimestampRouter, timestamp_format="b")
    with pytest.raises(DataError, match="Timestamp missing on record: topic 't', partition None"):
        topic_of(router, "t")
    for _ in range(2):
        with pytest.raises(ValueError, match="Illegal pattern character 'b'"):
            topic_of(router, "t", timestamp=0)


def test_the_topic_may_hold_a_placeholder() -> None:
    router = configured(TimestampRouter, topic_format="${topic}/${topic}")
    assert topic_of(router, "${timestamp}${topic}", timestamp=0) == "19700101${topic}/19700101${topic}"
