"""`data.check` against ConnectSchema.validateValue: what fits, and the complaints."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from connect_core.data import Schema, array, date_schema, decimal_schema, map_of, struct, timestamp_schema
from connect_core.data import schema as s
from connect_core.data.check import check
from connect_core.errors import DataError
from tests.parity.bridge import Bridge, JavaError

INNER = struct([("a", s.INT32), ("b", s.OPTIONAL_STRING)])
SCHEMAS = [
    s.INT32, s.OPTIONAL_INT32, s.STRING, s.BOOLEAN, s.FLOAT64, s.BYTES, s.STRING.replace(name="custom"),
    array(s.STRING), array(s.OPTIONAL_INT32), map_of(s.STRING, s.INT32), map_of(s.INT32, array(s.STRING)),
    decimal_schema(2), date_schema(), timestamp_schema(optional=True), array(map_of(s.STRING, s.BOOLEAN)),
    s.INT32.replace(default=5),
]  # fmt: skip
VALUES: list[tuple[Schema | None, Any]] = [
    (None, None), (s.INT32, 1), (s.STRING, "x"), (s.BOOLEAN, True), (s.FLOAT64, 1.5), (s.BYTES, b"x"),
    (array(s.OPTIONAL_STRING), ["a", None]), (array(s.OPTIONAL_INT32), [1, None]), (array(s.INT32), [1]),
    (map_of(s.STRING, s.OPTIONAL_INT32), {"k": None}), (map_of(s.STRING, s.INT32), {"k": 1}),
    (map_of(s.INT32, array(s.OPTIONAL_STRING)), {1: [None]}), (map_of(s.STRING, s.STRING), {"k": "v"}),
    (array(map_of(s.STRING, s.STRING)), [{"k": "v"}]),
]  # fmt: skip


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


def outcome(function: Any, *arguments: Any) -> str:
    try:
        function(*arguments)
    except DataError as error:
        return str(error)
    except JavaError as error:
        return str(error.message)
    return "fits"


@pytest.mark.parametrize("schema", SCHEMAS, ids=repr)
def test_the_same_complaints(bridge: Bridge, schema: Schema) -> None:
    validate = bridge.jpype.JClass("org.apache.kafka.connect.data.ConnectSchema").validateValue
    for made_with, value in VALUES:
        if schema is s.FLOAT64 and value == 1:
            continue  # a Python int may stand for the float it equals
        java_value = bridge.value(made_with, value)
        java_schema = bridge.schema(schema)
        java = outcome(bridge.call, validate, java_schema, java_value).replace("LinkedHashMap", "HashMap")
        assert outcome(check, schema, value) == java
        named = outcome(bridge.call, validate, bridge.text("f"), java_schema, java_value)
        assert outcome(lambda v: check(schema, v, field="f"), value) == named.replace("LinkedHashMap", "HashMap")


def test_structs(bridge: Bridge) -> None:
    values: list[dict[str, Any]] = [{"a": 1}, {"a": 1, "b": None}, {"b": "x"}]
    for value in values:
        java = bridge.new("org.apache.kafka.connect.data.Struct", bridge.schema(INNER))
        for name, one in value.items():
            java.put(bridge.text(name), bridge.value(INNER.field_map[name].schema, one))
        assert outcome(check, INNER, value) == outcome(bridge.call, java.validate)
    with pytest.raises(DataError, match="c is not a valid field name"):
        check(INNER, {"a": 1, "c": 2})
