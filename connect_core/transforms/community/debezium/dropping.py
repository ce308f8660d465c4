"""Fields named in a header are taken out of value and key (``drop.fields.header.name``).

The original hands them to ReplaceField's ``exclude``, so names are split at commas and nulls become defaults there.
Neighbour: ``new_state``.
"""

from __future__ import annotations

from typing import Any

from connect_core.config import list_of
from connect_core.config.parse import split_list
from connect_core.data import Record, Schema, Type
from connect_core.errors import DataError
from connect_core.transforms.base import copy_schema, require_map, require_struct

_PURPOSE = "field replacement"
_ALLOWED = list_of()


class FieldDropper:
    """Takes out of a record what the first header of this name lists."""

    def __init__(self, header: str, *, from_key: bool, compatible: bool) -> None:
        self.header, self.from_key, self.compatible = header, from_key, compatible
        self._schemas: dict[tuple[Schema, tuple[str, ...]], Schema] = {}

    def drop(self, record: Record) -> None:
        """Change value, and key if wanted; both dicts must be the record's own."""
        names = next((h.value for h in record.headers if h.name == self.header), None)
        if names is None:
            return
        if not isinstance(names, (list, tuple)):
            raise DataError(f"Header {self.header} must hold a list of field names, found: {type(names).__name__}")
        if not names:
            return
        if self.from_key and record.key is not None:
            record.key_schema = self._without(record.key_schema, record.key, names)
        record.value_schema = self._without(record.value_schema, record.value, names)

    def _without(self, schema: Schema | None, value: Any, names: Any) -> Schema | None:
        wanted = self._droppable(schema, names) if self.compatible else list(names)
        if not wanted:
            return schema
        excluded = list(dict.fromkeys(split_list(",".join(wanted))))
        _ALLOWED("exclude", excluded)
        if value is None:
            return schema
        if schema is None:
            for name in excluded:
                require_map(value, _PURPOSE).pop(name, None)
            return None
        return self._reduce(schema, require_struct(schema, value, _PURPOSE), tuple(excluded))

    @staticmethod
    def _droppable(schema: Schema | None, names: Any) -> list[str]:
        if schema is None:
            raise DataError("Fields can be dropped without changing the schema only where there is a schema")
        if schema.type is not Type.STRUCT:
            raise DataError("Cannot list fields on non-struct type")
        return [f.name for f in schema.fields if f.schema.optional and f.name in names]

    def _reduce(self, schema: Schema, value: dict[str, Any], excluded: tuple[str, ...]) -> Schema:
        for name in excluded:
            value.pop(name, None)
        reduced = self._schemas.get((schema, excluded))
        if reduced is None:
            kept = [(f.name, f.schema) for f in schema.fields if f.name not in excluded]
            reduced = copy_schema(schema, kept)
            if len(self._schemas) >= 64:
                self._schemas.clear()
            self._schemas[schema, excluded] = reduced
        for f in reduced.fields:
            if f.schema.has_default and value.get(f.name) is None:
                value[f.name] = f.schema.default
        return reduced
