"""``${provider:path:key}`` in config values (KIP-297, spec kafka-connect.md 2.8): finding, resolving, putting back.

Invariant I6: resolved values exist only where plugin code runs. This module never looks anything up itself: the caller
passes the look-up in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import overload

_SECRET_LENGTH = 6  # shorter values meet others by chance ("true", "100")
_REFERENCE = re.compile(r"\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}")

type Lookup = Callable[[str, str, Collection[str]], Mapping[str, str] | None]
"""(provider name, path, keys) -> the values found there; None: no such provider."""


def has_reference(text: str | None) -> bool:
    """True if the text holds at least one reference (whether or not a provider of that name exists)."""
    return text is not None and _REFERENCE.search(text) is not None


@overload
def resolve(mapping: Mapping[str, str], lookup: Lookup) -> dict[str, str]: ...
@overload
def resolve(mapping: Mapping[str, str | None], lookup: Lookup) -> dict[str, str | None]: ...
def resolve(mapping: Mapping[str, str | None], lookup: Lookup) -> Mapping[str, str | None]:
    """The map with references replaced, in one pass; those that are not found stay as they are.

    Every (provider, path) is asked once, for all its keys together. What ``lookup`` raises passes through.
    """
    wanted: dict[tuple[str, str], dict[str, None]] = {}
    for text in mapping.values():
        for found in _REFERENCE.finditer(text or ""):
            wanted.setdefault((found[1], found[3] or ""), {})[found[4]] = None
    if not wanted:
        return dict(mapping)
    values = {place: lookup(*place, list(keys)) or {} for place, keys in wanted.items()}

    def value(found: re.Match[str]) -> str:
        return values[found[1], found[3] or ""].get(found[4], found[0])

    return {key: text if text is None else _REFERENCE.sub(value, text) for key, text in mapping.items()}


def looked_up(raw: str, resolved: str) -> set[str]:
    """The texts that stand where ``raw`` has references: a driver may print a password without the URL around it."""
    if raw == resolved:
        return set()
    fixed = [re.escape(raw[end:begin]) for end, begin in _gaps(raw)]
    found = re.fullmatch("(.*?)".join(fixed), resolved, re.DOTALL)
    return {resolved} | {text for text in (found.groups() if found else ()) if len(text) >= _SECRET_LENGTH}


def _gaps(raw: str) -> list[tuple[int, int]]:
    """(begin, end) of the text before, between and after the references."""
    spans = [found.span() for found in _REFERENCE.finditer(raw)]
    ends, begins = [0, *(end for _, end in spans)], [*(begin for begin, _ in spans), len(raw)]
    return list(zip(ends, begins, strict=True))


def restore(
    raw: Mapping[str, str], task: Mapping[str, str], resolved: Mapping[str, str] | None = None
) -> dict[str, str]:
    """A task config with its references back, before it is stored (I6).

    Task configs are made from the resolved connector config: each key whose raw connector value holds a reference gets
    that raw value again, as Kafka Connect does. With ``resolved`` (the connector config the tasks were made from) a
    value that the connector copied to a key of another name is replaced by its reference too, which Connect stores.
    """
    references = {key: text for key, text in raw.items() if has_reference(text)}
    known = resolved or {}
    copies = {
        known[key]: text
        for key, text in references.items()
        if len(known.get(key, "")) >= _SECRET_LENGTH and known[key] != text
    }
    return {key: references.get(key) or copies.get(value, value) for key, value in task.items()}
