"""Reading the usual date patterns fast: a regular expression for texts exactly as the pattern writes them.

What it reads the long way (``parse``, ``resolve``) reads the same; for all else it gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from connect_core.java.calendar import CUTOVER_YEAR, DAY_MILLIS, gregorian
from connect_core.java.dates.parse import MONTHS, WEEKDAYS
from connect_core.java.dates.pattern import Piece
from connect_core.java.dates.zones import Offset

_DAYS_KEPT = 512
_UNITS = {"H": 3_600_000, "m": 60_000, "s": 1000, "S": 1}
_HOURS = "(?:[01][0-9]|2[0-3])"
_ISO = {1: f"(Z|[+-]{_HOURS})", 2: f"(Z|[+-]{_HOURS}[0-5][0-9])", 3: f"(Z|[+-]{_HOURS}:[0-5][0-9])"}
_MONTHS = {**{name: index + 1 for index, name in enumerate(MONTHS)}, **{n[:3]: i + 1 for i, n in enumerate(MONTHS)}}

type Parser = Callable[[str, Offset | None], int | None]
"""From a text and the only offset of the zone, if it has one, to milliseconds."""


def short_cut(pieces: Sequence[Piece]) -> Parser | None:
    """A parser for patterns of y, M, d, H, m, s, S and X or Z, each once, and of E beside d; None for others."""
    letters = "".join(piece.letter for piece in pieces)
    widths = {piece.letter: piece.width for piece in pieces}
    if len(set(letters)) != len(letters) or not set(letters) <= set("yMdHmsSXZE") or {"X", "Z"} <= set(letters):
        return None
    if widths.get("y") != 4 or widths.get("M", 2) < 2 or widths.get("d", 2) != 2:
        return None
    if "E" in letters and "d" not in letters:
        return None  # then the weekday counts
    if any(piece.text[:1].isdecimal() or piece.text[:1] == "E" for piece in pieces):
        return None  # a number goes on into such a text
    names = [letter for letter in letters if letter != "E"]
    zone = next((letter for letter in "XZ" if letter in letters), None)
    clock = "".join(f" + int({letter}) * {unit}" for letter, unit in _UNITS.items() if letter in letters)
    # The letters become Python variables: nothing of the pattern's text gets into this source.
    source = f"""
def parse(text, fixed):
    found = match(text)
    if found is None{"" if zone else " or fixed is None"}:
        return None
    {", ".join(names)}, = found.groups()
    key = {", ".join(letter if letter in letters else "'01'" for letter in "yMd")}
    start = kept.get(key)
    if start is None:
        start = day_start(kept, *key)
        if start is None:
            return None
    return start{clock} - {f"offset({zone})" if zone else "fixed.raw"}
"""
    known: dict[str, Any] = {
        "match": re.compile("".join(map(_expression, pieces))).fullmatch,
        "kept": {},
        "day_start": _day_start,
        "offset": _offset,
    }
    exec(source, known)  # noqa: S102 - made above
    made: Parser = known["parse"]
    return made


def _expression(piece: Piece) -> str:
    if not piece.letter:
        return re.escape(piece.text)
    if piece.letter == "X":
        return _ISO[piece.width]
    if piece.letter == "Z":
        return f"([+-]{_HOURS}[0-5][0-9])"
    if piece.letter == "E":
        return f"(?>{'|'.join((*WEEKDAYS, *(name[:3] for name in WEEKDAYS)))})"
    if piece.letter == "M" and piece.width > 2:
        return f"((?>{'|'.join(_MONTHS)}))"  # the longest, and no other
    return f"([0-9]{{{piece.width}}})"


def _day_start(kept: dict[tuple[str, ...], int], *key: str) -> int | None:
    """Where a day begins; None for one that needs more thought."""
    year, day = int(key[0]), int(key[2])
    month = _MONTHS.get(key[1]) or int(key[1])
    if year <= CUTOVER_YEAR + 1 or not 1 <= month <= 12:
        return None
    if len(kept) >= _DAYS_KEPT:
        kept.clear()
    start = kept[key] = gregorian(year, month, day) * DAY_MILLIS
    return start


def _offset(mark: str) -> int:
    if mark == "Z":
        return 0
    digits = mark[1:].replace(":", "")
    millis = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60_000
    return -millis if mark[0] == "-" else millis
