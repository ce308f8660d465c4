"""SimpleHeaderConverter against Kafka Connect's: what texts become, and the texts of values."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.converters import SimpleHeaderConverter
from connect_core.data import Schema, array, date_schema, decimal_schema, map_of, struct, time_schema, timestamp_schema
from connect_core.data import schema as s
from tests.parity.bridge import Bridge
from tests.schemas import pairs

TEXTS = [
    "", " ", "null", " null ", "Null", "true", " true", "false", "TRUE", "True", "0", "5", "+5", " 5 ", "-1", "127",
    "128", "-129", "32768", "2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.0",
    "0.0", "-0.0", "1.5", "0.5", ".5", "+.5", "5.", "3.141592653589793", "1e5", "1E5", "1e-5", "1e40", "-1e40",
    "1e400", "1e20", "1e19", "1e18", "10000000000000000000", "10000000000000000001", "100000000000000000000",
    "0.000000000000000000000001", "1,2,3", "5:6", "10:11:12", "12abc", "0x10", "1_000", "NaN", "Infinity", "abc",
    '"abc"', '"', '""', "[1,2,3]", "[1,2.5]", '[1,"a"]', "[true,false]", "[]", "[ ]", "[1,]", "[,1]", "[1", "1]", "]",
    "[null]", "[null,1]", "[1,null]", "[1,300,70000]", "[[1],[2.5]]", "[1 ,2 , 3 ]", "{}", "{ }", '{"a":1}',
    '{"a":1,"b":"x"}', '{"a":1,"b":300}', '{"a":null}', "{a:1}", "{1:2}", '{1:2,"x":3}', '{"a":[1,2]}', '{"a"}',
    '{"a":}', '{:1}', '{"a":1,}', '{,}', '{"a":1', '{null:1}', '{"a":{"b":1}}', '[{"a":1},{"b":2}]', "[abc]",
    '["a\\"b"]', '["a\\\\"]', '[" a "]', '["a,b"]', '["a b", "c"]', '["", "x"]', '["a":1]', '["a""b"]', "2020-01-01",
    "2020-13-45", "2020-1-1", "0003-03-01", "1582-10-04", "1582-10-05", "1582-10-15", '[" 2020-01-01"]',
    '["10:11:12.123Z,x"]', "[true,x", ' [[[', ' "a"', "true]", '["2020-01-01",1]', "1500-02-29", "1600-02-30",
    "2020-01-01T10:11:12.123Z", "2020-01-01T10:11:12Z", "10:11:12.123Z", "10\\:11\\:12.123Z", "12:61:61.999Z",
    '["2020-01-01"]', '["10:11:12.123Z"]', "[2020-01-01,2020-01-02]", '[1,"2020-01-01"]', "[10:11:12.123Z]", "a:b",
    "a,b", "a]b", "{", "[", "\\", "\\[1]", "1 2", "1\n", "\t7", "- 5", "-", "+", "--5", "٣", "1e", "1e+", "1d", "1f",
    "1L", "[1,[2,[3]]]", "true,false", "truefalse", "null,1", "[true,null]", '{"a":true,"b":false}', "1970-01-01",
    "1969-12-31T23:59:59.999Z", "abcdefghij", "1234567890", "12:34:56.78Z ", "2020/01/01", "ä", "😀", "[😀]", '["😀"]',
]  # fmt: skip
PIECES = ["[", "]", "{", "}", ",", ":", '"', "\\", "1", "2.5", "a", " ", "null", "true", "300"]
PERSON = struct([("id", s.INT32), ("name", s.OPTIONAL_STRING), ("d", s.INT8.replace(default=4))])
WRITTEN: list[tuple[Schema | None, Any]] = [
    (date_schema(), date(1969, 12, 31)), (date_schema(), date(1970, 1, 1)), (date_schema(), date(1970, 1, 2)),
    (date_schema(), date(2020, 2, 29)), (time_schema(), time(10, 11, 12, 345000)), (time_schema(), time(0)),
    (timestamp_schema(), datetime(2020, 1, 1, tzinfo=UTC)),
    (timestamp_schema(), datetime(2020, 1, 1, 1, 2, 3, 4000, tzinfo=UTC)),
    (timestamp_schema(), datetime(1950, 1, 1, 1, 2, 3, 4000, tzinfo=UTC)), (decimal_schema(2), Decimal("1.50")),
    (PERSON, {"id": 1, "name": 'a"b\\c', "d": 5}), (map_of(s.INT32, s.BOOLEAN), {7: True}), (s.BYTES, b"ab\xff"),
    (array(s.BYTES), [b"ab"]), (map_of(s.STRING, s.FLOAT32), {"k": 0.10000000149011612}), (s.FLOAT64, 1e10),
    (s.FLOAT64, 1e-4), (s.STRING, 'raw "text"'), (array(s.STRING), ['q"', "\\", ""]),
    (array(array(s.OPTIONAL_INT8)), [[1, None], []]), (None, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    """Java in UTC, as our readers are."""
    zone = jvm.JClass("java.util.TimeZone")
    zone.setDefault(zone.getTimeZone("UTC"))
    return Bridge(jvm)


def read_both(bridge: Bridge, data: bytes | None) -> tuple[str, str]:
    ours = SimpleHeaderConverter().to_connect_header("t", "h", data)
    java = bridge.new("org.apache.kafka.connect.storage.SimpleHeaderConverter")
    found = java.toConnectHeader(bridge.text("t"), bridge.text("h"), bridge.byte_array(data))
    if found is None:  # for the text null; Connect's Headers.add takes it for no schema and no value
        found = bridge.new("org.apache.kafka.connect.data.SchemaAndValue", None, None)
    schema = bridge.from_schema(found.schema())
    other = schema, bridge.from_value(schema, found.value())
    return f"{described(ours[0])} {ours[1]!r}", f"{described(other[0])} {other[1]!r}"


def described(schema: Schema | None) -> str:
    if schema is None:
        return "none"
    inner = (
        [described(one) for one in (schema.key_schema, schema.value_schema)] if schema.type in ("array", "map") else []
    )
    return f"{schema.type.name} {schema.name} {schema.version} {dict(schema.parameters)} {schema.optional} {inner}"


@pytest.mark.parametrize("text", TEXTS)
def test_guessing_from_text(bridge: Bridge, text: str) -> None:
    ours, java = read_both(bridge, text.encode())
    assert ours == java


def test_guessing_from_bytes(bridge: Bridge) -> None:
    for data in [None, b"\xff", b"a\xe2\x82", b"\xed\xa0\x80"]:
        ours, java = read_both(bridge, data)
        assert ours == java


def test_guessing_from_all_short_combinations(bridge: Bridge) -> None:
    texts = ["".join(parts) for length in (2, 3) for parts in itertools.product(PIECES, repeat=length)]
    results = ((text, *read_both(bridge, text.encode())) for text in texts)
    assert [(text, ours, java) for text, ours, java in results if ours != java] == []


@settings(max_examples=200, derandomize=True, deadline=None, database=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(st.sampled_from(PIECES), min_size=4, max_size=14).map("".join))
def test_guessing_from_generated_text(bridge: Bridge, text: str) -> None:
    ours, java = read_both(bridge, text.encode())
    assert ours == java


def written_both(bridge: Bridge, schema: Schema | None, value: Any) -> tuple[bytes | None, bytes | None]:
    ours = SimpleHeaderConverter().from_connect_header("t", "h", schema, value)
    java = bridge.new("org.apache.kafka.connect.storage.SimpleHeaderConverter")
    made = bridge.schema(schema), bridge.value(schema, value)
    return ours, bridge.from_bytes(java.fromConnectHeader(bridge.text("t"), bridge.text("h"), *made))


@pytest.mark.parametrize(("schema", "value"), WRITTEN)
def test_writing(bridge: Bridge, schema: Schema | None, value: Any) -> None:
    ours, java = written_both(bridge, schema, value)
    assert ours == java


@settings(max_examples=80, derandomize=True, deadline=None, database=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])  # fmt: skip
@given(pairs())
def test_writing_generated_values(bridge: Bridge, pair: tuple[Schema, Any]) -> None:
    ours, java = written_both(bridge, *pair)
    assert ours == java
