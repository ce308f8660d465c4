"""Names of schemas made from topic names, adjusted to what Avro allows (``schema.name.adjustment.mode``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_UNITS = re.compile(r"[\U00010000-\U0010ffff]")
_REST = re.compile(r"[^A-Za-z0-9_.]")
_UNICODE_REST = re.compile(r"[^A-Za-z0-9.]")


def _avro(name: str) -> str:
    """Every character Avro does not allow becomes an underscore; a digit in front gets one before it."""
    if not name:
        return name
    text = _UNITS.sub("__", name)  # to Java they are two characters each
    first = text[0]
    if first.isascii() and (first.isalpha() or first == "_"):
        start = first
    else:
        start = f"_{first}" if first.isdecimal() else "_"
    return start + _REST.sub("_", text[1:])


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(f"_u{'00' if code < 0x100 else ''}{code:x}" for code in codes)


def _avro_unicode(name: str) -> str:
    """Every character Avro does not allow, and the underscore, becomes ``_u`` and its number."""
    if not name:
        return name
    first = name[0] if name[0].isascii() and name[0].isalpha() else _escaped(name[0])
    return first + _UNICODE_REST.sub(lambda found: _escaped(found[0]), name[1:])


ADJUSTERS: Mapping[str, Callable[[str], str]] = {
    "none": lambda name: name,
    "avro": _avro,
    "avro_unicode": _avro_unicode,
}
"""Mode -> name to adjusted name."""
