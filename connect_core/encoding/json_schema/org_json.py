"""JSON as the library behind the original's schema objects writes it, after the converter has parsed that text again.

Trees are of None, bool, int, float, ``Float32``, Decimal, str, list and dict. Objects come in hash order; numbers go
through ``numberToString`` (no trailing zeros) and come out as the exact decimal they were read as.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from connect_core.data.float32 import Float32
from connect_core.errors import DataError
from connect_core.java.hashing import hash_map_order
from connect_core.java.numbers import decimal_text, double_text, float_text

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_TO_ESCAPE = re.compile('["\\\\\x00-\x1f]')


class OrgJsonError(DataError):
    """A value that JSON cannot hold."""

    java_class = "org.json.JSONException"


def quote(text: str) -> str:
    """A JSON string literal of a text (not bytes): characters beyond U+FFFF stand as they are."""
    return '"' + _TO_ESCAPE.sub(lambda m: _SHORT.get(m[0]) or f"\\u{ord(m[0]):04X}", text) + '"'


def text(tree: Any) -> str:
    """JSON of a tree."""
    if tree is None:
        return "null"
    if isinstance(tree, bool):
        return "true" if tree else "false"
    if isinstance(tree, str):
        return quote(tree)
    if isinstance(tree, list):
        return "[" + ",".join(text(element) for element in tree) + "]"
    if isinstance(tree, dict):
        return "{" + ",".join(f"{quote(k)}:{text(tree[k])}" for k in hash_map_order(tree)) + "}"
    return _number(tree)


def map_text(order: Iterable[str], strings: Mapping[str, str]) -> str:
    """JSON of a Java map of strings that is iterated in this order: it is copied to a map made for its size."""
    keys = list(order)
    copied = hash_map_order(keys, capacity=power_of_two(len(keys)))
    return "{" + ",".join(f"{quote(key)}:{quote(strings[key])}" for key in copied) + "}"


def power_of_two(size: int) -> int:
    """``HashMap.tableSizeFor``."""
    return 1 << max(size - 1, 0).bit_length()


def copy_capacity(size: int) -> int:
    """The capacity of ``new HashMap<>(map)``, since Java 19."""
    return power_of_two(int(size / 0.75 + 1))


def _number(value: float | Decimal) -> str:
    if isinstance(value, float):
        if value - value != 0:
            raise OrgJsonError("JSON does not allow non-finite numbers.")
        written = float_text(value) if isinstance(value, Float32) else double_text(value)
    else:
        written = decimal_text(value) if isinstance(value, Decimal) else str(value)
    if "." in written and "e" not in written and "E" not in written:
        written = written.rstrip("0").rstrip(".")
    if written in ("-0", "0"):
        return "0"
    return decimal_text(Decimal(written)) if set(written) & set(".eE") else written
