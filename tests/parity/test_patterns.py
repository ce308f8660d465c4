"""Where configs hold regular expressions: the complaints of Kafka's own validators, and expressions in common use."""

from __future__ import annotations

from types import ModuleType

import pytest

from connect_core.config import SinkConfig, topic_creation
from connect_core.errors import ConfigError
from connect_core.java.patterns import Pattern
from tests.parity.bridge import Bridge, JavaError

RUNTIME = "org.apache.kafka.connect.runtime"
SINK = {"name": "c", "connector.class": "x"}
BAD = [
    "[", "(", "a)", "*", "a**", "a{2,1}", "a{x", "\\", "[z-a]", r"\p{Foo}", r"\k<n>", "(?<n>a)(?<n>b)", "(?<=(a|b)*)c",
    "(?z)", "[a&&", "a\tb(", "ä😀[", r"(?x)\p{L # a comment}",
]  # fmt: skip
USUAL = [
    ".*", "orders.*", r"(.*)\.(.*)", r"^db\.public\.(\w+)$", r"(?i)ORDERS-\d{1,3}", r"([^.]+)\.([^.]+)\.([^.]+)",
    "a|b|c", r"(?!_).*", r".*(?<!-test)",
    r"(?<schema>[a-z]+)\.(?<table>[a-z_]+)", r"prod-(?:eu|us)-[\w&&[^\d_]]+", r"\Qa.b\E.*",
    r"[\p{Alpha}\p{Digit}.]++", r"dbserver1\.inventory\.(customers|orders)", r".*-(v[0-9]+)",
    r"(?:a|ab)(?:c|bcd)(?:d*)",
]  # fmt: skip
TOPICS = [
    "", "orders", "orders.v1", "db.public.users", "db.public.users\n", "Orders-12", "a.b.c", "b", "_schemas", "x-test",
    "prod-eu-abc", "prod-us-a1", "a.b", "a.bX", "dbserver1.inventory.orders", "x-v12", "abcd", "sales.order_items",
    "ÄÖ",
]  # fmt: skip
REPLACEMENTS = ["$1", "x-$0", "$2.$1", "${table}", "\\$1", "$10"]


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


@pytest.mark.parametrize("pattern", BAD)
def test_complaints_of_topics_regex(bridge: Bridge, pattern: str) -> None:
    keys = bridge.jpype.JClass(f"{RUNTIME}.SinkConnectorConfig").configDef().configKeys()
    validator = keys.get("topics.regex").validator
    with pytest.raises(JavaError) as java:
        bridge.call(validator.ensureValid, "topics.regex", bridge.text(pattern))
    assert SinkConfig.errors(SINK | {"topics.regex": pattern})["topics.regex"] == [java.value.message]


@pytest.mark.parametrize("what", ["include", "exclude"])
def test_complaints_of_topic_groups(bridge: Bridge, what: str) -> None:
    keys = bridge.jpype.JClass(f"{RUNTIME}.TopicCreationConfig").configDef("g", 1, 1).configKeys()
    for pattern in BAD:
        texts = bridge.new("java.util.ArrayList")
        for one in ("ok", pattern):
            texts.add(bridge.text(one))
        with pytest.raises(JavaError) as java:
            bridge.call(keys.get(what).validator.ensureValid, f"topic.creation.g.{what}", texts)
        config = {
            "topic.creation.groups": "g",
            "topic.creation.default.partitions": "1",
            "topic.creation.default.replication.factor": "1",
            f"topic.creation.g.{what}": f"ok,{pattern}",
        }
        if "," in pattern or pattern != pattern.strip():
            continue  # a list has no such element
        with pytest.raises(ConfigError) as ours:
            topic_creation(config)
        assert str(ours.value) == java.value.message


@pytest.mark.parametrize("pattern", USUAL)
def test_expressions_in_common_use(bridge: Bridge, pattern: str) -> None:
    mine, theirs = Pattern(pattern), bridge.jpype.JClass("java.util.regex.Pattern").compile(bridge.text(pattern))
    for topic in TOPICS:
        matcher = theirs.matcher(bridge.text(topic))
        assert mine.matches(topic) == bool(matcher.matches()), topic
        assert mine.find(topic) == bool(matcher.reset().find()), topic
        for replacement in REPLACEMENTS:
            assert _replaced(mine, topic, replacement) == _java_replaced(bridge, matcher, replacement), topic


def _replaced(pattern: Pattern, topic: str, replacement: str) -> tuple[str, str] | str:
    try:
        return pattern.replace_first(topic, replacement), pattern.replace_all(topic, replacement)
    except (ValueError, IndexError) as error:
        return str(error)


def _java_replaced(bridge: Bridge, matcher: object, replacement: str) -> tuple[str | None, str | None] | str | None:
    changes = (matcher.replaceFirst, matcher.replaceAll)  # type: ignore[attr-defined]  # a java.util.regex.Matcher
    try:
        first, every = (bridge.from_text(bridge.call(change, bridge.text(replacement))) for change in changes)
    except JavaError as error:
        return error.message
    return first, every
