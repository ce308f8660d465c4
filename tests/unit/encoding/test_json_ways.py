"""The compiled ways and the book must agree, byte by byte, whatever schema and value."""

from __future__ import annotations

import json
import traceback
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connect_core.data import Schema, array, date_schema, decimal_schema, struct, timestamp_schema
from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import FLOAT64, INT64, OPTIONAL_STRING, STRING
from connect_core.encoding.json import JsonOptions, decoder, encoder, slow
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from tests.fuzz import _documents as documents
from tests.fuzz.values import value as random_value
from tests.schemas import DOUBLES, NAMES, SCHEMAS, TEXT, pairs, structs_with_default

OPTIONS = st.builds(
    JsonOptions,
    schemas_enable=st.booleans(),
    numeric_decimals=st.booleans(),
    replace_null_with_default=st.booleans(),
)
GENERATED = settings(
    max_examples=60, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | DOUBLES | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def outcome(function: Any, *arguments: Any) -> Any:
    """A comparable result: the value with its types, or the error."""
    try:
        return shown(function(*arguments))
    except DataError as error:
        return type(error), str(error)


def shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {shown(k): shown(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(map(shown, value))
    return value if isinstance(value, Schema) else (type(value), repr(value))


@GENERATED
@given(pairs(), OPTIONS)
def test_encoding_is_the_same_both_ways(pair: tuple[Schema, Any], options: JsonOptions) -> None:
    schema, value = pair
    assert outcome(encoder(schema, options), value) == outcome(slow.encode, schema, value, options)


@GENERATED
@given(pairs(), OPTIONS)
def test_decoding_is_the_same_both_ways(pair: tuple[Schema, Any], options: JsonOptions) -> None:
    schema, value = pair
    options = JsonOptions(numeric_decimals=options.numeric_decimals)
    data = slow.encode(schema, value, options)
    decode = decoder(options)
    first, again = outcome(decode, data), outcome(decode, data)
    assert first == again == outcome(slow.decode, data, options)


@GENERATED
@given(JSON, OPTIONS)
def test_schemaless_is_the_same_both_ways(value: Any, options: JsonOptions) -> None:
    written = outcome(encoder(None, options), value)
    assert written == outcome(slow.encode, None, value, options)
    if written[0] is bytes:
        data = encoder(None, options)(value)
        assert outcome(decoder(options), data) == outcome(slow.decode, data, options)


@GENERATED
@given(pairs(), pairs(), OPTIONS)
def test_values_of_another_schema_are_the_same_both_ways(
    one: tuple[Schema, Any], other: tuple[Schema, Any], options: JsonOptions
) -> None:
    """Mostly errors and coercions: both ways must have the same."""
    assert outcome(encoder(one[0], options), other[1]) == outcome(slow.encode, one[0], other[1], options)
    payload = slow.value_text(other[0], other[1], options)
    head = slow.schema_bytes(one[0], JsonOptions())
    data = b'{"schema":' + head + b',"payload":' + payload.encode() + b"}"
    options = JsonOptions(replace_null_with_default=options.replace_null_with_default)
    assert outcome(decoder(options), data) == outcome(slow.decode, data, options)


@GENERATED
@given(pairs(), JSON)
def test_odd_payloads_are_the_same_both_ways(pair: tuple[Schema, Any], payload: Any) -> None:
    text = json.dumps(payload, ensure_ascii=False).encode()
    data = b'{"schema":' + slow.schema_bytes(pair[0], JsonOptions()) + b',"payload":' + text + b"}"
    assert outcome(decoder(JsonOptions()), data) == outcome(slow.decode, data, JsonOptions())


@GENERATED
@given(SCHEMAS | structs_with_default(), OPTIONS, st.integers(0, 2**32))
def test_bent_and_damaged_documents_are_the_same_both_ways(schema: Schema, options: JsonOptions, source: int) -> None:
    """One decoder for all of them: what it learned of one document must not show in the next."""
    random = Random(source)
    decode = decoder(options)
    good, other = (slow.encode(schema, random_value(schema, random), options) or b"null" for _ in range(2))
    for _ in range(6):
        bent = documents.write(documents.bend(documents.tree(good), random), random)
        for data in (good, bent, documents.mutate(good, other, random), other):
            assert outcome(decode, data) == outcome(slow.decode, data, options), data


@GENERATED
@given(SCHEMAS | structs_with_default(), st.booleans(), st.integers(0, 2**32))
def test_bare_payloads_of_a_fixed_schema_are_the_same_both_ways(schema: Schema, replace: bool, source: int) -> None:
    random = Random(source)
    options = JsonOptions(replace_null_with_default=replace)
    decode, by_the_book = decoder(options, fixed=schema), partial(slow.decode, options=options, fixed=schema)
    for _ in range(6):
        good = slow.encode(schema, random_value(schema, random), JsonOptions(schemas_enable=False)) or b"null"
        for data in (good, documents.write(documents.bend(documents.tree(good), random), random)):
            assert outcome(decode, data) == outcome(by_the_book, data), data


def test_ordinary_values_take_the_compiled_way(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = struct(
        [
            ("id", INT64),
            ("price", decimal_schema(2)),
            ("day", date_schema(optional=True)),
            ("at", timestamp_schema()),
            ("tags", array(STRING)),
            ("inner", struct([("x", FLOAT64), ("größe", OPTIONAL_STRING)])),
        ]
    )
    value = {
        "id": 1,
        "price": Decimal("-1.50"),
        "day": None,
        "at": datetime(2024, 1, 2, tzinfo=UTC),
        "tags": ["a", "😀\x1f"],
        "inner": {"x": 1e9, "größe": None},
    }
    expected = slow.encode(schema, value, JsonOptions())
    encode, decode = encoder(schema, JsonOptions()), decoder(JsonOptions())
    decode(expected)  # learns the schema
    for name in ("encode", "decode", "read_value", "value_text"):
        monkeypatch.setattr(slow, name, None)
    assert encode(value) == expected
    assert decode(expected) == (schema, value)


def test_tracebacks_show_the_generated_lines() -> None:
    source = Source()
    with source.block("def fail(x):"):
        source.line("return x['a\\n{b}']  # made")
    with pytest.raises(TypeError) as caught:
        source.compile("fail", title="trial")(None)
    assert "# made" in "".join(traceback.format_exception(caught.value))


def test_a_schema_that_contains_itself_is_written_without_envelope_only() -> None:
    inner = stand_in()
    tree = struct([("name", STRING), ("next", inner)], name="Node")
    complete(inner, tree, optional=True)
    value = {"name": "a", "next": {"name": "b", "next": None}}
    bare = encoder(tree, JsonOptions(schemas_enable=False))
    assert bare(value) == b'{"name":"a","next":{"name":"b","next":null}}'
    with pytest.raises(DataError, match=r"contains itself.*schemas\.enable=false"):
        encoder(tree, JsonOptions(schemas_enable=True))
