"""From parsed calendar fields to an instant, as ``GregorianCalendar`` does it: the fields set last decide.

Fields are Java ints that may be far out of range (lenient). A date is named by month and day, month and week, month and
n-th weekday, day of the year, or week of the year; whichever of these was completed last counts. Neighbours:
``parse`` fills the fields, ``java.calendar`` knows the calendar.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from connect_core.java.calendar import (
    AD,
    BC,
    CUTOVER_DAY,
    CUTOVER_YEAR,
    DAY_MILLIS,
    SUNDAY,
    Day,
    day_fields,
    gregorian,
    julian,
    on_or_before,
)
from connect_core.java.dates.zones import Zone
from connect_core.java.numbers import narrow


class Field(IntEnum):
    """Calendar fields; the order is that of ``java.util.Calendar``."""

    ERA = 0
    YEAR = 1
    MONTH = 2
    WEEK_OF_YEAR = 3
    WEEK_OF_MONTH = 4
    DAY_OF_MONTH = 5
    DAY_OF_YEAR = 6
    DAY_OF_WEEK = 7
    DAY_OF_WEEK_IN_MONTH = 8
    AM_PM = 9
    HOUR = 10
    HOUR_OF_DAY = 11
    MINUTE = 12
    SECOND = 13
    MILLISECOND = 14
    ZONE_OFFSET = 15
    DST_OFFSET = 16
    WEEK_YEAR = 17


_RANGES = {
    Field.ERA: (0, 1), Field.YEAR: (1, 292_278_994), Field.MONTH: (0, 11), Field.WEEK_OF_YEAR: (1, 53),
    Field.WEEK_OF_MONTH: (0, 6), Field.DAY_OF_MONTH: (1, 31), Field.DAY_OF_YEAR: (1, 366), Field.DAY_OF_WEEK: (1, 7),
    Field.DAY_OF_WEEK_IN_MONTH: (1, 6), Field.AM_PM: (0, 1), Field.HOUR: (0, 11), Field.HOUR_OF_DAY: (0, 23),
    Field.MINUTE: (0, 59), Field.SECOND: (0, 59), Field.MILLISECOND: (0, 999),
    Field.ZONE_OFFSET: (-13 * 3_600_000, 14 * 3_600_000), Field.DST_OFFSET: (0, 2 * 3_600_000),
}  # fmt: skip


class Fields:
    """Values with the order in which they were set."""

    def __init__(self) -> None:
        self._values: dict[Field, int] = {}
        self._stamps: dict[Field, int] = {}
        self._clock = 0

    def set(self, field: Field, value: int) -> None:
        """Set a field; it is the latest now."""
        self._clock += 1
        self._values[field] = value
        self._stamps[field] = self._clock

    def clear(self, field: Field) -> None:
        """Forget a field."""
        self._values.pop(field, None)
        self._stamps.pop(field, None)

    def add(self, field: Field, amount: int) -> None:
        """Add to a value, if there is one."""
        if field in self._values:
            self._values[field] += amount

    def get(self, field: Field, default: int = 0) -> int:
        """The value, or the default."""
        return self._values.get(field, default)

    def stamp(self, field: Field) -> int:
        """When it was set; 0 if not."""
        return self._stamps.get(field, 0)

    def both(self, field: Field, other: Field) -> int:
        """When the later of two was set; 0 unless both are."""
        first, second = self.stamp(field), self.stamp(other)
        return max(first, second) if first and second else 0

    def __contains__(self, field: Field) -> bool:
        return field in self._stamps

    def __iter__(self) -> Iterator[tuple[Field, int]]:
        return iter(self._values.items())

    def copy(self) -> Fields:
        """One to change."""
        other = Fields()
        other._values, other._stamps, other._clock = dict(self._values), dict(self._stamps), self._clock
        return other


def resolve(fields: Fields, zone: Zone, *, lenient: bool = True) -> int:
    """Milliseconds since 1970 (a Java long: it may wrap); ValueError for what a strict format refuses."""
    if fields.stamp(Field.WEEK_YEAR) > fields.stamp(Field.YEAR):
        fields = _with_week_date(fields, lenient=lenient)
    if not lenient:
        _check_ranges(fields)
    day, time = _wall(fields, lenient=lenient)
    wall = narrow(day * DAY_MILLIS + time, 64)
    raw, dst = fields.get(Field.ZONE_OFFSET), fields.get(Field.DST_OFFSET)
    if Field.ZONE_OFFSET not in fields or Field.DST_OFFSET not in fields:
        found = zone.at_wall(wall)
        raw = raw if Field.ZONE_OFFSET in fields else found.raw
        dst = dst if Field.DST_OFFSET in fields else found.dst
    if not lenient:
        _check_kept(fields, day_fields(day), time)
    return narrow(wall - raw - dst, 64)


def _wall(fields: Fields, *, lenient: bool) -> tuple[int, int]:
    """Day and millisecond of the day, by the clock on the wall."""
    year = fields.get(Field.YEAR, 1970)
    era = fields.get(Field.ERA, AD)
    if era == BC:
        year = narrow(1 - year, 32)
    hours = _hours(fields)
    seconds = (hours * 60 + fields.get(Field.MINUTE)) * 60 + fields.get(Field.SECOND)
    days, time = divmod(seconds * 1000 + fields.get(Field.MILLISECOND), DAY_MILLIS)
    way = _way(fields)
    later = days + _day(fields, way, year, old=False)
    if year > CUTOVER_YEAR and later >= CUTOVER_DAY:
        return later, time
    earlier = days + _day(fields, way, year, old=True)
    if year > CUTOVER_YEAR or (year == CUTOVER_YEAR and way not in _BY_YEAR):
        if later >= CUTOVER_DAY:
            return later, time
        if earlier >= CUTOVER_DAY and not lenient:
            raise ValueError("the specified date doesn't exist")
    return earlier, time


def _hours(fields: Fields) -> int:
    of_day = fields.stamp(Field.HOUR_OF_DAY)
    best = max(fields.both(Field.HOUR, Field.AM_PM), of_day) or max(fields.stamp(Field.HOUR), fields.stamp(Field.AM_PM))
    if best and best == of_day:
        return fields.get(Field.HOUR_OF_DAY)
    return fields.get(Field.HOUR) + 12 * fields.get(Field.AM_PM)


_BY_YEAR = (Field.DAY_OF_YEAR, Field.WEEK_OF_YEAR)


def _way(fields: Fields) -> Field:
    """Which field names the day: DAY_OF_MONTH, WEEK_OF_MONTH, DAY_OF_WEEK_IN_MONTH, DAY_OF_YEAR or WEEK_OF_YEAR."""
    weekday = Field.DAY_OF_WEEK
    in_month = fields.stamp(Field.DAY_OF_MONTH)
    week = fields.both(Field.WEEK_OF_MONTH, weekday)
    nth = fields.both(Field.DAY_OF_WEEK_IN_MONTH, weekday)
    of_year = fields.stamp(Field.DAY_OF_YEAR)
    year_week = fields.both(Field.WEEK_OF_YEAR, weekday)
    best = max(in_month, week, nth, of_year, year_week)
    if not best:  # no complete one: a week alone counts, and a weekday alone as the first such of the month
        week = fields.stamp(Field.WEEK_OF_MONTH)
        nth = max(fields.stamp(Field.DAY_OF_WEEK_IN_MONTH), fields.stamp(weekday))
        year_week = fields.stamp(Field.WEEK_OF_YEAR)
        best = max(week, nth, year_week)
        if not best:
            return Field.DAY_OF_MONTH
    if best == in_month:
        return Field.DAY_OF_MONTH
    return _way_by_week(fields, best, week, nth) or (Field.DAY_OF_YEAR if best == of_year else Field.WEEK_OF_YEAR)


def _way_by_week(fields: Fields, best: int, week: int, nth: int) -> Field | None:
    """A week of the month or n-th weekday, unless the week of the year is newer."""
    newest = fields.stamp(Field.WEEK_OF_YEAR)
    week_stamp, nth_stamp = fields.stamp(Field.WEEK_OF_MONTH), fields.stamp(Field.DAY_OF_WEEK_IN_MONTH)
    if not ((best == week and week_stamp >= newest) or (best == nth and nth_stamp >= newest)):
        return None
    if week == nth:
        return Field.WEEK_OF_MONTH if week_stamp >= nth_stamp else Field.DAY_OF_WEEK_IN_MONTH
    return Field.WEEK_OF_MONTH if best == week else Field.DAY_OF_WEEK_IN_MONTH


def _day(fields: Fields, way: Field, year: int, *, old: bool) -> int:
    """The day, counted by the Julian (old) or Gregorian calendar."""
    calendar = julian if old else gregorian
    if way in _BY_YEAR:
        first = calendar(year, 1, 1)
        if way is Field.DAY_OF_YEAR:
            return first + fields.get(Field.DAY_OF_YEAR) - 1
        week = _first_week(first)
        if Field.DAY_OF_WEEK in fields and fields.get(Field.DAY_OF_WEEK) != SUNDAY:
            week = on_or_before(week + 6, _weekday(fields))
        return week + 7 * (fields.get(Field.WEEK_OF_YEAR) - 1)
    month = fields.get(Field.MONTH)
    year, month = narrow(year + month // 12, 32), month % 12
    first = calendar(year, month + 1, 1)
    if way is Field.DAY_OF_MONTH:
        return first + fields.get(Field.DAY_OF_MONTH, 1) - 1
    if way is Field.WEEK_OF_MONTH:
        week = _first_week(first)
        if Field.DAY_OF_WEEK in fields:
            week = on_or_before(week + 6, _weekday(fields))
        return week + narrow(7 * (fields.get(Field.WEEK_OF_MONTH) - 1), 32)
    weekday = _weekday(fields)
    nth = fields.get(Field.DAY_OF_WEEK_IN_MONTH, 1)
    if nth >= 0:
        return on_or_before(first + narrow(7 * nth, 32) - 1, weekday)
    return on_or_before(first + narrow(_month_length(year, month) + 7 * (nth + 1), 32) - 1, weekday)


def _weekday(fields: Fields) -> int:
    return narrow(fields.get(Field.DAY_OF_WEEK, SUNDAY) - 1, 32) + 1


def _first_week(first: int) -> int:
    """Where the week that holds this day begins."""
    return on_or_before(first, SUNDAY)


def _month_length(year: int, month: int) -> int:
    calendar = gregorian if year > CUTOVER_YEAR else julian
    return calendar(year + (month == 11), (month + 1) % 12 + 1, 1) - calendar(year, month + 1, 1)


def _with_week_date(fields: Fields, *, lenient: bool) -> Fields:
    """Year, month and day in place of week year, week and weekday."""
    week_year, week = fields.get(Field.WEEK_YEAR), fields.get(Field.WEEK_OF_YEAR, 1)
    weekday = fields.get(Field.DAY_OF_WEEK, SUNDAY)
    if not 1 <= weekday <= 7 and lenient:  # an ISO weekday (u) out of range: 1 is Monday
        weeks, rest = divmod(weekday - 1, 7)
        week = narrow(week + weeks, 32)
        weekday = rest % 7 + 2 if rest < 6 else SUNDAY
    if not 1 <= weekday <= 7:
        raise ValueError(f"invalid dayOfWeek: {weekday}")
    changed = fields.copy()
    changed.clear(Field.WEEK_YEAR)
    day, time = _wall(changed, lenient=True)
    era = day_fields(narrow(day * DAY_MILLIS + time, 64) // DAY_MILLIS).era
    start = Fields()
    for field, value in (
        (Field.ERA, era),
        (Field.YEAR, week_year),
        (Field.WEEK_OF_YEAR, 1),
        (Field.DAY_OF_WEEK, SUNDAY),
    ):
        start.set(field, value)
    millis = narrow(_wall(start, lenient=True)[0] * DAY_MILLIS, 64)
    millis = narrow(millis + narrow(weekday - SUNDAY + 7 * (week - 1), 32) * DAY_MILLIS, 64)
    found = day_fields(millis // DAY_MILLIS)
    if not lenient and (found.week_year, found.week_of_year, found.day_of_week) != (week_year, week, weekday):
        raise ValueError("no such week date")
    changed.set(Field.ERA, found.era)
    changed.set(Field.YEAR, found.year)
    changed.set(Field.MONTH, found.month - 1)
    changed.set(Field.DAY_OF_MONTH, found.day)
    return changed


def _check_ranges(fields: Fields) -> None:
    for field, value in fields:
        low, high = _RANGES.get(field, (value, value))  # a week year that YEAR outdid is not checked
        if not low <= value <= high:
            raise ValueError(field.name)


def _check_kept(fields: Fields, day: Day, time: int) -> None:
    """Strict: no field may have been carried into another."""
    hour = time // 3_600_000
    found = {
        Field.ERA: day.era, Field.YEAR: day.year, Field.MONTH: day.month - 1, Field.WEEK_OF_YEAR: day.week_of_year,
        Field.WEEK_OF_MONTH: day.week_of_month, Field.DAY_OF_MONTH: day.day, Field.DAY_OF_YEAR: day.day_of_year,
        Field.DAY_OF_WEEK: day.day_of_week, Field.DAY_OF_WEEK_IN_MONTH: day.day_of_week_in_month,
        Field.AM_PM: hour // 12, Field.HOUR: hour % 12, Field.HOUR_OF_DAY: hour,
        Field.MINUTE: time // 60_000 % 60, Field.SECOND: time // 1000 % 60, Field.MILLISECOND: time % 1000,
    }  # fmt: skip
    for field, value in fields:
        if found.get(field, value) != value:
            raise ValueError(f"{field.name}: {value} -> {found[field]}")
