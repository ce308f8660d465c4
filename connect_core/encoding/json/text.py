"""JSON text as Jackson writes and reads it, where that differs from orjson and the standard library.

Writing: upper-case hex in escapes, characters beyond U+FFFF as escaped surrogate pairs, Java's number texts.
Reading: one value, whatever follows it is ignored; leading zeros; UTF-16/32 recognised; exact numbers
(a tree of None, bool, int, Decimal, str, list, dict). Not fast: ``encoder`` and ``decoder`` come here only in need.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from connect_core.errors import ConnectError

MISSING: Any = type("Missing", (), {"__repr__": lambda _: "MISSING"})()
"""What an empty document holds."""


class SerializationError(ConnectError):
    """The cause behind a DataError about unreadable bytes."""

    java_class = "org.apache.kafka.common.errors.SerializationException"


_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_TO_ESCAPE = re.compile('["\\\\\x00-\x1f\ud800-\udfff\U00010000-\U0010ffff]')
_ESCAPED_OR_WIDE = re.compile("\\\\(?:u([0-9a-f]{4})|.)|[\U00010000-\U0010ffff]")
_FOUR_BYTE_LEADS = b"\xf0\xf1\xf2\xf3\xf4"
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_LEADING_ZEROS = re.compile(rf'"(?:[^"\\]|\\.)*"|({_NUMBER})', re.DOTALL)
_AFTER_ROOT_NUMBER = re.compile(rf"{_NUMBER}(?=[^\s])")
_BLANK = " \t\r\n"


def quote(text: str) -> str:
    """A JSON string literal."""
    return '"' + _TO_ESCAPE.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    short = _SHORT.get(char)
    if short is not None:
        return short
    return f"\\u{ord(char):04X}" if ord(char) < 0x10000 else _pair(char)


def _pair(char: str) -> str:
    high, low = divmod(ord(char) - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}"


def like_jackson(data: bytes) -> bytes:
    """orjson's output with Jackson's escapes."""
    if b"\\u" not in data and (data.isascii() or len(data.translate(None, _FOUR_BYTE_LEADS)) == len(data)):
        return data
    return _ESCAPED_OR_WIDE.sub(_as_jackson, data.decode()).encode()


def _as_jackson(match: re.Match[str]) -> str:
    if match[0][0] != "\\":
        return _pair(match[0])
    return f"\\u{match[1].upper()}" if match[1] else match[0]


def parse(data: bytes) -> Any:
    """The first JSON value in the bytes, numbers exact; MISSING when there is none; SerializationError if malformed."""
    try:
        text = _decode(data).lstrip(_BLANK)
        if not text:
            return MISSING
        return _parse_text(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SerializationError(f"{type(error).__name__}: {error}") from error


def parse_all(data: bytes) -> Any:
    """Like ``parse``, but nothing may follow the value."""
    try:
        value, end = _DECODER.raw_decode(text := data.decode().strip(_BLANK))
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SerializationError(f"{type(error).__name__}: {error}") from error
    if end != len(text):
        raise SerializationError("more than one value")
    return value


def _parse_text(text: str) -> Any:
    straight = _LEADING_ZEROS.sub(_strip_zeros, text) if re.search(r"(?<!\d)0\d", text) else text
    value, end = _DECODER.raw_decode(straight)
    rest = straight[end : end + 1]
    if rest and not isinstance(value, (str, list, dict)):
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        if rest not in _BLANK if is_number else (rest.isalnum() or rest in "_$"):
            raise ValueError(f"unexpected character {rest!r} after a root value")
    return value


def _strip_zeros(match: re.Match[str]) -> str:
    number = match[1]
    if number is None:
        return match[0]
    minus = "-" if number[0] == "-" else ""
    bare = number.lstrip("-").lstrip("0")
    return minus + (bare if bare[:1].isdigit() else "0" + bare)


def _decode(data: bytes) -> str:
    """Jackson's recognition of UTF-8, UTF-16 and UTF-32 by byte order mark or by where the zero bytes are."""
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:].decode()
    head = data[:4]
    if head in (b"\x00\x00\xfe\xff", b"\xff\xfe\x00\x00"):
        return data.decode("utf-32")
    if head[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return data.decode("utf-16")
    zeros = tuple(byte == 0 for byte in head)
    by_zeros = {(True, True, True, False): "utf-32-be", (False, True, True, True): "utf-32-le"}
    if zeros in by_zeros:
        return data.decode(by_zeros[zeros])
    if zeros[:2] == (True, False):
        return data.decode("utf-16-be")
    if zeros[:2] == (False, True):
        return data.decode("utf-16-le")
    return data.decode()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"Non-standard token '{name}'")


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
