"""A text and a place in it: what the readers of paths and filters share, with the original's view of bounds."""

from __future__ import annotations

from connect_core.transforms.community.jsonpath.tokens import PathSyntaxError


class Cursor:
    """``at`` is the current index, ``last`` the index of the last character that counts."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.last = text, 0, len(text) - 1

    def trim(self) -> None:
        """Leave out blanks at both ends."""
        self.blanks()
        while self.at < self.last and self.text[self.last] == " ":
            self.last -= 1

    def inside(self, index: int | None = None) -> bool:
        """Is the index (default: the current one) within the text?"""
        return 0 <= (self.at if index is None else index) <= self.last

    def char(self, index: int | None = None) -> str:
        """The character there; PathSyntaxError outside the text."""
        place = self.at if index is None else index
        if not 0 <= place < len(self.text):
            raise PathSyntaxError(f"{self.text!r} ends too early")
        return self.text[place]

    def here(self, char: str) -> bool:
        """Is this the current character?"""
        return self.inside() and self.text[self.at] == char

    def blanks(self) -> None:
        """Step over blanks."""
        while self.inside() and self.at < self.last and self.text[self.at] == " ":
            self.at += 1

    def after(self, index: int) -> int:
        """The index of the next character that is no blank; behind the end if there is none."""
        place = index + 1
        while self.inside(place) and self.text[place] == " ":
            place += 1
        return place

    def follows(self, index: int, char: str) -> int:
        """The index of ``char`` if it is the next non-blank behind ``index``, else -1."""
        place = self.after(index)
        return place if self.inside(place) and self.text[place] == char else -1

    def before(self, index: int) -> str:
        """The last non-blank character before the index, or a blank."""
        place = index - 1
        while self.inside(place) and self.text[place] == " ":
            place -= 1
        return self.text[place] if self.inside(place) else " "

    def unescaped(self, index: int, char: str) -> int:
        """The index of the next ``char`` behind ``index`` that has no backslash before it, or -1."""
        escaped = False
        for place in range(index + 1, self.last + 1):
            if escaped:
                escaped = False
            elif self.text[place] == "\\":
                escaped = True
            elif self.text[place] == char:
                return place
        return -1

    def closing(self, index: int, pair: str, *, patterns: bool) -> int:
        """The index of the bracket that closes the one at ``index``, or -1; texts (and patterns) are stepped over."""
        depth, place = 1, index + 1
        while self.inside(place):
            if self.text[place] in "'\"":
                place = self._over(place)
            if patterns and self.char(place) == "/":
                place = self._over(place)
            if self.char(place) == pair[0]:
                depth += 1
            if self.char(place) == pair[1]:
                depth -= 1
                if depth == 0:
                    return place
            place += 1
        return -1

    def _over(self, place: int) -> int:
        end = self.unescaped(place, self.text[place])
        if end < 0:
            raise PathSyntaxError(f"{self.text[place]} is not closed in {self.text!r}")
        return end + 1


def unescape(text: str) -> str:
    """Backslash escapes of a quoted text, as in Java source; a lone backslash at the end stays."""
    if "\\" not in text:
        return text
    made, place = [], 0
    while place < len(text):
        char = text[place]
        if char != "\\" or place + 1 == len(text):
            made.append(char)
            place += 1
            continue
        code = text[place + 1]
        if code == "u":
            made.append(_unit(text[place + 2 : place + 6]))
            place += 6
            continue
        made.append(_ESCAPES.get(code, code))
        place += 2
    return "".join(made)


_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unit(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except ValueError:
        raise PathSyntaxError(f"\\u{digits} is no character") from None
