"""Compiled decoders: ``orjson`` parses, generated code makes Connect values in place; surprises are for ``slow``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from connect_core.data.recursive import is_recursive
from connect_core.data.schema import Schema
from connect_core.encoding.json import DEFAULTS
from connect_core.encoding.json.decoder import ReaderCompiler
from connect_core.encoding.json_schema import slow
from connect_core.encoding.json_schema.options import (
    JsonSchemaOptions,
    extras_field,
    has_object_keys,
    is_union,
    is_variant,
)
from connect_core.encoding.json_schema.tree import loads
from connect_core.encoding.source import Source

type Decode = Callable[[bytes], Any]


def decoder(schema: Schema, options: JsonSchemaOptions) -> Decode:
    """A function from JSON bytes to values of the schema; SerializationError if malformed, DataError if they misfit."""
    parse = orjson.loads

    def by_the_book(data: bytes) -> Any:
        return slow.read_value(schema, loads(data), options)

    if is_recursive(schema):
        return by_the_book
    read = _Compiler(options).reader(schema)

    def decode(data: bytes) -> Any:
        try:
            return read(parse(data))
        except Exception:  # noqa: BLE001 - whatever it is, the slow way knows better
            return by_the_book(data)

    return decode


class _Compiler(ReaderCompiler):
    """What differs from plain JSON: lists of keys and values, unions, variants."""

    def __init__(self, options: JsonSchemaOptions) -> None:
        super().__init__(DEFAULTS)
        self._own = options

    def _struct(self, source: Source, schema: Schema, var: str, store: str) -> None:
        if is_variant(schema) or is_union(schema) or extras_field(schema, self._own):
            source.line("raise Odd")
        else:
            super()._struct(source, schema, var, store)

    def _map(self, source: Source, schema: Schema, var: str, store: str) -> None:
        if has_object_keys(schema):
            super()._map(source, schema, var, store)
            return
        entry = f"type(e) is not dict or len(e) != 2 for e in {var}"
        self._refuse(source, f"type({var}) is not list or any({entry})")
        key = self._function(source, schema.key_schema, "key")
        value = self._function(source, schema.value_schema, "value")
        source.line(store.format(f"{{hashable({key}(e['key'])): {value}(e['value']) for e in {var}}}"))
