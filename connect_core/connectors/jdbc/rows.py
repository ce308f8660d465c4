"""From driver rows to value dicts: one generated function per result set.

A dialect says per column how a driver value becomes a Python value (``Decode``); ``RowPlan`` joins that with the
schemas, and ``compile_tuples`` makes one function of it, without a loop over columns or a look at types per row. Names
of columns are data in that code, never text. A row that cannot be converted has a DataError for its value (the runner
applies errors.tolerance to it), and its offset columns are still read if they can be.
Neighbours: ``types``, ``dialects`` (MySQL has a faster compiler of its own for raw packets).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from connect_core.connectors.jdbc.temporal import granularity
from connect_core.connectors.jdbc.types import Column, Jdbc, Mapping, column_schema
from connect_core.data import DECIMAL, Schema, Type, struct
from connect_core.errors import ConnectError, DataError, SchemaError

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.dialects.base import Dialect


class Decode(NamedTuple):
    """Source text with ``{v}`` for the driver value, and the names it uses. ``None`` values never reach it.

    MySQL's wire reader also offers ``{b}``, the value as bytes (``{v}`` is Latin-1 text there), and ``{first}``, its
    first byte.
    """

    text: str = "{v}"
    names: dict[str, Any] = {}  # noqa: RUF012  # never changed


@dataclass(slots=True)
class Rows:
    """A fetched piece: values (dict or DataError), and beside them what offsets are made of."""

    values: list[Any] = field(default_factory=list)
    ids: list[Any] = field(default_factory=list)
    stamps: list[datetime | None] = field(default_factory=list)


class PlannedColumn(NamedTuple):
    """A column that is part of the record: its place in the driver's row and the code that converts it."""

    position: int
    column: Column
    schema: Schema
    decode: Decode
    finish: Callable[[datetime], Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlan:
    """All a compiler needs. ``stamps`` and ``id`` are places in ``columns``, in the order of precedence."""

    schema: Schema
    columns: tuple[PlannedColumn, ...]
    width: int
    id: int | None = None
    stamps: tuple[int, ...] = ()


class RowStream:
    """An open result set. ``columns`` describe it; ``start`` fixes the conversion; then ``fetch`` until ``done``."""

    columns: list[Column]
    done: bool = False

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """How this driver's value of a column becomes the value for ``schema``."""
        raise NotImplementedError

    def start(self, plan: RowPlan) -> None:
        """Compile the plan."""
        raise NotImplementedError

    def fetch(self, limit: int) -> Rows:
        """Up to ``limit`` rows; fewer only at the end (``done``)."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the cursor."""


def make_plan(
    stream: RowStream, mapping: Mapping, *, name: str | None, id_column: str | None, stamp_columns: Sequence[str]
) -> RowPlan:
    """The plan of an open result: schema ``name``, one field per supported column, the offset columns found in it."""
    planned: list[PlannedColumn] = []
    seen: dict[str, tuple[str, str] | None] = {}
    for index, column in enumerate(stream.columns):
        schema = column_schema(column, mapping)
        if schema is None:
            continue
        if column.label in seen:
            if column.origin is None or seen[column.label] != column.origin:
                raise SchemaError(f"Cannot create field because of field name duplication {column.label}")
            continue  # the same column selected twice is one field
        seen[column.label] = column.origin
        finish = granularity(mapping.granularity, mapping.zone) if column.type is Jdbc.TIMESTAMP else None
        planned.append(PlannedColumn(index, column, schema, stream.decode(column, schema, mapping), finish))
    names = [item.column.label for item in planned]
    return RowPlan(
        schema=struct(((item.column.label, item.schema) for item in planned), name=name),
        columns=tuple(planned),
        width=len(stream.columns),
        id=find_id(names, id_column, planned) if id_column else None,
        stamps=tuple(_timestamp(planned, find_stamp(names, wanted)) for wanted in stamp_columns),
    )


def find_id(names: list[str], wanted: str, planned: Sequence[PlannedColumn]) -> int:
    """The incrementing column, exactly as named; the original's texts when it is missing or no whole number."""
    if wanted not in names:
        raise DataError(f"Incrementing column {wanted} not found in {','.join(names)}")
    schema = planned[names.index(wanted)].schema
    if schema.name == DECIMAL:
        if schema.parameters.get("scale") != "0":
            raise ConnectError("Scale of Decimal value for incrementing column must be 0")
    elif schema.name is not None or schema.type not in (Type.INT8, Type.INT16, Type.INT32, Type.INT64):
        raise ConnectError(f"Invalid type for incrementing column: {schema.type.name}")
    return names.index(wanted)


def find_stamp(names: list[str], wanted: str) -> int:
    """A timestamp column: exact, else ignoring case if only one fits."""
    if wanted in names:
        return names.index(wanted)
    near = [index for index, name in enumerate(names) if name.lower() == wanted.lower()]
    if not near:
        raise DataError(f"Timestamp column {wanted} not found in {','.join(names)}")
    if len(near) > 1:
        matches = ", ".join(names[index] for index in near)
        raise DataError(
            f"Timestamp column {wanted} not found in columns, and multiple columns match it when the case is ignored: "
            f"{matches}. Name the timestamp column exactly as one of them."
        )
    return near[0]


def _timestamp(planned: Sequence[PlannedColumn], place: int) -> int:
    """The place, if there is a timestamp to compare and store."""
    column = planned[place].column
    if column.type is not Jdbc.TIMESTAMP:
        raise DataError(
            f"Invalid type for timestamp column {column.label}: {column.type_name or column.type}."
            " Name a TIMESTAMP or DATETIME column"
        )
    return place


def decode_value(decode: Decode, value: Any) -> Any:
    """Convert a single driver value with its decode text."""
    return eval(decode.text.format(v="value"), dict(decode.names), {"value": value})  # noqa: S307


def unfit(
    plan: RowPlan, raw: Sequence[Any], convert: Callable[[Decode, Any], Any] = decode_value
) -> tuple[DataError, Any, datetime | None]:
    """What is wrong with a row whose generated code failed, column by column, with its offset values if readable."""
    error: DataError | None = None
    id_value: Any = None
    stamps: list[datetime | None] = [None] * len(plan.stamps)
    for place, item in enumerate(plan.columns):
        value = raw[item.position]
        if value is None:
            continue
        try:
            decoded = convert(item.decode, value)
            if item.finish is not None:
                item.finish(decoded)
        except Exception as failure:  # noqa: BLE001  # whatever the value did, it is the row that is bad
            error = error or DataError(f"Column {item.column.label}: {failure}")
            continue
        if place == plan.id:
            id_value = decoded
        for number, stamp in enumerate(plan.stamps):
            if stamp == place:
                stamps[number] = decoded
    if error is None:
        error = DataError("The row cannot be converted")
    return error, id_value, next((stamp for stamp in stamps if stamp is not None), None)


def compile_tuples(plan: RowPlan) -> Callable[[Sequence[Sequence[Any]]], Rows]:
    """A function from driver tuples to ``Rows``."""
    names: dict[str, Any] = {"Rows": Rows, "unfit": lambda row: unfit(plan, row)}
    body: list[str] = []
    entries: list[str] = []
    offsets = {plan.id, *plan.stamps}
    for place, item in enumerate(plan.columns):
        names[f"N{place}"] = item.column.label
        text = bind_names(item.decode, names, place)
        if text == "{v}" and item.finish is None and place not in offsets:
            entries.append(f"N{place}: row[{item.position}]")
            continue
        body.append(f"v{place} = row[{item.position}]")
        if text != "{v}":
            body.append(f"if v{place} is not None: v{place} = {text.format(v=f'v{place}')}")
        entries.append(f"N{place}: {finished(item, names, place)}")
    body.append(f"value = {{{', '.join(entries)}}}")
    body.extend(offset_lines(plan))
    return _build(body, names)


def bind_names(decode: Decode, names: dict[str, Any], place: int) -> str:
    """The decode text with its names made unique to the column."""
    text = decode.text
    for name, value in decode.names.items():
        own = f"{name}_{place}"
        names[own] = value
        text = text.replace(name, own)
    return text


def finished(item: PlannedColumn, names: dict[str, Any], place: int) -> str:
    """The expression of a field's final value, given its decoded value in ``v<place>``."""
    if item.finish is None:
        return f"v{place}"
    names[f"F{place}"] = item.finish
    return f"None if v{place} is None else F{place}(v{place})"


def offset_lines(plan: RowPlan) -> list[str]:
    """Append the offset columns of the row."""
    lines = []
    if plan.id is not None:
        lines.append(f"ids.append(v{plan.id})")
    if plan.stamps:
        first, *others = plan.stamps
        expression = f"v{first}"
        for other in others:
            expression = f"({expression} if {expression} is not None else v{other})"
        lines.append(f"stamps.append({expression})")
    return lines


def _build(body: list[str], names: dict[str, Any]) -> Callable[[Sequence[Sequence[Any]]], Rows]:
    lines = [
        "def convert(rows):",
        " values, ids, stamps = [], [], []",
        " for row in rows:",
        "  try:",
        *("   " + line for line in body),
        "   values.append(value)",
        "  except Exception:",
        "   error, id_value, stamp = unfit(row)",
        "   values.append(error); ids.append(id_value); stamps.append(stamp)",
        " return Rows(values, ids, stamps)",
    ]
    exec(compile("\n".join(lines), "<row conversion>", "exec"), names)  # noqa: S102  # names are data, see above
    built: Callable[[Sequence[Sequence[Any]]], Rows] = names["convert"]
    return built


class CursorStream(RowStream):
    """A plain DB-API cursor: the generic dialects and, with their own columns and decoding, PostgreSQL and SQLite."""

    def __init__(self, dialect: Dialect, connection: Any, cursor: Any, *, columns: list[Column]) -> None:
        self.dialect, self.connection, self.cursor = dialect, connection, cursor
        self.columns = columns
        self._convert: Callable[[Sequence[Sequence[Any]]], Rows] | None = None

    def decode(self, column: Column, schema: Schema, mapping: Mapping) -> Decode:
        """Ask the dialect."""
        return self.dialect.decode(column, schema, mapping)

    def start(self, plan: RowPlan) -> None:
        """Compile for tuples."""
        self._convert = compile_tuples(plan)

    def fetch(self, limit: int) -> Rows:
        """``fetchmany`` through the compiled function."""
        assert self._convert is not None
        rows = self.cursor.fetchmany(limit)
        self.done = len(rows) < limit
        return self._convert(rows)

    def close(self) -> None:
        """Close the cursor."""
        self.cursor.close()
