"""Debezium's change events: what is an envelope, and where a reference like ``source.ts_ms`` finds its value.

Facts from Debezium 3.6 (https://debezium.io/documentation/reference/3.6/transformations/event-flattening.html), held
against its classes in tests/parity. Neighbours: ``new_state`` and the other transforms of this package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connect_core.data import Field, Schema, Type
from connect_core.errors import ConfigError, DataError

VERSION = "3.6.0.Final"
"""The Debezium release whose transforms these equal."""

BEFORE, AFTER, OPERATION, SOURCE = "before", "after", "op", "source"
_SUFFIX = ".Envelope"
_TRANSACTION = ("id", "data_collection_order", "total_order")
_TOP = (OPERATION, "ts_ms", "ts_us", "ts_ns")
BLANKS = "".join(map(chr, range(0x21)))  # what String.trim() removes


class UnknownField(DataError):
    """A schema without a field that must be there."""

    java_class = "java.lang.IllegalArgumentException"


class DebeziumError(DataError):
    """What Debezium has an exception of its own for."""

    java_class = "io.debezium.DebeziumException"


def is_envelope(schema: Schema | None) -> bool:
    """Is it the schema of a change event? The name alone says so."""
    return schema is not None and schema.name is not None and schema.name.endswith(_SUFFIX)


def field_of(schema: Schema, name: str) -> Schema:
    """The schema of an envelope's field that is extracted, as ExtractField looks for it."""
    found = schema.field(name)
    if found is None:
        raise UnknownField(f"Unknown field: {name}")
    return found.schema


def valid_field(schema: Schema, name: str) -> Field:
    """The field, with the complaint of Java's ``Struct`` if there is none."""
    found = schema.field(name)
    if found is None:
        raise DataError(f"{name} is not a valid field name")
    return found


def typed_field(schema: Schema, name: str, kind: Type) -> None:
    """Require a field of this type, with the complaints of Java's ``Struct.getString`` and the like."""
    found = valid_field(schema, name)
    if found.schema.type is not kind:
        raise DataError(f"Field '{name}' is not of type {kind.name}")


def is_blank(text: str | None) -> bool:
    """No text, or nothing but what Java's ``trim`` removes."""
    return text is None or not text.strip(BLANKS)


def split(text: str, separator: str) -> list[str]:
    """Java's ``String.split``: no empty parts at the end; a text without the separator is one part."""
    parts = text.split(separator)
    if len(parts) == 1:
        return parts
    while parts and not parts[-1]:
        parts.pop()
    return parts


class Located(NamedTuple):
    """A reference within one envelope schema: the name and schema it gets, the field's own schema, and its value."""

    name: str
    schema: Schema
    original: Schema
    value: Callable[[Mapping[str, Any]], Any]


class Reference(NamedTuple):
    """A configured field: ``struct`` hosts it (None: the envelope itself), ``name`` is what it is called afterwards."""

    struct: str | None
    field: str
    name: str

    def locate(self, envelope: Schema) -> Located | None:
        """Where it is in values of this schema; None if it is nowhere."""
        parent = envelope if self.struct is None else _hosting(envelope, self.struct)
        if parent.type is not Type.STRUCT:
            raise DataError("Cannot look up fields on non-struct type")
        found = parent.field(self.field)
        inside = found is not None
        if found is None:
            found = envelope.field(self.field)
        if found is None:
            return None
        return Located(self.name, _optional(found.schema), found.schema, self._reader(inside))

    def _reader(self, inside: bool) -> Callable[[Mapping[str, Any]], Any]:
        struct, field = self.struct, self.field
        if struct is None:
            return lambda value: value.get(field)

        def read(value: Mapping[str, Any]) -> Any:
            parent = value.get(struct)  # a snapshot, for one, has no transaction
            if parent is None:
                return None
            return parent.get(field) if inside else value.get(field)

        return read


def _hosting(envelope: Schema, struct: str) -> Schema:
    found = envelope.field(struct)
    if found is None:
        raise DataError(
            f"The change event {envelope.name} has no field {struct}; take it out of add.fields or add.headers"
        )
    return found.schema


def _optional(schema: Schema) -> Schema:
    """Connect's ``copySchemaBasics``, made optional: a struct loses its fields, everything its default."""
    return Schema(
        schema.type,
        optional=True,
        name=schema.name,
        version=schema.version,
        doc=schema.doc,
        parameters=schema.parameters,
        key_schema=schema.key_schema,
        value_schema=schema.value_schema,
    )


def references(key: str, text: str | None, prefix: str) -> tuple[Reference, ...]:
    """The references of a list like ``op,source.ts_ms:at``; ConfigError names the one that cannot be read."""
    if not text:
        return ()
    return tuple(_reference(key, one.strip(BLANKS), prefix) for one in split(text, ","))


def _reference(key: str, text: str, prefix: str) -> Reference:
    parts = split(text, ":")
    steps = split(parts[0], ".") if parts else []
    if not steps:
        raise ConfigError.invalid(key, text, "a field is written as field, struct.field or struct.field:new_name")
    if len(parts) > 2:
        raise ConfigError.invalid(key, text, "a field has at most one new name, behind one colon")
    single = len(steps) == 1
    field = steps[0] if single else steps[1]
    struct = _default_struct(field) if single else steps[0]
    shown = parts[1] if len(parts) == 2 else field if single else f"{struct}_{field}"
    return Reference(struct, field, prefix + shown)


def _default_struct(field: str) -> str | None:
    """Where a field without a struct is looked for."""
    if field in _TRANSACTION:
        return "transaction"
    if field in _TOP:
        return None
    return field if field == "updateDescription" else SOURCE
