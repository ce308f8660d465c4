"""JSON documents bent on purpose: other types, missing and doubled members, numbers and texts in any spelling, blanks.

A document is a tree of None, bool, str, list, ``Members`` (pairs, so that names may repeat) and ``Raw`` (a literal).
"""

from __future__ import annotations

import json
from random import Random
from typing import Any


class Raw(str):
    """A literal written as it stands: numbers, mostly."""

    __slots__ = ()


class Members(list[tuple[str, Any]]):
    """The members of an object in their order."""


_DECODER = json.JSONDecoder(object_pairs_hook=Members, parse_int=Raw, parse_float=Raw, parse_constant=Raw)
NUMBERS = (
    "0", "-0", "-0.0", "0.0", "1", "-1", "127", "128", "-129", "32768", "2147483647", "2147483648", "-2147483649",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999999", "1e3", "1E+3", "1e-3", "1.0", "1.50", "2.5", "-2.5e10",
    "1e400", "-1e400", "1e-400", "1e-50", "0.1", "16777217.0000000001", "16777217", "9007199254740993",
    "3.4028236e38", "4.9e-324", "2e-324", "5e-46", "86400000", "86399999", "1e18", "1e19", "1.7976931348623157e308",
    "0e5", "0.000", "100e-2", "007", "-007.50", "00", "1e05", "1E0", "1.7976931348623159e308", "1234567890123456789.5",
    "1e2147483648", "1e-99999", "1" * 999, "1" * 1000, "1" * 1001, "-" + "1" * 1000, "-" + "1" * 1001, "0." + "1" * 999,
    "1e1000", "1e-1000", "1." + "0" * 998, "1" * 500 + "e5", "0" * 30 + "1", "2e308", "1e2147483647", "1e-2147483647",
    "0e-99999", "123456789012345678901234567890.123456789", "4.35", "0.3", "1e22", "1e23", "9007199254740992.5",
    str(2**1024 - 2**970), str(2**1024 - 2**970 - 1), "2.2250738585072011e-308", "2.2250738585072012e-308",
    "1.00000005960464477539062500000000000000000000001", "7.0064923216240854e-46", "7.006492321624085e-46",
    "3.4028235677973366e38", str(2**128 - 2**103), str(2**128 - 2**103 - 1),
)  # fmt: skip
BROKEN = (
    "NaN", "Infinity", "-Infinity", "nul", "True", "+5", ".5", "5.", "-", "1e", "1e+", "'x'", "[1,]", "{,}", "{a:1}",
    "/*c*/1", "//c\n1", "#c\n1", "", ",", "1 2", '"a" "b"', '"\\x"', '"\\u12"', '"\\u00g0"', '"a\tb"', '"a\nb"',
    '"\x00"',
    "truex", "true1", "null,", "0x10", "1_000", "1d", '"\x7f"', "\xa01", "\x0c1", "--1", "-a", "1.e5", "{\"a\" 1}",
    "[1 2]",
    "[", "{", "]", "}", '"', '{"a":}', '{"a"}', "\\u0031", "-01", "- 1", "01a",
)  # fmt: skip
STRINGS = (
    "", "true", "12", "AJY=", "AB==", "AB", "A===", "!!!!", "AJ Y=", "AA\n==", "-_8=", "AA==", "////", "+/+/", "AAA",
    "AA=A",
    "=", "==", "====", "AAAA=", "AAAA====", "AAA=AAAA", "a", "NaN", "int8", "string", "struct", "float", "\ud83d",
    "\U0001f600",
    "\ude00\ud83d", "x" * 30, "A" * 32, "\u00e9A==", "AAAA\nAAAA", "A" * 76 + "\r\n" + "AAAA",
)  # fmt: skip


_TYPES = ("int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct")
_LOGICAL = tuple(f"org.apache.kafka.connect.data.{name}" for name in ("Decimal", "Date", "Time", "Timestamp"))
_MEANT: dict[str, tuple[Any, ...]] = {
    "type": (*_TYPES, "float32", "float64", "Int8", "INT8", "bool"),
    "name": (*_LOGICAL, None, "", "n"),
    "scale": ("0", "2", "-3", "+2", "-0", "007", "2147483647", "-2147483648", "2147483648", " 2", "2.0", "", "x", "٣"),
    "version": (Raw("1"), Raw("-5"), Raw("2147483648"), Raw("9223372036854775807"), Raw("1.0"), "1", None),
    "optional": (True, False, None, "true", Raw("1")),
}
"""What else may stand for a member of a schema; payloads have such members seldom."""


def tree(text: bytes | str) -> Any:
    """The tree of a document that is well-formed."""
    return _DECODER.decode(text.decode() if isinstance(text, bytes) else text)


def odd(random: Random, depth: int = 2) -> Any:
    """Any tree."""
    kind = random.randrange(10)
    if kind < 3:
        return Raw(random.choice(NUMBERS))
    if kind < 5:
        return random.choice(STRINGS)
    if kind < 7 or not depth:
        return random.choice((None, True, False))
    if kind == 7:
        return Members(
            (random.choice(("a", "", "type", "x")), odd(random, depth - 1)) for _ in range(random.randrange(3))
        )
    if kind == 8 and random.random() < 0.05:
        return _deep(random)
    if kind == 8:
        return [odd(random, depth - 1) for _ in range(random.randrange(4))]
    return Raw(random.choice(BROKEN)) if random.random() < 0.3 else [[odd(random, 0), odd(random, 0)]]


def _deep(random: Random) -> Any:
    """Nested far, but not as far as Python's recursion reaches."""
    found: Any = random.choice((None, "x", Raw("1")))
    for _ in range(random.choice((20, 60, 120))):
        found = Members([("a", found)]) if random.random() < 0.5 else [found]
    return found


def bend(node: Any, random: Random) -> Any:
    """A copy with one thing changed, somewhere; going down is likelier than stopping."""
    if isinstance(node, Members) and node:
        return _bend_members(node, random)
    if isinstance(node, list) and not isinstance(node, Members):
        return _bend_list(node, random)
    if isinstance(node, Raw) and random.random() < 0.5:
        return Raw(
            random.choice((node + ".0", node + "e0", node + "E+0", node + "e1", node + "00", "0" + node, "-" + node))
        )
    return odd(random)


def _bend_members(node: Members, random: Random) -> Members:
    place = random.randrange(len(node))
    name, value = node[place]
    what = random.randrange(12)
    found = Members(node)
    if what < 7:
        found[place] = name, bend(value, random)
    elif what == 7:
        del found[place]
    elif what == 8:
        found.insert(random.randint(0, len(node)), (name, odd(random)))
    elif what == 9:
        found.insert(
            random.randint(0, len(node)), (random.choice(("x", "", "payload", "optional", "default")), odd(random))
        )
    elif what == 10:
        random.shuffle(found)
    else:
        found[place] = name, odd(random)
    if name in _MEANT and random.random() < 0.6:
        return Members((one, random.choice(_MEANT[name]) if one == name else other) for one, other in node)
    return found


def _bend_list(node: list[Any], random: Random) -> list[Any]:
    found = list(node)
    what = random.randrange(8)
    if node and what < 5:
        place = random.randrange(len(node))
        found[place] = bend(node[place], random)
    elif node and what == 5:
        del found[random.randrange(len(node))]
    elif what == 6:
        found.insert(random.randint(0, len(node)), odd(random))
    else:
        return odd(random) if random.random() < 0.3 else [*found, *found]
    return found


def write(node: Any, random: Random) -> bytes:
    """The document; mostly compact, else with blanks and escapes anywhere; something may follow."""
    style = random.random()
    if style < 0.7:
        text = _text(node, lambda: "", _quote)
    else:
        text = _text(node, lambda: random.choice(_BLANKS), lambda value: _escaped(value, random))
    if random.random() < 0.05:
        text += random.choice((" ", "\n", "x", "}", " {}", ",", "\x00", "1"))
    if random.random() < 0.02:
        return text.encode(
            random.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le")), "replace"
        )
    return text.encode("utf-8", "surrogatepass" if random.random() < 0.5 else "replace")


_BLANKS = ("", "", "", " ", "\n", "\t", "\r\n", "  ")


def _text(node: Any, blank: Any, quote: Any) -> str:
    if isinstance(node, Members):
        inner = ",".join(f"{blank()}{quote(k)}{blank()}:{blank()}{_text(v, blank, quote)}{blank()}" for k, v in node)
        return "{" + inner + "}"
    if isinstance(node, list):
        return "[" + ",".join(f"{blank()}{_text(e, blank, quote)}{blank()}" for e in node) + "]"
    if isinstance(node, Raw):
        return str(node)
    return quote(node) if isinstance(node, str) else json.dumps(node)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _escaped(text: str, random: Random) -> str:
    """Some characters as escapes, in either case."""

    def one(char: str) -> str:
        plain = json.dumps(char, ensure_ascii=random.random() < 0.3)[1:-1]
        if random.random() < 0.1 and ord(char) < 0x10000:
            return f"\\u{ord(char):04X}" if random.random() < 0.5 else f"\\u{ord(char):04x}"
        return "\\/" if char == "/" else plain

    return '"' + "".join(map(one, text)) + '"'


def mutate(data: bytes, other: bytes, random: Random) -> bytes:
    """Bytes damaged: bits flipped, cut off, inserted, removed, spliced with another message."""
    damaged = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(damaged) + 1)
        what = random.randrange(7)
        if what < 2 and place < len(damaged):
            damaged[place] ^= 1 << random.randrange(8)
        elif what == 2:
            damaged[place:place] = random.choice(
                (random.randbytes(1), b"\x00", b"\xff", b"0", b'"', b"\\", b",", b"\xed\xa0\x80")
            )
        elif what == 3:
            del damaged[place : place + random.choice((1, 1, 2, 8))]
        elif what == 4 and random.random() < 0.3:
            del damaged[place:]
        elif what == 5:
            start = random.randrange(len(other) + 1)
            damaged[place:place] = other[start : start + random.randint(1, 12)]
        elif place < len(damaged):
            damaged[place] = random.randrange(256)
    return bytes(damaged)
