"""Result columns as JDBC names them, and the Connect schema of each (spec connectors.md 1.7, jdbc-10.10.md 4).

A dialect describes its columns with ``Column``; what a value needs to become the Connect value is in ``rows``.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from connect_core.data import Schema, date_schema, decimal_schema, time_schema, timestamp_schema
from connect_core.data import schema as s

log = logging.getLogger(__name__)

UNSCALED = 127
"""Scale of a NUMERIC whose scale is unknown (PostgreSQL numeric, Oracle NUMBER)."""


class Jdbc(StrEnum):
    """The java.sql.Types this package distinguishes."""

    BOOLEAN = "BOOLEAN"
    BIT = "BIT"
    TINYINT = "TINYINT"
    SMALLINT = "SMALLINT"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    REAL = "REAL"
    FLOAT = "FLOAT"
    DOUBLE = "DOUBLE"
    NUMERIC = "NUMERIC"
    DECIMAL = "DECIMAL"
    VARCHAR = "VARCHAR"
    VARBINARY = "VARBINARY"
    DATE = "DATE"
    TIME = "TIME"
    TIMESTAMP = "TIMESTAMP"
    OTHER = "OTHER"


class Column(NamedTuple):
    """One column of a result. ``form``: how the driver hands its values over (a dialect's own word)."""

    label: str
    type: Jdbc
    nullable: bool = True
    precision: int = 0
    scale: int = 0
    signed: bool = True
    form: str = ""
    type_name: str = ""
    origin: tuple[str, str] | None = None
    """(table, column) it comes from, where the driver says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """The config keys that decide types and values."""

    numeric: str = "none"
    granularity: str = "connect_logical"
    zone: tzinfo = UTC
    legacy: bool = True


_SIMPLE = {
    Jdbc.BOOLEAN: (s.BOOLEAN, s.OPTIONAL_BOOLEAN),
    Jdbc.BIT: (s.INT8, s.OPTIONAL_INT8),
    Jdbc.REAL: (s.FLOAT32, s.OPTIONAL_FLOAT32),
    Jdbc.FLOAT: (s.FLOAT64, s.OPTIONAL_FLOAT64),
    Jdbc.DOUBLE: (s.FLOAT64, s.OPTIONAL_FLOAT64),
    Jdbc.VARCHAR: (s.STRING, s.OPTIONAL_STRING),
    Jdbc.VARBINARY: (s.BYTES, s.OPTIONAL_BYTES),
}
_INTEGERS = {
    Jdbc.TINYINT: ((s.INT8, s.OPTIONAL_INT8), (s.INT16, s.OPTIONAL_INT16)),
    Jdbc.SMALLINT: ((s.INT16, s.OPTIONAL_INT16), (s.INT32, s.OPTIONAL_INT32)),
    Jdbc.INTEGER: ((s.INT32, s.OPTIONAL_INT32), (s.INT64, s.OPTIONAL_INT64)),
    Jdbc.BIGINT: ((s.INT64, s.OPTIONAL_INT64), (s.INT64, s.OPTIONAL_INT64)),
}


def column_schema(column: Column, mapping: Mapping) -> Schema | None:
    """The Connect schema of a column; None when its type is not supported (it is left out with a warning)."""
    optional = column.nullable
    if column.type in _SIMPLE:
        return _SIMPLE[column.type][optional]
    if column.type in _INTEGERS:
        return _INTEGERS[column.type][not column.signed][optional]
    match column.type:
        case Jdbc.NUMERIC:
            return _numeric(column, mapping.numeric)
        case Jdbc.DECIMAL:
            return _decimal(column)
        case Jdbc.DATE:
            return date_schema(optional=optional)
        case Jdbc.TIME:
            return time_schema(optional=optional)
        case Jdbc.TIMESTAMP:
            return timestamp_type(mapping.granularity, optional=optional)
    _warn_once(column)
    return None


@lru_cache(1024)
def _warn_once(column: Column) -> None:
    log.warning(
        "Column %s is left out: JDBC type %s (%s) is not supported", column.label, column.type, column.type_name
    )


def timestamp_type(granularity: str, *, optional: bool) -> Schema:
    """The schema ``timestamp.granularity`` gives TIMESTAMP columns."""
    if granularity == "connect_logical":
        return timestamp_schema(optional=optional)
    pair = (s.INT64, s.OPTIONAL_INT64) if granularity.endswith("_long") else (s.STRING, s.OPTIONAL_STRING)
    return pair[optional]


def _decimal(column: Column) -> Schema:
    scale = UNSCALED if column.scale == -UNSCALED else column.scale
    extra = {"connect.decimal.precision": str(column.precision)}
    return decimal_schema(scale, parameters=extra, optional=column.nullable)


def _numeric(column: Column, mapping: str) -> Schema:
    precision, scale = column.precision, column.scale
    whole = (s.INT8, s.OPTIONAL_INT8)
    for digits, pair in (
        (9, (s.INT64, s.OPTIONAL_INT64)),
        (4, (s.INT32, s.OPTIONAL_INT32)),
        (2, (s.INT16, s.OPTIONAL_INT16)),
    ):
        if precision > digits:
            whole = pair
            break
    if precision == 0 and column.scale == UNSCALED:
        # PostgreSQL's numeric without limits: an INT8 of the original would refuse most values
        return _decimal(column)
    if mapping == "precision_only" and scale == 0 and precision <= 18:
        return whole[column.nullable]
    if mapping in ("best_fit", "best_fit_eager_double"):
        if precision <= 18 and -84 <= scale <= 0:
            return whole[column.nullable]
        if scale > 0 and (precision <= 18 or mapping == "best_fit_eager_double"):
            return (s.FLOAT64, s.OPTIONAL_FLOAT64)[column.nullable]
    return _decimal(column)
