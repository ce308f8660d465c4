"""A transform or predicate on both sides: the same config, the same records, comparable outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from connect_core.api import Record, SinkRecord, SourceRecord
from connect_core.data import Header, Schema, TimestampType, Type
from connect_core.errors import DataError
from connect_core.plugins import loader
from tests.fuzz.family import Failed, Pair, exact, java, ours
from tests.parity.bridge import UNTOLD, Bridge

SOURCE = "org.apache.kafka.connect.source.SourceRecord"
SINK = "org.apache.kafka.connect.sink.SinkRecord"
TIMESTAMP_TYPE = "org.apache.kafka.common.record.TimestampType"


def java_map(bridge: Bridge, config: Mapping[str, str | None]) -> Any:
    """A java.util.Map of strings."""
    made = bridge.new("java.util.LinkedHashMap")
    for name, value in config.items():
        made.put(bridge.text(name), bridge.text(value))
    return made


class Records:
    """Records to Java and outcomes back."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self._long, self._integer = bridge.jpype.JClass("java.lang.Long"), bridge.jpype.JClass("java.lang.Integer")
        self._types = bridge.jpype.JClass("org.apache.kafka.common.record.TimestampType")

    def java(self, record: Record) -> Any:
        """The Java record; a value that does not fit its schema throws."""
        bridge = self.bridge
        key_schema, value_schema = bridge.schema(record.key_schema), bridge.schema(record.value_schema)
        key = bridge.value(record.key_schema, record.key)
        value = bridge.value(record.value_schema, record.value)
        stamp = None if record.timestamp is None else self._long(record.timestamp)
        headers = bridge.new("org.apache.kafka.connect.header.ConnectHeaders")
        for header in record.headers:
            headers.add(
                bridge.text(header.name), bridge.value(header.schema, header.value), bridge.schema(header.schema)
            )
        partition = None if record.partition is None else self._integer(record.partition)
        topic = bridge.text(record.topic)
        if isinstance(record, SinkRecord):
            return bridge.new(
                SINK, topic, partition, key_schema, key, value_schema, value, record.offset, stamp,
                self._types.CREATE_TIME, headers,
            )  # fmt: skip
        return bridge.new(
            SOURCE, None, None, topic, partition, key_schema, key, value_schema, value, stamp, headers
        )  # fmt: skip

    def comparable(self, record: Record | None) -> Any:
        """What both sides' outcomes look like: schemas are interned, so they compare by identity."""
        if record is None or isinstance(record, Failed):
            return record
        return (
            record.topic, record.partition, record.timestamp,
            record.key_schema, shaped(record.key_schema, record.key),
            record.value_schema, shaped(record.value_schema, record.value),
            tuple((h.name, h.schema, shaped(h.schema, h.value)) for h in record.headers),
        )  # fmt: skip

    def from_java(self, record: Any) -> Any:
        """As ``comparable``."""
        if isinstance(record, Failed):  # the bridge makes LinkedHashMaps, JsonConverter makes HashMaps
            return record._replace(message=record.message.replace("java.util.LinkedHashMap", "java.util.HashMap"))
        if record is None:
            return record
        bridge = self.bridge
        key_schema, value_schema = bridge.from_schema(record.keySchema()), bridge.from_schema(record.valueSchema())
        headers = [(bridge.from_text(h.key()), bridge.from_schema(h.schema()), h.value()) for h in record.headers()]
        partition, stamp = record.kafkaPartition(), record.timestamp()
        return (
            bridge.from_text(record.topic()),
            None if partition is None else int(partition),
            None if stamp is None else int(stamp),
            key_schema, shaped(key_schema, bridge.from_value(key_schema, record.key())),
            value_schema, shaped(value_schema, bridge.from_value(value_schema, record.value())),
            tuple((name, schema, shaped(schema, bridge.from_value(schema, value))) for name, schema, value in headers),
        )  # fmt: skip


def shaped(schema: Schema | None, value: Any) -> Any:
    """A value to compare: an unset field of a struct is null, maps without schema have no order."""
    if schema is not None and isinstance(value, dict) and schema.fields:
        return tuple(shaped(field.schema, value.get(field.name)) for field in schema.fields)
    if isinstance(value, dict):
        values = schema.value_schema if schema is not None else None
        unset = schema is not None and schema.type is Type.STRUCT  # a struct whose schema tells no fields (Debezium)
        return frozenset((exact(k), shaped(values, v)) for k, v in value.items() if not unset or v is not None)
    if isinstance(value, list):
        values = schema.value_schema if schema is not None else None
        return tuple(shaped(values, element) for element in value)
    return exact(value)


class Twin:
    """One transform class under one config on both sides; a config both refuse shows in every outcome."""

    def __init__(self, bridge: Bridge, name: str, config: Mapping[str, str]) -> None:
        self.records = Records(bridge)
        self.name, self.bridge = name, bridge
        self._ours = ours(self._make_ours, name, config)
        self._java = java(bridge, self._make_java, name, config)

    @staticmethod
    def _make_ours(name: str, config: Mapping[str, str]) -> Any:
        kind = loader.load_transform(name)
        made = kind()
        made.config = loader.config_class(kind).parse(config)
        made.configure()
        return made

    def _make_java(self, name: str, config: Mapping[str, str]) -> Any:
        made = self.bridge.new(name)
        made.configure(java_map(self.bridge, config))
        return made

    def apply(self, record: Record, sent: Any = None) -> Pair:
        """Both outcomes for one record; ours must leave what it was given as it was. ``sent``: the Java record."""
        if isinstance(self._ours, Failed) or isinstance(self._java, Failed):
            return Pair(*(side if isinstance(side, Failed) else "configured" for side in (self._ours, self._java)))
        theirs = java(self.bridge, self._java.apply, self.records.java(record) if sent is None else sent)
        before = self.records.comparable(record)
        own = record.own() if self._ours.in_place else record
        mine = self.records.comparable(ours(self._ours.apply, own))
        assert self.records.comparable(record) == before, "the transform changed what is shared"
        try:
            return told(mine, self.records.from_java(theirs))
        except DataError as error:  # a date beyond Python's
            return Pair(mine, f"Java has it: {error}")


class Twins:
    """The last twin once more while its config is the same object: making one costs more than a record."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._made: tuple[str, Mapping[str, str], Twin] | None = None

    def of(self, name: str, config: Mapping[str, str]) -> Twin:
        """The twin of this class and config."""
        if self._made is None or self._made[0] != name or self._made[1] is not config:
            self._made = name, config, Twin(self._bridge, name, config)
        return self._made[2]


class Kept[T]:
    """Makes something per drawn schema and gives it out for some records in a row, as configs stay in life."""

    def __init__(self) -> None:
        self._made: tuple[Schema | None, T] | None = None

    def some(self, drawn: Schema | None, random: Random, make: Callable[[], T]) -> T:
        """What was made last for this schema, or something new."""
        if self._made is None or self._made[0] is not drawn or random.random() < 0.5:
            self._made = drawn, make()
        return self._made[1]


def told(mine: Any, theirs: Any) -> Pair:
    """The pair; where Java's message cannot be carried over, it is enough that both failed."""
    untold = isinstance(theirs, Failed) and theirs.name == UNTOLD and isinstance(mine, Failed)
    return Pair(theirs, theirs) if untold else Pair(mine, theirs)


def source_record(**parts: Any) -> SourceRecord:
    """A source record; ``value`` and ``value_schema`` etc. by name."""
    return SourceRecord(parts.pop("topic", "t"), **parts)


def sink_record(**parts: Any) -> SinkRecord:
    """A sink record at partition 3, offset 42."""
    return SinkRecord(parts.pop("topic", "t"), 3, 42, timestamp_type=TimestampType.CREATE, **parts)


__all__ = ["Header", "Kept", "Records", "Twin", "Twins", "java_map", "shaped", "sink_record", "source_record", "told"]
