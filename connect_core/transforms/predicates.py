"""TopicNameMatches, HasHeaderKey, RecordIsTombstone: which records a transform is applied to."""

from __future__ import annotations

from typing import ClassVar

from connect_core.api import Predicate, Record
from connect_core.config import MEDIUM, Config, key
from connect_core.config.checks import non_empty, regex
from connect_core.java.patterns import Pattern
from connect_core.transforms.base import KAFKA

_REMEMBERED = 1_000


class TopicNameMatchesConfig(Config):
    """Keys of TopicNameMatches."""

    pattern: str = key(
        "Java regular expression that the whole topic name must match.",
        importance=MEDIUM,
        checks=[non_empty, regex],
    )


class TopicNameMatches(Predicate[TopicNameMatchesConfig]):
    """True for records whose whole topic name matches a regular expression."""

    version: ClassVar[str] = KAFKA
    _pattern: Pattern
    _known: dict[str | None, bool]

    def configure(self) -> None:
        """Compile the expression."""
        self._pattern = Pattern(self.config.pattern)
        self._known = {}

    def test(self, record: Record) -> bool:
        """Does the topic match?"""
        found = self._known.get(record.topic)
        return self._ask(record.topic) if found is None else found

    def _ask(self, topic: str | None) -> bool:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        found = self._known[topic] = topic is not None and self._pattern.matches(topic)
        return found


class HasHeaderKeyConfig(Config):
    """Keys of HasHeaderKey."""

    name: str = key("Name of the header that must be there.", importance=MEDIUM, checks=[non_empty])


class HasHeaderKey(Predicate[HasHeaderKeyConfig]):
    """True for records with at least one header of that name."""

    version: ClassVar[str] = KAFKA
    _name: str

    def configure(self) -> None:
        """Read the name."""
        self._name = self.config.name

    def test(self, record: Record) -> bool:
        """Is there such a header?"""
        for header in record.headers:  # noqa: SIM110 - a generator costs more than the search
            if header.name == self._name:
                return True
        return False


class RecordIsTombstoneConfig(Config):
    """RecordIsTombstone has no keys."""


class RecordIsTombstone(Predicate[RecordIsTombstoneConfig]):
    """True for records without a value."""

    version: ClassVar[str] = KAFKA

    def test(self, record: Record) -> bool:
        """Is the value null?"""
        return record.value is None
