"""The reader of paths: text to ``Path``. Neighbours: ``filters`` reads what stands in ``[?(...)]``."""

from __future__ import annotations

import re
from collections.abc import Callable

from connect_core.transforms.community.jsonpath import filters
from connect_core.transforms.community.jsonpath.cursor import Cursor, unescape
from connect_core.transforms.community.jsonpath.tokens import (
    Elements,
    Filter,
    Path,
    PathSyntaxError,
    Properties,
    Root,
    Scan,
    Slice,
    Token,
    Wildcard,
)

_COMMA = re.compile(r"[ \t\n\x0b\f\r]*,[ \t\n\x0b\f\r]*")
_INTEGER = re.compile(r"[+-]?[0-9]+")


def compile_path(text: str) -> Path:
    """The compiled path; PathSyntaxError says what is wrong, or what is not supported."""
    if not text:
        raise PathSyntaxError("a path must not be empty")
    cursor = Cursor(text)
    cursor.trim()
    if text[0] not in "$@":
        cursor = Cursor("$." + text)
        cursor.trim()
    if cursor.char(cursor.last) == ".":
        raise PathSyntaxError(f"{text!r} must not end with a dot")
    return Path(text, _Reader(cursor).tokens(), relative=cursor.text[0] == "@")


class _Reader:
    """Reads one path; each ``_try_*`` gives False if its kind of step does not stand there."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.made: list[Token] = []

    def tokens(self) -> list[Token]:
        """The root and the steps behind it."""
        cursor = self.cursor
        while cursor.inside() and cursor.text[cursor.at] in " \t\n\r":
            cursor.at += 1
        if cursor.char() not in "$@":
            raise PathSyntaxError(f"{cursor.text!r} must start with $ or @")
        self.made.append(Root())
        if not self._ends():
            cursor.at += 1
            if cursor.char() not in ".[":
                raise PathSyntaxError(f"expected . or [ at position {cursor.at} of {cursor.text!r}")
            while True:
                self._step()
                if self._ends():
                    break
        if isinstance(self.made[-1], Scan):
            raise PathSyntaxError(f"{cursor.text!r} ends with dots")
        return self.made

    def _ends(self) -> bool:
        return self.cursor.at >= self.cursor.last

    def _step(self) -> None:
        char = self.cursor.char()
        if char == "[":
            kinds: tuple[Callable[[], bool], ...] = (self._names, self._indexes, self._wildcard, self._filter)
            done = any(kind() for kind in kinds)
        elif char == ".":
            self._dot()
            return
        elif char == "*":
            done = self._wildcard()
        else:
            done = self._plain()
        if not done:
            raise PathSyntaxError(f"cannot read {self.cursor.text!r} at position {self.cursor.at}")

    def _dot(self) -> None:
        cursor = self.cursor
        if cursor.inside(cursor.at + 1) and cursor.text[cursor.at + 1] == ".":
            self.made.append(Scan())
            cursor.at += 2
        else:
            cursor.at += 1
        if cursor.char() == ".":
            raise PathSyntaxError(f"too many dots at position {cursor.at} of {cursor.text!r}")
        self._step()

    def _plain(self) -> bool:
        cursor = self.cursor
        if cursor.char() in "[*. ":
            return False
        start = end = cursor.at
        while cursor.inside(end) and cursor.text[end] not in ".[":
            if cursor.text[end] == " ":
                raise PathSyntaxError(f"write ['my name'] for a name with blanks, at position {end} of {cursor.text!r}")
            if cursor.text[end] == "(":
                name = cursor.text[start:end]
                raise PathSyntaxError(f"functions are not supported: {name}() in {cursor.text!r}", refused=True)
            end += 1
        cursor.at = end
        self.made.append(Properties([cursor.text[start:end]]))
        return True

    def _names(self) -> bool:
        cursor = self.cursor
        place = cursor.after(cursor.at)
        quote = cursor.text[place] if cursor.inside(place) else " "
        if quote not in "'\"":
            return False
        names, end = _quoted(cursor, quote)
        closing = cursor.follows(end, "]")
        if closing < 0:
            raise PathSyntaxError(f"] is missing in {cursor.text!r}")
        cursor.at = closing + 1
        self.made.append(Properties(names))
        return True

    def _indexes(self) -> bool:
        cursor = self.cursor
        place = cursor.after(cursor.at)
        if not cursor.inside(place) or cursor.text[place] not in "0123456789-:":
            return False
        end = cursor.text.find("]", cursor.at + 1, cursor.last + 1)
        if end < 0:
            return False
        inner = cursor.text[cursor.at + 1 : end].strip(" ")
        if not all(char in "0123456789,-: " for char in inner):
            return False
        self.made.append(_slice(inner) if ":" in inner else Elements([_index(one) for one in _COMMA.split(inner)]))
        cursor.at = end + 1
        return True

    def _wildcard(self) -> bool:
        cursor = self.cursor
        if cursor.char() == "[":
            star = cursor.follows(cursor.at, "*")
            if star < 0:
                return False
            closing = cursor.follows(star, "]")
            if closing < 0:
                raise PathSyntaxError(f"] is missing behind * in {cursor.text!r}")
            cursor.at = closing
        cursor.at += 1
        self.made.append(Wildcard())
        return True

    def _filter(self) -> bool:
        cursor = self.cursor
        mark = cursor.follows(cursor.at, "?")
        opening = -1 if mark < 0 else cursor.follows(mark, "(")
        if opening < 0:
            return False
        closing = cursor.closing(opening, "()", patterns=True)
        if closing < 0:
            return False
        end = cursor.follows(closing, "]")
        if end < 0:
            return False
        self.made.append(Filter(filters.compile_filter(cursor.text[cursor.at : end + 1])))
        cursor.at = end + 1
        return True


def _quoted(cursor: Cursor, quote: str) -> tuple[list[str], int]:
    """The names between brackets, and the index of the last closing quote."""
    names: list[str] = []
    inside = escaped = comma = False
    start, end, place = cursor.at + 1, 0, cursor.at + 1
    while cursor.inside(place):
        char = cursor.text[place]
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "]" and not inside:
            if comma:
                raise PathSyntaxError(f"empty name at position {place} of {cursor.text!r}")
            break
        elif char == quote and inside:
            if cursor.follows(place, "]") < 0 and cursor.follows(place, ",") < 0:
                raise PathSyntaxError(f"expected , or ] behind position {place} of {cursor.text!r}")
            names.append(unescape(cursor.text[start:place]))
            inside, end = False, place
        elif char == quote:
            start, inside, comma = place + 1, True, False
        elif char == "," and not inside:
            if comma:
                raise PathSyntaxError(f"empty name at position {place} of {cursor.text!r}")
            comma = True
        place += 1
    if inside:
        raise PathSyntaxError(f"{quote} is missing in {cursor.text!r}")
    return names, end


def _slice(text: str) -> Slice:
    if " " in text or "," in text:
        raise PathSyntaxError(f"cannot read the slice [{text}]")
    parts = [*text.split(":"), ""]
    start, end = (None if not one else _index(one) for one in parts[:2])
    if start is None and end is None:
        raise PathSyntaxError(f"the slice [{text}] has no bounds")
    return Slice(start, end)


def _index(text: str) -> int:
    if not _INTEGER.fullmatch(text) or not -(2**31) <= int(text) < 2**31:
        raise PathSyntaxError(f"cannot read the array index {text!r}")
    return int(text)
