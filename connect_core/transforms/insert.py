"""InsertField: the record's topic, partition, offset and timestamp, and a constant, as fields of its key or value."""

from __future__ import annotations

from typing import NamedTuple

from connect_core.api import Record
from connect_core.config import MEDIUM, Config, key
from connect_core.data import Schema, SinkRecord, Type, timestamp_schema, units
from connect_core.data.check import check
from connect_core.data.schema import INT32, INT64, STRING
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import (
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    Write,
    copy_schema,
    no_struct,
    refusing,
    replace_null_with_default,
)
from connect_core.transforms.fields import fill_defaults

PURPOSE = "field insertion"
_SUFFIX = "An exclamation mark at the end makes it required, a question mark (or nothing) optional."


class InsertFieldConfig(Config):
    """Keys of InsertField."""

    topic_field: str | None = key(f"Field for the topic's name. {_SUFFIX}", default=None, importance=MEDIUM)
    partition_field: str | None = key(f"Field for the Kafka partition. {_SUFFIX}", default=None, importance=MEDIUM)
    offset_field: str | None = key(
        f"Field for the Kafka offset, which only records of sinks have. {_SUFFIX}", default=None, importance=MEDIUM
    )
    timestamp_field: str | None = key(f"Field for the record's timestamp. {_SUFFIX}", default=None, importance=MEDIUM)
    static_field: str | None = key(f"Field for a constant. {_SUFFIX}", default=None, importance=MEDIUM)
    static_value: str | None = key("The constant that <code>static.field</code> gets.", default=None, importance=MEDIUM)
    replace_null_with_default: bool = replace_null_with_default()


class _Insertion(NamedTuple):
    """One field to add: what it holds, its name, and whether it may be null."""

    what: str
    name: str
    optional: bool

    @property
    def schema(self) -> Schema:
        return _SCHEMAS[self.what].replace(optional=self.optional)


_SCHEMAS = {"topic": STRING, "partition": INT32, "offset": INT64, "timestamp": timestamp_schema(), "static": STRING}


def _insertion(what: str, text: str | None) -> _Insertion | None:
    if text is None:
        return None
    return _Insertion(what, text[:-1] if text[-1:] in ("!", "?") else text, not text.endswith("!"))


class InsertField(SideTransform[InsertFieldConfig]):
    """Add where a record comes from (topic, partition, offset, time) or a constant to its fields; nulls pass."""

    _insertions: list[_Insertion]

    def configure(self) -> None:
        """Read which fields are wanted."""
        super().configure()
        found = [
            _insertion(what, getattr(self.config, f"{what}_field"))
            for what in ("topic", "partition", "offset", "timestamp", "static")
        ]
        self._insertions = [each for each in found if each is not None]
        if not self._insertions:
            raise ConfigError("No field insertion configured")
        if self.config.static_field is not None and self.config.static_value is None:
            name = self._insertions[-1].name
            raise ConfigError.invalid("static.value", None, f"No value specified for static field: {name}")

    def step(self, schema: Schema | None) -> Step | Draft:
        """The fields are appended in a fixed order; a name that is taken is an error, in a map it is overwritten."""
        if schema is None:
            return Draft(None, self._writer(None), "InsertField", passes_null=True, map_for=PURPOSE)
        if schema.type is not Type.STRUCT:
            return no_struct(schema, PURPOSE, passes_null=True)
        added = [(each.name, each.schema) for each in self._insertions]
        try:
            made = copy_schema(schema, [*((field.name, field.schema) for field in schema.fields), *added])
        except DataError as error:
            return refusing(error)
        return Draft(made, self._writer(schema), "InsertField", passes_null=True)

    def _writer(self, schema: Schema | None) -> Write:
        def write(source: Source) -> str:
            if schema is not None and self.config.replace_null_with_default:
                fill_defaults(source, schema.fields)
            for each in self._insertions:
                self._lines(source, each, with_schema=schema is not None)
            return "value"

        return write

    def _lines(self, source: Source, each: _Insertion, *, with_schema: bool) -> None:
        put = f"value[{each.name!r}] ="
        match each.what:
            case "topic":
                if with_schema and not each.optional:
                    made = source.constant("schema", each.schema)
                    complain = source.constant("check", check)
                    source.line(f"if record.topic is None: {complain}({made}, None, field={each.name!r})")
                source.line(f"{put} record.topic")
            case "offset":
                source.line(f"{put} {source.constant('sink_offset', sink_offset)}(record)")
            case "static":
                source.line(f"{put} {self.config.static_value!r}")
            case what:
                dated = with_schema and what == "timestamp"
                found = f"{source.constant('instant', units.instant)}(found)" if dated else "found"
                source.line(f"found = record.{what}")
                source.line(f"if found is not None: {put} {found}")


def sink_offset(record: Record) -> int:
    """The Kafka offset of a sink record; DataError for a source record, which has none yet."""
    if isinstance(record, SinkRecord):
        return record.offset
    name = "org.apache.kafka.connect.source.SourceRecord"
    raise DataError(f"Only SinkRecord supported for [{PURPOSE}], found: {name}")


class InsertFieldKey(OnKey[InsertFieldConfig], InsertField):
    """InsertField$Key."""


class InsertFieldValue(OnValue[InsertFieldConfig], InsertField):
    """InsertField$Value."""
