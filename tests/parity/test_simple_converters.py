"""String, byte array, number and boolean converters against Kafka Connect's."""

from __future__ import annotations

from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from connect_core import converters
from connect_core.data import Schema, array, decimal_schema, map_of, struct
from connect_core.data import schema as s
from connect_core.errors import DataError
from tests.parity.bridge import Bridge, JavaError

PACKAGES = {"String": "org.apache.kafka.connect.storage"}
NAMES = ["String", "ByteArray", "Short", "Integer", "Long", "Float", "Double", "Boolean"]
BYTES = [
    None, b"", b"\x00", b"\x01", b"\x02", b"\xff", b"\x01\x00", b"\x80\x00", b"\x00\x00\x00\x01", b"\x7f\x80\x00\x00",
    b"\x3f\xc0\x00\x00", b"\xff" * 8, b"\x3f\xf8" + b"\x00" * 6, b"abc", "größe😀".encode(),
    b"a\xffb\xe2\x82c\xf0\x9f", b"\xed\xa0\x80", b"\xed\xa0\x18", b"\xc0\xaf",
]  # fmt: skip
PERSON = struct([("id", s.INT32), ("name", s.OPTIONAL_STRING), ("f", s.OPTIONAL_FLOAT32)], name="person")
VALUES: list[tuple[Schema | None, Any]] = [
    (s.STRING, "x"), (s.OPTIONAL_STRING, None), (None, None), (s.STRING, "größe 😀 \x00"), (s.INT8, 1),
    (s.INT16, -300), (s.INT32, 7), (s.INT64, 2**40), (s.FLOAT32, 0.10000000149011612), (s.FLOAT64, 1e7),
    (s.FLOAT64, 1.5), (s.BOOLEAN, True), (s.BOOLEAN, False), (None, True), (None, "x"), (None, 2**40), (None, 1.5),
    (s.OPTIONAL_BYTES, None), (decimal_schema(2), Decimal("1.50")), (decimal_schema(-3), Decimal("1E+3")),
    (decimal_schema(9), Decimal("1E-9")), (PERSON, {"id": 1, "name": "x", "f": 1e10}), (PERSON, {"id": 1}),
    (array(s.INT32), [1, 2]), (array(s.OPTIONAL_STRING), ["a", None]),
    (map_of(s.STRING, s.FLOAT32), {"k": 0.10000000149011612}),
    (struct([("p", PERSON)]), {"p": {"id": 3, "name": "ä"}}), (None, {"i": 300, "s": [1, {"x": None}]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def bridge(jvm: ModuleType) -> Bridge:
    return Bridge(jvm)


def both(bridge: Bridge, name: str, config: dict[str, str] | None = None) -> tuple[Any, Any]:
    ours = getattr(converters, f"{name}Converter")()
    java = bridge.new(f"{PACKAGES.get(name, 'org.apache.kafka.connect.converters')}.{name}Converter")
    settings = bridge.new("java.util.HashMap")
    for key, value in (config or {}).items():
        settings.put(bridge.text(key), bridge.text(value))
    ours.configure(config or {}, is_key=False)
    java.configure(settings, False)
    return ours, java


def outcome(function: Any, *arguments: Any) -> Any:
    try:
        found = function(*arguments)
    except DataError as error:
        cause = error.__cause__
        return error.java_class, str(error), cause and str(cause)
    except JavaError as error:
        return error.name, error.message, "any"
    return found


def java_read(bridge: Bridge, java: Any, data: bytes | None) -> Any:
    found = bridge.call(java.toConnectData, bridge.text("t"), bridge.byte_array(data))
    schema = bridge.from_schema(found.schema())
    return schema, bridge.from_value(schema, found.value())


@pytest.mark.parametrize("name", NAMES)
def test_reading(bridge: Bridge, name: str) -> None:
    ours, java = both(bridge, name)
    for data in BYTES:
        one, other = outcome(ours.decoder("t"), data), outcome(java_read, bridge, java, data)
        assert repr(one[:2]) == repr(other[:2]), data
        assert outcome(ours.to_connect_header, "t", "h", data)[:2] == one[:2] or "nan" in repr(one)


@pytest.mark.parametrize("name", NAMES)
def test_writing(bridge: Bridge, name: str) -> None:
    ours, java = both(bridge, name)

    def written(schema: Schema | None, value: Any) -> Any:
        made = bridge.schema(schema), bridge.value(schema, value)
        return bridge.from_bytes(bridge.call(java.fromConnectData, bridge.text("t"), *made))

    for schema, value in VALUES:
        one, other = outcome(ours.encoder("t", schema), value), outcome(written, schema, value)
        if isinstance(one, tuple) and isinstance(other, tuple):
            one, other = general(one[:2]), general(other[:2])
        assert accepted(name, schema, one, other), (schema, value, one, other)


def general(error: tuple[str, str]) -> tuple[str, str]:
    """Python has one int and one dict: which Java class they would be is a guess."""
    message = error[1]
    for java in ("Byte", "Short", "Integer", "Long"):
        message = message.replace(f"java.lang.{java}", "an int")
    for java in ("java.util.LinkedHashMap", "java.util.HashMap", "org.apache.kafka.connect.data.Struct"):
        message = message.replace(java, "a dict")
    return error[0], message.replace("java.lang.Float", "java.lang.Double")


def accepted(name: str, schema: Schema | None, ours: Any, java: Any) -> bool:
    """Equal, or a number that another Java class kept Java from writing: Python does not know widths."""
    numeric = {"Short": "INT", "Integer": "INT", "Long": "INT", "Float": "FLOAT", "Double": "FLOAT"}
    if ours == java:
        return True
    other_width = schema is None or schema.type.name.startswith(numeric.get(name, "-"))
    return isinstance(ours, bytes) and isinstance(java, tuple) and other_width


@pytest.mark.parametrize("charset", ["UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16LE", "windows-1252"])
def test_other_character_sets(bridge: Bridge, charset: str) -> None:
    ours, java = both(bridge, "String", {"converter.encoding": charset})
    for text in ["plain", "größe", "€", "日本 😀", ""]:
        data = bridge.from_bytes(java.fromConnectData(bridge.text("t"), None, bridge.text(text)))
        assert ours.encoder("t", None)(text) == data
        assert ours.decoder("t")(data) == java_read(bridge, java, data)
    for raw in [b"\xfe\xff\x00a", b"\xff\xfea\x00", b"\x00a"]:
        assert ours.decoder("t")(raw) == java_read(bridge, java, raw)
