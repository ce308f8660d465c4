"""The reader of filters, ``[?(@.a == 'x' && !(@.b))]``: text to a predicate over (item, document).

Its reach backwards is the original's: what does not read as a comparison is read again as a question for existence.
Neighbours: ``nodes`` compares, ``paths`` reads the paths inside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne
from typing import Any, NamedTuple

from connect_core.java.patterns import Pattern, PatternError
from connect_core.transforms.community.jsonpath.cursor import Cursor, unescape
from connect_core.transforms.community.jsonpath.nodes import (
    FALSE,
    JSON,
    MISSING,
    NULL_NODE,
    NUMBER,
    OPERATORS,
    PATTERN,
    REFUSED,
    TEXT,
    TRUE,
    Node,
    node_of,
    number,
)
from connect_core.transforms.community.jsonpath.tokens import Path, PathMissingError, PathSyntaxError, Predicate

_RELATIONAL = "<>=~!"
_ELEMENT = re.compile(
    r"""[ \t\n\r]*(?:'(?P<single>[^'\\]*)'|"(?P<double>[^"\\]*)"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)"""
    r"""|(?P<word>true|false|null))[ \t\n\r]*"""
)


class HardError(PathSyntaxError):
    """A mistake that no other reading of the filter can mend."""


class Operand(NamedTuple):
    """One side of a comparison: a fixed node, or a path (``negated``: ``!@.a`` asks that it be missing)."""

    node: Node | None
    path: Path | None = None
    negated: bool = False


def compile_filter(text: str) -> Predicate:
    """The predicate of ``[?(...)]``."""
    cursor = Cursor(text)
    cursor.trim()
    cursor.at += 1
    cursor.last -= 1
    cursor.trim()
    cursor.at += 1
    cursor.trim()
    if not cursor.here("(") or cursor.char(cursor.last) != ")":
        raise PathSyntaxError(f"a filter is written [?(...)], not {text!r}")
    made = _Reader(cursor).either()
    cursor.blanks()
    if cursor.inside():
        raise PathSyntaxError(f"expected the end of the filter at {cursor.text[cursor.at : cursor.last + 1]!r}")
    return made


class _Reader:
    """Reads one filter, by precedence: or, and, operand, expression."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor

    def either(self) -> Predicate:
        """Parts joined by ``||``."""
        parts = self._joined("||", self._all)
        return parts[0] if len(parts) == 1 else lambda item, root: any(part(item, root) for part in parts)

    def _all(self) -> Predicate:
        parts = self._joined("&&", self._operand)
        return parts[0] if len(parts) == 1 else lambda item, root: all(part(item, root) for part in parts)

    def _joined(self, sign: str, part: Callable[[], Predicate]) -> list[Predicate]:
        parts = [part()]
        while True:
            saved = self.cursor.at
            try:
                self._expect(sign)
                parts.append(part())
            except HardError:
                raise
            except PathSyntaxError as error:
                if error.refused:
                    raise
                self.cursor.at = saved
                return parts

    def _expect(self, sign: str) -> None:
        cursor = self.cursor
        cursor.blanks()
        if not cursor.inside(cursor.at + len(sign) - 1) or not cursor.text.startswith(sign, cursor.at):
            raise PathSyntaxError(f"expected {sign} at position {cursor.at} of {cursor.text!r}")
        cursor.at += len(sign)

    def _operand(self) -> Predicate:
        cursor = self.cursor
        saved = cursor.at
        cursor.blanks()
        if cursor.here("!"):
            self._expect("!")
            cursor.blanks()
            if cursor.char() in "$@":
                cursor.at = saved
            else:
                inner = self._operand()
                return lambda item, root: not inner(item, root)
        cursor.blanks()
        if cursor.here("("):
            self._expect("(")
            group = self.either()
            self._expect(")")
            return group
        return self._expression()

    def _expression(self) -> Predicate:
        left = self._value()
        saved = self.cursor.at
        try:
            operator = self._operator()
            right = self._value()
        except HardError:
            raise
        except PathSyntaxError as error:
            if error.refused:
                raise
            self.cursor.at = saved
            return _existence(left)
        return _comparison(left, operator, right)

    def _operator(self) -> str:
        cursor = self.cursor
        cursor.blanks()
        start = cursor.at
        relational = cursor.inside() and cursor.char() in _RELATIONAL
        while cursor.inside() and (cursor.char() in _RELATIONAL if relational else cursor.char() != " "):
            cursor.at += 1
        name = cursor.text[start : cursor.at].upper()
        if name in REFUSED:
            raise PathSyntaxError(f"the operator {name.lower()} is not supported", refused=True)
        if name not in OPERATORS:
            raise PathSyntaxError(f"there is no operator {name!r}")
        return name

    def _value(self) -> Operand:
        cursor = self.cursor
        cursor.blanks()
        char = cursor.char()
        if char in "$@":
            return self._path()
        if char == "!":
            cursor.at += 1
            cursor.blanks()
            if cursor.char() in "$@":
                return self._path()
            raise PathSyntaxError(f"unexpected ! in {cursor.text!r}")
        return Operand(self._literal(char))

    def _path(self) -> Operand:
        from connect_core.transforms.community.jsonpath.paths import compile_path  # the two read each other

        cursor = self.cursor
        negated, start = cursor.before(cursor.at) == "!", cursor.at
        cursor.at += 1
        while cursor.inside():
            if cursor.char() == "[":
                closing = cursor.closing(cursor.at, "[]", patterns=False)
                if closing < 0:
                    raise PathSyntaxError(f"] is missing in {cursor.text!r}")
                cursor.at = closing + 1
            if not cursor.inside() or cursor.char() in _RELATIONAL + " )":
                break
            if cursor.char() == "(":
                raise PathSyntaxError("functions are not supported in filters", refused=True)
            cursor.at += 1
        return Operand(None, compile_path(cursor.text[start : cursor.at]), negated)

    def _literal(self, char: str) -> Node:
        if char in "'\"":
            return self._text(char)
        if char in "tf":
            return TRUE if self._word("true" if char == "t" else "false") == "true" else FALSE
        if char == "n":
            self._word("null")
            return NULL_NODE
        if char == "/":
            return self._pattern()
        if char in "[{":
            return self._json(char)
        return self._number()

    def _text(self, quote: str) -> Node:
        cursor = self.cursor
        start, end = cursor.at, cursor.unescaped(cursor.at, quote)
        if end < 0:
            raise PathSyntaxError(f"{quote} is not closed in {cursor.text!r}")
        cursor.at = end + 1
        return Node(TEXT, unescape(cursor.text[start + 1 : end]))

    def _word(self, word: str) -> str:
        cursor = self.cursor
        end = cursor.at + len(word)
        if not cursor.inside(end - 1) or not cursor.text.startswith(word, cursor.at):
            raise PathSyntaxError(f"expected {word} at position {cursor.at} of {cursor.text!r}")
        cursor.at = end
        return word

    def _number(self) -> Node:
        cursor = self.cursor
        start = cursor.at
        while cursor.inside() and cursor.char() in "0123456789-.eE":
            cursor.at += 1
        found = number(cursor.text[start : cursor.at])
        if found is None:
            raise HardError(f"expected a value at position {start} of {cursor.text!r}")
        return Node(NUMBER, found)

    def _json(self, char: str) -> Node:
        cursor = self.cursor
        start = cursor.at
        end = cursor.closing(start, "[]" if char == "[" else "{}", patterns=False)
        if end < 0:
            raise PathSyntaxError(f"{char} is not closed in {cursor.text!r}")
        cursor.at = end + 1
        return Node(JSON, _elements(cursor.text[start : end + 1]))

    def _pattern(self) -> Node:
        cursor = self.cursor
        start, end = cursor.at, cursor.unescaped(cursor.at, "/")
        if end < 0:
            raise PathSyntaxError(f"/ is not closed in {cursor.text!r}")
        flags = end + 1
        while cursor.inside(flags) and cursor.text[flags] in "dixmsuU":
            flags += 1
        cursor.at = flags
        return Node(PATTERN, _matcher(cursor.text[start + 1 : end], cursor.text[end + 1 : flags]))


def _elements(text: str) -> list[Any]:
    """A list of plain texts, numbers and words; whatever else JSON readers might see in it is refused."""
    body, place = text[1:-1], 0
    made: list[Any] = []
    while text[0] == "[" and (place < len(body) or made):
        found = _ELEMENT.match(body, place)
        if found is None:
            break
        made.append(_element(found))
        place = found.end()
        if place == len(body):
            return made
        if body[place] != ",":
            break
        place += 1
    if text[0] == "[" and not body.strip(" \t\n\r"):
        return []
    raise PathSyntaxError(f"only a list of plain texts and numbers is supported, not {text}", refused=True)


def _element(found: re.Match[str]) -> Any:
    single, double, digits, word = found.group("single", "double", "number", "word")
    if digits is not None:
        return float(digits) if "." in digits else int(digits)
    if word is not None:
        return {"true": True, "false": False, "null": None}[word]
    text: str = single if single is not None else double
    if text.strip()[:1] in {"$", "@", "[", "{"}:
        raise PathSyntaxError(f"{text!r} in a list would be read as a path or JSON", refused=True)
    return text


def _matcher(pattern: str, flags: str) -> Callable[[str], bool]:
    """Whether a whole text matches a Java pattern with these flags behind it."""
    try:
        return Pattern(f"(?{flags}){pattern}" if flags else pattern).matches
    except PatternError as error:
        if error.refused:
            raise PathSyntaxError(str(error), refused=True) from error
        raise HardError(str(error)) from error


def _reader(side: Operand) -> Callable[[Any, Any], Node]:
    """(item, document) -> the node of one side."""
    node, path = side.node, side.path
    if path is None:
        assert node is not None
        return lambda item, root: node  # noqa: ARG005

    def read(item: Any, root: Any) -> Node:
        try:
            return node_of(path.evaluate(item if path.relative else root, root))
        except PathMissingError:
            return MISSING

    return read


def _comparison(left: Operand, operator: str, right: Operand) -> Predicate:
    compare, a, b = OPERATORS[operator], _reader(left), _reader(right)
    lists = operator in ("IN", "NIN", "SUBSETOF", "ANYOF", "NONEOF")
    for side, allowed in ((left, False), (right, lists)):
        if side.node is not None and side.node.kind == JSON and not allowed:
            raise PathSyntaxError("a list may only stand behind in, nin, subsetof, anyof and noneof", refused=True)

    def slow(item: Any, root: Any) -> bool:
        return compare(a(item, root), b(item, root))

    return _quick(left, operator, right, slow) or slow


_QUICK: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip


_DIGITS = 20  # no whole number of a record has more


def _quick(left: Operand, operator: str, right: Operand, slow: Predicate) -> Predicate | None:
    """A member of the item against a text or a whole number, without nodes: the same answer for values of that type."""
    names = left.path.members if left.path is not None and left.path.relative else None
    fixed, compare = right.node, _QUICK.get(operator)
    if names is None or len(names) != 1 or fixed is None or compare is None:
        return None
    name, wanted = names[0], fixed.value
    kind: type = str
    if fixed.kind == NUMBER and wanted.adjusted() < _DIGITS and wanted == wanted.to_integral_value():
        wanted, kind = int(wanted), int
    elif fixed.kind != TEXT or operator not in ("==", "!="):
        return None

    def test(item: Any, root: Any) -> bool:
        value = item.get(name) if type(item) is dict else None
        return compare(value, wanted) if type(value) is kind else slow(item, root)

    return test


def _existence(side: Operand) -> Predicate:
    path, negated = side.path, side.negated
    if path is None:
        raise PathSyntaxError("expected a path")

    def exists(item: Any, root: Any) -> bool:
        try:
            path.evaluate(item, root, required=True)  # the original starts at the item even behind $
        except PathMissingError:
            return negated
        return not negated

    return exists
