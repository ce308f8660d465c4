"""Nodes of one schema that stand beside each other, put together: of one kind merged, else all in a generated allOf."""

from __future__ import annotations

import copy

from connect_core.encoding.json_schema.nodes import (
    NONE,
    ArrayNode,
    CombinedNode,
    EmptyNode,
    Node,
    NumberNode,
    ObjectNode,
    ReferenceNode,
    StringNode,
)
from connect_core.java.hashing import hash_map_order


def settled(node: Node) -> Node:
    """A generated allOf of none or one is none or that one."""
    if isinstance(node, CombinedNode) and node.generated and node.criterion == "allOf" and len(node.parts) < 2:
        return copy.copy(node.parts[0]) if node.parts else EmptyNode()
    return copy.copy(node) if not isinstance(node, ReferenceNode) else node


def join(one: Node, other: Node) -> Node:
    """Both at once."""
    merged = _merge(one, other)
    if merged is not None:
        return merged
    for first, second in ((one, other), (other, one)):
        choices = _choices(first)
        if any(type(part) is type(second) for part in choices):
            return CombinedNode("anyOf", _accumulate(choices, second), generated=True)
    parts: list[Node] = []
    for node in (*_flat(one), *_flat(other)):
        parts = _accumulate(parts, node)
    return CombinedNode("allOf", parts, generated=True)


def _choices(node: Node) -> list[Node]:
    """The parts of a generated anyOf, which is what several types are."""
    if isinstance(node, CombinedNode) and node.generated and node.criterion == "anyOf":
        return [*node.parts]
    return []


def _flat(node: Node) -> list[Node]:
    if isinstance(node, CombinedNode) and node.generated and node.criterion == "allOf":
        return node.parts
    return [node]


def _accumulate(parts: list[Node], node: Node) -> list[Node]:
    for index, part in enumerate(parts):
        merged = _merge(part, node)
        if merged is not None:
            return [*parts[:index], merged, *parts[index + 1 :]]
    return [*parts, node]


def _merge(one: Node, other: Node) -> Node | None:
    """One node of two of the same kind, None if they are not."""
    if type(one) is not type(other) or not isinstance(one, (ArrayNode, NumberNode, ObjectNode, StringNode)):
        return None
    made = copy.copy(one)
    made.unprocessed = {**one.unprocessed, **other.unprocessed}
    made.limits = {**one.limits, **other.limits}
    for name in ("title", "description"):
        setattr(made, name, getattr(other, name) or getattr(one, name))
    made.default = one.default if other.default is NONE else other.default
    if isinstance(made, NumberNode) and isinstance(other, NumberNode):
        made.integer = made.integer or other.integer
    elif isinstance(made, ArrayNode) and isinstance(other, ArrayNode):
        made.items = other.items or made.items
        made.first = [*made.first, *other.first]
        made.permits_additional = made.permits_additional and other.permits_additional
        made.additional = other.additional or made.additional
        made.unevaluated = other.unevaluated or made.unevaluated
    elif isinstance(made, ObjectNode) and isinstance(other, ObjectNode):
        both = {**made.properties, **other.properties}
        made.properties = {name: both[name] for name in hash_map_order(both)}
        made.patterns = {**made.patterns, **other.patterns}
        made.required = [*made.required, *other.required]
        made.permits_additional = made.permits_additional and other.permits_additional
        made.additional = other.additional or made.additional
        made.unevaluated = other.unevaluated or made.unevaluated
    return made
