"""Connect schemas as interned, immutable objects (spec kafka-connect.md 4.1-4.3).

Equal schemas are the same object: ``==`` is ``is``, hashing is free, and per-schema caches need one look-up.
Neighbours: ``logical`` (Decimal, Date, Time, Timestamp), ``record``; a struct's value is a plain ``dict``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, final
from weakref import WeakValueDictionary

from connect_core.errors import SchemaError


class Type(StrEnum):
    """Schema.Type; the value is the type name used in JSON envelopes except for FLOAT32/FLOAT64 (see encoding.json)."""

    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BOOLEAN = "boolean"
    STRING = "string"
    BYTES = "bytes"
    ARRAY = "array"
    MAP = "map"
    STRUCT = "struct"


class Field:
    """One field of a struct schema: name, index (position) and schema."""

    __slots__ = ("index", "name", "schema")

    def __init__(self, name: str, index: int, schema: Schema) -> None:
        self.name, self.index, self.schema = name, index, schema

    def __repr__(self) -> str:
        return f"Field({self.name!r}, {self.schema!r})"


class _Parts:
    """What a schema not yet made will consist of, as far as its default depends on it."""

    __slots__ = ("fields", "key_schema", "type", "value_schema")

    def __init__(
        self, kind: Type, pairs: Iterable[tuple[str, Schema]], key_schema: Schema | None, value_schema: Schema | None
    ) -> None:
        self.type, self.key_schema, self.value_schema = kind, key_schema, value_schema
        self.fields = tuple(Field(name, index, schema) for index, (name, schema) in enumerate(pairs))


@final
class Schema:
    """An interned schema. Build with ``Schema(...)`` or the helpers below; never mutate.

    ``default`` is in Python form (Decimal, date, ...); ``None`` means no default unless ``has_default``.
    """

    __slots__ = (
        "__weakref__",
        "default",
        "doc",
        "field_map",
        "fields",
        "has_default",
        "key_schema",
        "name",
        "optional",
        "parameters",
        "type",
        "value_schema",
        "version",
    )

    type: Type
    optional: bool
    name: str | None
    version: int | None
    doc: str | None
    parameters: Mapping[str, str]
    default: Any
    has_default: bool
    fields: tuple[Field, ...]
    field_map: Mapping[str, Field]
    key_schema: Schema | None
    value_schema: Schema | None

    _interned: ClassVar[WeakValueDictionary[Any, Schema]] = WeakValueDictionary()
    _lock = threading.Lock()

    def __new__(
        cls,
        type: Type,
        *,
        optional: bool = False,
        name: str | None = None,
        version: int | None = None,
        doc: str | None = None,
        parameters: Mapping[str, str] | None = None,
        default: Any = None,
        fields: Iterable[tuple[str, Schema]] = (),
        key_schema: Schema | None = None,
        value_schema: Schema | None = None,
    ) -> Schema:
        """The one instance that is equal; ConnectError if the parts do not go together."""
        pairs = tuple(fields)
        params = dict(parameters or {})
        identity = (
            type,
            optional,
            name,
            version,
            doc,
            frozenset(params.items()),
            None if default is None else _freeze(default, _Parts(type, pairs, key_schema, value_schema)),
            tuple((n, id(s)) for n, s in pairs),
            id(key_schema) if key_schema is not None else None,
            id(value_schema) if value_schema is not None else None,
        )
        with cls._lock:
            found = cls._interned.get(identity)
            if found is not None:
                return found
            self = object.__new__(cls)
            self.type, self.optional, self.name, self.version, self.doc = type, optional, name, version, doc
            self.parameters, self.default, self.has_default = params, default, default is not None
            self.key_schema, self.value_schema = key_schema, value_schema
            self.fields = tuple(Field(n, i, s) for i, (n, s) in enumerate(pairs))
            self.field_map = {f.name: f for f in self.fields}
            _check(self)
            cls._interned[identity] = self
            return self

    def replace(self, **changes: Any) -> Schema:
        """A schema like this one with some attributes changed (``fields`` as (name, schema) pairs)."""
        own: dict[str, Any] = {
            "optional": self.optional,
            "name": self.name,
            "version": self.version,
            "doc": self.doc,
            "parameters": self.parameters,
            "default": self.default,
            "fields": [(f.name, f.schema) for f in self.fields],
            "key_schema": self.key_schema,
            "value_schema": self.value_schema,
        }
        kind = changes.pop("type", self.type)
        return Schema(kind, **(own | changes))

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return self.field_map.get(name)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.type, {k: getattr(self, k) for k in _PLAIN}, [(f.name, f.schema) for f in self.fields])

    def __repr__(self) -> str:
        return f"Schema{{{self.name}:{self.type.name}}}" if self.name is not None else f"Schema{{{self.type.name}}}"


_PLAIN = ("optional", "name", "version", "doc", "parameters", "default", "key_schema", "value_schema")


def _rebuild(kind: Type, plain: dict[str, Any], fields: list[tuple[str, Schema]]) -> Schema:
    return Schema(kind, fields=fields, **plain)


def _check(schema: Schema) -> None:
    if schema.fields and schema.type is not Type.STRUCT:
        raise SchemaError(f"Cannot create fields on type {schema.type.name}")
    if len(schema.field_map) != len(schema.fields) or "" in schema.field_map:
        seen: set[str] = set()
        for field in schema.fields:  # in their order: the first wrong one is named
            if not field.name:
                raise SchemaError("fieldName cannot be null.")
            if field.name in seen:
                raise SchemaError(f"Cannot create field because of field name duplication {field.name}")
            seen.add(field.name)
    if schema.type is Type.MAP and schema.key_schema is None and schema.value_schema is not None:
        raise SchemaError("keySchema cannot be null.")


def _freeze(value: Any, schema: Schema | _Parts | None) -> Any:
    """A hashable stand-in for a default: 1, 1.0, True and Decimals of other scales are kept apart, members have no
    order, and what a struct leaves out is null.
    """
    if isinstance(value, dict):
        if schema is not None and schema.type is Type.STRUCT:
            present = ((f, value.get(f.name)) for f in schema.fields)
            return ("struct", tuple((f.name, _freeze(v, f.schema)) for f, v in present if v is not None))
        keys, values = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
        return ("map", frozenset((_freeze(k, keys), _freeze(v, values)) for k, v in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", tuple(_freeze(v, schema and schema.value_schema) for v in value))
    return (type(value).__name__, str(value) if not isinstance(value, (bytes, bytearray)) else bytes(value))


def struct(fields: Iterable[tuple[str, Schema]], *, name: str | None = None, **attributes: Any) -> Schema:
    """A STRUCT schema from (name, schema) pairs."""
    return Schema(Type.STRUCT, fields=fields, name=name, **attributes)


def array(value_schema: Schema, **attributes: Any) -> Schema:
    """An ARRAY schema."""
    return Schema(Type.ARRAY, value_schema=value_schema, **attributes)


def map_of(key_schema: Schema, value_schema: Schema, **attributes: Any) -> Schema:
    """A MAP schema."""
    return Schema(Type.MAP, key_schema=key_schema, value_schema=value_schema, **attributes)


INT8, OPTIONAL_INT8 = Schema(Type.INT8), Schema(Type.INT8, optional=True)
INT16, OPTIONAL_INT16 = Schema(Type.INT16), Schema(Type.INT16, optional=True)
INT32, OPTIONAL_INT32 = Schema(Type.INT32), Schema(Type.INT32, optional=True)
INT64, OPTIONAL_INT64 = Schema(Type.INT64), Schema(Type.INT64, optional=True)
FLOAT32, OPTIONAL_FLOAT32 = Schema(Type.FLOAT32), Schema(Type.FLOAT32, optional=True)
FLOAT64, OPTIONAL_FLOAT64 = Schema(Type.FLOAT64), Schema(Type.FLOAT64, optional=True)
BOOLEAN, OPTIONAL_BOOLEAN = Schema(Type.BOOLEAN), Schema(Type.BOOLEAN, optional=True)
STRING, OPTIONAL_STRING = Schema(Type.STRING), Schema(Type.STRING, optional=True)
BYTES, OPTIONAL_BYTES = Schema(Type.BYTES), Schema(Type.BYTES, optional=True)
