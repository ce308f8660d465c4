"""A change of some fields of a struct, as generated code that looks at no others: for Cast, MaskField and the like.

Neighbours: ``fields`` for transforms that add, drop or look up fields; ``encoding.source`` compiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from connect_core.data import Schema
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.transforms.base import Change


def touch(
    schema: Schema, made: Schema, changes: Mapping[str, Callable[[Any], Any] | None], *, defaults: bool
) -> Change:
    """Change the named fields of structs by functions of their (present) values; None: it stays. ``made`` is the schema
    of the outcome.

    Connect rebuilds the struct: with ``defaults`` every null that has a default becomes it, the named ones' defaults
    are changed too; and a null that the field does not allow is refused. Fields are met in the order of the schema.
    """
    source = Source(refuse=_refuse_null)
    with source.block("def change(value, record):"):
        for field in schema.fields:
            convert = changes.get(field.name)
            has_default = field.schema.has_default
            if field.name not in changes and not has_default:
                continue
            source.line(f"x = value.get({field.name!r})")
            with source.block("if x is None:"):
                if has_default and defaults:
                    default = source.constant("default", field.schema.default)
                    changed = f"{source.constant('convert', convert)}({default})" if convert else default
                    source.line(f"value[{field.name!r}] = {changed}")
                elif field.schema.optional:
                    source.line("pass")
                else:
                    source.line(f"refuse({field.name!r}, {made.field_map[field.name].schema.type.name!r})")
            if convert is not None:
                with source.block("else:"):
                    source.line(f"value[{field.name!r}] = {source.constant('convert', convert)}(x)")
        source.line("return value")
    return source.compile("change", title="touch")


def _refuse_null(name: str, kind: str) -> NoReturn:
    raise DataError(f'Invalid value: null used for required field: "{name}", schema type: {kind}')
