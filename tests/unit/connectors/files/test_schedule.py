"""Boundaries of the schedule, across days and clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connect_core.connectors.files.schedule import Schedule, zone_of
from connect_core.errors import ConfigError

HOUR = 3_600_000


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone_of(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("interval", "now", "following", "latest"),
    [
        (HOUR, "2024-03-05T10:15:00", "2024-03-05T11:00:00", "2024-03-05T10:00:00"),
        (HOUR, "2024-03-05T10:00:00", "2024-03-05T11:00:00", "2024-03-05T10:00:00"),
        (HOUR, "2024-03-05T23:30:00", "2024-03-06T00:00:00", "2024-03-05T23:00:00"),
        (7 * HOUR, "2024-03-05T22:00:00", "2024-03-06T00:00:00", "2024-03-05T21:00:00"),
        (48 * HOUR, "2024-03-05T22:00:00", "2024-03-06T00:00:00", "2024-03-05T00:00:00"),
    ],
)
def test_boundaries_count_from_midnight_and_end_with_the_day(
    interval: int, now: str, following: str, latest: str
) -> None:
    for zone in ("UTC", "Europe/Berlin", "+05:30"):
        schedule = Schedule(interval, zone_of(zone))
        assert schedule.following(at(now, zone)) == at(following, zone)
        assert schedule.latest(at(now, zone)) == at(latest, zone)


def test_days_of_23_and_25_hours() -> None:
    schedule = Schedule(24 * HOUR, zone_of("Europe/Berlin"))
    spring, autumn = at("2024-03-31T12:00:00", "Europe/Berlin"), at("2024-10-27T12:00:00", "Europe/Berlin")
    assert schedule.following(spring) - schedule.latest(spring) == 23 * HOUR
    assert schedule.latest(autumn) == at("2024-10-26T22:00:00")
    # 24 hours after midnight the long day is not over: one more, short interval.
    assert schedule.following(autumn) == at("2024-10-27T22:00:00")
    assert schedule.following(at("2024-10-27T22:30:00")) == at("2024-10-27T23:00:00")


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../etc/passwd", "+5"])
def test_a_zone_must_be_one(name: str) -> None:
    with pytest.raises(ConfigError, match="for configuration timezone"):
        zone_of(name)


def test_zones() -> None:
    assert zone_of("UTC") is UTC
    assert zone_of("-03:30").utcoffset(None) == -timedelta(hours=3, minutes=30)
