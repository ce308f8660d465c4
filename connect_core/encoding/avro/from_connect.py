"""Connect schemas to Avro schemas (spec kafka-connect.md 5.6): shapes, properties in the original's order, defaults.

One call makes one text: structs that appear twice are defined once. Neighbours: ``to_connect`` is the way back,
``defaults`` writes default values.
"""

from __future__ import annotations

import logging
from typing import Any

from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.avro import names
from connect_core.encoding.avro.defaults import default_tree, field_tree, valid_default
from connect_core.encoding.avro.errors import IllegalArgument, NumberFormatError
from connect_core.encoding.avro.model import MISSING, NAMED, AvroField, AvroSchema, array_of, map_of, union_of
from connect_core.encoding.avro.options import AvroOptions
from connect_core.errors import DataError
from connect_core.java.number_texts import parse_int

log = logging.getLogger(__name__)

KINDS = {
    Type.INT8: "int", Type.INT16: "int", Type.INT32: "int", Type.INT64: "long", Type.FLOAT32: "float",
    Type.FLOAT64: "double", Type.BOOLEAN: "boolean", Type.STRING: "string", Type.BYTES: "bytes",
}  # fmt: skip
_MARKED = {Type.INT8: "int8", Type.INT16: "int16"}
_LOGICAL = {name.lower(): name for name in (DECIMAL, DATE, TIME, TIMESTAMP)}
_AVRO_LOGICAL = {
    DATE: ("date", "int", "Date can only be used with an underlying int type"),
    TIME: ("time-millis", "int", "Time (millis) can only be used with an underlying int type"),
    TIMESTAMP: ("timestamp-millis", "long", "Timestamp (millis) can only be used with an underlying long type"),
}


def from_connect(schema: Schema | None, options: AvroOptions) -> AvroSchema:
    """The Avro schema of a Connect schema; ``None`` is the schema of schemaless data."""
    if schema is None:
        return ANYTHING
    try:
        return _Translator(options).schema(schema)
    except (_Endless, RecursionError):
        pass
    try:  # where the original goes round for ever: structs without names that contain themselves
        return _Translator(options, nameless=True).schema(schema)
    except (_Endless, RecursionError) as error:
        raise DataError(f"{schema!r} or its default contains itself without end") from error


def is_fixed(schema: Schema) -> bool:
    """BYTES of one length."""
    return schema.type is Type.BYTES and schema.name is not None and names.FIXED_SIZE in schema.parameters


def has_string_keys(schema: Schema, options: AvroOptions) -> bool:
    """Whether a MAP becomes an Avro map, not an array of entries."""
    key = schema.key_schema
    assert key is not None
    return key.type is Type.STRING and (not key.optional or options.optional_map_keys)


def enum_parameter(schema: Schema, options: AvroOptions) -> str | None:
    """The parameter under which this STRING lists its symbols, if it is to become an enum."""
    if not (options.generalized_sums or options.enhanced):
        return None
    if not names.lists_symbols(schema):
        return None
    return names.GENERAL_ENUM if options.generalized_sums else names.ENUM


def number(text: str | None) -> int:
    """Integer.parseInt."""
    if text is None:
        raise NumberFormatError("Cannot parse null string: null")
    try:
        return parse_int(text, 32)
    except ValueError:
        raise NumberFormatError(f'For input string: "{text}"') from None


class _Endless(Exception):
    """A struct is met within itself, and nothing has changed since."""


class _Translator:
    """Makes one Avro schema; remembers what it made of required schemas."""

    def __init__(self, options: AvroOptions, *, nameless: bool = False) -> None:
        self._options, self._nameless = options, nameless
        self._made: dict[Schema, AvroSchema] = {}
        self._seen: set[str] = set()
        self._structs: dict[Schema, AvroSchema] = {}
        self._seen_before: dict[Schema, frozenset[str]] = {}
        self._path: list[tuple[Schema, int]] = []
        self._unnamed = 0

    def schema(self, schema: Schema | None, *, ignore_optional: bool = False) -> AvroSchema:
        if schema is None:
            return ANYTHING
        plain = not names.is_union(schema) and not schema.optional
        if plain and schema in self._made:
            return self._made[schema]
        made = self._shape(schema)
        if made.kind != "union":
            self._describe(made, schema)
            if schema.optional and not ignore_optional:
                null = AvroSchema("null")
                made = union_of([made, null] if schema.has_default else [null, made])
        if not schema.optional:
            self._made[schema] = made
        return made

    def _inner(self, schema: Schema | None, *, ignore_optional: bool = False) -> AvroSchema:
        """As ``schema`` within a union, an array or a map, where the struct around may be meant."""
        if schema is not None and schema.type is Type.STRUCT and not schema.optional:
            known = self._structs.get(_interned(schema))
            if known is not None:
                return known
        return self.schema(schema, ignore_optional=ignore_optional)

    def _shape(self, schema: Schema) -> AvroSchema:
        if schema.type is Type.STRING:
            parameter = enum_parameter(schema, self._options)
            return AvroSchema("string") if parameter is None else self._enum(schema, parameter)
        if schema.type is Type.BYTES:
            return self._bytes(schema)
        if schema.type is Type.ARRAY:
            return array_of(self._inner(schema.value_schema))
        if schema.type is Type.MAP:
            if has_string_keys(schema, self._options):
                return map_of(self._inner(schema.value_schema))
            return self._entries(schema)
        if schema.type is Type.STRUCT:
            return self._struct(schema)
        return AvroSchema(KINDS[schema.type])

    def _name(self, name: str | None) -> tuple[str | None, str | None]:
        if name is not None:
            return names.split(name, scrubbed=self._options.scrub_names)
        self._unnamed += 1
        return names.NAMESPACE, names.DEFAULT_NAME + (str(self._unnamed) if self._unnamed > 1 else "")

    def _enum(self, schema: Schema, parameter: str) -> AvroSchema:
        parameters = schema.parameters
        _, name = self._name(schema.name)
        made = AvroSchema("enum", name=parameters.get(parameter) or "")
        if self._options.discard_docs:
            made.doc = parameters.get(names.CONNECT_ENUM_DOC)
        else:
            made.doc = parameters.get(f"{names.ENUM_DOC}{name}")
            made.default = parameters.get(f"{names.ENUM_DEFAULT}{name}")
        start = parameter + "."
        made.symbols = [key[len(start) :] for key in parameters if key.startswith(start)]
        return made

    def _bytes(self, schema: Schema) -> AvroSchema:
        if is_fixed(schema):
            space, name = self._name(schema.name)
            made = AvroSchema("fixed", name=name, namespace=space)
            made.size = number(schema.parameters[names.FIXED_SIZE])
        else:
            made = AvroSchema("bytes")
        if _logical_name(schema) == DECIMAL:
            made.add_prop("scale", number(schema.parameters.get("scale")))
            precision = schema.parameters.get(names.PRECISION)
            made.add_prop("precision", names.MOST_PRECISION if precision is None else number(precision))
        return made

    def _entries(self, schema: Schema) -> AvroSchema:
        if schema.name is None:
            entry = AvroSchema("record", name=names.MAP_ENTRY, namespace=names.NAMESPACE)
        else:
            space, name = self._name(schema.name)
            entry = AvroSchema("record", name=name, namespace=space)
            entry.add_prop(names.CONNECT_INTERNAL_TYPE, names.MAP_ENTRY)
        assert schema.key_schema is not None
        fields = [self._field(names.KEY, schema.key_schema, None)]
        fields.append(self._field(names.VALUE, schema.value_schema, None))
        entry.set_fields(fields)
        return array_of(entry)

    def _struct(self, schema: Schema) -> AvroSchema:
        if names.is_union(schema):
            members = [AvroSchema("null")] if schema.optional else []
            members += [self._inner(f.schema.replace(optional=False), ignore_optional=True) for f in schema.fields]
            return union_of(members)
        if schema.optional:
            return union_of([AvroSchema("null"), self._inner(schema.replace(optional=False))])
        space, name = self._name(schema.name)
        options, parameters = self._options, schema.parameters
        doc = parameters.get(names.CONNECT_RECORD_DOC if options.discard_docs else names.RECORD_DOC)
        made = AvroSchema("record", name=name, namespace=space, doc=doc)
        if schema.name is not None or self._nameless:
            self._structs[_interned(schema)] = made
        made.set_fields(self._fields(schema))
        return made

    def _fields(self, schema: Schema) -> list[AvroField]:
        """The fields of a struct; the same however often it is met within itself."""
        options, parameters = self._options, schema.parameters
        key, seen = _interned(schema), self._seen
        entry = key, len(self._structs)
        if entry in self._path:
            raise _Endless
        self._path.append(entry)
        again = key in self._seen_before
        self._seen = set(self._seen_before.setdefault(key, frozenset(seen)))
        fields = []
        for field in schema.fields:
            doc = None if options.discard_docs else parameters.get(names.FIELD_DOC + field.name)
            name = names.scrub(field.name) if options.scrub_names else field.name
            fields.append(self._field(name, field.schema, doc))
        self._path.pop()
        if again:
            self._seen = seen
        return fields

    def _field(self, name: str, schema: Schema | None, doc: str | None) -> AvroField:
        if schema is None:  # the element of a container made without schemas
            return AvroField(name, ANYTHING, doc=doc)
        options = self._options
        default: Any = MISSING
        if schema.has_default:
            default = field_tree(default_tree(schema, schema.default, options))
        elif schema.optional:
            default = None
        scrubbed = names.scrub_full(schema.name, scrubbed=options.scrub_names)
        seen_before = scrubbed is not None and scrubbed in self._seen
        if scrubbed is not None:
            self._seen.add(scrubbed)
        made = self.schema(schema)
        field = AvroField(name, made, doc=schema.doc if options.discard_docs else doc)
        if default is not MISSING:
            if valid_default(made, default):
                field.default = default
            else:
                text = str(made)  # refused here where no text can be made of it, as by the original
                log.warning("Ignoring invalid default for field %s of type %s", name, text)
        if options.meta_data and seen_before and schema.parameters and _is_named(made):
            parameters = self._parameters(schema)
            if parameters:
                field.props[names.CONNECT_PARAMETERS] = parameters
        return field

    def _parameters(self, schema: Schema) -> dict[str, str]:
        keep_flag = self._options.discard_docs
        return {k: v for k, v in schema.parameters.items() if keep_flag or k != names.FIELD_DEFAULT}

    def _describe(self, made: AvroSchema, schema: Schema) -> None:
        """Properties, in the original's order."""
        if self._options.meta_data:
            self._connect_props(made, schema)
        logical = _logical_name(schema)
        if logical == DECIMAL:
            _mark_decimal(made, schema)
        elif logical is not None:
            word, base, refusal = _AVRO_LOGICAL[logical]
            if made.kind != base:
                raise IllegalArgument(refusal)
            made.add_prop("logicalType", word)
        for key, value in schema.parameters.items():
            if key.startswith(names.AVRO):
                made.add_prop(key, value)

    def _connect_props(self, made: AvroSchema, schema: Schema) -> None:
        options = self._options
        if schema.doc is not None:
            made.add_prop(names.CONNECT_DOC, schema.doc)
        if schema.version is not None:
            made.add_prop(names.CONNECT_VERSION, schema.version)
        parameters = self._parameters(schema)
        if parameters:
            made.add_prop(names.CONNECT_PARAMETERS, parameters)
        flagged = names.FIELD_DEFAULT in schema.parameters and not options.discard_docs
        if schema.has_default and not flagged:
            made.add_prop(names.CONNECT_DEFAULT, default_tree(schema, schema.default, options))
        if schema.name is not None:
            made.add_prop(names.CONNECT_NAME, schema.name)
        if schema.type in _MARKED:
            made.add_prop(names.CONNECT_TYPE, _MARKED[schema.type])


def _interned(schema: Schema) -> Schema:
    """The one for all that stand for it within itself (``data.recursive``)."""
    return schema.replace(optional=False)


def _logical_name(schema: Schema) -> str | None:
    return _LOGICAL.get(schema.name.lower()) if schema.name is not None else None


def _mark_decimal(made: AvroSchema, schema: Schema) -> None:
    precision_text, scale_text = schema.parameters.get(names.PRECISION), schema.parameters.get("scale")
    precision = names.MOST_PRECISION if precision_text is None else number(precision_text)
    scale = 0 if scale_text is None else number(scale_text)
    legacy = scale < 0 or scale > precision  # no decimal by Avro's rules
    if not legacy:
        _check_decimal(made, precision)
    if not legacy or made.kind in ("bytes", "fixed"):
        made.add_prop("logicalType", "decimal")
        made.add_prop("precision", precision)
        made.add_prop("scale", scale)


def _check_decimal(made: AvroSchema, precision: int) -> None:
    if made.kind not in ("bytes", "fixed"):
        raise IllegalArgument("Logical type decimal must be backed by fixed or bytes")
    if precision <= 0:
        raise IllegalArgument(f"Invalid decimal precision: {precision} (must be positive)")
    if made.kind == "fixed":
        most = len(str((1 << (8 * made.size - 1)) - 1)) - 1 if made.size else 0
        if precision > most:
            raise IllegalArgument(f"fixed({made.size}) cannot store {precision} digits (max {most})")


def _is_named(made: AvroSchema) -> bool:
    return made.kind in NAMED or (made.kind == "union" and any(member.kind in NAMED for member in made.types))


def _make_anything() -> AvroSchema:
    anything = AvroSchema("record", name="Anything", namespace=names.NAMESPACE)
    entry = AvroSchema("record", name=names.MAP_ENTRY, namespace=names.NAMESPACE)
    entry.set_fields([AvroField(names.KEY, anything), AvroField(names.VALUE, anything)])

    def optional(name: str, schema: AvroSchema) -> AvroField:
        return AvroField(name, union_of([AvroSchema("null"), schema]), default=None)

    simple = [optional(kind, AvroSchema(kind)) for kind in ANYTHING_KINDS]
    anything.set_fields([*simple, optional("array", array_of(anything)), optional("map", array_of(entry))])
    return anything


ANYTHING_KINDS = ("boolean", "bytes", "double", "float", "int", "long", "string")
ANYTHING = _make_anything()
"""The schema of schemaless data: a record with at most one field set."""
