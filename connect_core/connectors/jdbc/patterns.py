"""RE2 patterns of ``table.include.list`` and the column mappings: checked as RE2 would, run by Python's engine.

RE2 has no look-around, back-references or possessive quantifiers; what it refuses is refused here with its text, and
what it spells differently is translated. All matches are full matches. Neighbours: ``checks`` (config), ``discovery``.
"""

from __future__ import annotations

import re
from functools import lru_cache

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "digit": "0-9",
    "lower": "a-z",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_GROUP = re.compile(r"\(\?(?:P?<[A-Za-z_]\w*>|[imsU]*(?:-[imsU]+)?[:)])")
_REPEAT = re.compile(r"[*+?]|\{\d+(?:,\d*)?\}")


class PatternError(ValueError):
    """The text of RE2's complaint."""


@lru_cache
def compile_pattern(text: str) -> re.Pattern[str]:
    """The pattern, to be used with ``fullmatch``; PatternError with RE2's text."""
    try:
        return re.compile(_translate(text), re.ASCII)
    except re.error as error:
        if "unterminated subpattern" in error.msg:
            raise PatternError(f"missing closing ): `{text}`") from None
        if "unbalanced parenthesis" in error.msg:
            raise PatternError(f"unexpected ): `{text}`") from None
        if "bad character range" in error.msg:
            raise PatternError(f"invalid character class range: `{error.msg.rpartition(' ')[2]}`") from None
        raise PatternError(f"{error.msg}: `{text}`") from None


def _translate(text: str) -> str:
    out: list[str] = []
    position, argument = 0, False
    while position < len(text):
        letter = text[position]
        if letter == "\\":
            piece, position = _escape(text, position)
        elif letter == "[":
            piece, position = _class(text, position)
        elif letter == "(" and text.startswith("(?", position):
            piece, position = _group(text, position)
        elif letter in "*+?" or (letter == "{" and _REPEAT.match(text, position)):
            piece, position = _repeat(text, position, argument=argument)
        else:
            piece, position = letter, position + 1
        out.append(piece)
        argument = not (piece in ("(", "|") or piece.startswith("(?"))
    return "".join(out)


def _escape(text: str, position: int) -> tuple[str, int]:
    following = text[position + 1 : position + 2]
    if not following:
        raise PatternError("trailing backslash at end of expression: ``")
    if following == "Q":
        end = text.find("\\E", position + 2)
        end = len(text) if end < 0 else end
        return re.escape(text[position + 2 : end]), min(end + 2, len(text))
    if following == "z":
        return r"\Z", position + 2
    if following == "C":
        return "(?s:.)", position + 2
    if following.isalnum() and following.isascii() and following not in "AbBdDsSwWaftnrvx0":
        raise PatternError(f"invalid escape sequence: `\\{following}`")
    return text[position : position + 2], position + 2


def _class(text: str, position: int) -> tuple[str, int]:
    start, body = position, "["
    position += 1
    if text.startswith("^", position):
        body, position = body + "^", position + 1
    first = True
    while position < len(text):
        letter = text[position]
        if letter == "]" and not first:
            return body + "]", position + 1
        named = re.compile(r"\[:(\^?)(\w+):\]").match(text, position)
        if named is not None:
            if named[2] not in _POSIX or named[1]:
                raise PatternError(f"invalid character class range: `{named[0]}`")
            body, position = body + _POSIX[named[2]], named.end()
        elif letter == "\\":
            piece, position = _escape(text, position)
            body += piece
        else:
            body, position = body + ("\\" + letter if letter in "[]&|~" else letter), position + 1
        first = False
    raise PatternError(f"missing closing ]: `{text[start:]}`")


def _group(text: str, position: int) -> tuple[str, int]:
    match = _GROUP.match(text, position)
    if match is None:
        shown = text[position : position + 4] if text.startswith("(?<", position) else text[position : position + 3]
        raise PatternError(f"invalid or unsupported Perl syntax: `{shown}`")
    piece = match[0]
    if piece.startswith("(?<"):
        piece = "(?P" + piece[2:]
    return piece, match.end()


def _repeat(text: str, position: int, *, argument: bool) -> tuple[str, int]:
    match = _REPEAT.match(text, position)
    assert match is not None
    if not argument:
        raise PatternError(f"missing argument to repetition operator: `{match[0]}`")
    end = match.end()
    piece = match[0]
    if text.startswith("?", end):
        piece, end = piece + "?", end + 1
    after = _REPEAT.match(text, end)
    if after is not None:
        raise PatternError(f"invalid nested repetition operator: `{match[0]}{after[0]}`")
    return piece, end
