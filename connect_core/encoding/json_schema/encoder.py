"""Compiled encoders: the JSON of ``encoding.json`` where it is the same, with this format's maps, unions and nulls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema
from connect_core.encoding.json import JsonOptions
from connect_core.encoding.json.encoder import EncoderCompiler
from connect_core.encoding.json_schema import slow
from connect_core.encoding.json_schema.options import (
    JsonSchemaOptions,
    extras_field,
    has_object_keys,
    is_union,
    is_variant,
)
from connect_core.encoding.json_schema.tree import dumps
from connect_core.encoding.source import Source

type Encode = Callable[[Any], bytes | None]


def encoder(schema: Schema | None, options: JsonSchemaOptions) -> Encode:
    """A function from values to JSON bytes; None where nothing is written. Keep it, making one is slow."""
    if schema is None or is_recursive(schema):
        return lambda value: slow.encode(schema, value, options)
    return _Compiler(options).encoder(schema)


class _Compiler(EncoderCompiler):
    """What differs from plain JSON; a null where none may be is left to the slow way, which leaves the member out."""

    def __init__(self, options: JsonSchemaOptions) -> None:
        super().__init__(
            JsonOptions(
                schemas_enable=False,
                numeric_decimals=options.numeric_decimals,
                replace_null_with_default=not options.ignore_default_for_nullables,
            )
        )
        self._own = options

    def _by_the_book(self, schema: Schema) -> Encode:
        return lambda value: slow.encode(schema, value, self._own)

    def _default_text(self, schema: Schema) -> str:
        return dumps(slow.to_tree(schema, schema.default, self._own))

    def _struct(self, source: Source, schema: Schema, var: str) -> None:
        if is_variant(schema) or extras_field(schema, self._own):
            source.line("raise Odd")
        elif is_union(schema):
            self._union(source, schema, var)
        else:
            super()._struct(source, schema, var)

    def _union(self, source: Source, schema: Schema, var: str) -> None:
        """The first field that is set."""
        self._refuse(source, f"type({var}) is not dict")
        defaults = any(f.schema.has_default for f in schema.fields)
        if defaults or not schema.fields:
            source.line("raise Odd")
            return
        names = [source.name("u") for _ in schema.fields]
        word = "if"
        for field, name in zip(schema.fields, names, strict=True):
            with source.block(f"{word} ({name} := {var}.get({field.name!r})) is not None:"):
                source.line(f"{var} = {self._function(source, field.schema, 'choice')}({name})")
            word = "elif"
        with source.block("else:"):
            source.line("raise Odd")

    def _map(self, source: Source, schema: Schema, var: str) -> None:
        if has_object_keys(schema):
            super()._map(source, schema, var)
            return
        self._refuse(source, f"type({var}) is not dict")
        key = self._function(source, schema.key_schema, "key")
        value = self._function(source, schema.value_schema, "value")
        source.line(f"{var} = [{{'key': {key}(k), 'value': {value}(v)}} for k, v in {var}.items()]")
