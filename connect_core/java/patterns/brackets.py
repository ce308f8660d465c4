"""Character classes in brackets, as Java reads them: unions, ``&&``, ranges, nested classes.

Java keeps single characters of a class apart from the rest and adds them where it closes or meets ``&&``; what it makes
of odd classes follows from that, so it is done so here. Neighbours: ``escapes`` below, ``parse``
above.
"""

from __future__ import annotations

from collections.abc import Callable

from connect_core.java.patterns.escapes import Escapes
from connect_core.java.patterns.nodes import Node
from connect_core.java.patterns.sets import EMPTY, CharSet, any_case, any_case_span, of, span

type _Lazy = Callable[[], CharSet]
"""A set that is known when the class has been read to its end."""


class _Singles:
    """The single characters of one class, to which more may come."""

    def __init__(self) -> None:
        self.found = EMPTY

    def __call__(self) -> CharSet:
        return self.found


class Brackets(Escapes):
    """The middle part of the parser."""

    def brackets(self) -> CharSet:
        """The class that begins at the cursor."""
        return self._class_until(consume=True)()

    def _class_until(self, *, consume: bool) -> _Lazy:
        text = self.text
        singles, pending, negated = _Singles(), False, False
        whole: _Lazy | None = None
        character = text.next()
        while True:
            if character == "^" and text.at(text.cursor - 1) == "[":
                negated = True
                character = text.next()
                continue
            if character == "[":
                whole = _union(whole, self._class_until(consume=True))
                character = text.peek()
                continue
            if character == "&":
                if text.next() == "&":
                    right = self._right_of_and()
                    if pending:
                        whole, pending = _union(whole, singles), False
                    whole = self._both(whole, right)
                    character = text.peek()
                    continue
                text.unread()
            elif character == "\0" and text.ended():
                text.error("Unclosed character class")
            elif character == "]" and (whole is not None or pending):
                if consume:
                    text.next()
                return _finished(_union(whole, singles) if pending else whole, negated=negated)
            found = self._range(singles)
            if found is None:
                pending = True
            else:
                whole = _union(whole, found)
            character = text.peek()

    def _right_of_and(self) -> _Lazy | None:
        text = self.text
        right: _Lazy | None = None
        character = text.next()
        while character not in "]&":
            if character == "[":
                right = _union(right, self._class_until(consume=True))
            else:
                text.unread()
                right = _union(right, self._class_until(consume=False))
            character = text.peek()
        return right

    def _both(self, left: _Lazy | None, right: _Lazy | None) -> _Lazy:
        if right is None:
            if left is None:
                self.text.error("Bad class syntax")
            self.text.refuse("&& with nothing on its right")
        if left is None:
            return right
        return lambda: left() & right()

    def _range(self, singles: _Singles) -> _Lazy | None:
        """The next item; None for a single character, which has been added to the others."""
        text, flags = self.text, self.flags
        character = text.peek()
        if character == "\\":
            found = self._escaped_item()
            if not isinstance(found, int):
                return lambda: found
            low = found
        else:
            text.next()
            low = ord(character)
        high = self._range_end()
        if high is None:
            singles.found |= any_case(low, unicode=flags.unicode_case) if flags.any_case else of(low)
            return None
        if high < low:
            text.error("Illegal character range")
        made = any_case_span(low, high, unicode=flags.unicode_case) if flags.any_case else span(low, high)
        return lambda: made

    def _escaped_item(self) -> int | CharSet:
        text = self.text
        if text.next_raw() in "pP":
            return self.family()
        in_range = text.at(text.cursor + 1) == "-"
        text.unread()
        found = self.escape(in_class=True, in_range=in_range)
        assert not isinstance(found, Node)
        return found

    def _range_end(self) -> int | None:
        text = self.text
        if text.peek() != "-" or text.at(text.cursor + 1) in ("[", "]"):
            return None
        text.next()
        character = text.peek()
        if character != "\\":
            text.next()
            return ord(character)
        found = self.escape(in_class=True, in_range=True)
        return found if isinstance(found, int) else -1  # a set is no end: the range is illegal


def _union(left: _Lazy | None, right: _Lazy) -> _Lazy:
    return right if left is None else lambda: left() | right()


def _finished(whole: _Lazy | None, *, negated: bool) -> _Lazy:
    found = whole or _Singles()
    return (lambda: ~found()) if negated else found
