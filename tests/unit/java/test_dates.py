"""Date formats without a JVM: the short cuts, caches, and what is ours (errors about zones)."""

from __future__ import annotations

import pytest

from connect_core.java.dates import DateFormat
from connect_core.java.dates.zones import zone


@pytest.mark.parametrize(
    "pattern",
    [
        "yyyy-MM-dd",
        "yyyyMMddHHmmss",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "dd.MM.yyyy HH'h'",
        "yyyy X",
        "EEE, dd MMM yyyy HH:mm:ss Z",
        "MMMM dd yyyy",
    ],
)
def test_the_short_cut_reads_as_the_long_way_does(pattern: str) -> None:
    made = DateFormat(pattern)
    for millis in (-1, 0, 951_782_400_000, 1_600_000_000_123, 253_402_300_799_999, -11_000_000_000_000):
        text = made.format(millis)
        assert made.parse(text) == made._parse(text)
    odd = made.format(0).replace("01", "99")
    assert made.parse(odd) == made._parse(odd)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yyyy'1'MM", "2020102"),
        ("yyyy'E'MM", "2020E02"),
        ("MMM'ch'yyyy", "March2020"),
        ("EEE'day'yyyydd", "Sunday202001"),
    ],
)
def test_a_field_takes_what_it_can_get(pattern: str, text: str) -> None:
    with pytest.raises(ValueError, match="Unparseable date"):
        DateFormat(pattern).parse(text)


def test_more_days_than_are_kept() -> None:
    made = DateFormat("yyyy-MM-dd HH")
    texts = [made.format(hour * 7_200_000) for hour in range(20_000)]
    assert [made.parse(text) for text in texts] == [hour * 7_200_000 for hour in range(20_000)]
    assert texts[0] == "1970-01-01 00"


def test_a_text_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r'^Unparseable date: "soon"$'):
        DateFormat("yyyy").parse("soon")


@pytest.mark.parametrize("name", ["Mars/Olympus", "GMT+24", "GMT+1:60", "", "../etc/passwd"])
def test_an_unknown_zone(name: str) -> None:
    with pytest.raises(ValueError, match="Unknown time zone"):
        zone(name)


def test_strict_refuses_what_lenient_carries() -> None:
    assert DateFormat("yyyy-MM-dd").parse("2021-02-29") == DateFormat("yyyy-MM-dd").parse("2021-03-01")
    with pytest.raises(ValueError, match="Unparseable"):
        DateFormat("yyyy-MM-dd", lenient=False).parse("2021-02-29")
