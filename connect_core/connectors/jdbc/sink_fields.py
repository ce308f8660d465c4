"""Which columns a record's schemas make: keys and values, where they are in the record, their order.

Pure: schemas and configuration in, ``FieldPlan`` out; UnfitRecord when they do not go together. Neighbours: ``ddl`` and
``statements`` write the columns, ``sink_rows`` reads the values from where ``Column.origin`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.data import Schema, Type
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import Fatal

KAFKA_COLUMNS = ("__connect_topic", "__connect_partition", "__connect_offset")
_KAFKA_SCHEMAS = (STRING, INT32, INT64)


class Origin(StrEnum):
    """Where in a sink record a column's value is."""

    KEY = "key"  # the whole, primitive key
    KEY_FIELD = "key field"
    VALUE_FIELD = "value field"
    VALUE = "value"  # the whole STRING value
    TOPIC = "topic"
    PARTITION = "partition"
    OFFSET = "offset"


@dataclass(frozen=True, slots=True)
class Column:
    """A target column: its name, the schema its values have, and where they are. Keys are never optional."""

    name: str
    schema: Schema
    is_key: bool
    origin: Origin

    @property
    def optional(self) -> bool:
        """May the column be NULL."""
        return not self.is_key and self.schema.optional

    def __str__(self) -> str:
        key = str(self.is_key).lower()
        return f"SinkRecordField{{schema={self.schema!r}, name='{self.name}', isPrimaryKey={key}}}"


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """``keys`` and ``values`` in bind order; ``columns`` in the order of CREATE TABLE."""

    keys: tuple[Column, ...]
    values: tuple[Column, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRules:
    """The configuration behind a plan: pk.mode, pk.fields, fields.whitelist, string.output.value.column.name."""

    pk_mode: str = "none"
    pk_fields: Sequence[str] = ()
    whitelist: frozenset[str] = frozenset()
    timestamp_fields: frozenset[str] = frozenset()
    string_column: str = "record_value"


def plan_fields(table: str, rules: FieldRules, *, key: Schema | None, value: Schema | None) -> FieldPlan:
    """The columns for records with these schemas; ``table`` is the bare name for messages."""
    if value is not None and value.type is Type.STRING and rules.pk_mode == "record_value":
        raise UnfitRecord("pk.mode record_value is not supported with String value schemas")
    keys = _key_columns(table, rules, key=key, value=value)
    values = _value_columns(table, rules, value=value, taken={column.name for column in keys})
    if not keys and not values:
        raise UnfitRecord(f"No fields found using key and value schemas for table: {table}")
    return FieldPlan(tuple(keys), tuple(values), _ddl_order(keys, values, value))


def _key_columns(table: str, rules: FieldRules, *, key: Schema | None, value: Schema | None) -> list[Column]:
    match rules.pk_mode:
        case "kafka":
            return _kafka_keys(table, rules.pk_fields)
        case "record_key":
            return _record_key(table, rules.pk_fields, key)
        case "record_value":
            return _struct_keys(table, rules, schema=value, part="value")
    return []


def _kafka_keys(table: str, configured: Sequence[str]) -> list[Column]:
    if configured and len(configured) != len(KAFKA_COLUMNS):
        raise Fatal(
            f"PK mode for table '{table}' is KAFKA so there should either be no field names defined for defaults "
            f"[{', '.join(KAFKA_COLUMNS)}] to be applicable, or exactly 3, "
            f"defined fields are: [{', '.join(configured)}]"
        )
    origins = (Origin.TOPIC, Origin.PARTITION, Origin.OFFSET)
    names = configured or KAFKA_COLUMNS
    return [Column(n, s, True, o) for n, s, o in zip(names, _KAFKA_SCHEMAS, origins, strict=True)]


def _record_key(table: str, configured: Sequence[str], key: Schema | None) -> list[Column]:
    if key is None:
        raise UnfitRecord(f"PK mode for table '{table}' is RECORD_KEY, but record key schema is missing")
    if key.type is Type.STRUCT:
        return _struct_keys(table, FieldRules(pk_mode="record_key", pk_fields=configured), schema=key, part="key")
    if key.type in (Type.ARRAY, Type.MAP):
        raise UnfitRecord(f"Key schema must be primitive type or Struct, but is of type: {key.type.name}")
    if len(configured) != 1:
        raise UnfitRecord(
            "Need exactly one PK column defined since the key schema for records is a primitive type, "
            f"defined columns are: [{', '.join(configured)}]"
        )
    return [Column(configured[0], key, True, Origin.KEY)]


def _struct_keys(table: str, rules: FieldRules, *, schema: Schema | None, part: str) -> list[Column]:
    mode = rules.pk_mode.upper()
    if schema is None or schema.type is not Type.STRUCT:
        raise UnfitRecord(f"PK mode for table '{table}' is {mode}, but record {part} schema is missing")
    for name in rules.pk_fields:
        if schema.field(name) is None:
            raise UnfitRecord(
                f"PK mode for table '{table}' is {mode} with configured PK fields [{', '.join(rules.pk_fields)}], "
                f"but record {part} schema does not contain field: {name}"
            )
    names = rules.pk_fields or [field.name for field in schema.fields]
    origin = Origin.KEY_FIELD if part == "key" else Origin.VALUE_FIELD
    return [Column(name, schema.field_map[name].schema, True, origin) for name in names]


def _value_columns(table: str, rules: FieldRules, *, value: Schema | None, taken: set[str]) -> list[Column]:
    if value is None:
        return []
    if value.type is Type.STRING:
        if rules.string_column in taken:
            raise UnfitRecord(
                f"Configured string.output.value.column.name '{rules.string_column}' conflicts with a primary key "
                f"column for table '{table}'"
            )
        return [Column(rules.string_column, OPTIONAL_STRING, False, Origin.VALUE)]
    return [
        Column(field.name, field.schema, False, Origin.VALUE_FIELD)
        for field in value.fields
        if field.name not in taken and (not rules.whitelist or field.name in rules.whitelist)
    ]


def _ddl_order(keys: list[Column], values: list[Column], value: Schema | None) -> tuple[Column, ...]:
    """Default Kafka names first, then value fields in schema order, then the rest alphabetically."""
    left = {column.name: column for column in [*keys, *values]}
    ordered = [left.pop(name) for name in KAFKA_COLUMNS if name in left]
    names = [field.name for field in value.fields] if value is not None else []
    names += [column.name for column in values if column.origin is Origin.VALUE]
    ordered += [left.pop(name) for name in names if name in left]
    return tuple(ordered + [left[name] for name in sorted(left)])
