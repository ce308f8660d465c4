"""SetSchemaMetadata: another name or version for the schema of the key or value."""

from __future__ import annotations

from typing import Any

from connect_core.api import Record
from connect_core.config import HIGH, Config, key
from connect_core.data import Schema, Type
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import Draft, OnKey, OnValue, SideTransform, Step, replace_null_with_default
from connect_core.transforms.fields import fill_defaults


class SetSchemaMetadataConfig(Config):
    """Keys of SetSchemaMetadata."""

    schema_name: str | None = key("The schema's new name.", default=None, importance=HIGH)
    schema_version: int | None = key("The schema's new version.", default=None, importance=HIGH)
    replace_null_with_default: bool = replace_null_with_default()


class SetSchemaMetadata(SideTransform[SetSchemaMetadataConfig]):
    """Set the name, version or both of a struct's schema; other data is an error, but for a null without schema."""

    def configure(self) -> None:
        """Check that there is something to set."""
        super().configure()
        if self.config.schema_name is None and self.config.schema_version is None:
            raise ConfigError("Neither schema name nor version configured")

    def step(self, schema: Schema | None) -> Step | Draft:
        """The same schema with the new name and version; all else of it stays, ``optional`` and default too."""
        if schema is None:
            return Step(None, _no_schema)
        if schema.type is not Type.STRUCT:
            raise DataError("Cannot list fields on non-struct type")
        name, version = self.config.schema_name, self.config.schema_version
        made = schema.replace(
            name=schema.name if name is None else name, version=schema.version if version is None else version
        )
        lacking = [field for field in schema.fields if field.schema.has_default]
        if not self.config.replace_null_with_default:
            lacking = []

        def write(source: Source) -> str:
            fill_defaults(source, lacking)
            return "value"

        return Draft(made, write, "SetSchemaMetadata", of_null=_null)


def _null() -> None:
    """A null stays null, under the new schema."""


def _no_schema(value: Any, _: Record) -> Any:
    if value is not None:
        raise DataError("Schema required for [updating schema metadata]")


class SetSchemaMetadataKey(OnKey[SetSchemaMetadataConfig], SetSchemaMetadata):
    """SetSchemaMetadata$Key."""


class SetSchemaMetadataValue(OnValue[SetSchemaMetadataConfig], SetSchemaMetadata):
    """SetSchemaMetadata$Value."""
