"""Avro schemas to Connect schemas (spec kafka-connect.md 5.6), with what ``from_connect`` kept in properties.

A record within itself becomes a stand-in (``data.recursive``), where a union, array or map comes between; as a field
of its own type it could have no value: DataError names the type. Which parts a stand-in has is the original's rule.
Neighbours: ``read_defaults`` turns default values, ``decoder`` reads data with both schemas side by side.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeGuard

from connect_core.data.check import check
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import STRING, Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.builder import Builder, Knot
from connect_core.encoding.avro.from_connect import ANYTHING
from connect_core.encoding.avro.model import MISSING, AvroField, AvroSchema, equal, json_text
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.read_defaults import FieldDefault, from_property, of_field
from connect_core.encoding.avro.unions import member_name
from connect_core.errors import DataError, SchemaError

log = logging.getLogger(__name__)

_SIMPLE = {
    "boolean": Type.BOOLEAN, "double": Type.FLOAT64, "float": Type.FLOAT32, "string": Type.STRING,
}  # fmt: skip
_MARKED = {"int8": Type.INT8, "int16": Type.INT16}
_OF_LOGICAL = {
    ("int", "date"): (Type.INT32, DATE),
    ("int", "time-millis"): (Type.INT32, TIME),
    ("long", "timestamp-millis"): (Type.INT64, TIMESTAMP),
}


def to_connect(schema: AvroSchema, options: AvroOptions, *, version: int | None = None) -> Schema | None:
    """The Connect schema; None for schemaless data. ``version`` is the registry's, used where the schema has none."""
    if equal(schema, ANYTHING):
        return None
    try:
        return _Translator(options).schema(schema, version=version)
    except RecursionError as error:
        raise DataError(f"The schema {schema.full_name} is nested too deeply") from error


def is_map_entry(schema: AvroSchema) -> bool:
    """Whether a record is one key and value of a map."""
    if schema.kind != "record":
        return False
    own = (schema.namespace, schema.name) == (names.NAMESPACE, names.MAP_ENTRY)
    return own or schema.text_prop(names.CONNECT_INTERNAL_TYPE) == names.MAP_ENTRY


def nullable(schema: AvroSchema) -> AvroSchema | None:
    """The T of a union of null and T."""
    if schema.kind != "union" or len(schema.types) != 2:
        return None
    first, second = schema.types
    if is_null(first):
        return None if is_null(second) else second
    return first if is_null(second) else None


def is_null(schema: AvroSchema) -> bool:
    """The bare null type."""
    return schema.kind == "null" and not schema.props


class _Translator:
    def __init__(self, options: AvroOptions) -> None:
        self._options = options
        self._path: list[tuple[int, frozenset[int]]] = []
        self._knots: dict[int, Knot] = {}
        self._recurring: set[int] = set()
        self._unions = 0

    def schema(
        self, schema: AvroSchema, *, force_optional: bool = False, default: FieldDefault | None = None,
        doc: str | None = None, version: int | None = None,
    ) -> Schema:  # fmt: skip
        """``default`` and ``doc`` are those of the record's field the schema stands in."""
        options = self._options
        if schema.kind == "union":
            if len(schema.types) == 1 and options.flatten_singletons:
                return self._inner(schema.types[0], doc=doc)
            inner = nullable(schema)
            if inner is not None:
                return self._inner(inner, force_optional=True, doc=doc)
        builder = self._builder(schema)
        self._docs(builder, schema, doc)
        _take_version(builder, schema, version)
        self._parameters(builder, schema)
        self._default(builder, schema, default)
        _take_name(builder, schema)
        builder.optional = builder.optional or force_optional
        if id(schema) not in self._recurring:
            self._knots.pop(id(schema), None)
        return builder.build()

    def _inner(self, schema: AvroSchema, *, force_optional: bool = False, doc: str | None = None) -> Schema:
        """As ``schema`` within a union, an array or a map, where the record around may be meant."""
        knot = self._knots.get(id(schema))
        if knot is None:
            return self.schema(schema, force_optional=force_optional, doc=doc)
        self._recurring.add(id(schema))
        return knot.schema(optional=force_optional)

    def _builder(self, schema: AvroSchema) -> Builder:
        kind, logical = schema.kind, schema.text_prop("logicalType")
        if kind in _SIMPLE:
            return Builder(_SIMPLE[kind])
        if kind in ("int", "long"):
            return _integer(schema, logical)
        if kind in ("bytes", "fixed"):
            return _bytes(schema, logical)
        if kind == "null":
            raise DataError("Standalone null schemas are not supported by this converter")
        if kind == "enum":
            return self._enum(schema)
        if kind in ("record", "error"):
            return self._record(schema)
        if kind == "union":
            return self._union(schema)
        assert schema.items is not None
        if kind == "map":
            return Builder(Type.MAP, key_schema=STRING, value_schema=self._inner(schema.items))
        if is_map_entry(schema.items):
            key, value = schema.items.field(names.KEY), schema.items.field(names.VALUE)
            if len(schema.items.fields) != 2 or key is None or value is None:
                raise DataError(
                    "Found map encoded as array of key-value pairs, "
                    "but array elements do not match the expected format."
                )
            return Builder(Type.MAP, key_schema=self.schema(key.schema), value_schema=self.schema(value.schema))
        return Builder(Type.ARRAY, value_schema=self._inner(schema.items))

    def _enum(self, schema: AvroSchema) -> Builder:
        builder, options = Builder(Type.STRING), self._options
        parameters = builder.parameters
        if options.meta_data:
            if schema.doc is not None:
                name = names.CONNECT_ENUM_DOC if options.discard_docs else f"{names.ENUM_DOC}{schema.name}"
                parameters[name] = schema.doc
            if not options.discard_docs and schema.default is not None:
                parameters[f"{names.ENUM_DEFAULT}{schema.name}"] = schema.default
        stem = names.GENERAL_ENUM if options.generalized_sums else names.ENUM
        parameters[stem] = schema.full_name
        for index, symbol in enumerate(schema.symbols):
            parameters[f"{stem}.{symbol}"] = str(index) if options.generalized_sums else symbol
        return builder

    def _record(self, schema: AvroSchema) -> Builder:
        entry = (id(schema), frozenset(self._knots))
        if entry in self._path:
            raise DataError(f"The schema of {schema.full_name} contains itself without end")
        self._path.append(entry)
        builder, options = Builder(Type.STRUCT), self._options
        builder.knot = self._knots[id(schema)] = Knot()
        keep_docs = options.meta_data and not options.discard_docs
        if keep_docs and schema.doc is not None:
            builder.parameters[names.RECORD_DOC] = schema.doc
        for field in schema.fields:
            if keep_docs and field.doc is not None:
                builder.parameters[names.FIELD_DOC + field.name] = field.doc
            builder.field(field.name, self._field(field))
        self._path.pop()
        return builder

    def _field(self, field: AvroField) -> Schema:
        made = self.schema(field.schema, default=of_field(field), doc=field.doc)
        own = field.props.get(names.CONNECT_PARAMETERS)
        if not self._options.meta_data or not isinstance(own, dict):
            return made
        parameters = {key: _java_text(value) for key, value in own.items()}
        for knot in self._knots.values():  # a stand-in gets its parts later
            waiting = knot.with_parameters(made, parameters)
            if waiting is not None:
                return waiting
        return made.replace(parameters={**made.parameters, **parameters})

    def _union(self, schema: AvroSchema) -> Builder:
        options = self._options
        name = names.UNION
        if options.generalized_sums:
            name = f"{names.GENERAL_UNION_NAME}{self._unions}"
            self._unions += 1
        builder = Builder(Type.STRUCT, name=name)
        if options.generalized_sums:
            builder.parameters[names.GENERAL_UNION] = name
        for index, member in enumerate(schema.types):
            if member.kind == "null":
                builder.optional = True
                continue
            field = member_name(member, index, options)
            if any(field == known for known, _ in builder.fields):
                raise DataError("Multiple union schemas map to the Connect union field name")
            builder.field(field, self._inner(member, force_optional=True))
        return builder

    def _docs(self, builder: Builder, schema: AvroSchema, doc: str | None) -> None:
        options, own = self._options, schema.text_prop(names.CONNECT_DOC)
        if options.discard_docs:
            builder.doc = doc if doc is not None else schema.doc if schema.doc is not None else own
            if options.meta_data and schema.doc is not None:
                builder.parameters[names.CONNECT_RECORD_DOC] = schema.doc
        elif options.meta_data:
            builder.doc = own

    def _parameters(self, builder: Builder, schema: AvroSchema) -> None:
        own = schema.props.get(names.CONNECT_PARAMETERS)
        if self._options.meta_data and own is not None:
            if not isinstance(own, dict):
                raise DataError(f"Expected JSON object for schema parameters but found: {_java_text(own)}")
            for key, value in own.items():
                if not isinstance(value, str):
                    raise DataError(f"Expected schema parameter values to be strings but found: {_java_text(value)}")
                builder.parameters[key] = value
        for key, value in schema.props.items():
            if key.startswith(names.AVRO):
                builder.parameters[key] = _java_text(value)

    def _default(self, builder: Builder, schema: AvroSchema, default: FieldDefault | None) -> None:
        options, own = self._options, schema.props.get(names.CONNECT_DEFAULT, MISSING)
        bare = builder.build()
        try:
            if default is None:
                if own is MISSING:
                    return
                value = from_property(bare, schema, own, options)
            else:
                if not options.discard_docs and options.meta_data and own is MISSING:
                    builder.parameters[names.FIELD_DEFAULT] = "true"
                value = default(bare, options)
            _check_default(bare, value)
        except DataError as error:
            log.warning("Ignoring invalid default for schema %s: %s", schema.full_name, error)
        else:
            builder.default = value


def _check_default(schema: Schema, value: Any) -> None:
    try:
        check(schema, value)
    except DataError as error:
        raise SchemaError("Invalid default value") from error


def _java_text(value: Any) -> str:
    """``toString`` of a property's value."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_java_text(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_java_text, value)) + "]"
    return json_text(value).strip('"')


def _integer(schema: AvroSchema, logical: str | None) -> Builder:
    found = _OF_LOGICAL.get((schema.kind, logical.lower())) if logical is not None else None
    if found is not None:
        return Builder(found[0], name=found[1], version=1)
    if schema.kind == "long":
        return Builder(Type.INT64)
    mark = schema.text_prop(names.CONNECT_TYPE)
    if mark is None or logical is not None:
        return Builder(Type.INT32)
    if mark not in _MARKED:
        raise DataError("Connect type annotation for Avro int field is null")
    return Builder(_MARKED[mark])


def _bytes(schema: AvroSchema, logical: str | None) -> Builder:
    if logical is not None and logical.lower() == "decimal":
        builder = Builder(Type.BYTES, name=DECIMAL, version=1)
        scale, precision = schema.props.get("scale"), schema.props.get("precision")
        builder.parameters["scale"] = str(int(scale)) if scale is not None and _is_number(scale) else "0"
        if precision is not None:
            if not _is_number(precision):
                raise DataError(
                    "precision property must be a JSON Integer. https://avro.apache.org/docs/1.9.1/spec.html#Decimal"
                )
            if int(precision) != names.MOST_PRECISION:
                builder.parameters[names.PRECISION] = str(int(precision))
    else:
        builder = Builder(Type.BYTES)
    if schema.kind == "fixed":
        builder.parameters[names.FIXED_SIZE] = str(schema.size)
    return builder


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _take_version(builder: Builder, schema: AvroSchema, version: int | None) -> None:
    own = schema.props.get(names.CONNECT_VERSION)
    if own is not None:
        if not _is_number(own):
            raise DataError(f"Invalid Connect version found: {_java_text(own)}")
        version = int(own)
    if version is None or version < 0:
        return
    if builder.version is not None and builder.version != version:
        raise DataError(
            f"Mismatched versions: version already added to SchemaBuilder ({builder.version}) "
            f"differs from version in source schema ({version})"
        )
    builder.version = version


def _take_name(builder: Builder, schema: AvroSchema) -> None:
    own: Mapping[str, Any] | Any = schema.props.get(names.CONNECT_NAME)
    name: str | None = None
    if own is not None:
        if not isinstance(own, str):
            raise DataError(f"Invalid schema name: {_java_text(own)}")
        name = own
    elif schema.kind in ("record", "enum") or (schema.kind == "fixed" and builder.name != DECIMAL):
        name = schema.full_name
    if name is None or name.startswith(names.DEFAULT_FULL_NAME):
        return
    if builder.name is not None and builder.name != name:
        raise DataError(
            f"Mismatched names: name already added to SchemaBuilder ({builder.name}) "
            f"differs from name in source schema ({name})"
        )
    builder.name = name
