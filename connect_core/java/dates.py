"""``java.text.SimpleDateFormat`` of the locale ``en``: the date patterns of Kafka Connect's configs, written and read.

All letters, Java's calendar (Julian before 1582-10-15), lenient reading, two-digit years, zones. Like Java's, a format
is changed by reading a text that names a zone (``z``): that zone is used from then on, also to write. The usual
patterns take short cuts that give the same answers. Neighbours: ``dates_parse``, ``dates_resolve``, ``dates_calendar``,
``dates_zones``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from connect_core.java import dates_parse
from connect_core.java.dates_calendar import CUTOVER_YEAR, DAY_MILLIS, Day, day_fields, gregorian
from connect_core.java.dates_parse import ERAS, HALVES, MONTHS, WEEKDAYS, State, Step
from connect_core.java.dates_resolve import Field, resolve
from connect_core.java.dates_zones import Offset, Zone
from connect_core.java.dates_zones import zone as zone_of

LETTERS = "GyMdkHmsSEDFwWahKzZYuXL"
_NUMERIC = "ydMDFwWuHkKhmsSYL"  # a letter before one of these has as many digits as letters
_CLOCK = "HkKhmsSa"
_DAYS_KEPT = 512
_MOST_DIGITS = 309


class Piece(NamedTuple):
    """A letter and how often it stands there, or (no letter) a text."""

    letter: str
    width: int
    text: str = ""


class DateFormat:
    """A pattern compiled once; ValueError with Java's message for a bad one."""

    def __init__(self, pattern: str, zone: str = "UTC", *, lenient: bool = True) -> None:
        self.pattern, self.lenient = pattern, lenient
        self._pieces = _pieces(pattern)
        self._write_clock = _clock_writer(self._pieces)
        self._steps = _steps(self._pieces)
        self._short_cut = _short_cut(self._pieces) if lenient else None
        now = day_fields(time.time_ns() // 1_000_000 // DAY_MILLIS)
        self._century = now.year - 80
        self._century_start = (
            gregorian(self._century, now.month, now.day) * DAY_MILLIS + time.time_ns() // 1_000_000 % DAY_MILLIS
        )
        self._use(zone_of(zone))

    def _use(self, zone: Zone) -> None:
        self._zone, self._fixed = zone, zone.fixed
        self._shift = self._fixed.raw if self._fixed else None
        self._days: dict[int | tuple[int, Offset], str] = {}

    @property
    def zone(self) -> str:
        """The id of the zone in use."""
        return self._zone.id

    def format(self, epoch_ms: int) -> str:
        """The text of an instant."""
        if self._shift is not None:
            day, clock = divmod(epoch_ms + self._shift, DAY_MILLIS)
            template = self._days.get(day)
            if template is None:
                template = self._template(day, day, self._fixed or Offset(0, 0))
        else:
            offset = self._zone.at(epoch_ms)
            day, clock = divmod(epoch_ms + offset.raw + offset.dst, DAY_MILLIS)
            template = self._days.get((day, offset)) or self._template((day, offset), day, offset)
        return template % self._write_clock(clock)

    def _template(self, key: int | tuple[int, Offset], day: int, offset: Offset) -> str:
        """The text of a day with places for the clock's fields; kept under the key."""
        if len(self._days) >= _DAYS_KEPT:
            self._days.clear()
        fields = day_fields(day)
        template = "".join(_shown(piece, fields, offset, self._zone) for piece in self._pieces)
        self._days[key] = template
        return template

    def parse(self, text: str) -> int:
        """The instant a text names at its begin; ValueError ``Unparseable date: "x"``."""
        if self._short_cut is not None:
            found = self._short_cut(text, self._fixed)
            if found is not None:
                return found
        return self._parse(text)

    def _parse(self, text: str) -> int:
        state = State(self._zone, century=self._century, lenient=self.lenient)
        units = _units(text)
        position = 0
        for step in self._steps:
            position = step(state, units, position)
            if position < 0:
                break
        if state.zone is not self._zone:
            self._use(state.zone)
        found = None if position < 0 else self._resolved(state)
        if found is None:
            raise ValueError(f'Unparseable date: "{text}"')
        return found

    def _resolved(self, state: State) -> int | None:
        fields = state.fields
        try:
            found = resolve(fields, self._zone, lenient=self.lenient)
            if state.ambiguous and found < self._century_start:
                for year in (Field.YEAR, Field.WEEK_YEAR):
                    fields.add(year, 100)
                found = resolve(fields, self._zone, lenient=self.lenient)
        except ValueError:
            return None
        return found


def _pieces(pattern: str) -> list[Piece]:
    """The pattern cut at letters; literal texts unquoted and joined."""
    found: list[Piece] = []
    quoted = False
    index = 0
    while index < len(pattern):
        character = pattern[index]
        following = pattern[index + 1 : index + 2]
        index += 1
        if character == "'" and following == "'":
            index += 1
            _add_text(found, "'")
        elif character == "'":
            quoted = not quoted
            if quoted:
                _check(found)
                found.append(Piece("", 0))
        elif quoted or not (character.isascii() and character.isalpha()):
            _add_text(found, character)
        elif character not in LETTERS:
            raise ValueError(f"Illegal pattern character '{character}'")
        elif found and found[-1].letter == character:
            found[-1] = Piece(character, found[-1].width + 1)
        else:
            _check(found)
            found.append(Piece(character, 1))
    if quoted:
        raise ValueError("Unterminated quote")
    _check(found)
    return found


def _check(pieces: list[Piece]) -> None:
    if pieces and pieces[-1].letter == "X" and pieces[-1].width > 3:
        raise ValueError(f"invalid ISO 8601 format: length={pieces[-1].width}")


def _add_text(pieces: list[Piece], text: str) -> None:
    if pieces and not pieces[-1].letter:
        pieces[-1] = Piece("", 0, pieces[-1].text + text)
    else:
        _check(pieces)
        pieces.append(Piece("", 0, text))


def _units(text: str) -> str:
    """Each UTF-16 unit one character, as Java counts them."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(int.from_bytes(data[at : at + 2])) for at in range(0, len(data), 2))


# Writing


def _clock_writer(pieces: list[Piece]) -> Callable[[int], tuple[int | str, ...]]:
    """The values for a day's template, from the millisecond of the day."""
    values = [_CLOCK_VALUES[piece.letter] for piece in pieces if piece.letter in _CLOCK_VALUES]
    source = f"lambda t: ({''.join(f'{value},' for value in values)})"
    made: Callable[[int], tuple[int | str, ...]] = eval(source, {"HALVES": HALVES})  # noqa: S307 - of the texts below only
    return made


_CLOCK_VALUES = {
    "H": "t // 3600000",
    "k": "t // 3600000 or 24",
    "K": "t // 3600000 % 12",
    "h": "t // 3600000 % 12 or 12",
    "m": "t // 60000 % 60",
    "s": "t // 1000 % 60",
    "S": "t % 1000",
    "a": "HALVES[t // 43200000]",
}


def _shown(piece: Piece, day: Day, offset: Offset, zone: Zone) -> str:
    letter, count, text = piece
    if letter in _CLOCK_VALUES:
        return "%s" if letter == "a" else f"%0{min(count, _MOST_DIGITS)}d"
    return (
        text
        if not letter
        else _DAY_TEXTS[letter](day, count)
        if letter in _DAY_TEXTS
        else _zone_text(piece, offset, zone)
    ).replace("%", "%%")


def _padded(value: int, count: int) -> str:
    digits = str(abs(value)).zfill(min(count, _MOST_DIGITS))
    return f"-{digits}" if value < 0 else digits


def _year(value: int, count: int) -> str:
    if count != 2:
        return _padded(value, count)
    return f"{'-' if value < 0 else ''}{abs(value) % 100:02}"


def _month(day: Day, count: int) -> str:
    name = MONTHS[day.month - 1]
    return _padded(day.month, count) if count < 3 else name if count > 3 else name[:3]


_DAY_TEXTS: dict[str, Callable[[Day, int], str]] = {
    "G": lambda day, _: ERAS[day.era],
    "y": lambda day, count: _year(day.year, count),
    "Y": lambda day, count: _year(day.week_year, count),
    "M": _month,
    "L": _month,
    "d": lambda day, count: _padded(day.day, count),
    "D": lambda day, count: _padded(day.day_of_year, count),
    "F": lambda day, count: _padded(day.day_of_week_in_month, count),
    "w": lambda day, count: _padded(day.week_of_year, count),
    "W": lambda day, count: _padded(day.week_of_month, count),
    "u": lambda day, count: _padded((day.day_of_week - 2) % 7 + 1, count),
    "E": lambda day, count: WEEKDAYS[day.day_of_week - 1][: None if count > 3 else 3],
}


def _zone_text(piece: Piece, offset: Offset, zone: Zone) -> str:
    if piece.letter == "z":
        names = zone.names
        if offset.dst:
            return names.long_dst if piece.width > 3 else names.short_dst
        return names.long if piece.width > 3 else names.short
    millis = offset.raw + offset.dst
    if piece.letter == "X" and not millis:
        return "Z"
    hours, minutes = divmod(abs(millis) // 60_000, 60)
    sign = "+" if millis > -60_000 else "-"
    if piece.letter == "X":
        return f"{sign}{hours:02}" + ("" if piece.width == 1 else f"{':' if piece.width == 3 else ''}{minutes:02}")
    return f"{sign}{hours:02}{minutes:02}"


# Reading


def _steps(pieces: list[Piece]) -> list[Step]:
    steps: list[Step] = []
    for piece, following in zip(pieces, [*pieces, Piece("", 0)][1:], strict=True):
        if piece.letter:
            exact = following.letter != "" and _obeys(following)
            steps.append(dates_parse.field(piece.letter, piece.width, exact=exact))
        else:
            steps.append(dates_parse.literal(_units(piece.text)))
    return steps


def _obeys(following: Piece) -> bool:
    """Does a number end after as many digits as letters because this follows?"""
    return following.letter in _NUMERIC and not (following.letter in "ML" and following.width > 2)


type _Parser = Callable[[str, Offset | None], int | None]


def _short_cut(pieces: list[Piece]) -> _Parser | None:
    """A parser of texts exactly as the pattern writes them, by the Gregorian calendar; it gives None for any other.

    It takes y, M, d, H, m, s, S and X, each once. What it reads the long way reads the same.
    """
    letters = "".join(piece.letter for piece in pieces)
    if len(set(letters)) != len(letters) or "y" not in letters or not set(letters) <= set("yMdHmsSX"):
        return None
    widths = {piece.letter: piece.width for piece in pieces}
    if widths["y"] != 4 or widths.get("M", 2) != 2 or widths.get("d", 2) != 2:
        return None
    expression = "".join(
        re.escape(piece.text)
        if not piece.letter
        else _ISO[piece.width]
        if piece.letter == "X"
        else f"([0-9]{{{piece.width}}})"
        for piece in pieces
    )
    clock = "".join(f" + int({letter}) * {unit}" for letter, unit in _UNITS.items() if letter in letters)
    date = ", ".join(letter if letter in letters else "'1'" for letter in "yMd")
    # The letters become Python variables: nothing of the pattern's text gets into this source.
    source = f"""
def parse(text, fixed):
    found = match(text)
    if found is None{"" if "X" in letters else " or fixed is None"}:
        return None
    {", ".join(letters)}, = found.groups()
    key = {date}
    start = kept.get(key)
    if start is None:
        start = day_start(kept, *key)
        if start is None:
            return None
    return start{clock} - {"iso_offset(X)" if "X" in letters else "fixed.raw"}
"""
    names: dict[str, Any] = {
        "match": re.compile(expression).fullmatch, "kept": {}, "day_start": _day_start, "iso_offset": _iso_offset,
    }  # fmt: skip
    exec(source, names)  # noqa: S102 - made above
    made: _Parser = names["parse"]
    return made


_UNITS = {"H": 3_600_000, "m": 60_000, "s": 1000, "S": 1}


def _day_start(kept: dict[tuple[str, ...], int], *key: str) -> int | None:
    """Where a day begins; None for one that needs more thought."""
    year, month, day = map(int, key)
    if year <= CUTOVER_YEAR + 1 or not 1 <= month <= 12:
        return None
    if len(kept) >= _DAYS_KEPT:
        kept.clear()
    start = kept[key] = gregorian(year, month, day) * DAY_MILLIS
    return start


_ISO = {
    1: "(Z|[+-](?:[01][0-9]|2[0-3]))",
    2: "(Z|[+-](?:[01][0-9]|2[0-3])[0-5][0-9])",
    3: "(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
}


def _iso_offset(mark: str) -> int:
    if mark == "Z":
        return 0
    digits = mark[1:].replace(":", "")
    millis = (int(digits[:2]) * 60 + int(digits[2:] or 0)) * 60_000
    return -millis if mark[0] == "-" else millis
