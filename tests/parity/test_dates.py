"""Date formats against java.text.SimpleDateFormat where the fuzz families do not reach: tables, state, complaints."""

from __future__ import annotations

from importlib import resources
from types import ModuleType

import pytest

from connect_core.java.dates import DateFormat
from connect_core.java.dates.zones import zone
from tests.fuzz.family import Failed, java, ours
from tests.parity.bridge import Bridge


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


def test_the_names_of_zones_are_those_of_java(bridge: Bridge) -> None:
    lines: dict[str, list[str]] = {}
    for row in bridge.jpype.JClass("java.text.DateFormatSymbols").getInstance().getZoneStrings():
        name, *names = (bridge.from_text(text) or "" for text in row[:5])
        lines.setdefault("|".join(names), []).append(name)
    expected = "".join(f"{names}|{' '.join(ids)}\n" for names, ids in lines.items())
    assert resources.files("connect_core.java.dates").joinpath("zone_names.txt").read_text("utf-8") == expected


def test_offsets_since_1970(bridge: Bridge) -> None:
    zones = bridge.jpype.JClass("java.util.TimeZone")
    for name in ("UTC", "GMT+5:30", "GMT-1130", "PST", "Europe/London", "Europe/Dublin", "Asia/Tehran"):
        theirs = zones.getTimeZone(name)
        assert zone(name).raw == theirs.getRawOffset()
        for millis in range(0, 4_000_000_000_000, 91 * 86_400_000 + 12_345_678):
            assert sum(zone(name).at(millis)) == theirs.getOffset(millis), (name, millis)


def test_a_zone_in_the_text_stays(bridge: Bridge) -> None:
    pattern = "yyyy-MM-dd HH:mm z"
    mine, theirs = DateFormat(pattern), bridge.new("java.text.SimpleDateFormat", pattern)
    theirs.setTimeZone(bridge.jpype.JClass("java.util.TimeZone").getTimeZone("UTC"))
    for text in ("2020-07-01 10:00 PDT", "2020-07-01 10:00 CET", "2020-07-01 10:00 GMT", "2020-07-01 10:00 GMT+2:00"):
        assert mine.parse(text) == theirs.parse(text).getTime()
        assert mine.format(1_600_000_000_000) == str(theirs.format(bridge.new("java.util.Date", 1_600_000_000_000)))


@pytest.mark.parametrize("pattern", ["b", "yyyy'", "XXXX", "XXXX''", "é", "", "''", "'a''b'", "Q", "XXXXX'T"])
def test_complaints(bridge: Bridge, pattern: str) -> None:
    theirs = java(bridge, bridge.jpype.JClass("java.text.SimpleDateFormat"), bridge.text(pattern))
    mine = ours(DateFormat, pattern)
    assert isinstance(mine, Failed) == isinstance(theirs, Failed)
    assert mine == theirs or isinstance(mine, DateFormat)


@pytest.mark.parametrize("letter", "GyMdkHmsSEDFwWahKzZYuL")
def test_very_wide_fields(bridge: Bridge, letter: str) -> None:
    pattern = letter * 320
    theirs = bridge.new("java.text.SimpleDateFormat", pattern)
    theirs.setTimeZone(bridge.jpype.JClass("java.util.TimeZone").getTimeZone("UTC"))
    assert DateFormat(pattern).format(1_600_000_000_123) == str(
        theirs.format(bridge.new("java.util.Date", 1_600_000_000_123))
    )
