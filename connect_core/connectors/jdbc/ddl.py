"""CREATE TABLE and ALTER TABLE texts per database family (spec jdbc-10.10.md 5.2).

Pure. String defaults are escaped (the original's are not). Neighbours: ``sink_types`` (column types), ``target_tables``
(when to run them).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from connect_core.connectors.jdbc.sink_fields import Column
from connect_core.connectors.jdbc.sink_types import Kind, column_type, kind_of
from connect_core.connectors.jdbc.sink_values import Clock, plain_decimal
from connect_core.data import Schema
from connect_core.java.numbers import double_text, float_text

_ONE_BY_ONE = ("sqlite", "vertica")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ddl:
    """DDL builder. ``clock`` gives db.timezone and date.timezone for default literals."""

    family: str
    quote: Callable[[str], str]
    clock: Clock
    epoch_fields: frozenset[str] = frozenset()
    backslashes: bool = True
    """MySQL: a backslash in a string literal must be doubled (NO_BACKSLASH_ESCAPES is off)."""

    def create(self, table: str, columns: Sequence[Column]) -> str:
        """CREATE TABLE with the key columns as primary key."""
        lines = [self._column(column) for column in columns]
        keys = [self.quote(column.name) for column in columns if column.is_key]
        if keys:
            lines.append(f"PRIMARY KEY({','.join(keys)})")
        word = "CREATE COLUMN TABLE" if self.family == "sap" else "CREATE TABLE"
        return f"{word} {table} (\n" + ",\n".join(lines) + ")"

    def alter(self, table: str, columns: Sequence[Column]) -> list[str]:
        """ALTER TABLE statements that add the columns."""
        specs = [self._column(column) for column in columns]
        if self.family in _ONE_BY_ONE:
            return [f"ALTER TABLE {table} ADD {spec}" for spec in specs]
        if self.family in ("oracle", "sap"):
            return [f"ALTER TABLE {table} ADD(\n" + ",\n".join(specs) + ")"]
        if self.family in ("sqlserver", "sybase"):
            return [f"ALTER TABLE {table} ADD\n" + ",\n".join(specs)]
        if len(specs) == 1:
            return [f"ALTER TABLE {table} ADD {specs[0]}"]
        return [f"ALTER TABLE {table} \n" + ",\n".join(f"ADD {spec}" for spec in specs)]

    def _column(self, column: Column) -> str:
        epoch = not column.is_key and column.name in self.epoch_fields
        kind = column_type(self.family, column.schema, is_key=column.is_key, epoch=epoch, nanos=self.clock.nanos)
        text = f"{self.quote(column.name)} {kind}"
        if column.schema.has_default:
            return f"{text} DEFAULT {self.literal(column.schema, column.schema.default, epoch=epoch)}"
        if not column.optional:
            return f"{text} NOT NULL"
        return f"{text} NULL"

    def literal(self, schema: Schema, value: Any, *, epoch: bool = False) -> str:
        """A default as SQL text."""
        match kind_of(schema, epoch=epoch):
            case Kind.BOOLEAN:
                words = ("FALSE", "TRUE") if self.family in ("postgresql", "vertica", "sap") else ("0", "1")
                return words[bool(value)]
            case Kind.STRING:
                return self._string(value)
            case Kind.BYTES:
                digits = bytes(value).hex().upper()
                return f"'\\x{digits}'" if self.family == "postgresql" else f"x'{digits}'"
            case Kind.DECIMAL:
                return plain_decimal(value)
            case Kind.DATE:
                return f"'{_iso(self.clock.date(value))}'"
            case Kind.TIME:
                shown = self.clock.time(value)
                assert isinstance(shown, time)
                return f"'{shown.isoformat('milliseconds')}'"
            case Kind.TIMESTAMP:
                return f"'{_iso(self.clock.timestamp(value), 'milliseconds')}'"
            case Kind.EPOCH:
                return f"'{_iso(self.clock.timestamp(self.clock.instant(value)), 'microseconds')}'"
            case Kind.ARRAY:
                element = schema.value_schema
                assert element is not None
                return f"ARRAY[{','.join(self.literal(element, item) for item in value)}]"
            case Kind.FLOAT32:
                return float_text(value)
            case Kind.FLOAT64:
                return double_text(value)
        return str(int(value))

    def _string(self, value: str) -> str:
        text = value.replace("'", "''")
        if self.family == "mysql" and self.backslashes:
            text = text.replace("\\", "\\\\")
        return f"'{text}'"


def _iso(value: Any, fractions: str = "") -> str:
    if isinstance(value, str):
        return value
    if fractions:
        return str(value.isoformat(" ", fractions))
    assert isinstance(value, date)
    return value.isoformat()
