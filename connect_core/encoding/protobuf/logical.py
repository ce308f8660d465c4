"""Connect's logical values of the messages that carry them: dates, times, timestamps, decimals.

Out-of-range numbers are refused in the original's words; what Python's types cannot hold (a year beyond 9999), in ours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from connect_core.data import units
from connect_core.encoding.protobuf.errors import ARITHMETIC, NUMBER, TIME, Refused
from connect_core.java.calendar import CUTOVER_DAY, gregorian, julian, year_month_day
from connect_core.java.numbers import decimal_from_bytes, decimal_scale

_FIRST, _LAST = -62_135_596_800, 253_402_300_799
_YEARS = 292_278_994
_POWERS = [10**digits for digits in range(60)]
_UNITS = [Decimal(f"1E-{scale}") for scale in range(60)]
_multiply = Context(prec=60).multiply


@lru_cache(4096)
def to_date(year: int, month: int, day: int) -> date:
    """A ``google.type.Date`` in Java's calendar, nothing carried over."""
    for name, value, low, high in (
        ("YEAR", year, 1, _YEARS),
        ("MONTH", month - 1, 0, 11),
        ("DAY_OF_MONTH", day, 1, 31),
    ):
        if not low <= value <= high:
            raise Refused(name)
    number = gregorian(year, month, day)
    if number < CUTOVER_DAY:
        number = julian(year, month, day)
    found = year_month_day(number)
    for name, value, made in zip(("YEAR", "MONTH", "DAY_OF_MONTH"), (year, month, day), found, strict=True):
        if value != made:
            shift = name == "MONTH"
            raise Refused(f"{name}: {value - shift} -> {made - shift}")
    return units.day(number)


def to_time(hours: int, minutes: int, seconds: int, nanos: int) -> time:
    """A ``google.type.TimeOfDay``, in milliseconds."""
    for name, value, high in (
        ("HourOfDay", hours, 23),
        ("MinuteOfHour", minutes, 59),
        ("SecondOfMinute", seconds, 59),
        ("NanoOfSecond", nanos, 999_999_999),
    ):
        if not 0 <= value <= high:
            raise Refused(f"Invalid value for {name} (valid values 0 - {high}): {value}", TIME)
    return time(hours, minutes, seconds, nanos // 1_000_000 * 1000)


def to_timestamp(seconds: int, nanos: int) -> datetime:
    """A ``google.protobuf.Timestamp``, in milliseconds."""
    if 0 <= seconds < 4_000_000_000 and 0 <= nanos < 1_000_000_000:  # a double tells these apart
        return datetime.fromtimestamp((seconds * 1000 + nanos // 1_000_000) / 1000, UTC)
    if not (_FIRST <= seconds <= _LAST and 0 <= nanos < 1_000_000_000):
        raise Refused(
            "Timestamp is not valid. See proto definition for valid values. "
            f"Seconds ({seconds}) must be in range [-62,135,596,800, +253,402,300,799]. "
            f"Nanos ({nanos}) must be in range [0, +999,999,999]."
        )
    return units.instant(seconds * 1000 + nanos // 1_000_000)


def to_decimal(data: bytes, precision: int, scale: int) -> Decimal:
    """A ``confluent.type.Decimal``, rounded to its precision (0: as it is)."""
    if 0 < precision < 60 and 0 <= scale < 60 and 0 < len(data) <= 24:
        number = int.from_bytes(data, signed=True)
        if -_POWERS[precision] < number < _POWERS[precision]:
            return _multiply(number, _UNITS[scale])
    if precision >= 2**31:
        raise Refused("Digits < 0")
    if not data:
        raise Refused("Zero length BigInteger", NUMBER)
    value = decimal_from_bytes(data, scale)
    if not precision or value.adjusted() + scale < precision:
        return value
    rounded = Context(prec=precision, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN).plus(value)
    if decimal_scale(rounded) < -(2**31):
        raise Refused("Underflow", ARITHMETIC)
    return rounded
