"""TimestampConverter: dates, times and timestamps between texts, Unix numbers and Connect's types.

What a value is converted by is decided per schema (by class without one); in between stand epoch milliseconds, so
years beyond Python's pass from text to number. Neighbour: ``java.dates`` reads and writes the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from connect_core.config import HIGH, LOW, MEDIUM, Config, key, one_of
from connect_core.data import (
    DATE,
    TIME,
    TIMESTAMP,
    Schema,
    SourceRecord,
    Type,
    date_schema,
    time_schema,
    timestamp_schema,
    units,
)
from connect_core.data.check import fits, java_class_of
from connect_core.errors import ConfigError, ConnectError, DataError
from connect_core.java.dates import DateFormat
from connect_core.java.numbers import INT_BOUNDS
from connect_core.transforms.base import (
    Change,
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    class_name,
    copy_schema,
    replace_null_with_default,
    require_struct,
)
from connect_core.transforms.touch import ByClass, Convert, touch, touch_map

_PURPOSE = "converting timestamp formats"
_LOW, _HIGH = INT_BOUNDS[64]
_NOWHERE = SourceRecord("")
_EXACT_MILLIS = 2**32 * 1000
"""Up to here a float of seconds, rounded to microseconds, still has the millisecond."""


class TimestampConverterConfig(Config):
    """Keys of TimestampConverter."""

    field: str = key("The field to convert; empty: the key or value itself.", default="", importance=HIGH)
    target_type: str = key(
        "What to make of it: string, unix (a number since 1970), Date, Time or Timestamp.",
        importance=HIGH,
        checks=[one_of("string", "unix", "Date", "Time", "Timestamp")],
    )
    format: str = key(
        "Pattern of Java's SimpleDateFormat by which texts are read and written.",
        default="",
        importance=MEDIUM,
    )
    unix_precision: str = key(
        "Unit of numbers that are read or written: seconds, milliseconds, microseconds or nanoseconds. "
        "What is finer than a millisecond is lost.",
        default="milliseconds",
        importance=LOW,
        checks=[one_of("nanoseconds", "microseconds", "milliseconds", "seconds")],
    )
    replace_null_with_default: bool = replace_null_with_default()


class TimestampConverter(SideTransform[TimestampConverterConfig]):
    """Turn points in time into another form: numbers since 1970, texts, Connect's Date, Time and Timestamp.

    For one field, or for a key or value as a whole.
    """

    _format: DateFormat | None

    def configure(self) -> None:
        """Compile the pattern."""
        super().configure()
        pattern = self.config.format
        if self.config.target_type == "string" and not pattern:
            raise ConfigError("TimestampConverter requires format option to be specified when using string timestamps")
        try:
            self._format = DateFormat(pattern) if pattern else None
        except ValueError as error:
            raise ConfigError.invalid(
                f"TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: {pattern}",
                f"java.lang.IllegalArgumentException: {error}",
            ) from error

    def step(self, schema: Schema | None) -> Step | Draft:
        """Nulls stay null; their schema changes all the same."""
        if schema is None:
            return self._of_no_schema()
        if not self.config.field:
            return Step(self._schema(optional=schema.optional), self._of_value(self._by_schema(schema)))
        if schema.type is not Type.STRUCT:
            return Step(schema, lambda value, _: _no_struct(schema, value))
        fields = [
            (f.name, self._schema(optional=f.schema.optional) if f.name == self.config.field else f.schema)
            for f in schema.fields
        ]
        made = copy_schema(schema, fields, optional=schema.optional)
        step = self._of_struct(schema, made)
        if schema.has_default:
            change = step.compiled().change if isinstance(step, Draft) else step.change
            step = step._replace(schema=made.replace(default=change(dict(schema.default), _NOWHERE)))
        return step

    def _schema(self, *, optional: bool) -> Schema:
        return _SCHEMAS[self.config.target_type](optional=optional)

    def _of_no_schema(self) -> Step | Draft:
        by_class = self._by_class()
        if not self.config.field:
            return Step(None, self._of_value(by_class))
        write = touch_map({self.config.field: by_class})
        return Draft(None, write, "TimestampConverter", map_for=_PURPOSE, of_null=_null)

    @staticmethod
    def _of_value(convert: Convert) -> Change:
        return lambda value, _: None if value is None else convert(value)

    def _of_struct(self, schema: Schema, made: Schema) -> Step | Draft:
        field = schema.field(self.config.field)
        changes: dict[str, Convert | None] = {}
        if field is not None:
            try:
                changes[field.name] = self._by_schema(field.schema)
            except ConnectError as error:
                return Step(made, _refusing(error))
        write = touch(schema, made, changes, defaults=self.config.replace_null_with_default)
        return Draft(made, write, "TimestampConverter", of_null=_null)

    def _by_schema(self, schema: Schema) -> Convert:
        """From values of a schema; ConnectError for one that is no timestamp."""
        source = _SOURCES.get(schema.name) or _SOURCES_BY_TYPE.get(schema.type)
        if source is None:
            raise ConnectError(f"Schema {schema!r} does not correspond to a known timestamp type format")
        return _expecting(source, schema, self._between(source, self._writer()))

    def _by_class(self) -> ByClass:
        """From values without schema; every date is a timestamp then, as Java has one class for all."""
        write = _instant if self.config.target_type in ("Date", "Time", "Timestamp") else self._writer()
        cut = _CUTS.get(self.config.target_type)
        if cut is not None:
            write = _after(cut, _instant)
        known: dict[type, Convert] = {
            int: self._between("unix", write),
            str: self._between("string", write),
            datetime: self._between("Timestamp", write),
            date: self._between("Date", write),
            time: self._between("Time", write),
        }

        return ByClass(known, _unknown)

    def _between(self, source: str, write: Convert) -> Convert:
        read = self._readers()[source]
        if read is None:
            return write
        if source == "Timestamp" and write is _instant:
            return lambda value: value
        return _after(read, write)

    def _readers(self) -> Mapping[str, Convert | None]:
        """To epoch milliseconds; None: they are that."""
        return {
            "unix": _READ_UNIX[self.config.unix_precision],
            "string": self._read_text,
            "Date": _date_millis,
            "Time": units.millis_of_day,
            "Timestamp": units.millis,
        }

    def _writer(self) -> Convert:
        """From epoch milliseconds."""
        target = self.config.target_type
        if target == "string":
            assert self._format is not None  # configure saw to it
            return self._format.format
        if target == "unix":
            return _WRITE_UNIX[self.config.unix_precision]
        return {"Date": _date, "Time": _time, "Timestamp": _instant}[target]

    def _read_text(self, text: str) -> int:
        if self._format is None:
            raise DataError(f"TimestampConverter cannot read the timestamp {text} without a pattern: set format")
        try:
            return self._format.parse(text)
        except ValueError as error:
            raise DataError(
                f"Could not parse timestamp: value ({text}) does not match pattern ({self._format.pattern})"
            ) from error


_SCHEMAS: Mapping[str, Callable[..., Schema]] = {
    "string": lambda optional: Schema(Type.STRING, optional=optional),
    "unix": lambda optional: Schema(Type.INT64, optional=optional),
    "Date": date_schema,
    "Time": time_schema,
    "Timestamp": timestamp_schema,
}
_SOURCES: Mapping[str | None, str] = {DATE: "Date", TIME: "Time", TIMESTAMP: "Timestamp"}
_SOURCES_BY_TYPE: Mapping[Type, str] = {Type.STRING: "string", Type.INT64: "unix"}


_EXPECTED: Mapping[str, tuple[type, str]] = {
    "Date": (date, "Date to be a java.util.Date"),
    "Time": (time, "Time to be a java.util.Date"),
    "Timestamp": (datetime, "Timestamp to be a java.util.Date"),
    "string": (str, "string timestamp to be a String"),
    "unix": (int, "Unix timestamp to be a Long"),
}


def _expecting(source: str, schema: Schema, convert: Convert) -> Convert:
    """``convert`` for values of the class the schema promises; Connect's complaint about others."""
    kind, promise = _EXPECTED[source]

    def read(value: Any) -> Any:
        if type(value) is kind or (isinstance(value, kind) and fits(schema, value)):
            return convert(value)
        raise DataError(f"Expected {promise}, but found class {class_name(schema, value)}")

    return read


def _after(first: Convert, second: Convert) -> Convert:
    return lambda value: second(first(value))


def _same(value: int) -> int:
    return value


def _times(factor: int) -> Convert:
    """Multiply as TimeUnit does: held at the bounds of a long."""
    return lambda value: min(max(value * factor, _LOW), _HIGH)


def _over(factor: int) -> Convert:
    """Divide as Java does: towards zero."""
    return lambda value: value // factor if value >= 0 else -(-value // factor)


_READ_UNIX: Mapping[str, Convert | None] = {
    "seconds": _times(1000),
    "milliseconds": None,
    "microseconds": _over(1000),
    "nanoseconds": _over(1_000_000),
}
_WRITE_UNIX: Mapping[str, Convert] = {
    "seconds": _over(1000),
    "milliseconds": _same,
    "microseconds": _times(1000),
    "nanoseconds": _times(1_000_000),
}


def _date_millis(value: date) -> int:
    return units.days(value) * units.DAY_MILLIS


def _date(millis: int) -> date:
    return units.day(millis // units.DAY_MILLIS)


def _time(millis: int) -> time:
    return units.time_of_day(millis % units.DAY_MILLIS)


def _instant(millis: int) -> datetime:
    if -_EXACT_MILLIS < millis < _EXACT_MILLIS:
        return datetime.fromtimestamp(millis / 1000, UTC)
    return units.instant(millis)


_CUTS: Mapping[str, Convert] = {
    "Date": lambda millis: millis - millis % units.DAY_MILLIS,
    "Time": lambda millis: millis % units.DAY_MILLIS,
}


def _null() -> None:
    """A null stays null."""


def _unknown(value: Any) -> Any:
    raise DataError(f"TimestampConverter does not support {java_class_of(value)} objects as timestamps")


def _no_struct(schema: Schema, value: Any) -> Any:
    if value is None:
        raise DataError("Cannot list fields on non-struct type")
    return require_struct(schema, value, _PURPOSE)


def _refusing(error: ConnectError) -> Change:
    kind, text = type(error), str(error)

    def refuse(value: Any, _record: Any) -> Any:
        if value is not None:
            raise kind(text)

    return refuse


class TimestampConverterKey(OnKey[TimestampConverterConfig], TimestampConverter):
    """TimestampConverter$Key."""


class TimestampConverterValue(OnValue[TimestampConverterConfig], TimestampConverter):
    """TimestampConverter$Value."""
