"""Avro schema texts to the graph of ``model``: names resolved, properties kept, what other schemas define given in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connect_core.encoding.avro.errors import NumberFormatError, SchemaParseError
from connect_core.encoding.avro.model import MISSING, NAMED, PRIMITIVES, AvroField, AvroSchema, union_of
from connect_core.java.number_texts import parse_double

_RESERVED = frozenset(("doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"))
_FIELD_RESERVED = frozenset(("default", "doc", "name", "order", "type", "aliases"))
_DEEPEST = 200


def parse(text: str, *, known: Mapping[str, AvroSchema] | None = None) -> AvroSchema:
    """The schema of a text; SchemaParseError if it is none. ``known`` holds named types of referenced schemas."""
    try:
        tree = json.loads(text)
    except ValueError as error:
        if text.strip() in PRIMITIVES:  # a bare name, as old registries have them
            return AvroSchema(text.strip())
        raise SchemaParseError(f"No JSON: {error}") from error
    except RecursionError as error:
        raise SchemaParseError("The schema is nested too deeply") from error
    return _Parser(dict(known or {})).schema(tree, None, 0)


def named_types(schema: AvroSchema, found: dict[str, AvroSchema] | None = None) -> dict[str, AvroSchema]:
    """All named types within a schema, for texts that refer to them."""
    found = {} if found is None else found
    if schema.name is not None:
        if schema.full_name in found:
            return found
        found[schema.full_name] = schema
    for field in schema.fields:
        named_types(field.schema, found)
    for member in (*schema.types, *([schema.items] if schema.items else ())):
        named_types(member, found)
    return found


class _Parser:
    def __init__(self, names: dict[str, AvroSchema]) -> None:
        self._names = names

    def schema(self, tree: Any, space: str | None, depth: int) -> AvroSchema:
        if depth > _DEEPEST:
            raise SchemaParseError("The schema is nested too deeply")
        if isinstance(tree, str):
            return self._by_name(tree, space)
        if isinstance(tree, list):
            return union_of([self.schema(member, space, depth + 1) for member in tree])
        if not isinstance(tree, dict):
            raise SchemaParseError(f"Schema not yet supported: {json.dumps(tree)[:200]}")
        kind = tree.get("type")
        if isinstance(kind, (dict, list)):
            return self.schema(kind, space, depth + 1)
        if not isinstance(kind, str):
            raise SchemaParseError(f"No type: {json.dumps(tree)[:200]}")
        if kind in NAMED:
            made = self._named(kind, tree, space, depth)
        elif kind in PRIMITIVES:
            made = AvroSchema(kind)
        elif kind in ("array", "map"):
            made = AvroSchema(kind)
            part = "items" if kind == "array" else "values"
            if part not in tree:
                raise SchemaParseError(f"{kind.capitalize()} has no {part} type: {json.dumps(tree)[:200]}")
            made.items = self.schema(tree[part], space, depth + 1)
        else:
            return self._by_name(kind, space)
        reserved = _RESERVED | {"default"} if kind == "enum" else _RESERVED
        made.props = {name: value for name, value in tree.items() if name not in reserved}
        made.aliases = tuple(alias for alias in tree.get("aliases") or () if isinstance(alias, str))
        return made

    def _by_name(self, name: str, space: str | None) -> AvroSchema:
        if name in PRIMITIVES:
            return AvroSchema(name)
        full = name if "." in name or not space else f"{space}.{name}"
        found = self._names.get(full) or self._names.get(name)
        if found is None:
            raise SchemaParseError(f'Undefined name: "{name}"')
        return found

    def _named(self, kind: str, tree: Mapping[str, Any], space: str | None, depth: int) -> AvroSchema:
        name, given, doc = tree.get("name"), tree.get("namespace", space), tree.get("doc")
        if not isinstance(name, str):
            raise SchemaParseError("No name in schema")
        made = AvroSchema(kind, name=name, namespace=given if isinstance(given, str) else None)
        made.doc = doc if isinstance(doc, str) else None
        if made.full_name in self._names:
            raise SchemaParseError(f"Can't redefine: {made.full_name}")
        self._names[made.full_name] = made
        if kind == "enum":
            self._enum(made, tree)
        elif kind == "fixed":
            size = tree.get("size")
            if not isinstance(size, int) or isinstance(size, bool) or size < 0:
                raise SchemaParseError(f"Invalid or no size: {json.dumps(tree)[:200]}")
            made.size = size
        else:
            fields = tree.get("fields")
            if not isinstance(fields, list):
                raise SchemaParseError(f"Record has no fields: {json.dumps(tree)[:200]}")
            made.set_fields([self._field(field, made.namespace, depth) for field in fields])
        return made

    @staticmethod
    def _enum(made: AvroSchema, tree: Mapping[str, Any]) -> None:
        symbols, default = tree.get("symbols"), tree.get("default")
        if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
            raise SchemaParseError(f"Enum has no symbols: {json.dumps(tree)[:200]}")
        if len(set(symbols)) != len(symbols):
            raise SchemaParseError(f"Duplicate enum symbol in {made.full_name}")
        made.symbols, made.default = symbols, default if isinstance(default, str) else None
        if made.default is not None and made.default not in symbols:
            raise SchemaParseError(f"The Enum Default: {made.default} is not in the enum symbol set: {symbols}")

    def _field(self, tree: Any, space: str | None, depth: int) -> AvroField:
        if not isinstance(tree, dict) or not isinstance(tree.get("name"), str):
            raise SchemaParseError("No field name")
        if tree.get("type") is None:
            raise SchemaParseError(f"No field type: {json.dumps(tree)[:200]}")
        doc, order = tree.get("doc"), tree.get("order")
        schema, default = self.schema(tree["type"], space, depth + 1), tree.get("default", MISSING)
        if schema.kind in ("float", "double") and isinstance(default, str):  # "NaN", "Infinity"
            default = _double(default)
        return AvroField(
            tree["name"],
            schema,
            doc=doc if isinstance(doc, str) else None,
            default=default,
            props={name: value for name, value in tree.items() if name not in _FIELD_RESERVED},
            order=order if isinstance(order, str) else None,
            aliases=tuple(alias for alias in tree.get("aliases") or () if isinstance(alias, str)),
        )


def _double(text: str) -> float:
    try:
        return parse_double(text)
    except ValueError:
        shown = f'For input string: "{text}"' if text.strip("".join(map(chr, range(33)))) else "empty String"
        raise NumberFormatError(shown) from None
