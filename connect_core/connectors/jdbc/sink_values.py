"""Single values on their way into a database: instants as wall clocks, old dates, floats, texts of literals.

Functions only, each for one kind (``sink_types.Kind``); ``sink_rows`` calls them from generated code, and inlines what
is hot. None is NULL everywhere. UnfitRecord says that a value has no form in the target.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.connectors.jdbc.temporal import utc_to_local
from connect_core.java.numbers import shortest_float32

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CUTOVER = date(1582, 10, 15)
_DAY = date(1970, 1, 1)
_MILLISECOND = timedelta(milliseconds=1)


def plain_decimal(value: Decimal) -> str:
    """Digits without an exponent, scale kept (BigDecimal.toPlainString)."""
    text = Decimal.__str__(value)
    return format(value, "f") if "E" in text else text


def finite(value: float) -> float:
    """The float itself; a database without NaN and infinities refuses them."""
    if value - value != 0.0:
        raise UnfitRecord(f"'{value}' is not a valid numeric or approximate numeric value")
    return value


def julian(day: date) -> str:
    """The date in the Julian calendar, as java.util's hybrid calendar writes days before 1582-10-15."""
    shifted = day.toordinal() + 1721425 + 32082
    years = (4 * shifted + 3) // 1461
    rest = shifted - 1461 * years // 4
    months = (5 * rest + 2) // 153
    year, month = years - 4800 + months // 10, months + 3 - 12 * (months // 10)
    return f"{year:04d}-{month:02d}-{rest - (153 * months + 2) // 5 + 1:02d}"


class Clock:
    """How dates, times and instants look on the database's wall clock.

    ``zone`` is db.timezone, ``date_zone`` the zone dates are bound in (date.timezone), ``legacy`` the hybrid calendar.
    """

    def __init__(self, zone: tzinfo, date_zone: tzinfo, *, legacy: bool = True, nanos: bool = False) -> None:
        self.zone, self.date_zone, self.legacy, self.nanos = zone, date_zone, legacy, nanos

    def date(self, value: date) -> date | str:
        """A Date: midnight UTC seen from ``date_zone``; text where the calendar has a day Python has not."""
        if self.date_zone is not UTC:
            value = datetime.combine(value, time(), UTC).astimezone(self.date_zone).date()
        return julian(value) if self.legacy and value < _CUTOVER else value

    def time(self, value: time) -> time:
        """A Time of day, moved from UTC into ``zone`` as of 1970-01-01."""
        if self.zone is UTC:
            return value
        return datetime.combine(_DAY, value, UTC).astimezone(self.zone).time()

    def timestamp(self, value: datetime) -> datetime | str:
        """An instant as naive wall clock of ``zone``."""
        local = utc_to_local(value, self.zone).replace(tzinfo=None)
        if self.legacy and local.date() < _CUTOVER:
            return f"{julian(local.date())} {local.time().isoformat()}"
        return local

    def zoned(self, value: datetime) -> str:
        """An instant as wall clock of ``zone`` with its offset: right for columns with and without time zone."""
        local = utc_to_local(value, self.zone)
        if self.legacy and local.date() < _CUTOVER:
            return f"{julian(local.date())} {local.timetz().isoformat()}"
        return local.isoformat(" ")

    def instant(self, value: Any) -> datetime:
        """A field of timestamp.fields.list: epoch micros, or nanos rounded to micros as the Java drivers do."""
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise UnfitRecord(f"{value!r} is not a number of epoch micros or nanos (timestamp.fields.list)") from None
        return EPOCH + timedelta(microseconds=(number + 500) // 1000 if self.nanos else number)


def epoch_ms(value: datetime) -> int:
    """Milliseconds since 1970, floored."""
    return (value - EPOCH) // _MILLISECOND


def date_ms(value: date) -> int:
    """Midnight UTC of the day in epoch milliseconds."""
    return (value.toordinal() - 719163) * 86_400_000


def time_ms(value: time) -> int:
    """Milliseconds of the day."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000


type Literal = Callable[[Any], str]


class Literals:
    """Values as SQL text, for drivers that would only paste them into the text themselves.

    Every function checks the type it is given: a value of another type must raise, never be pasted.
    """

    def __init__(self, clock: Clock, *, backslashes: bool, postgresql: bool) -> None:
        self.clock, self.backslashes, self.postgresql = clock, backslashes, postgresql

    def integer(self, value: Any) -> str:
        """INT8 to INT64."""
        return "NULL" if value is None else f"{value:d}"

    def real(self, value: Any) -> str:
        """FLOAT64."""
        if value is None:
            return "NULL"
        if self.postgresql:
            return f"'{float(value)!r}'::float8"
        return float.__repr__(finite(float(value)))

    def single(self, value: Any) -> str:
        """FLOAT32."""
        if value is not None and value - value == 0.0:
            value = shortest_float32(value)
        return self.real(value).replace("::float8", "::float4")

    def boolean(self, value: Any) -> str:
        """BOOLEAN."""
        if value is None:
            return "NULL"
        words = ("FALSE", "TRUE") if self.postgresql else ("0", "1")
        return words[bool(value)]

    def string(self, value: Any) -> str:
        """STRING."""
        if value is None:
            return "NULL"
        text = str.replace(value, "'", "''")
        return "'" + (text.replace("\\", "\\\\") if self.backslashes else text) + "'"

    def binary(self, value: Any) -> str:
        """BYTES."""
        if value is None:
            return "NULL"
        digits = memoryview(value).hex()
        return f"'\\x{digits}'::bytea" if self.postgresql else f"x'{digits}'"

    def decimal(self, value: Any) -> str:
        """Decimal."""
        if value is None:
            return "NULL"
        return plain_decimal(value) if value.is_finite() else f"'{Decimal.__str__(value)}'"

    def day(self, value: Any) -> str:
        """Date."""
        if value is None:
            return "NULL"
        shown = self.clock.date(value)
        return f"'{shown if isinstance(shown, str) else date.isoformat(shown)}'"

    def hour(self, value: Any) -> str:
        """Time."""
        return "NULL" if value is None else f"'{time.isoformat(self.clock.time(value))}'"

    def moment(self, value: Any) -> str:
        """Timestamp."""
        if value is None:
            return "NULL"
        if self.postgresql:
            return f"'{self.clock.zoned(value)}'"
        shown = self.clock.timestamp(value)
        return f"'{shown if isinstance(shown, str) else shown.isoformat(' ')}'"

    def epoch(self, value: Any) -> str:
        """A field of timestamp.fields.list."""
        return "NULL" if value is None else self.moment(self.clock.instant(value))

    def array(self, element: Literal, type_name: str) -> Literal:
        """PostgreSQL arrays of a primitive type."""
        return lambda value: "NULL" if value is None else f"ARRAY[{','.join(map(element, value))}]::{type_name}[]"
