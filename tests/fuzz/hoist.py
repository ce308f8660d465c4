"""HoistField on generated schemas and values, on both sides of a record, with and without schema."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema
from tests.fuzz._schemas import NAMES, SCHEMAS
from tests.fuzz._transforms import Twin, sink_record, source_record
from tests.fuzz.family import Family, Maker, Pair
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

CLASS = "org.apache.kafka.connect.transforms.HoistField"


def _hoist(bridge: Bridge) -> Family:
    def vary(drawn: tuple[str, str, Schema], random: Random) -> Any:
        side, field, schema = drawn
        value = random_value(schema, random)
        lower = side.lower()
        record = random.choice((source_record, sink_record))(**{lower: value, f"{lower}_schema": schema})
        return side, {"field": field}, record

    def compare(case: Any) -> Pair:
        side, config, record = case
        return Twin(bridge, f"{CLASS}${side}", config).apply(record)

    return Family("HoistField", st.tuples(st.sampled_from(["Key", "Value"]), NAMES, SCHEMAS), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"HoistField": _hoist}
