"""Logical values to and from what stands on the wire (spec kafka-connect.md 4.2): days, milliseconds, unscaled bytes.

Slow, complete and with Connect's messages; the compiled encoders have the same arithmetic in line.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from connect_core.data.schema import Schema
from connect_core.errors import DataError
from connect_core.java.number_texts import parse_int
from connect_core.java.numbers import decimal_from_bytes, decimal_scale, decimal_to_bytes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1).toordinal()
MILLISECOND = timedelta(milliseconds=1)
DAY_MILLIS = 86_400_000


def days(value: date) -> int:
    """Days since 1970-01-01."""
    return value.toordinal() - EPOCH_DAY


def day(days_since_epoch: int) -> date:
    """The date of a day number; DataError outside the years 1 to 9999, which is all Python can hold."""
    try:
        return date.fromordinal(days_since_epoch + EPOCH_DAY)
    except (ValueError, OverflowError) as error:
        raise DataError(f"Date of day {days_since_epoch} lies outside the years 1 to 9999") from error


def millis(value: datetime) -> int:
    """Milliseconds since the epoch; anything finer is cut off (towards the past)."""
    since = value - EPOCH
    return since.days * DAY_MILLIS + since.seconds * 1000 + since.microseconds // 1000


def instant(milliseconds: int) -> datetime:
    """The UTC instant; DataError outside the years 1 to 9999."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise DataError(f"Timestamp {milliseconds} lies outside the years 1 to 9999") from error


def millis_of_day(value: time) -> int:
    """Milliseconds since midnight; anything finer is cut off."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000


def time_of_day(milliseconds: int) -> time:
    """The time; DataError outside one day. Java lets exactly 24:00 pass, which no Python time can hold."""
    if not 0 <= milliseconds < DAY_MILLIS:
        raise DataError(f"Time values must use number of milliseconds greater than 0 and less than {DAY_MILLIS}")
    seconds, rest = divmod(milliseconds, 1000)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest * 1000)


def scale_of(schema: Schema) -> int:
    """The ``scale`` parameter of a Decimal schema."""
    text = schema.parameters.get("scale")
    if text is None:
        raise DataError("Invalid Decimal schema: scale parameter not found.")
    try:
        return parse_int(text, 32)
    except ValueError as error:
        raise DataError("Invalid scale parameter found in Decimal schema: ") from error


def unscaled(schema: Schema, value: Decimal) -> bytes:
    """Bytes of a decimal whose scale must be the schema's."""
    wanted, scale = scale_of(schema), decimal_scale(value)
    if scale != wanted:
        raise DataError(
            "Decimal value has mismatching scale for given Decimal schema. "
            f"Schema has scale {wanted}, value has scale {scale}."
        )
    return decimal_to_bytes(value)


def scaled(schema: Schema, data: bytes) -> Decimal:
    """The decimal in these bytes, with the schema's scale."""
    return decimal_from_bytes(data, scale_of(schema))
