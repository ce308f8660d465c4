"""Records -> what one statement needs, by a function generated once per (schemas, statement): the hot path of the sink.

Three forms: ``parameters`` (tuples for executemany), ``literals`` (SQL text per row, safe by type checks and escaping)
and ``json_rows`` (MySQL: orjson writes a whole row of literals at once). Field names are data and always quoted.
"""

from __future__ import annotations

import json
import linecache
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from itertools import count
from typing import Any

from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.connectors.jdbc.sink_fields import Column, Origin
from connect_core.connectors.jdbc.sink_types import Kind, column_type, kind_of
from connect_core.connectors.jdbc.sink_values import (
    Clock,
    Literals,
    date_ms,
    epoch_ms,
    finite,
    plain_decimal,
    time_ms,
)
from connect_core.connectors.jdbc.statements import Statement
from connect_core.data import Schema, SinkRecord
from connect_core.java.numbers import shortest_float32

type Rows = Callable[[Sequence[SinkRecord]], list[Any]]

_numbers = count(1)


class BindFailure(Exception):
    """The record at ``index`` cannot be bound."""

    def __init__(self, index: int, error: Exception) -> None:
        super().__init__(str(error))
        self.index, self.error = index, error


@dataclass(frozen=True, slots=True, kw_only=True)
class BindRules:
    """What binding depends on besides schemas."""

    clock: Clock
    epoch_fields: frozenset[str] = frozenset()
    replace_null: bool = True
    types: dict[str, str]
    """Target column -> type name in lower case, where known."""
    declared: dict[str, str] = field(default_factory=dict)
    """PostgreSQL: target column -> type as SQL writes it."""

    def kind(self, column: Column) -> Kind:
        """How the column's values are bound; UnfitRecord for maps, structs and the like."""
        kind = kind_of(column.schema, epoch=not column.is_key and column.name in self.epoch_fields)
        if kind is None:
            raise UnfitRecord(f"Unsupported source data type: {column.schema.type.name}")
        return kind


class _Source:
    """Python source under construction: reads each column into ``c<i>``, then the form adds its own lines."""

    def __init__(self, columns: Sequence[Column], rules: BindRules, *, lenient: bool) -> None:
        self.names: dict[str, Any] = {}
        self.lines: list[str] = []
        origins = {column.origin for column in columns}
        if Origin.VALUE_FIELD in origins:
            self.lines.append("v = r.value.get" if lenient else "v = r.value")
        if Origin.KEY_FIELD in origins:
            self.lines.append("k = r.key.get" if lenient else "k = r.key")
        for index, column in enumerate(columns):
            self._read(index, column, rules, lenient=lenient)

    def _read(self, index: int, column: Column, rules: BindRules, *, lenient: bool) -> None:
        field = f"({column.name!r})" if lenient else f"[{column.name!r}]"
        places = {
            Origin.KEY: "r.key",
            Origin.KEY_FIELD: "k" + field,
            Origin.VALUE_FIELD: "v" + field,
            Origin.VALUE: "r.value",
            Origin.TOPIC: "r.topic",
            Origin.PARTITION: "r.partition",
            Origin.OFFSET: "r.offset",
        }
        self.lines.append(f"c{index} = {places[column.origin]}")
        if column.schema.has_default and (column.is_key or rules.replace_null):
            self.lines.append(f"if c{index} is None: c{index} = {self.name(f'default{index}', column.schema.default)}")

    def name(self, name: str, value: Any) -> str:
        """Make ``value`` known to the generated code as ``name``."""
        self.names[name] = value
        return name

    def unless_null(self, index: int, expression: str) -> None:
        self.lines.append(f"if c{index} is not None: c{index} = {expression}")

    def build(self, result: str) -> Rows:
        body = "\n".join(f"        {line}" for line in [*self.lines, f"append({result})"])
        head = "def rows(records):\n    out = []\n    append = out.append\n    for r in records:\n"
        text = f"{head}{body}\n    return out\n"
        filename = f"<jdbc sink rows {next(_numbers)}>"
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
        exec(compile(text, filename, "exec"), self.names)  # noqa: S102 - our own text; names in it are repr-quoted
        rows: Rows = self.names["rows"]
        return rows


class Binder:
    """A rows function that survives absent fields and says which record cannot be bound."""

    def __init__(self, build: Callable[[bool], Rows]) -> None:
        self._build = build
        self._strict = build(False)
        self._lenient: Rows | None = None

    def __call__(self, records: Sequence[SinkRecord]) -> list[Any]:
        """One entry per record; BindFailure names the first record that cannot be bound."""
        try:
            return self._strict(records)
        except Exception:  # noqa: BLE001 - whatever a wrong value raises; looked at record by record below
            return self._one_by_one(records)

    def _one_by_one(self, records: Sequence[SinkRecord]) -> list[Any]:
        """Absent fields are null (transforms may leave them out), hence the second, slower function."""
        if self._lenient is None:
            self._lenient = self._build(True)
        out: list[Any] = []
        for index, record in enumerate(records):
            try:
                out += self._lenient((record,))
            except Exception as error:  # any wrong value makes this record unfit
                raise BindFailure(index, _unfit(error)) from error
        return out


def _unfit(error: Exception) -> Exception:
    if isinstance(error, UnfitRecord):
        return error
    return UnfitRecord(f"A value does not go with its schema: {type(error).__name__}: {error}")


def parameters(statement: Statement, rules: BindRules, *, family: str) -> Binder:
    """Tuples for executemany."""

    def build(lenient: bool) -> Rows:
        source = _Source(statement.columns, rules, lenient=lenient)
        convert = _sqlite_conversions if family == "sqlite" else _generic_conversions
        for index, column in enumerate(statement.columns):
            conversion = convert(rules.clock, family).get(rules.kind(column))
            if conversion is not None:
                source.unless_null(index, f"{source.name(f'convert{index}', conversion)}(c{index})")
            elif rules.kind(column) is Kind.ARRAY:
                raise UnfitRecord("Unsupported source data type: ARRAY")
        return source.build("(" + "".join(f"c{i}," for i in range(len(statement.columns))) + ")")

    return Binder(build)


def _sqlite_conversions(clock: Clock, _family: str) -> dict[Kind, Callable[[Any], Any]]:
    """What sqlite-jdbc stores: dates and times as epoch milliseconds, decimals by their text's affinity."""
    return {
        Kind.BOOLEAN: int,
        Kind.FLOAT32: shortest_float32,
        Kind.DECIMAL: plain_decimal,
        Kind.DATE: date_ms,
        Kind.TIME: time_ms,
        Kind.TIMESTAMP: epoch_ms,
        Kind.EPOCH: lambda value: epoch_ms(clock.instant(value)),
    }


def _generic_conversions(clock: Clock, family: str) -> dict[Kind, Callable[[Any], Any]]:
    table: dict[Kind, Callable[[Any], Any]] = {
        Kind.BOOLEAN: bool if family in ("vertica", "sap") else int,
        Kind.DATE: clock.date,
        Kind.TIME: clock.time,
        Kind.TIMESTAMP: clock.timestamp,
        Kind.EPOCH: lambda value: clock.timestamp(clock.instant(value)),
    }
    if family == "oracle":  # its DATE holds the time of day
        table[Kind.TIME] = lambda value: f"1970-01-01 {clock.time(value).isoformat('seconds')}"
    if family in ("sqlserver", "sybase"):  # pymssql knows no time values
        table[Kind.TIME] = lambda value: clock.time(value).isoformat("milliseconds")
    return table


def literals(statement: Statement, rules: BindRules, *, form: Literals) -> Binder:
    """The row part of the statement as SQL text."""

    def build(lenient: bool) -> Rows:
        source = _Source(statement.columns, rules, lenient=lenient)
        text = _constant(statement.row[0])
        for index, (column, after) in enumerate(zip(statement.columns, statement.row[1:], strict=True)):
            kind = rules.kind(column)
            write = source.name(f"write{index}", literal_writer(kind, column.schema, form))
            text += "{" + _inlined(f"c{index}", write, kind, form=form) + "}" + _constant(after)
        return source.build(f'f"{text}"')

    return Binder(build)


def _constant(text: str) -> str:
    """Text as part of an f-string in double quotes (JSON's escapes are Python's)."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("{", "{{").replace("}", "}}")


def _inlined(name: str, write: str, kind: Kind, *, form: Literals) -> str:
    """The common case of the hottest kinds without a call; everything else, NULL included, through ``write``."""
    if kind in (Kind.INT8, Kind.INT16, Kind.INT32, Kind.INT64):
        return f"{name} if type({name}) is int else {write}({name})"
    if kind is Kind.STRING:
        clean = f'type({name}) is str and "\'" not in {name}' + (
            f" and '\\\\' not in {name}" if form.backslashes else ""
        )
        return f'"\'" + {name} + "\'" if {clean} else {write}({name})'
    return f"{write}({name})"


def literal_writer(kind: Kind, schema: Schema, form: Literals) -> Callable[[Any], str]:
    """The function that writes values of a kind."""
    if kind is Kind.ARRAY:
        return _array_writer(schema, form)
    table: dict[Kind, Callable[[Any], str]] = {
        Kind.FLOAT32: form.single,
        Kind.FLOAT64: form.real,
        Kind.BOOLEAN: form.boolean,
        Kind.STRING: form.string,
        Kind.BYTES: form.binary,
        Kind.DECIMAL: form.decimal,
        Kind.DATE: form.day,
        Kind.TIME: form.hour,
        Kind.TIMESTAMP: form.moment,
        Kind.EPOCH: form.epoch,
    }
    return table.get(kind, form.integer)


def _array_writer(schema: Schema, form: Literals) -> Callable[[Any], str]:
    element = schema.value_schema
    if element is None or not form.postgresql:
        raise UnfitRecord("Unsupported source data type: ARRAY")
    kind = kind_of(element)
    if kind is None or kind is Kind.ARRAY:
        raise UnfitRecord(f"Unsupported source data type: {element.type.name}")
    return form.array(literal_writer(kind, element, form), column_type("postgresql", element))


def json_rows(statement: Statement, rules: BindRules) -> Binder:
    """MySQL literals of one row without the brackets, as bytes. JSON's strings, numbers, null, true and false are
    literals there (with backslash escapes on and ANSI_QUOTES off); the caller looks for the two escapes that are not.
    """

    import orjson

    def build(lenient: bool) -> Rows:
        source = _Source(statement.columns, rules, lenient=lenient)
        source.name("Fragment", orjson.Fragment)
        for index, column in enumerate(statement.columns):
            _json_value(source, index, rules.kind(column), clock=rules.clock, target=rules.types.get(column.name, ""))
        default = source.name("default", str)
        source.name("dumps", orjson.dumps)
        row = "".join(f"c{i}," for i in range(len(statement.columns)))
        return source.build(f"dumps(({row}), {default})[1:-1]")

    return Binder(build)


def _json_value(source: _Source, index: int, kind: Kind, *, clock: Clock, target: str) -> None:
    c = f"c{index}"
    match kind:
        case Kind.FLOAT64 | Kind.FLOAT32:
            source.name("finite", finite)
            source.lines.append(f"if {c} is not None and {c} - {c} != 0.0: finite({c})")
            if kind is Kind.FLOAT32 and target != "float":
                source.unless_null(index, f"{source.name('shortest_float32', shortest_float32)}({c})")
        case Kind.DECIMAL if target != "decimal":  # a decimal column reads the quoted text that ``default`` gives
            exact = f"Fragment({source.name('plain_decimal', plain_decimal)}({c}))"
            source.unless_null(index, f"{exact} if {c}.is_finite() else str({c})")
        case Kind.BYTES:
            source.unless_null(index, f"Fragment(b\"x'%b'\" % memoryview({c}).hex().encode())")
        case Kind.DATE | Kind.TIME | Kind.TIMESTAMP:
            _json_clock(source, index, kind, clock=clock)
        case Kind.EPOCH:
            source.name("instant", clock.instant)
            source.unless_null(index, f"{source.name('moment', clock.timestamp)}(instant({c}))")
        case Kind.ARRAY:
            raise UnfitRecord("Unsupported source data type: ARRAY")


def _json_clock(source: _Source, index: int, kind: Kind, *, clock: Clock) -> None:
    """orjson writes dates, times and naive datetimes itself; here they only become the wall clock of the database."""
    c = f"c{index}"
    if kind is Kind.DATE:
        day = f"{source.name('day', clock.date)}({c})"
        if clock.date_zone is not UTC:
            source.unless_null(index, day)
        elif clock.legacy:
            source.lines.append(f"if {c} is not None and {c}.year < 1583: {c} = {day}")
    elif kind is Kind.TIME:
        if clock.zone is not UTC:
            source.unless_null(index, f"{source.name('hour', clock.time)}({c})")
    else:
        moment = f"{source.name('moment', clock.timestamp)}({c})"
        if clock.zone is UTC:
            plain = f"{c}.tzinfo is {source.name('UTC', UTC)}" + (f" and {c}.year > 1582" if clock.legacy else "")
            moment = f"{c}.replace(tzinfo=None) if {plain} else {moment}"
        source.unless_null(index, moment)


def raw_rows(statement: Statement, rules: BindRules) -> Binder:
    """The Python values of the columns, a tuple each: what tells keys apart."""

    def build(lenient: bool) -> Rows:
        columns = "".join(f"c{i}," for i in range(len(statement.columns)))
        return _Source(statement.columns, rules, lenient=lenient).build(f"({columns})")

    return Binder(build)


def json_objects(statement: Statement, rules: BindRules) -> Binder:
    """PostgreSQL: rows as dicts ``c0``, ``c1``, ... that orjson writes for json_to_recordset."""

    def build(lenient: bool) -> Rows:
        source = _Source(statement.columns, rules, lenient=lenient)
        for index, column in enumerate(statement.columns):
            kind, target = rules.kind(column), rules.types.get(column.name, "")
            _object_value(source, index, kind, clock=rules.clock, target=target)
        return source.build("{" + ",".join(f"'c{i}': c{i}" for i in range(len(statement.columns))) + "}")

    return Binder(build)


def _object_value(source: _Source, index: int, kind: Kind, *, clock: Clock, target: str) -> None:
    c = f"c{index}"
    match kind:
        case Kind.FLOAT64 | Kind.FLOAT32:  # orjson would write NaN and infinities as null
            source.lines.append(f"if {c} is not None and {c} - {c} != 0.0: {c} = str({c})")
            if kind is Kind.FLOAT32 and target != "float4":
                source.lines.append(
                    f"elif {c} is not None: {c} = {source.name('shortest_float32', shortest_float32)}({c})"
                )
        case Kind.BYTES:
            source.unless_null(index, f"'\\\\x' + {c}.hex()")
        case Kind.DATE | Kind.TIME:
            _json_clock(source, index, kind, clock=clock)
        case Kind.TIMESTAMP:  # with its offset: right for columns with and without time zone
            source.name("zoned", clock.zoned)
            if clock.zone is not UTC:
                source.unless_null(index, f"zoned({c})")
            elif clock.legacy:
                source.lines.append(f"if {c} is not None and {c}.year < 1583: {c} = zoned({c})")
        case Kind.EPOCH:
            source.name("instant", clock.instant)
            source.unless_null(index, f"{source.name('zoned', clock.zoned)}(instant({c}))")
