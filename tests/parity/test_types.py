"""Cast, MaskField and TimestampConverter on what generated records do not have: fields never set, schemas misnamed."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from connect_core.data import DATE, TIME, Schema, Type, decimal_schema, struct
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from tests.fuzz._transforms import Twin, source_record
from tests.fuzz.family import Pair
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms"
ROW = struct(
    [
        ("id", INT64),
        ("n", INT32.replace(default=7)),
        ("at", INT64.replace(default=1577923445006)),
        ("name", STRING.replace(default="none")),
        ("note", OPTIONAL_STRING.replace(default="-")),
    ]
)
CONFIGS = [
    ("Cast$Value", {"spec": "n:string,name:boolean"}),
    ("Cast$Value", {"spec": "id:string"}),
    ("MaskField$Value", {"fields": "n,name,note"}),
    ("MaskField$Value", {"fields": "note", "replacement": "x"}),
    ("TimestampConverter$Value", {"field": "at", "target.type": "Timestamp"}),
    ("TimestampConverter$Value", {"field": "missing", "target.type": "Date"}),
]
VALUES: list[dict[str, Any]] = [
    {"id": 1},
    {"id": 1, "n": 3, "at": 0, "name": "true"},
    {"id": 1, "n": 3},
    {"n": 3, "at": 0, "name": "x"},
]


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


@pytest.mark.parametrize("replace", ["true", "false"])
@pytest.mark.parametrize(("name", "config"), CONFIGS)
def test_fields_that_were_never_set(bridge: Bridge, name: str, config: dict[str, str], replace: str) -> None:
    for value in VALUES:
        pair = both(bridge, name, {**config, "replace.null.with.default": replace}, ROW, value)
        if "id" in value or config == {"spec": "id:string"}:
            assert pair.ours == pair.java
        else:  # an unset required field that nothing is done to: seen by whatever writes the struct
            assert pair.java.message.startswith('Invalid value: null used for required field: "id"')


DECIMALS = decimal_schema(2)


@pytest.mark.parametrize("target", ["int8", "int64", "float32", "boolean", "string"])
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (DECIMALS.replace(type=Type.INT32), -300),  # what a cast of the whole value leaves behind
        (DECIMALS.replace(type=Type.STRING), "7"),
        (DECIMALS.replace(type=Type.FLOAT32), 1.5),
        (DECIMALS.replace(type=Type.INT32), Decimal("300.7")),  # a message's schema may say so
        (DECIMALS.replace(type=Type.BOOLEAN), Decimal("0.00")),
        (Schema(Type.BOOLEAN, name=TIME), time(0, 1)),
        (Schema(Type.INT8, name=DATE), date(2024, 2, 29)),
    ],
)
def test_casts_of_schemas_under_the_name_of_a_logical_type(
    bridge: Bridge, schema: Schema, value: Any, target: str
) -> None:
    record = source_record(value=value, value_schema=schema)
    twin = Twin(bridge, f"{PACKAGE}.Cast$Value", {"spec": target})
    sent, plain = twin.records.java(record.replace(value=None)), not isinstance(value, Decimal | date | time)
    made = bridge.value(Schema(schema.type) if plain else schema, value)
    sent = sent.newRecord(sent.topic(), None, None, None, sent.valueSchema(), made, sent.timestamp(), sent.headers())
    pair = twin.apply(record, sent)
    assert pair.ours == pair.java


@pytest.mark.parametrize("target", ["unix", "Timestamp"])
def test_a_timestamp_that_is_a_decimal(bridge: Bridge, target: str) -> None:
    record = source_record(value=Decimal("1.50"), value_schema=DECIMALS.replace(type=Type.INT64))
    pair = Twin(bridge, f"{PACKAGE}.TimestampConverter$Value", {"target.type": target}).apply(record)
    assert pair.ours == pair.java


def both(bridge: Bridge, name: str, config: dict[str, str], schema: Schema, value: dict[str, Any]) -> Pair:
    made = bridge.new("org.apache.kafka.connect.data.Struct", bridge.schema(schema))
    for field, one in value.items():
        made.put(bridge.text(field), bridge.value(schema.field_map[field].schema, one))
    ours = source_record(value=value, value_schema=schema)
    twin = Twin(bridge, f"{PACKAGE}.{name}", config)
    sent = twin.records.java(ours.replace(value=None))
    sent = sent.newRecord(sent.topic(), None, None, None, sent.valueSchema(), made, sent.timestamp(), sent.headers())
    return twin.apply(ours, sent)
