"""Table identifiers: parsing quoted and unquoted text, fully qualified names, quoting.

Neighbours: ``dialects`` say which quote characters and which parts a database uses. A quote character inside a name is
doubled when written and undone when parsed, so every name survives the way through the ``tables`` task config.
"""

from __future__ import annotations

from typing import NamedTuple

from connect_core.errors import ConfigError


class TableId(NamedTuple):
    """A table; ``catalog`` and ``schema`` are None where the database has no such part."""

    catalog: str | None
    schema: str | None
    table: str

    @property
    def unquoted(self) -> str:
        """``catalog.schema.table`` without quotes, absent parts left out: the name in offsets and filters."""
        return ".".join(part for part in self if part)

    def __str__(self) -> str:
        """The form of messages: every part in double quotes, whatever the dialect."""
        return ".".join(f'"{part}"' for part in self if part)


class Quotes(NamedTuple):
    """The characters around an identifier; ``always`` False = ``quote.sql.identifiers=never``."""

    leading: str = '"'
    trailing: str = '"'
    always: bool = True

    def quote(self, name: str) -> str:
        """``name`` as it goes into SQL."""
        return self.force(name) if self.always else name

    def force(self, name: str) -> str:
        """``name`` in quotes, whatever ``always`` says."""
        return self.leading + name.replace(self.trailing, self.trailing * 2) + self.trailing

    def join(self, *parts: str | None) -> str:
        """The dotted name of the parts that are present."""
        return ".".join(self.quote(part) for part in parts if part)


def split_name(text: str, quotes: Quotes) -> list[str]:
    """The dotted parts of an identifier, quotes removed; ConfigError when a quote is left open or a part is empty."""
    parts: list[str] = []
    position = 0
    while True:
        part, position = _next_part(text, position, quotes)
        parts.append(part)
        if position >= len(text):
            return parts
        if text[position] != ".":
            raise ConfigError(f"Invalid table name {text}: expected '.' after position {position}")
        position += 1


def _next_part(text: str, position: int, quotes: Quotes) -> tuple[str, int]:
    if not text.startswith(quotes.leading, position):
        end = text.find(".", position)
        end = len(text) if end < 0 else end
        return text[position:end], end
    part = ""
    position += len(quotes.leading)
    while True:
        end = text.find(quotes.trailing, position)
        if end < 0:
            raise ConfigError(f"Invalid table name {text}: the quote {quotes.leading} is not closed")
        part += text[position:end]
        position = end + len(quotes.trailing)
        if not text.startswith(quotes.trailing, position):
            return part, position
        part += quotes.trailing
        position += len(quotes.trailing)


def split_list(text: str, quotes: Quotes) -> list[str]:
    """Comma-joined quoted names (the ``tables`` task key): commas inside quotes belong to the name."""
    items: list[str] = []
    start = position = 0
    while position < len(text):
        if text.startswith(quotes.leading, position):
            _, position = _next_part(text, position, quotes)
        elif text[position] == ",":
            items.append(text[start:position].strip())
            position += 1
            start = position
        else:
            position += 1
    items.append(text[start:].strip())
    return [item for item in items if item]
