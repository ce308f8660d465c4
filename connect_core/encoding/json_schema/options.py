"""What can be chosen about JSON Schema data (spec kafka-connect.md 5.8), hashable, and the names both sides share."""

from __future__ import annotations

from dataclasses import dataclass

from connect_core.data.schema import Schema, Type

NAMESPACE = "io.confluent.connect.json"
ID_PARAMETER = f"{NAMESPACE}.Id"
ENUM_PARAMETER = f"{NAMESPACE}.Enum"
ONE_OF = f"{NAMESPACE}.OneOf"
GENERAL_ENUM = "org.apache.kafka.connect.data.Enum"
GENERAL_UNION = "org.apache.kafka.connect.data.Union"
UNION_PREFIX = "connect_union_"
NULL_SYMBOL = "<NULL>"
VARIANT = "org.apache.kafka.connect.data.Variant"
EXTRAS_FIELD = "__connect_additional_properties__"

TYPE_KEY = "connect.type"
VERSION_KEY = "connect.version"
PARAMETERS_KEY = "connect.parameters"
INDEX_KEY = "connect.index"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonSchemaOptions:
    """The keys of the converter that decide about schemas and values; ``numeric_decimals`` is ``decimal.format``."""

    numeric_decimals: bool = False
    additional_properties: bool = True
    optional_for_nonrequired: bool = False
    ignore_modern_dialects: bool = False
    ignore_default_for_nullables: bool = False
    generalized_sum_types: bool = False
    flatten_singleton_unions: bool = True
    preserve_additional_properties: bool = False


DEFAULTS = JsonSchemaOptions()


def is_union(schema: Schema) -> bool:
    """Is the struct a union, of which at most one field is set?"""
    return schema.name == ONE_OF or GENERAL_UNION in schema.parameters


def is_variant(schema: Schema | None) -> bool:
    """Does the struct hold any JSON, in Variant's binary form?"""
    return schema is not None and schema.name == VARIANT


def has_object_keys(schema: Schema) -> bool:
    """Are values of this map schema JSON objects, rather than lists of key and value?"""
    keys = schema.key_schema
    return keys is not None and keys.type is Type.STRING and not keys.optional


def extras_field(schema: Schema, options: JsonSchemaOptions) -> str | None:
    """The name of the field that keeps undeclared properties, if the struct has it and it counts."""
    if not options.preserve_additional_properties:
        return None
    field = schema.field(EXTRAS_FIELD)
    if field is None or field.schema.type is not Type.MAP:
        return None
    keys = field.schema.key_schema
    return EXTRAS_FIELD if keys and keys.type is Type.STRING and is_variant(field.schema.value_schema) else None
