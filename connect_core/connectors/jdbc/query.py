"""The statements of the source (spec connectors.md 1.3, jdbc-10.10.md 3.5): pure text, parameters named by role.

A statement is the pieces of text between its parameters, so that a driver's marker never meets a user's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a parameter is."""

    BEGIN = "begin"
    END = "end"
    LAST = "last"


class Statement(NamedTuple):
    """``pieces`` are joined by the driver's markers; ``roles`` has one entry per marker."""

    pieces: tuple[str, ...]
    roles: tuple[Role, ...] = ()

    @property
    def text(self) -> str:
        """The statement with ``?`` markers, as the original prepares it."""
        return "?".join(self.pieces)


def change_statement(base: str, *, stamps: Sequence[str], incrementing: str | None, suffix: str) -> Statement:
    """``base`` plus the clause for these (already quoted) columns, plus the suffix. Neither: everything (bulk)."""
    tail = f" {suffix.strip()}" if suffix.strip() else ""
    stamp = stamps[0] if len(stamps) == 1 else f"COALESCE({','.join(stamps)})"
    if stamps and incrementing:
        return Statement(
            (
                f"{base} WHERE {stamp} < ",
                f" AND (({stamp} = ",
                f" AND {incrementing} > ",
                f") OR {stamp} > ",
                f") ORDER BY {stamp},{incrementing} ASC{tail}",
            ),
            (Role.END, Role.BEGIN, Role.LAST, Role.BEGIN),
        )
    if stamps:
        pieces = (f"{base} WHERE {stamp} > ", f" AND {stamp} < ", f" ORDER BY {stamp} ASC{tail}")
        return Statement(pieces, (Role.BEGIN, Role.END))
    if incrementing:
        return Statement((f"{base} WHERE {incrementing} > ", f" ORDER BY {incrementing} ASC{tail}"), (Role.LAST,))
    return Statement((base + tail,))


def bind(statement: Statement, marker: str) -> str:
    """The driver's text. With ``%s`` markers a literal percent sign is doubled, but only if there are parameters."""
    if not statement.roles:
        return statement.pieces[0]
    pieces = [piece.replace("%", "%%") for piece in statement.pieces] if marker == "%s" else list(statement.pieces)
    return pieces[0] + "".join(marker.format(n) + piece for n, piece in enumerate(pieces[1:], 1))
