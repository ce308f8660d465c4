"""HeaderToValue: headers become fields of the value, at the top or in structs within.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium_headers.py), but a path through what the value does not have is
refused by name (docs/parity.md). Neighbours: ``checks`` for the keys, ``transforms.replace`` for what fits a field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from connect_core.api import Record, Transform
from connect_core.config import HIGH, Config, key
from connect_core.data import Field, Header, Schema, Type
from connect_core.errors import ConfigError, DataError, SchemaError
from connect_core.transforms.base import REMEMBERED, copy_schema, require_struct
from connect_core.transforms.community.debezium.checks import invalid, required, required_list
from connect_core.transforms.community.debezium.envelope import VERSION, DebeziumError
from connect_core.transforms.replace import fit

_PURPOSE = "Header field insertion"


class HeaderToValueConfig(Config):
    """Keys of HeaderToValue."""

    headers: list[str] | None = key(
        "Names of the headers to put into the value.",
        default=None,
        importance=HIGH,
        order=1,
        display="Header names list",
    )
    fields: list[str] | None = key(
        "Names of the fields they become, in the same order; dots lead to nested structs.",
        default=None,
        importance=HIGH,
        order=1,
        display="Field names list",
    )
    operation: str | None = key(
        "<code>move</code> takes the headers off the record, <code>copy</code> leaves them there.",
        default=None,
        importance=HIGH,
        order=1,
        display="Operation: mover or copy",
    )


class _Entry(NamedTuple):
    """A header on its way: the path below the struct at hand, the path as configured, and the header's schema."""

    path: tuple[str, ...]
    text: str
    schema: Schema | None


class _Plan(NamedTuple):
    """For one schema and one row of headers: the new schema, and what puts their values into a copied value."""

    schema: Schema
    put: Callable[[dict[str, Any], tuple[Any, ...]], None]


class HeaderToValue(Transform[HeaderToValueConfig]):
    """Move or copy headers to fields of the value, which must be a struct; headers that are not there are left out."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Pair headers and fields."""
        raw = self.config.originals
        headers, fields = required_list(raw, "headers"), required_list(raw, "fields")
        operation = required(raw, "operation")
        if wrong := [text for text in fields if "" in text.split(".")]:
            raise invalid("fields", wrong[0], "A path is names with one dot between them")
        if operation.strip().lower() not in ("move", "copy"):
            raise invalid("operation", operation, "Value must be one of move, copy")
        if len(fields) != len(headers):
            raise ConfigError("'fields' config must have the same number of elements as 'headers' config.")
        self._moves = operation.strip().lower() == "move"
        self._paths: dict[str, tuple[tuple[str, ...], str]] = {}
        for header, text in zip(headers, fields, strict=True):
            self._paths.setdefault(header, (tuple(text.split(".")), text))
        self._plans: dict[tuple[Schema, tuple[tuple[str, Schema | None], ...]], _Plan] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record with the headers' values in its value; nulls pass."""
        if record.value is None:
            return record
        value = _struct(record.value_schema, record.value)
        assert record.value_schema is not None  # _struct saw to it
        found = [header for header in record.headers if header.name in self._paths]
        if not found:
            return record
        wanted = record.value_schema, tuple((header.name, header.schema) for header in found)
        plan = self._plans.get(wanted) or self._learn(record.value_schema, found)
        plan.put(value, tuple(header.value for header in found))
        record.value_schema = plan.schema
        if self._moves:
            record.headers = [header for header in record.headers if header.name not in self._paths]
        return record

    def _learn(self, schema: Schema, headers: list[Header]) -> _Plan:
        if len(self._plans) >= REMEMBERED:
            self._plans.clear()
        entries = [_Entry(*self._paths[header.name], header.schema) for header in headers]
        plan = _plan(schema, dict(enumerate(entries)))
        self._plans[schema, tuple((header.name, header.schema) for header in headers)] = plan
        return plan


def _struct(schema: Schema | None, value: Any) -> dict[str, Any]:
    if schema is None:
        schema = _NO_STRUCT  # the class is told by the value alone
    return require_struct(schema, value, _PURPOSE)


_NO_STRUCT = Schema(Type.STRING)


def _plan(schema: Schema, entries: Mapping[int, _Entry], *, is_nested: bool = False) -> _Plan:
    """``entries`` by the place of their header in the row."""
    fields: list[tuple[str, Schema]] = []
    nested: list[tuple[str, _Plan]] = []
    for field in schema.fields:
        within = {
            at: entry._replace(path=entry.path[1:])
            for at, entry in entries.items()
            if len(entry.path) > 1 and entry.path[0] == field.name
        }
        if within:
            plan = _plan(_nested_struct(field, within), within, is_nested=True)
            nested.append((field.name, plan))
            fields.append((field.name, plan.schema))
        else:
            fields.append((field.name, field.schema))
    for entry in entries.values():
        if len(entry.path) > 1 and entry.path[0] not in schema.field_map:
            raise DataError(
                f"HeaderToValue: the value has no struct {entry.path[0]!r}, through which {entry.text} leads"
            )
    here = {at: (entry.path[0], entry.schema) for at, entry in entries.items() if len(entry.path) == 1}
    known = {name for name, _ in fields}
    for name, own in here.values():
        if name in known:
            continue
        if own is None:
            raise SchemaError(f"fieldSchema for field {name} cannot be null.")
        known.add(name)
        fields.append((name, own))
    made = copy_schema(schema, fields)
    return _Plan(made, _putter(schema, made, here, nested, is_nested=is_nested))


def _nested_struct(field: Field, within: Mapping[int, _Entry]) -> Schema:
    """The schema of a field that must be a struct."""
    if field.schema.type is Type.STRUCT:
        return field.schema
    if field.schema.type in (Type.ARRAY, Type.MAP):
        is_deeper = any(len(entry.path) > 1 for entry in within.values())
        raise DataError(f"Cannot {'look up' if is_deeper else 'list'} fields on non-struct type")
    text = next(iter(within.values())).text
    raise DebeziumError(f"Field '{field.name}' is a primitive type, not a struct. Cannot add nested field '{text}'.")


def _putter(
    schema: Schema,
    made: Schema,
    here: Mapping[int, tuple[str, Schema | None]],
    nested: list[tuple[str, _Plan]],
    *,
    is_nested: bool,
) -> Callable[[dict[str, Any], tuple[Any, ...]], None]:
    defaults = [(field.name, field.schema.default) for field in schema.fields if field.schema.has_default]
    fits = [(at, name, fit(own, made.field_map[name])) for at, (name, own) in here.items()]

    def put(value: dict[str, Any], values: tuple[Any, ...]) -> None:
        for name, default in defaults:
            if value.get(name) is None:
                value[name] = default
        for name, plan in nested:
            inner = value.get(name)
            if inner is not None:
                value[name] = inner = {**inner}
                plan.put(inner, values)
            elif is_nested:  # its schema is no longer optional, which only the original's outermost level overlooks
                raise DataError(f'Invalid value: null used for required field: "{name}", schema type: STRUCT')
        for at, name, check in fits:
            check(values[at])
            value[name] = values[at]

    return put
