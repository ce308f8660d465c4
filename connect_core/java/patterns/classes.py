r"""The named character classes of Java's regular expressions: ``\w``, ``\p{Alpha}``, ``\p{Lu}``, ``\p{javaLetter}``.

POSIX names mean ASCII; categories and what follows from them are those of Python's Unicode database. Scripts, blocks
and properties that it does not hold are refused by name.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from itertools import groupby

from connect_core.java.patterns.sets import ALL, HIGHEST, CharSet, chars, joined, of, span


class Refused(ValueError):
    """Java knows the construct, this library does not; the text names it."""


LOWER, UPPER, DIGIT = span(0x61, 0x7A), span(0x41, 0x5A), span(0x30, 0x39)
ALPHA = LOWER | UPPER
WORD = ALPHA | DIGIT | chars("_")
SPACE = chars(" \t\n\x0b\f\r")
HORIZONTAL = chars(" \t\u00a0\u1680\u180e\u202f\u205f\u3000") | span(0x2000, 0x200A)
VERTICAL = chars("\n\x0b\f\r\x85\u2028\u2029")
LINE_ENDS = chars("\n\r\x85\u2028\u2029")
_GRAPH = span(0x21, 0x7E)
_WHITE = SPACE | chars(" \x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000") | span(0x2000, 0x200A)

_POSIX = {
    "ASCII": span(0, 0x7F),
    "Alnum": ALPHA | DIGIT,
    "Alpha": ALPHA,
    "Blank": chars(" \t"),
    "Cntrl": span(0, 0x1F) | of(0x7F),
    "Digit": DIGIT,
    "Graph": _GRAPH,
    "Lower": LOWER,
    "Print": span(0x20, 0x7E),
    "Punct": _GRAPH & ~(ALPHA | DIGIT),
    "Space": SPACE,
    "Upper": UPPER,
    "XDigit": DIGIT | span(0x41, 0x46) | span(0x61, 0x66),
}
_UNKNOWN_TO_PYTHON = {
    "ALPHABETIC", "IDEOGRAPHIC", "ALNUM", "EMOJI", "EMOJI_PRESENTATION", "EMOJI_MODIFIER", "EMOJI_MODIFIER_BASE",
    "EMOJI_COMPONENT", "EXTENDED_PICTOGRAPHIC",
}  # fmt: skip
_JAVA_UNKNOWN = {"javaAlphabetic", "javaIdeographic", "javaUnicodeIdentifierStart", "javaUnicodeIdentifierPart"}
_ALIASES = {"WHITESPACE": "WHITE_SPACE", "HEXDIGIT": "HEX_DIGIT", "NONCHARACTERCODEPOINT": "NONCHARACTER_CODE_POINT",
            "JOINCONTROL": "JOIN_CONTROL"}  # fmt: skip
_POSIX_PROPERTIES = {
    "PUNCT": "PUNCTUATION",
    "SPACE": "WHITE_SPACE",
    "XDIGIT": "HEX_DIGIT",
    "LOWER": "LOWERCASE",
    "UPPER": "UPPERCASE",
    "ALPHA": "ALPHABETIC",
}
_CASES = ("Lower", "Upper")


# Between these all characters are of one category: reserved planes are not worth a look at each. A test looks.
_VARIED = ((0, 0x33480), (0xE0000, 0xE0200), (0xEFFFE, 0xF0000), (0xFFFFE, 0x100000), (0x10FFFE, 0x10FFFF))

_CASED_OR_MIRRORED = range(0x20000)


@cache
def category(*names: str) -> CharSet:
    """All characters of these categories, or of all that begin so (``L``)."""
    return joined(pair for found, pairs in _categories().items() if found.startswith(names) for pair in pairs)


@cache
def _categories() -> dict[str, list[tuple[int, int]]]:
    found = defaultdict(list)
    begin = 0
    for low, high in _VARIED:
        found[unicodedata.category(chr(begin))].append((begin, low - 1))
        for name, codes in groupby(range(low, high), lambda code: unicodedata.category(chr(code))):
            members = list(codes)
            found[name].append((members[0], members[-1]))
        begin = high
    found[unicodedata.category(chr(begin))].append((begin, HIGHEST))
    return {name: [pair for pair in pairs if pair[0] <= pair[1]] for name, pairs in found.items()}


@cache
def _where(test: Callable[[str], bool]) -> CharSet:
    return of(*(code for code in _CASED_OR_MIRRORED if test(chr(code))))


def word(*, unicode: bool) -> CharSet:
    r"""``\w``."""
    if not unicode:
        return WORD
    circled = span(0x24B6, 0x24E9) | span(0x1F130, 0x1F149) | span(0x1F150, 0x1F169) | span(0x1F170, 0x1F189)
    return category("L", "M", "Nd", "Nl", "Pc") | circled | of(0x200C, 0x200D)


def digit(*, unicode: bool) -> CharSet:
    r"""``\d``."""
    return category("Nd") if unicode else DIGIT


def space(*, unicode: bool) -> CharSet:
    r"""``\s``."""
    return _WHITE if unicode else SPACE


def posix_unicode(name: str, *, any_case: bool) -> CharSet | None:
    """A POSIX name under the flag U."""
    upper = name.upper()
    if upper not in {known.upper() for known in _POSIX} - {"ASCII"}:
        return None
    if upper == "CNTRL":
        return category("Cc")
    if upper in ("PRINT", "GRAPH"):
        graph = ~(_WHITE | category("Cc", "Cs", "Cn"))
        return graph if upper == "GRAPH" else (graph | (category("Zs") | chars("\t"))) & ~category("Cc")
    return unicode_property(_POSIX_PROPERTIES.get(upper, upper), any_case=any_case)


def unicode_property(name: str, *, any_case: bool) -> CharSet | None:
    r"""``\p{IsName}``, any case; None for names that are no property."""
    name = _ALIASES.get(name.upper(), name.upper())
    if name in _UNKNOWN_TO_PYTHON:
        raise Refused(f"the property {name}")
    if any_case and name in ("LOWERCASE", "UPPERCASE", "TITLECASE"):
        return _where(str.islower) | _where(str.isupper) | category("Lt")
    made = _PROPERTIES.get(name)
    return None if made is None else made()


_PROPERTIES: dict[str, Callable[[], CharSet]] = {
    "LETTER": lambda: category("L"),
    "LOWERCASE": lambda: _where(str.islower),
    "UPPERCASE": lambda: _where(str.isupper),
    "TITLECASE": lambda: category("Lt"),
    "WHITE_SPACE": lambda: _WHITE,
    "CONTROL": lambda: category("Cc"),
    "PUNCTUATION": lambda: category("P"),
    "HEX_DIGIT": lambda: category("Nd") | _POSIX["XDigit"] | span(0xFF21, 0xFF26) | span(0xFF41, 0xFF46),
    "ASSIGNED": lambda: ~category("Cn"),
    "NONCHARACTER_CODE_POINT": lambda: (
        span(0xFDD0, 0xFDEF) | of(*(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)))
    ),
    "DIGIT": lambda: category("Nd"),
    "BLANK": lambda: category("Zs") | chars("\t"),
    "WORD": lambda: word(unicode=True),
    "JOIN_CONTROL": lambda: of(0x200C, 0x200D),
}


def named(name: str, *, any_case: bool) -> CharSet | None:
    r"""``\p{Name}``: POSIX names, categories, Java's own; None for names that are none of these."""
    if name in _JAVA_UNKNOWN:
        raise Refused(rf"\p{{{name}}}")
    if any_case and name in (*_CASES, "Lu", "Ll", "Lt", "javaLowerCase", "javaUpperCase", "javaTitleCase"):
        return _any_case(name)
    if name in _POSIX:
        return _POSIX[name]
    if name in _CATEGORIES or (len(name) == 1 and name in "LMNZCPS"):
        return category(name)
    made = _OTHERS.get(name)
    return None if made is None else made()


def _any_case(name: str) -> CharSet:
    if name in _CASES:
        return ALPHA
    return category("Lu", "Ll", "Lt") if len(name) == 2 else _java_cased()


def _java_cased() -> CharSet:
    return _where(str.islower) | _where(str.isupper) | category("Lt")


_CATEGORIES = (
    "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs",
    "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf",
)  # fmt: skip
_IGNORABLE = span(0, 8) | span(0xE, 0x1B) | span(0x7F, 0x9F)
_OTHERS: dict[str, Callable[[], CharSet]] = {
    "LC": lambda: category("Lu", "Ll", "Lt"),
    "LD": lambda: category("L", "Nd"),
    "L1": lambda: span(0, 0xFF),
    "all": lambda: ALL,
    "javaLowerCase": lambda: _where(str.islower),
    "javaUpperCase": lambda: _where(str.isupper),
    "javaTitleCase": lambda: category("Lt"),
    "javaDigit": lambda: category("Nd"),
    "javaDefined": lambda: ~category("Cn"),
    "javaLetter": lambda: category("L"),
    "javaLetterOrDigit": lambda: category("L", "Nd"),
    "javaJavaIdentifierStart": lambda: category("L", "Nl", "Sc", "Pc"),
    "javaJavaIdentifierPart": lambda: category("L", "Nl", "Sc", "Pc", "Nd", "Mc", "Mn", "Cf") | _IGNORABLE,
    "javaIdentifierIgnorable": lambda: category("Cf") | _IGNORABLE,
    "javaSpaceChar": lambda: category("Z"),
    "javaWhitespace": lambda: (category("Z") & ~chars("\u00a0\u2007\u202f")) | SPACE | span(0x1C, 0x1F),
    "javaISOControl": lambda: span(0, 0x1F) | span(0x7F, 0x9F),
    "javaMirrored": lambda: _where(lambda text: unicodedata.mirrored(text) == 1),
}
