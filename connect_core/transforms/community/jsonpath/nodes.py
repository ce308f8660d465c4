"""What a filter compares, and how: texts with numbers by value, nothing with everything else.

A node is a kind and a value. Equality is not symmetric, as in the original: the left side decides how the
right is seen.
Neighbour: ``filters`` makes the nodes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from connect_core.java.numbers import decimal_text, double_text, float_text
from connect_core.transforms.community.jsonpath.tokens import PathUnfitError, UnreadableError

NUMBER, TEXT, BOOLEAN, NULL, JSON, PATTERN, NOTHING = "number", "text", "boolean", "null", "json", "pattern", "nothing"
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class Node(NamedTuple):
    """A value to compare."""

    kind: str
    value: Any


MISSING = Node(NOTHING, None)
NULL_NODE = Node(NULL, None)
TRUE, FALSE = Node(BOOLEAN, True), Node(BOOLEAN, False)


def node_of(value: Any) -> Node:
    """The node of a value a path led to."""
    if isinstance(value, str):
        return Node(TEXT, value)
    if value is None:
        return NULL_NODE
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return Node(NUMBER, Decimal(value))
    if isinstance(value, float):
        return Node(NUMBER, _of_float(value))
    if isinstance(value, Decimal):
        return Node(NUMBER, value)
    if isinstance(value, (dict, list, tuple)):
        return Node(JSON, value)
    raise UnreadableError(f"a JSON path cannot compare a {type(value).__name__}")


def _of_float(value: float) -> Decimal:
    if value - value != 0:
        raise UnreadableError(f"a JSON path cannot compare {value}")
    single = type(value).__name__ == "Float32"  # data's mark for Java's Float; its text is shorter
    return Decimal(float_text(value) if single else double_text(value))


def number(text: str) -> Decimal | None:
    """Java's ``new BigDecimal(text)``, or None."""
    if not _DECIMAL.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(left: Node, right: Node) -> bool:
    """``==`` with the left side in charge."""
    kind = left.kind
    if kind == TEXT:
        if right.kind == NUMBER:
            return bool(left.value == decimal_text(right.value))
        return right.kind == TEXT and left.value == right.value
    if kind == NUMBER:
        if right.kind == TEXT:
            other = number(right.value)
            return other is not None and left.value == other
        return right.kind == NUMBER and left.value == right.value
    if kind in (BOOLEAN, NULL):
        return kind == right.kind and left.value == right.value
    return kind == JSON == right.kind and _equal(left.value, right.value)


def _equal(left: Any, right: Any) -> bool:
    """Java's ``equals`` of maps, lists and boxes: 1 is not 1.0 nor true."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(value, right[name]) for name, value in left.items())
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(_equal, left, right))
    return type(left) is type(right) and left == right


def _before(left: Node, right: Node) -> int | None:
    """-1, 0 or 1 where the two have an order."""
    if left.kind != right.kind or left.kind not in (TEXT, NUMBER):
        return None
    a: Any = left.value
    b: Any = right.value
    if left.kind == TEXT:  # as Java: by UTF-16 units
        a, b = a.encode("utf-16-be", "surrogatepass"), b.encode("utf-16-be", "surrogatepass")
    return 1 if a > b else -1 if a < b else 0


def _ordered(*wanted: int) -> Callable[[Node, Node], bool]:
    def compare(left: Node, right: Node) -> bool:
        return _before(left, right) in wanted

    return compare


def _elements(node: Node) -> list[Node] | None:
    """The elements of a JSON array, None for any other JSON; anything else cannot be asked."""
    if node.kind != JSON:
        raise PathUnfitError("a list operator needs a list")
    return [_element(one) for one in node.value] if isinstance(node.value, (list, tuple)) else None


def _element(value: Any) -> Node:
    if isinstance(value, (dict, list, tuple)):
        raise UnreadableError("a JSON path cannot look for lists or objects within a list")
    return node_of(value)


def _holds(elements: Sequence[Node], wanted: Node) -> bool:
    return any(same(wanted, found) for found in elements)


def _in(left: Node, right: Node) -> bool:
    elements = _elements(right)
    return elements is not None and _holds(elements, left)


def _contains(left: Node, right: Node) -> bool:
    if left.kind == TEXT and right.kind == TEXT:
        return right.value in left.value
    elements = _elements(left) if left.kind == JSON else None
    return elements is not None and _holds(elements, right)


def _both(left: Node, right: Node) -> tuple[list[Node], list[Node]] | None:
    b = _elements(right)
    a = None if b is None else _elements(left)
    return None if a is None or b is None else (a, b)


def _subset(left: Node, right: Node) -> bool:
    pair = _both(left, right)
    return pair is not None and all(_holds(pair[1], one) for one in pair[0])


def _any_of(left: Node, right: Node) -> bool:
    pair = _both(left, right)
    return pair is not None and any(_holds(pair[1], one) for one in pair[0])


def _none_of(left: Node, right: Node) -> bool:
    pair = _both(left, right)
    return pair is not None and not any(_holds(pair[1], one) for one in pair[0])


def _size(left: Node, right: Node) -> bool:
    if right.kind != NUMBER:
        return False
    wanted = (int(right.value) + 2**31) % 2**32 - 2**31
    if left.kind == TEXT:
        return len(left.value.encode("utf-16-be", "surrogatepass")) // 2 == wanted
    if left.kind != JSON:
        return False
    return (len(left.value) if isinstance(left.value, (list, tuple)) else -1) == wanted


def _empty(left: Node, right: Node) -> bool:
    if left.kind not in (TEXT, JSON):
        return False
    if isinstance(left.value, dict):  # fails in the original, too
        raise UnreadableError("a JSON path cannot ask whether an object is empty")
    if right.kind != BOOLEAN:
        raise PathUnfitError("empty needs true or false")
    return bool((len(left.value) == 0) is right.value)


def _input(node: Node) -> str:
    if node.kind == TEXT:
        return str(node.value)
    if node.kind == NUMBER:
        return decimal_text(node.value)
    return ("true" if node.value else "false") if node.kind == BOOLEAN else ""


def _regex(left: Node, right: Node) -> bool:
    if (left.kind == PATTERN) is (right.kind == PATTERN):
        return False
    pattern, other = (left, right) if left.kind == PATTERN else (right, left)
    if other.kind == JSON and isinstance(other.value, (list, tuple)):
        return any(pattern.value(_input(one)) for one in [_element(one) for one in other.value])
    return bool(pattern.value(_input(other)))


def _exists(left: Node, right: Node) -> bool:
    return left == right


OPERATORS: Mapping[str, Callable[[Node, Node], bool]] = {
    "==": same,
    "!=": lambda left, right: not same(left, right),
    "===": lambda left, right: left.kind == right.kind and same(left, right),
    "!==": lambda left, right: left.kind != right.kind or not same(left, right),
    "<": _ordered(-1),
    "<=": _ordered(-1, 0),
    ">": _ordered(1),
    ">=": _ordered(1, 0),
    "=~": _regex,
    "IN": _in,
    "NIN": lambda left, right: not _in(left, right),
    "CONTAINS": _contains,
    "SUBSETOF": _subset,
    "ANYOF": _any_of,
    "NONEOF": _none_of,
    "SIZE": _size,
    "EMPTY": _empty,
    "EXISTS": _exists,
}
REFUSED = ("ALL", "MATCHES", "TYPE")
"""Operators of the original that this reader does not have."""
