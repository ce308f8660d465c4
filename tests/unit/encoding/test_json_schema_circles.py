"""Schemas that hold themselves in JSON Schema: their texts are valid, end, and read back as what they were."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_core.data import Schema, array, map_of, struct
from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import INT32, OPTIONAL_STRING, STRING
from connect_core.encoding import json_schema
from connect_core.encoding.json_schema import JsonSchemaOptions
from connect_core.encoding.json_schema.validation import validator
from tests.recursive import walk

OPTIONS = JsonSchemaOptions()
LEAF: dict[str, Any] = {"v": 0, "next": None, "kids": [], "named": {}, "other": None}
TREE = {
    **LEAF,
    "next": {**LEAF, "v": 2, "next": LEAF},
    "kids": [LEAF, {**LEAF, "kids": [LEAF]}],
    "named": {"a/b~ ä": {**LEAF, "v": 3}},
    "other": {"back": {**LEAF, "v": 4}, "x~1/y": None},
}


def tree() -> Schema:
    """A tree whose nodes are nullable, lie in lists and maps, and in a struct beside that holds them."""
    again = stand_in()
    other = struct([("back", again), ("x~1/y", OPTIONAL_STRING)], name="Other", optional=True)
    fields = [("v", INT32), ("next", again), ("kids", array(again)), ("named", map_of(STRING, again)), ("other", other)]
    made = struct(fields, name="Node")
    complete(again, made, optional=True)
    return made


def test_a_schema_of_another_format() -> None:
    schema = tree()
    text = json_schema.schema_text(schema, OPTIONS)
    data = json_schema.encoder(schema, OPTIONS)(TREE)
    assert data is not None
    validator(text, {})(data)
    read = json_schema.read(text, OPTIONS)
    assert json_schema.decoder(read, OPTIONS)(data) == TREE


@pytest.mark.parametrize(
    "property_",
    [
        {"oneOf": [{"type": "null"}, {"$ref": "#"}]},
        {"type": "array", "items": {"oneOf": [{"type": "null"}, {"$ref": "#"}]}},
        {"type": "object", "connect.type": "map", "additionalProperties": {"$ref": "#"}},
        {"oneOf": [{"type": "integer"}, {"$ref": "#/oneOf/1/properties/p"}, {"$ref": "#"}]},
    ],
)
def test_texts_that_refer_to_what_is_around(property_: dict[str, Any]) -> None:
    text = json.dumps({"oneOf": [{"type": "null"}, {"type": "object", "title": "N", "properties": {"p": property_}}]})
    schema = json_schema.read(text, OPTIONS)
    assert len(list(walk(schema))) < 30
    assert "$ref" in json_schema.schema_text(schema, OPTIONS)


def test_many_structs_that_hold_each_other_cost_little() -> None:
    stand_ins = [stand_in() for _ in range(9)]
    made = [struct([(f"f{k}", one) for k, one in enumerate(stand_ins)], name=f"S{n}") for n in range(9)]
    for one, like in zip(stand_ins, made, strict=True):
        complete(one, like, optional=True)
    text = json_schema.schema_text(made[0], OPTIONS)
    assert len(text) < 40_000
    assert len(list(walk(json_schema.read(text, OPTIONS)))) < 1000
