"""PartitionRouting: the Kafka partition of a change event follows from chosen fields of it.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium_headers.py), but where Java's hash is an address (docs/parity.md).
Neighbours: ``envelope``, ``hashes``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import HIGH, LOW, Config, key
from connect_core.data import Schema, Type
from connect_core.transforms.base import REMEMBERED, require_struct
from connect_core.transforms.community.debezium.checks import elements, invalid, required
from connect_core.transforms.community.debezium.envelope import (
    AFTER,
    BEFORE,
    BLANKS,
    OPERATION,
    VERSION,
    DebeziumError,
    is_envelope,
    split,
    typed_field,
)
from connect_core.transforms.community.debezium.hashes import java_hash, murmur_hash

_CHANGE, _DELETE, _TRUNCATE = "change", "d", "t"
_GROUP = "partitions"
_POSITIVE = 0x7FFFFFFF

type Look = Callable[[Any], Any]


class PartitionRoutingConfig(Config):
    """Keys of PartitionRouting."""

    partition_payload_fields: list[str] | None = key(
        "Fields of the change event that decide, e.g. <code>after.name,source.table</code>; "
        "<code>change</code> stands for <code>before</code> of a delete and <code>after</code> of all else.",
        default=None,
        importance=HIGH,
        group=_GROUP,
        order=1,
        display="List of payload fields to use for compute partition.",
    )
    partition_topic_num: int | None = key(
        "Number of partitions of the topic.",
        default=None,
        importance=HIGH,
        group=_GROUP,
        order=2,
        display="Number of partition configured for topic",
    )
    partition_hash_function: str | None = key(
        "How values are hashed: <code>java</code> (their hashCode) or <code>murmur</code>.",
        default="java",
        importance=LOW,
        group=_GROUP,
        order=3,
        display="Hash function",
    )


class PartitionRouting(Transform[PartitionRoutingConfig]):
    """Send change events with equal chosen fields to one partition; where there are none of them, nothing changes."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Read the paths."""
        raw = self.config.originals
        text, number = required(raw, "partition.topic.num"), self.config.partition_topic_num
        if number is None or number <= 0:
            raise invalid("partition.topic.num", text, "A positive, non-zero integer value is expected")
        self._count = number
        self._paths = [
            (text, tuple(one.strip(BLANKS) for one in split(text, ".")))
            for text in elements(raw, "partition.payload.fields")
        ]
        function = (raw.get("partition.hash.function") or "").strip().lower()
        self._hash = murmur_hash if function == "murmur" else java_hash  # whatever else it is
        self._looks: dict[tuple[Schema, bool], list[tuple[Look, Schema]]] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its partition; others than change events pass."""
        schema, event = record.value_schema, record.value
        if event is None or schema is None or not is_envelope(schema):
            return record
        operation = event.get(OPERATION) if schema.field(OPERATION) is not None else None
        if operation == _TRUNCATE:
            return record
        wanted = schema, operation == _DELETE
        looks = self._looks.get(wanted)
        if looks is None:
            looks = self._learn(schema, event, deleted=wanted[1])
        total, is_any = 0, False
        for look, found_schema in looks:
            found = look(event)
            if found is not None:
                total, is_any = total + self._hash(found_schema, found), True
        if is_any:
            record.partition = 0 if total & _POSITIVE == _POSITIVE else (total & _POSITIVE) % self._count
        return record

    def _learn(self, schema: Schema, event: Any, *, deleted: bool) -> list[tuple[Look, Schema]]:
        require_struct(schema, event, "partition routing")
        if schema.field(OPERATION) is not None:
            typed_field(schema, OPERATION, Type.STRING)
        if len(self._looks) >= REMEMBERED:
            self._looks.clear()
        found = (_look(schema, text, path, deleted=deleted) for text, path in self._paths)
        made = self._looks[schema, deleted] = [each for each in found if each is not None]
        return made


def _look(schema: Schema, text: str, path: tuple[str, ...], *, deleted: bool) -> tuple[Look, Schema] | None:
    """What reads the field and its schema; None where it never is."""
    if not path:
        raise DebeziumError(f"PartitionRouting: {text!r} in partition.payload.fields names no field")
    names = list(path)
    if len(names) > 1 and names[0] == _CHANGE and schema.field(OPERATION) is not None:
        names[0] = BEFORE if deleted else AFTER
    steps: list[str] = []
    current, is_there = schema, True
    for name in names[:-1]:
        field = current.field(name)
        if field is None or field.schema.type is not Type.STRUCT:
            is_there = False
            break
        steps.append(name)
        current = field.schema
    last = current.field(names[-1]) if is_there else None
    return _reader(text, steps, names[-1], None if last is None else last.schema), last.schema if last else current


def _reader(text: str, steps: list[str], name: str, schema: Schema | None) -> Look:
    default = None if schema is None else schema.default

    def read(value: Any) -> Any:
        for step in steps:
            inner = value.get(step)
            if inner is None:
                raise DebeziumError(f"PartitionRouting: {text} leads through {step}, which is null")
            value = inner
        if schema is None:
            return None
        found = value.get(name)
        return default if found is None else found

    return read
