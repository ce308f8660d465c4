"""JSON Schema of drafts 4, 6 and 7 -> ``nodes``, as the library behind the original loads it.

Every keyword present makes a node; several nodes of one schema stand in a generated allOf. References are resolved
within the document, by ids and in the documents the registry's references name; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus, urldefrag, urljoin

from connect_core.encoding.json_schema.nodes import (
    ArrayNode,
    BooleanNode,
    CombinedNode,
    ConstNode,
    EmptyNode,
    EnumNode,
    IllegalSchema,
    Knot,
    Node,
    NullNode,
    NumberNode,
    ObjectNode,
    OtherNode,
    ReferenceNode,
    StringNode,
)
from connect_core.java.hashing import hash_map_order

type Object = Mapping[str, Any]

_NUMBER_KEYS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_STRING_KEYS = ("minLength", "maxLength", "pattern", "format")
_ARRAY_KEYS = ("items", "additionalItems", "minItems", "maxItems", "uniqueItems")
_OBJECT_KEYS = (
    "properties", "required", "minProperties", "maxProperties", "dependencies", "patternProperties",
    "additionalProperties",
)  # fmt: skip
_CONDITIONS = ("if", "then", "else")
_EVERIT = "org.everit.json.schema"


def load(document: Any, *, draft: int, documents: Mapping[str, Any]) -> Node:
    """The node of a document; ``documents`` are those references may name. IllegalSchema if it is no JSON Schema."""
    root_id = document.get("id" if draft == 4 else "$id") if isinstance(document, dict) else None
    base = str(root_id) if root_id is not None else ""
    known = {_resolve(base, name): bridge(found) for name, found in documents.items()}
    try:
        return _Loader(bridge(document), draft=draft, base=base, documents=known, references={}).load(document, base)
    except (RecursionError, re.error, ValueError) as error:
        raise IllegalSchema("Invalid JSON") from error


def bridge(document: Any) -> Any:
    """The document with its ``definitions`` also under ``$defs``."""
    if not isinstance(document, dict):
        return document
    source, target = document.get("definitions"), document.get("$defs", {})
    if not isinstance(source, dict) or not source or not isinstance(target, dict):
        return document
    return {**document, "$defs": {**source, **target}}


class _Loader:
    """Loads one document; ``references`` holds the targets already met, by absolute pointer, for all documents."""

    def __init__(
        self, root: Any, *, draft: int, base: str, documents: Mapping[str, Any], references: dict[str, Knot]
    ) -> None:
        self._root, self._draft, self._base = root, draft, base
        self._documents, self._references = documents, references
        self._id_key = "id" if draft == 4 else "$id"
        self._object_keys = _OBJECT_KEYS if draft == 4 else (*_OBJECT_KEYS, "propertyNames")
        self._array_keys = _ARRAY_KEYS if draft == 4 else (*_ARRAY_KEYS, "contains")
        self._ids: dict[str, Any] | None = None

    def load(self, schema: Any, scope: str) -> Node:
        """The node of a schema; ``scope`` is what its references are relative to."""
        if isinstance(schema, bool):
            return EmptyNode() if schema else OtherNode(f"{_EVERIT}.FalseSchema")
        if not isinstance(schema, dict):
            raise IllegalSchema("Invalid JSON")
        own_id = schema.get(self._id_key)
        if isinstance(own_id, str):
            scope = _resolve(scope, own_id)
        rest = dict(schema)
        if "$ref" in schema:
            node: Node = self._reference(_require(rest.pop("$ref"), str), scope)
        else:
            nodes = self._extract(rest, scope)
            node = (
                nodes[0] if len(nodes) == 1 else CombinedNode("allOf", nodes, generated=True) if nodes else EmptyNode()
            )
        self._common(node, rest)
        return node

    def _common(self, node: Node, rest: dict[str, Any]) -> None:
        if self._id_key in rest:
            _require(rest.pop(self._id_key), str)
        for key in ("title", "description"):
            if key in rest:
                setattr(node, key, _require(rest.pop(key), str))
        if self._draft == 7:
            for key in ("readOnly", "writeOnly"):
                if key in rest:
                    _require(rest.pop(key), bool)
        if "default" in rest:
            node.default = rest.pop("default")
        node.unprocessed = rest

    def _extract(self, rest: dict[str, Any], scope: str) -> list[Node]:
        """All nodes of one schema; what they are made of is taken out of ``rest``."""
        found: list[Node] = []
        if "enum" in rest:
            found.append(EnumNode(_require(rest.pop("enum"), list)))
        for criterion in [key for key in ("allOf", "anyOf", "oneOf") if key in rest]:
            parts = [self.load(part, scope) for part in _require(rest.pop(criterion), list)]
            found.append(CombinedNode(criterion, parts))
        if "not" in rest:
            self.load(rest.pop("not"), scope)
            found.append(OtherNode(f"{_EVERIT}.NotSchema"))
        if self._draft != 4 and "const" in rest:
            found.append(ConstNode(rest.pop("const")))
        if "type" in rest:
            found.append(self._typed(rest, scope))
        for keys, build in (
            (self._array_keys, self._array),
            (self._object_keys, self._object),
            (_NUMBER_KEYS, self._number),
            (_STRING_KEYS, self._string),
        ):
            if any(key in rest for key in keys):
                found.append(build(rest, scope))
        if self._draft == 7 and any(key in rest for key in _CONDITIONS):
            for key in _CONDITIONS:
                if key in rest:
                    self.load(rest.pop(key), scope)
            found.append(OtherNode(f"{_EVERIT}.ConditionalSchema"))
        return found

    def _typed(self, rest: dict[str, Any], scope: str) -> Node:
        kind = rest.pop("type")
        if isinstance(kind, list):
            # Each type sees all keywords: they are consumed only when all have.
            original, parts = dict(rest), []
            for name in kind:
                seen = dict(original)
                parts.append(self._of_type(_require(name, str), seen, scope))
                for key in original.keys() - seen.keys():
                    rest.pop(key, None)
            return CombinedNode("anyOf", parts)
        return self._of_type(_require(kind, str), rest, scope)

    def _of_type(self, name: str, rest: dict[str, Any], scope: str) -> Node:
        if name == "integer":
            number = self._number(rest, scope)
            number.integer = True
            return number
        builders: dict[str, Callable[[dict[str, Any], str], Node]] = {
            "string": self._string,
            "number": self._number,
            "boolean": lambda _rest, _scope: BooleanNode(),
            "null": lambda _rest, _scope: NullNode(),
            "array": self._array,
            "object": self._object,
        }
        if name not in builders:
            raise IllegalSchema("Invalid JSON")
        return builders[name](rest, scope)

    def _string(self, rest: dict[str, Any], _scope: str) -> StringNode:
        node = StringNode()
        _integers(rest, node, "minLength", "maxLength")
        if "pattern" in rest:
            node.limits["pattern"] = _require(rest.pop("pattern"), str)
            re.compile(node.limits["pattern"])
        if "format" in rest:
            _require(rest.pop("format"), str)
        return node

    def _number(self, rest: dict[str, Any], _scope: str) -> NumberNode:
        node = NumberNode()
        for key in [key for key in _NUMBER_KEYS if key in rest]:
            value = rest.pop(key)
            if self._draft == 4 and key.startswith("exclusive"):
                _require(value, bool)
            elif not _is_number(value) or (key == "multipleOf" and not value):
                raise IllegalSchema("Invalid JSON")
            else:
                node.limits[key] = value
        return node

    def _array(self, rest: dict[str, Any], scope: str) -> ArrayNode:
        node = ArrayNode()
        _integers(rest, node, "minItems", "maxItems")
        if "uniqueItems" in rest and _require(rest.pop("uniqueItems"), bool):
            node.limits["uniqueItems"] = True
        if "additionalItems" in rest:
            additional = rest.pop("additionalItems")
            node.permits_additional = additional is not False
            node.additional = self._flag_or_schema(additional, scope)
        if "items" in rest:
            items = rest.pop("items")
            if isinstance(items, list):
                node.first = [self.load(item, scope) for item in items]
            elif self._draft == 4 and isinstance(items, bool):
                raise IllegalSchema("Invalid JSON")
            else:
                node.items = self.load(items, scope)
        if self._draft != 4 and "contains" in rest:
            self.load(rest.pop("contains"), scope)
        return node

    def _flag_or_schema(self, value: Any, scope: str) -> Node | None:
        if isinstance(value, bool):
            return None
        return self.load(_require(value, dict), scope)

    def _object(self, rest: dict[str, Any], scope: str) -> ObjectNode:
        node = ObjectNode()
        _integers(rest, node, "minProperties", "maxProperties")
        properties = _require(rest.pop("properties", {}), dict)
        loaded = {name: self.load(definition, scope) for name, definition in properties.items()
                  if name != self._id_key or isinstance(definition, dict)}  # fmt: skip
        node.properties = {name: loaded[name] for name in hash_map_order(loaded)}
        if "additionalProperties" in rest:
            additional = rest.pop("additionalProperties")
            node.permits_additional = additional is not False
            node.additional = self._flag_or_schema(additional, scope)
        node.required = [_require(name, str) for name in _require(rest.pop("required", []), list)]
        for pattern, definition in _require(rest.pop("patternProperties", {}), dict).items():
            re.compile(pattern)
            node.patterns[pattern] = self.load(definition, scope)
        for dependency in _require(rest.pop("dependencies", {}), dict).values():
            self._dependency(dependency, scope)
            node.limits["dependencies"] = True
        if self._draft != 4 and "propertyNames" in rest:
            self.load(rest.pop("propertyNames"), scope)
        return node

    def _dependency(self, dependency: Any, scope: str) -> None:
        if isinstance(dependency, list):
            for name in dependency:
                _require(name, str)
        elif self._draft == 4 and isinstance(dependency, bool):
            raise IllegalSchema("Invalid JSON")
        else:
            self.load(dependency, scope)

    def _reference(self, ref: str, scope: str) -> ReferenceNode:
        """A node for a reference; one target for all references to the same place."""
        absolute = _resolve(scope, ref)
        knot = self._references.get(absolute)
        if knot is None:
            knot = self._references[absolute] = Knot()
            knot.target = self._target(ref, absolute, scope)
        return ReferenceNode(knot)

    def _target(self, ref: str, absolute: str, scope: str) -> Node:
        named = self._by_id(absolute)
        if named is not None:
            return self.load(named, scope)
        if ref.startswith("#"):
            found, inner = self._at(self._root, ref, self._base or scope)
            return self.load(found, inner)
        place, fragment = urldefrag(absolute)
        for name, pointer in ((absolute, ""), (place, fragment)):
            if name in self._documents:
                other = self._documents[name]
                loader = _Loader(
                    other, draft=self._draft, base=name, documents=self._documents, references=self._references
                )
                found, inner = loader._at(other, f"#{pointer}", name)
                return loader.load(found, inner)
        raise IllegalSchema("Invalid JSON")

    def _by_id(self, absolute: str) -> Any:
        if self._ids is None:
            self._ids = {}
            self._collect_ids(self._root)
        return self._ids.get(absolute)

    def _collect_ids(self, value: Any) -> None:
        assert self._ids is not None
        if isinstance(value, dict):
            if isinstance(value.get(self._id_key), str):
                self._ids[value[self._id_key]] = value
            for element in value.values():
                self._collect_ids(element)
        elif isinstance(value, list):
            for element in value:
                self._collect_ids(element)

    def _at(self, document: Any, fragment: str, scope: str) -> tuple[Any, str]:
        """What a JSON pointer names, and the scope there."""
        named = self._by_id(fragment)
        if named is not None:
            return named, scope
        found = document
        for token in fragment.split("/")[1:]:
            key = unquote_plus(token).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise IllegalSchema("Invalid JSON")
        return found, scope


def _all_of(nodes: list[Node]) -> Node:
    return CombinedNode("allOf", nodes, generated=True) if nodes else EmptyNode()


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def _resolve(scope: str, ref: str) -> str:
    if not scope:
        return ref
    return scope.partition("#")[0] + ref if ref.startswith("#") else urljoin(scope, ref)


def _require[T](value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise IllegalSchema("Invalid JSON")
    return value


def _integers(rest: dict[str, Any], node: Node, *keys: str) -> None:
    for key in keys:
        if key in rest:
            value = _require(rest.pop(key), int)
            if not -(2**31) <= value < 2**31:
                raise IllegalSchema("Invalid JSON")
            node.limits[key] = value
