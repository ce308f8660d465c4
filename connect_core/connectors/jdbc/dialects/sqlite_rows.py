"""SQLite result sets: types from the declarations (and the first row, as the Java driver), values as Connect values.

SQLite keeps any kind of value in any column, so every conversion looks at what it gets. Neighbours: ``sqlite``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc import temporal
from connect_core.connectors.jdbc.decode import generic
from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.rows import CursorStream, Decode, Rows
from connect_core.connectors.jdbc.types import UNSCALED, Column, Jdbc, Mapping
from connect_core.data import Schema, Type

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.dialects.base import Dialect

_DECLARED = {
    "BOOLEAN": Jdbc.BOOLEAN,
    "BOOL": Jdbc.BOOLEAN,
    "TINYINT": Jdbc.TINYINT,
    "SMALLINT": Jdbc.SMALLINT,
    "INT2": Jdbc.SMALLINT,
    "BIGINT": Jdbc.BIGINT,
    "INT8": Jdbc.BIGINT,
    "UNSIGNED BIG INT": Jdbc.BIGINT,
    "DATE": Jdbc.DATE,
    "DATETIME": Jdbc.TIMESTAMP,
    "TIMESTAMP": Jdbc.TIMESTAMP,
    "TIME": Jdbc.TIME,
    "DECIMAL": Jdbc.DECIMAL,
    "NUMERIC": Jdbc.NUMERIC,
    "DOUBLE": Jdbc.DOUBLE,
    "DOUBLE PRECISION": Jdbc.DOUBLE,
    "REAL": Jdbc.REAL,
    "FLOAT": Jdbc.FLOAT,
}
_INT_MAX = (1 << 31) - 1
_STAMP = re.compile(r"\d{4}-\d\d-\d\d([ T])?(?:\d\d:\d\d(:\d\d)?(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


class _Peeked(CursorStream):
    """A cursor whose first row was read to learn its storage classes."""

    def __init__(self, dialect: Dialect, connection: Any, cursor: Any, *, columns: list[Column], first: Any) -> None:
        super().__init__(dialect, connection, cursor, columns=columns)
        self._first = first

    def fetch(self, limit: int) -> Rows:
        """The first row, then the rest."""
        assert self._convert is not None
        first, self._first = self._first, None
        rows = ([first] if first is not None else []) + self.cursor.fetchmany(limit - (first is not None))
        self.done = len(rows) < limit
        return self._convert(rows)


def open_cursor(
    dialect: Dialect, connection: Any, sql: str, parameters: tuple[Any, ...], *, table: TableId | None
) -> CursorStream:
    """Run the SELECT and describe its columns."""
    declared = _of_table(dialect, connection, table) if table else _of_query(connection, sql)
    cursor = connection.cursor()
    cursor.execute(sql, parameters)
    first = cursor.fetchone()
    labels = [entry[0] for entry in cursor.description]
    values = first if first is not None else [None] * len(labels)
    columns = []
    for label, value in zip(labels, values, strict=True):
        kind, nullable = declared.get(label, ("", True))
        columns.append(_column(label, kind, nullable=nullable, value=value, table=table))
    return _Peeked(dialect, connection, cursor, columns=columns, first=first)


def _of_table(dialect: Dialect, connection: Any, table: TableId) -> dict[str, tuple[str, bool]]:
    return {column.name: (column.type_name, column.nullable) for column in dialect.columns(connection, table)}


_views = itertools.count(1)


def _of_query(connection: Any, sql: str) -> dict[str, tuple[str, bool]]:
    """Declared types of a query's columns: a temporary view of it knows them (the driver does not)."""
    if "?" in sql:  # a view cannot have parameters; any value does for the types
        sql = sql.replace("?", "NULL")
    name = f"connectless_types_{next(_views)}"
    connection.execute(f"CREATE TEMP VIEW {name} AS {sql}")
    try:
        rows = connection.execute(f"SELECT name, type FROM pragma_table_info('{name}')").fetchall()
    finally:
        connection.execute(f"DROP VIEW {name}")
        connection.commit()
    return {label: (kind, True) for label, kind in rows}


def _column(label: str, declared: str, *, nullable: bool, value: Any, table: TableId | None) -> Column:
    match = re.fullmatch(r"\s*([^(]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*", declared.upper())
    word = match[1] if match else declared.upper()
    precision = int(match[2]) if match and match[2] else 0
    scale = int(match[3]) if match and match[3] else 0
    kind = _DECLARED.get(word)
    if kind in (Jdbc.DECIMAL, Jdbc.NUMERIC) and not precision:
        scale = UNSCALED  # nothing declared: any number of decimals
    if kind is None:
        kind = _by_value(word, value)
    return Column(
        label=label,
        type=kind,
        nullable=nullable,
        precision=precision,
        scale=scale,
        type_name=declared,
        origin=(table.table, label) if table else None,
    )


def _by_value(word: str, value: Any) -> Jdbc:
    """Affinity rules for a declaration that names no known type; whole numbers go by the first row's size."""
    if isinstance(value, int) and ("INT" in word or not word):
        return Jdbc.INTEGER if abs(value) <= _INT_MAX else Jdbc.BIGINT
    if "INT" in word:
        return Jdbc.INTEGER
    if any(part in word for part in ("CHAR", "CLOB", "TEXT", "JSON", "UUID")):
        return Jdbc.VARCHAR
    if "BLOB" in word or "BINARY" in word:
        return Jdbc.VARBINARY
    if any(part in word for part in ("REAL", "FLOA", "DOUB")):
        return Jdbc.DOUBLE
    for python, kind in ((bytes, Jdbc.VARBINARY), (float, Jdbc.FLOAT), (int, Jdbc.BIGINT)):
        if isinstance(value, python):
            return kind
    return Jdbc.VARCHAR


def decode(column: Column, schema: Schema, mapping: Mapping) -> Decode:
    """Numbers and text by declared type; dates and times from text, or from epoch milliseconds."""
    if column.type in (Jdbc.TIMESTAMP, Jdbc.DATE, Jdbc.TIME):
        text = generic(column, schema, mapping)
        name, convert = next(iter(text.names.items()))
        return Decode(f"{name}({{v}})", {name: _or_number(convert, column.type, mapping)})
    if schema.type is Type.BOOLEAN:
        return Decode("{v} not in (0, '0', 'false', 'FALSE', 'f')")
    return generic(column, schema, mapping)


def _or_number(convert: Callable[[Any], Any], kind: Jdbc, mapping: Mapping) -> Callable[[Any], Any]:
    """Epoch milliseconds, as the Java driver stores dates and times, beside text."""

    def read(value: Any) -> Any:
        if isinstance(value, (int, float)):
            instant = temporal.EPOCH + timedelta(milliseconds=value)
            if kind is Jdbc.TIMESTAMP:
                return instant
            local = instant.astimezone(mapping.zone)
            return local.date() if kind is Jdbc.DATE else local.time()
        return convert(value)

    return read


def stamp_form(sample: Any, zone: tzinfo) -> Callable[[datetime], Any]:
    """How instants must be written to compare with values like ``sample``: text compares letter by letter."""
    if not isinstance(sample, str):
        return temporal.epoch_ms
    match = _STAMP.fullmatch(sample)
    between, _seconds, fraction, offset = match.groups() if match else (" ", ":00", None, None)
    digits = len(fraction) - 1 if fraction else 0

    def write(instant: datetime) -> str:
        local = instant.astimezone(zone) if not offset else instant
        text = local.strftime(f"%Y-%m-%d{between or ' '}%H:%M:%S").rjust(19, "0")
        micros = f"{local.microsecond:06d}"
        kept = micros[:digits].ljust(digits, "0") if digits else micros.rstrip("0")
        return text + (f".{kept}" if kept else "") + (offset or "")

    return write
