"""Look-behinds of Java, which may vary in length, as Python's, which may not: one for each length and way.

Only what captures nothing can be taken apart so; the number of ways is limited. Used by ``parse``.
"""

from __future__ import annotations

from connect_core.java.patterns.nodes import Chars, Choice, Fixed, Group, Look, Node, Repeat, Scope, Sequence_
from connect_core.java.patterns.text import refusal

MOST_WAYS = 256


class Behind(Node):
    """A look-behind; negated: none of its ways may match."""

    def __init__(self, inner: Node, *, negated: bool) -> None:
        self.inner, self.negated = inner, negated

    def source(self, scope: Scope) -> str:
        """One assertion, or several."""
        head = "(?<!" if self.negated else "(?<="
        if self.inner.low == self.inner.high and _is_even(self.inner):
            with scope.within(leaking=True, uncertain=self.negated):
                return f"{head}{self.inner.source(scope)})"
        if self.inner.high is None:
            raise refusal("a look-behind of any length", scope.pattern)
        if self.inner.captures:
            raise refusal("a group in a look-behind of varying length", scope.pattern)
        ways = [f"{head}{way})" for way in dict.fromkeys(_ways(self.inner, scope))]
        return "".join(ways) if self.negated else f"(?:{'|'.join(ways)})"

    @property
    def captures(self) -> list[int]:
        """See Node."""
        return self.inner.captures


def _is_even(node: Node) -> bool:
    """Has every choice in it options of one length? Python wants that too."""
    if isinstance(node, Sequence_):
        return all(map(_is_even, node.nodes))
    if isinstance(node, Choice):
        return all(map(_is_even, node.nodes)) and all(option.low == option.high for option in node.nodes)
    return node.low == node.high


def _ways(node: Node, scope: Scope) -> list[str]:
    """Regular expressions of fixed length that together match what the node does."""
    if isinstance(node, (Chars, Look, Behind)) or (isinstance(node, Fixed) and node.low == node.high):
        return [node.source(scope)]
    if isinstance(node, Fixed):
        return [r"\r\n", r"[\n\x0b\x0c\r\x85\u2028\u2029]"]  # the only one of two lengths: \R
    if isinstance(node, Sequence_):
        return _one_after_other([_ways(inner, scope) for inner in node.nodes], scope)
    if isinstance(node, Choice):
        return _few([way for option in node.nodes for way in _ways(option, scope)], scope)
    if isinstance(node, Group) and node.head != "(?>":
        return _ways(node.inner, scope)
    if isinstance(node, Repeat) and node.mode != "+":
        inner = _ways(node.inner, scope)
        _few([""] * (node.most - node.least), scope)
        if len(inner) == 1:
            return [f"(?:{inner[0]}){{{count}}}" for count in range(node.least, node.most + 1)]
        counts = range(node.least, node.most + 1)
        return _few([way for n in counts for way in _one_after_other([inner] * n, scope)], scope)
    raise refusal("an atomic group or possessive repeat in a look-behind of varying length", scope.pattern)


def _one_after_other(parts: list[list[str]], scope: Scope) -> list[str]:
    found = [""]
    for ways in parts:
        found = _few([before + way for before in found for way in ways], scope)
    return found


def _few(ways: list[str], scope: Scope) -> list[str]:
    if len(ways) > MOST_WAYS:
        raise refusal(f"a look-behind of more than {MOST_WAYS} ways", scope.pattern)
    return ways
