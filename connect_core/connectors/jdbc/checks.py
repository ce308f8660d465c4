"""Checks of single JDBC keys, with the original's texts (spec jdbc-10.10.md 2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connect_core.connectors.jdbc.patterns import PatternError, compile_pattern
from connect_core.errors import ConfigError

MODES = ("", "bulk", "timestamp", "incrementing", "timestamp+incrementing")


def recommended(*words: str) -> Callable[..., Sequence[Any]]:
    """A recommender of fixed words."""
    return lambda _name, _values: list(words)


def visible_in(*modes: str) -> Callable[..., bool]:
    """Shown in these modes only; without a valid mode the key itself gets the complaint, as in the original."""

    def visible(_name: str, values: Mapping[str, Any]) -> bool:
        chosen = values.get("mode")
        if not chosen:
            raise ConfigError("Query mode must be specified")
        if chosen not in MODES:
            raise ConfigError(f"Invalid mode: {chosen}")
        return chosen in modes

    return visible


def enumerator(*words: str) -> Callable[[str, Any], None]:
    """One of the words, written all lower or all upper case; None and ``""`` only where listed."""
    allowed = {word.lower() for word in words} | {word.upper() for word in words}

    def check(name: str, value: Any) -> None:
        if value is not None and value not in allowed:
            raise ConfigError.invalid(name, value, "Invalid enumerator")

    return check


def exactly(words: Sequence[str]) -> Callable[[str, Any], None]:
    """One of the words as written."""

    def check(name: str, value: Any) -> None:
        if value not in words:
            raise ConfigError.invalid(name, value, "Invalid enumerator")

    return check


def enumerator_list(*words: str) -> Callable[[str, Any], None]:
    """A list of such words, at least one (the sink's ``table.types``)."""
    single = enumerator(*words)

    def check(name: str, value: Any) -> None:
        if not value:
            known = f"[{', '.join(word.lower() for word in words)}]"
            raise ConfigError.invalid(name, "[]", f"At least one value must be specified. Valid values are: {known}")
        for item in value:
            single(name, item)

    return check


def regex_list(name: str, value: Sequence[str] | None) -> None:
    """A list of RE2 patterns."""
    for pattern in value or ():
        try:
            compile_pattern(pattern)
        except PatternError as error:
            shown = f"[{', '.join(value or ())}]"
            reason = "Must be a valid comma-separated list of regular expression patterns: error parsing regexp"
            raise ConfigError.invalid(name, shown, f"{reason}: {error}") from None


def _mapping_parts(name: str, item: str, shape: str) -> tuple[str, str]:
    if item.count(":") != 1:
        raise ConfigError.invalid(name, item, f"Invalid format. Expected '{shape}'")
    pattern, _, columns = item.partition(":")
    try:
        compile_pattern(pattern.strip())
    except PatternError as error:
        raise ConfigError.invalid(
            name, pattern.strip(), f"Invalid regular expression: error parsing regexp: {error}"
        ) from None
    return pattern.strip(), columns


def timestamp_mapping(name: str, value: Sequence[str] | None) -> None:
    """``regex:[col1|col2]`` pieces."""
    for item in value or ():
        _, columns = _mapping_parts(name, item, "regex:[col1|col2|...]")
        columns = columns.strip()
        if not (columns.startswith("[") and columns.endswith("]") and len(columns) > 1):
            raise ConfigError.invalid(name, columns, "Columns list must be enclosed in square brackets")
        if not columns[1:-1].strip():
            raise ConfigError.invalid(name, columns, "Columns list cannot be empty")
        if any(not column.strip() for column in columns[1:-1].split("|")):
            raise ConfigError.invalid(name, columns, "Every column name should be non-empty string")


def incrementing_mapping(name: str, value: Sequence[str] | None) -> None:
    """``regex:column`` pieces."""
    for item in value or ():
        _, column = _mapping_parts(name, item, "regex:columnName")
        if not column.strip():
            raise ConfigError.invalid(name, column.strip(), "Column name cannot be empty")


def topic_prefix(name: str, value: str | None) -> None:
    """Characters that topic names may have, at most 249."""
    if value is None:
        raise ConfigError.invalid(name, None, "Topic prefix must not be null.")
    if len(value.strip()) > 249:
        raise ConfigError.invalid(name, value, "Topic prefix length must not exceed max topic name length, 249 chars")
    if not re.fullmatch(r"[a-zA-Z0-9._-]*", value.strip()):
        reason = "Topic prefix must not contain any character other than ASCII alphanumerics, '.', '_' and '-'."
        raise ConfigError.invalid(name, value, reason)


def mode(name: str, value: str | None) -> None:
    """``mode``: exact, and ``""`` is among the valid ones (its absence is the recommenders' complaint)."""
    if value not in MODES:
        raise ConfigError.invalid(name, value, f"String must be one of: {', '.join(MODES)}")


def calendar(name: str, value: str | None) -> None:
    """``date.calendar.system``."""
    if value not in ("LEGACY", "PROLEPTIC_GREGORIAN"):
        raise ConfigError.invalid(name, value, "String must be one of: LEGACY, PROLEPTIC_GREGORIAN")
