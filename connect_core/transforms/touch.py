"""Changes of some fields of a struct or map, as generated code that looks at no others: Cast, MaskField and their kind.

Neighbours: ``fields`` for transforms that add, drop or look up fields; ``encoding.source`` compiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from connect_core.data import Field, Schema, Type
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.transforms.base import Write

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


class Inline:
    """A function that generated code need not call: an expression for the change of ``x``, and the same as a call.

    ``{name}`` in the expression stands for what ``names`` has of that name.
    """

    __slots__ = ("call", "expression", "names")

    def __init__(self, expression: str, call: Convert, **names: Any) -> None:
        self.expression, self.call, self.names = expression, call, names

    def __call__(self, value: Any) -> Any:
        """The changed value."""
        return self.call(value)


def touch(schema: Schema, made: Schema, changes: Mapping[str, Convert | Constant | None], *, defaults: bool) -> Write:
    """Change the named fields of structs by functions of their (present) values; None: it stays. ``made`` is the schema
    of the outcome.

    Connect rebuilds the struct: with ``defaults`` every null that has a default becomes it, the named ones' defaults
    are changed too; and a null that the field does not allow is refused. Fields are met in the order of the schema.
    """

    def write(source: Source) -> str:
        for field in schema.fields:
            if field.name in changes or field.schema.has_default:
                to = made.field_map[field.name].schema.type
                _field_lines(source, field, changes.get(field.name), to=to, defaults=defaults)
        return "value"

    return write


def _field_lines(source: Source, field: Field, convert: Convert | Constant | None, *, to: Type, defaults: bool) -> None:
    if convert is None and field.schema.optional and not (field.schema.has_default and defaults):
        return
    source.line(f"x = value.get({field.name!r})")
    with source.block("if x is None:"):
        if field.schema.has_default and defaults:
            source.line(f"x = {source.constant('default', field.schema.default)}")
            source.line(f"value[{field.name!r}] = {_changed(source, convert)}")
        elif not field.schema.optional:
            source.line(f"{source.constant('refuse', _refuse_null)}({field.name!r}, {to.name!r})")
        else:
            source.line("pass")
    if convert is not None:
        source.line(f"else: value[{field.name!r}] = {_changed(source, convert)}")


def _changed(source: Source, convert: Convert | Constant | None) -> str:
    if convert is None:
        return "x"
    if isinstance(convert, Constant):
        return source.constant("constant", convert.value)
    if isinstance(convert, Inline):
        return convert.expression.format(**{name: source.constant(name, it) for name, it in convert.names.items()})
    return f"{source.constant('convert', convert)}(x)"


def _refuse_null(name: str, kind: str) -> NoReturn:
    raise DataError(f'Invalid value: null used for required field: "{name}", schema type: {kind}')


def touch_map(changes: Mapping[str, ByClass]) -> Write:
    """Change the named entries of maps without schema; what is missing is put as null."""

    def write(source: Source) -> str:
        for name, convert in changes.items():
            known, other = source.constant("known", convert.known.get), source.constant("other", convert.other)
            source.line(f"x = value.get({name!r})")
            source.line(f"value[{name!r}] = None if x is None else ({known}(type(x)) or {other})(x)")
        return "value"

    return write
