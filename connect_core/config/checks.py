"""Value checks for ``key(..., checks=[...])`` with the texts of Kafka's ConfigDef validators.

A check is called as ``check(key name, parsed value)`` and raises ConfigError; it sees ``None`` for a missing or
unparsable value, as Kafka's validators do. Neighbours: ``parse`` runs them, ``key`` declares where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from connect_core.errors import ConfigError
from connect_core.java.hashing import hash_map_order


@dataclass(frozen=True, slots=True)
class Range:
    """A number between ``low`` and ``high``, both included; None is an error unless ``null_ok``."""

    low: int | float | None = None
    high: int | float | None = None
    null_ok: bool = False

    def __call__(self, name: str, value: Any) -> None:
        """Raise unless the number is in range."""
        if value is None:
            if self.null_ok:
                return
            raise ConfigError.invalid(name, None, "Value must be non-null")
        if self.low is not None and value < self.low:
            raise ConfigError.invalid(name, value, f"Value must be at least {self.low}")
        if self.high is not None and value > self.high:
            raise ConfigError.invalid(name, value, f"Value must be no more than {self.high}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    values: tuple[str, ...]
    ignore_case: bool = False

    def __call__(self, name: str, value: Any) -> None:
        """Raise unless the text is one of the words."""
        if self.ignore_case:
            words = hash_map_order(word.upper() for word in self.values)  # Kafka keeps them in a HashSet
            if value is None or str(value).upper() not in words:
                shown = ", ".join(words)
                raise ConfigError.invalid(name, value, f"String must be one of (case insensitive): {shown}")
        elif value not in self.values:
            raise ConfigError.invalid(name, value, f"String must be one of: {', '.join(self.values)}")


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list without duplicates and empty elements, of any or some given values.

    ``parse`` drops duplicates instead of failing (Kafka 4.2 and newer); only validation reports them.
    """

    empty_ok: bool = True
    null_ok: bool = False
    values: tuple[str, ...] = ()

    def __call__(self, name: str, value: Any) -> None:
        """Raise for null, empty or duplicated lists and for elements that are not allowed."""
        if value is None:
            if self.null_ok:
                return
            raise ConfigError(f"Configuration '{name}' values must not be null.")
        if not value and not self.empty_ok:
            allowed = f"[{', '.join(self.values)}]" if self.values else "any non-empty value"
            raise ConfigError(f"Configuration '{name}' must not be empty. Valid values include: {allowed}")
        if len(set(value)) != len(value):
            raise ConfigError(f"Configuration '{name}' values must not be duplicated.")
        for element in value:
            if self.values:
                OneOf(self.values)(name, element)
            elif not element:
                raise ConfigError(f"Configuration '{name}' values must not be empty.")


@dataclass(frozen=True, slots=True)
class Maybe:
    """None passes, anything else is asked of ``check``."""

    check: Callable[[str, Any], None]

    def __call__(self, name: str, value: Any) -> None:
        """Raise what ``check`` raises."""
        if value is not None:
            self.check(name, value)


@dataclass(frozen=True, slots=True)
class Matches:
    """Text, if given, matches a (Python) pattern as a whole; ``reason`` says what is expected."""

    pattern: re.Pattern[str]
    reason: str

    def __call__(self, name: str, value: Any) -> None:
        """Raise for a text that does not."""
        if value is not None and not self.pattern.fullmatch(value):
            raise ConfigError.invalid(name, value, self.reason)


def at_least(low: float) -> Range:
    """Number not below ``low``."""
    return Range(low=low)


def between(low: float, high: float) -> Range:
    """Number from ``low`` to ``high``, both included."""
    return Range(low=low, high=high)


def optional(check: Callable[[str, Any], None]) -> Maybe:
    """Let None pass, otherwise ask ``check``."""
    return Maybe(check)


def one_of(*values: str, ignore_case: bool = False) -> OneOf:
    """One of these words."""
    return OneOf(values, ignore_case)


def list_of(*values: str, empty_ok: bool = True, null_ok: bool = False) -> ListOf:
    """A list without duplicates, of these values or (none given) of any non-empty ones."""
    return ListOf(empty_ok=empty_ok, null_ok=null_ok, values=values)


def non_null(name: str, value: Any) -> None:
    """Value must be given."""
    if value is None:
        raise ConfigError.invalid(name, None, "entry must be non null")


def non_empty(name: str, value: Any) -> None:
    """Text, if given, must not be empty."""
    if value is not None and not value:
        raise ConfigError.invalid(name, value, "String must be non-empty")


def no_control_chars(name: str, value: Any) -> None:
    """Text, if given, must not be empty nor hold ISO control characters (connector names)."""
    if value is None:
        return
    if not value:
        raise ConfigError.invalid(name, value, "String may not be empty")
    bad = [ord(char) for char in value if ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F]
    if bad:
        codes = ", ".join(str(code) for code in bad)
        raise ConfigError.invalid(
            name, value, f"String may not contain control sequences but had the following ASCII chars: {codes}"
        )


def no_duplicates(name: str, value: Any) -> None:
    """Aliases (transforms, predicates, topic groups) must be unique."""
    if value is not None and len(set(value)) != len(value):
        raise ConfigError.invalid(name, f"[{', '.join(value)}]", "Duplicate alias provided.")


def matches(pattern: str, reason: str) -> Matches:
    """Text, if given, must match the whole (Python) pattern; ``reason`` says what is expected."""
    return Matches(re.compile(pattern), reason)


def regex(name: str, value: Any) -> None:
    """Text, if given, must be a regular expression (Java's)."""
    if value:
        from connect_core.java.patterns import Pattern, PatternError  # here: most configs have none

        try:
            Pattern(value)
        except PatternError as error:
            raise ConfigError.invalid(name, value, f"Invalid regex: {error}") from None


def all_of(checks: Sequence[Callable[[str, Any], None]]) -> Callable[[str, Any], None]:
    """All checks in order, the first failure counts (Kafka's CompositeValidator)."""

    def run(name: str, value: Any) -> None:
        for check in checks:
            check(name, value)

    return run
