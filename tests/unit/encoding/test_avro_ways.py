"""The compiled writers and readers against the slow ones, on generated schemas and data; and that they are used."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bench.converters import SCHEMA, row
from connect_core.encoding.avro import decoder, encoder, from_connect, slow_read, slow_write, to_connect
from connect_core.encoding.avro.options import DEFAULTS
from connect_core.errors import ConnectError
from tests.fuzz._avro_trees import Endless, datum, drawn_text, mutated
from tests.fuzz._avro_values import fitting, schemaless
from tests.fuzz.avro_schemas import OPTIONS, Draw
from tests.fuzz.family import exact


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result, or the error's class and text."""
    try:
        return "made", exact(function(*arguments))
    except ConnectError as error:
        return type(error), str(error)


@pytest.mark.parametrize("seed", range(10))
def test_writing(seed: int) -> None:
    random = Random(seed)
    written = 0
    for _ in range(40):
        options, draw = random.choice(OPTIONS), Draw(random, odd=0)
        schema = draw.schema()
        try:
            own = from_connect(schema, options)
        except ConnectError:
            continue
        encode = encoder(schema, own, options, prefix=b"head")
        for _ in range(8):
            value = fitting(schema, random)
            slow = outcome(slow_write.encode, schema, own, own, value, options)
            fast = outcome(encode, value)
            if slow[0] == "made" and slow[1][0] == "bytes":
                slow = "made", exact(b"head" + slow_write.encode(schema, own, own, value, options))  # type: ignore[operator]
            assert fast == slow
            written += fast[0] == "made"
    assert written > 100


@pytest.mark.parametrize("seed", range(10))
def test_reading(seed: int) -> None:
    random = Random(seed)
    read = 0
    for _ in range(40):
        options, (_, avro) = random.choice(OPTIONS), drawn_text(random)
        try:
            schema = to_connect(avro, options)
        except ConnectError:
            continue
        decode = decoder(avro, schema, options)
        for _ in range(8):
            try:
                data = b"12345" + slow_write.payload(avro, datum(avro, random))
            except Endless:
                continue
            for message in (data, mutated(data, random)):
                fast = outcome(decode, message, 5)
                assert fast == outcome(slow_read.decode, avro, schema, message, 5, options)
                read += fast[0] == "made"
    assert read > 100


@pytest.mark.parametrize("seed", range(5))
def test_without_schema(seed: int) -> None:
    random = Random(seed)
    own = from_connect(None, DEFAULTS)
    encode, decode = encoder(None, own, DEFAULTS), decoder(own, None, DEFAULTS)
    for _ in range(100):
        value = schemaless(random)
        data = encode(value)
        assert data == slow_write.encode(None, own, own, value, DEFAULTS)
        if data is not None:
            assert exact(decode(data, 0)) == exact(slow_read.decode(own, None, data, 0, DEFAULTS))


def test_the_quick_ways_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in generated code would only show as slowness: everything odd is done by the book."""

    def refuse(*_: Any) -> Any:
        raise AssertionError("by the book")

    own = from_connect(SCHEMA, DEFAULTS)
    encode, decode = encoder(SCHEMA, own, DEFAULTS), decoder(own, to_connect(own, DEFAULTS), DEFAULTS)
    monkeypatch.setattr(slow_write, "encode", refuse)
    monkeypatch.setattr(slow_read, "decode", refuse)
    for number in range(50):
        data = encode(row(number))
        assert data is not None
        assert decode(data, 0) == row(number)
