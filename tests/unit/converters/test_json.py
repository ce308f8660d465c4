"""JsonConverter: golden bytes, configuration, and what the envelope's edges do."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connect_core.converters import JsonConverter
from connect_core.data import Schema, array, decimal_schema, map_of, struct, timestamp_schema
from connect_core.data import schema as s
from connect_core.errors import ConfigError, DataError, stack_trace


def converter(**config: str) -> JsonConverter:
    made = JsonConverter()
    made.configure({key.replace("_", "."): value for key, value in config.items()}, is_key=False)
    return made


GOLDEN: list[tuple[Schema, Any, str]] = [
    (s.STRING, "x", '{"schema":{"type":"string","optional":false},"payload":"x"}'),
    (
        decimal_schema(2),
        Decimal("1.50"),
        (
            '{"schema":{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,'
            '"parameters":{"scale":"2"}},"payload":"AJY="}'
        ),
    ),
]


@pytest.mark.parametrize(("schema", "value", "text"), GOLDEN)
def test_golden_envelopes(schema: Schema, value: Any, text: str) -> None:
    assert converter().from_connect("t", schema, value) == text.encode()
    assert converter().to_connect("t", text.encode()) == (schema, value)


def test_golden_struct_without_envelope() -> None:
    schema = struct(
        [
            ("id", s.INT32),
            ("name", s.OPTIONAL_STRING),
            ("d", s.OPTIONAL_STRING.replace(default="zz")),
            ("amt", decimal_schema(2)),
            ("tags", array(s.STRING)),
            ("m", map_of(s.STRING, s.INT32)),
            ("m2", map_of(s.INT32, s.BOOLEAN)),
        ]
    )
    value = {"id": 1, "name": None, "amt": Decimal("12.34"), "tags": ["a", "b"], "m": {"k": 5}, "m2": {7: True}}
    expected = b'{"id":1,"name":null,"d":"zz","amt":"BNI=","tags":["a","b"],"m":{"k":5},"m2":[[7,true]]}'
    assert converter(schemas_enable="false").from_connect("t", schema, value) == expected


def test_a_null_is_a_tombstone_only_without_schema() -> None:
    assert converter().from_connect("t", None, None) is None
    assert converter(schemas_enable="false").from_connect("t", None, None) is None
    assert converter(schemas_enable="false").from_connect("t", s.OPTIONAL_STRING, None) == b"null"
    assert converter().to_connect("t", None) == (None, None)


def test_java_texts() -> None:
    plain = converter(schemas_enable="false")
    assert plain.from_connect("t", s.FLOAT64, 1e7) == b"1.0E7"
    assert plain.from_connect("t", s.FLOAT32, 0.10000000149011612) == b"0.1"
    assert plain.from_connect("t", s.FLOAT64, float("nan")) == b'"NaN"'
    assert plain.from_connect("t", s.STRING, "😀\x1f/ü\n") == '"\\uD83D\\uDE00\\u001F/ü\\n"'.encode()
    assert plain.from_connect("t", None, {"x": 1e-4, "y": [float("-inf")]}) == b'{"x":1.0E-4,"y":["-Infinity"]}'


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        (s.INT32, "1", "Invalid type for INT32: class java.lang.String"),
        (s.INT32, True, "Invalid type for INT32: class java.lang.Boolean"),
        (s.INT8, 128, "Invalid type for INT8: class java.lang.Integer"),
        (s.FLOAT32, 1e300, "Invalid type for FLOAT32: class java.lang.Double"),
        (s.STRING, None, "Conversion error: null value for field that is required and has no default value"),
        (timestamp_schema(), datetime(2024, 1, 1), "without time zone"),  # noqa: DTZ001 - that is the point
        (decimal_schema(2), Decimal("1.5"), "Schema has scale 2, value has scale 1."),
        (struct([("a", s.INT32)]), {"a": 1, "b": 2}, "b is not a valid field name"),
        (struct([("a", s.OPTIONAL_INT32)]), {"b": 2}, "b is not a valid field name"),
        (None, {"d": Decimal(1)}, "Java class class java.math.BigDecimal does not have corresponding schema type."),
        (None, 2**63, "Java class class java.math.BigInteger does not have corresponding schema type."),
    ],
)
def test_values_that_do_not_fit(schema: Schema | None, value: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        converter().encoder("t", schema)(value)
    assert message in str(caught.value)


def test_malformed_bytes_tell_their_cause() -> None:
    with pytest.raises(DataError, match="Converting byte\\[\\] to Kafka Connect data failed") as caught:
        converter().to_connect("t", b"{nope")
    assert "Caused by: org.apache.kafka.common.errors.SerializationException" in stack_trace(caught.value)


def test_timestamps_keep_their_milliseconds_over_all_years() -> None:
    decode = converter().decoder("t")
    for millis in [
        0,
        -1,
        1,
        1714979289123,
        4294967295999,
        4294967296001,
        253402300799999,
        -62135596800000,
        -1714979289123,
    ]:
        text = f'{{"schema":{{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}},"payload":{millis}}}'
        _, value = decode(text.encode())
        assert (value - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution * 1000) == millis
        assert value.microsecond % 1000 == 0
        assert converter(schemas_enable="false").from_connect("t", timestamp_schema(), value) == str(millis).encode()


def test_topics_with_alternating_schemas() -> None:
    given = converter()
    schemas = [struct([(f"f{n}", s.INT32), ("payload", s.STRING)], doc=',"payload":') for n in range(100)]
    decode = given.decoder("t")
    for _ in range(2):
        for n, schema in enumerate(schemas):
            value = {f"f{n}": n, "payload": "}"}
            assert decode(given.from_connect("t", schema, value)) == (schema, value)


def test_defaults_are_not_shared_between_records() -> None:
    schema = struct([("l", array(s.INT32, default=[1], optional=True))])
    given = converter()
    data = b'{"schema":' + b'{"type":"struct","fields":[{"type":"array","items":{"type":"int32"},"optional":true,'
    data += b'"default":[1],"field":"l"}]},"payload":{}}'
    decode = given.decoder("t")
    decode(data)[1]["l"].append(2)
    assert decode(data)[1] == {"l": [1]}
    assert schema.field_map["l"].schema.default == [1]


def test_field_names_are_data() -> None:
    names = ["a'b", 'a"b', "a\\", "{x}", "{}", "\n", "import os", "__class__", "ä", "😀", "%s"]
    schema = struct([(name, s.OPTIONAL_INT64) for name in names] + [("d", decimal_schema(1))], name="'\"{}\n")
    value = {name: n for n, name in enumerate(names)} | {"d": Decimal("0.1")}
    given = converter()
    data = given.from_connect("t", schema, value)
    assert given.to_connect("t", data) == (schema, value)


def test_a_fixed_schema_reads_bare_payloads() -> None:
    given = converter(schema_content='{"type":"struct","fields":[{"type":"int32","field":"a"}]}')
    assert given.decoder("t")(b'{"a":1,"b":2}') == (struct([("a", s.INT32)]), {"a": 1})
    with pytest.raises(ConfigError, match=r"schema\.content"):
        converter(schema_content='{"type":"nope"}')


def test_bad_settings_name_the_key() -> None:
    with pytest.raises(ConfigError, match=r"decimal\.format"):
        converter(decimal_format="HEX")
    with pytest.raises(ConfigError, match=r"schemas\.enable"):
        converter(schemas_enable="yes")


def test_as_header_converter_it_makes_envelopes() -> None:
    made = JsonConverter()
    made.configure_headers({})
    data = made.from_connect_header("t", "h", s.INT8, 1)
    assert data == b'{"schema":{"type":"int8","optional":false},"payload":1}'
    assert made.to_connect_header("t", "h", data) == (s.INT8, 1)
