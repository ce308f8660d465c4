"""Sets of characters for Java's regular expressions: exact, whatever a class, property or case flag asks for.

A set becomes the source of a Python character class, so nothing depends on what Python's own classes and IGNORECASE
mean. Neighbours: ``classes`` (named sets), ``parse``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

HIGHEST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class CharSet:
    """Code points as sorted, disjoint, inclusive ranges."""

    ranges: tuple[tuple[int, int], ...]

    def __or__(self, other: CharSet) -> CharSet:
        return joined([*self.ranges, *other.ranges])

    def __and__(self, other: CharSet) -> CharSet:
        return ~(~self | ~other)

    def __invert__(self) -> CharSet:
        found, start = [], 0
        for low, high in self.ranges:
            if start < low:
                found.append((start, low - 1))
            start = high + 1
        if start <= HIGHEST:
            found.append((start, HIGHEST))
        return CharSet(tuple(found))

    def __contains__(self, code: int) -> bool:
        return any(low <= code <= high for low, high in self.ranges)

    def __iter__(self) -> Iterator[int]:
        for low, high in self.ranges:
            yield from range(low, high + 1)

    def source(self) -> str:
        """A Python regular expression for one character of the set."""
        if not self.ranges:
            return r"[^\x00-\U0010ffff]"
        if len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1]:
            return escaped(self.ranges[0][0])
        other = ~self
        if len(other.ranges) < len(self.ranges):
            return f"[^{_inner(other)}]" if other.ranges else r"[\x00-\U0010ffff]"
        return f"[{_inner(self)}]"


def escaped(code: int) -> str:
    """A character as Python's regular expressions name it, anywhere."""
    if chr(code).isascii() and chr(code).isalnum():
        return chr(code)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _inner(found: CharSet) -> str:
    return "".join(escaped(low) if low == high else f"{escaped(low)}-{escaped(high)}" for low, high in found.ranges)


def joined(ranges: Iterable[tuple[int, int]]) -> CharSet:
    """The set of all these ranges, in any order."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return CharSet(tuple(found))


def of(*codes: int) -> CharSet:
    """The set of these code points."""
    return joined((code, code) for code in codes)


def span(low: int, high: int) -> CharSet:
    """One range."""
    return CharSet(((low, high),))


def chars(text: str) -> CharSet:
    """The set of a text's characters; ``a-z`` is no range here."""
    return of(*map(ord, text))


MAY_HAVE_CASE = (*range(0x3000), *range(0xA000, 0xAC00), *range(0xF900, 0x20000))
"""Where characters with an upper or lower case are; a test looks through the others."""
EMPTY = CharSet(())
ALL = span(0, HIGHEST)
_ASCII_UPPER, _ASCII_LOWER = span(0x41, 0x5A), span(0x61, 0x7A)


def any_case(code: int, *, unicode: bool) -> CharSet:
    """A character and what a case-blind pattern takes for it: only ASCII letters, or (unicode) all."""
    if unicode:
        return of(code, *_same_fold().get(_fold(code), ()))
    return of(code, code ^ 0x20) if code in _ASCII_UPPER or code in _ASCII_LOWER else of(code)


@lru_cache(64)
def any_case_span(low: int, high: int, *, unicode: bool) -> CharSet:
    """A range of a case-blind character class."""
    plain = span(low, high)
    if unicode:
        cased = (code for codes in _same_fold().values() for code in codes)
        return plain | of(*(code for code in cased if _upper(code) in plain or _fold(code) in plain))
    letters = plain & (_ASCII_LOWER | _ASCII_UPPER)
    return plain | of(*(code ^ 0x20 for code in letters))


def _upper(code: int) -> int:
    """``Character.toUpperCase``: one character for one."""
    text = chr(code)
    for changed in (text.upper(), text.title()):
        if len(changed) == 1:
            return ord(changed)
    return code


def _fold(code: int) -> int:
    upper = chr(_upper(code))
    lower = "i" if upper == "\u0130" else upper.lower()
    return ord(lower if len(lower) == 1 else upper)


@cache
def _same_fold() -> dict[int, list[int]]:
    """All characters that have another case, by the one they are folded to."""
    found = defaultdict(list)
    for code in MAY_HAVE_CASE:
        text = chr(code)
        if text.upper() != text or text.lower() != text:
            found[_fold(code)].append(code)
    return dict(found)
