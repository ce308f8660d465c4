r"""A regular expression's text as it is parsed: code points, a cursor, comments, ``\Q..\E``, and Java's complaints.

The cursor moves as ``java.util.regex`` moves its own, because the complaints tell where it stood. Used by
``parse``.
"""

from __future__ import annotations

from typing import NoReturn

BACKSLASH = "\\"
_SPACES = " \t\n\x0b\f\r"
_END = "\0"


class PatternError(ValueError):
    """Not a regular expression, with the text of Java's PatternSyntaxException; or one that is refused here."""

    java_class = "java.util.regex.PatternSyntaxException"

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class Text:
    """The characters with a cursor on the next one; past the end there are only NULs."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.codes = _without_quotes(pattern)
        self.length = len(self.codes)
        self.cursor = 0
        self.comments = False
        self.unix_lines = False

    def at(self, index: int) -> str:
        """The character there."""
        return self.codes[index] if 0 <= index < self.length else _END

    def ended(self) -> bool:
        """Has the cursor passed the last character?"""
        return self.cursor >= self.length

    def peek(self) -> str:
        """The character at the cursor; white space and comments before it are passed over."""
        found = self.at(self.cursor)
        while self.comments and found in _SPACES + "#":
            if found == "#":
                self._to_line_end()
            else:
                self.cursor += 1
            found = self.at(self.cursor)
        return found

    def next(self) -> str:
        """Move on and peek."""
        self.cursor += 1
        return self.peek()

    def read(self) -> str:
        """The character at the cursor (or after white space), and move past it."""
        found = self.peek()
        self.cursor += 1
        return found

    def next_raw(self) -> str:
        """Move on; white space counts."""
        self.cursor += 1
        return self.at(self.cursor)

    def skip(self) -> str:
        """The character after the one at the cursor, and move past both."""
        found = self.at(self.cursor + 1)
        self.cursor += 2
        return found

    def unread(self) -> None:
        """Move back."""
        self.cursor -= 1

    def error(self, reason: str) -> NoReturn:
        """Java's complaint: reason, where, the pattern, and a caret."""
        raise PatternError(complaint(reason, self.pattern, self.cursor - 1))

    def refuse(self, construct: str) -> NoReturn:
        """Ours, about what Java knows."""
        raise refusal(construct, self.pattern)

    def _to_line_end(self) -> None:
        ends = "\n" if self.unix_lines else "\n\r\x85\u2028\u2029"
        self.cursor += 1
        while not self.ended() and self.at(self.cursor) not in ends:
            self.cursor += 1


def complaint(reason: str, pattern: str, index: int) -> str:
    """The text of a PatternSyntaxException."""
    units = pattern.encode("utf-16-be", "surrogatepass")  # Java counts and indents by them
    if index < 0:
        return f"{reason}\n{pattern}"
    caret = "".join("\t" if units[at : at + 2] == b"\0\t" else " " for at in range(0, 2 * index, 2))
    return f"{reason} near index {index}\n{pattern}" + (f"\n{caret}^" if 2 * index < len(units) else "")


def refusal(construct: str, pattern: str) -> PatternError:
    """The error for what Java knows and this library does not."""
    return PatternError(
        f"The regular expression {pattern!r} uses {construct}, which is not supported here: write it without",
        refused=True,
    )


def _without_quotes(pattern: str) -> list[str]:
    r"""The characters, what stands between ``\Q`` and ``\E`` escaped one by one."""
    start = _quote_start(pattern)
    if start < 0:
        return list(pattern)
    found, index = list(pattern[:start]), start + 2
    quoted = first = True
    while index < len(pattern):
        character = pattern[index]
        index += 1
        if character == BACKSLASH:
            following = pattern[index : index + 1]
            if following == ("E" if quoted else "Q"):
                index += 1
                quoted = not quoted
                if quoted:
                    first = True
                    continue
            elif quoted:
                found += (BACKSLASH, BACKSLASH)
            else:
                found.append(character)
                if following:
                    found.append(following)
                    index += 1
        elif not character.isascii() or character.isalpha():
            found.append(character)
        elif character.isdigit():
            found += (BACKSLASH, "x", "3", character) if first else (character,)
        else:
            found += (BACKSLASH, character) if quoted else (character,)
        first = False
    return found


def _quote_start(pattern: str) -> int:
    index = 0
    while index < len(pattern) - 1:
        if pattern[index] != BACKSLASH:
            index += 1
        elif pattern[index + 1] == "Q":
            return index
        else:
            index += 2
    return -1
