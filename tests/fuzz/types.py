"""The transforms that change what a field is: Cast, MaskField, TimestampConverter; wrong configs and values too."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from connect_core.data import Float32, Record, Schema, Type
from connect_core.java.dates import DateFormat
from connect_core.java.numbers import to_float32
from tests.fuzz import _struct_defaults, dates
from tests.fuzz._shapes import bend_config, listed, names_for, record, side_schemas
from tests.fuzz._transforms import Kept, Twins
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.header_values import in_utc
from tests.fuzz.java_numbers import number_text
from tests.fuzz.values import text
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms"
COLON = "Cast with `:` as an item"
STRUCT_DEFAULT = "a null struct gets its default"
TARGETS = ("int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string")
ODD_TARGETS = ("bytes", "array", "struct", "foo", "", "STRING", " Int8 ", "ınt8", "int8:x", "decimal")

type Configure = Callable[[Random, Schema | None], dict[str, str]]
type Texts = Callable[[Random], str]
type Known = Callable[[Any, Pair], str | None]


def _family(name: str, configure: Configure, *, texts: Texts, known: Known, differences: tuple[str, ...] = ()) -> Maker:
    """The family of one class; ``texts`` makes strings that it may be able to read."""

    def make(bridge: Bridge) -> Family:
        in_utc(bridge)

        twins = Twins(bridge)
        kept: Kept[tuple[str, dict[str, str]]] = Kept()

        def drawn(found: Schema | None, random: Random) -> tuple[str, dict[str, str]]:
            side = random.choice(("Key", "Value"))
            config = configure(random, found)
            if random.random() < 0.25:
                config["replace.null.with.default"] = random.choice(("false", "false", "true", "no"))
            if random.random() < 0.05:
                config = bend_config(config, random)
            return side, config

        def vary(found: Schema | None, random: Random) -> Any:
            side, config = kept.some(found, random, lambda: drawn(found, random))
            return f"{PACKAGE}.{name}${side}", config, _record(random, side, found, texts)

        def compare(case: tuple[str, dict[str, str], Record]) -> Pair:
            kind, config, sent = case
            return twins.of(kind, config).apply(sent)  # what it leaves behind: steps, and the zone of a format

        def known_or_default(case: Any, pair: Pair) -> str | None:
            if isinstance(pair.java, Failed) and pair.java.message == _struct_defaults.REFUSED:
                return STRUCT_DEFAULT if _struct_defaults.missing(case[2]) else None  # what comes of fields behind it
            return known(case, pair)

        return Family(name, side_schemas(odd=0.04), compare, known_or_default, (STRUCT_DEFAULT, *differences), vary)

    return make


def _record(random: Random, side: str, found: Schema | None, texts: Texts) -> Record:
    made = record(random, side, found)
    value = getattr(made, side.lower())
    if isinstance(value, dict):
        for name, one in value.items():
            value[name] = _readable(one, random, texts, schemaless=found is None)
    else:
        setattr(made, side.lower(), _readable(value, random, texts, schemaless=found is None))
    return made


def _readable(value: Any, random: Random, texts: Texts, *, schemaless: bool) -> Any:
    """Mostly a text or number that the transform can read, and a Float for a schemaless Double now and then."""
    if type(value) is str and (random.random() < 0.7 or any("\ud800" <= char < "\ue000" for char in value)):
        return texts(random)  # JPype cannot carry lone surrogates in the messages of exceptions
    if type(value) is int and (schemaless or abs(value) > 2**32) and random.random() < 0.8:
        return _unix(random)
    return Float32(to_float32(value)) if schemaless and type(value) is float and random.random() < 0.3 else value


def _cast(random: Random, found: Schema | None) -> dict[str, str]:
    targets = ODD_TARGETS if random.random() < 0.03 else TARGETS
    whole = 0.05 if found is not None and found.type is Type.STRUCT else 0.3 if found is None else 0.9
    if random.random() < whole:
        return {"spec": random.choice(targets)}
    items = [f"{name}:{random.choice(targets)}" for name in names_for(found, random)]
    if random.random() < 0.03:
        items.append(random.choice((":", "::", "int8", "a:int8:b", "a:", ":int8", "", " a : int8 ")))
    return {"spec": listed(items, random)} if random.random() < 0.99 else {}


def _cast_known(case: Any, pair: Pair) -> str | None:
    colons = any(item and not item.strip(":") for item in case[1].get("spec", "").replace(" ", "").split(","))
    if colons and isinstance(pair.java, Failed) and pair.java.name == "java.lang.ArrayIndexOutOfBoundsException":
        named = isinstance(pair.ours, Failed) and pair.ours.message.endswith("names neither a field nor a type")
        return COLON if named and pair.ours.name.endswith(".ConfigException") else None
    return None


def _mask(random: Random, found: Schema | None) -> dict[str, str]:
    config = {"fields": listed(names_for(found, random), random)}
    if random.random() < 0.6:
        config["replacement"] = number_text(random) if random.random() < 0.8 else text(random)
        # The message of BigDecimal's error would hold half of an astral character, which JPype cannot carry.
        config["replacement"] = "".join(char if char < "\ud800" else "*" for char in config["replacement"])
    return config if random.random() < 0.99 else {"fields": random.choice(("", ",", " "))}


PATTERNS = (
    "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "yyyyMMddHHmmssSSS", "yy/M/d", "HH:mm:ss",
    "EEE, d MMM yyyy HH:mm:ss Z", "YYYY-'W'ww-u", "G yyyy", "hh:mm a z", "yyyy-MM-dd HH z", "SSS", "D yyyy", "''",
)  # fmt: skip
BAD_PATTERNS = ("bad", "'", "yyyy-MM-ddTHH:mm", "", " ")
_PER_MILLI = (0.001, 1, 1000, 1_000_000)
_PRECISIONS = ("seconds", "milliseconds", "microseconds", "nanoseconds")
NO_FORMAT = "TimestampConverter without `format` names it when it meets a text"
YEARS = "Python's dates have the years 1 to 9999"


def _timestamp(random: Random, found: Schema | None) -> dict[str, str]:
    config = {"target.type": random.choice(("string", "unix", "Date", "Time", "Timestamp"))}
    if random.random() < 0.02:
        config["target.type"] = random.choice(("date", "", "int64"))
    whole = 0.05 if found is not None and found.type is Type.STRUCT else 0.3 if found is None else 0.9
    if random.random() > whole:
        config["field"] = _temporal_field(random, found)
    if config["target.type"] == "string" or random.random() < 0.7:
        config["format"] = _pattern(random)
    if random.random() < 0.5:
        config["unix.precision"] = random.choice(_PRECISIONS if random.random() < 0.98 else ("days",))
    return config


def _pattern(random: Random) -> str:
    kind = random.random()
    return dates.pattern(random) if kind < 0.15 else random.choice(PATTERNS if kind < 0.97 else BAD_PATTERNS)


def _temporal_field(random: Random, found: Schema | None) -> str:
    """Mostly a field that can be converted."""
    fields = found.fields if found is not None else ()
    fitting = [f.name for f in fields if f.schema.type in (Type.INT64, Type.STRING) or (f.schema.name or "")[-4:] in
               ("Date", "Time")]  # fmt: skip
    return random.choice(fitting) if fitting and random.random() < 0.8 else names_for(found, random)[0]


def _date_text(random: Random) -> str:
    """A text that one of the patterns made, or something like it."""
    made = DateFormat(random.choice(PATTERNS)).format(_millis(random))
    if made.endswith("UTC"):
        made = made[:-3] + random.choice(("UTC", "PST", "CEST", "GMT+1", "Z", "GMT", "Europe/Berlin"))
    return made if random.random() < 0.8 else random.choice((made[:-1], made + "x", " " + made, text(random)))


def _millis(random: Random) -> int:
    return random.choice((0, -1, 86_399_999, -62_135_596_800_000, 253_402_300_799_999, 253_402_300_800_000,
                          random.randint(-(10**13), 10**13), random.randint(0, 2 * 10**12)))  # fmt: skip


def _unix(random: Random) -> int:
    return max(-(2**63), min(2**63 - 1, int(_millis(random) * random.choice(_PER_MILLI))))


def _timestamp_known(case: Any, pair: Pair) -> str | None:
    if not isinstance(pair.ours, Failed) or not pair.ours.name.endswith(".DataException"):
        return None
    if isinstance(pair.java, Failed):
        asked = "SimpleDateFormat.parse(String)" in pair.java.message and not case[1].get("format", "").strip()
        return NO_FORMAT if asked and pair.ours.message.endswith("set format") else None
    return YEARS if pair.ours.message.endswith("outside the years 1 to 9999") else None


FAMILIES: dict[str, Maker] = {
    "Cast": _family("Cast", _cast, texts=number_text, known=_cast_known, differences=(COLON,)),
    "MaskField": _family("MaskField", _mask, texts=text, known=lambda *_: None),
    "TimestampConverter": _family(
        "TimestampConverter", _timestamp, texts=_date_text, known=_timestamp_known, differences=(NO_FORMAT, YEARS)
    ),
}
