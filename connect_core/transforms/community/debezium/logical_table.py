"""ByLogicalTableRouter: change events of many physical tables go to one topic, told apart by a field of the key.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium_routers.py), but two topics with equal schemas get schema names of
their own, and errors name the problem (docs/parity.md). Neighbours: ``envelope``, ``schema_names``.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from connect_core.api import Record, Transform
from connect_core.config import LOW, Config, Width, key
from connect_core.data import Schema, Type
from connect_core.data.schema import STRING
from connect_core.errors import ConfigError, DataError
from connect_core.java.patterns import Pattern
from connect_core.transforms.base import class_name, require_struct
from connect_core.transforms.community.debezium.envelope import (
    AFTER,
    BEFORE,
    VERSION,
    is_blank,
    is_envelope,
    valid_field,
)
from connect_core.transforms.community.debezium.schema_names import ADJUSTERS

_PURPOSE = "Updating schema"
_REMEMBERED = 256


class ByLogicalTableRouterConfig(Config):
    """Keys of ByLogicalTableRouter."""

    topic_regex: str | None = key(
        "Java regular expression that the whole topic name must match to be routed.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Topic regex",
    )
    topic_replacement: str | None = key(
        "Name of the topic for all tables that belong together; <code>$1</code> stands for a group.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Topic replacement",
    )
    key_enforce_uniqueness: bool = key(
        "Add a field to the key that tells the tables apart; not needed where their keys never collide.",
        default=True,
        importance=LOW,
        order=1,
        width=Width.SHORT,
        display="Add source topic name into key",
    )
    key_field_regex: str | None = key(
        "Java regular expression that finds the table's identifier in the topic name.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Key field regex",
    )
    key_field_replacement: str | None = key(
        "The identifier that the key's additional field gets, made from the groups of <code>key.field.regex</code>.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Key field replacement",
    )
    logical_table_cache_size: int = key(
        "How many converted schemas and routed topics are remembered.",
        default=16,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Logical table cache size",
    )
    key_field_name: str | None = key(  # this and the next are read by the original, but not among the keys it lists
        "Each record's key schema will be augmented with this field name.",
        default="__dbz__physicalTableIdentifier",
        importance=LOW,
        internal=True,
    )
    schema_name_adjustment_mode: str | None = key(
        "Specify how the names of schemas made from the new topic name are adjusted: none, avro or avro_unicode.",
        default="none",
        importance=LOW,
        internal=True,
    )


class _Rerouted(NamedTuple):
    """A change event's new schema, what nulls become, and the new schema of before and after."""

    schema: Schema
    defaults: tuple[tuple[str, Any], ...]
    rows: tuple[tuple[str, Schema], ...]
    row: Schema | None


class ByLogicalTableRouter(Transform[ByLogicalTableRouterConfig]):
    """Name the topic, and the schemas after it, by a pattern; the key says from which table a record came."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Compile the patterns."""
        raw = self.config.originals  # untrimmed, as the original reads them
        self._topic = _pattern("topic.regex", raw.get("topic.regex"), required=True)
        self._replacement = raw.get("topic.replacement") or ""
        if is_blank(self._replacement):
            raise ConfigError.invalid("topic.replacement", self._replacement, "A value is required")
        self._key_pattern = _pattern("key.field.regex", raw.get("key.field.regex"), required=False)
        self._key_replacement = raw.get("key.field.replacement") or ""
        if self._key_pattern is not None and is_blank(self._key_replacement):
            reason = "key.field.replacement must be non-empty if key.field.regex is set."
            raise ConfigError.invalid("key.field.replacement", raw.get("key.field.replacement"), reason)
        mode = (raw.get("schema.name.adjustment.mode") or "none").strip().lower()
        if mode not in ADJUSTERS:
            reason = f"Value must be one of {', '.join(ADJUSTERS)}"
            raise ConfigError.invalid("schema.name.adjustment.mode", raw.get("schema.name.adjustment.mode"), reason)
        self._adjust = ADJUSTERS[mode]
        self._field = raw.get("key.field.name", "__dbz__physicalTableIdentifier")
        self._unique = self.config.key_enforce_uniqueness
        self._topics: dict[str, str | None] = {}
        self._identifiers: dict[str, str] = {}
        self._keys: dict[tuple[Schema, str], Schema] = {}
        self._events: dict[tuple[Schema, str], _Rerouted] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record under its new topic; one whose topic does not match stays as it is."""
        old = record.topic
        try:
            topic = self._topics[old]
        except KeyError:
            topic = self._route(old)
        if not topic:
            return record
        if record.key is None:
            record.key_schema = None
        else:
            self._rekey(record, old, topic)
        schema = record.value_schema
        if record.value is not None and schema is not None and is_envelope(schema):
            known = self._events.get((schema, topic)) or self._reroute(schema, record.value, topic)
            for name, default in known.defaults:
                if record.value.get(name) is None:
                    record.value[name] = default
            if known.row is not None:
                for name, original in known.rows:
                    _check_row(name, record.value.get(name), original, known.row)
            record.value_schema = known.schema
        record.topic = topic
        return record

    def _route(self, old: str) -> str | None:
        assert self._topic is not None
        if old is None:
            raise DataError("A record without a topic cannot be routed by topic.regex")
        new = self._topic.replace_first(old, self._replacement) if self._topic.matches(old) else None
        _remember(self._topics, old, new)
        return new

    def _rekey(self, record: Record, old: str, topic: str) -> None:
        schema = record.key_schema
        if schema is None or schema.type is not Type.STRUCT:
            raise DataError(_no_struct(schema, record.key))
        known = self._keys.get((schema, topic))
        if known is None:
            added = [(self._field, STRING)] if self._unique else []
            known = _rebuilt(schema, self._adjust(f"{topic}.Key"), added)
            _remember(self._keys, (schema, topic), known)
        if self._unique:
            record.key[self._field] = self._identifiers.get(old) or self._identifier(old)
        record.key_schema = known

    def _identifier(self, old: str) -> str:
        pattern, found = self._key_pattern, old
        if pattern is not None and pattern.matches(old):
            found = pattern.replace_first(old, self._key_replacement)
        _remember(self._identifiers, old, found)
        return found

    def _reroute(self, schema: Schema, event: Any, topic: str) -> _Rerouted:
        require_struct(schema, event, _PURPOSE)
        first = schema.field(BEFORE) or schema.field(AFTER)
        row = None
        if first is not None:
            if first.schema.type is not Type.STRUCT:
                raise DataError("Cannot list fields on non-struct type")
            row = _rebuilt(first.schema, self._adjust(f"{topic}.Value"), [])
        rows = tuple((f.name, f.schema) for f in schema.fields if f.name in (BEFORE, AFTER))
        fields = [(f.name, row if row is not None and f.name in (BEFORE, AFTER) else f.schema) for f in schema.fields]
        made = _Rerouted(
            schema.replace(fields=fields, name=self._adjust(f"{topic}.Envelope"), default=None),
            _defaults(schema),
            rows,
            row,
        )
        _remember(self._events, (schema, topic), made)
        return made


def _check_row(name: str, value: Any, original: Schema, row: Schema) -> None:
    """``after`` gets the schema of ``before``: does it fit?"""
    if value is None:
        if not row.optional:
            raise DataError(f'Invalid value: null used for required field: "{name}", schema type: STRUCT')
        return
    if original.type is not Type.STRUCT:
        raise DataError(_no_struct(original, value))
    for field in original.fields:
        valid_field(row, field.name)


def _pattern(name: str, text: str | None, *, required: bool) -> Pattern | None:
    if text is None or is_blank(text):
        if required:
            raise ConfigError.invalid(name, text, "A value is required")
        return None
    try:
        return Pattern(text)
    except ValueError as error:
        raise ConfigError.invalid(name, text, str(error)) from error


def _no_struct(schema: Schema | None, value: Any) -> str:
    return f"Only Struct objects supported for [{_PURPOSE}], found: {class_name(schema, value)}"


def _rebuilt(schema: Schema, name: str, added: list[tuple[str, Schema]]) -> Schema:
    fields = [*((f.name, f.schema) for f in schema.fields), *added]
    return schema.replace(fields=fields, name=name, default=None)


def _defaults(schema: Schema) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.schema.default) for f in schema.fields if f.schema.has_default)


def _remember[K, V](kept: dict[K, V], name: K, value: V) -> None:
    if len(kept) >= _REMEMBERED:
        kept.clear()
    kept[name] = value
