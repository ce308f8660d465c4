"""EventRouter: rows of an outbox table become events, routed by a column.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium_outbox.py) for source records, but each topic's value schema has a
name of its own, and errors name the problem (docs/parity.md). Neighbours: ``envelope``, ``outbox_config``,
``outbox_json``.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar, NamedTuple

from connect_core.api import Record, Transform
from connect_core.data import Header, Schema, SinkRecord, Type
from connect_core.data.schema import STRING, struct
from connect_core.data.values import java_string
from connect_core.errors import ConnectError, DataError, SchemaError
from connect_core.transforms.base import require_struct
from connect_core.transforms.community.debezium.envelope import (
    AFTER,
    OPERATION,
    VERSION,
    field_of,
    is_blank,
    is_envelope,
    typed_field,
    valid_field,
)
from connect_core.transforms.community.debezium.outbox_config import Additional, EventRouterConfig, Settings, settings
from connect_core.transforms.community.debezium.outbox_json import expanded

log = logging.getLogger(__name__)

_REMEMBERED = 256
_DIVISORS = {
    "io.debezium.time.Timestamp": 1,
    "io.debezium.time.MicroTimestamp": 1_000,
    "io.debezium.time.NanoTimestamp": 1_000_000,
}


class UnexpectedEventError(ConnectError):
    """An update of the outbox table, which only grows."""

    java_class = "java.lang.IllegalStateException"


class _Row(NamedTuple):
    """A row of the table."""

    schema: Schema
    value: dict[str, Any]

    def get(self, name: str) -> Any:
        """A column, its default for null."""
        field = valid_field(self.schema, name)
        found = self.value.get(name)
        return field.schema.default if found is None else found

    def typed(self, name: str, kind: Type) -> Any:
        """A column of this type, null as null."""
        typed_field(self.schema, name, kind)
        return self.value.get(name)


class EventRouter(Transform[EventRouterConfig]):
    """Turn the inserts of an outbox table into events: key, payload, topic and headers come from its columns."""

    in_place = True
    version: ClassVar[str] = VERSION
    _set: Settings

    def configure(self) -> None:
        """Check and read the keys."""
        self._set = settings(self.config)
        self._wraps = self._set.wraps
        self._schemas: dict[Any, Schema] = {}
        self._topics: dict[str, str] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The event; None for deletes, updates and tombstones; what is no change event stays as it is."""
        event, schema = record.value, record.value_schema
        if event is None:
            return None
        if schema is None or not is_envelope(schema):
            return record
        require_struct(schema, event, "Detect Debezium Operation")
        typed_field(schema, OPERATION, Type.STRING)
        operation = event.get(OPERATION)
        if operation is None:
            raise DataError("The change event has no operation (op)")
        if operation == "d":
            return None
        if operation == "u":
            self._refuse_update(record)
            return None
        after = field_of(schema, AFTER)
        row = event.get(AFTER)
        row = after.default if row is None else row
        return self._route(record, _Row(schema, event), _Row(after, require_struct(after, row, "Read Outbox Event")))

    def _refuse_update(self, record: Record) -> None:
        if self._set.on_update == "fatal":
            shown = java_string(record.key_schema, record.key)
            raise UnexpectedEventError(f"Unexpected update message received {shown}, fail.")
        level = logging.ERROR if self._set.on_update == "error" else logging.WARNING
        log.log(level, "Ignored an update of the outbox table, topic %s", record.topic)

    def _route[R: Record](self, record: R, event: _Row, row: _Row) -> R:
        chosen = self._set
        column = row.schema.field(chosen.payload)
        if column is None:
            raise ConnectError(f"Unable to find payload field {chosen.payload} in event")
        timestamp = self._timestamp(event, row)
        identity = row.get(chosen.id)
        record.headers.append(Header("id", row.schema.field_map[chosen.id].schema, identity))
        payload_schema, payload = self._payload(column.schema, row.get(chosen.payload))
        schema: Schema | None = payload_schema
        value: Any = _own(payload)
        if self._wraps:
            schema, value = self._wrapped_schema(payload_schema, row), {"payload": payload}
            _require_payload(payload_schema, payload)
        partition = self._add(record, row, value)
        if chosen.tombstones and (payload is None or (isinstance(payload, str) and is_blank(payload))):
            schema, value = None, None
        key_column = row.schema.field(chosen.key)
        record.key = _own(row.get(chosen.key))
        record.key_schema = key_column.schema if key_column is not None else STRING
        record.value_schema, record.value, record.timestamp = schema, value, timestamp
        if partition is not None or not isinstance(record, SinkRecord):
            record.partition = partition
        record.topic = self._topic(row)
        return record

    def _topic(self, row: _Row) -> str:
        found = row.typed(self._set.route_by, Type.STRING)
        if found is None:
            raise DataError(f"The column {self._set.route_by} is null, so the event has no topic")
        topic = self._topics.get(found)
        if topic is None:
            topic = str(found)
            if self._set.regex.matches(topic):
                topic = self._set.regex.replace_first(topic, self._set.replacement)
            if len(self._topics) >= _REMEMBERED:
                self._topics.clear()
            self._topics[found] = topic
        return topic

    def _timestamp(self, event: _Row, row: _Row) -> int | None:
        name = self._set.timestamp
        found: int | None = None
        if name is not None:
            field = row.schema.field(name)
            if field is None:
                raise ConnectError(f"Unable to find timestamp field {name} in event")
            found = row.typed(name, Type.INT64)
            if found is not None:
                return self._millis(field.schema, found)
        return event.typed("ts_ms", Type.INT64)  # type: ignore[no-any-return]  # the type was asked for

    @staticmethod
    def _millis(schema: Schema, found: Any) -> int:
        if schema.name is None:
            kind = schema.type.name
            raise ConnectError(f"Unsupported field type {kind} (without logical schema name) for event timestamp")
        divisor = _DIVISORS.get(schema.name)
        if divisor is None:
            raise ConnectError(f"Unsupported field type {schema.name} for event timestamp")
        return int(found // divisor if found >= 0 else -(-found // divisor))

    def _payload(self, schema: Schema, payload: Any) -> tuple[Schema, Any]:
        """The payload, as a struct if it is JSON and that is wanted."""
        if not self._set.expands or payload is None:
            return schema, payload
        if not isinstance(payload, str):
            log.warning("table.expand.json.payload is set, but the column %s holds no text", self._set.payload)
            return schema, payload
        try:
            return expanded(self._set.payload, payload, keep_nulls=self._set.keep_nulls)
        except (ValueError, ConnectError, RecursionError):
            log.warning("The column %s holds no JSON that can be expanded; it stays a text", self._set.payload)
            return schema, payload

    def _wrapped_schema(self, payload: Schema, row: _Row) -> Schema:
        chosen = self._set
        version = row.typed(chosen.schema_version, Type.INT32) if chosen.schema_version is not None else None
        topic = row.typed(chosen.route_by, Type.STRING)
        known = self._schemas.get((payload, row.schema, topic, version))
        if known is None:
            fields = [("payload", payload)]
            for one in chosen.additional:
                column = row.schema.field(one.field)
                if one.placement != "envelope" or (column is None and chosen.ignores_missing):
                    continue
                if column is None:
                    raise ConnectError(f"Unable to find field {one.field} in event")
                if any(name == one.alias for name, _ in fields):
                    raise SchemaError(f"Cannot create field because of field name duplication {one.alias}")
                fields.append((one.alias, column.schema))
            known = struct(fields, name=_schema_name(row.schema.name, topic), version=version)
            if len(self._schemas) >= _REMEMBERED:
                self._schemas.clear()
            self._schemas[payload, row.schema, topic, version] = known
        return known

    def _add(self, record: Record, row: _Row, value: Any) -> int | None:
        """Put the additional columns where they belong; the partition, if a column tells it."""
        partition: int | None = None
        for one in self._set.additional:
            if self._set.ignores_missing and one.field not in row.schema.field_map:
                continue
            if one.placement == "partition":
                partition = row.typed(one.field, Type.INT32)
            elif one.placement == "header":
                found = row.get(one.field)
                record.headers.append(Header(one.alias, row.schema.field_map[one.field].schema, found))
            else:
                value[one.alias] = _storable(one, row)
        return partition


def _own(value: Any) -> Any:
    """What was nested becomes the record's own, because later steps may change it."""
    return value.copy() if type(value) is dict else value


def _storable(one: Additional, row: _Row) -> Any:
    found = row.get(one.field)
    schema = row.schema.field_map[one.field].schema
    if found is None and not schema.optional:
        raise DataError(f'Invalid value: null used for required field: "{one.alias}", schema type: {schema.type.name}')
    return found


def _require_payload(schema: Schema, payload: Any) -> None:
    if payload is None and not schema.optional:
        raise DataError(f'Invalid value: null used for required field: "payload", schema type: {schema.type.name}')


def _schema_name(original: str | None, topic: str | None) -> str:
    shown = "null" if topic is None else topic
    if original is None:
        return shown
    head, dot, tail = original.rpartition(".")
    return f"{head}{dot}{shown}.{tail}"
