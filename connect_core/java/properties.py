"""Java's ``.properties`` files: reading (``Properties.load``) and writing (``Properties.store``). Stdlib only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_BLANK = " \t\f"
_SPLIT = re.compile(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL)
_LINES = re.compile(r"(\r\n|\n|\r)")
_ENDS: tuple[list[str], ...] = (
    [],
    ["\n", ""],
    ["\r", ""],
)  # not "\r\n", whose second character is a line of its own to Java
_ESCAPE = re.compile(r"\\(u(.{0,4})|.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_TO_ESCAPE = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f", "=": "\\=", ":": "\\:", "#": "\\#", "!": "\\!"}
)


def load(text: str) -> dict[str, str]:
    """Keys and values; a key given twice has its last value. ValueError for a malformed ``\\uXXXX``."""
    found: dict[str, str] = {}
    for line in _logical_lines(text):
        match = _SPLIT.fullmatch(line)
        assert match is not None  # every text matches
        found[_unescape(match[1])] = _unescape(match[2])
    return found


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without comments and blank ones, continuations joined; one continued into the text's end may be empty."""
    pending = ""
    parts = _LINES.split(text)
    for at, natural in enumerate(parts[::2]):
        line = natural.lstrip(_BLANK)
        if not pending and (not line or line[0] in "#!"):
            continue
        line = pending + line
        pending = ""
        if (len(line) - len(line.rstrip("\\"))) % 2 == 0:
            yield line
        elif parts[2 * at + 1 : 2 * at + 4] in _ENDS:
            yield line[:-1]
        else:
            pending = line[:-1]
    if pending:
        yield pending


def _unescape(text: str) -> str:
    joined = _ESCAPE.sub(_character, text)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")  # pairs of \\u escapes


def _character(match: re.Match[str]) -> str:
    code = match[2]
    if code is None:
        return _ESCAPED.get(match[1], match[1])
    if not re.fullmatch("[0-9a-fA-F]{4}", code):
        raise ValueError("Malformed \\uxxxx encoding.")
    return chr(int(code, 16))


def store(properties: Mapping[str, str]) -> str:
    """The text ``load`` reads back, ASCII only, one line a key in the mapping's order."""
    return "".join(f"{_key(key)}={_value(value)}\n" for key, value in properties.items())


def _key(text: str) -> str:
    return _ascii(text.translate(_TO_ESCAPE).replace(" ", "\\ "))


def _value(text: str) -> str:
    escaped = text.translate(_TO_ESCAPE)
    return _ascii("\\" + escaped if escaped.startswith(" ") else escaped)


def _ascii(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (units[i] << 8 | units[i + 1] for i in range(0, len(units), 2))
    return "".join(chr(code) if 0x20 <= code <= 0x7E else f"\\u{code:04X}" for code in codes)
