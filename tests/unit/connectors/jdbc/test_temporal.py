"""Dates at the ends of what Java and Python can hold; expected numbers are those of the original connector."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connect_core.connectors.jdbc import temporal
from connect_core.errors import DataError

NEW_YORK = ZoneInfo("America/New_York")


def test_the_last_hours_of_9999_are_read_west_of_greenwich() -> None:
    stamp = temporal.instant_reader(NEW_YORK, legacy=True)("9999-12-31 23:59:59.999999")
    assert (stamp - temporal.EPOCH) // timedelta(milliseconds=1) == 253402318799999
    iso = temporal.granularity("micros_iso_datetime_string", NEW_YORK)
    assert iso is not None
    assert iso(stamp) == "9999-12-31T23:59:59.999999"


def test_a_zoned_text_keeps_its_instant_to_the_end() -> None:
    read = temporal.zoned_reader(legacy=True)
    assert temporal.epoch_ms(read("9999-12-31 23:59:59.5-05:00")) == 253402318799500
    assert read("2024-03-10 07:00:00+05:30") == datetime(2024, 3, 10, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(("year", "nanos"), [(9999, (1 << 63) - 1), (1000, -(1 << 63)), (2024, 1704067200000000000)])
def test_nanoseconds_stop_at_the_ends_of_a_long(year: int, nanos: int) -> None:
    convert = temporal.granularity("nanos_long", UTC)
    assert convert is not None
    assert convert(datetime(year, 1, 1, tzinfo=UTC)) == nanos


@pytest.mark.parametrize(
    ("text", "zone", "milliseconds"),
    [
        ("1000-01-01 00:00:00.001", "America/New_York", -30609773999999),
        ("1899-12-31 00:00:00", "America/New_York", -2209057200000),
        ("1000-01-01 00:00:00.001", "Asia/Kolkata", -30609811799999),
    ],
)
def test_local_mean_time_is_unknown_to_javas_calendars(text: str, zone: str, milliseconds: int) -> None:
    assert temporal.epoch_ms(temporal.instant_reader(ZoneInfo(zone), legacy=True)(text)) == milliseconds


@pytest.mark.parametrize("text", ["infinity", "-infinity", "0044-03-15 12:00:00 BC"])
def test_times_that_cannot_be_held_are_named(text: str) -> None:
    for read in (
        temporal.instant_reader(UTC, legacy=True),
        temporal.instant_reader(NEW_YORK, legacy=False),
        temporal.zoned_reader(legacy=True),
        temporal.date_reader(legacy=True),
    ):
        with pytest.raises(DataError, match="lies outside the years 1 to 9999"):
            read(text)


def test_instants_before_1900_are_shown_in_standard_time() -> None:
    instant = temporal.from_epoch_ms(-30609773999999)
    assert temporal.utc_to_local(instant, NEW_YORK).isoformat() == "1000-01-06T00:00:00.001000-05:00"
    assert temporal.utc_to_local(datetime(2024, 7, 1, tzinfo=UTC), NEW_YORK).isoformat() == "2024-06-30T20:00:00-04:00"
