"""Dates and times from database text: zones, the old calendar, granularities.

Java reads wall clock text with a hybrid calendar (Julian before 1582-10-15) unless ``date.calendar.system`` is
PROLEPTIC_GREGORIAN, and resolves a repeated hour to standard time. Values are aware UTC datetimes, dates and times.
Neighbours: ``types`` (schemas), ``rows`` (puts these functions into generated code).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any

from connect_core.errors import DataError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MODERN = datetime(1900, 1, 1, tzinfo=UTC)
CUTOVER = "1582-10-15"
_NO_DIGIT = ":"  # sorts behind every text that begins with a digit: PostgreSQL's infinity
_JULIAN_ORDINAL = 1721425  # Julian day number of ordinal 1 (0001-01-01, proleptic Gregorian) is 1721426
_WHOLE_DAY = 86_400_000
_LONG_MIN, _LONG_MAX = -(1 << 63), (1 << 63) - 1

type Instant = Callable[[str], datetime]


def julian_date(text: str) -> date:
    """``yyyy-mm-dd`` read in the Julian calendar, as the (proleptic Gregorian) date of the same day."""
    year, month, day = (int(part) for part in text[:10].split("-"))
    if not year or not month or not day:
        raise ValueError("Zero date value prohibited")
    a = (14 - month) // 12
    y, m = year + 4800 - a, month + 12 * a - 3
    ordinal = day + (153 * m + 2) // 5 + 365 * y + y // 4 - 32083 - _JULIAN_ORDINAL
    if ordinal < 1:
        raise DataError(
            f"The date {text} in the Julian calendar is before the first day that can be held (0001-01-03); "
            "set date.calendar.system=PROLEPTIC_GREGORIAN to read it as it stands"
        )
    return date.fromordinal(ordinal)


def _not_held(text: str) -> DataError:
    return DataError(f"The time {text} lies outside the years 1 to 9999, which is all that can be held")


def _offset(naive: datetime, zone: tzinfo) -> timedelta:
    """The smaller offset of a repeated or skipped hour."""
    first = naive.replace(tzinfo=zone, fold=0).utcoffset() or timedelta()
    second = naive.replace(tzinfo=zone, fold=1).utcoffset() or timedelta()
    return min(first, second)


@lru_cache(64)
def _todays_standard(zone: tzinfo) -> timedelta:
    """Java's calendars know nothing of local mean times: before 1900 they use the zone's present standard time."""
    return min(_offset(datetime(2024, month, 1, tzinfo=zone), zone) for month in (1, 7))


def local_to_utc(naive: datetime, zone: tzinfo) -> datetime:
    """Wall clock to instant as Java does: standard time in a repeated hour, pushed forward in a skipped one."""
    if zone is UTC:
        return naive.replace(tzinfo=UTC)
    offset = _offset(naive, zone) if naive.year >= 1900 else _todays_standard(zone)
    try:
        return naive.replace(tzinfo=UTC) - offset
    except (
        OverflowError
    ):  # the last hours of 9999 west of Greenwich: a favourite "for ever"; the offset stays beside it
        return naive.replace(tzinfo=timezone(offset))


def utc_to_local(instant: datetime, zone: tzinfo) -> datetime:
    """An instant on the clocks of ``zone``, with Java's standard time before 1900."""
    if zone is not UTC and instant < _MODERN:
        zone = timezone(_todays_standard(zone))
    return instant.astimezone(zone)


def instant_reader(zone: tzinfo, *, legacy: bool) -> Instant:
    """``yyyy-mm-dd hh:mm:ss[.f]`` without zone, wall clock of ``zone``."""

    def old(text: str) -> datetime:
        if text.startswith("0000-00-00"):
            raise ValueError("Zero date value prohibited")
        if not text[0].isdigit() or text.endswith("BC"):
            raise _not_held(text)
        naive = datetime.fromisoformat(text)
        if legacy and text < CUTOVER:
            naive = datetime.combine(julian_date(text), naive.time())
        return local_to_utc(naive, zone)

    fromiso = datetime.fromisoformat
    if zone is not UTC:
        return old

    def read(text: str) -> datetime:
        return fromiso(text + "+00:00") if CUTOVER <= text < _NO_DIGIT else old(text)

    return read


def zoned_reader(*, legacy: bool) -> Instant:
    """PostgreSQL's timestamptz text: ``2024-02-29 23:59:59.123456+00``."""
    fromiso = datetime.fromisoformat

    def read(text: str) -> datetime:
        if not text[0].isdigit() or text.endswith("BC"):
            raise _not_held(text)
        value = fromiso(text)
        if value.tzinfo is not UTC:
            value = local_to_utc(value.replace(tzinfo=None), value.tzinfo or UTC)
        if legacy and text < CUTOVER:
            value = datetime.combine(julian_date(text), value.timetz())
        return value

    return read


def date_reader(*, legacy: bool) -> Callable[[str], date]:
    """``yyyy-mm-dd``."""
    fromiso = date.fromisoformat

    def read(text: str) -> date:
        if text.startswith("0000-00-00"):
            raise ValueError("Zero date value prohibited")
        if not text[0].isdigit() or text.endswith("BC"):
            raise _not_held(text)
        return julian_date(text) if legacy and text < CUTOVER else fromiso(text)

    return read


def gregorian_shift(value: date, *, legacy: bool) -> date:
    """A driver's date (fields as the database shows them) as the day Java would see."""
    return julian_date(value.isoformat()) if legacy and value < date(1582, 10, 15) else value


def time_reader(zone: tzinfo) -> Callable[[str], time]:
    """``hh:mm:ss[.f]`` on 1970-01-01 in ``zone``; DataError when that is another day in UTC, as in Connect."""
    offset = int((datetime(1970, 1, 1, tzinfo=zone).utcoffset() or timedelta()).total_seconds() * 1000)
    pattern = re.compile(r"(-?)(\d{1,3}):(\d\d):(\d\d)(?:\.(\d{1,9}))?([+-]\d\d(?::\d\d)?)?")

    def read(text: str) -> time:
        match = pattern.fullmatch(text)
        if match is None:
            raise ValueError(f"Cannot read the time {text!r}")
        sign, hours, minutes, seconds, fraction, own = match.groups()
        if sign or int(hours) >= 24:
            raise ValueError(
                f"The value '{text}' is an invalid TIME value. JDBC Time objects represent a wall-clock time and not "
                "a duration as MySQL treats them. If you are treating this type as a duration, consider retrieving "
                "this value as a string and dealing with it according to your requirements."
            )
        moment = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000 + int(
            (fraction or "0").ljust(3, "0")[:3]
        )
        moment -= _offset_ms(own) if own else offset
        if not 0 <= moment < _WHOLE_DAY:
            raise DataError("Kafka Connect Time type should not have any date fields set to non-zero values.")
        return time(moment // 3_600_000, moment // 60_000 % 60, moment // 1000 % 60, moment % 1000 * 1000)

    return read


def _offset_ms(text: str) -> int:
    hours, _, minutes = text[1:].partition(":")
    value = (int(hours) * 60 + int(minutes or 0)) * 60_000
    return -value if text[0] == "-" else value


fromiso = datetime.fromisoformat


def is_utc(zone: tzinfo) -> bool:
    """Whether wall clock in ``zone`` is UTC as it stands."""
    return zone is UTC


def epoch_ms(value: datetime) -> int:
    """Milliseconds since the epoch, rounded down."""
    delta = value - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def epoch_micros(value: datetime) -> int:
    """Microseconds since the epoch."""
    delta = value - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_epoch_ms(milliseconds: int, nanos: int | None = None) -> datetime:
    """A stored offset as an instant; ``nanos`` is the nano of the second and wins over the milliseconds in it."""
    if nanos is None:
        return EPOCH + timedelta(milliseconds=milliseconds)
    return EPOCH + timedelta(seconds=milliseconds // 1000, microseconds=nanos // 1000)


def granularity(name: str, zone: tzinfo) -> Callable[[datetime], Any] | None:
    """What ``timestamp.granularity`` makes of an instant; None: it stays a datetime (connect_logical)."""

    def iso(value: datetime) -> str:
        local = value.astimezone(zone) if value.tzinfo is UTC else value  # see local_to_utc
        return local.replace(tzinfo=None).isoformat(timespec="microseconds")

    def nanos(value: datetime) -> int:
        return max(_LONG_MIN, min(epoch_micros(value) * 1000, _LONG_MAX))  # a long ends in the year 2262

    table: dict[str, Callable[[datetime], Any] | None] = {
        "connect_logical": None,
        "micros_long": epoch_micros,
        "micros_string": lambda value: str(epoch_micros(value)),
        "micros_iso_datetime_string": iso,
        "nanos_long": nanos,
        "nanos_string": lambda value: str(epoch_micros(value) * 1000),
        "nanos_iso_datetime_string": lambda value: iso(value) + "000",
    }
    return table[name.lower()]
