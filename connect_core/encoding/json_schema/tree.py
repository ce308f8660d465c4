"""JSON trees of this format: None, bool, int, float, ``Float32``, exact Decimal, str, list, dict; written and read
as the original's JSON library does (it reads NaN and infinities, refuses leading zeros, ignores what follows a value).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from connect_core.data.float32 import Float32
from connect_core.encoding.json.text import MISSING, SerializationError, quote
from connect_core.java.numbers import decimal_text, double_text, float_text

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""Java's null where a JSON null would be a value."""

__all__ = ["ABSENT", "MISSING", "dumps", "loads", "loads_text"]

_BLANK = " \t\r\n"
_SURROGATE = re.compile("[\ud800-\udfff]")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if any(_SURROGATE.search(name) for name, _ in pairs):
        raise ValueError("half a surrogate pair in a field name")
    return dict(pairs)


_OF_TEXT = json.JSONDecoder(parse_float=Decimal, parse_constant=float)
_OF_BYTES = json.JSONDecoder(parse_float=Decimal, parse_constant=float, object_pairs_hook=_members)


def dumps(tree: Any) -> str:
    """JSON text of a tree, as it stands in a message."""
    if tree is None:
        return "null"
    if isinstance(tree, bool):
        return "true" if tree else "false"
    if isinstance(tree, int):
        return int.__repr__(tree)
    if isinstance(tree, float):
        text = float_text(tree) if isinstance(tree, Float32) else double_text(tree)
        return f'"{text}"' if text[-1] in "Ny" else text
    if isinstance(tree, str):
        return quote(tree)
    if isinstance(tree, Decimal):
        return decimal_text(tree)
    if isinstance(tree, dict):
        return "{" + ",".join(f"{quote(key)}:{dumps(element)}" for key, element in tree.items()) + "}"
    return "[" + ",".join(dumps(element) for element in tree) + "]"


def loads(data: bytes) -> Any:
    """The first JSON value in the bytes; MISSING when there is none; SerializationError if malformed."""
    try:
        return _first(_OF_BYTES, data.decode())
    except UnicodeDecodeError as error:
        raise SerializationError(f"UnicodeDecodeError: {error}") from error


def loads_text(text: str) -> Any:
    """The same of a text, in which halves of surrogate pairs may stand anywhere."""
    return _first(_OF_TEXT, text)


def _first(decoder: json.JSONDecoder, text: str) -> Any:
    try:
        text = text.lstrip(_BLANK)
        if not text:
            return MISSING
        value, end = decoder.raw_decode(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SerializationError(f"{type(error).__name__}: {error}") from error
    rest = text[end : end + 1]
    if rest and not isinstance(value, (str, list, dict)) and (rest.isalnum() or rest in "_$.+-\"'{[:;"):
        raise SerializationError(f"unexpected character {rest!r} after a root value")
    return value
