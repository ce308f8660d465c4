"""JSON text as Jackson writes and reads it, where that differs from orjson and the standard library.

Writing: upper-case hex in escapes, characters beyond U+FFFF as escaped surrogate pairs, Java's number texts.
Reading: one value, whatever follows it is ignored; leading zeros; UTF-16/32 recognised; limits on nesting and
numbers; exact numbers (a tree of None, bool, int, Decimal, str, list, dict). Not fast: ``encoder`` and ``decoder`` come
here only in need.
"""

from __future__ import annotations

import codecs
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
_DEEPEST, _LONGEST_NUMBER = 1000, 1000  # levels, digits
_MAYBE_LONG = re.compile(rf"[-+.eE\d]{{{_LONGEST_NUMBER + 1}}}")
_TOKENS = re.compile(rf'"(?:[^"\\]|\\.)*"|[\[{{]|[\]}}]|({_NUMBER})', re.DOTALL)


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
    """Like ``parse``, but nothing may follow the value, and what might be beyond a limit is refused."""
    try:
        text = data.decode().strip(_BLANK)
        if _maybe_beyond_limits(text):
            raise ValueError("very long or deep")
        value, end = (_CAREFUL if _SURROGATE.search(text) else _DECODER).raw_decode(text)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise SerializationError(f"{type(error).__name__}: {error}") from error
    if end != len(text):
        raise SerializationError("more than one value")
    return value


def _parse_text(text: str) -> Any:
    if _maybe_beyond_limits(text):
        _keep_limits(text)
    straight = _LEADING_ZEROS.sub(_strip_zeros, text) if re.search(r"(?<!\d)0\d", text) else text
    value, end = (_CAREFUL if _SURROGATE.search(straight) else _DECODER).raw_decode(straight)
    rest = straight[end : end + 1]
    if rest and not isinstance(value, (str, list, dict)):
        is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
        if rest not in _BLANK if is_number else _continues_word(straight[end : end + 2]):
            raise ValueError(f"unexpected character {rest!r} after a root value")
    return value


def _continues_word(rest: str) -> bool:
    """May what stands behind ``null``, ``true`` or ``false`` not stand there? Jackson looks at one character."""
    char = rest[0]
    return not char.isascii() or rest == _MALFORMED or char.isalnum() or char in "_$\x7f"


def _maybe_beyond_limits(text: str) -> bool:
    if len(text) <= _DEEPEST:
        return False
    return text.count("[") + text.count("{") > _DEEPEST or _MAYBE_LONG.search(text) is not None


def _keep_limits(text: str) -> None:
    """Refuse what Jackson refuses, in the first value of the text."""
    depth = 0
    for match in _TOKENS.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > _DEEPEST:
                raise ValueError(f"nested more than {_DEEPEST} levels deep")
        elif match[1] and sum(map(str.isdigit, _LEADING_ZEROS.sub(_strip_zeros, match[1]))) > _LONGEST_NUMBER:
            raise ValueError(f"a number of more than {_LONGEST_NUMBER} digits")
        elif first in "]}":
            depth -= 1
        if depth == 0:
            return


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
        return data[3:].decode(errors=_LENIENT)
    head = data[:4]
    if head in (b"\x00\x00\xfe\xff", b"\xff\xfe\x00\x00"):
        return data.decode("utf-32", _LENIENT)
    if head[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return data.decode("utf-16", _LENIENT)
    zeros = tuple(byte == 0 for byte in head)
    by_zeros = {(True, True, True, False): "utf-32-be", (False, True, True, True): "utf-32-le"}
    if zeros in by_zeros:
        return data.decode(by_zeros[zeros], _LENIENT)
    if zeros[:2] == (True, False):
        return data.decode("utf-16-be", _LENIENT)
    if zeros[:2] == (False, True):
        return data.decode("utf-16-le", _LENIENT)
    return data.decode(errors=_LENIENT)


def _lenient(error: UnicodeError) -> tuple[str, int]:
    """What Jackson makes of malformed UTF-8: overlong forms and codes beyond Unicode pass, anything else is the end.

    The end is marked by what no JSON allows: a value that ends before is whole, as bytes behind it are not read.
    """
    assert isinstance(error, UnicodeDecodeError)
    data, start = error.object, error.start
    lead = data[start]
    more = 1 if lead & 0xE0 == 0xC0 else 2 if lead & 0xF0 == 0xE0 else 3 if lead & 0xF8 == 0xF0 else 0
    rest = data[start + 1 : start + 1 + more]
    if not error.encoding.startswith("utf-8") or not more or len(rest) < more or any(b & 0xC0 != 0x80 for b in rest):
        return _MALFORMED, len(data)
    code = lead & (0x3F >> more)
    for byte in rest:
        code = code << 6 | byte & 0x3F
    if 0xD800 <= code < 0xE000:
        return _MALFORMED, len(data)
    if more < 3:  # as an escape, since it may stand for a quote or a control character
        return f"\\u{code:04x}", start + 1 + more
    code -= 0x10000  # Java's arithmetic of surrogates, without a look at the range
    return f"\\u{(0xD800 | code >> 10) & 0xFFFF:04x}\\u{0xDC00 | code & 0x3FF:04x}", start + 1 + more


_MALFORMED = "\0\ud800"  # cannot come from well-formed bytes
_LENIENT = "connectless.as_jackson"
codecs.register_error(_LENIENT, _lenient)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"Non-standard token '{name}'")


def _exact(text: str) -> Decimal:
    """A number with fraction or exponent, its scale being one that a BigDecimal can have."""
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not -(2**31) < int(exponent) <= 2**31:
        raise ValueError("exponent out of range")
    return number


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Half of a surrogate pair may stand in a text, but not in a name."""
    if any(_LONE.search(name) for name, _ in pairs):
        raise ValueError("Incomplete surrogate pair in a name")
    return dict(pairs)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")
_DECODER = json.JSONDecoder(parse_float=_exact, parse_constant=_no_constant)
_CAREFUL = json.JSONDecoder(parse_float=_exact, parse_constant=_no_constant, object_pairs_hook=_members)
