"""Schemas, logical types, records, headers (stdlib only). Public names are re-exported here."""

from connect_core.data.float32 import Float32
from connect_core.data.logical import (
    DATE,
    DECIMAL,
    TIME,
    TIMESTAMP,
    date_schema,
    decimal_schema,
    time_schema,
    timestamp_schema,
)
from connect_core.data.record import Header, Record, SinkRecord, SourceRecord, TimestampType
from connect_core.data.schema import Field, Schema, Type, array, map_of, struct

__all__ = [
    "DATE",
    "DECIMAL",
    "TIME",
    "TIMESTAMP",
    "Field",
    "Float32",
    "Header",
    "Record",
    "Schema",
    "SinkRecord",
    "SourceRecord",
    "TimestampType",
    "Type",
    "array",
    "date_schema",
    "decimal_schema",
    "map_of",
    "struct",
    "time_schema",
    "timestamp_schema",
]
