"""ExtractField: one field of a struct or map becomes the whole key or value."""

from __future__ import annotations

from typing import Any

from connect_core.api import Record
from connect_core.config import MEDIUM, Config, key
from connect_core.data import Schema, Type
from connect_core.transforms.base import (
    Change,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    replace_null_with_default,
    require_map,
    require_struct,
)
from connect_core.transforms.fields import FieldPath, field_syntax_version

PURPOSE = "field extraction"
_PLAIN = frozenset(Type) - {Type.STRUCT, Type.MAP}


class ExtractFieldConfig(Config):
    """Keys of ExtractField."""

    field: str = key("The field to take.", importance=MEDIUM)
    replace_null_with_default: bool = replace_null_with_default()
    field_syntax_version: str = field_syntax_version()


class ExtractField(SideTransform[ExtractFieldConfig]):
    """Replace a struct or map by one of its fields; null stays null, and gets the field's schema."""

    _path: FieldPath

    def configure(self) -> None:
        """Read the path."""
        super().configure()
        self._path = FieldPath(self.config.field, self.config.field_syntax_version)

    def step(self, schema: Schema | None) -> Step:
        """What is extracted was nested, so it is shared: a dict is copied, because later steps may change it."""
        return Step(None, self._from_map()) if schema is None else self._from_struct(schema)

    def _from_map(self) -> Change:
        look = self._path.of_map()

        def change(value: Any, _: Record) -> Any:
            if value is None:
                return None
            found = look(require_map(value, PURPOSE))
            return {**found} if isinstance(found, dict) else found

        return change

    def _from_struct(self, schema: Schema) -> Step:
        if schema.type is not Type.STRUCT:
            return Step(None, lambda value, _: self._refuse(schema, value))
        field = self._path.field_of(schema)
        if field is None:
            raise ValueError(f"Unknown field: {self._path.text}")
        defaults = self.config.replace_null_with_default
        look = self._path.of_struct(schema, defaults=defaults)
        if len(self._path.steps) == 1 and field.schema.type in _PLAIN and not (defaults and field.schema.has_default):
            name = field.name
            return Step(field.schema, lambda value, _: None if value is None else value.get(name))
        if field.schema.type in _PLAIN:
            return Step(field.schema, lambda value, _: None if value is None else look(value))

        def change(value: Any, _: Record) -> Any:
            found = None if value is None else look(value)
            return None if found is None else {**found}

        return Step(field.schema, change)

    def _refuse(self, schema: Schema, value: Any) -> Any:
        if value is not None:
            require_struct(schema, value, PURPOSE)
        return self._path.field_of(schema)  # raises: there are no fields


class ExtractFieldKey(OnKey[ExtractFieldConfig], ExtractField):
    """ExtractField$Key."""


class ExtractFieldValue(OnValue[ExtractFieldConfig], ExtractField):
    """ExtractField$Value."""
