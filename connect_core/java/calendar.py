"""Java's ``GregorianCalendar`` in plain integers: Julian before 1582-10-15, Gregorian from then on, any year.

Days count from 1970-01-01; days of the week are 1 (Sunday) to 7; weeks start on Sunday and the first week of a year is
the one that holds January 1 (the rules of the locale ``en``). ``dates`` formats the fields made here, ``resolve``
goes the other way.
"""

from __future__ import annotations

from typing import NamedTuple

DAY_MILLIS = 86_400_000
CUTOVER_YEAR = 1582
CUTOVER_DAY = -141_427
"""1582-10-15, the first Gregorian day; the day before it is 1582-10-04."""

SUNDAY = 1
BC, AD = 0, 1
_MONTH_ONE_OF_CUTOVER = -141_431  # 1582-10-01 (Julian)


class Day(NamedTuple):
    """Calendar fields of a day; ``year`` counts within the era, ``month`` from 1."""

    era: int
    year: int
    month: int
    day: int
    day_of_year: int
    day_of_week: int
    day_of_week_in_month: int
    week_of_year: int
    week_of_month: int
    week_year: int


def gregorian(year: int, month: int, day: int) -> int:
    """The day of a Gregorian date; year 0 is 1 BC, ``day`` may be out of its month."""
    year -= month <= 2
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day - 719_469


def julian(year: int, month: int, day: int) -> int:
    """The day of a Julian date."""
    year -= month <= 2
    return 365 * year + year // 4 + (153 * ((month + 9) % 12) + 2) // 5 + day - 719_471


def year_month_day(day: int) -> tuple[int, int, int]:
    """The date of a day in the calendar of its time; year 0 is 1 BC."""
    if day >= CUTOVER_DAY:
        shifted = day + 719_468
        cycle, rest = divmod(shifted, 146_097)
        year = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
        rest -= 365 * year + year // 4 - year // 100
        year += 400 * cycle
    else:
        cycle, rest = divmod(day + 719_470, 1_461)
        year = (rest - rest // 1_460) // 365
        rest -= 365 * year
        year += 4 * cycle
    month = (5 * rest + 2) // 153
    day_of_month = rest - (153 * month + 2) // 5 + 1
    return year + (month >= 10), month + 3 if month < 10 else month - 9, day_of_month


def new_year(year: int) -> int:
    """January 1, in the calendar of its time."""
    return gregorian(year, 1, 1) if year > CUTOVER_YEAR else julian(year, 1, 1)


def day_of_week(day: int) -> int:
    """1 for Sunday to 7 for Saturday."""
    return (day + 4) % 7 + 1


def on_or_before(day: int, weekday: int) -> int:
    """The last day with that day of the week which is not after ``day``; weekdays out of range wrap."""
    return day - (day + 5 - weekday) % 7


def day_fields(day: int) -> Day:
    """All fields of a day."""
    year, month, day_of_month = year_month_day(day)
    first, following = new_year(year), new_year(year + 1)
    # October 1582 begins with Julian days and ends with Gregorian ones: its first day is not day_of_month days ago.
    month_first = day - day_of_month + 1
    if year == CUTOVER_YEAR and month == 10:
        month_first = _MONTH_ONE_OF_CUTOVER
    week = _week(first, day)
    if day >= on_or_before(following, SUNDAY):
        week = 1
    era, year_of_era = (AD, year) if year > 0 else (BC, 1 - year)
    return Day(
        era=era,
        year=year_of_era,
        month=month,
        day=day_of_month,
        day_of_year=day - first + 1,
        day_of_week=day_of_week(day),
        day_of_week_in_month=(day - month_first) // 7 + 1,
        week_of_year=week,
        week_of_month=_week(month_first, day),
        week_year=_week_year(year, day, week),
    )


def _week(first: int, day: int) -> int:
    """Which week, counted from the one that holds ``first``."""
    return (day - on_or_before(first, SUNDAY)) // 7 + 1


def _week_year(year: int, day: int, week: int) -> int:
    if year > CUTOVER_YEAR + 1:
        return year + (week == 1 and day - new_year(year) > 6)
    # For old dates Java asks where the next year begins; before Christ it asks it of the wrong year (of that number
    # in the other era), and the answer is kept so.
    following = new_year(year + 1 if year > 0 else -year)
    last = new_year(year + 1) - 1
    to_sunday = (SUNDAY - day_of_week(following)) % 7 or 7
    left = last - day + 1
    return year + (left <= 7 - to_sunday)
