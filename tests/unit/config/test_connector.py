"""Keys that all connectors have, topic groups, versions."""

from __future__ import annotations

import pytest

from connect_core.config import SinkConfig, SourceConfig, topic_creation
from connect_core.config.versions import satisfies, version_range
from connect_core.errors import ConfigError

SOURCE = {"name": "a", "connector.class": "X"}
SINK = SOURCE | {"topics": "t"}

SINK_ERRORS = [
    ({"topics": " "}, "Must configure one of topics or topics.regex", ("topics", "topics.regex")),
    (
        {"topics.regex": "x.*"},
        "topics and topics.regex are mutually exclusive options, but both are set.",
        ("topics", "topics.regex"),
    ),
    (
        {"topics": "a, b ", "errors.deadletterqueue.topic.name": " b "},
        "The DLQ topic 'b' may not be included in the list of topics ('topics=[a, b]') consumed by the connector",
        ("topics",),
    ),
    (
        {"topics": "", "topics.regex": "a.*", "errors.deadletterqueue.topic.name": "ab"},
        (
            "The DLQ topic 'ab' may not be matched by the regex for the topics ('topics.regex=a.*') "
            "consumed by the connector"
        ),
        ("topics.regex",),
    ),
]


@pytest.mark.parametrize(("more", "message", "keys"), SINK_ERRORS)
def test_sink_rules(more: dict[str, str], message: str, keys: tuple[str, ...]) -> None:
    assert SinkConfig.errors(SINK | more) == {name: [message] for name in keys}


def test_sink_rules_hold_although_another_key_is_bad() -> None:
    errors = SinkConfig.errors(SOURCE | {"tasks.max": "0"})
    assert list(errors) == ["tasks.max", "topics", "topics.regex"]


def test_a_regex_that_does_not_compile_is_one_error() -> None:
    errors = SinkConfig.errors(SOURCE | {"topics.regex": "[", "errors.deadletterqueue.topic.name": "d"})
    assert list(errors) == ["topics.regex"]
    assert errors["topics.regex"][0].startswith("Invalid value [ for configuration topics.regex: Invalid regex: ")


def test_enumerations() -> None:
    assert SourceConfig.errors(SOURCE | {"exactly.once.support": "REQUIRED", "transaction.boundary": "Poll"}) == {}
    errors = SourceConfig.errors(SOURCE | {"errors.tolerance": "ALL", "transaction.boundary": "x"})
    assert errors == {
        "errors.tolerance": ["Invalid value ALL for configuration errors.tolerance: String must be one of: none, all"],
        "transaction.boundary": [
            (
                "Invalid value x for configuration transaction.boundary: "
                "String must be one of (case insensitive): INTERVAL, POLL, CONNECTOR"
            )
        ],
    }


FUNCTION_ERRORS = [
    ("function.slice.ms", "840001", "Value must be no more than 840000"),
    ("function.idle.ms", "-2", "Value must be at least -1"),
    ("function.schedule", "daily", "Expected rate(<n> minutes|hours|days) or cron(<six fields>)"),
    ("function.trigger", "sns", "String must be one of (case insensitive): "),
]


@pytest.mark.parametrize(("name", "text", "reason"), FUNCTION_ERRORS)
def test_our_own_keys(name: str, text: str, reason: str) -> None:
    (message,) = SinkConfig.errors(SINK | {name: text})[name]
    assert message.startswith(f"Invalid value {text} for configuration {name}: {reason}")


@pytest.mark.parametrize(
    "schedule", ["rate(1 minute)", "rate( 5 hours )", "cron(0 8 * * ? *)", "cron(0/5 8-17 ? * MON-FRI *)"]
)
def test_schedules(schedule: str) -> None:
    assert SinkConfig.parse(SINK | {"function.schedule": schedule}).function_schedule == schedule


def test_topic_groups() -> None:
    groups = topic_creation(
        {
            "topic.creation.groups": "compacted, other,compacted",
            "topic.creation.default.partitions": "3",
            "topic.creation.default.replication.factor": "-1",
            "topic.creation.default.include": "ignored",
            "topic.creation.default.retention.ms": "1000",
            "topic.creation.compacted.include": "status.*, c-\\d+",
            "topic.creation.compacted.exclude": "status-no",
            "topic.creation.compacted.partitions": "1",
            "topic.creation.compacted.cleanup.policy": "compact",
        }
    )
    assert [group.name for group in groups] == ["compacted", "other", "default"]
    compacted, other, default = groups
    assert (compacted.partitions, compacted.replication_factor, compacted.settings) == (
        1,
        -1,
        {"cleanup.policy": "compact"},
    )
    assert (other.partitions, dict(other.settings)) == (3, {})
    assert (default.partitions, default.settings) == (3, {"retention.ms": "1000"})
    chosen = {
        topic: next(g.name for g in groups if g.matches(topic)) for topic in ("status-1", "status-no", "c-1", "xc-1")
    }
    assert chosen == {"status-1": "compacted", "status-no": "default", "c-1": "compacted", "xc-1": "default"}
    assert topic_creation({"name": "x"}) == []


TOPIC_ERRORS = [
    ({}, 'Missing required configuration "topic.creation.default.partitions" which has no default value.'),
    (
        {"topic.creation.default.partitions": "0"},
        (
            "Invalid value 0 for configuration topic.creation.default.partitions: "
            "Number of partitions must be positive, or -1 to use the broker's default"
        ),
    ),
    (
        {"topic.creation.default.partitions": "1", "topic.creation.default.replication.factor": "x"},
        "Invalid value x for configuration topic.creation.default.replication.factor: Not a number of type SHORT",
    ),
    (
        {
            "topic.creation.default.partitions": "1",
            "topic.creation.default.replication.factor": "1",
            "topic.creation.g.include": "[",
        },
        "Invalid value [[] for configuration topic.creation.g.include: Syntax error in regular expression: ",
    ),
]


@pytest.mark.parametrize(("more", "message"), TOPIC_ERRORS)
def test_bad_topic_groups(more: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        topic_creation({"topic.creation.groups": "g"} | more)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (None, True),
        (" ", True),
        ("latest", True),
        ("4.3.0", True),
        ("4.3", True),
        ("4.2", False),
        ("[4.0,5.0)", True),
        ("(4.3.0,]", False),
        ("[,4.3.0)", False),
        ("[1,2],[4.3,4.4]", True),
    ],
)
def test_versions(wanted: str | None, fits: bool) -> None:
    assert satisfies("4.3.0", wanted) is fits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1.0", "Unbounded range: [1.0"),
        ("(,", "Unbounded range: (,"),
        ("[2.0,1.0]", "Range defies version ordering: [2.0,1.0]"),
        ("[1,2],[1.5,3]", "Ranges overlap: [1,2],[1.5,3]"),
    ],
)
def test_bad_version_ranges(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        version_range("k", text)
    assert str(caught.value) == message
