"""Declared keys as Markdown: what the pages below docs/ are generated from (`make docs`), so that they cannot lie.

Neighbours: ``key`` and ``parse`` hold the declarations, ``render`` shows defaults the way REST does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence

from connect_core.config.checks import (
    ListOf,
    Matches,
    Maybe,
    OneOf,
    Range,
    no_control_chars,
    no_duplicates,
    non_empty,
    non_null,
    regex,
)
from connect_core.config.key import REQUIRED, Check
from connect_core.config.parse import Config, Declared, Key
from connect_core.config.render import value_text
from connect_core.config.versions import version_range
from connect_core.errors import ConfigError

_PROBE = "\N{REPLACEMENT CHARACTER}"
_MOST_WORDS = 30
_PHRASES: Mapping[Check, str] = {
    non_null: "",
    non_empty: "not empty",
    no_duplicates: "no duplicates",
    no_control_chars: "not empty, no control characters",
    regex: "a regular expression",
    version_range: "a version or a range of versions",
}


def sections(declared: Iterable[Declared], *, level: int = 3) -> str:
    """A heading per group and key, in declaration order; LookupError for a key that says nothing of itself."""
    groups: dict[str, list[Key]] = {}
    for one in declared:
        if not one.key.spec.internal:
            groups.setdefault(one.key.spec.group or "", []).append(one.key)
    parts: list[str] = []
    for group, keys in groups.items():
        if group and len(groups) > 1:
            parts.append(f"{'#' * level} {group}\n")
        parts.extend(_section(key, level + 1) for key in keys)
    return "\n".join(parts)


def table(declared: Iterable[Declared]) -> str:
    """One row per key, for keys that many plugins share."""
    rows = ["| key | type | default | valid values | |", "|---|---|---|---|---|"]
    for one in declared:
        key = one.key
        if not key.spec.internal:
            cells = (f"`{key.name}`", key.type.lower(), _default(key), valid_values(key), _doc(key))
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def own_keys(kind: type[Config]) -> list[Declared]:
    """The keys a plugin declares itself."""
    return [one for one in kind.declared() if not one.framework]


def shared_keys(kind: type[Config]) -> list[Declared]:
    """The keys it has in common with all of its kind."""
    return [one for one in kind.declared() if one.framework]


def valid_values(key: Key) -> str:
    """What the key's checks let pass, in words; empty: anything of its type."""
    if key.type == "BOOLEAN":
        return "true, false"
    found = [text for check in key.spec.checks if (text := _valid(check, key))]
    return "; ".join(dict.fromkeys(found))


def _section(key: Key, level: int) -> str:
    spec = key.spec
    facts = [key.type.lower(), _default(key), f"importance {spec.importance.lower()}"]
    if valid := valid_values(key):
        facts.append(f"valid: {valid}")
    if spec.aliases:
        facts.append("also called " + ", ".join(f"`{alias}`" for alias in spec.aliases))
    return f"{'#' * level} `{key.name}`\n\n{_doc(key)}\n\n" + "\n".join(f"* {fact}" for fact in facts) + "\n"


def _doc(key: Key) -> str:
    text = " ".join(key.spec.doc.split())
    if not text:
        raise LookupError(f"The key {key.name} is not documented: give key(...) a text")
    return text


def _default(key: Key) -> str:
    if key.spec.default is REQUIRED:
        return "required"
    text = value_text(key.type, key.spec.default)
    return "not set by default" if text is None else "default: empty" if not text else f"default `{text}`"


def _valid(check: Check, key: Key) -> str:
    match check:
        case Maybe():
            return _valid(check.check, key)
        case Range(low, high):
            return _range(low, high)
        case OneOf(values):
            return _listed(values)
        case ListOf(_, _, values):
            return _listed(values)
        case Matches():
            return check.reason
    if check in _PHRASES:
        return _PHRASES[check]
    if (words := _captured(check)) is not None:
        return _listed(words) if len(words) <= _MOST_WORDS else ""
    complaint = _complaint(check, key)
    if "one of: " in complaint:
        return _listed(complaint.partition("one of: ")[2].split(", "))
    if ", use " in complaint:
        return complaint.partition(", use ")[2].removesuffix(".")
    return _summary(check.__doc__)


def _captured(check: Check) -> Sequence[str] | None:
    """The words that a plugin's own check was made for; a set holds each in several cases."""
    held = inspect.getclosurevars(check).nonlocals if inspect.isfunction(check) else {}
    if "allowed" in held:
        return sorted({word.lower() for word in held["allowed"]})
    words: Sequence[str] | None = held.get("words")
    return words


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return "" if high is None else f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" if value else "empty" for value in values)


def _summary(doc: str | None) -> str:
    """The first sentence of a check's docstring, as a phrase."""
    text = " ".join((doc or "").strip().split("\n\n")[0].split())
    text = re.split(r"\. (?=[A-Z])", text)[0].removesuffix(".")
    return text.replace("``", "`")


def _complaint(check: Check, key: Key) -> str:
    """What a check says to a value it cannot know."""
    try:
        check(key.name, [_PROBE] if key.type == "LIST" else _PROBE)
    except ConfigError as error:
        return str(error).partition(f" for configuration {key.name}: ")[2]
    except (TypeError, ValueError):
        return ""
    return ""
