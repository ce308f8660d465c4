"""RegexRouter, TimestampRouter and the predicates of Kafka on generated configs and records."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Header, Record
from connect_core.plugins import loader
from tests.fuzz import dates, patterns
from tests.fuzz._shapes import bend_config
from tests.fuzz._transforms import Records, Twin, java_map, sink_record, source_record
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms"
SHOWN = "the record that has no timestamp is told by topic and partition"
TOPICS = (
    "db.orders",
    "db.Orders-2",
    "a",
    "",
    "topic",
    "ORDERS",
    "db..x",
    "shop_é",
    "x${timestamp}",
    "$1",
    "a\\b",
    "a\nb",
    "😀",
)
REGEXES = (
    ".*",
    "(.*)",
    "db\\.(.*)",
    "(?i)DB\\.(\\w+).*",
    "(?<a>[a-z]+)[.](?<b>.*)",
    "a|b",
    "",
    "(a)?(.*)",
    "[",
    "*",
    "db.orders",
)
REPLACEMENTS = ("x", "$1", "$0-$1", "${b}.${a}", "$2", "", "\\$1", "$", "${", "a\\", "$12", "p-$1-s")
FORMATS = (
    "${topic}-${timestamp}",
    "${timestamp}",
    "${topic}",
    "",
    "$",
    "${topic}${topic}",
    "${timestamp}-${Topic}-${timestamp}",
    "a\\${topic}",
)
DATES = (
    "yyyyMMdd",
    "yyyy-MM-dd",
    "yyyy-MM-dd'T'HH:mm:ss.SSS",
    "YYYY'W'ww",
    "",
    "'${topic}'",
    "b",
    "yyyy'",
    "EEE d MMM y",
    "XXXX",
    "G yy z",
)
STAMPS = (None, 0, -1, 1_600_000_000_123, -(10**14), 253_402_300_800_000, 10**15)


def _record(random: Random) -> Record:
    parts: dict[str, Any] = {
        "topic": random.choice(TOPICS),
        "timestamp": random.choice(STAMPS) if random.random() < 0.7 else random.randrange(-(10**12), 4 * 10**12),
        "value": random.choice((None, "v", 1, {"a": 1})),
        "headers": [Header(random.choice(("h", "H", "a.b", "😀", "")), None, "x") for _ in range(random.randint(0, 2))],
    }
    return random.choice((source_record, sink_record))(**parts)


def _regex(random: Random) -> str:
    return random.choice(REGEXES) if random.random() < 0.6 else patterns.pattern(random)


def _replacement(random: Random) -> str:
    return random.choice(REPLACEMENTS)


def _format(random: Random) -> str:
    return random.choice(DATES) if random.random() < 0.7 else dates.pattern(random)


def _config(name: str, random: Random) -> dict[str, str]:
    if name == "RegexRouter":
        made = {"regex": _regex(random), "replacement": _replacement(random)}
    elif name == "TimestampRouter":
        made = {"topic.format": random.choice(FORMATS), "timestamp.format": _format(random)}
    elif name == "TopicNameMatches":
        made = {"pattern": _regex(random)}
    else:
        made = {"name": random.choice(("h", "a.b", "😀", "", "x"))} if name == "HasHeaderKey" else {}
    return bend_config(made, random) if random.random() < 0.05 else made


def _known(case: Any, pair: Pair) -> str | None:
    if isinstance(pair.ours, Failed) and patterns.REFUSED_TEXT in pair.ours.message:
        config = case[1]
        named = patterns.names_construct(pair.ours, config.get("regex", "") or config.get("pattern", ""))
        return patterns.REFUSED if named else None
    both = isinstance(pair.ours, Failed) and isinstance(pair.java, Failed) and pair.ours.name == pair.java.name
    if both and all(side.message.startswith("Timestamp missing on record: ") for side in pair):
        return SHOWN
    return None


def _routers(bridge: Bridge) -> Family:
    def vary(_drawn: None, random: Random) -> tuple[str, dict[str, str], Record]:
        name = random.choice(("RegexRouter", "TimestampRouter"))
        return name, _config(name, random), _record(random)

    def compare(case: tuple[str, dict[str, str], Record]) -> Pair:
        name, config, record = case
        return Twin(bridge, f"{PACKAGE}.{name}", config).apply(record)

    return Family("routers", st.none(), compare, _known, (patterns.REFUSED, SHOWN), vary)


def _predicates(bridge: Bridge) -> Family:
    def vary(_drawn: None, random: Random) -> tuple[str, dict[str, str], Record]:
        name = random.choice(("TopicNameMatches", "HasHeaderKey", "RecordIsTombstone"))
        return name, _config(name, random), _record(random)

    def mine(name: str, config: dict[str, str], record: Record) -> bool:
        kind = loader.load_predicate(name)
        made = kind()
        made.config = loader.config_class(kind).parse(config)
        made.configure()
        return made.test(record)

    def theirs(name: str, config: dict[str, str], record: Record) -> bool:
        made = bridge.new(name)
        made.configure(java_map(bridge, config))
        return bool(made.test(Records(bridge).java(record)))

    def compare(case: tuple[str, dict[str, str], Record]) -> Pair:
        name, *rest = f"{PACKAGE}.predicates.{case[0]}", *case[1:]
        return Pair(ours(mine, name, *rest), java(bridge, theirs, name, *rest))

    return Family("predicates", st.none(), compare, _known, (patterns.REFUSED,), vary)


FAMILIES: dict[str, Maker] = {"routers": _routers, "predicates": _predicates}
