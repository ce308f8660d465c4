"""Schemas being made: mutable until every reference to them is known, then turned into interned ones.

A reference to a struct gives it an id; who sees that id depends on whether the struct had parameters when it was
built, because the original shares the map then. Neighbour: ``reader``.
"""

from __future__ import annotations

from typing import Any

from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import Schema, Type


class Sketch:
    """A schema being made."""

    __slots__ = (
        "default", "doc", "fields", "key", "name", "optional", "parameters", "shares", "type", "value", "version",
    )  # fmt: skip

    def __init__(self, kind: Type) -> None:
        self.type = kind
        self.optional = False
        self.name: str | None = None
        self.version: int | None = None
        self.doc: str | None = None
        self.default: Any = None
        self.parameters: dict[str, str] | None = None
        self.fields: list[tuple[str, Part]] = []
        self.key: Part | None = None
        self.value: Part | None = None
        self.shares = False

    def parameter(self, name: str, value: str) -> None:
        """Set a parameter."""
        self.parameters = {**(self.parameters or {}), name: value}

    def build(self) -> Sketch:
        """Parameters added later are seen only if there were some before, as both share the map then."""
        self.shares = self.parameters is not None
        return self


class Again:
    """A struct met before, met again."""

    __slots__ = ("optional", "sketch")

    def __init__(self, sketch: Sketch, *, optional: bool) -> None:
        self.sketch, self.optional = sketch, optional


type Part = Sketch | Again | Schema


def finish(part: Part) -> Schema:
    """The schema of a sketch."""
    return _Finisher().finish(part)


class _Finisher:
    """Makes schemas of sketches, innermost first; a struct within itself becomes a stand-in."""

    def __init__(self) -> None:
        self._made: dict[int, Schema] = {}
        self._waiting: dict[int, list[tuple[Schema, Again]]] = {}

    def finish(self, part: Part) -> Schema:
        if isinstance(part, Schema):
            return part
        if isinstance(part, Sketch):
            return self._sketch(part)
        waiting = self._waiting.get(id(part.sketch))
        if waiting is not None:
            made = stand_in()
            waiting.append((made, part))
            return made
        return self._sketch(part.sketch).replace(optional=part.optional, parameters=part.sketch.parameters)

    def _sketch(self, sketch: Sketch) -> Schema:
        known = self._made.get(id(sketch))
        if known is not None:
            return known
        waiting = self._waiting[id(sketch)] = []
        made = self._made[id(sketch)] = Schema(
            sketch.type,
            optional=sketch.optional,
            name=sketch.name,
            version=sketch.version,
            doc=sketch.doc,
            parameters=sketch.parameters if sketch.shares else None,
            default=sketch.default,
            fields=[(name, self.finish(field)) for name, field in sketch.fields],
            key_schema=None if sketch.key is None else self.finish(sketch.key),
            value_schema=None if sketch.value is None else self.finish(sketch.value),
        )
        del self._waiting[id(sketch)]
        for place, again in waiting:
            complete(place, made, optional=again.optional, parameters=sketch.parameters or {})
        return made
