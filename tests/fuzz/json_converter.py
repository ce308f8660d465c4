"""JsonConverter: bytes of generated schemas and values under every configuration."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.converters import JsonConverter
from connect_core.data import Schema
from tests.fuzz.family import Family, Maker, Pair, java, ours
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge
from tests.schemas import SCHEMAS

CONFIGS = [
    {"schemas.enable": enable, "decimal.format": decimals, "replace.null.with.default": replace}
    for enable in ("true", "false")
    for decimals in ("BASE64", "numeric")
    for replace in ("true", "false")
]


def _write(bridge: Bridge) -> Family:
    both = []
    for config in CONFIGS:
        mine, theirs = JsonConverter(), bridge.new("org.apache.kafka.connect.json.JsonConverter")
        settings = bridge.new("java.util.HashMap")
        for key, value in config.items():
            settings.put(bridge.text(key), bridge.text(value))
        mine.configure(config, is_key=False)
        theirs.configure(settings, False)
        both.append((mine, theirs))

    def compare(case: tuple[int, tuple[Any, Any]]) -> Pair:
        index, (schema, value) = case
        mine, theirs = both[index]
        made = bridge.schema(schema), bridge.value(schema, value)
        found = java(bridge, theirs.fromConnectData, bridge.text("t"), *made)
        return Pair(
            ours(mine.encoder("t", schema), value), found if isinstance(found, tuple) else bridge.from_bytes(found)
        )

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, tuple[Schema, Any]]:
        index, schema = drawn
        return index, (schema, random_value(schema, random))

    return Family("json write", st.tuples(st.integers(0, len(CONFIGS) - 1), SCHEMAS), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"json write": _write}
