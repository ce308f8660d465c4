"""Version ranges of plugins (``*.plugin.version``) in Maven's notation: the check of their form."""

from __future__ import annotations

import re
from typing import Any

from connect_core.errors import ConfigError

_RANGE = re.compile(r"\s*([\[(])([^\])\[(]*)([\])])\s*(,|$)")


def version_range(name: str, value: Any) -> None:  # noqa: ARG001 - a check; Connect's texts do not name the key
    """Raise when ranges are not closed, run backwards or overlap; a plain version is always fine."""
    text = (value or "").strip()
    if text.startswith(("[", "(")):
        parse_ranges(text)


def parse_ranges(text: str) -> list[tuple[str, str, bool, bool]]:
    """(low, high, low included, high included) of each range; an empty bound is open."""
    ranges: list[tuple[str, str, bool, bool]] = []
    rest = text
    while rest:
        found = _RANGE.match(rest)
        if found is None:
            raise ConfigError(f"Unbounded range: {text}")
        low, comma, high = (part.strip() for part in found[2].partition(","))
        if not comma:
            high = low
        if low and high and version_order(high) < version_order(low):
            raise ConfigError(f"Range defies version ordering: {text}")
        if ranges and low and ranges[-1][1] and version_order(low) < version_order(ranges[-1][1]):
            raise ConfigError(f"Ranges overlap: {text}")
        ranges.append((low, high, found[1] == "[", found[3] == "]"))
        rest = rest[found.end() :]
    return ranges


def version_order(version: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key: numbers by value, words before them (``1.0-rc1`` < ``1.0``), trailing zeros ignored."""
    tokens = re.findall(r"\d+|[a-z]+", version.lower())
    parts = [(2, int(token), "") if token.isdigit() else (0, 0, token) for token in tokens]
    while parts and parts[-1] == (2, 0, ""):
        parts.pop()
    return (*parts, (1, 0, ""))


def satisfies(version: str, wanted: str | None) -> bool:
    """True if a plugin's version is what ``*.plugin.version`` asks for; blank and ``latest`` take any."""
    text = (wanted or "").strip()
    if not text or text == "latest":
        return True
    ranges = parse_ranges(text if text.startswith(("[", "(")) else f"[{text}]")
    own = version_order(version)
    return any(
        (not low or own > version_order(low) or (with_low and own == version_order(low)))
        and (not high or own < version_order(high) or (with_high and own == version_order(high)))
        for low, high, with_low, with_high in ranges
    )
