"""JSON Schema data. Confluent's own classes are in no package registry (what they did is recorded: tests/vectors).

So values are held against Kafka's JsonConverter where the JSON must be the same, else the compiled way against the one
by the book; schema texts against the library the original prints them with: loaded and printed there they are as they
were, member by member. And every text reads back as the schema it was made of, less what JSON Schema cannot say.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import DECIMAL, Schema, Type
from connect_core.data.schema import STRING
from connect_core.encoding import json_schema
from connect_core.encoding.json_schema import JsonSchemaOptions, org_json, slow
from connect_core.encoding.json_schema.options import has_object_keys
from connect_core.encoding.json_schema.tree import loads
from connect_core.local.jvm import jvm
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.fuzz.values import text
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge
from tests.schemas import SCHEMAS

LIBRARY = "com.github.erosb:everit-json-schema:1.14.6"
SURROGATE = re.compile("[\ud800-\udfff]")
OPTIONS = (JsonSchemaOptions(), JsonSchemaOptions(numeric_decimals=True, additional_properties=False))
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 300, 2**31, 2**63, -(2**70), 1.5, 1e300, "x", "", "YWI=", "NaN", [], {}, [1], {"a": 1},
    [{"key": 1, "value": "x"}], [[1, 2]], [{"key": None}],
)  # fmt: skip


CASES = st.tuples(st.integers(0, len(OPTIONS) - 1), SCHEMAS)


def _is_plain(schema: Schema | None) -> bool:
    """Has the schema the same JSON with JsonConverter? Maps whose keys are no plain strings have not."""
    if schema is None:
        return True
    if schema.type is Type.MAP and not has_object_keys(schema):
        return False
    inner = [field.schema for field in schema.fields]
    return all(_is_plain(part) for part in (*inner, schema.key_schema, schema.value_schema))


def _json_converter(bridge: Bridge, *, numeric: bool, schemas: bool) -> Any:
    made = bridge.new("org.apache.kafka.connect.json.JsonConverter")
    settings = bridge.new("java.util.HashMap")
    for key, value in (
        ("schemas.enable", "true" if schemas else "false"),
        ("decimal.format", "NUMERIC" if numeric else "BASE64"),
    ):
        settings.put(bridge.text(key), bridge.text(value))
    made.configure(settings, False)
    return made


def _vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema, Any, int]:
    index, schema = drawn
    return index, schema, random_value(schema, random), random.getrandbits(32)


def _write(bridge: Bridge) -> Family:
    theirs = [_json_converter(bridge, numeric=options.numeric_decimals, schemas=False) for options in OPTIONS]

    def compare(case: tuple[int, Schema, Any, int]) -> Pair:
        index, schema, value, _ = case
        found = ours(lambda: json_schema.encoder(schema, OPTIONS[index])(value))
        if not _is_plain(schema):
            return Pair(found, ours(slow.encode, schema, value, OPTIONS[index]))
        made = bridge.schema(schema), bridge.value(schema, value)
        written = java(bridge, theirs[index].fromConnectData, bridge.text("t"), *made)
        return Pair(found, written if isinstance(written, Failed) else bridge.from_bytes(written))

    return Family("json schema write", CASES, compare, vary=_vary)


def _mutated(tree: Any, random: Random) -> Any:
    """The tree with one change at a random place."""
    if isinstance(tree, dict) and tree and random.random() < 0.8:
        name = random.choice(list(tree))
        rest = {key: element for key, element in tree.items() if key != name}
        return rest if random.random() < 0.2 else {**tree, name: _mutated(tree[name], random)}
    if isinstance(tree, list) and tree and random.random() < 0.8:
        place = random.randrange(len(tree))
        return [*tree[:place], _mutated(tree[place], random), *tree[place + 1 :]]
    return random.choice(ODD)


def _read(bridge: Bridge) -> Family:
    theirs = _json_converter(bridge, numeric=False, schemas=True)

    def compare(case: tuple[int, Schema, Any, int]) -> Pair:
        index, schema, value, seed = case
        options = OPTIONS[index]
        data = slow.encode(schema, value, options)
        if data is None:
            return Pair(None, None)
        decode = json_schema.decoder(schema, options)
        if seed % 2 == 0 and _is_plain(schema) and not _has_surrogates(data):
            head = str(theirs.asJsonSchema(bridge.schema(schema)).toString()).encode()
            envelope = bridge.byte_array(b'{"schema":%b,"payload":%b}' % (head, data))
            read = java(bridge, theirs.toConnectData, bridge.text("t"), envelope)
            if not isinstance(read, Failed):
                read = exact(bridge.from_value(schema, read.value()))
            return Pair(_exact(ours(decode, data)), read)
        changed = json.dumps(_mutated(json.loads(data), Random(seed))).encode()
        by_the_book = ours(lambda: slow.read_value(schema, loads(changed), options))
        return Pair(_exact(ours(decode, changed)), _exact(by_the_book))

    return Family("json schema read", CASES, compare, vary=_vary)


def _has_surrogates(data: bytes) -> bool:
    return b"\\uD" in data


def _exact(found: Any) -> Any:
    return found if isinstance(found, Failed) else exact(found)


def _members(text: str) -> Any:
    """A JSON text with members in order and numbers as their exact value."""
    return json.loads(text, object_pairs_hook=lambda pairs: pairs, parse_float=Decimal, parse_int=Decimal)


def _said(schema: Schema, *, numeric: bool) -> Schema:
    """The schema as its text can say it: the keys of a map that is an object are plain strings."""
    changes: dict[str, Any] = {}
    if schema.type is Type.STRUCT:
        changes["fields"] = [(field.name, _said(field.schema, numeric=numeric)) for field in schema.fields]
    if schema.type is Type.MAP:
        assert schema.key_schema is not None
        changes["key_schema"] = STRING if has_object_keys(schema) else _said(schema.key_schema, numeric=numeric)
    if schema.value_schema is not None:
        changes["value_schema"] = _said(schema.value_schema, numeric=numeric)
    if schema.has_default:
        changes["default"] = _said_default(schema, numeric=numeric)
    return schema.replace(**changes) if changes else schema


def _said_default(schema: Schema, *, numeric: bool) -> Any:
    """Numbers in schema texts have no trailing zeros and no negative zero."""
    if schema.name == DECIMAL and numeric:
        return Decimal(org_json.text(schema.default))
    return schema.default + 0.0 if isinstance(schema.default, float) else schema.default


def _schemas(bridge: Bridge) -> Family:
    jvm(LIBRARY)
    loader = bridge.jpype.JClass("org.everit.json.schema.loader.SchemaLoader")
    json_object = bridge.jpype.JClass("org.json.JSONObject")

    def printed(text: str) -> str:
        builder = loader.builder().useDefaults(True).draftV7Support().schemaJson(json_object(bridge.text(text)))
        made = builder.build().load().build().toString()
        return str(bridge.from_text(made) if SURROGATE.search(text) else made)

    def compare(case: tuple[int, Schema, bool]) -> Pair:
        index, schema, ask_java = case
        options = OPTIONS[index]
        written = ours(json_schema.schema_text, schema, options)
        if isinstance(written, Failed):
            return Pair(written.name, "org.json.JSONException")  # NaN and infinities as defaults
        again = java(bridge, printed, written) if ask_java else written
        said = _said(schema, numeric=options.numeric_decimals)
        return Pair(
            (_members(written), _shown(ours(json_schema.read, written, options), options)),
            (again if isinstance(again, Failed) else _members(again), _shown(said, options)),
        )

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema, bool]:
        return drawn[0], _other(drawn[1], random), random.random() < 0.3

    return Family("json schema schemas", CASES, compare, vary=vary)


def _other(schema: Schema, random: Random) -> Schema:
    """A schema like this one with other attributes and fields in another order."""
    changes: dict[str, Any] = {"optional": random.random() < 0.5}
    if schema.name is None or not schema.name.startswith("org.apache.kafka"):
        changes |= {"name": random.choice((None, "T", "a.b", "ä")), "version": random.choice((None, 1, -7, 2**31 - 1))}
    if random.random() < 0.3:
        changes["doc"] = text(random)
    if random.random() < 0.4:
        changes["parameters"] = {**schema.parameters, text(random): text(random), "p": "1"}
    if schema.has_default and (schema.fields or schema.value_schema is not None):
        changes["default"] = None  # it may not fit the changed schemas
    if schema.type is Type.STRUCT:
        pairs = [(field.name, _other(field.schema, random)) for field in schema.fields]
        more = [
            (f"{text(random)}{i}", random.choice(pairs)[1]) for i in range(random.choice((0, 0, 1, 2, 14))) if pairs
        ]
        changes["fields"] = random.sample([*pairs, *more], len(pairs) + len(more))
    elif schema.value_schema is not None:
        changes["value_schema"] = _other(schema.value_schema, random)
    elif schema.type is not Type.MAP and random.random() < 0.3:
        changes["default"] = random_value(schema, random, nulls=0)
    return schema.replace(**changes)


def _shown(schema: Any, options: JsonSchemaOptions) -> Any:
    """A schema told by its text where it is one: interned schemas print their names only."""
    return slow.schema_text_of(schema, options) if isinstance(schema, Schema) else schema


FAMILIES: dict[str, Maker] = {
    "json schema write": _write,
    "json schema read": _read,
    "json schema schemas": _schemas,
}
