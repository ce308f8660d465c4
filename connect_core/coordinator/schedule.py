"""When a connector is due in functions mode: EventBridge's ``rate(...)`` and ``cron(...)`` texts, asked of a minute.

Stateless on purpose (I7): a minute is due or not, whatever ran before. Neighbour: `plan`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from connect_core.errors import ConfigError

_RATE = re.compile(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)")
_CRON = re.compile(r"cron\(\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+?)\s*\)")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: i for i, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
KEY = "function.schedule"


def due(schedule: str | None, now: float) -> bool:
    """True when the UTC minute that holds ``now`` is due; None or "" means every minute. ConfigError if unreadable."""
    text = (schedule or "").strip()
    if not text:
        return True
    if rate := _RATE.fullmatch(text):
        every = int(rate[1]) * _MINUTES[rate[2]]
        if every > 0:
            return int(now // 60) % every == 0
    if cron := _CRON.fullmatch(text):
        return _cron_due(cron.groups(), datetime.fromtimestamp(now, UTC), text=text)
    raise ConfigError.invalid(KEY, schedule, "Must be rate(<n> minutes|hours|days) or cron(<six fields>)")


def _cron_due(fields: tuple[str, ...], at: datetime, *, text: str) -> bool:
    minute, hour, day, month, weekday, year = fields
    try:
        matches = [
            _matches(minute, at.minute, low=0, high=59),
            _matches(hour, at.hour, low=0, high=23),
            _matches(day, at.day, low=1, high=31),
            _matches(month, at.month, low=1, high=12, names=_MONTHS),
            # EventBridge counts Sunday as 1.
            _matches(weekday, at.isoweekday() % 7 + 1, low=1, high=7, names=_DAYS),
            _matches(year, at.year, low=1970, high=2199),
        ]
        return all(matches)  # every field is read, so that a bad one shows whatever the time
    except ValueError as error:
        raise ConfigError.invalid(KEY, text, str(error)) from error


def _matches(field: str, value: int, *, low: int, high: int, names: dict[str, int] | None = None) -> bool:
    """One cron field: ``*``, ``?``, numbers or names, ranges, steps, commas; ValueError names what is not allowed."""
    return any(value in _choices(part, low=low, high=high, names=names or {}) for part in field.split(","))


def _choices(part: str, *, low: int, high: int, names: dict[str, int]) -> range:
    span, _, step = part.partition("/")
    if span in ("*", "?"):
        first, last = low, high
    else:
        begin, dash, end = span.partition("-")
        first = _number(begin, names)
        last = _number(end, names) if dash else (high if step else first)
    if not low <= first <= last <= high:
        raise ValueError(f"'{part}' is not within {low} and {high}")
    return range(first, last + 1, int(step) if step else 1)


def _number(text: str, names: dict[str, int]) -> int:
    number = names.get(text.upper())
    if number is not None:
        return number
    if not text.isdecimal():
        raise ValueError(f"'{text}' is not supported in a cron field")
    return int(text)
