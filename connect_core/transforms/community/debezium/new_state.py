"""ExtractNewRecordState: a Debezium change event becomes the row itself; deletes become tombstones or marked rows.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium.py), except for errors that name the problem where the original
throws a NullPointerException (docs/parity.md). Neighbours: ``envelope`` finds fields, ``dropping`` removes them.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from connect_core.api import Record, Transform
from connect_core.config import LOW, MEDIUM, Config, Width, key
from connect_core.data import Header, Schema, Type
from connect_core.data.schema import OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError, SchemaError
from connect_core.transforms.base import copy_schema, require_struct
from connect_core.transforms.community.debezium.dropping import FieldDropper
from connect_core.transforms.community.debezium.envelope import (
    AFTER,
    BEFORE,
    OPERATION,
    VERSION,
    Located,
    Reference,
    field_of,
    is_blank,
    is_envelope,
    references,
    typed_field,
)

_PURPOSE = "source field insertion"
_DELETED = "__deleted"
_REMEMBERED = 64
_EXAMPLE = (
    "Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. "
    "Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP."
    "Please note that the new field name is case-sensitive."
)


class Deletes(StrEnum):
    """What becomes of deletes and of the tombstones behind them."""

    DROP = "drop"
    TOMBSTONE = "tombstone"
    REWRITE_WITH_TOMBSTONE = "rewrite-with-tombstone"
    REWRITE = "rewrite"
    DELETE_TO_TOMBSTONE = "delete-to-tombstone"


def _mode(name: str, value: Any) -> None:
    words = [str(mode) for mode in Deletes]
    if value is not None and value.lower() not in words:
        raise ConfigError.invalid(name, value, f"Value must be one of {', '.join(words)}")


class ExtractNewRecordStateConfig(Config):
    """Keys of ExtractNewRecordState."""

    mode: str | None = key(
        "What becomes of deletes: <code>drop</code> leaves nothing, <code>tombstone</code> the tombstone "
        "alone, <code>rewrite</code> a row with <code>__deleted</code> = true, <code>rewrite-with-"
        "tombstone</code> both, <code>delete-to-tombstone</code> makes the delete the tombstone.",
        name="delete.tombstone.handling.mode",
        default="tombstone",
        importance=MEDIUM,
        order=1,
        width=Width.MEDIUM,
        display="Handle delete and tombstone records",
        checks=[_mode],
    )
    route_by_field: str | None = key(
        "Field whose value becomes the topic.",
        default="",
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Route by field name",
    )
    add_fields_prefix: str | None = key(
        "What the names of added fields begin with.",
        default="__",
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Field prefix to be added to each field.",
    )
    add_fields: list[str] | None = key(
        "Metadata to add as fields: <code>op</code>, <code>source.ts_ms</code> becomes "
        "<code>__source_ts_ms</code>; <code>op:NAME</code> gives a name of your own, case and all.",
        default=(),
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Adds the specified field(s) to the message if they exist.",
    )
    add_headers_prefix: str | None = key(
        "What the names of added headers begin with.",
        default="__",
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Header prefix to be added to each header.",
    )
    add_headers: list[str] | None = key(
        "Metadata to add as headers, spelt as in <code>add.fields</code>.",
        default=(),
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Adds the specified fields to the header if they exist.",
    )
    drop_fields_header_name: str | None = key(
        "Header that lists the fields to leave out.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Specifies a header that contains a list of field names to be removed",
    )
    drop_fields_from_key: bool = key(
        "Leave those fields out of the key as well as the value.",
        default=False,
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Specifies whether the fields to be dropped should also be omitted from the key",
    )
    drop_fields_keep_schema_compatible: bool = key(
        "Drop optional fields only, so that schemas stay compatible; false: any field, schema and all.",
        default=True,
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Specifies if fields are dropped, will the event's schemas be compatible",
    )
    replace_null_with_default: bool = key(  # read by the original, but not among the keys it lists
        "When this option is enabled, null field values are replaced by source-defined defaults when rewriting the "
        "record.",
        default=True,
        importance=LOW,
        internal=True,
    )


class _Event(NamedTuple):
    """What is known of change events of one schema."""

    headers: tuple[Located, ...]
    after: Schema


class _Marked(NamedTuple):
    """Rows of one schema with ``__deleted``: the new schema, and what nulls become."""

    schema: Schema
    defaults: tuple[tuple[str, Any], ...]


class _Added(NamedTuple):
    """Rows of one schema with the additional fields: the new schema, the fields, and fields that may not be null."""

    schema: Schema
    fields: tuple[tuple[str, Callable[[Any], Any]], ...]
    required: tuple[tuple[str, str], ...]
    forbidden: tuple[Located, ...]


class ExtractNewRecordState(Transform[ExtractNewRecordStateConfig]):
    """``after`` of a change event, or ``before`` of a delete, with chosen parts of the event as fields or headers."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Read the references and what deletes become."""
        config, raw = self.config, self.config.originals
        self._mode = Deletes((config.mode or "tombstone").lower())
        self._rewrites = self._mode in (Deletes.REWRITE, Deletes.REWRITE_WITH_TOMBSTONE)
        # Untrimmed, as the original reads them: the lists and names of ConfigDef are for validation only.
        self._fields = references("add.fields", raw.get("add.fields"), raw.get("add.fields.prefix", "__"))
        self._headers = references("add.headers", raw.get("add.headers"), raw.get("add.headers.prefix", "__"))
        self._route = raw.get("route.by.field") or None
        self._replace = config.replace_null_with_default
        name = raw.get("drop.fields.header.name")
        self._dropper = (
            None
            if is_blank(name)
            else FieldDropper(
                str(name), from_key=config.drop_fields_from_key, compatible=config.drop_fields_keep_schema_compatible
            )
        )
        self._events: dict[Schema | None, _Event | None] = {}
        self._marked: dict[Schema, _Marked] = {}
        self._added: dict[tuple[Schema, Schema], _Added] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record with the row as its value; other records pass as they are."""
        event_schema, event = record.value_schema, record.value
        if event is None:
            return self._tombstone(record)
        try:
            known = self._events[event_schema]
        except KeyError:
            known = self._learn(event_schema, event)
        if known is None or event_schema is None:
            return record
        if known.headers:
            record.headers += [Header(one.name, one.schema, one.value(event)) for one in known.headers]
        row = event.get(AFTER)
        if row is None:
            row = known.after.default
            if row is None:
                return self._delete(record, event_schema, known)
        row = row.copy() if type(row) is dict else row
        return self._write(record, event_schema, event, schema=known.after, row=row)

    def _learn(self, schema: Schema | None, event: Any) -> _Event | None:
        made = None
        if schema is not None and is_envelope(schema):
            if schema.type is not Type.STRUCT:
                require_struct(schema, event, "field extraction")
            headers = _located(self._headers, schema)
            after = field_of(schema, AFTER)
            made = _Event(headers, after)
        if len(self._events) >= _REMEMBERED:
            self._events.clear()
        self._events[schema] = made
        return made

    def _tombstone[R: Record](self, record: R) -> R | None:
        if self._mode is not Deletes.REWRITE_WITH_TOMBSTONE:
            return None
        record.headers += [Header(one.name, STRING, "d") for one in self._headers if one.field == OPERATION]
        return record

    def _write[R: Record](self, record: R, event_schema: Schema, event: Any, *, schema: Schema, row: Any) -> R:
        """Inserts and updates; the row is a copy."""
        if self._rewrites and schema.type is Type.STRUCT:
            schema = self._mark(schema, row, "false")
        if self._route is not None:
            require_struct(schema, row, "Read record to set topic routing for CREATE / UPDATE")
            typed_field(schema, self._route, Type.STRING)
            _set_topic(record, row.get(self._route))
        record.value_schema, record.value = self._add(schema, row, event_schema, event), row
        if self._dropper is not None:
            self._dropper.drop(record)
        return record

    def _delete[R: Record](self, record: R, event_schema: Schema, known: _Event) -> R | None:
        event = record.value
        old = field_of(event_schema, BEFORE)
        row = event.get(BEFORE)
        if row is None:
            row = old.default
        if row is None or self._mode is Deletes.DROP:  # without both it is a truncate
            return None
        record.value, record.value_schema = None, None
        if self._rewrites:
            row = row.copy() if type(row) is dict else row
            record.value, record.value_schema = row, old
            if old.type is Type.STRUCT:
                record.value_schema = self._mark(old, row, "true")
        elif self._mode is Deletes.TOMBSTONE:
            record.value_schema = known.after
        if self._route is not None:
            typed_field(event_schema, BEFORE, Type.STRUCT)
            typed_field(old, self._route, Type.STRING)
            _set_topic(record, (event.get(BEFORE) or {}).get(self._route))
        if self._dropper is not None:
            self._dropper.drop(record)
        if record.value is not None and record.value_schema is not None:
            record.value_schema = self._add(record.value_schema, record.value, event_schema, event)
        return record

    def _mark(self, schema: Schema, row: dict[str, Any], deleted: str) -> Schema:
        """Set ``__deleted``; the row's new schema."""
        known = self._marked.get(schema)
        if known is None:
            fields = [(f.name, f.schema) for f in schema.fields]
            marked = copy_schema(schema, [*fields, (_DELETED, OPTIONAL_STRING)])
            defaults = ((f.name, f.schema.default) for f in schema.fields if f.schema.has_default and self._replace)
            known = self._marked[schema] = _Marked(marked, tuple(defaults))
        for name, default in known.defaults:
            if row.get(name) is None:
                row[name] = default
        row[_DELETED] = deleted
        return known.schema

    def _add(self, schema: Schema, row: Any, event_schema: Schema, event: Any) -> Schema:
        """Set the additional fields; the row's new schema."""
        known = self._added.get((schema, event_schema))
        if known is None:
            require_struct(schema, row, _PURPOSE)
            known = self._additions(schema, event_schema)
        for name, kind in known.required:
            if row.get(name) is None:
                raise DataError(f'Invalid value: null used for required field: "{name}", schema type: {kind}')
        for name, value in known.fields:
            row[name] = value(event)
        for one in known.forbidden:
            if row[one.name] is not None:
                raise DataError("Struct schemas do not match.")
        return known.schema

    def _additions(self, schema: Schema, event_schema: Schema) -> _Added:
        typed_field(event_schema, OPERATION, Type.STRING)
        fields = [(f.name, f.schema) for f in schema.fields]
        located: list[Located] = []
        for one in self._fields:
            found = one.locate(event_schema)
            if found is None:
                continue
            if any(found.name == name for name, _ in fields):
                raise SchemaError(f"Cannot create field because of field name duplication {found.name}")
            fields.append((found.name, found.schema))
            located.append(found)
        required = (
            (f.name, f.schema.type.name) for f in schema.fields if f.schema.has_default and not f.schema.optional
        )
        made = _Added(
            copy_schema(schema, fields),
            tuple((one.name, one.value) for one in located),
            tuple(required),
            tuple(one for one in located if one.original.type is Type.STRUCT and one.original is not one.schema),
        )
        if len(self._added) >= _REMEMBERED:
            self._added.clear()
        self._added[schema, event_schema] = made
        return made


def _located(wanted: tuple[Reference, ...], schema: Schema) -> tuple[Located, ...]:
    found = (one.locate(schema) for one in wanted)
    return tuple(one for one in found if one is not None)


def _set_topic(record: Record, topic: str | None) -> None:
    if topic is not None and not is_blank(topic):
        record.topic = topic
