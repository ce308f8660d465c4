"""Declaring, parsing, validating and rendering configuration. Public names are re-exported here."""

from connect_core.config.checks import (
    all_of,
    at_least,
    between,
    list_of,
    matches,
    no_control_chars,
    no_duplicates,
    non_empty,
    non_null,
    one_of,
    optional,
    regex,
)
from connect_core.config.function import SinkConfig, SourceConfig
from connect_core.config.key import HIGH, LOW, MEDIUM, Class, KeySpec, Long, Password, Short, Width, key
from connect_core.config.parse import Config, Inspected, Key
from connect_core.config.topic_creation import TopicGroup, topic_creation

__all__ = [
    "HIGH",
    "LOW",
    "MEDIUM",
    "Class",
    "Config",
    "Inspected",
    "Key",
    "KeySpec",
    "Long",
    "Password",
    "Short",
    "SinkConfig",
    "SourceConfig",
    "TopicGroup",
    "Width",
    "all_of",
    "at_least",
    "between",
    "key",
    "list_of",
    "matches",
    "no_control_chars",
    "no_duplicates",
    "non_empty",
    "non_null",
    "one_of",
    "optional",
    "regex",
    "topic_creation",
]
