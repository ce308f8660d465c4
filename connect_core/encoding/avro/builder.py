"""Connect schemas in the making, with the refusals of Connect's SchemaBuilder, and what stands for one within itself.

Neighbour: ``to_connect`` makes them of Avro's schemas.
"""

from __future__ import annotations

from typing import Any

from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import Schema, Type
from connect_core.errors import SchemaError


class Builder:
    """A Connect schema in the making."""

    def __init__(self, kind: Type, *, name: str | None = None, version: int | None = None, **inner: Any) -> None:
        self.kind, self.name, self.version, self.inner = kind, name, version, inner
        self.optional = False
        self.doc: str | None = None
        self.parameters: dict[str, str] = {}
        self.fields: list[tuple[str, Schema]] = []
        self.default: Any = None
        self.knot: Knot | None = None

    def field(self, name: str, schema: Schema) -> None:
        """Add a struct's field."""
        if any(name == known for known, _ in self.fields):
            raise SchemaError(f"Cannot create field because of field name duplication {name}")
        self.fields.append((name, schema))

    def build(self) -> Schema:
        """The schema as it is by now; those that stand for it within get their parts."""
        attributes: dict[str, Any] = {
            "optional": self.optional, "name": self.name, "version": self.version, "doc": self.doc,
            "parameters": self.parameters, "default": self.default, **self.inner,
        }  # fmt: skip
        if self.kind is Type.STRUCT:
            attributes["fields"] = self.fields
        made = Schema(self.kind, **attributes)
        if self.knot is not None:
            self.knot.tie(made)
        return made


class Knot:
    """A record's schema for those within and behind it that mean the same record."""

    def __init__(self) -> None:
        self._made: Schema | None = None
        self._waiting: list[tuple[Schema, bool, dict[str, str]]] = []

    def tie(self, made: Schema) -> None:
        """Give the stand-ins its parts: once for the default value to be read, once when it is done."""
        self._made = made
        for waiting, optional, parameters in self._waiting:
            complete(waiting, made, optional=optional, parameters={**made.parameters, **parameters})

    def schema(self, *, optional: bool) -> Schema:
        """A schema of the record; a stand-in as long as it is not done."""
        if self._made is not None:
            return self._made.replace(optional=optional)
        return self._stand_in(optional, {})

    def _stand_in(self, optional: bool, parameters: dict[str, str]) -> Schema:
        for waiting, *attributes in self._waiting:
            if attributes == [optional, parameters]:
                return waiting
        made = stand_in()
        made.optional = optional  # the rest of it no default asks for that is read before the record is done
        self._waiting.append((made, optional, parameters))
        return made

    def with_parameters(self, made: Schema, parameters: dict[str, str]) -> Schema | None:
        """The stand-in ``made`` with parameters added; None if it is none of this knot."""
        for waiting, optional, own in self._waiting:
            if waiting is made and self._made is None:
                return self._stand_in(optional, {**own, **parameters})
        return None
