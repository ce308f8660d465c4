"""Changes of some fields of a struct or map, as generated code that looks at no others: Cast, MaskField and their kind.

Neighbours: ``fields`` for transforms that add, drop or look up fields; ``encoding.source`` compiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from connect_core.data import Schema
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.transforms.base import Change, require_map

type Convert = Callable[[Any], Any]


class Constant(NamedTuple):
    """What every value becomes."""

    value: Any


class ByClass:
    """What becomes of values that carry no schema: by their exact class, else by ``other``."""

    __slots__ = ("known", "other")

    def __init__(self, known: Mapping[type, Convert], other: Convert) -> None:
        self.known, self.other = known, other

    def __call__(self, value: Any) -> Any:
        """The changed value; null stays."""
        return None if value is None else (self.known.get(type(value)) or self.other)(value)


def touch(
    schema: Schema,
    made: Schema,
    changes: Mapping[str, Convert | Constant | None],
    *,
    defaults: bool,
    of_null: Callable[[], Any] | None = None,
) -> Change:
    """Change the named fields of structs by functions of their (present) values; None: it stays. ``made`` is the schema
    of the outcome; ``of_null`` gives it for a null struct.

    Connect rebuilds the struct: with ``defaults`` every null that has a default becomes it, the named ones' defaults
    are changed too; and a null that the field does not allow is refused. Fields are met in the order of the schema.
    """
    source = Source(refuse=_refuse_null, of_null=of_null)
    with source.block("def change(value, record):"):
        if of_null is not None:
            source.line("if value is None: return of_null()")
        for field in schema.fields:
            convert = changes.get(field.name)
            if field.name not in changes and not field.schema.has_default:
                continue
            source.line(f"x = value.get({field.name!r})")
            with source.block("if x is None:"):
                if field.schema.has_default and defaults:
                    source.line(f"x = {source.constant('default', field.schema.default)}")
                    source.line(f"value[{field.name!r}] = {_changed(source, convert)}")
                elif not field.schema.optional:
                    source.line(f"refuse({field.name!r}, {made.field_map[field.name].schema.type.name!r})")
                else:
                    source.line("pass")
            if convert is not None:
                source.line(f"else: value[{field.name!r}] = {_changed(source, convert)}")
        source.line("return value")
    return source.compile("change", title="touch")


def _changed(source: Source, convert: Convert | Constant | None) -> str:
    if isinstance(convert, Constant):
        return source.constant("constant", convert.value)
    return "x" if convert is None else f"{source.constant('convert', convert)}(x)"


def _refuse_null(name: str, kind: str) -> NoReturn:
    raise DataError(f'Invalid value: null used for required field: "{name}", schema type: {kind}')


def touch_map(changes: Mapping[str, ByClass], purpose: str, *, of_null: Callable[[], Any] | None = None) -> Change:
    """Change the named entries of maps without schema; what is missing is put as null."""
    source = Source(require=require_map, of_null=of_null)
    with source.block("def change(value, record):"):
        if of_null is not None:
            source.line("if value is None: return of_null()")
        source.line(f"if type(value) is not dict: require(value, {purpose!r})")
        for name, convert in changes.items():
            known, other = source.constant("known", convert.known.get), source.constant("other", convert.other)
            source.line(f"x = value.get({name!r})")
            source.line(f"value[{name!r}] = None if x is None else ({known}(type(x)) or {other})(x)")
        source.line("return value")
    return source.compile("change", title="touch map")
