"""Conversions by example; the fuzz family ``values convert`` asks Java."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from connect_core.data import convert, date_schema, struct, timestamp_schema
from connect_core.data.schema import INT32
from connect_core.errors import DataError

MOMENT = datetime(2020, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)


def test_numbers() -> None:
    assert convert.to_byte(None, "1e3") == -24
    assert convert.to_long(None, 1e300) == 2**63 - 1
    assert convert.to_float(None, Decimal("0.1")) == 0.10000000149011612
    assert convert.to_boolean(None, "0.5") is False
    assert convert.to_integer(date_schema(), date(1970, 1, 3)) == 2
    assert convert.to_decimal(None, b"\x01\x00", 2) == Decimal("2.56")
    assert convert.to_short(None, None) is None


def test_moments() -> None:
    assert convert.to_date(timestamp_schema(), MOMENT) == date(2020, 1, 2)
    assert convert.to_time(timestamp_schema(), MOMENT) == time(3, 4, 5, 6000)
    assert convert.to_timestamp(None, "2020-01-02T03:04:05.006Z") == MOMENT
    assert convert.to_timestamp(date_schema(), date(2020, 1, 2)) == datetime(2020, 1, 2, tzinfo=UTC)


def test_containers() -> None:
    assert convert.to_list(None, '[1,"a"]') == [1, "a"]
    assert convert.to_map(None, '{"a":1}') == {"a": 1}
    assert convert.to_struct(struct([("a", INT32)]), {"a": 1}) == {"a": 1}


def test_complaints_show_value_class_and_target() -> None:
    with pytest.raises(DataError, match=r"Unable to convert x \(class java.lang.String\) to a number"):
        convert.to_long(None, "x")
    with pytest.raises(DataError, match=r"Unable to convert \{a=1\} \(class java.util.HashMap\) to Schema\{ARRAY\}"):
        convert.to_list(None, {"a": 1})
    with pytest.raises(DataError, match="a null value"):
        convert.to_date(None, None)
