"""What Confluent's JsonSchemaData 8.5 made of generated schemas, values and texts, recorded once: ours must be equal.

No package registry has those classes, so they cannot be asked here. The files in tests/vectors/json_schema hold Connect
schemas as JsonConverter writes them and values as its bare JSON; both are read by our own JsonConverter's rooms.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connect_core.data import Schema
from connect_core.encoding import json_schema
from connect_core.encoding.json import JsonOptions, parse
from connect_core.encoding.json import slow as plain
from connect_core.encoding.json_schema import JsonSchemaOptions
from connect_core.encoding.json_schema.validation import validator
from connect_core.errors import DataError, java_class
from tests.fuzz.family import exact
from tests.json_schemas import document

VECTORS = Path(__file__).parents[2] / "vectors" / "json_schema"
BARE = JsonOptions(schemas_enable=False)
OPTIONS = {
    "object.additional.properties": "additional_properties",
    "use.optional.for.nonrequired": "optional_for_nonrequired",
    "ignore.modern.dialects": "ignore_modern_dialects",
    "ignore.default.for.nullables": "ignore_default_for_nullables",
    "generalized.sum.type.support": "generalized_sum_types",
    "flatten.singleton.unions": "flatten_singleton_unions",
    "preserve.additional.properties": "preserve_additional_properties",
}


def vectors(name: str) -> Iterator[dict[str, Any]]:
    with (VECTORS / f"{name}.jsonl").open() as lines:
        for line in lines:
            yield json.loads(line)


def options(config: dict[str, str]) -> JsonSchemaOptions:
    flags = {OPTIONS[key]: value == "true" for key, value in config.items() if key in OPTIONS}
    return JsonSchemaOptions(**flags, numeric_decimals=config.get("decimal.format") == "numeric")


def schema_of(vector: dict[str, Any]) -> Schema:
    schema = plain.schema_of(parse(json.dumps(vector["schema"]).encode()), BARE)
    assert schema is not None
    return schema


def outcome(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    try:
        return function(*arguments, **named)
    except Exception as error:  # noqa: BLE001 - compared, not handled
        return {"error": java_class(error), "message": str(error)}


def expected(vector: dict[str, Any], found: Any) -> dict[str, Any]:
    """The recorded error; None as message where the original's depends on its libraries."""
    message = vector["message"] if vector["message"] is not None else found["message"]
    return {"error": vector["error"], "message": message}


def differing(name: str, compare: Callable[[dict[str, Any]], tuple[Any, Any]]) -> list[Any]:
    count, wrong = 0, []
    for vector in vectors(name):
        count += 1
        ours, theirs = compare(vector)
        if ours != theirs:
            wrong.append((vector, ours))
    assert count > 100
    return wrong


def test_texts_of_schemas() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        found = outcome(json_schema.schema_text, schema_of(vector), options(vector["config"]))
        return found, expected(vector, found) if "error" in vector else vector["text"]

    assert not differing("texts", compare)


def test_written_values() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        schema = schema_of(vector)
        value = plain.read_value(schema, parse(vector["value"].encode()), BARE)
        found = outcome(json_schema.encoder(schema, options(vector["config"])), value)
        if "error" in vector:
            return found, expected(vector, found)
        return found, vector["json"] if vector["json"] is None else vector["json"].encode()

    assert not differing("written", compare)


def test_read_values() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        schema = schema_of(vector)
        found = outcome(json_schema.decoder(schema, options(vector["config"])), vector["json"].encode())
        if "error" in vector:
            return found, expected(vector, found)
        return exact(found), exact(plain.read_value(schema, parse(vector["value"].encode()), BARE))

    assert not differing("values", compare)


def test_schemas_of_texts() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        found = outcome(json_schema.read, vector["text"], options(vector["config"]))
        return found, expected(vector, found) if "error" in vector else schema_of(vector)

    assert not differing("reads", compare)


def test_which_schemas_can_read_what_others_wrote() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        found = json_schema.can_read(vector["reader"], vector["written"], json_schema.DEFAULTS)
        return found, vector["compatible"]

    assert not differing("compatible", compare)


def test_which_messages_are_valid() -> None:
    def compare(vector: dict[str, Any]) -> tuple[Any, Any]:
        found = outcome(validator(vector["schema"], {}), vector["message"].encode())
        return found is None, vector["valid"]

    assert not differing("valid", compare)


def test_any_document_is_read_or_refused_as_bad_data() -> None:
    random, read = Random(3), 0
    for _ in range(1000):
        text = json.dumps(document(random))
        try:
            schema = json_schema.read(text, json_schema.DEFAULTS)
            json_schema.can_read(text, text, json_schema.DEFAULTS)
        except DataError:
            continue
        json_schema.encoder(schema, json_schema.DEFAULTS)
        json_schema.decoder(schema, json_schema.DEFAULTS)
        read += 1
    assert read > 300


@pytest.mark.parametrize(
    "dialect", ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
)
def test_a_schema_within_itself(dialect: str) -> None:
    """Recorded as well: the outer struct has no id, the one within refers to itself."""
    text = {
        "$schema": dialect,
        "type": "object",
        "title": "N",
        "properties": {"next": {"oneOf": [{"type": "null"}, {"$ref": "#"}]}, "v": {"type": "integer"}},
    }
    schema = json_schema.read(json.dumps(text), json_schema.DEFAULTS)
    inner = schema.field_map["next"].schema
    assert (schema.name, dict(schema.parameters), schema.optional) == ("N", {}, False)
    assert (inner.name, dict(inner.parameters), inner.optional) == ("N", {"io.confluent.connect.json.Id": "#id1"}, True)
    again = inner.field_map["next"].schema
    assert again.field_map["next"].schema is again
    value = {"next": {"next": {"next": None, "v": 3}, "v": 2}, "v": 1}
    written = json_schema.encoder(schema, json_schema.DEFAULTS)(value)
    assert written == b'{"next":{"next":{"next":null,"v":3},"v":2},"v":1}'
    assert json_schema.decoder(schema, json_schema.DEFAULTS)(written) == value
    assert '"$ref":"#id1"' in json_schema.schema_text(schema, json_schema.DEFAULTS)
