"""``java.text.SimpleDateFormat`` of the locale ``en``: the date patterns of Kafka Connect's configs, written and read.

All letters, Java's calendar (Julian before 1582-10-15), lenient reading, two-digit years, zones. Like Java's, a format
is changed by reading a text that names a zone (``z``): that zone is used from then on, also to write. The usual
patterns take short cuts that give the same answers. Neighbours: ``parse``, ``resolve``, ``zones``, ``java.calendar``.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from connect_core.java.calendar import DAY_MILLIS, Day, day_fields, gregorian
from connect_core.java.dates import parse
from connect_core.java.dates.parse import ERAS, HALVES, MONTHS, WEEKDAYS, State, Step
from connect_core.java.dates.pattern import Piece, pieces_of, utf16_units
from connect_core.java.dates.resolve import Field, resolve
from connect_core.java.dates.short_cut import short_cut
from connect_core.java.dates.zones import Offset, Zone
from connect_core.java.dates.zones import zone as zone_of

_NUMERIC = "ydMDFwWuHkKhmsSYL"  # a letter before one of these has as many digits as letters
_CLOCK = "HkKhmsSa"
_DAYS_KEPT = 512
_MOST_DIGITS = 309


class DateFormat:
    """A pattern compiled once; ValueError with Java's message for a bad one."""

    def __init__(self, pattern: str, zone: str = "UTC", *, lenient: bool = True) -> None:
        self.pattern, self.lenient = pattern, lenient
        self._pieces = pieces_of(pattern)
        self._write_clock = _clock_writer(self._pieces)
        self._steps = _steps(self._pieces)
        self._short_cut = short_cut(self._pieces) if lenient else None
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
        units = utf16_units(text)
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
            steps.append(parse.field(piece.letter, piece.width, exact=exact))
        else:
            steps.append(parse.literal(utf16_units(piece.text)))
    return steps


def _obeys(following: Piece) -> bool:
    """Does a number end after as many digits as letters because this follows?"""
    return following.letter in _NUMERIC and not (following.letter in "ML" and following.width > 2)
