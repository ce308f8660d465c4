"""JsonConverter under every configuration: bytes of values, values of documents whole, bent and damaged."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.converters import JsonConverter
from connect_core.data import Schema
from tests.fuzz import _documents as documents
from tests.fuzz._transforms import java_map, shaped
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.values import value as random_value
from tests.parity.bridge import UNTOLD, Bridge
from tests.schemas import SCHEMAS, structs_with_default

CLASS = "org.apache.kafka.connect.json.JsonConverter"
CONFIGS = [
    {"schemas.enable": enable, "decimal.format": decimals, "replace.null.with.default": replace}
    for enable in ("true", "false")
    for decimals in ("BASE64", "numeric")
    for replace in ("true", "false")
]
YEARS = "dates and times of the years 1 to 9999"
INVISIBLE = "the byte FF in a member's name"
STRUCT_DEFAULT = "a struct's own default"
DRAWN = st.integers(0, 19).flatmap(lambda one: SCHEMAS if one else structs_with_default())


class Both:
    """Ours and Java's converter of one configuration; both live long, as in a task."""

    def __init__(self, bridge: Bridge, config: Mapping[str, str], *, header: bool = False) -> None:
        self.bridge, self.config = bridge, config
        self._topic = bridge.text("t")
        self._header = header
        self.ours, self.java = JsonConverter(), bridge.new(CLASS)
        if header:
            self.ours.configure_headers(config)
            self.java.configure(java_map(bridge, {**config, "converter.type": "header"}))
        else:
            self.ours.configure(config, is_key=False)
            self.java.configure(java_map(bridge, config), False)

    def write(self, schema: Schema | None, value: Any) -> Pair:
        """Bytes of a value."""
        bridge = self.bridge
        made = bridge.schema(schema), bridge.value(schema, value)
        if self._header:
            mine = ours(self.ours.from_connect_header, "t", "h", schema, value)
            found = java(bridge, self.java.fromConnectHeader, self._topic, self._topic, *made)
        else:
            mine = ours(self.ours.encoder("t", schema), value)
            found = java(bridge, self.java.fromConnectData, self._topic, *made)
        return Pair(mine, found if isinstance(found, Failed) else bridge.from_bytes(found))

    def read(self, data: bytes | None) -> Pair:
        """(schema, value) of bytes."""
        bridge, array = self.bridge, self.bridge.byte_array(data)
        if self._header:
            mine = ours(self.ours.to_connect_header, "t", "h", data)
            found = java(bridge, self.java.toConnectHeader, self._topic, self._topic, array)
        else:
            mine = ours(self.ours.to_connect, "t", data)
            found = java(bridge, self.java.toConnectData, self._topic, array)
        if isinstance(mine, Failed):
            untold = isinstance(found, Failed) and found.name == UNTOLD
            return Pair(mine, mine if untold else ours(self._from_java, found))
        return Pair((mine[0], shaped(*mine)), ours(self._from_java, found))

    def _from_java(self, found: Any) -> Any:
        if isinstance(found, Failed):
            return found
        schema = self.bridge.from_schema(found.schema())
        return schema, shaped(schema, self.bridge.from_value(schema, found.value()))


def known(case: Any, pair: Pair) -> str | None:
    """What both read and write differently on purpose."""
    if isinstance(pair.ours, Failed) and (
        "outside the years 1 to 9999" in pair.ours.message or "Time values must" in pair.ours.message
    ):
        return YEARS
    if isinstance(pair.java, Failed) and pair.java.message in ("Invalid default value", "Mismatching schema."):
        return STRUCT_DEFAULT
    if isinstance(pair.ours, Failed) and not isinstance(pair.java, Failed) and b"\xff" in case[1]:
        return INVISIBLE
    return None


def _write(bridge: Bridge, *, header: bool = False) -> Family:
    both = [Both(bridge, config, header=header) for config in CONFIGS]

    def vary(drawn: Schema, random: Random) -> tuple[int, Schema, Any]:
        return random.randrange(len(CONFIGS)), drawn, random_value(drawn, random)

    name = "json headers" if header else "json write"
    return Family(
        name, DRAWN, lambda case: both[case[0]].write(*case[1:]), known=known, differences=(STRUCT_DEFAULT,), vary=vary
    )


def _read(bridge: Bridge) -> Family:
    both = [Both(bridge, config) for config in CONFIGS]

    def vary(drawn: Schema, random: Random) -> tuple[int, bytes]:
        index = random.randrange(len(CONFIGS))
        document = documents.tree(both[index].ours.encoder("t", drawn)(random_value(drawn, random)) or b"null")
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            document = documents.bend(document, random)
        return index, documents.write(document, random)

    return Family(
        "json read", DRAWN, lambda case: both[case[0]].read(case[1]), known=known,
        differences=(YEARS, STRUCT_DEFAULT), vary=vary,
    )  # fmt: skip


def _mutations(bridge: Bridge) -> Family:
    both = [Both(bridge, config) for config in CONFIGS]

    def vary(drawn: Schema, random: Random) -> tuple[int, bytes]:
        index = random.randrange(len(CONFIGS))
        encode = both[index].ours.encoder("t", drawn)
        good, other = encode(random_value(drawn, random)), encode(random_value(drawn, random))
        return index, documents.mutate(good or b"null", other or b"null", random)

    return Family(
        "json mutations", DRAWN, lambda case: both[case[0]].read(case[1]), known=known,
        differences=(YEARS, STRUCT_DEFAULT, INVISIBLE), vary=vary,
    )  # fmt: skip


FAMILIES: dict[str, Maker] = {
    "json write": _write,
    "json headers": lambda bridge: _write(bridge, header=True),
    "json read": _read,
    "json mutations": _mutations,
}
