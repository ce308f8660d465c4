"""Connect schema -> JSON Schema text (spec kafka-connect.md 5.8), to the byte: it is what gets registered.

The original builds objects of a JSON Schema library, prints them and parses that text again; the order of members is
that of Java's hash maps of various capacities. Neighbours: ``nodes`` and ``reader`` go the other way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from connect_core.data.logical import DECIMAL
from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json_schema import org_json
from connect_core.encoding.json_schema.options import (
    ENUM_PARAMETER,
    GENERAL_ENUM,
    ID_PARAMETER,
    INDEX_KEY,
    NAMESPACE,
    NULL_SYMBOL,
    PARAMETERS_KEY,
    TYPE_KEY,
    VERSION_KEY,
    JsonSchemaOptions,
    extras_field,
    has_object_keys,
    is_union,
    is_variant,
)
from connect_core.java.hashing import hash_map_order

type Members = list[tuple[str, str]]
"""Members of a JSON object in order, values as JSON text."""
type DefaultTree = Callable[[Schema, Any], Any]

_NULL_TYPE = '{"type":"null"}'
_NUMBERS: Mapping[Type, tuple[str, str]] = {
    Type.INT8: ("integer", "int8"),
    Type.INT16: ("integer", "int16"),
    Type.INT32: ("integer", "int32"),
    Type.INT64: ("integer", "int64"),
    Type.FLOAT32: ("number", "float32"),
    Type.FLOAT64: ("number", "float64"),
}


def schema_text(schema: Schema, options: JsonSchemaOptions, *, default_tree: DefaultTree) -> str:
    """The text to register; ``default_tree`` gives a default value as the tree of its JSON (see ``org_json``)."""
    return _Writer(options, default_tree, endless=is_recursive(schema)).text(schema)


class _Writer:
    """One schema being written; remembers the ids it met, which further uses refer to.

    A struct that holds itself but has no id (it comes from elsewhere) is referred to by its place in the document; the
    original never ends with it.
    """

    def __init__(self, options: JsonSchemaOptions, default_tree: DefaultTree, *, endless: bool) -> None:
        self._options, self._default_tree, self._endless = options, default_tree, endless
        self._ids: set[str] = set()
        self._places: dict[Schema, str] = {}
        self._path: list[str] = []

    @contextmanager
    def _at(self, *steps: str) -> Iterator[None]:
        """What is written meanwhile stands there."""
        self._path += steps
        yield
        del self._path[len(self._path) - len(steps) :]

    def text(self, schema: Schema, index: int | None = None, *, in_union: bool = False) -> str:
        """JSON Schema of one schema; ``index`` is its place in the struct around it."""
        if schema in self._places:
            return _reference(self._places[schema], index)
        identifier = schema.parameters.get(ID_PARAMETER)
        if identifier is not None:
            self._ids.add(identifier)
        if self._endless and schema.type is Type.STRUCT and is_recursive(schema):
            self._places[schema] = "#" + "".join(f"/{_step(step)}" for step in self._path)
        return self._text(schema, identifier, index, in_union=in_union)

    def _text(self, schema: Schema, identifier: str | None, index: int | None, *, in_union: bool) -> str:
        if schema.type is Type.STRUCT and not is_variant(schema) and (is_union(schema) or schema.optional):
            return self._combined(self._alternatives(schema), identifier, index)
        optional = schema.optional and not in_union
        with self._at(*(("oneOf", "1") if optional else ())):
            head, connect_type, tail = self._shape(schema)
        own: dict[str, str] = {TYPE_KEY: org_json.quote(connect_type)} if connect_type else {}
        common = self._common(schema, own)
        if optional:
            inner = _object([*head, *common, *_unprocessed(own), *tail])
            return self._combined([_NULL_TYPE, inner], identifier, index)
        if identifier is not None:
            common.append(("id", org_json.quote(identifier)))
        if index is not None:
            own[INDEX_KEY] = str(index)
        return _object([*head, *common, *_unprocessed(own), *tail])

    @staticmethod
    def _combined(alternatives: Iterable[str], identifier: str | None, index: int | None) -> str:
        members: Members = []
        if identifier is not None:
            members.append(("id", org_json.quote(identifier)))
        if index is not None:
            members.append((INDEX_KEY, str(index)))
        return _object([*members, ("oneOf", f"[{','.join(alternatives)}]")])

    def _alternatives(self, schema: Schema) -> Iterable[str]:
        if schema.optional:
            yield _NULL_TYPE
        for place, part in enumerate(schema.fields if is_union(schema) else (None,), int(schema.optional)):
            with self._at("oneOf", str(place)):
                if part is None:
                    made = self.text(schema.replace(optional=False))
                else:
                    made = self.text(part.schema.replace(optional=False), part.index, in_union=True)
            yield made

    def _common(self, schema: Schema, own: dict[str, str]) -> Members:
        """What every schema may have; the part only Connect knows goes to ``own``."""
        members: Members = []
        if schema.name is not None:
            members.append(("title", org_json.quote(schema.name)))
        if schema.doc is not None:
            members.append(("description", org_json.quote(schema.doc)))
        if schema.has_default:
            members.append(("default", org_json.text(self._default_tree(schema, schema.default))))
        if schema.version is not None:
            own[VERSION_KEY] = str(schema.version)
        parameters = {k: v for k, v in schema.parameters.items() if not k.startswith(NAMESPACE)}
        if parameters:
            own[PARAMETERS_KEY] = org_json.map_text(hash_map_order(parameters), parameters)
        return members

    def _shape(self, schema: Schema) -> tuple[Members, str | None, Members]:
        """Members before the common ones, the Connect type to remember, members after."""
        if schema.type in _NUMBERS:
            name, connect_type = _NUMBERS[schema.type]
            return [("type", f'"{name}"')], connect_type, []
        if schema.type is Type.BOOLEAN:
            return [], None, [("type", '"boolean"')]
        if schema.type is Type.STRING:
            return self._string(schema), None, []
        if schema.type is Type.BYTES:
            numeric = schema.name == DECIMAL and self._options.numeric_decimals
            return [("type", '"number"' if numeric else '"string"')], "bytes", []
        if schema.type is Type.ARRAY:
            assert schema.value_schema is not None
            with self._at("items"):
                items = self._or_reference(schema.value_schema)
            return [("type", '"array"')], None, [("items", items)]
        return self._map(schema) if schema.type is Type.MAP else self._struct(schema)

    def _string(self, schema: Schema) -> Members:
        if GENERAL_ENUM not in schema.parameters and ENUM_PARAMETER not in schema.parameters:
            return [("type", '"string"')]
        prefix = (GENERAL_ENUM if self._options.generalized_sum_types else ENUM_PARAMETER) + "."
        symbols = [key.removeprefix(prefix) for key in schema.parameters if key.startswith(prefix)]
        return [("enum", f"[{','.join(_enum_order(symbols))}]")]

    def _map(self, schema: Schema) -> tuple[Members, str, Members]:
        assert schema.key_schema is not None
        assert schema.value_schema is not None
        if has_object_keys(schema):
            with self._at("additionalProperties"):
                return [("type", '"object"')], "map", [("additionalProperties", self.text(schema.value_schema))]
        entry = {}
        for index, (name, part) in enumerate((("key", schema.key_schema), ("value", schema.value_schema))):
            with self._at("items", "properties", name):
                entry[name] = self.text(part, index)
        items = _object([("type", '"object"'), ("properties", _object(_properties(entry)))])
        return [("type", '"array"')], "map", [("items", items)]

    def _struct(self, schema: Schema) -> tuple[Members, None, Members]:
        if is_variant(schema):
            return [], None, []
        hidden = extras_field(schema, self._options)
        fields = {}
        for field in schema.fields:
            if field.name != hidden:
                with self._at("properties", field.name):
                    fields[field.name] = self._or_reference(field.schema, field.index)
        head = [("type", '"object"')]
        if not self._options.additional_properties:
            head.append(("additionalProperties", "false"))
        return head, None, [("properties", _object(_properties(fields)))] if fields else []

    def _or_reference(self, schema: Schema, index: int | None = None) -> str:
        identifier = schema.parameters.get(ID_PARAMETER)
        if identifier is not None and identifier in self._ids:
            return _reference(identifier)
        return self.text(schema, index)


def _step(name: str) -> str:
    """A member's name in a JSON pointer that is the fragment of a URI."""
    return quote(name.replace("~", "~0").replace("/", "~1").encode("utf-8", "replace"), safe="~!$&'()*+,;=:@")


def _reference(identifier: str, index: int | None = None) -> str:
    place = [] if index is None else [(INDEX_KEY, str(index))]  # without it a reader takes the next free one
    return _object([("$ref", org_json.quote(identifier)), *place])


def _object(members: Iterable[tuple[str, str]]) -> str:
    return "{" + ",".join(f"{org_json.quote(name)}:{text}" for name, text in members) + "}"


def _properties(fields: dict[str, str]) -> Members:
    return [(name, fields[name]) for name in hash_map_order(fields)]


def _unprocessed(own: dict[str, str]) -> Members:
    return [(name, own[name]) for name in _copied_order(hash_map_order(own))]


def _copied_order(keys: list[str]) -> list[str]:
    return hash_map_order(keys, capacity=org_json.copy_capacity(len(keys)))


def _enum_order(symbols: list[str]) -> list[str]:
    """Symbols as a hash set has them; null hashes to 0."""
    order = hash_map_order(s for s in symbols if s != NULL_SYMBOL)
    texts = [org_json.quote(symbol) for symbol in order]
    return ["null", *texts] if NULL_SYMBOL in symbols else texts
