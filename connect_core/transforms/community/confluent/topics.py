"""ExtractTopic: the topic stands in key, value or a header; MessageTimestampRouter: it tells a time of the value.

Built from https://docs.confluent.io/kafka-connectors/transforms/1.6/extracttopic.html and messagetimestamprouter.html.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import HIGH, MEDIUM, Config, key, one_of
from connect_core.data import Schema, Type, units
from connect_core.errors import ConfigError, DataError
from connect_core.java.dates import DateFormat
from connect_core.transforms.base import class_name, require_map
from connect_core.transforms.community.confluent import VERSION
from connect_core.transforms.community.confluent.fields import document, read_path
from connect_core.transforms.community.jsonpath import PathMissingError

_PLAIN, _JSON_PATH = "PLAIN", "JSON_PATH"


class ExtractTopicConfig(Config):
    """Keys of ExtractTopic."""

    field: str = key(
        "Field or header whose value becomes the topic; empty: the whole key or value.", default="", importance=MEDIUM
    )
    field_format: str = key(
        "How the field is written: PLAIN is the name of a field, JSON_PATH a path to one. Headers are PLAIN.",
        default=_PLAIN,
        importance=MEDIUM,
        checks=[one_of("", _PLAIN, _JSON_PATH)],
    )
    skip_missing_or_null: bool = key(
        "Whether a record whose field, key or value is missing or null keeps its topic (true), or is refused (false).",
        default=False,
        importance=MEDIUM,
    )


class ExtractTopic(Transform[ExtractTopicConfig]):
    """Take the topic from the record itself; ``$Key``, ``$Value`` and ``$Header`` say from where."""

    in_place = True
    version: ClassVar[str] = VERSION
    side: ClassVar[str]
    _find: Callable[[Schema | None, Any], Any]

    def configure(self) -> None:
        """Choose how the field is found."""
        config = self.config
        if not config.field:
            self._find = _whole
        elif config.field_format == _JSON_PATH:
            path = read_path("field", config.field)
            if not path.definite:
                raise ConfigError.invalid("field", config.field, "the path must lead to one field")
            self._find = lambda schema, value: path(document(schema, value, "topic extraction"))
        else:
            self._find = self._plain

    def _plain(self, schema: Schema | None, value: Any) -> Any:
        name = self.config.field
        data = document(schema, value, "topic extraction")
        if schema is None or schema.type is Type.MAP:
            return data.get(name)
        found = schema.field(name)
        if found is None:
            raise PathMissingError(f"there is no field {name}")
        return data.get(name)

    def topic_of(self, schema: Schema | None, value: Any) -> str | None:
        """The topic in this data; None if it is not there and may be missing."""
        try:
            found = None if value is None else self._find(schema, value)
        except PathMissingError:
            found = None
        if found is None:
            if self.config.skip_missing_or_null:
                return None
            raise DataError(
                f"There is no topic in the {self._place()}; set skip.missing.or.null to keep the topic of such records"
            )
        if not isinstance(found, str):
            raise DataError(f"The {self._place()} must be a string to be a topic, found: {class_name(None, found)}")
        return found

    def _place(self) -> str:
        return f"{self.side} field {self.config.field}" if self.config.field else self.side


def _whole(schema: Schema | None, value: Any) -> Any:  # noqa: ARG001
    return value


class ExtractTopicKey(ExtractTopic):
    """ExtractTopic$Key."""

    side = "key"

    def apply[R: Record](self, record: R) -> R | None:
        """The record under its new topic."""
        record.topic = self.topic_of(record.key_schema, record.key) or record.topic
        return record


class ExtractTopicValue(ExtractTopic):
    """ExtractTopic$Value."""

    side = "value"

    def apply[R: Record](self, record: R) -> R | None:
        """The record under its new topic."""
        record.topic = self.topic_of(record.value_schema, record.value) or record.topic
        return record


class ExtractTopicHeader(ExtractTopic):
    """ExtractTopic$Header: the last header of the configured name."""

    side = "header"

    def configure(self) -> None:
        """A header has a name and no inner fields."""
        if not self.config.field:
            raise ConfigError.invalid("field", self.config.field, "name the header that holds the topic")
        if self.config.field_format == _JSON_PATH:
            raise ConfigError.invalid("field.format", _JSON_PATH, "a header is named PLAIN")
        self._find = _whole

    def apply[R: Record](self, record: R) -> R | None:
        """The record under its new topic."""
        name = self.config.field
        found = next((header for header in reversed(record.headers) if header.name == name), None)
        topic = self.topic_of(None, None) if found is None else self.topic_of(found.schema, found.value)
        record.topic = topic or record.topic
        return record

    def _place(self) -> str:
        return f"header {self.config.field}"


def date_pattern(name: str, value: Any) -> None:
    """Text, if given, must be a pattern of SimpleDateFormat."""
    if value:
        try:
            DateFormat(value)
        except ValueError as error:
            raise ConfigError.invalid(name, value, str(error)) from error


class MessageTimestampRouterConfig(Config):
    """Keys of MessageTimestampRouter."""

    topic_format: str = key(
        "The new topic; ${topic} stands for the old one and ${timestamp} for the time.",
        default="${topic}-${timestamp}",
        importance=HIGH,
    )
    message_timestamp_format: str = key(
        "How the value tells the time, as a pattern of java.text.SimpleDateFormat; empty: ISO 8601.",
        default="",
        importance=HIGH,
        checks=[date_pattern],
    )
    topic_timestamp_format: str = key(
        "How the topic tells the time, as a pattern of java.text.SimpleDateFormat.",
        default="yyyyMMdd",
        importance=HIGH,
        checks=[date_pattern],
    )
    message_timestamp_keys: list[str] = key(
        "Members of the value that may hold the time; the first that is there counts.", importance=HIGH
    )


class MessageTimestampRouter(Transform[MessageTimestampRouterConfig]):
    """Name the topic by a time in the value, which must be a map; times are UTC, numbers milliseconds since 1970."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Compile both patterns."""
        config = self.config
        self._keys = tuple(config.message_timestamp_keys)
        self._written = DateFormat(config.topic_timestamp_format)
        self._read: Callable[[str], int] = (
            DateFormat(config.message_timestamp_format).parse if config.message_timestamp_format else _iso
        )

    def apply[R: Record](self, record: R) -> R | None:
        """The record under its new topic."""
        schema = record.value_schema
        if schema is not None and schema.type is not Type.MAP:
            shown = class_name(schema, record.value)
            raise DataError(f"Only Map objects supported for [routing by a timestamp of the value], found: {shown}")
        value = require_map(record.value, "routing by a timestamp of the value")
        stamp = self._written.format(self._millis(value))
        record.topic = self.config.topic_format.replace("${topic}", record.topic).replace("${timestamp}", stamp)
        return record

    def _millis(self, value: dict[str, Any]) -> int:
        for name in self._keys:
            found = value.get(name)
            if isinstance(found, int) and not isinstance(found, bool):
                return found
            if isinstance(found, str):
                return self._parsed(name, found)
            if isinstance(found, datetime):
                return units.millis(found)
            if found is not None:
                raise DataError(f"The timestamp {name} must be a string or a number, found: {class_name(None, found)}")
        raise DataError(f"The value has no timestamp under any of the keys {', '.join(self._keys)}")

    def _parsed(self, name: str, text: str) -> int:
        try:
            return self._read(text)
        except ValueError as error:
            wanted = self.config.message_timestamp_format or "ISO 8601"
            raise DataError(
                f"The timestamp {name} ({text}) does not match message.timestamp.format {wanted}"
            ) from error


def _iso(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return units.millis(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
