"""How names change between Connect and Protobuf: scrubbing, namespaces, map entries (spec kafka-connect.md 5.7)."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

DEFAULT_NAME = "ConnectDefault"
ENTRY = "Entry"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_FOREIGN = re.compile(r"[^A-Za-z0-9_]", re.ASCII)
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def scrub(name: str) -> str:
    """A valid identifier: URL-encoded, foreign characters as underscores; ``x`` before a digit or underscore."""
    if not name or _WORD.fullmatch(name):
        return name
    # Java's URLEncoder leaves these alone, and writes a lone surrogate as a question mark.
    encoded = quote_plus(name.encode("utf-8", "replace"), safe=".-*_").replace("~", "%7E")
    if encoded[0] in "0123456789_":
        encoded = "x" + encoded
    return _FOREIGN.sub("_", encoded)


def split(full_name: str, scrubbed: bool) -> tuple[str | None, str]:
    """(namespace, name) of a dotted name; empty parts at the end do not count, as in Java's ``split``."""
    parts = full_name.split(".") if full_name else [full_name]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    if scrubbed:
        parts = [scrub(part) for part in parts]
    return (".".join(parts[:-1]) if len(parts) > 1 else None), parts[-1]


def to_map_entry(name: str) -> str:
    """The entry message of a map: camel case if the name has underscores."""
    if "_" in name:
        name = "".join(word[:1].translate(_UPPER) + word[1:].translate(_LOWER) for word in name.split("_"))
    return name + ENTRY


def to_map_field(name: str) -> str:
    """The map of an entry message: its last part in lower case with underscores."""
    *namespace, last = name.split(".")
    if last.endswith(ENTRY):
        words = re.sub(r"(?<=.)([A-Z])", r"_\1", last.removesuffix(ENTRY), flags=re.DOTALL)
        last = words.translate(_LOWER)
    return ".".join([*namespace, last])
