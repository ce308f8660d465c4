"""Dates at the ends of what Java and Python can hold; expected numbers are those of the original connector."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connect_core.connectors.jdbc import temporal

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
