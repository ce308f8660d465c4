"""Keys that every connector has in Kafka Connect too (spec kafka-connect.md 2.3-2.5).

Texts of complaints are Kafka Connect's. Converter and plugin-version defaults are None here: who validates or runs a
connector puts the worker's in. Neighbours: ``function`` (our own keys), ``topic_creation`` (groups of a source),
``validate`` (keys per transform alias).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from connect_core.config.checks import (
    at_least,
    list_of,
    no_control_chars,
    no_duplicates,
    non_empty,
    non_null,
    one_of,
    optional,
    regex,
)
from connect_core.config.key import HIGH, LOW, Class, Long, Short, Width, key
from connect_core.config.parse import Config, split_list, trim
from connect_core.config.versions import version_range

COMMON, TRANSFORMS, PREDICATES, ERRORS = "Common", "Transforms", "Predicates", "Error Handling"
TOPIC_CREATION, EXACTLY_ONCE, OFFSETS_TOPIC = "Topic Creation", "Exactly Once Support", "offsets.topic"


class ConnectorConfig(Config):
    """Keys of sources and sinks alike."""

    framework: ClassVar[bool] = True

    name: str = key(
        "Name of the connector, unique in the cluster.",
        importance=HIGH,
        group=COMMON,
        order=1,
        width=Width.MEDIUM,
        display="Connector name",
        checks=[no_control_chars],
    )
    connector_class: str = key(
        "Connector to run: Java class name, its simple name, that without 'Connector', or package.module:Class.",
        importance=HIGH,
        group=COMMON,
        order=2,
        width=Width.LONG,
        display="Connector class",
    )
    connector_plugin_version: str | None = key(
        "Version of the connector, or a range of versions; the latest if not set.",
        default=None,
        group=COMMON,
        order=3,
        width=Width.MEDIUM,
        display="Connector version",
        checks=[version_range],
    )
    tasks_max: int = key(
        "Most tasks the connector may be split into.",
        default=1,
        importance=HIGH,
        group=COMMON,
        order=4,
        width=Width.SHORT,
        display="Tasks max",
        checks=[at_least(1)],
    )
    tasks_max_enforce: bool = key(
        "Fail the connector when it makes more than tasks.max tasks; otherwise only warn. Deprecated by Kafka.",
        default=True,
        importance=LOW,
        group=COMMON,
        order=5,
        width=Width.SHORT,
        display="Enforce tasks max",
    )
    key_converter: Class | None = key(
        "Converter of record keys; the worker's if not set.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=6,
        width=Width.SHORT,
        display="Key converter class",
    )
    key_converter_plugin_version: str | None = key(
        "Version of the key converter.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=7,
        width=Width.SHORT,
        display="Key converter version",
        checks=[version_range],
    )
    value_converter: Class | None = key(
        "Converter of record values; the worker's if not set.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=8,
        width=Width.SHORT,
        display="Value converter class",
    )
    value_converter_plugin_version: str | None = key(
        "Version of the value converter.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=9,
        width=Width.SHORT,
        display="Value converter version",
        checks=[version_range],
    )
    header_converter: Class | None = key(
        "Converter of record headers; the worker's if not set.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=10,
        width=Width.SHORT,
        display="Header converter class",
    )
    header_converter_plugin_version: str | None = key(
        "Version of the header converter.",
        default=None,
        importance=LOW,
        group=COMMON,
        order=11,
        width=Width.SHORT,
        display="Header converter version",
        checks=[version_range],
    )
    transforms: list[str] = key(
        "Aliases of the transforms that records pass through, in order.",
        default=[],
        importance=LOW,
        group=TRANSFORMS,
        order=12,
        width=Width.LONG,
        display="Transforms",
        checks=[non_null, no_duplicates],
    )
    predicates: list[str] = key(
        "Aliases of the predicates that transforms may refer to.",
        default=[],
        importance=LOW,
        group=PREDICATES,
        order=13,
        width=Width.LONG,
        display="Predicates",
        checks=[non_null, no_duplicates],
    )
    config_action_reload: str = key(
        "What to do when a value from a config provider expires: restart the connector, or none.",
        default="restart",
        importance=LOW,
        group=COMMON,
        order=14,
        width=Width.MEDIUM,
        display="Reload Action",
        checks=[one_of("none", "restart")],
    )
    errors_retry_timeout: Long = key(
        "How long a failed operation is retried, in milliseconds; 0 never, -1 for ever.",
        default=0,
        group=ERRORS,
        order=1,
        width=Width.MEDIUM,
        display="Retry Timeout for Errors",
    )
    errors_retry_delay_max_ms: Long = key(
        "Longest wait between two retries, in milliseconds.",
        default=60_000,
        group=ERRORS,
        order=2,
        width=Width.MEDIUM,
        display="Maximum Delay Between Retries for Errors",
    )
    errors_tolerance: str = key(
        "What a bad record does: none fails the task, all skips the record.",
        default="none",
        group=ERRORS,
        order=3,
        width=Width.SHORT,
        display="Error Tolerance",
        checks=[one_of("none", "all")],
    )
    errors_log_enable: bool = key(
        "Log every failed operation, tolerated ones too.",
        default=False,
        group=ERRORS,
        order=4,
        width=Width.SHORT,
        display="Log Errors",
    )
    errors_log_include_messages: bool = key(
        "Put the record itself into that log line (for sinks its coordinates).",
        default=False,
        group=ERRORS,
        order=5,
        width=Width.SHORT,
        display="Log Error Details",
    )


class SourceKeys(ConnectorConfig):
    """Keys of sources that Kafka Connect has too."""

    framework: ClassVar[bool] = True

    topic_creation_groups: list[str] = key(
        "Groups of topics that are created with settings of their own, in the order they are tried.",
        default=[],
        importance=LOW,
        group=TOPIC_CREATION,
        order=1,
        width=Width.LONG,
        display="Topic Creation Groups",
        checks=[non_null, no_duplicates],
    )
    exactly_once_support: str = key(
        "required refuses to run without exactly-once delivery; requested does not check.",
        default="requested",
        group=EXACTLY_ONCE,
        order=2,
        width=Width.SHORT,
        display="Exactly once support",
        checks=[one_of("requested", "required", ignore_case=True)],
    )
    transaction_boundary: str = key(
        "What one transaction holds: a poll, an interval of time, or what the connector says.",
        default="poll",
        group=EXACTLY_ONCE,
        order=3,
        width=Width.SHORT,
        display="Transaction Boundary",
        checks=[one_of("poll", "interval", "connector", ignore_case=True)],
    )
    transaction_boundary_interval_ms: Long | None = key(
        "Time between commits with transaction.boundary=interval; the worker's offset.flush.interval.ms if not set.",
        default=None,
        importance=LOW,
        group=EXACTLY_ONCE,
        order=4,
        width=Width.SHORT,
        display="Transaction boundary interval",
        checks=[optional(at_least(0))],
    )
    offsets_storage_topic: str | None = key(
        "Topic for this connector's source offsets; the worker's if not set.",
        default=None,
        importance=LOW,
        group=OFFSETS_TOPIC,
        order=1,
        width=Width.LONG,
        display="Offsets topic",
        checks=[non_empty],
    )


class SinkKeys(ConnectorConfig):
    """Keys of sinks that Kafka Connect has too."""

    framework: ClassVar[bool] = True

    topics: list[str] = key(
        "Topics to consume, separated by commas.",
        default=[],
        importance=HIGH,
        group=COMMON,
        order=4,
        width=Width.LONG,
        display="Topics",
        checks=[list_of()],
    )
    topics_regex: str = key(
        "Regular expression that the whole name of a topic to consume matches.",
        default="",
        importance=HIGH,
        group=COMMON,
        order=4,
        width=Width.LONG,
        display="Topics regex",
        checks=[regex],
    )
    errors_deadletterqueue_topic_name: str = key(
        "Topic for records that could not be delivered; empty: none.",
        default="",
        group=ERRORS,
        order=6,
        width=Width.MEDIUM,
        display="Dead Letter Queue Topic Name",
    )
    errors_deadletterqueue_topic_replication_factor: Short = key(
        "Replication factor the dead letter topic is created with.",
        default=3,
        group=ERRORS,
        order=7,
        width=Width.MEDIUM,
        display="Dead Letter Queue Topic Replication Factor",
    )
    errors_deadletterqueue_context_headers_enable: bool = key(
        "Add headers to dead letters that say where the record came from and what went wrong.",
        default=False,
        group=ERRORS,
        order=8,
        width=Width.MEDIUM,
        display="Enable Error Context Headers",
    )

    @classmethod
    def raw_check(cls, mapping: Mapping[str, Any]) -> dict[str, list[str]]:
        """``topics`` or ``topics.regex``, not both, and no dead letters into what is consumed."""
        topics, pattern = mapping.get("topics") or "", mapping.get("topics.regex") or ""
        has_topics, has_pattern = bool(topics.strip()), bool(pattern.strip())
        if has_topics and has_pattern:
            return _both("topics and topics.regex are mutually exclusive options, but both are set.")
        if not has_topics and not has_pattern:
            return _both("Must configure one of topics or topics.regex")
        dead_letters = trim(mapping.get("errors.deadletterqueue.topic.name") or "")
        if not dead_letters:
            return {}
        return _dead_letters_into_topics(dead_letters, topics) if has_topics else _into_regex(dead_letters, pattern)


def _both(message: str) -> dict[str, list[str]]:
    return {"topics": [message], "topics.regex": [message]}


def _dead_letters_into_topics(dead_letters: str, topics: str) -> dict[str, list[str]]:
    names = split_list(topics)
    if dead_letters not in names:
        return {}
    return {
        "topics": [
            (
                f"The DLQ topic '{dead_letters}' may not be included in the list of topics "
                f"('topics=[{', '.join(names)}]') consumed by the connector"
            )
        ]
    }


def _into_regex(dead_letters: str, pattern: str) -> dict[str, list[str]]:
    from connect_core.java.patterns import Pattern, PatternError  # here: most sinks have no such key

    try:
        if not Pattern(pattern).matches(dead_letters):
            return {}
    except PatternError:
        return {}  # the key's own check complains
    return {
        "topics.regex": [
            (
                f"The DLQ topic '{dead_letters}' may not be matched by the regex for the topics "
                f"('topics.regex={pattern}') consumed by the connector"
            )
        ]
    }
