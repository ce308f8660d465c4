"""What Debezium says of wrong keys, so that its transforms here say the same. Neighbours: the transforms beside it."""

from __future__ import annotations

from collections.abc import Mapping

from connect_core.errors import ConfigError
from connect_core.transforms.community.debezium.envelope import BLANKS, is_blank, split


def invalid(key: str, value: object, reason: str) -> ConfigError:
    """Debezium's complaint about a value."""
    return ConfigError.invalid(key, value, f"The '{key}' value is invalid: {reason}")


def required(originals: Mapping[str, str | None], key: str) -> str:
    """The text of a key that must be given and not be empty."""
    text = originals.get(key)
    if text is None or is_blank(text):
        raise invalid(key, text, "A value is required")
    return text


def required_list(originals: Mapping[str, str | None], key: str) -> list[str]:
    """The elements of a list of names that must be given."""
    found = elements(originals, key)
    if any(" " in one for one in found):
        raise invalid(key, originals.get(key), "Element(s) containing space not permitted")
    return found


def elements(originals: Mapping[str, str | None], key: str) -> list[str]:
    """The elements of a list that must be given."""
    text = required(originals, key)
    found = [one.strip(BLANKS) for one in split(text, ",")]
    if "" in found:
        raise invalid(key, text, "Empty string element(s) not permitted")
    return found
