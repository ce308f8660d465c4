"""JSON Schema of drafts 2019-09 and 2020-12 -> ``nodes``, as the original translates them to its older library's.

Keywords are met in the order of a hash map. Each gives a node; nodes of one kind are merged, different ones stand in a
generated allOf. What references name is loaded again, and which of them share a target depends on when they are tied.
"""

from __future__ import annotations

import copy
import re
from collections import deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus, urldefrag, urljoin, urlsplit

from connect_core.encoding.json_schema import joining
from connect_core.encoding.json_schema.loader import bridge
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

_EVERIT = "org.everit.json.schema"
_BASE = "mem://input"
_LIMITED: Mapping[str, type[Node]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), NumberNode),
    **dict.fromkeys(("minLength", "maxLength"), StringNode),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ArrayNode),
    **dict.fromkeys(("minProperties", "maxProperties"), ObjectNode),
}
_IGNORED = {"format": str, "readOnly": bool, "writeOnly": bool}
_LATER = {"title", "description", "default", "$defs", "properties", "patternProperties", "deprecated"}
_OTHERS = {
    "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$schema", "$vocabulary", "then", "else", "false", "true",
    "minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip


def load(document: Any, *, documents: Mapping[str, Any]) -> Node:
    """The node of a document; ``documents`` are those references may name. IllegalSchema if it is no JSON Schema."""
    try:
        return _Translator(bridge(document), {name: bridge(other) for name, other in documents.items()}).translate()
    except (RecursionError, re.error, ValueError) as error:
        raise IllegalSchema("Invalid JSON") from error


class _Source:
    """A schema a reference names, once loaded; told apart by identity."""

    __slots__ = ("json", "scope")

    def __init__(self, json: Any, scope: str) -> None:
        self.json, self.scope = json, scope


class _Translator:
    """One document. ``_made`` has the node of every source met; nodes are copied when they are put somewhere."""

    def __init__(self, root: Any, documents: Mapping[str, Any]) -> None:
        self._documents = {_BASE: root, **documents}
        own = root.get("$id") if isinstance(root, dict) else None
        self._base = _resolve(_BASE, own) if isinstance(own, str) else _BASE
        self._documents.setdefault(urldefrag(self._base)[0], root)
        self._root = _Source(root, _BASE)
        self._sources: dict[str, _Source] = {self._base: self._root}
        self._anchors: dict[str, tuple[Any, str]] = {}
        for name, other in list(self._documents.items()):
            self._find_anchors(other, name)
        self._made: dict[_Source, Node] = {}
        self._untied: deque[tuple[ReferenceNode, _Source]] = deque()
        self._named: dict[Knot, _Source] = {}

    def translate(self) -> Node:
        """The root's node, all references tied."""
        node = self._visit_source(self._root)
        self._tie()
        return copy.copy(node)

    def _visit_source(self, source: _Source) -> Node:
        node = self._visit(source.json, source.scope, source)
        self._made[source] = node
        return node

    def _tie(self) -> None:
        """Give references their targets; those to one source that are tied together share it."""
        shared: dict[_Source, Node] = {}
        while self._untied:
            reference, source = self._untied.popleft()
            if source in self._made:
                if source not in shared:
                    shared[source] = copy.copy(self._made[source])
                reference.knot.target = shared[source]
            else:
                node = self._visit_source(source)
                self._tie()
                reference.knot.target = copy.copy(node)

    def _child(self, schema: Any, scope: str) -> Node:
        return copy.copy(self._visit(schema, scope))

    def _visit(self, schema: Any, scope: str, source: _Source | None = None) -> Node:
        if isinstance(schema, bool):
            return _TrueNode() if schema else OtherNode(f"{_EVERIT}.FalseSchema")
        members = _require(schema, dict)
        if isinstance(members.get("$id"), str):
            scope = _resolve(scope, members["$id"])
        order = hash_map_order(members)
        product = self._combined(members, order, scope)
        node = joining.settled(product)
        if isinstance(node, ReferenceNode) and node is not product:
            node = self._again(node)
        for key in ("title", "description"):
            if key in members:
                setattr(node, key, _require(members[key], str))
        if members.get("default") is not None:
            node.default = members["default"]
        if source is not None:
            self._made[source] = node
        definitions = _require(members.get("$defs", {}), dict)
        for name in hash_map_order(definitions):
            self._visit(definitions[name], scope)
            self._tie()
        unprocessed = {key: members[key] for key in order if not _is_known(key)}
        if unprocessed:
            node.unprocessed = unprocessed
        return node

    def _again(self, node: ReferenceNode) -> ReferenceNode:
        """A reference left alone of several keywords is built anew, to be tied as well."""
        return self._untied_reference(self._named[node.knot])

    def _untied_reference(self, source: _Source) -> ReferenceNode:
        node = ReferenceNode(Knot())
        self._named[node.knot] = source
        self._untied.append((node, source))
        return node

    def _combined(self, members: dict[str, Any], order: list[str], scope: str) -> Node:
        found: Node | None = None
        for key in order:
            node = self._keyword(key, members, scope)
            if node is not None:
                found = node if found is None else joining.join(found, node)
        product = CombinedNode("allOf", [], generated=True) if found is None else found
        properties = _require(members.get("properties", {}), dict)
        objects: list[Node] = []
        for name in hash_map_order(properties):
            one = ObjectNode()
            one.properties = {name: self._child(properties[name], scope)}
            objects.append(one)
        patterns = _require(members.get("patternProperties", {}), dict)
        for pattern in hash_map_order(patterns):
            re.compile(pattern)
            one = ObjectNode()
            one.patterns = {pattern: self._child(patterns[pattern], scope)}
            objects.append(one)
        if "unevaluatedItems" in members:
            array = ArrayNode()
            array.unevaluated = self._child(members["unevaluatedItems"], scope)
            objects.append(array)
        if "unevaluatedProperties" in members:
            one = ObjectNode()
            one.unevaluated = self._child(members["unevaluatedProperties"], scope)
            objects.append(one)
        for node in objects:
            product = joining.join(product, node)
        return product

    def _keyword(self, key: str, members: dict[str, Any], scope: str) -> Node | None:
        """The node of one keyword, None for one that does not constrain or is seen to later."""
        value = members[key]
        if key in _IGNORED:
            _require(value, _IGNORED[key])
            return CombinedNode("allOf", [], generated=True)
        limited = _LIMITED.get(key)
        if limited is not None:
            node = limited()
            if key == "uniqueItems":
                node.limits = {key: True} if _require(value, bool) else {}
            else:
                node.limits = {key: _number(value)}
            return node
        if key in ("allOf", "anyOf", "oneOf"):
            return self._combination(key, value, scope)
        build: Callable[[Any, str, dict[str, Any]], Node] | None = getattr(self, _BUILDERS.get(key, ""), None)
        return build(value, scope, members) if build is not None else None

    def _type(self, value: Any, _scope: str, _members: dict[str, Any]) -> Node:
        if isinstance(value, list):
            return CombinedNode("anyOf", [_of_type(_require(name, str)) for name in value], generated=True)
        return _of_type(_require(value, str))

    def _pattern(self, value: Any, _scope: str, _members: dict[str, Any]) -> Node:
        re.compile(_require(value, str))
        node = StringNode()
        node.limits["pattern"] = value
        return node

    def _enum(self, value: Any, _scope: str, _members: dict[str, Any]) -> Node:
        return EnumNode(list(_require(value, list)))

    def _const(self, value: Any, _scope: str, _members: dict[str, Any]) -> Node:
        return ConstNode(value)

    def _combination(self, criterion: str, value: Any, scope: str) -> Node:
        parts: list[Node] = []
        for part in _require(value, list):
            node = self._child(part, scope)
            if isinstance(node, CombinedNode) and node.generated and node.criterion == "allOf":
                parts.extend(node.parts)
            else:
                parts.append(node)
        return CombinedNode(criterion, parts)

    def _not(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        self._visit(value, scope)
        return OtherNode(f"{_EVERIT}.NotSchema")

    def _if(self, value: Any, scope: str, members: dict[str, Any]) -> Node:
        for part in (value, *(members[key] for key in ("then", "else") if key in members)):
            self._visit(part, scope)
        return OtherNode(f"{_EVERIT}.ConditionalSchema")

    def _additional(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        node = ObjectNode()
        child = self._child(value, scope)
        node.permits_additional = value is not False
        if not isinstance(value, bool):
            node.additional = child
        return node

    def _required(self, value: Any, _scope: str, _members: dict[str, Any]) -> Node:
        node = ObjectNode()
        node.required = [_require(name, str) for name in _require(value, list)]
        return node

    def _names(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        self._visit(value, scope)
        return ObjectNode()

    def _dependent(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        node = ObjectNode()
        for part in _require(value, dict).values():
            if not isinstance(part, list):
                self._visit(part, scope)
            node.limits["dependencies"] = True
        return node

    def _items(self, value: Any, scope: str, members: dict[str, Any]) -> Node:
        child = self._child(value, scope)
        node = ArrayNode()
        node.permits_additional = value is not False
        if not isinstance(value, bool):
            prefix = members.get("prefixItems")
            if isinstance(prefix, list) and prefix:
                node.additional = child
            else:
                node.items = child
        return node

    def _prefix_items(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        node = ArrayNode()
        node.first = [self._child(part, scope) for part in _require(value, list)]
        return node

    def _contains(self, value: Any, scope: str, members: dict[str, Any]) -> Node:
        self._visit(value, scope)
        node = ArrayNode()
        node.limits = {"minContains": members.get("minContains", 1)}
        if "maxContains" in members:
            node.limits["maxContains"] = members["maxContains"]
        return node

    def _reference(self, value: Any, scope: str, _members: dict[str, Any]) -> Node:
        ref = _require(value, str)
        absolute = (ref if urldefrag(ref)[0] in self._documents else _resolve(scope, ref)).removesuffix("#")
        source = self._sources.get(absolute)
        if source is None:
            source = self._sources[absolute] = _Source(*self._look_up(absolute))
        return self._untied_reference(source)

    def _look_up(self, absolute: str) -> tuple[Any, str]:
        """What an absolute reference names, and the scope there."""
        if absolute in self._anchors:
            return self._anchors[absolute]
        place, fragment = urldefrag(absolute)
        if place in self._documents:
            found = self._documents[place]
        elif place in self._anchors:
            found = self._anchors[place][0]
        else:
            raise IllegalSchema("Invalid JSON")
        for token in fragment.split("/")[1:]:
            key = unquote_plus(token).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise IllegalSchema("Invalid JSON")
        return found, place

    def _find_anchors(self, value: Any, scope: str) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$id"), str):
                scope = _resolve(scope, value["$id"])
                self._anchors[scope] = (value, scope)
            if isinstance(value.get("$anchor"), str):
                self._anchors[f"{urldefrag(scope)[0]}#{value['$anchor']}"] = (value, scope)
            for key, element in value.items():
                if key not in ("enum", "const"):
                    self._find_anchors(element, scope)
        elif isinstance(value, list):
            for element in value:
                self._find_anchors(element, scope)


class _TrueNode(EmptyNode):
    """true"""

    __slots__ = ()


_BUILDERS = {  # keyword: method
    "type": "_type",
    "pattern": "_pattern",
    "enum": "_enum",
    "const": "_const",
    "allOf": "",
    "anyOf": "",
    "oneOf": "",
    "not": "_not",
    "if": "_if",
    "additionalProperties": "_additional",
    "required": "_required",
    "propertyNames": "_names",
    "dependentSchemas": "_dependent",
    "dependentRequired": "_dependent",
    "items": "_items",
    "prefixItems": "_prefix_items",
    "contains": "_contains",
    "$ref": "_reference",
}


def _is_known(key: str) -> bool:
    return key in _BUILDERS or key in _OTHERS or key in _LATER or key in _IGNORED or key in _LIMITED


def _of_type(name: str) -> Node:
    if name == "integer":
        return NumberNode(integer=True)
    kinds: dict[str, type[Node]] = {
        "string": StringNode, "number": NumberNode, "boolean": BooleanNode, "null": NullNode, "array": ArrayNode,
        "object": ObjectNode,
    }  # fmt: skip
    if name not in kinds:
        raise IllegalSchema("Invalid JSON")
    return kinds[name]()


def _resolve(scope: str, ref: str) -> str:
    if urlsplit(ref).scheme:
        return ref
    base = urldefrag(scope)[0]
    if ref.startswith("#") or not ref:
        return base + ref
    return urljoin(base, ref) if not base.startswith(_BASE) else f"{_BASE}/{ref.lstrip('/')}"


def _require[T](value: Any, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise IllegalSchema("Invalid JSON")
    return value


def _number(value: Any) -> Any:
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        raise IllegalSchema("Invalid JSON")
    return value
