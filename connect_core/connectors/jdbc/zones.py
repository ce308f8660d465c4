"""Java zone ids (IANA names, offsets, the JDK's short ids) as Python zones. UTC needs no zone database."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connect_core.errors import ConfigError

SHORT_IDS = {
    "ACT": "Australia/Darwin",
    "AET": "Australia/Sydney",
    "AGT": "America/Argentina/Buenos_Aires",
    "ART": "Africa/Cairo",
    "AST": "America/Anchorage",
    "BET": "America/Sao_Paulo",
    "BST": "Asia/Dhaka",
    "CAT": "Africa/Harare",
    "CNT": "America/St_Johns",
    "CST": "America/Chicago",
    "CTT": "Asia/Shanghai",
    "EAT": "Africa/Addis_Ababa",
    "ECT": "Europe/Paris",
    "EST": "-05:00",
    "HST": "-10:00",
    "IET": "America/Indiana/Indianapolis",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "MIT": "Pacific/Apia",
    "MST": "-07:00",
    "NET": "Asia/Yerevan",
    "NST": "Pacific/Auckland",
    "PLT": "Asia/Karachi",
    "PNT": "America/Phoenix",
    "PRT": "America/Puerto_Rico",
    "PST": "America/Los_Angeles",
    "SST": "Pacific/Guadalcanal",
    "VST": "Asia/Ho_Chi_Minh",
}
"""java.time.ZoneId.SHORT_IDS."""
_OFFSET = re.compile(r"(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?")


@lru_cache
def zone(text: str) -> tzinfo:
    """The zone of a Java id; ValueError if there is none."""
    name = SHORT_IDS.get(text, text)
    if name in ("UTC", "GMT", "UT", "Z", "Etc/UTC", "Etc/GMT", "GMT0", "Zulu", "Universal"):
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        hours, minutes, seconds = (int(part or 0) for part in offset.groups()[1:])
        delta = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if delta > timedelta(hours=18) or minutes > 59 or seconds > 59:
            raise ValueError(f"Zone offset not in valid range: {text}")
        return timezone(-delta if offset[1] == "-" else delta)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"Unknown time-zone ID: {text}") from error


def check_zone(name: str, value: str | None) -> None:
    """A time zone that Java knows, such as UTC or Europe/Berlin."""
    try:
        zone(value or "")
    except ValueError:
        hint = "See the list of valid time zones at https://docs.oracle.com/javase/8/docs/api/java/time/ZoneId.html"
        raise ConfigError.invalid(name, value, f"Invalid time zone. {hint}#shortIds") from None
