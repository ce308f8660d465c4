"""Names and paths of fields as transforms are told them: KIP-821's field syntax (spec kafka-connect.md 6.1).

Also the lines of generated code that the transforms of structs share. Neighbours: ``extract``, ``value_to_key``,
``insert``, ``replace``, ``flatten``, ``headers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connect_core.config import HIGH, key, one_of
from connect_core.data import Field, Schema, Type
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import require_map

NESTED = "nested field access"
_WRAPPED = re.compile(
    r"`(?P<name>(?:[^`]"
    r"|`(?!\.|\Z)"  # a backtick that neither a dot nor the end follows is a character like any other
    r"|(?<=\\)`(?=\.)"  # and so is one before a dot with a backslash before it
    r")*)(?<!\\)`(?:\.|\Z)",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\`(?=\.)")


def field_syntax_version() -> Any:
    """The key ``field.syntax.version``."""
    return key(
        "How names of fields are read: <code>V1</code> takes them as they are, at the top; in "
        "<code>V2</code> dots lead to nested fields, and backticks wrap names that hold dots: "
        "<code>`a.b`.c</code>.",
        default="V1",
        importance=HIGH,
        checks=[one_of("V1", "V2", ignore_case=True)],
    )


def steps_of(text: str, version: str) -> tuple[str, ...]:
    """The names on the path, outermost first; V1: the text is one name. ConfigError for a backtick left open."""
    if version.upper() == "V1":
        return (text,)
    steps: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "`":
            name, _, _ = text[at:].partition(".")
            steps.append(name)
            at += len(name) + 1
            continue
        found = _WRAPPED.match(text, at)
        if found is None:
            position = len(text[:at].encode("utf-16-be", "surrogatepass")) // 2
            raise ConfigError(
                f"Incomplete backtick pair in path: [{text}], "
                f"consider adding a backslash before backtick at position {position} to escape it"
            )
        steps.append(_ESCAPED.sub("`", found["name"]))
        at = found.end()
    if text.endswith("."):
        steps.append("")
    return tuple(steps)


class FieldPath:
    """One field of a struct or map, at the top or (syntax V2) below other fields."""

    __slots__ = ("steps", "text")

    def __init__(self, text: str, version: str) -> None:
        self.text, self.steps = text, steps_of(text, version)
        if not self.steps:
            raise ConfigError.invalid("field", text, "A path must name at least one field")

    def field_of(self, schema: Schema) -> Field | None:
        """The field a struct schema has there; DataError where the path goes through what is no struct."""
        current = schema
        for name in self.steps[:-1]:
            field = _field(current, name)
            if field is None:
                return None
            current = field.schema
        return _field(current, self.steps[-1])

    def of_map(self) -> Callable[[Mapping[Any, Any]], Any]:
        """A function from a map without schema to the value there; what is missing or below null is null."""
        *outer, last = self.steps
        if not outer:
            return lambda value: value.get(last)

        def look(value: Mapping[Any, Any]) -> Any:
            for name in outer:
                inner = value.get(name)
                if inner is None:
                    return None
                value = require_map(inner, NESTED)
            return value.get(last)

        return look

    def of_struct(self, schema: Schema, *, defaults: bool) -> Callable[[Mapping[str, Any]], Any]:
        """A function from a struct of this schema to the value of the field there, which must exist.

        ``defaults`` is about that field: a struct on the way that is null always gets its default.
        """
        outer: list[tuple[str, Any]] = []
        for name in self.steps[:-1]:
            schema = schema.field_map[name].schema
            outer.append((name, schema.default))
        last = self.steps[-1]
        default = schema.field_map[last].schema.default if defaults else None
        if not outer and default is None:
            return lambda value: value.get(last)

        def look(value: Mapping[str, Any]) -> Any:
            for name, instead in outer:
                inner = value.get(name)
                if inner is None and (inner := instead) is None:
                    return None
                value = inner
            found = value.get(last)
            return default if found is None else found

        return look


def _field(schema: Schema, name: str) -> Field | None:
    if schema.type is not Type.STRUCT:
        raise DataError("Cannot look up fields on non-struct type")
    return schema.field(name)


def fill_defaults(source: Source, fields: Iterable[Field]) -> None:
    """Lines that give the top-level fields of ``value`` that are null their defaults: only fields that have one."""
    for field in fields:
        if field.schema.has_default:
            default = source.constant("default", field.schema.default)
            source.line(f"if value.get({field.name!r}) is None: value[{field.name!r}] = {default}")
