"""`connect_core.java` against the JDK itself and Kafka's client."""

from __future__ import annotations

import random
import struct
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from connect_core.java import hashing, numbers, properties
from tests.parity.bridge import Bridge

EDGES = [
    0.0, -0.0, 1e7, 9999999.0, 9999999.999999998, 1e-3, 9.99999999999999e-4, 5e-324, 1e-323, 1.5e-323, 2e-323, 3e-323,
    1e-322, 2.2250738585072014e-308, 1.7976931348623157e308, 2e23, 1e23, 8.41e21, 9007199254740993.0, 123456.7, 1e22,
    100.0, 12345678.9, float("inf"), float("-inf"), float("nan"),
]  # fmt: skip


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


def test_double_texts(jvm: ModuleType) -> None:
    java = jvm.JClass("java.lang.Double")
    seeded = random.Random(1)
    values = EDGES + [struct.unpack(">d", seeded.randbytes(8))[0] for _ in range(1500)]
    values += [seeded.uniform(-1e8, 1e8) for _ in range(500)] + [seeded.randrange(2**53) / 1000 for _ in range(500)]
    assert [v for v in values if numbers.double_text(v) != str(java.toString(jvm.JDouble(v)))] == []


def test_float_texts(jvm: ModuleType) -> None:
    java = jvm.JClass("java.lang.Float")
    seeded = random.Random(2)
    values = [v for v in EDGES if abs(v) < 3e38 or v - v != 0]
    values += [sign * 2.0**k for k in range(-149, 128) for sign in (1, -1)] + [n / 10 for n in range(500)]
    values += [struct.unpack(">f", seeded.randbytes(4))[0] for _ in range(1500)]
    assert [v for v in values if numbers.float_text(v) != str(java.toString(jvm.JFloat(v)))] == []


def test_decimal_texts_and_bytes(bridge: Bridge) -> None:
    seeded = random.Random(3)
    for _ in range(600):
        unscaled, scale = seeded.randrange(-(10 ** seeded.randrange(1, 45)), 10**12), seeded.randrange(-12, 25)
        ours = numbers.decimal_from_bytes(numbers.int_to_bytes(unscaled), scale)
        java = bridge.new("java.math.BigDecimal", str(Decimal(f"{unscaled}E{-scale}")))
        assert numbers.decimal_text(ours) == str(java.toString())
        assert numbers.decimal_to_bytes(ours) == bytes(java.unscaledValue().toByteArray())
        assert numbers.decimal_scale(ours) == java.scale() == scale


@pytest.mark.parametrize(
    "text",
    [
        "16777217.0000000001",
        "16777217",
        "16777218.9999999999999",
        "0.1",
        "1e-60",
        "1e39",
        "-1e400",
        "3.4028235e38",
        "1.00000005960464477539062500000001",
        "1.00000005960464477539062499999999",
        "1.000000059604644775390625",
    ],
)
def test_decimals_to_floats_are_not_rounded_twice(bridge: Bridge, text: str) -> None:
    java = bridge.new("java.math.BigDecimal", text).floatValue()
    assert numbers.decimal_to_float32(Decimal(text)) == float(java)


def test_narrowing(jvm: ModuleType) -> None:
    box = jvm.JClass("java.lang.Double")
    for value in [*EDGES, 2**31, -(2**31) - 1, 2**63, -1.9, 1.9, 300.7, 1e18]:
        java = box(jvm.JDouble(value))
        assert numbers.float_to_int(value, 32) == int(java.intValue())
        assert numbers.float_to_int(value, 64) == int(java.longValue())
        assert numbers.narrow(numbers.float_to_int(value, 32), 8) == int(java.byteValue())
        assert numbers.narrow(numbers.float_to_int(value, 32), 16) == int(java.shortValue())


def test_hashes(bridge: Bridge) -> None:
    utils = bridge.jpype.JClass("org.apache.kafka.common.utils.Utils")
    seeded = random.Random(4)
    for length in range(40):
        data = seeded.randbytes(length)
        assert hashing.murmur2(data) == int(utils.murmur2(bridge.byte_array(data)))
    for text in ["", "a", "partition", "größe", "😀😀", "x" * 50]:
        assert hashing.string_hash(text) == int(bridge.text(text).hashCode())


def test_hash_map_order(bridge: Bridge) -> None:
    seeded = random.Random(5)
    for size in [0, 1, 2, 5, 12, 13, 24, 25, 60]:
        keys = ["".join(seeded.choices("abcdefghijklm", k=seeded.randrange(1, 12))) for _ in range(size)]
        java = bridge.new("java.util.HashMap")
        for key in keys:
            java.put(bridge.text(key), None)
        assert hashing.hash_map_order(keys) == [str(key) for key in java.keySet()]


def test_order_of_maps_as_keys(bridge: Bridge) -> None:
    for size in range(1, 30):
        others: list[dict[str, Any]] = [{"n": -size}, {"n": 1 << 40}, {"f": 1.5}, {"b": True, "c": False}, {"x": None}]
        maps = [*({"protocol": "1", "table": f"shop.t{i}"} for i in range(size)), *others[: size % 6]]
        java = bridge.new("java.util.HashMap", len(maps))
        for index, one in enumerate(maps):
            java.put(bridge.value(None, one), bridge.text(str(index)))
        assert hashing.order_as_map_keys(maps) == [maps[int(str(index))] for index in java.values()]


PROPERTIES = [
    "a=b\nc:d\ne f\n", "  a = b \n", "a\\\n  b=c\\\n   d\n", "#x=1\n!y=2\n\n   \nz=3", "a\\=b=c\\:d\\\\", "k", "k=",
    "=v", "u=\\u00e4\\uD83D\\uDE00", "t=\\t\\n\\r\\f\\q\\\"", "a==b", "a = : b", "a\tb", "dup=1\ndup=2", "a=b\\",
    "a=b\\\n", "a=b\\\n#c\nd=e", "\\ a=b", "a=\\ b", "a=b\r\nc=d\re=f", "path=C:\\\\dir", "a=x\\\\\nb=y", "  \\\n  a=b",
    "ä=ö", "a=1\\\n\\\n2", "key\\\n=v", "a b c", "a :=b", "#c\\\nx=1", "a=b\fc", "\\", "a=b\n  \\", "\\\n", "a\\\n  \\",
    "\\\n#c\n", "\\\r\n", "\\\n\n=",
]  # fmt: skip


@pytest.mark.parametrize("text", PROPERTIES)
def test_properties_files(bridge: Bridge, text: str) -> None:
    java = bridge.new("java.util.Properties")
    java.load(bridge.new("java.io.StringReader", bridge.text(text)))
    found = {str(bridge.from_text(e.getKey())): str(bridge.from_text(e.getValue())) for e in java.entrySet()}
    assert properties.load(text) == found
    again = bridge.new("java.util.Properties")
    again.load(bridge.new("java.io.StringReader", bridge.text(properties.store(found))))
    assert again.equals(java)


def test_malformed_unicode_escapes_in_properties(bridge: Bridge) -> None:
    for text in ["a=\\u12", "a=\\u12g4", "\\u=b"]:
        with pytest.raises(ValueError, match=r"Malformed \\uxxxx encoding"):
            properties.load(text)
        with pytest.raises(bridge.jpype.JException, match=r"Malformed \\uxxxx encoding"):
            bridge.new("java.util.Properties").load(bridge.new("java.io.StringReader", bridge.text(text)))
