"""A date pattern cut into letters and texts, with the complaints of ``java.text.SimpleDateFormat``.

Used by ``dates`` and its parts.
"""

from __future__ import annotations

from typing import NamedTuple

LETTERS = "GyMdkHmsSEDFwWahKzZYuXL"


class Piece(NamedTuple):
    """A letter and how often it stands there, or (no letter) a text."""

    letter: str
    width: int
    text: str = ""


def pieces_of(pattern: str) -> list[Piece]:
    """The pattern cut at letters; literal texts unquoted and joined."""
    found: list[Piece] = []
    quoted = False
    index = 0
    while index < len(pattern):
        character = pattern[index]
        following = pattern[index + 1 : index + 2]
        index += 1
        if character == "'" and following == "'":
            index += 1
            _add_text(found, "'")
        elif character == "'":
            quoted = not quoted
            if quoted:
                _check(found)
                found.append(Piece("", 0))
        elif quoted or not (character.isascii() and character.isalpha()):
            _add_text(found, character)
        elif character not in LETTERS:
            raise ValueError(f"Illegal pattern character '{character}'")
        elif found and found[-1].letter == character:
            found[-1] = Piece(character, found[-1].width + 1)
        else:
            _check(found)
            found.append(Piece(character, 1))
    if quoted:
        raise ValueError("Unterminated quote")
    _check(found)
    return found


def _check(pieces: list[Piece]) -> None:
    if pieces and pieces[-1].letter == "X" and pieces[-1].width > 3:
        raise ValueError(f"invalid ISO 8601 format: length={pieces[-1].width}")


def _add_text(pieces: list[Piece], text: str) -> None:
    if pieces and not pieces[-1].letter:
        pieces[-1] = Piece("", 0, pieces[-1].text + text)
    else:
        _check(pieces)
        pieces.append(Piece("", 0, text))


def utf16_units(text: str) -> str:
    """Each UTF-16 unit one character, as Java counts them."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    data = text.encode("utf-16-be", "surrogatepass")
    return "".join(chr(int.from_bytes(data[at : at + 2])) for at in range(0, len(data), 2))
