"""Text, bytes, numbers, booleans and guessed headers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connect_core import converters
from connect_core.data import date_schema, struct
from connect_core.data import schema as s
from connect_core.errors import ConfigError, DataError


@pytest.mark.parametrize(
    ("name", "schema", "value", "data"),
    [
        ("Integer", s.OPTIONAL_INT32, 1, "00000001"),
        ("Long", s.OPTIONAL_INT64, -1, "ffffffffffffffff"),
        ("Double", s.OPTIONAL_FLOAT64, 1.5, "3ff8000000000000"),
        ("Short", s.OPTIONAL_INT16, 256, "0100"),
        ("Float", s.OPTIONAL_FLOAT32, 1.5, "3fc00000"),
        ("Boolean", s.OPTIONAL_BOOLEAN, True, "01"),
        ("ByteArray", s.OPTIONAL_BYTES, b"ab", "6162"),
        ("String", s.OPTIONAL_STRING, "ä", "c3a4"),
    ],
)
def test_bytes(name: str, schema: Any, value: Any, data: str) -> None:
    made = getattr(converters, f"{name}Converter")()
    made.configure({}, is_key=True)
    assert made.encoder("t", schema)(value) == bytes.fromhex(data)
    assert made.decoder("t")(bytes.fromhex(data)) == (schema, value)
    assert made.encoder("t", schema)(None) is None
    assert made.decoder("t")(None) == (schema, None)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("Integer", 2**31, r"Failed to serialize to integer \(was class java.lang.Long\): "),
        ("Integer", True, "java.lang.Boolean"),
        ("Float", 1e300, "Failed to serialize to float"),
        ("Double", 1, r"Failed to serialize to double \(was class java.lang.Integer\): "),
        ("Boolean", 1, "BooleanConverter is not compatible with objects of type class java.lang.Integer"),
        ("ByteArray", "x", "ByteArrayConverter is not compatible with objects of type class java.lang.String"),
    ],
)
def test_values_that_do_not_fit(name: str, value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        getattr(converters, f"{name}Converter")().encoder("t", None)(value)


def test_string_converter_writes_what_java_prints() -> None:
    write = converters.StringConverter().encoder(
        "t", struct([("a", s.INT32), ("b", s.OPTIONAL_STRING), ("f", s.FLOAT32)])
    )
    assert write({"a": 1, "b": None, "f": 0.10000000149011612}) == b"Struct{a=1,f=0.1}"
    plain = converters.StringConverter().encoder("t", None)
    assert plain({"i": 300, "s": [1, 2], "n": None}) == b"{i=300, s=[1, 2], n=null}"
    assert converters.StringConverter().write(date_schema(), date(2024, 5, 6)) == b"Mon May 06 00:00:00 UTC 2024"


def test_an_unknown_character_set_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"converter\.encoding"):
        converters.StringConverter().configure({"converter.encoding": "klingon"}, is_key=False)


def test_headers_are_guessed() -> None:
    made = converters.SimpleHeaderConverter()
    assert made.to_connect_header("t", "h", b"1,2,3") == (s.INT8, 1)
    assert made.to_connect_header("t", "h", b"null") == (None, None)
    assert made.to_connect_header("t", "h", b"25:00:00.000Z") == (s.STRING, "25:00:00.000Z")  # no Python time holds it
    assert made.from_connect_header("t", "h", s.FLOAT64, 1e10) == b"1.0E10"
    assert made.from_connect_header("t", "h", None, None) is None
