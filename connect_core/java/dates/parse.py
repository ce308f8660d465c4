"""Reading a text by the pieces of a date pattern: numbers, names, zones, each where the one before ended.

A step takes the state, the text and a position and gives the next position, or -1 for a text that does not fit. Numbers
are read as ``java.text.DecimalFormat`` reads integers (any decimal digits, ``1E3``). Neighbours: ``dates`` (patterns),
``resolve`` (from fields to an instant).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from connect_core.java.calendar import SUNDAY
from connect_core.java.dates.resolve import Field, Fields
from connect_core.java.dates.zones import Zone, fold, named_at, zone
from connect_core.java.numbers import INT_BOUNDS, float_to_int, narrow

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ERAS = ("BC", "AD")
HALVES = ("AM", "PM")

_PLAIN = re.compile(r"(-?[0-9]+)(?![^\x00-DF-\x7f]|[0-9])")
_MINUTE = 60_000
_LOW, _HIGH = INT_BOUNDS[32]
_LONG_LOW, _LONG_HIGH = INT_BOUNDS[64]


class State:
    """What a parse has found so far and what it depends on; a zone's name in the text changes the zone."""

    __slots__ = ("ambiguous", "century", "fields", "lenient", "zone")

    def __init__(self, own: Zone, *, century: int, lenient: bool) -> None:
        self.fields, self.zone, self.century, self.lenient = Fields(), own, century, lenient
        self.ambiguous = False


type Step = Callable[[State, str, int], int]
type Reader = Callable[[str, int], tuple[int, int]]
"""Reads an int at a position that follows white space; the next position is -1 if there is none."""


def literal(text: str) -> Step:
    """The text itself; lenient, one kind of space is as good as another."""

    def step(state: State, source: str, position: int) -> int:
        for expected in text:
            found = source[position : position + 1]
            if found != expected and not (state.lenient and _is_space(found) and _is_space(expected)):
                return -1
            position += 1
        return position

    return step


def _is_space(character: str) -> bool:
    return character != "" and unicodedata.category(character) == "Zs"


def field(letter: str, count: int, *, exact: bool) -> Step:
    """The step of a letter repeated ``count`` times; exact: digits follow at once, so a number has ``count`` digits."""
    if letter in "yY":
        return _year(Field.YEAR if letter == "y" else Field.WEEK_YEAR, count, exact=exact)
    if letter in "ML" and count > 2:
        return _name(Field.MONTH, _numbered((*MONTHS, *(name[:3] for name in MONTHS)), 12))
    if letter == "E":
        return _name(Field.DAY_OF_WEEK, _numbered((*WEEKDAYS, *(name[:3] for name in WEEKDAYS)), 7, start=1))
    if letter == "G":
        return _name(Field.ERA, _numbered((*ERAS, "Before Christ", "Anno Domini"), 2))
    if letter == "a":
        return _name(Field.AM_PM, _numbered(HALVES, 2))
    if letter in "zZ":
        return _zone
    if letter == "X":
        return _iso_zone(count)
    return _number(letter, count, exact=exact)


_NUMBERS = {
    "d": Field.DAY_OF_MONTH, "D": Field.DAY_OF_YEAR, "F": Field.DAY_OF_WEEK_IN_MONTH, "w": Field.WEEK_OF_YEAR,
    "W": Field.WEEK_OF_MONTH, "u": Field.DAY_OF_WEEK, "M": Field.MONTH, "L": Field.MONTH, "H": Field.HOUR_OF_DAY,
    "k": Field.HOUR_OF_DAY, "K": Field.HOUR, "h": Field.HOUR, "m": Field.MINUTE, "s": Field.SECOND,
    "S": Field.MILLISECOND,
}  # fmt: skip


def _number(letter: str, count: int, *, exact: bool) -> Step:
    target = _NUMBERS[letter]
    highest = {"k": 24, "h": 12}.get(letter)

    def step(state: State, text: str, position: int) -> int:
        value, end = _padded(text, position, count if exact else 0)
        if end < 0:
            return -1
        if highest is not None:
            if not state.lenient and not 1 <= value <= highest:
                return -1
            value = 0 if value == highest else value
        elif letter in "ML":
            value = narrow(value - 1, 32)
        elif letter == "u" and 1 <= value <= 7:
            value = value % 7 + 1
        state.fields.set(target, value)
        return end

    return step


def _year(target: Field, count: int, *, exact: bool) -> Step:
    def step(state: State, text: str, position: int) -> int:
        value, end = _padded(text, position, count if exact else 0)
        if end < 0:
            return -1
        begin = _skip_white(text, position)
        if count <= 2 and end - begin == 2 and text[begin].isdecimal() and text[begin + 1].isdecimal():
            century, within = divmod(state.century, 100)
            state.ambiguous = value == within
            value += century * 100 + (100 if value < within else 0)
        state.fields.set(target, value)
        return end

    return step


def _numbered(names: tuple[str, ...], size: int, *, start: int = 0) -> dict[str, int]:
    return {fold(name): start + index % size for index, name in enumerate(names)}


def _name(target: Field, names: Mapping[str, int]) -> Step:
    """The longest name that stands there, in any case; unlike numbers, names may not follow white space."""
    by_length = sorted(names.items(), key=lambda item: -len(item[0]))
    longest = len(by_length[0][0])

    def step(state: State, text: str, position: int) -> int:
        rest = fold(text[position : position + longest])
        for name, value in by_length:
            if rest.startswith(name):
                state.fields.set(target, value)
                return position + len(name)
        return -1

    return step


def _skip_white(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t":
        position += 1
    return position


def _padded(text: str, position: int, width: int) -> tuple[int, int]:
    """A number after white space; with a width, both lie in that many characters."""
    if width:
        if position + width > len(text):
            return 0, -1
        text = text[: position + width]
    begin = _skip_white(text, position)
    plain = _PLAIN.match(text, begin)
    if plain is None:
        return odd_number(text, begin)
    value = int(plain[1])
    if not _LOW <= value <= _HIGH:
        return odd_number(text, begin)
    return value, plain.end()


def odd_number(text: str, position: int) -> tuple[int, int]:
    """``intValue()`` of what DecimalFormat reads here and where it ends: any script's digits, exponents, infinity."""
    if text.startswith("NaN", position):
        return 0, position + 3
    negative = text.startswith("-", position)
    position += negative
    if text.startswith("∞", position):
        return (_LOW if negative else _HIGH), position + 1
    digits, position = _digits(text, position)
    if not digits:
        return 0, -1
    exponent, position = _exponent(text, position)
    return _int_value(digits.lstrip("0"), exponent, negative=negative), position


def _digits(text: str, position: int) -> tuple[str, int]:
    begin = position
    while position < len(text) and text[position].isdecimal():
        position += 1
    return "".join(str(unicodedata.decimal(digit)) for digit in text[begin:position]), position


def _exponent(text: str, position: int) -> tuple[int, int]:
    if not text.startswith("E", position):
        return 0, position
    negative = text.startswith("-", position + 1)
    digits, end = _digits(text, position + 1 + negative)
    return (int(f"{'-' if negative else ''}{digits}"), end) if digits else (0, position)


def _int_value(digits: str, exponent: int, *, negative: bool) -> int:
    """A whole number of 64 bits wraps to 32, any other saturates."""
    whole = len(digits) + exponent  # digits before the point
    if not digits or whole < -400:
        return 0
    sign = -1 if negative else 1
    if 0 < whole <= 19 and not digits[whole:].strip("0"):
        value = sign * int(digits[:whole].ljust(whole, "0"))
        if _LONG_LOW <= value <= _LONG_HIGH:
            return narrow(value, 32)
    return float_to_int(sign * (float(f"0.{digits}E{whole}") if whole < 400 else float("inf")), 32)


def _zone(state: State, text: str, position: int) -> int:
    """``z`` and ``Z`` read the same: +hhmm, GMT[+h[h]:mm], names."""
    begin = _skip_white(text, position)
    if begin == len(text):
        return -1
    if text[begin] in "+-":
        return _offset(state, text, begin, way=0, colon=False)
    if text[begin] in "gG" and fold(text[position : position + 3]) == "gmt":
        if text[position + 3 : position + 4] not in ("+", "-"):
            _set_offset(state, 0)
            return position + 3
        return _offset(state, text, position + 3, way=0, colon=True)
    found = named_at(text, begin, state.zone)
    if found is None:
        return -1
    name, length, which, all_year = found
    if name != state.zone.id:
        state.zone = zone(name)
    summer = state.zone.daylight_saving() if which >= 2 else 0
    if not all_year and not (which >= 2 and not summer):
        state.fields.clear(Field.ZONE_OFFSET)
        state.fields.set(Field.DST_OFFSET, summer)
    return begin + length


def _iso_zone(count: int) -> Step:
    def step(state: State, text: str, position: int) -> int:
        begin = _skip_white(text, position)
        mark = text[begin : begin + 1]
        if mark == "Z":
            _set_offset(state, 0)
            return begin + 1
        return _offset(state, text, begin, way=count, colon=count == 3) if mark in ("+", "-") else -1

    return step


def _offset(state: State, text: str, sign: int, *, way: int, colon: bool) -> int:
    """Hours and minutes after a sign; way: 0 as RFC 822 or GMT, else the number of X."""
    found = _OFFSETS[min(way, 2), colon].match(text, sign + 1)
    if found is None:
        return -1
    hours, minutes = int(found[1]), int(found[2] or 0) if way != 1 else 0
    if hours > 23 or minutes > 59:
        return -1
    _set_offset(state, (hours * 60 + minutes) * (-_MINUTE if text[sign] == "-" else _MINUTE))
    return found.end()


_OFFSETS = {
    (0, False): re.compile("([0-9]{2})([0-9]{2})"),
    (0, True): re.compile("([0-9]{1,2}):([0-9]{2})"),
    (1, False): re.compile("([0-9]{2})()"),
    (2, False): re.compile("([0-9]{2})([0-9]{2})"),
    (2, True): re.compile("([0-9]{2}):([0-9]{2})"),
}


def _set_offset(state: State, millis: int) -> None:
    state.fields.set(Field.ZONE_OFFSET, millis)
    state.fields.set(Field.DST_OFFSET, 0)


assert SUNDAY == 1  # WEEKDAYS begins with it
