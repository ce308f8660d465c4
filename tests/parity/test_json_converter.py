"""Our JsonConverter against Kafka Connect's, called live: bytes, values read back, and complaints."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.converters import JsonConverter
from connect_core.data import DATE, DECIMAL, Schema, Type, map_of
from connect_core.data.schema import INT32, OPTIONAL_STRING, STRING
from connect_core.errors import DataError
from tests.parity.bridge import Bridge, JavaError
from tests.schemas import DOUBLES, TEXT, pairs

GENERATED = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
CONFIGS = st.fixed_dictionaries(
    {
        "schemas.enable": st.sampled_from(["true", "false"]),
        "decimal.format": st.sampled_from(["BASE64", "numeric"]),
        "replace.null.with.default": st.sampled_from(["true", "false"]),
    }
)


class Both:
    """The two converters under one configuration."""

    def __init__(self, bridge: Bridge, config: dict[str, str]) -> None:
        self.bridge = bridge
        self.ours = JsonConverter()
        self.ours.configure(config, is_key=False)
        self.java = bridge.new("org.apache.kafka.connect.json.JsonConverter")
        settings = bridge.new("java.util.HashMap")
        for key, value in config.items():
            settings.put(bridge.text(key), bridge.text(value))
        self.java.configure(settings, False)

    def written(self, schema: Schema | None, value: Any) -> tuple[Any, Any]:
        """(ours, Java's): bytes or (exception class, message)."""
        return outcome(self.ours.encoder("t", schema), value), self._java_written(schema, value)

    def _java_written(self, schema: Schema | None, value: Any) -> Any:
        bridge = self.bridge
        made = bridge.schema(schema), bridge.value(schema, value)
        return outcome(lambda: bridge.from_bytes(bridge.call(self.java.fromConnectData, bridge.text("t"), *made)))

    def read(self, data: bytes | None) -> tuple[Any, Any]:
        """(ours, Java's): comparable (schema, value) or (exception class, message)."""
        return outcome(self.ours.to_connect, "t", data), outcome(self._java_read, data)

    def _java_read(self, data: bytes | None) -> Any:
        bridge = self.bridge
        found = bridge.call(self.java.toConnectData, bridge.text("t"), bridge.byte_array(data))
        schema = bridge.from_schema(found.schema())
        return schema, bridge.from_value(schema, found.value())


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        return shown(function(*arguments))
    except DataError as error:
        return "error", error.java_class, str(error)
    except JavaError as error:
        return "error", error.name, error.message


def shown(value: Any) -> Any:
    """Comparable with types, order of map entries aside."""
    if isinstance(value, dict):
        return {shown(k): shown(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(shown, value))
    return value if isinstance(value, (Schema, bytes)) else (type(value), repr(value))


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


@GENERATED
@given(pairs(), CONFIGS)
def test_the_same_bytes_and_back(bridge: Bridge, pair: tuple[Schema, Any], config: dict[str, str]) -> None:
    both = Both(bridge, config)
    ours, java = both.written(*pair)
    assert ours == java
    if isinstance(ours, bytes):
        ours_read, java_read = both.read(ours)
        assert ours_read == java_read


ENVELOPES = [
    b"", b" ", b"null", b"1", b"[]", b"{}", b'"x"', b'{"schema":null}', b'{"payload":1}', b"{", b"nul", b"NaN",
    b'{"schema":null,"payload":NaN}', b'{"schema":null,"payload":1,"x":2}', b'{"schema":null,"payload":1} trailing',
    b'{"payload":{"a":1},"schema":null}', b' { "schema" : null , "payload" : [1, 2.50, "x", null, {"k": {}}] } ',
    b'{"schema":null,"payload":9223372036854775807}', b'{"schema":null,"payload":9223372036854775808}',
    b'{"schema":null,"payload":-9223372036854775809}', b'{"schema":null,"payload":18446744073709551616}',
    b'{"schema":null,"payload":0' + b"1" * 1000 + b"}", b'{"schema":null,"payload":-' + b"1" * 1001 + b"}",
    b'{"schema":null,"payload":-0}', b'{"schema":null,"payload":-0.0}', b'{"schema":null,"payload":0.0}',
    b'{"schema":null,"payload":1e400}', b'{"schema":null,"payload":-1e400}', b'{"schema":null,"payload":1e-400}',
    b'{"schema":null,"payload":007}', b'{"schema":null,"payload":-007.50}', b'{"schema":null,"payload":[00,01.5e3]}',
    b'{"schema":null,"payload":{"007":"008"}}', b'{"schema":null,"payload":.5}', b'{"schema":null,"payload":5.}',
    b'{"schema":null,"payload":+5}', b'{"schema":null,"payload":1e5}', b'{"schema":null,"payload":1E+2}',
    b'{"schema":null,"payload":{"a":1,"a":2}}', b'{"schema":null,"payload":1,"payload":2}',
    b'{"schema":null,"payload":"\\ud83d\\ude00"}', b'{"schema":null,"payload":"\\ud83d"}',
    b'{"schema":null,"payload":"\x01"}', b'{"schema":null,"payload":"\\x"}', b'{"schema":null,"payload":"\xff"}',
    b'{"schema":null,"payload":\'x\'}', b'{"schema":null,"payload":[1,]}', b'{"schema":null,"payload":/*c*/1}',
    b'\xef\xbb\xbf{"schema":null,"payload":1}', '{"schema":null,"payload":1}'.encode("utf-16-be"),
    '{"schema":null,"payload":1}'.encode("utf-16-le"), '{"schema":null,"payload":"ä"}'.encode("utf-16"),
    '{"schema":null,"payload":1}'.encode("utf-32-be"), '{"schema":null,"payload":1}'.encode("utf-32-le"),
    b'{"schema":{"type":"int8","doc":",\\"payload\\":"},"payload":1}',
    b'{"schema":{"type":"struct","fields":[{"type":"int8","field":"payload"}]},"payload":{"payload":1}}',
    b'{"schema":{"x":[{"schema":1,"payload":2}],"type":"int8"},"payload":3}',
]  # fmt: skip
SCHEMAS = [
    b"1", b'"string"', b"[]", b"{}", b'{"type":null}', b'{"type":5}', b'{"type":"uuid"}', b'{"type":"float32"}',
    b'{"type":"array"}', b'{"type":"array","items":null}', b'{"type":"array","items":{}}', b'{"type":"map"}',
    b'{"type":"map","keys":{"type":"string"}}', b'{"type":"map","keys":null,"values":null}',
    b'{"type":"map","keys":{"type":"int8"},"values":null}', b'{"type":"struct"}', b'{"type":"struct","fields":{}}',
    b'{"type":"struct","fields":[1]}', b'{"type":"struct","fields":[{"field":1}]}',
    b'{"type":"struct","fields":[{"field":"a"}]}', b'{"type":"struct","fields":[{"type":"int8"}]}',
    b'{"type":"struct","fields":[{"type":"int8","field":"a"},{"type":"int8","field":"a"}]}',
    b'{"type":"struct","fields":[{"type":"int8","field":""}]}', b'{"type":"int8","optional":1}',
    b'{"type":"int8","optional":"true"}', b'{"type":"int8","optional":true}',
    b'{"type":"int8","name":5,"doc":{},"version":"1","parameters":[]}', b'{"type":"int8","version":1.5}',
    b'{"type":"int8","version":4294967297}', b'{"type":"int8","parameters":{"a":1}}', b'{"type":"int8","name":null}',
    b'{"type":"int8","parameters":{"a":"b","c":null}}', b'{"type":"int8","parameters":{}}',
    b'{"type":"int8","default":null}', b'{"type":"int8","optional":true,"default":null}',
    b'{"type":"int8","default":"5"}', b'{"type":"string","default":5}', b'{"type":"int8","default":7}',
    b'{"type":"string","optional":true,"default":5}', b'{"type":"int8","optional":true,"default":7}',
    b'{"type":"array","items":{"type":"string"},"default":[5]}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"}}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","version":1}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"x"}}',
    b'{"type":"string","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}',
    b'{"type":"int32","name":"org.apache.kafka.connect.data.Date","version":1}',
    b'{"type":"int32","name":"org.apache.kafka.connect.data.Time","version":1,"optional":true}',
    b'{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp","version":1}',
    b'{"type":"struct","fields":[],"name":"org.apache.kafka.connect.data.Time"}',
    b'{"type":"array","items":{"type":"int8"},"name":"org.apache.kafka.connect.data.Timestamp"}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":" 2"}}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"1_0"}}',
    b'{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2147483647"}}',
    b'{"type":"int64","name":"custom"}', b'{"type":"int16"}', b'{"type":"int32"}', b'{"type":"int64"}',
    b'{"type":"float"}', b'{"type":"double"}', b'{"type":"boolean"}', b'{"type":"bytes"}', b'{"type":"string"}',
    b'{"type":"array","items":{"type":"string"}}', b'{"type":"array","items":{"type":"int8","optional":true}}',
    b'{"type":"map","keys":{"type":"string"},"values":{"type":"int32"}}',
    b'{"type":"map","keys":{"type":"string","optional":true},"values":{"type":"int32","optional":true}}',
    b'{"type":"map","keys":{"type":"int32"},"values":{"type":"int32"}}',
    b'{"type":"struct","fields":[{"type":"int32","field":"a"},{"type":"string","field":"b","optional":true}]}',
    b'{"type":"struct","fields":[{"type":"string","field":"a"}]}',
    b'{"type":"struct","fields":[{"type":"array","items":{"type":"string"},"field":"a"}]}',
    b'{"type":"struct","fields":[{"type":"int8","field":"a","default":3}]}', b'{"type":"struct","fields":[]}',
]  # fmt: skip
PAYLOADS = [
    b"null", b"0", b"-0", b"-0.0", b"1", b"300", b"-129", b"2147483648", b"9223372036854775808", b"1e3", b"2.5",
    b"-2.5e10", b"1e400", b"99999999999999999999999999", b"16777217.0000000001", b"0.1", b"1e-50", b"true", b'"true"',
    b'"12"', b'""', b'"AJY="', b'"AB=="', b'"AB"', b'"A==="', b'"!!!!"', b'"AJ Y="', b'"AA\\n=="', b'"-_8="', b"[]",
    b"[1]", b'["x"]', b"[null]", b'[5,"x"]', b"[[1,2]]", b"[[1]]", b"[1,2]", b'["ab"]', b"[[1,2,3]]", b"{}",
    b'{"a":1}', b'{"a":null}', b'{"a":"x","b":"y","c":1}', b'{"b":"y"}', b'{"a":5}', b'{"a":[5]}',
    b'{"a":["x",null]}', b'{"a":1,"a":2}', b'{"x":{"y":1}}', b"86400000", b"86399999", b"-1", b"007", b"0e1000000",
    b"[[1,2],[1,3]]",
]  # fmt: skip
CONFIGURATIONS = [
    {"schemas.enable": "true"},
    {"schemas.enable": "false"},
    {"schemas.enable": "true", "replace.null.with.default": "false"},
]
# java.util.Date has a 24:00 and a year 146e6, which no Python value can hold: an error of our own.
OURS_ALONE = ("Time values must use number of milliseconds greater", "lies outside the years 1 to 9999")


def ours_alone(found: Any) -> bool:
    return found[0] == "error" and any(text in found[2] for text in OURS_ALONE)


@pytest.mark.parametrize("config", CONFIGURATIONS, ids=lambda config: ",".join(config.values()))
def test_odd_documents(bridge: Bridge, config: dict[str, str]) -> None:
    both = Both(bridge, config)
    assert differences(both, ENVELOPES) == []


@pytest.mark.parametrize("replace", ["true", "false"])
def test_every_schema_with_every_payload(bridge: Bridge, replace: str) -> None:
    both = Both(bridge, {"replace.null.with.default": replace})
    payloads = PAYLOADS if replace == "true" else [p for p in PAYLOADS if b"null" in p or p == b"{}"]
    documents = [b'{"schema":' + schema + b',"payload":' + payload + b"}" for schema in SCHEMAS for payload in payloads]
    assert differences(both, documents) == []


def differences(both: Both, documents: list[bytes]) -> list[Any]:
    found = ((document, *both.read(document)) for document in documents)
    return [(d, ours, java) for d, ours, java in found if ours != java and not ours_alone(ours)]


@pytest.mark.parametrize(
    "content", ['{"type":"int8"}', '{"type":"struct","fields":[{"type":"string","field":"a","optional":true}]}']
)
def test_a_fixed_schema(bridge: Bridge, content: str) -> None:
    both = Both(bridge, {"schema.content": content})
    assert differences(both, [*PAYLOADS, b"", b" ", b"{"]) == []


NAMELESS_DECIMAL = Schema(Type.BYTES, name=DECIMAL, parameters={"p": ""})


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (map_of(OPTIONAL_STRING, INT32), {"a": 0, "null": 1, None: 2}),  # two keys, one name
        (map_of(OPTIONAL_STRING, INT32), {None: 1, "null": 2, "b": 3}),
        (map_of(OPTIONAL_STRING.replace(default="d"), INT32), {None: 1, "d": 2}),
        (map_of(Schema(Type.STRING, name=DATE), INT32), {date(1970, 1, 3): 1}),
        (NAMELESS_DECIMAL, Decimal("1.5")),
        (NAMELESS_DECIMAL.replace(optional=True), None),
        (Schema(Type.BYTES, name=DECIMAL, parameters={"scale": "1_0"}), Decimal("1E-10")),
        (Schema(Type.BYTES, name=DECIMAL, parameters={"scale": "-2147483648"}), Decimal("0E+2147483648")),
    ],
)
@pytest.mark.parametrize("decimals", ["BASE64", "numeric"])
def test_odd_schemas_written(bridge: Bridge, schema: Schema, value: Any, decimals: str) -> None:
    for replace in ("true", "false"):
        ours, java = Both(bridge, {"decimal.format": decimals, "replace.null.with.default": replace}).written(
            schema, value
        )
        assert ours == java


def test_null_is_a_tombstone_only_without_schema(bridge: Bridge) -> None:
    for config in CONFIGURATIONS:
        both = Both(bridge, config)
        for schema in (
            None,
            OPTIONAL_STRING,
            STRING,
            STRING.replace(default="d"),
            OPTIONAL_STRING.replace(default="d"),
        ):
            ours, java = both.written(schema, None)
            assert ours == java


@GENERATED
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | DOUBLES | TEXT | st.binary(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(CONFIGURATIONS[:2]),
)
def test_the_same_without_schema(bridge: Bridge, value: Any, config: dict[str, str]) -> None:
    both = Both(bridge, config)
    ours, java = both.written(None, value)
    assert ours == java
    if isinstance(ours, bytes):
        ours_read, java_read = both.read(ours)
        assert ours_read == java_read
