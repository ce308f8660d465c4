"""Can data written by one JSON Schema be read by another? The rules of the registry's check (strict policy), for what
a Connect schema can become on the writing side; ``latest.compatibility.strict`` and ``id.compatibility.strict`` ask.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from connect_core.encoding.json_schema.nodes import (
    NONE,
    ArrayNode,
    CombinedNode,
    ConstNode,
    EmptyNode,
    EnumNode,
    Node,
    NumberNode,
    ObjectNode,
    OtherNode,
    ReferenceNode,
)
from connect_core.encoding.json_schema.options import TYPE_KEY
from connect_core.errors import DataError

_CEILINGS = {"maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties", "maxContains"}
_FLOORS = {"minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties", "minContains"}
_FALSE = "org.everit.json.schema.FalseSchema"


def can_read(reader: Node, writer: Node) -> bool:
    """Does the reader's schema accept whatever the writer's does?"""
    return _Comparison().fits(writer, reader)


class _Comparison:
    """One comparison; pairs met again while they are compared count as fitting."""

    def __init__(self) -> None:
        self._open: set[tuple[int, int]] = set()
        self._known: dict[tuple[int, int], bool] = {}

    def fits(self, writer: Node | None, reader: Node | None) -> bool:
        """Is every difference from writer to reader harmless?"""
        if reader is None:
            return True
        if writer is None:
            return False
        writer, reader = _target(writer), _target(reader)
        pair = id(writer), id(reader)
        if pair in self._open:
            return True
        if pair not in self._known:
            self._open.add(pair)
            self._known[pair] = self._through_choices(writer, reader) or self._same_kind(writer, reader)
            self._open.discard(pair)
        return self._known[pair]

    def _through_choices(self, writer: Node, reader: Node) -> bool:
        if isinstance(reader, CombinedNode):
            choice = len(reader.parts) == 1 or reader.criterion != "allOf"
            return choice and _kind(writer) is not CombinedNode and any(self.fits(writer, p) for p in reader.parts)
        if isinstance(writer, CombinedNode) and (len(writer.parts) == 1 or writer.criterion == "allOf"):
            return any(self.fits(part, reader) for part in writer.parts)
        return False

    def _same_kind(self, writer: Node, reader: Node) -> bool:
        if _kind(writer) != _kind(reader):
            if _is_false(writer) or isinstance(reader, EmptyNode):
                return True
            return writer.unprocessed.get(TYPE_KEY) == "bytes" == reader.unprocessed.get(TYPE_KEY)
        if not _limits_fit(writer, reader):
            return False
        if isinstance(writer, NumberNode) and isinstance(reader, NumberNode):
            return writer.integer or not reader.integer
        if isinstance(writer, ConstNode) and isinstance(reader, ConstNode):
            return _text(writer.value) == _text(reader.value)
        if isinstance(writer, EnumNode) and isinstance(reader, EnumNode):
            return set(map(_text, writer.values)) <= set(map(_text, reader.values))
        if isinstance(writer, CombinedNode) and isinstance(reader, CombinedNode):
            return self._choices_fit(writer, reader)
        if isinstance(writer, ObjectNode) and isinstance(reader, ObjectNode):
            return self._objects_fit(writer, reader)
        if isinstance(writer, ArrayNode) and isinstance(reader, ArrayNode):
            return self._arrays_fit(writer, reader)
        return True

    def _choices_fit(self, writer: CombinedNode, reader: CombinedNode) -> bool:
        ours, theirs = len(writer.parts), len(reader.parts)
        if writer.criterion != reader.criterion and reader.criterion != "anyOf":
            widened = ours == 1 and (theirs == 1 or reader.criterion == "oneOf")
            if not widened and not (theirs == 1 and writer.criterion == "allOf"):
                return False
        if ours < theirs and reader.criterion == "allOf":
            return False
        if ours > theirs and writer.criterion != "allOf":
            return False
        edges = [[i for i, r in enumerate(reader.parts) if self.fits(w, r)] for w in writer.parts]
        return _largest_matching(edges) >= min(ours, theirs)

    def _objects_fit(self, writer: ObjectNode, reader: ObjectNode) -> bool:
        if writer.permits_additional != reader.permits_additional:
            if not reader.permits_additional:
                return False
        elif not _extra_fits(self, writer.additional, reader.additional):
            return False
        if not _unevaluated_fits(self, writer.unevaluated, reader.unevaluated):
            return False
        names = writer.properties.keys() | reader.properties.keys()
        return all(self._property_fits(name, writer, reader) for name in names)

    def _property_fits(self, name: str, writer: ObjectNode, reader: ObjectNode) -> bool:
        ours, theirs = writer.properties.get(name), reader.properties.get(name)
        if theirs is None:
            return _is_open(reader) or self._covered(name, ours, reader)
        needed = name in reader.required and theirs.default is NONE
        if ours is None:
            if _is_open(writer):
                return isinstance(theirs, EmptyNode)
            partial = _partial(writer, name)
            return not needed and (partial is None or self.fits(partial, theirs))
        return self.fits(ours, theirs) and (name in writer.required or not needed)

    def _covered(self, name: str, ours: Node | None, reader: ObjectNode) -> bool:
        partial = _partial(reader, name)
        if partial is None:
            return ours is not None and _is_false(ours)
        return self.fits(ours, partial)

    def _arrays_fit(self, writer: ArrayNode, reader: ArrayNode) -> bool:
        if not self.fits(writer.items, reader.items):
            return False
        if writer.permits_additional != reader.permits_additional:
            if not reader.permits_additional:
                return False
        elif not _extra_fits(self, writer.additional, reader.additional):
            return False
        if not _unevaluated_fits(self, writer.unevaluated, reader.unevaluated):
            return False
        both = min(len(writer.first), len(reader.first))
        return (
            all(self.fits(w, r) for w, r in zip(writer.first, reader.first, strict=False))
            and all(self._item_dropped(item, reader) for item in writer.first[both:])
            and all(self._item_added(item, writer) for item in reader.first[both:])
        )

    def _item_dropped(self, item: Node, reader: ArrayNode) -> bool:
        if _is_open(reader):
            return True
        partial = reader.additional or _partial_unevaluated(reader)
        return _is_false(item) if partial is None else self.fits(item, partial)

    def _item_added(self, item: Node, writer: ArrayNode) -> bool:
        if _is_open(writer):
            return isinstance(item, EmptyNode)
        partial = writer.additional or _partial_unevaluated(writer)
        return partial is None or self.fits(partial, item)


def _target(node: Node) -> Node:
    met: set[int] = set()
    while isinstance(node, ReferenceNode):
        if id(node) in met:
            raise DataError("The JSON Schema refers to itself without end")
        met.add(id(node))
        node = node.target
    return node


def _kind(node: Node) -> Any:
    return node.kind if isinstance(node, OtherNode) else EmptyNode if isinstance(node, EmptyNode) else type(node)


def _is_false(node: Node) -> bool:
    return isinstance(node, OtherNode) and node.kind == _FALSE


def _text(value: Any) -> str:
    return repr(value)


def _limits_fit(writer: Node, reader: Node) -> bool:
    return all(_limit_fits(key, writer.limits.get(key), limit) for key, limit in reader.limits.items())


def _limit_fits(key: str, before: Any, after: Any) -> bool:
    if before is None:
        return False
    if key in _CEILINGS:
        return bool(after >= before)
    if key in _FLOORS:
        return bool(after <= before)
    if key == "multipleOf":
        return Decimal(before) % Decimal(after) == 0
    return bool(before == after)


def _extra_fits(comparison: _Comparison, writer: Node | None, reader: Node | None) -> bool:
    """Schemas of what is not named: one more narrows, one less widens."""
    return reader is None or (writer is not None and comparison.fits(writer, reader))


def _unevaluated_fits(comparison: _Comparison, writer: Node | None, reader: Node | None) -> bool:
    if reader is None:
        return True
    if writer is None:
        return False
    if _is_false(writer):
        return True
    if _is_false(reader):
        return False
    if isinstance(reader, EmptyNode):
        return True
    return not isinstance(writer, EmptyNode) and comparison.fits(writer, reader)


def _is_open(node: ObjectNode | ArrayNode) -> bool:
    if not node.permits_additional or node.additional is not None:
        return False
    if isinstance(node, ObjectNode) and node.patterns:
        return False
    return node.unevaluated is None or isinstance(node.unevaluated, EmptyNode)


def _partial(node: ObjectNode, name: str) -> Node | None:
    """The schema a property has that is not named."""
    for pattern, schema in node.patterns.items():
        if re.search(pattern, name):
            return schema
    return node.additional or _partial_unevaluated(node)


def _partial_unevaluated(node: ObjectNode | ArrayNode) -> Node | None:
    found = node.unevaluated if node.permits_additional and node.additional is None else None
    return None if found is None or _is_false(found) or isinstance(found, EmptyNode) else found


def _largest_matching(edges: Sequence[Sequence[int]]) -> int:
    """How many of the left can have a partner of their own on the right."""
    partner: dict[int, int] = {}

    def place(left: int, seen: set[int]) -> bool:
        for right in edges[left]:
            if right not in seen:
                seen.add(right)
                if right not in partner or place(partner[right], seen):
                    partner[right] = left
                    return True
        return False

    return sum(place(left, set()) for left in range(len(edges)))
