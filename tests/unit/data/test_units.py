"""Logical values and their wire numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from connect_core.data import Schema, Type, decimal_schema, units
from connect_core.errors import DataError


def test_days_and_back() -> None:
    for days in (0, -1, 18262, -719162, 2932896):
        assert units.days(units.day(days)) == days
    assert units.day(18262) == date(2020, 1, 1)
    with pytest.raises(DataError, match="Date of day 2932897 lies outside the years 1 to 9999"):
        units.day(2932897)


def test_instants_are_utc_whatever_the_zone() -> None:
    moment = datetime(2024, 1, 1, 1, 0, 0, 1999, tzinfo=timezone(timedelta(hours=2)))
    assert units.millis(moment) == 1704063600001
    assert units.instant(1704063600001) == datetime(2023, 12, 31, 23, 0, 0, 1000, tzinfo=UTC)
    assert units.millis(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == -1
    with pytest.raises(DataError, match="outside the years"):
        units.instant(2**62)


def test_times() -> None:
    assert units.millis_of_day(time(10, 11, 12, 345678)) == 36672345
    assert units.time_of_day(36672345) == time(10, 11, 12, 345000)
    for beyond in (-1, 86_400_000):
        with pytest.raises(DataError, match="Time values must use number of milliseconds"):
            units.time_of_day(beyond)


def test_decimals_must_have_the_schemas_scale() -> None:
    assert units.unscaled(decimal_schema(2), Decimal("-1.00")).hex() == "9c"
    assert units.scaled(decimal_schema(-3), b"\x01") == Decimal("1E+3")
    with pytest.raises(DataError, match=r"Schema has scale 2, value has scale 1\."):
        units.unscaled(decimal_schema(2), Decimal("1.5"))
    nameless = Schema(Type.BYTES, name="org.apache.kafka.connect.data.Decimal")
    with pytest.raises(DataError, match="scale parameter not found"):
        units.scale_of(nameless)
    with pytest.raises(DataError, match="Invalid scale parameter"):
        units.scale_of(nameless.replace(parameters={"scale": "two"}))
