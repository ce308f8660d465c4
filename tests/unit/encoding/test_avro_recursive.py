"""Avro records that contain themselves: as schemas, as data however deep, and those that have no end."""

from __future__ import annotations

from typing import Any

import pytest

from connect_core.data import Schema, array, map_of, struct
from connect_core.data.recursive import complete, is_recursive, stand_in
from connect_core.data.schema import INT32, OPTIONAL_STRING, STRING
from connect_core.encoding.avro import decoder, encoder, from_connect, parse, slow_read, slow_write, to_connect
from connect_core.encoding.avro.options import DEFAULTS
from connect_core.errors import DataError
from tests.recursive import told


def holding(*, name: str | None = "T", within: Any = lambda schema: schema, optional: bool = True) -> Schema:
    """A struct with a number and, somewhere in its second field, itself."""
    inner = stand_in()
    made = struct([("v", INT32), ("next", within(inner))], name=name)
    complete(inner, made, optional=optional)
    return made


def both_ways(schema: Schema, value: Any) -> None:
    own = from_connect(schema, DEFAULTS)
    read = to_connect(own, DEFAULTS)
    data = encoder(schema, own, DEFAULTS)(value)
    assert data is not None
    assert data == slow_write.encode(schema, own, own, value, DEFAULTS)
    assert decoder(own, read, DEFAULTS)(data, 0) == value == slow_read.decode(own, read, data, 0, DEFAULTS)


def test_a_list_of_itself() -> None:
    schema = holding()
    assert str(from_connect(schema, DEFAULTS)) == (
        '{"type":"record","name":"T","fields":[{"name":"v","type":"int"},'
        '{"name":"next","type":["null","T"],"default":null}],"connect.name":"T"}'
    )
    assert told(to_connect(from_connect(schema, DEFAULTS), DEFAULTS)) == told(schema)
    both_ways(schema, {"v": 1, "next": {"v": 2, "next": None}})


def test_in_an_array() -> None:
    leaf: dict[str, Any] = {"v": 2, "next": []}
    both_ways(holding(within=array, optional=False), {"v": 1, "next": [leaf, leaf]})


def test_in_a_map() -> None:
    schema = holding(within=lambda inner: map_of(STRING, inner), optional=False)
    both_ways(schema, {"v": 1, "next": {"a": {"v": 2, "next": {}}}})


def test_in_unions() -> None:
    union = "io.confluent.connect.avro.Union"
    schema = holding(within=lambda inner: struct([("string", OPTIONAL_STRING), ("T", inner)], name=union))
    leaf = {"v": 2, "next": {"string": "x", "T": None}}
    both_ways(schema, {"v": 1, "next": {"string": None, "T": leaf}})


def test_two_that_hold_each_other() -> None:
    text = (
        '{"type":"record","name":"a.One","fields":[{"name":"two","type":{"type":"record","name":"Two","fields":['
        '{"name":"one","type":["null","One"]},{"name":"more","type":{"type":"array","items":"Two"}}]}}]}'
    )
    avro = parse(text)
    schema = to_connect(avro, DEFAULTS)
    assert schema is not None
    assert is_recursive(schema)
    leaf: dict[str, Any] = {"one": None, "more": []}
    both_ways(schema, {"two": {"one": {"two": leaf}, "more": [leaf, {"one": {"two": leaf}, "more": []}]}})


def test_hundreds_of_levels_deep() -> None:
    value: dict[str, Any] | None = None
    for number in range(600):
        value = {"v": number, "next": value}
    schema = holding()
    own = from_connect(schema, DEFAULTS)
    data = encoder(schema, own, DEFAULTS)(value)
    assert data is not None
    found = decoder(own, to_connect(own, DEFAULTS), DEFAULTS)(data, 0)
    depth = 0
    while found is not None:
        found, depth = found["next"], depth + 1
    assert depth == 600


def test_deeper_than_python_goes() -> None:
    value: dict[str, Any] | None = None
    for number in range(20_000):
        value = {"v": number, "next": value}
    schema = holding()
    own = from_connect(schema, DEFAULTS)
    with pytest.raises(DataError, match="without end"):
        encoder(schema, own, DEFAULTS)(value)
    with pytest.raises(DataError, match="too deeply"):
        decoder(own, to_connect(own, DEFAULTS), DEFAULTS)(b"\2\2" * 20_000 + b"\2\0", 0)


def test_without_a_name() -> None:
    both_ways(holding(name=None), {"v": 1, "next": {"v": 2, "next": None}})


def test_without_end() -> None:
    with pytest.raises(DataError, match="contains itself without end"):
        from_connect(holding(optional=False), DEFAULTS)
    with pytest.raises(DataError, match="The schema of T contains itself without end"):
        to_connect(parse('{"type":"record","name":"T","fields":[{"name":"t","type":"T"}]}'), DEFAULTS)


def test_a_default_in_itself() -> None:
    """The schema within has the default, too, as the original reads it: a null would become the default for ever."""
    text = (
        '{"type":"record","name":"T","connect.default":{"v":1,"next":null},"fields":['
        '{"name":"v","type":"int"},{"name":"next","type":["null","T"]}]}'
    )
    schema = to_connect(parse(text), DEFAULTS)
    assert schema is not None
    assert schema.fields[1].schema.default == {"v": 1, "next": None}
    with pytest.raises(DataError, match="without end"):
        from_connect(schema, DEFAULTS)
