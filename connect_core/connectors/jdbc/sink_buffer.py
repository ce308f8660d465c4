"""A put's records in the groups that are written together (spec jdbc-10.10.md 5.4), unfit ones set aside.

Everything that needs no row written happens here: record checks, tables created and extended. Per table the records
stay in order; within a group writes run before deletes, so a value after a delete starts a new group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.sink_errors import TableAlterOrCreate, UnfitRecord, wanted_but_found
from connect_core.connectors.jdbc.sink_plan import Plan
from connect_core.data import Schema, SinkRecord, Type


@dataclass(slots=True)
class Group:
    """Records of one plan that are flushed together: ``writes``, then ``deletes``."""

    plan: Plan
    writes: list[SinkRecord] = field(default_factory=list)
    deletes: list[SinkRecord] = field(default_factory=list)


class Plans(Protocol):
    """What the buffer asks of ``sink_plan.Planner``."""

    def table(self, topic: str) -> TableId:
        """The target of a topic."""

    def plan(self, topic: str, key: Schema | None, value: Schema | None) -> Plan:
        """The plan for these schemas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRules:
    """Which records fit: the connector's name (for messages), pk.mode, delete.enabled, the field-level keys in use."""

    connector: str
    pk_mode: str
    deletes: bool
    field_keys: tuple[str, ...] = ()

    def check(self, record: SinkRecord) -> None:
        """UnfitRecord when key or value are not what the configuration needs; the key first."""
        modes = f"'delete.enabled={str(self.deletes).lower()}' and 'pk.mode={self.pk_mode}'"
        start = f"Sink connector '{self.connector}' is configured with {modes} and therefore requires records with"
        key, value = record.key_schema, record.value_schema
        if self.needs_key and (record.key is None or key is None or key.type in (Type.ARRAY, Type.MAP)):
            wanted = f"{start} a non-null key and non-null Struct or primitive key schema"
            raise wanted_but_found(record, wanted, part="key")
        fits = value is not None and value.type in (Type.STRUCT, Type.STRING)
        wanted = f"{start} a non-null Struct or String value and non-null Struct or String schema"
        if record.value is None:
            if self.needs_value:
                raise wanted_but_found(record, wanted, part="value")
        elif not fits:
            raise wanted_but_found(record, wanted, part="value")
        elif self.field_keys and value is not None and value.type is Type.STRING:
            raise UnfitRecord(
                f"Sink connector '{self.connector}' is configured with field-level options that are not applicable to "
                f"String values: {', '.join(self.field_keys)}. Remove these options, or have the upstream producer "
                "emit Struct values instead."
            )

    @property
    def needs_key(self) -> bool:
        """Keys are used: pk.mode=record_key or deletes."""
        return self.deletes or self.pk_mode == "record_key"

    @property
    def needs_value(self) -> bool:
        """Null values are no deletes."""
        return not self.deletes or self.pk_mode in ("none", "record_value")


type Reject = Callable[[SinkRecord, Exception], None]


class _TableBuffer:
    """Where one table's records stand: the open group and the value schema seen last."""

    __slots__ = ("group", "value_schema")

    def __init__(self) -> None:
        self.group: Group | None = None
        self.value_schema: Schema | None = None


class Buffer:
    """Sorts one put's records into groups."""

    def __init__(self, rules: RecordRules, plans: Plans) -> None:
        self.rules, self.plans = rules, plans
        self.groups: list[Group] = []
        self._tables: dict[TableId, _TableBuffer] = {}

    def sort(self, records: Sequence[SinkRecord], reject: Reject) -> list[Group]:
        """The groups in the order they are to be flushed. ``reject`` takes (or raises for) records that do not fit."""
        needs_key = self.rules.needs_key
        topic, key_schema, value_schema = None, None, None
        append: Callable[[SinkRecord], None] | None = None
        for record in records:
            if (  # the common case: one more record like the last one
                append is not None
                and record.value is not None
                and record.value_schema is value_schema
                and record.key_schema is key_schema
                and record.topic == topic
                and (record.key is not None or not needs_key)
            ):
                append(record)
                continue
            append = None
            try:
                group = self._place(record)
            except (UnfitRecord, TableAlterOrCreate) as error:
                reject(record, error)
                continue
            if record.value is not None:
                topic, key_schema, value_schema = record.topic, record.key_schema, record.value_schema
                append = group.writes.append
        return self.groups

    def _place(self, record: SinkRecord) -> Group:
        self.rules.check(record)
        table = self._tables.setdefault(self.plans.table(record.topic), _TableBuffer())
        schema = record.value_schema if record.value_schema is not None else table.value_schema
        plan = self.plans.plan(record.topic, record.key_schema, schema)
        group = table.group
        if group is None or group.plan is not plan or (record.value is not None and group.deletes):
            group = table.group = Group(plan)
            self.groups.append(group)
        table.value_schema = schema
        (group.deletes if record.value is None else group.writes).append(record)
        return group
