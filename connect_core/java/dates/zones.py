"""``java.util.TimeZone``: offsets by instant and by wall clock, and the English names that ``z`` writes and reads.

Offsets are those of the system's (or the ``tzdata`` package's) database; like Java's they go back to 1900 only, before
that a zone keeps its present standard offset. ``zone_names.txt`` holds Java's names, one line per set of names:
standard and daylight, long and short, then the ids; earlier lines win when a text names a zone. Offsets are
milliseconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_HOUR = 3_600_000
_FIRST = -2_208_988_800_000  # 1900-01-01
_LAST = 4_102_444_800_000  # 2100-01-01: the rules in force then go on for ever
_CYCLE = 146_097 * 86_400_000  # 400 years: the calendar repeats
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI = timedelta(milliseconds=1)
_CUSTOM = re.compile(r"GMT([+-])(?:(\d{1,2}):(\d\d)|(\d{1,2})|(\d{3,4}))", re.ASCII)
_ALWAYS_GMT = ("GMT", "UTC", "UCT", "Z", "UT", "Zulu", "Universal", "Greenwich", "GMT0", "Etc/UTC", "Etc/GMT")
# Where the database of today calls the summer standard time, Java calls the winter so: (since, standard, saving).
_BY_WINTER = {
    "Europe/Dublin": (1968, 0, _HOUR),
    "Eire": (1968, 0, _HOUR),
    "Africa/Casablanca": (2018, 0, 0),
    "Africa/El_Aaiun": (2018, 0, 0),
    "Africa/Windhoek": (1990, _HOUR, 0),
}
_SHORT_IDS = {
    "ACT": "Australia/Darwin", "AET": "Australia/Sydney", "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo", "AST": "America/Anchorage", "BET": "America/Sao_Paulo", "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare", "CNT": "America/St_Johns", "CST": "America/Chicago", "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa", "ECT": "Europe/Paris", "IET": "America/Indiana/Indianapolis", "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo", "MIT": "Pacific/Apia", "NET": "Asia/Yerevan", "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi", "PNT": "America/Phoenix", "PRT": "America/Puerto_Rico", "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal", "VST": "Asia/Ho_Chi_Minh",
}  # fmt: skip


class Offset(NamedTuple):
    """Standard offset and what daylight saving adds."""

    raw: int
    dst: int


class Names(NamedTuple):
    """A zone's names; the order is the one in which a text is compared with them."""

    long: str
    short: str
    long_dst: str
    short_dst: str


class Zone:
    """A zone of fixed offset; ``RuleZone`` has rules."""

    def __init__(self, name: str, raw: int) -> None:
        self.id, self.raw = name, raw
        self._offset = Offset(raw, 0)

    @property
    def fixed(self) -> Offset | None:
        """The only offset, or None if it depends on the time."""
        return self._offset

    def at(self, millis: int) -> Offset:  # noqa: ARG002 - zones with rules ask
        """The offset at an instant."""
        return self._offset

    def at_wall(self, millis: int) -> Offset:  # noqa: ARG002 - zones with rules ask
        """The offset at a time of the clock on the wall: the later one of two, the earlier one of none."""
        return self._offset

    def daylight_saving(self) -> int:
        """How far the clock is put forward in summer, by the present rules."""
        return 0

    @property
    def names(self) -> Names:
        """English names."""
        found = _names().by_id.get(self.id)
        return found or Names(self.id, self.id, self.id, self.id)


class RuleZone(Zone):
    """A zone of the database."""

    def __init__(self, name: str, rules: ZoneInfo) -> None:
        self._rules = rules
        self._cache: dict[int, Offset] = {}
        year = [datetime(2036, month, 15, tzinfo=UTC).astimezone(rules) for month in range(1, 13)]
        lowest = min(_millis(moment.utcoffset()) for moment in year)
        saving = max(_millis(moment.utcoffset()) for moment in year) - lowest
        self._since, raw, self._saving = _BY_WINTER.get(name, (10_000, lowest, saving))
        super().__init__(name, raw)

    @property
    def fixed(self) -> Offset | None:
        """None."""
        return None

    def at(self, millis: int) -> Offset:
        """The offset at an instant; changes happen at whole quarters of an hour since 1972 at least."""
        quarter = millis // 900_000
        found = self._cache.get(quarter)
        if found is None:
            found = self._look_up(millis)
            if millis > 63_072_000_000:
                if len(self._cache) > 2_000:
                    self._cache.clear()
                self._cache[quarter] = found
        return found

    def _look_up(self, millis: int) -> Offset:
        if millis < _FIRST:
            return Offset(self.raw, 0)
        if millis > _LAST:
            millis = _LAST + (millis - _LAST) % _CYCLE
        return self._split((_EPOCH + millis * _MILLI).astimezone(self._rules))

    def at_wall(self, millis: int) -> Offset:
        """See Zone."""
        if millis - self.raw < _FIRST:
            return Offset(self.raw, 0)
        if millis > _LAST:
            millis = _LAST + (millis - _LAST) % _CYCLE
        moment = (_EPOCH + millis * _MILLI).replace(tzinfo=self._rules)
        return min(self._split(moment), self._split(moment.replace(fold=1)), key=sum)

    def _split(self, moment: datetime) -> Offset:
        total = _millis(moment.utcoffset())
        if moment.year >= self._since:
            return Offset(self.raw, total - self.raw)
        dst = max(_millis(moment.dst()), 0)
        return Offset(total - dst, dst)

    def daylight_saving(self) -> int:
        """See Zone."""
        return self._saving


@cache
def zone(name: str) -> Zone:
    """The zone of an id: of the database, a three-letter one of Java's, ``GMT+h[h][[:]mm]``; ValueError for others."""
    if name in _ALWAYS_GMT:
        return Zone("GMT" if name in ("Z", "UT") else name, 0)
    if custom := _CUSTOM.fullmatch(name):
        return _custom(name, custom)
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # here: nearly all formats are of UTC

    try:
        return RuleZone(name, ZoneInfo(_SHORT_IDS.get(name, name)))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reason = f"Unknown time zone {name!r}: give UTC, an id such as Europe/Paris (needs tzdata), or GMT+hh:mm"
        raise ValueError(reason) from None


def _custom(name: str, found: re.Match[str]) -> Zone:
    sign, hours, minutes, only_hours, digits = found.groups()
    if digits:
        hours, minutes = digits[:-2], digits[-2:]
    high, low = int(hours or only_hours), int(minutes or 0)
    if high > 23 or low > 59:
        raise ValueError(f"Unknown time zone {name!r}: hours go to 23, minutes to 59")
    if not high and not low:
        return Zone("GMT", 0)
    offset = high * _HOUR + low * 60_000
    return Zone(f"GMT{sign}{high:02}:{low:02}", -offset if sign == "-" else offset)


def named_at(text: str, start: int, own: Zone) -> tuple[str, int, int, bool] | None:
    """Which zone's name (any case) stands in a text at ``start``: (id, length, which of its names, all one).

    The zone's own names are tried first. "Which" counts as in Names from 0; "all one" says that the standard name
    found is the one of summer too.
    """
    table = _names()
    rest = fold(text[start : start + table.longest])
    for own_id, mine in ((own.id, own.names if own.id in table.by_id else None), ("UTC", table.by_id["UTC"])):
        if mine and (which := _which(mine, rest)) is not None:
            return own_id, len(mine[which]), which, _same_all_year(mine, which)
    best = min((table.first[rest[:end]] for end in table.lengths if rest[:end] in table.first), default=None)
    if best is None:
        return None
    line, which = best
    name, found = table.ids[line], table.names[line]
    return name, len(found[which]), which, _same_all_year(found, which)


def _same_all_year(names: Names, which: int) -> bool:
    return which < 2 and fold(names[which]) == fold(names[which + 2])


def _which(names: Names, folded: str) -> int | None:
    return next((index for index, name in enumerate(names) if name and folded.startswith(fold(name))), None)


def fold(text: str) -> str:
    """Text in the case in which Java compares: each character upper, then lower, if that is one character."""
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    upper = character.upper()
    upper = upper if len(upper) == 1 else character
    lower = "i" if upper == "\u0130" else upper.lower()
    return lower if len(lower) == 1 else upper


class _Table:
    """The parsed ``zone_names.txt``."""

    def __init__(self) -> None:
        self.names: list[Names] = []
        self.ids: list[str] = []
        self.by_id: dict[str, Names] = {}
        self.first: dict[str, tuple[int, int]] = {}
        from importlib import resources  # here: only z needs the names

        text = resources.files(__package__).joinpath("zone_names.txt").read_text("utf-8")
        for line in text.splitlines():
            long, short, long_dst, short_dst, ids = line.split("|")
            names = Names(long, short, long_dst, short_dst)
            self.names.append(names)
            self.ids.append(ids.partition(" ")[0])
            self.by_id.update(dict.fromkeys(ids.split(), names))
            for which, name in enumerate(names):
                if name:
                    self.first.setdefault(fold(name), (len(self.names) - 1, which))
        self.lengths = sorted({len(name) for name in self.first})
        self.longest = max(self.lengths)


@cache
def _names() -> _Table:
    return _Table()


def _millis(delta: timedelta | None) -> int:
    assert delta is not None
    return delta // _MILLI
