"""Java's ``.properties`` texts and its hashes: what they are read as, and the order of a HashMap."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.java import hashing, properties
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.values import text
from tests.parity.bridge import Bridge

_PIECES = (
    "a", "b", "key", " ", " ", "\t", "\f", "=", "=", ":", "\\", "\\\\", "\\\n", "\\\r\n", "\n", "\n", "\r", "\r\n", "#",
    "!", "\\ ", "\\=", "\\:", "\\#", "\\t", "\\n", "\\r", "\\f", "\\q", "\\u00e4", "\\uD83D", "\\uDE00", "\\u0041",
    "\\u", "\\u12", "\\u12g4", "\\U0041", "ä", "😀", "\u0085", "\u2028", "\x0b", "\x1c", "\u00a0", "1", "",
)  # fmt: skip
_TWINS = ("Aa", "BB")  # of one hash


def _properties(bridge: Bridge) -> Family:
    def theirs(content: str) -> dict[str, str]:
        made = bridge.new("java.util.Properties")
        made.load(bridge.new("java.io.StringReader", bridge.text(content)))
        return {str(bridge.from_text(e.getKey())): str(bridge.from_text(e.getValue())) for e in made.entrySet()}

    def compare(case: str) -> Pair:
        found, mine = java(bridge, theirs, case), ours(properties.load, case)
        if isinstance(found, Failed) or isinstance(mine, Failed):
            return Pair(*(side.message if isinstance(side, Failed) else side for side in (mine, found)))
        return Pair((mine, ours(properties.load, properties.store(mine))), (found, theirs(properties.store(mine))))

    def vary(_: None, random: Random) -> str:
        return "".join(random.choice(_PIECES) for _ in range(random.choice((1, 3, 5, 8, 14))))

    return Family("java properties", st.none(), compare, vary=vary)


def _hashes(bridge: Bridge) -> Family:
    utils = bridge.jpype.JClass("org.apache.kafka.common.utils.Utils")

    def theirs(keys: list[str]) -> list[Any]:
        made = bridge.new("java.util.HashMap")
        for key in keys:
            made.put(bridge.text(key), None)
        return [bridge.from_text(key) for key in made.keySet()]

    def compare(case: tuple[list[str], bytes]) -> Pair:
        keys, data = case
        mine = hashing.hash_map_order(keys), hashing.murmur2(data)
        return Pair(mine, (theirs(keys), int(utils.murmur2(bridge.byte_array(data)))))

    def vary(_: None, random: Random) -> tuple[list[str], bytes]:
        keys = [_key(random) for _ in range(random.choice((0, 1, 2, 5, 12, 13, 30, 60)))]
        while _is_crowded(keys):
            keys.pop()
        return keys, random.randbytes(random.randrange(20))

    return Family("java hashes", st.none(), compare, vary=vary)


def _key(random: Random) -> str:
    """Some have the hash of others."""
    kind = random.random()
    if kind < 0.2:
        return "".join(random.choice(_TWINS) for _ in range(random.randint(1, 2)))
    return text(random) if kind < 0.4 else "".join(random.choices("abcdefghij.-_", k=random.randint(1, 12)))


def _is_crowded(keys: list[str]) -> bool:
    """Does Java make a tree of a bucket, or a larger table at once? From nine keys on."""
    hashes = (hashing.string_hash(key) & 0xFFFFFFFF for key in set(keys))
    return max(Counter((each ^ each >> 16) & 15 for each in hashes).values(), default=0) > 8


FAMILIES: dict[str, Maker] = {"java properties": _properties, "java hashes": _hashes}
