"""Columns from a DB-API cursor description, for drivers that tell no more (Oracle, SQL Server, DB2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from connect_core.connectors.jdbc.types import UNSCALED, Column, Jdbc

if TYPE_CHECKING:
    from connect_core.connectors.jdbc.dialects.base import Dialect

_WORDS = (
    ("TIMESTAMP", Jdbc.TIMESTAMP),
    ("DATETIME", Jdbc.TIMESTAMP),
    ("BINARY_FLOAT", Jdbc.REAL),
    ("BINARY_DOUBLE", Jdbc.DOUBLE),
    ("DATE", Jdbc.DATE),
    ("TIME", Jdbc.TIME),
    ("DECIMAL", Jdbc.DECIMAL),
    ("NUMBER", Jdbc.NUMERIC),
    ("NUMERIC", Jdbc.NUMERIC),
    ("BIGINT", Jdbc.BIGINT),
    ("SMALLINT", Jdbc.SMALLINT),
    ("INT", Jdbc.INTEGER),
    ("REAL", Jdbc.REAL),
    ("FLOAT", Jdbc.DOUBLE),
    ("DOUBLE", Jdbc.DOUBLE),
    ("BOOL", Jdbc.BOOLEAN),
    ("BLOB", Jdbc.VARBINARY),
    ("BINARY", Jdbc.VARBINARY),
    ("RAW", Jdbc.VARBINARY),
    ("CLOB", Jdbc.VARCHAR),
    ("CHAR", Jdbc.VARCHAR),
    ("TEXT", Jdbc.VARCHAR),
    ("XML", Jdbc.VARCHAR),
    ("STRING", Jdbc.VARCHAR),
)


def generic_columns(dialect: Dialect, description: Sequence[Sequence[Any]]) -> list[Column]:
    """Name, type word, precision, scale and nullability of every column."""
    columns = []
    for name, code, _display, _size, precision, scale, nullable in description:
        word = dialect.type_word(code).upper()
        kind = next((kind for text, kind in _WORDS if text in word), Jdbc.OTHER)
        digits, decimals = int(precision or 0), int(scale or 0)
        if kind is Jdbc.NUMERIC and not digits:
            decimals = UNSCALED  # Oracle's NUMBER without limits
        columns.append(
            Column(
                label=str(name),
                type=kind,
                nullable=nullable is None or bool(nullable),
                precision=digits,
                scale=decimals,
                type_name=word,
            )
        )
    return columns


_SQLSERVER = {
    "bit": Jdbc.BIT,
    "tinyint": Jdbc.TINYINT,
    "smallint": Jdbc.SMALLINT,
    "int": Jdbc.INTEGER,
    "bigint": Jdbc.BIGINT,
    "decimal": Jdbc.DECIMAL,
    "numeric": Jdbc.NUMERIC,
    "money": Jdbc.DECIMAL,
    "smallmoney": Jdbc.DECIMAL,
    "float": Jdbc.DOUBLE,
    "real": Jdbc.REAL,
    "char": Jdbc.VARCHAR,
    "varchar": Jdbc.VARCHAR,
    "text": Jdbc.VARCHAR,
    "nchar": Jdbc.VARCHAR,
    "nvarchar": Jdbc.VARCHAR,
    "ntext": Jdbc.VARCHAR,
    "xml": Jdbc.VARCHAR,
    "uniqueidentifier": Jdbc.VARCHAR,
    "binary": Jdbc.VARBINARY,
    "varbinary": Jdbc.VARBINARY,
    "image": Jdbc.VARBINARY,
    "timestamp": Jdbc.VARBINARY,
    "date": Jdbc.DATE,
    "time": Jdbc.TIME,
    "datetime": Jdbc.TIMESTAMP,
    "datetime2": Jdbc.TIMESTAMP,
    "smalldatetime": Jdbc.TIMESTAMP,
    "datetimeoffset": Jdbc.TIMESTAMP,
}


def sqlserver_columns(described: Sequence[Sequence[Any]]) -> list[Column]:
    """The rows of sp_describe_first_result_set: hidden, ordinal, name, nullable, id, type, length, precision, scale."""
    columns = []
    for _hidden, _ordinal, name, nullable, _id, type_name, _length, precision, scale, *_ in described:
        word = str(type_name).partition("(")[0].lower()
        columns.append(
            Column(
                label=name or "",
                type=_SQLSERVER.get(word, Jdbc.OTHER),
                nullable=bool(nullable),
                precision=int(precision or 0),
                scale=int(scale or 0),
                signed=word != "tinyint",
                type_name=str(type_name),
            )
        )
    return columns
