"""``Values``: what texts become, what values become as text, and conversions between types."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Float32, Schema, convert, units
from connect_core.data.values import from_text, to_text
from connect_core.errors import DataError
from tests.fuzz._shapes import NAMES, schema, schemaless
from tests.fuzz._transforms import shaped
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.java_numbers import number_text
from tests.fuzz.values import text
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

VALUES = "org.apache.kafka.connect.data.Values"
MOMENTS = "a header text of a moment that Python has no type for stays text"
MIN_MILLIS, MAX_MILLIS = -62_135_596_800_000, 253_402_300_799_999
YEARS = "Python's dates have the years 1 to 9999"
TEMPORALS = (
    "2020-01-02", "2020-13-45", "0003-03-01", "1582-10-05", "9999-12-31", "99999-01-01", "2020-1-1", "2020-01-02 ",
    "10:11:12.123Z", "10\\:11\\:12.123Z", "99:99:99.999Z", "2020-01-02T10:11:12.123Z", "2020-01-02T10\\:11:12.123Z",
    "2020-01-02T10:11:12.123X", "0000-00-00", "-100-01-01", "2020-01-02T25:61:61.999Z", "1:2:3.4Z", "001:02:03.4Z",
    "+020-01-02", "2020-+1-02", "2020- 1-02", "20201-1-02", "10:11:12.12ZZ", "1011:12.123Z", "2020-01-0x",
)  # fmt: skip
WORDS = ("null", "true", "false", "True", "NULL", " null ", "true ", "nulltrue", "a", "ab c", "😀", "\\", "\\\\", "")


def in_utc(bridge: Bridge) -> None:
    """Set the JVM's zone: ``Values`` reads and writes moments in it, we in UTC."""
    zone = bridge.jpype.JClass("java.util.TimeZone")
    zone.setDefault(zone.getTimeZone("UTC"))


def grammar_text(random: Random, depth: int = 3) -> str:
    """A text that the parser of headers may find something in; broken now and then."""
    made = _element(random, depth)
    if random.random() < 0.25:
        at = random.randint(0, len(made))
        made = made[:at] + random.choice((*',:[]{}" \\', "\t", "null", "1", "")) + made[at + random.randint(0, 1) :]
    return made


def _element(random: Random, depth: int) -> str:
    chosen = random.random()
    if depth and chosen < 0.3:
        parts = [_element(random, depth - 1) for _ in range(random.choice((0, 1, 2, 2, 3)))]
        return "[" + _comma(random).join(parts) + random.choice(("]", "]", "]", ",]", " ]", ""))
    if depth and chosen < 0.5:
        pairs = [
            _element(random, min(1, depth - 1)) + random.choice((":", ":", " : ")) + _element(random, depth - 1)
            for _ in range(random.choice((0, 1, 1, 2)))
        ]
        return "{" + _comma(random).join(pairs) + random.choice(("}", "}", "}", ",}", " }", ""))
    if chosen < 0.65:
        return number_text(random)
    if chosen < 0.75:
        return random.choice(TEMPORALS)
    if chosen < 0.9:
        inner = random.choice((random.choice(WORDS), random.choice(TEMPORALS), number_text(random), text(random)))
        return f'"{inner}"'
    return random.choice((random.choice(WORDS), text(random)))


def _comma(random: Random) -> str:
    return random.choice((",", ",", ",", " , ", ", "))


_MOMENT = re.compile(r"[\d.:TZ-]{10,24}")


def _parse(bridge: Bridge) -> Family:
    in_utc(bridge)
    theirs = bridge.jpype.JClass(VALUES).parseString

    def compare(case: str) -> Pair:
        found = java(bridge, theirs, bridge.text(case))
        mine = ours(from_text, case)
        if not isinstance(mine, Failed):
            mine = (mine[0], shaped(*mine))
        try:
            return Pair(mine, found if isinstance(found, Failed) else _from_java(bridge, found))
        except DataError as error:
            return Pair(mine, f"Java has it: {error}")

    def vary(_: None, random: Random) -> str:
        return grammar_text(random)

    def known(case: Any, pair: Pair) -> str | None:
        if isinstance(pair.ours, Failed) or isinstance(pair.java, Failed):
            return None
        return MOMENTS if isinstance(pair.java, str) or holds_foreign(bridge, case) else None

    return Family("values parse", st.none(), compare, known, (MOMENTS,), vary)


def is_foreign(bridge: Bridge, text: str) -> bool:
    """Does Java make of this text a moment, or something with one, that Python has no type for?"""
    try:
        _from_java(bridge, bridge.call(bridge.jpype.JClass(VALUES).parseString, bridge.text(text)))
    except DataError:
        return True
    return False


def holds_foreign(bridge: Bridge, text: str) -> bool:
    """Is a part of this text such a moment?"""
    return any(is_foreign(bridge, moment) for moment in _MOMENT.findall(text))


def _from_java(bridge: Bridge, found: Any) -> Any:
    if found is None:
        return (None, shaped(None, None))
    made = bridge.from_schema(found.schema())
    return made, shaped(made, bridge.from_value(made, found.value()))


def _text(bridge: Bridge) -> Family:
    in_utc(bridge)
    theirs = bridge.jpype.JClass(VALUES).convertToString

    def draw(seed: int) -> Schema | None:
        random = Random(seed)
        return schema(random) if random.random() < 0.8 else None

    def vary(found: Schema | None, random: Random) -> Any:
        return found, schemaless(random) if found is None else random_value(found, random, entries=3)

    def compare(case: tuple[Schema | None, Any]) -> Pair:
        found, value = case
        made = java(bridge, theirs, bridge.schema(found), bridge.value(found, value))
        mine = None if value is None else ours(to_text, found, value)  # the header converter asks first
        return Pair(mine, made if isinstance(made, Failed) else bridge.from_text(made))

    return Family("values text", st.integers(0, 2**62).map(draw), compare, vary=vary)


def _convert(bridge: Bridge) -> Family:
    in_utc(bridge)
    values = bridge.jpype.JClass(VALUES)
    two = bridge.jpype.JInt(2)
    both: dict[str, tuple[Callable[[Schema | None, Any], Any], Callable[[Any, Any], Any]]] = {
        "Boolean": (convert.to_boolean, values.convertToBoolean),
        "Byte": (convert.to_byte, values.convertToByte),
        "Short": (convert.to_short, values.convertToShort),
        "Integer": (convert.to_integer, values.convertToInteger),
        "Long": (convert.to_long, values.convertToLong),
        "Float": (convert.to_float, values.convertToFloat),
        "Double": (convert.to_double, values.convertToDouble),
        "Date": (convert.to_date, values.convertToDate),
        "Time": (convert.to_time, values.convertToTime),
        "Timestamp": (convert.to_timestamp, values.convertToTimestamp),
        "List": (convert.to_list, values.convertToList),
        "Map": (convert.to_map, values.convertToMap),
        "Struct": (convert.to_struct, values.convertToStruct),
        "Decimal": (
            lambda schema, value: convert.to_decimal(schema, value, 2),
            lambda schema, value: values.convertToDecimal(schema, value, two),
        ),
    }

    def draw(seed: int) -> Schema | None:
        random = Random(seed)
        return None if random.random() < 0.3 else schema(random, 1)

    def vary(found: Schema | None, random: Random) -> Any:
        value = schemaless(random, 1) if found is None else random_value(found, random, entries=3)
        if isinstance(value, str):
            value = random.choice((grammar_text, number_text))(random)
        value = _carried(value)
        return random.choice(list(both)), found, value

    def compare(case: tuple[str, Schema | None, Any]) -> Pair:
        name, found, value = case
        mine, theirs = both[name]
        result = java(bridge, theirs, bridge.schema(found), bridge.value(found, value))
        return Pair(_moment(ours(mine, found, value), found), _java_moment(bridge, result, found))

    def known(case: Any, pair: Pair) -> str | None:
        if isinstance(pair.java, Failed) and pair.java.name in _BARE:
            told = isinstance(pair.ours, Failed) and pair.ours.message.startswith("Unable to convert")
            return BARE if told and pair.ours.name.endswith(".DataException") else None
        return MOMENTS if isinstance(case[2], str) and holds_moment(case[2]) else _years(pair)

    def holds_moment(text: str) -> bool:
        """Does Java find a moment in the text that Python has no type for?"""
        found = java(bridge, values.parseString, bridge.text(text))
        try:
            return not isinstance(found, Failed) and _from_java(bridge, found) is None
        except DataError:
            return True

    return Family("values convert", st.integers(0, 2**62).map(draw), compare, known, (BARE, MOMENTS, YEARS), vary)


_BARE = ("java.lang.NullPointerException", "java.lang.NumberFormatException")
BARE = "what cannot be converted is a DataException that shows the value"
_ADDRESS = re.compile(r"\[B@[0-9a-f]+")


def _years(pair: Pair) -> str | None:
    told = isinstance(pair.ours, Failed) and pair.ours.message.endswith("outside the years 1 to 9999")
    return YEARS if told and isinstance(pair.java, int) and not MIN_MILLIS <= pair.java <= MAX_MILLIS else None


_NAMES = frozenset(NAMES)


def _carried(value: Any) -> Any:
    """JPype cannot carry lone surrogates in the messages of exceptions, and BigDecimal's cut characters in halves."""
    if isinstance(value, dict):  # the names of a struct's fields can be carried
        return {key if key in _NAMES else _carried(key): _carried(element) for key, element in value.items()}
    if isinstance(value, list):
        return [_carried(element) for element in value]
    return "".join(char if char < "\ud800" else "*" for char in value) if isinstance(value, str) else value


def _moment(value: Any, schema: Schema | None) -> Any:
    """Dates, times and timestamps as milliseconds: Java has one class for them."""
    if isinstance(value, Failed):
        return value._replace(message=_ADDRESS.sub("[B@", value.message))
    if isinstance(value, time):
        return units.millis_of_day(value)
    if isinstance(value, datetime):
        return units.millis(value)
    if isinstance(value, date):
        return units.days(value) * units.DAY_MILLIS
    return shaped(schema if isinstance(value, (dict, list)) else None, value)


def _java_moment(bridge: Bridge, value: Any, schema: Schema | None) -> Any:
    if isinstance(value, Failed):
        message = value.message.replace("java.util.LinkedHashMap", "java.util.HashMap")
        return _moment(value._replace(message=message), None)
    if isinstance(value, bridge.jpype.JClass("java.util.Date")):
        return int(value.getTime())
    found = bridge.from_value(schema, value)
    return _moment(float(found) if isinstance(found, Float32) else found, schema)


FAMILIES: dict[str, Maker] = {"values parse": _parse, "values text": _text, "values convert": _convert}
