"""Connect schema -> column type, per database family (spec connectors.md 2.6, jdbc-10.10.md 5.2).

Pure tables. ``kind`` names how a value is bound; ``sink_rows`` and ``ddl`` go by it. Only PostgreSQL has arrays.
"""

from __future__ import annotations

from enum import StrEnum

from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Schema, Type


class Kind(StrEnum):
    """How a column's values look in Python and are bound."""

    INT8 = "INT8"
    INT16 = "INT16"
    INT32 = "INT32"
    INT64 = "INT64"
    FLOAT32 = "FLOAT32"
    FLOAT64 = "FLOAT64"
    BOOLEAN = "BOOLEAN"
    STRING = "STRING"
    BYTES = "BYTES"
    DECIMAL = "Decimal"
    DATE = "Date"
    TIME = "Time"
    TIMESTAMP = "Timestamp"
    EPOCH = "timestamp.fields.list"  # INT64 or STRING of epoch micros/nanos
    ARRAY = "ARRAY"


_LOGICAL = {DECIMAL: Kind.DECIMAL, DATE: Kind.DATE, TIME: Kind.TIME, TIMESTAMP: Kind.TIMESTAMP}
_ORDER = tuple(Kind)[:-1]


def kind_of(schema: Schema, *, epoch: bool = False) -> Kind | None:
    """The kind of a schema; None for structs and maps. Unknown schema names count as their base type."""
    if epoch and schema.type in (Type.INT64, Type.STRING):
        return Kind.EPOCH
    if schema.name in _LOGICAL:
        return _LOGICAL[schema.name]
    return Kind(schema.type.name) if schema.type.name in Kind.__members__ else None


def _row(text: str) -> dict[Kind, str]:
    return dict(zip(_ORDER, text.split("|"), strict=True))


_TYPES: dict[str, dict[Kind, str]] = {
    "mysql": _row(
        "TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|TINYINT|TEXT|VARBINARY(1024)|DECIMAL(65,{s})|DATE|TIME(3)|"
        "DATETIME(3)|DATETIME(6)"
    ),
    "postgresql": _row(
        "SMALLINT|SMALLINT|INT|BIGINT|REAL|DOUBLE PRECISION|BOOLEAN|TEXT|BYTEA|DECIMAL|DATE|TIME|TIMESTAMP|TIMESTAMP"
    ),
    "sqlite": _row(
        "INTEGER|INTEGER|INTEGER|INTEGER|REAL|REAL|INTEGER|TEXT|BLOB|NUMERIC|NUMERIC|NUMERIC|NUMERIC|NUMERIC"
    ),
    "oracle": _row(
        "NUMBER(3,0)|NUMBER(5,0)|NUMBER(10,0)|NUMBER(19,0)|BINARY_FLOAT|BINARY_DOUBLE|NUMBER(1,0)|VARCHAR2(4000)|BLOB|"
        "NUMBER(*,{s})|DATE|DATE|TIMESTAMP|TIMESTAMP(6)"
    ),
    "sqlserver": _row(
        "tinyint|smallint|int|bigint|real|float|bit|varchar(max)|varbinary(max)|decimal(38,{s})|date|time|datetime2|"
        "datetime2"
    ),
    "db2": _row(
        "SMALLINT|SMALLINT|INTEGER|BIGINT|FLOAT|DOUBLE|SMALLINT|VARCHAR(32672)|BLOB(64000)|DECIMAL(31,{s})|DATE|TIME|"
        "TIMESTAMP|TIMESTAMP"
    ),
    "sap": _row(
        "TINYINT|SMALLINT|INTEGER|BIGINT|REAL|DOUBLE|BOOLEAN|VARCHAR(1000)|BLOB|DECIMAL|DATE|DATE|TIMESTAMP|TIMESTAMP"
    ),
    "sybase": _row(
        "smallint|smallint|int|bigint|real|float|bit|text|image|decimal(38,{s})|date|time|datetime|datetime"
    ),
    "vertica": _row(
        "INT|INT|INT|INT|FLOAT|FLOAT|BOOLEAN|VARCHAR(1024)|VARBINARY(1024)|DECIMAL(18,{s})|DATE|TIME|TIMESTAMP|TIMESTAMP"
    ),
}
_TYPES["mariadb"] = _TYPES["mysql"]
_TYPES["derby"] = _TYPES["db2"]
_KEY_STRINGS = {"sqlserver": "varchar(900)", "sybase": "varchar(512)"}  # their long text types cannot be indexed
_NANO_EPOCH = {"oracle": "TIMESTAMP(9)", "db2": "TIMESTAMP(9)"}


def column_type(family: str, schema: Schema, *, is_key: bool = False, epoch: bool = False, nanos: bool = False) -> str:
    """The SQL type for values of ``schema``; UnfitRecord when the database has none.

    ``epoch``: the field is in timestamp.fields.list; ``nanos``: timestamp.precision.mode is NANOSECONDS.
    """
    kind = kind_of(schema, epoch=epoch)
    if kind is Kind.ARRAY and family == "postgresql" and schema.value_schema is not None:
        return column_type(family, schema.value_schema) + "[]"
    text = _TYPES.get(family, {}).get(kind) if kind is not None else None
    if kind is None or text is None:
        shown = "null" if schema.name is None else schema.name
        raise UnfitRecord(f"{shown} ({schema.type.name}) type doesn't have a mapping to the SQL database column type")
    if kind is Kind.STRING and is_key:
        return _KEY_STRINGS.get(family, text)
    if kind is Kind.EPOCH and nanos:
        return _NANO_EPOCH.get(family, text)
    if kind is Kind.BOOLEAN and family == "sybase" and schema.optional and not is_key:
        return "tinyint"  # a Sybase bit is never NULL
    return text.replace("{s}", schema.parameters.get("scale", "0")) if kind is Kind.DECIMAL else text
