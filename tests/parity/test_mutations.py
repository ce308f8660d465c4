"""Damaged bytes: whatever arrives, a converter gives a value or a DataError, nothing else.

Where Java takes or refuses the same bytes is compared by the fuzz family ``json mutations`` and those of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from connect_core import converters
from connect_core.data import (
    array,
    date_schema,
    decimal_schema,
    map_of,
    struct,
    time_schema,
    timestamp_schema,
)
from connect_core.data.schema import BYTES, FLOAT32, FLOAT64, INT8, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import DataError
from tests.fuzz._documents import mutate

MUTATIONS = 1000
ROW = struct(
    [
        ("id", INT64), ("name", OPTIONAL_STRING), ("price", decimal_schema(2)), ("single", FLOAT32),
        ("double", FLOAT64), ("day", date_schema()), ("at", timestamp_schema()), ("clock", time_schema(optional=True)),
        ("raw", BYTES), ("tags", array(STRING)), ("counts", map_of(STRING, INT8)), ("pairs", map_of(INT8, STRING)),
    ],
    name="row",
)  # fmt: skip
VALUE = {
    "id": -7, "name": "Müller 😀\n", "price": Decimal("19.99"), "single": 0.5, "double": 1e300,
    "day": date(2024, 2, 29), "at": datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC), "clock": time(23, 59, 59),
    "raw": b"\x00\xff", "tags": ["a", ""], "counts": {"x": 1}, "pairs": {1: "eins"},
}  # fmt: skip
type Read = Callable[[bytes], Any]


def _json(**config: str) -> tuple[Read, list[bytes]]:
    writer, reader = converters.JsonConverter(), converters.JsonConverter()
    writer.configure({key: value for key, value in config.items() if key != "schema.content"}, is_key=False)
    reader.configure(config, is_key=False)
    plain = writer.from_connect("t", None, {"a": [1, 2.5, None, True, "x"], "b": {"c": "😀"}})
    return reader.decoder("t"), [writer.from_connect("t", ROW, VALUE) or b"", plain or b""]


def _fixed() -> tuple[Read, list[bytes]]:
    content = (
        '{"type":"struct","fields":[{"type":"int64","field":"id"},{"type":"string","optional":true,"field":"name"}]}'
    )
    return _json(**{"schema.content": content})[0], [b'{"id":1,"name":"x"}', b'{"id":1,"name":null}']


def _simple(name: str, *values: Any, **config: str) -> tuple[Read, list[bytes]]:
    converter = getattr(converters, f"{name}Converter")()
    converter.configure(config, is_key=False)
    return converter.decoder("t"), [converter.from_connect("t", None, value) or b"" for value in values]


def _headers() -> tuple[Read, list[bytes]]:
    converter = converters.SimpleHeaderConverter()
    texts = ('{"a":[1,2.5,"x"]}', "[1,2,300]", "2024-02-29T01:02:03.004Z", '["10:11:12.123Z"]', "1e400", "plain 😀")
    return lambda data: converter.to_connect_header("t", "h", data), [text.encode() for text in texts]


READERS: dict[str, Callable[[], tuple[Read, list[bytes]]]] = {
    "json with envelope": _json,
    "bare json": lambda: _json(**{"schemas.enable": "false"}),
    "numeric decimals": lambda: _json(**{"decimal.format": "NUMERIC"}),
    "schema.content": _fixed,
    "string": lambda: _simple("String", "größe 😀", ""),
    "utf-16": lambda: _simple("String", "größe 😀", "", **{"converter.encoding": "UTF-16"}),
    "utf-32": lambda: _simple("String", "größe 😀", "", **{"converter.encoding": "UTF-32"}),
    "shift_jis": lambda: _simple("String", "日本", "a", **{"converter.encoding": "Shift_JIS"}),
    "bytes": lambda: _simple("ByteArray", b"\x00\xff", b""),
    "short": lambda: _simple("Short", 7, -1),
    "integer": lambda: _simple("Integer", 7, -1),
    "long": lambda: _simple("Long", 7, -1),
    "float": lambda: _simple("Float", 0.5, float("nan")),
    "double": lambda: _simple("Double", 0.5, float("inf")),
    "boolean": lambda: _simple("Boolean", True, False),
    "headers": _headers,
}


@pytest.mark.parametrize("name", READERS)
def test_nothing_but_data_errors(name: str) -> None:
    read, messages = READERS[name]()
    random = Random(name)
    for _ in range(MUTATIONS):
        damaged = mutate(random.choice(messages), random.choice(messages), random)
        try:
            read(damaged)
        except DataError:
            continue
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            pytest.fail(f"{type(error).__name__}: {error} for {damaged!r}")
    for message in messages:  # the reader is as good as before
        assert read(message) is not None


@pytest.mark.parametrize("depth", [500, 900, 1000, 1001, 5000, 100_000])
@pytest.mark.parametrize("name", ["json with envelope", "bare json", "headers"])
def test_deep_documents(name: str, depth: int) -> None:
    read, _ = READERS[name]()
    for data in (b"[" * depth + b"]" * depth, b'{"schema":null,"payload":' + b"[" * depth + b"]" * depth + b"}"):
        try:
            read(data)
        except DataError:
            continue


@pytest.mark.parametrize(
    "data", [b'{"schema":{"type":"int8"},"payload":1e999999999}', b"1e999999999", b"-1e-999999999"]
)
def test_huge_exponents_are_no_work(data: bytes) -> None:
    """Ten to the billion as an integer would take all memory there is."""
    for name in ("json with envelope", "bare json", "headers"):
        read, _ = READERS[name]()
        try:
            read(data)
        except DataError:
            continue
