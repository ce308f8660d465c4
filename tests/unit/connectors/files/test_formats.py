"""Bytes of files: JSON as the original writes it, byte arrays, gzip."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from connect_core.connectors.files.compression import GzipFormat
from connect_core.connectors.files.formats import Body, Format, byte_array_format, format_name, json_format, unescape
from connect_core.data import Schema, array, date_schema, decimal_schema, map_of, struct, timestamp_schema
from connect_core.data.schema import BYTES, INT32, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError

JSON = json_format(numeric_decimals=False)
UNORDERED = {"id": 1, "name": "n", "city": "c", "amount": 1.5, "ok": True, "at": 9, "note": None}
HASH_ORDER = b'{"note":null,"amount":1.5,"at":9,"city":"c","name":"n","id":1,"ok":true}'


def content(form: Format, values: Sequence[Any], schema: Schema | None = None) -> bytes:
    body: Body = form.body(schema)
    body.extend(values)
    return body.finish()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (UNORDERED, HASH_ORDER),
        ({"x": [UNORDERED], "y": {"b": 1, "a": 2}}, b'{"x":[' + HASH_ORDER + b'],"y":{"a":2,"b":1}}'),
        ([1, "two", None, True], b'[1,"two",null,true]'),
        ({"d": 1e-5, "e": 12345678.9, "f": -0.5}, b'{"d":1.0E-5,"e":1.23456789E7,"f":-0.5}'),
        ({"n": float("nan"), "m": -(2**63)}, b'{"m":-9223372036854775808,"n":"NaN"}'),
        ({"q": 'a"\u0001', "w": "\U0001f600"}, b'{"q":"a\\"\\u0001","w":"\\uD83D\\uDE00"}'),
        ("text", b'"text"'),
        (1e10, b"1.0E10"),
        ("Łódź", '"Łódź"'.encode()),
        ({}, b"{}"),
    ],
)
def test_schemaless_values(value: Any, expected: bytes) -> None:
    before = repr(value)
    assert content(JSON, [value, value]) == (expected + b"\n") * 2
    assert repr(value) == before, "the record is not ours to change"


def test_structs_keep_the_order_of_their_schema_and_maps_inside_get_a_hash_maps() -> None:
    schema = struct(
        [
            ("z", INT32),
            ("a", OPTIONAL_STRING),
            ("tags", map_of(STRING, INT32)),
            ("list", array(struct([("m", map_of(STRING, STRING, optional=True))]))),
            ("at", timestamp_schema()),
            ("price", decimal_schema(2)),
        ]
    )
    value = {
        "z": 1,
        "a": None,
        "tags": {"name": 1, "note": 2},
        "list": [{"m": {"ok": "1", "at": "2"}}, {"m": None}],
        "at": datetime(2024, 3, 5, 10, tzinfo=UTC),
        "price": Decimal("1.25"),
    }
    head = (
        b'{"z":1,"a":null,"tags":{"note":2,"name":1},"list":[{"m":{"at":"2","ok":"1"}},{"m":null}],"at":1709632800000'
    )
    assert content(JSON, [value], schema) == head + b',"price":"fQ=="}\n'
    assert content(json_format(numeric_decimals=True), [value], schema) == head + b',"price":1.25}\n'


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (decimal_schema(2), Decimal("1.25"), b"1.25"),
        (date_schema(), date(1970, 1, 3), b"172800000"),
        (timestamp_schema(), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), b"1000"),
        (BYTES, b"\x00\xff", b'"AP8="'),
        (map_of(STRING, INT32), {"name": 1, "note": 2}, b'{"note":2,"name":1}'),
    ],
)
def test_bare_values_of_a_schema(schema: Schema, value: Any, expected: bytes) -> None:
    assert content(JSON, [value], schema) == expected + b"\n"


def test_a_value_that_does_not_fit_leaves_the_file_as_it_was() -> None:
    body = JSON.body(struct([("n", INT32)]))
    body.extend([{"n": 1}])
    with pytest.raises(DataError):
        body.extend([{"n": "one"}])
    body.extend([{"n": 2}])
    assert body.finish() == b'{"n":1}\n{"n":2}\n'


def test_numbers_beyond_a_long_are_refused() -> None:
    with pytest.raises(DataError, match="BigInteger"):
        content(JSON, [{"n": 2**63}])


def test_many_different_keys_do_not_fill_memory() -> None:
    values = [{f"k{n}": n, "z": 0} for n in range(5000)]
    assert len(content(JSON, values).splitlines()) == 5000


@pytest.mark.parametrize(
    ("separator", "expected"),
    [
        (None, b"a\nb\n"),
        ("\\n", b"a\nb\n"),
        ("", b"ab"),
        ("  ", b"a  b  "),
        ("\\u0001", b"a\x01b\x01"),
        ("ż", "ażbż".encode()),
    ],
)
def test_byte_arrays(separator: str | None, expected: bytes) -> None:
    form = byte_array_format(extension=".bin", separator=separator)
    assert content(form, [b"a", bytearray(b"b")], BYTES) == expected
    assert content(form, [b"a", memoryview(b"b")], None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(r"\t|\r\n", "\t|\r\n"), (r"\\n", "\\n"), (r"\0", "\0"), (r"\101", "A"), (r"\uu00e9", "é"), ("\\", "\\")],
)
def test_separators_have_javas_escapes(text: str, expected: str) -> None:
    assert unescape(text) == expected


def test_byte_arrays_take_bytes_only() -> None:
    form = byte_array_format(extension=".bin", separator=None)
    with pytest.raises(DataError, match=r"class java\.lang\.String.*ByteArrayConverter"):
        form.body(None).extend(["text"])
    with pytest.raises(DataError, match="Invalid schema type for ByteArrayConverter: STRING"):
        form.body(STRING)


def test_gzip_compresses_as_it_goes() -> None:
    form = GzipFormat(JSON, 6)
    assert form.extension == ".json.gz"
    body, parts = form.body(None), []
    for n in range(3000):
        body.extend([{"n": n}])
        if n % 1000 == 999:
            assert body.size > 0
            parts.append(body.take())
            assert body.size == 0
    data = b"".join(parts) + body.finish()
    assert gzip.decompress(data).splitlines() == [b'{"n":%d}' % n for n in range(3000)]
    assert len(data) < 15_000
    assert data[:10] == bytes.fromhex("1f8b08000000000000ff")
    assert gzip.decompress(form.body(None).finish()) == b""


def test_levels_matter_and_equal_records_make_equal_files() -> None:
    values = [UNORDERED] * 200
    assert content(GzipFormat(JSON, 9), values) == content(GzipFormat(JSON, 9), values)
    assert len(content(GzipFormat(JSON, 0), values)) > len(b"".join([HASH_ORDER] * 200))


@pytest.mark.parametrize("name", ["io.confluent.connect.s3.format.json.JsonFormat", "JsonFormat"])
def test_formats_go_by_their_names(name: str) -> None:
    assert format_name(name) == "JsonFormat"


def test_formats_that_are_not_there_are_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="ParquetFormat comes in a later version, use JsonFormat or ByteArrayFormat"):
        format_name("io.confluent.connect.s3.format.parquet.ParquetFormat")
    with pytest.raises(ConfigError, match="could not be found"):
        format_name("com.acme.Xml")
