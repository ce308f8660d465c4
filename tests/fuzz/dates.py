"""Date patterns: SimpleDateFormat asked to write and to read, in the locale and zones of Kafka Connect."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from connect_core.java.dates import DateFormat
from tests.fuzz.family import Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

LETTERS = "GyMdkHmsSEDFwWahKzZYuXL"
USUAL = [
    "yyyyMMdd", "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "yyyy-MM-dd'T'HH:mm:ssZ", "EEE, dd MMM yyyy HH:mm:ss zzz", "MM/dd/yy h:mm a", "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "YYYY-'W'ww-u", "yyyy.MM.dd G 'at' HH:mm:ss z", "EEE, MMM d, ''yy", "hh 'o''clock' a, zzzz", "K:mm a, z",
    "yyMMddHHmmssZ", "dd-MMM-yyyy",
    "EEE, dd MMM yyyy HH:mm:ss Z", "EEEE dd MMMM yyyy", "MMMdd yyyyHHmm", "yyyyMMMdd'E'HHX", "dd MMM yyyy'May'",
    "yyyyy.MMMMM.dd GGG hh:mm aaa", "yyyy-DDD", "yyyyMM", "HH:mm:ss",
    "ddMMyyyy'x'HHmm", "yyyy MM W E", "LLLL yyyy", "F E MMM y",
]  # fmt: skip
ZONES = [
    "UTC", "GMT", "GMT+1", "GMT-09:30", "Europe/Paris", "America/Los_Angeles", "Asia/Kolkata", "Europe/Dublin",
    "Australia/Lord_Howe", "Asia/Tokyo", "Etc/UTC", "America/Sao_Paulo", "Asia/Kathmandu",
    "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Shanghai", "Australia/Sydney", "America/St_Johns",
    "Pacific/Auckland", "Pacific/Chatham", "Africa/Cairo", "Africa/Johannesburg", "Asia/Tehran", "Europe/Moscow",
    "America/Argentina/Buenos_Aires", "Pacific/Apia", "Asia/Jerusalem", "PST", "JST", "Etc/GMT+5",
    "GMT+14:00", "GMT-00:30", "America/Halifax", "Asia/Singapore", "Atlantic/Azores",
]  # fmt: skip
LITERALS = [
    "-",
    "/",
    " ",
    ":",
    ".",
    "'T'",
    "''",
    "'o''clock'",
    ",",
    "年",
    "'%d'",
    "_",
    "\u00a0",
    "(",
    "'😀'",
    "'a b'",
    "1",
]
BAD = ["b", "'", "XXXX", "yyyy'", "é", "C", "j", "XXXXX"]
ODD_TEXTS = [
    "", " ", "\t", "-", "+", "0", "99", "1E3", "1E-2", "NaN", "∞", "-∞", "٣", "１２", "GMT", "gmt+1:00", "UTC", "PST",
    "pdt", "Z", "z", "+0100", "+01:00", "-2359", "+2400", "2147483648", "99999999999999999999", "9223372036854775807",
    "00", "Sept", "Sep", "may", "MAY", "ſep", "Pacific Daylight Time", "CET", "AD", "bc", "Anno Domini", "pm", "12",
    "24", "-1", "\u00a0", "1E99", "1E", "E", ".", "IST", "CST", "BST", "GMT-3", "GMT-03:00", "GMT+25:00", "AM",
    "noon",
]  # fmt: skip
FIRST_WITH_RULES = 63_072_000_000


class Case(NamedTuple):
    """A pattern, a zone, and an instant to write or a text to read."""

    pattern: str
    zone: str
    asked: Any
    lenient: bool = True


def pattern(random: Random) -> str:
    roll = random.random()
    if roll < 0.4:
        return random.choice(USUAL)
    pieces = []
    for _ in range(random.randint(1, 7)):
        pieces.append(random.choice(LETTERS) * random.choice((1, 1, 2, 2, 3, 4, 5)))
        if random.random() < 0.55:
            pieces.append(random.choice(LITERALS))
    if random.random() < 0.03:
        pieces.insert(random.randrange(len(pieces) + 1), random.choice(BAD))
    return "".join(pieces)


def _instant(random: Random) -> int:
    roll = random.random()
    if roll < 0.5:
        return random.randrange(-1_000_000_000_000, 4_000_000_000_000)
    if roll < 0.6:
        return random.randrange(-12_300_000_000_000, -12_100_000_000_000)  # around October 1582
    if roll < 0.75:
        return random.randrange(-(10**15), 3 * 10**14)
    if roll < 0.85:
        return random.choice((0, -1, 1, 86_399_999, 86_400_000, -86_400_000, 2**31, 2**53, -(2**53), 10**17, -(10**17)))
    year_end = random.randrange(-3000, 3000) * 31_556_952_000
    return year_end + random.randrange(-10, 10) * 86_400_000 + random.randrange(86_400_000)


def _zone(random: Random) -> str:
    return "UTC" if random.random() < 0.6 else random.choice(ZONES)


def _write(bridge: Bridge) -> Family:
    simple, zones = bridge.jpype.JClass("java.text.SimpleDateFormat"), bridge.jpype.JClass("java.util.TimeZone")
    date, long = bridge.jpype.JClass("java.util.Date"), bridge.jpype.JLong

    def theirs(case: Case) -> Any:
        made = simple(bridge.text(case.pattern))
        made.setTimeZone(zones.getTimeZone(case.zone))
        return bridge.from_text(made.format(date(long(case.asked))))

    def compare(case: Case) -> Pair:
        return Pair(
            ours(lambda: DateFormat(case.pattern, case.zone).format(case.asked)), java(bridge, lambda: theirs(case))
        )

    def vary(_drawn: None, random: Random) -> Case:
        case = Case(pattern(random), _zone(random), _instant(random))
        while case.zone in ZONES[4:] and -2_208_988_800_000 <= case.asked < FIRST_WITH_RULES:
            case = case._replace(asked=_instant(random))
        return case

    return Family("dates format", st.none(), compare, vary=vary)


def _read(bridge: Bridge) -> Family:
    simple, zones = bridge.jpype.JClass("java.text.SimpleDateFormat"), bridge.jpype.JClass("java.util.TimeZone")

    def theirs(case: Case) -> Any:
        made = simple(bridge.text(case.pattern))
        made.setTimeZone(zones.getTimeZone(case.zone))
        made.setLenient(case.lenient)
        return [java(bridge, lambda text=text: int(made.parse(bridge.text(text)).getTime())) for text in case.asked]

    def mine(case: Case) -> Any:
        made = DateFormat(case.pattern, case.zone, lenient=case.lenient)
        return [ours(made.parse, text) for text in case.asked]

    def compare(case: Case) -> Pair:
        found = ours(mine, case), java(bridge, lambda: theirs(case))
        return Pair(*(_without_class(one) for one in found))

    def vary(_drawn: None, random: Random) -> Case:
        made, zone = pattern(random), _zone(random)
        return Case(made, zone, [_text(made, zone, random) for _ in range(2)], random.random() < 0.9)

    return Family("dates parse", st.none(), compare, vary=vary)


def _without_class(outcome: Any) -> Any:
    """A ParseException is a ValueError here: the users of the format make Connect's errors of it."""
    return [one[1] if isinstance(one, tuple) else one for one in outcome] if isinstance(outcome, list) else outcome


def _text(pattern: str, zone: str, random: Random) -> str:
    """Mostly what the pattern (or one like it) writes, often damaged."""
    try:
        text = DateFormat(pattern, zone).format(_instant(random))
    except ValueError:
        text = "2020-01-01"
    roll = random.random()
    if roll < 0.4:
        return text
    at = random.randrange(len(text) + 1)
    if roll < 0.6:
        return text[:at] + random.choice(ODD_TEXTS) + text[at + random.randint(0, 2) :]
    if roll < 0.7:
        return text[:at] + random.choice("0123456789 -:") + text[at + random.randint(0, 1) :]
    if roll < 0.8:
        return text[:at]
    if roll < 0.9:
        return random.choice((text.upper(), text.lower(), " " + text, text + "xyz", text.replace(" ", "\u00a0")))
    return "".join(random.choice(ODD_TEXTS) for _ in range(random.randint(1, 4)))


FAMILIES: dict[str, Maker] = {"dates format": _write, "dates parse": _read}
