"""Flatten: nested structs or maps become one level, names joined by a delimiter; only what is nested is touched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from connect_core.api import Record
from connect_core.config import MEDIUM, Config, key
from connect_core.data import Field, Schema, Type
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.transforms.base import (
    Change,
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    Write,
    class_name,
    copy_schema,
    no_struct,
    refusing,
    require_map,
)
from connect_core.transforms.fields import fill_defaults

PURPOSE = "flattening"
_FLAT = frozenset({bool, int, float, str, bytes, list, type(None)})


class FlattenConfig(Config):
    """Keys of Flatten."""

    delimiter: str = key(
        "What stands between the names of the levels in the new name.",
        default=".",
        importance=MEDIUM,
    )


class Flatten(SideTransform[FlattenConfig]):
    """Bring nested fields to the top; a field's new name is the path to it. Nulls pass, arrays stay."""

    def step(self, schema: Schema | None) -> Step | Draft:
        """Leaves below an optional struct are optional, and have the defaults which that struct's default has."""
        if schema is None:
            return Step(None, self._of_map(), passes_null=True)
        if schema.type is not Type.STRUCT:
            return no_struct(schema, PURPOSE, passes_null=True)
        fields: list[tuple[str, Schema]] = []
        try:
            self._flat(schema, "", fields, optional=schema.optional, default=schema.default)
            made = copy_schema(schema, fields)
        except DataError as error:
            return refusing(error)
        return Draft(made, self._of_struct(schema), "Flatten", passes_null=True)

    def _name(self, prefix: str, name: str) -> str:
        return f"{prefix}{self.config.delimiter}{name}" if prefix else name

    def _flat(
        self, schema: Schema, prefix: str, fields: list[tuple[str, Schema]], *, optional: bool,
        default: Mapping[str, Any] | None,
    ) -> None:  # fmt: skip
        """Append the leaves of a struct; ``default`` is the struct's own, or what a struct around it gives it."""
        for field in schema.fields:
            name, inner = self._name(prefix, field.name), field.schema
            may_lack, given = optional or inner.optional, inner.default
            if given is None and default is not None:
                given = default.get(field.name)
            if inner.type is Type.STRUCT:
                self._flat(inner, name, fields, optional=may_lack, default=given)
            elif inner.type is Type.MAP:
                raise DataError(
                    f"Flatten transformation does not support MAP for record with schemas (for field {name})."
                )
            else:
                fields.append((name, inner.replace(optional=may_lack, default=given)))

    def _of_struct(self, schema: Schema) -> Write:
        nested = [field for field in schema.fields if field.schema.type is Type.STRUCT]

        def write(source: Source) -> str:
            fill_defaults(source, (field for field in schema.fields if field.schema.type is not Type.STRUCT))
            taken = [(source.name("inner"), field) for field in nested]
            for name, field in taken:  # all of them first: a leaf's new name may be the name of the next struct
                source.line(f"{name} = value.pop({field.name!r}, None)")
            for name, field in taken:
                self._leaves(source, name, field, field.name)
            return "value"

        return write

    def _leaves(self, source: Source, struct: str, within: Field, prefix: str) -> None:
        """Lines that put the leaves of the struct in the variable ``struct`` into ``value``."""
        if not within.schema.fields:
            return
        with source.block(f"if {struct} is not None:"):
            for field in within.schema.fields:
                path = self._name(prefix, field.name)
                if field.schema.type is Type.STRUCT:
                    inner = source.name("inner")
                    source.line(f"{inner} = {struct}.get({field.name!r})")
                    self._leaves(source, inner, field, path)
                    continue
                source.line(f"found = {struct}.get({field.name!r})")
                if field.schema.has_default:
                    source.line(f"if found is None: found = {source.constant('default', field.schema.default)}")
                source.line(f"value[{path!r}] = found")

    def _of_map(self) -> Change:
        def change(value: Any, _: Record) -> Any:
            value = require_map(value, PURPOSE)
            if _FLAT.issuperset(map(type, value.values())):
                return value
            flat: dict[Any, Any] = {}
            self._flatten(value, "", flat)
            return flat

        return change

    def _flatten(self, value: Mapping[Any, Any], prefix: str, flat: dict[Any, Any]) -> None:
        for name, found in value.items():
            path = self._name(prefix, name)
            if isinstance(found, dict):
                self._flatten(found, path, flat)
            elif isinstance(found, (Decimal, date, time)):
                raise DataError(
                    f"Flatten transformation was passed a value of type class {class_name(None, found)} which is not "
                    "supported by Connect's data API"
                )
            else:
                flat[path] = found


class FlattenKey(OnKey[FlattenConfig], Flatten):
    """Flatten$Key."""


class FlattenValue(OnValue[FlattenConfig], Flatten):
    """Flatten$Value."""
