r"""What a backslash begins in Java's regular expressions: characters, classes, properties, assertions; and the flags.

Neighbours: ``brackets`` and ``parse`` are this parser's upper parts.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import NoReturn

from connect_core.java.patterns import classes
from connect_core.java.patterns.nodes import Fixed, Node
from connect_core.java.patterns.sets import CharSet
from connect_core.java.patterns.text import Text

_HEX = "0123456789abcdefABCDEF"
_ILLEGAL = "Illegal/unsupported escape sequence"
_CHARACTERS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_ASSERTIONS = "ABGRXZbz"
_UNUSED = "CEFIJKLMOPQTUYgijlmopqy"
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags in force: i, u, m, s, d, x, U."""

    any_case: bool = False
    unicode_case: bool = False
    multiline: bool = False
    dot_all: bool = False
    unix_lines: bool = False
    comments: bool = False
    unicode_classes: bool = False


_FLAGS = {
    "i": ("any_case",), "u": ("unicode_case",), "m": ("multiline",), "s": ("dot_all",), "d": ("unix_lines",),
    "x": ("comments",), "U": ("unicode_classes", "unicode_case"),
}  # fmt: skip


def assertion(kind: str, flags: Flags) -> str:
    r"""``^``, ``$`` and ``\Z``."""
    ends = r"\n" if flags.unix_lines else r"\n\r\x85\u2028\u2029"
    if kind == "^":
        if not flags.multiline:
            return r"\A"
        after = r"(?<=\n)" if flags.unix_lines else rf"(?:(?<=[{ends}])(?<!\r(?=\n)))"
        return rf"(?:(?:\A|{after})(?!\Z))"
    final = r"\n" if flags.unix_lines else r"(?:\r\n|(?<!\r)\n|[\r\x85\u2028\u2029])"
    if kind == "$" and flags.multiline:
        return rf"(?=\Z|{final})"
    return rf"(?={final}?\Z)"


class Escapes:
    """The lower part of the parser."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.flags = Flags()
        self.groups = 0
        self.names: dict[str, int] = {}
        self.word_ends = False

    def set_flags(self, flags: Flags) -> None:
        """These are in force from here on."""
        self.flags = flags
        self.text.comments, self.text.unix_lines = flags.comments, flags.unix_lines

    def read_flags(self) -> Flags:
        """Flags to switch on and, after a minus, off; the cursor ends on what is none."""
        flags, on = self.flags, True
        character = self.text.peek()
        while character in (*_FLAGS, "-", "c"):
            if character == "-":
                if not on:
                    break
                on = False
            elif character == "c":
                if on:
                    self.text.refuse("the flag c (canonical equivalence)")
            else:
                flags = replace(flags, **dict.fromkeys(_FLAGS[character], on))
            self.set_flags(flags)
            character = self.text.next()
        return flags

    def escape(self, *, in_class: bool, in_range: bool = False) -> int | CharSet | Node:
        """What begins at the backslash under the cursor: a character's code, a set, or an assertion."""
        text = self.text
        character = text.skip()
        if character in _CHARACTERS:
            return _CHARACTERS[character]
        if character == "v" and in_range:
            return 0x0B
        found = self._class(character)
        if found is not None:
            return found
        if character in _ASSERTIONS and not in_class:
            return self._assertion(character)
        if character in _UNUSED or character in _ASSERTIONS or character in "123456789k":
            text.error(_ILLEGAL)
        special = {"0": self._octal, "x": self._hex, "u": self._unicode, "c": self._control, "N": self._name}
        return special[character]() if character in special else ord(character)

    def _class(self, character: str) -> CharSet | None:
        unicode = self.flags.unicode_classes
        kind = character.lower()
        if kind == "d":
            found = classes.digit(unicode=unicode)
        elif kind == "w":
            found = classes.word(unicode=unicode)
        elif kind == "s":
            found = classes.space(unicode=unicode)
        elif kind in "hv":
            found = classes.HORIZONTAL if kind == "h" else classes.VERTICAL
        else:
            return None
        return found if character == kind else ~found

    def _assertion(self, character: str) -> Node:
        if character in "GX":
            self.text.refuse(rf"\{character}")
        if character == "R":
            return Fixed(rf"(?:\r\n|{classes.VERTICAL.source()})", low=1, high=2)
        if character in "bB":
            return self._boundary(negated=character == "B")
        if character == "Z":
            return Fixed(assertion("Z", self.flags))
        return Fixed(r"\A" if character == "A" else r"\Z")

    def _boundary(self, *, negated: bool) -> Node:
        text = self.text
        if not negated and text.peek() == "{":
            if text.skip() == "g":
                if text.read() == "}":
                    text.refuse(r"\b{g}")
                text.error(_ILLEGAL)
            text.unread()
            text.unread()
        word = classes.word(unicode=self.flags.unicode_classes).source()
        self.word_ends = True
        one, other = (f"(?={word})", f"(?!{word})") if negated else (f"(?!{word})", f"(?={word})")
        return Fixed(f"(?:(?<={word}){one}|(?<!{word}){other})")

    def _octal(self) -> int:
        text = self.text
        value, digits = 0, 0
        while digits < 3:
            character = text.read()
            if character not in "01234567" or (digits == 2 and value > 31):
                text.unread()
                break
            value, digits = value * 8 + int(character), digits + 1
        if not digits:
            text.read()
            text.error("Illegal octal escape sequence")
        return value

    def _hex(self) -> int:
        text = self.text
        first = text.read()
        if first == "{" and text.peek() in _HEX:
            return self._braced_hex()
        second = text.read() if first in _HEX else ""
        if not second or second not in _HEX:
            text.error("Illegal hexadecimal escape sequence")
        return int(first + second, 16)

    def _braced_hex(self) -> int:
        value = 0
        while (digit := self.text.read()) in _HEX:
            value = value * 16 + int(digit, 16)
            if value > 0x10FFFF:
                self.text.error("Hexadecimal codepoint is too big")
        if digit != "}":
            self.text.error("Unclosed hexadecimal escape sequence")
        return value

    def _unicode(self) -> int:
        text = self.text
        value = self._four()
        if value in _HIGH:
            cursor = text.cursor
            if text.read() == "\\" and text.read() == "u":
                low = self._four()
                if low in _LOW:
                    return 0x10000 + ((value - 0xD800) << 10) + low - 0xDC00
            text.cursor = cursor
        return value

    def _four(self) -> int:
        value = 0
        for _ in range(4):
            digit = self.text.read()
            if digit not in _HEX:
                self.text.error("Illegal Unicode escape sequence")
            value = value * 16 + int(digit, 16)
        return value

    def _control(self) -> int:
        if self.text.ended():
            self.text.error("Illegal control escape sequence")
        return ord(self.text.read()) ^ 64

    def _name(self) -> int:
        text = self.text
        if text.read() != "{":
            text.error("Illegal character name escape sequence")
        start = text.cursor
        while text.read() != "}":
            if text.ended():
                text.error("Unclosed character name escape sequence")
        name = "".join(text.codes[start : text.cursor - 1])
        try:
            found = unicodedata.lookup(name.strip())
        except KeyError:
            found = ""
        if len(found) != 1 or unicodedata.name(found, "") != name.strip().upper():
            text.error(f"Unknown character name [{name}]")
        return ord(found)

    def family(self) -> CharSet:
        r"""A property; the cursor is on the p or P."""
        text = self.text
        negated = text.at(text.cursor) == "P"
        braced = text.next() == "{"
        if not braced:
            text.unread()
        text.next()
        if not braced:
            name = text.at(text.cursor)
            text.read()
        else:
            name = self._braced_name()
        try:
            found = self._property(name)
        except classes.Refused as error:
            text.refuse(str(error))
        return ~found if negated else found

    def _braced_name(self) -> str:
        text = self.text
        start = text.cursor
        while not text.ended() and text.peek() != "}":
            text.cursor += not text.ended()
        text.cursor += 1
        if text.cursor > text.length:
            text.error("Unclosed character family")
        if start + 1 >= text.cursor:
            text.error("Empty character family")
        return "".join(text.codes[start : text.cursor - 1])

    def _property(self, name: str) -> CharSet:
        blind = self.flags.any_case
        key, sign, value = name.partition("=")
        if sign:
            return self._key_value(key.lower(), value)
        if name.startswith("In"):
            raise classes.Refused(rf"the block \p{{{name}}}")
        if name.startswith("Is"):
            found = classes.unicode_property(name[2:], any_case=blind)
            if found is None:
                found = classes.named(name[2:], any_case=blind)
            if found is None:
                raise classes.Refused(rf"the property or script \p{{{name}}}")
            return found
        found = classes.posix_unicode(name, any_case=blind) if self.flags.unicode_classes else None
        if found is None:
            found = classes.named(name, any_case=blind)
        return self._unknown(f"Unknown character property name {{{name}}}") if found is None else found

    def _key_value(self, key: str, value: str) -> CharSet:
        if key in ("sc", "script", "blk", "block"):
            raise classes.Refused(rf"the property \p{{{key}={value}}}")
        found = classes.named(value, any_case=self.flags.any_case) if key in ("gc", "general_category") else None
        if found is None:
            self._unknown(f"Unknown Unicode property {{name=<{key}>, value=<{value}>}}")
        return found

    def _unknown(self, reason: str) -> NoReturn:
        self.text.error(reason)
