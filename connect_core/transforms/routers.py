"""RegexRouter, TimestampRouter: new topics for records. The partition number stays, whatever the new topic has."""

from __future__ import annotations

from connect_core.api import Record
from connect_core.config import HIGH, Config, key
from connect_core.config.checks import regex
from connect_core.errors import ConfigError, DataError
from connect_core.java.dates import DateFormat
from connect_core.java.patterns import Pattern, PatternError
from connect_core.transforms.base import AroundData

_REMEMBERED = 1_000


class RegexRouterConfig(Config):
    """Keys of RegexRouter."""

    regex: str = key("Java regular expression that the whole topic name must match.", importance=HIGH, checks=[regex])
    replacement: str = key("The new name; <code>$1</code> stands for the first group.", importance=HIGH)


class RegexRouter(AroundData[RegexRouterConfig]):
    """Rename topics: where the whole name matches the regular expression, its first match is replaced."""

    _pattern: Pattern
    _routes: dict[str, str]

    def configure(self) -> None:
        """Compile the expression; ConfigError for a replacement that needs what this library cannot tell."""
        self._pattern = Pattern(self.config.regex)
        try:
            self._pattern.check(self.config.replacement)
        except PatternError as error:
            raise ConfigError.invalid("replacement", self.config.replacement, str(error)) from None
        self._routes = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its new topic, or as it is."""
        found = self._routes.get(record.topic)
        record.topic = self._route(record.topic) if found is None else found
        return record

    def _route(self, topic: str | None) -> str:
        if topic is None:
            raise DataError("RegexRouter: the record has no topic that could be matched")
        if len(self._routes) >= _REMEMBERED:
            self._routes.clear()
        matches = self._pattern.matches(topic)
        found = self._routes[topic] = self._pattern.replace_first(topic, self.config.replacement) if matches else topic
        return found


class TimestampRouterConfig(Config):
    """Keys of TimestampRouter."""

    topic_format: str = key(
        "The new name, in which <code>${topic}</code> and <code>${timestamp}</code> are filled in.",
        default="${topic}-${timestamp}",
        importance=HIGH,
    )
    timestamp_format: str = key(
        "Pattern of Java's SimpleDateFormat for <code>${timestamp}</code>, in UTC.",
        default="yyyyMMdd",
        importance=HIGH,
    )


class TimestampRouter(AroundData[TimestampRouterConfig]):
    """Put the record's timestamp (UTC) into the topic, e.g. for one topic, table or index per day."""

    _dates: DateFormat | None
    _parts: list[str]

    def configure(self) -> None:
        """Cut the topic format at the topic."""
        self._dates = None
        self._parts = self.config.topic_format.split("${topic}")

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its new topic; as with Connect, a bad pattern is the error of each record."""
        if record.timestamp is None:
            raise DataError(
                f"Timestamp missing on record: topic {record.topic!r}, partition {record.partition}; TimestampRouter "
                "routes by it"
            )
        if record.topic is None:
            raise DataError("TimestampRouter: the record has no topic that could be put into the new one")
        if self._dates is None:
            self._dates = DateFormat(self.config.timestamp_format)
        routed = record.topic.join(self._parts)
        record.topic = routed.replace("${timestamp}", self._dates.format(record.timestamp))
        return record
