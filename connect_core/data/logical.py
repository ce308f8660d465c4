"""Connect's four logical types (spec kafka-connect.md 4.2): Python carries ``Decimal``, ``date``, ``time`` and aware
UTC ``datetime``; on the wire they are bytes, days, milliseconds of day and epoch milliseconds.
"""

from __future__ import annotations

from typing import Any

from connect_core.data.schema import Schema, Type

DECIMAL = "org.apache.kafka.connect.data.Decimal"
DATE = "org.apache.kafka.connect.data.Date"
TIME = "org.apache.kafka.connect.data.Time"
TIMESTAMP = "org.apache.kafka.connect.data.Timestamp"


def decimal_schema(scale: int, *, parameters: dict[str, str] | None = None, **attributes: Any) -> Schema:
    """BYTES named Decimal, version 1, with the ``scale`` parameter (may be negative)."""
    return Schema(
        Type.BYTES, name=DECIMAL, version=1, parameters={"scale": str(scale)} | (parameters or {}), **attributes
    )


def date_schema(**attributes: Any) -> Schema:
    """INT32 days since 1970-01-01."""
    return Schema(Type.INT32, name=DATE, version=1, **attributes)


def time_schema(**attributes: Any) -> Schema:
    """INT32 milliseconds since midnight."""
    return Schema(Type.INT32, name=TIME, version=1, **attributes)


def timestamp_schema(**attributes: Any) -> Schema:
    """INT64 milliseconds since the epoch, UTC."""
    return Schema(Type.INT64, name=TIMESTAMP, version=1, **attributes)
