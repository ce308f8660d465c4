"""Boundaries of ``rotate.schedule.interval.ms``: every so many milliseconds from 00:00 in a zone, anew each day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from re import fullmatch
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connect_core.errors import ConfigError


@lru_cache(maxsize=16)
def zone_of(name: str) -> tzinfo:
    """The zone ``timezone`` names: an IANA name or an offset as +02:00; ConfigError otherwise."""
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    offset = fullmatch(r"([+-])(\d\d):?(\d\d)", name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "a time zone is needed by rotate.schedule.interval.ms" if not name else "no such time zone"
        raise ConfigError.invalid("timezone", name, f"{hint}, expected a name as UTC or Europe/Berlin") from None


class Schedule:
    """The boundaries of one interval in one zone; times are epoch milliseconds."""

    def __init__(self, interval_ms: int, zone: tzinfo) -> None:
        self._interval, self._zone = interval_ms, zone

    def following(self, now: int) -> int:
        """The first boundary after ``now``; a day's last interval ends with the day."""
        midnight, next_midnight = self._day(now)
        steps = (now - midnight) // self._interval + 1
        return min(midnight + steps * self._interval, next_midnight)

    def latest(self, now: int) -> int:
        """The last boundary not after ``now``."""
        midnight, _ = self._day(now)
        return midnight + (now - midnight) // self._interval * self._interval

    def _day(self, now: int) -> tuple[int, int]:
        """First instants of the day and of the next one: 23 or 25 hours apart when clocks change."""
        local = datetime.fromtimestamp(now / 1000, self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        after = midnight + timedelta(days=1)
        return _millis(midnight), _millis(after)


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
