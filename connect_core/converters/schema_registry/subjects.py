"""Names of subjects (spec kafka-connect.md 5.5), by the Java class names of Confluent's strategies.

Neighbours: ``serde`` asks for one name per topic and schema and keeps it; ``client`` looks up associations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from connect_core.converters.schema_registry.errors import RestError, SerializationError
from connect_core.errors import ConfigError

PACKAGE = "io.confluent.kafka.serializers.subject."
_CLUSTER = "subject.name.strategy.kafka.cluster.id"
_FALLBACK = "subject.name.strategy.fallback.type"
_ALIASES = {"TOPIC": "TopicNameStrategy", "RECORD": "RecordNameStrategy", "TOPIC_RECORD": "TopicRecordNameStrategy"}

type RecordName = Callable[[], str | None]
"""The full name of a schema that is a record, else None; asked only by strategies that need it."""


class Associations(Protocol):
    """What the strategy AssociatedNameStrategy asks of a registry."""

    def associated(self, topic: str, *, is_key: bool, cluster: str) -> list[str]:
        """Subjects associated with the topic; RestError 404 where the registry does not know of associations."""


class SubjectNames:
    """One converter's strategy: ``uses_schema`` tells whether the name depends on the schema."""

    def __init__(self, strategy: str, *, is_key: bool, config: Mapping[str, str], registry: Associations) -> None:
        self._key = f"{'key' if is_key else 'value'}.subject.name.strategy"
        self._is_key, self._registry, self._given = is_key, registry, strategy
        self._associated = strategy.removeprefix(PACKAGE) == "AssociatedNameStrategy"
        self._cluster = config.get(_CLUSTER) or "-"
        self._strategy: str | None = strategy.removeprefix(PACKAGE)
        if self._associated:
            fallback = config.get(_FALLBACK, "TOPIC").upper()
            if fallback not in _ALIASES and fallback != "NONE":
                raise ConfigError.invalid(_FALLBACK, config[_FALLBACK], f"use one of {', '.join(_ALIASES)}, NONE")
            self._strategy = _ALIASES.get(fallback)
        elif self._strategy not in _ALIASES.values():
            known = ", ".join(PACKAGE + name for name in ("AssociatedNameStrategy", *_ALIASES.values()))
            raise ConfigError.invalid(self._key, strategy, f"use one of {known}")
        self._found: dict[str, str | None] = {}

    @property
    def uses_schema(self) -> bool:
        """Whether the subject depends on the record's name."""
        return self._strategy in ("RecordNameStrategy", "TopicRecordNameStrategy")

    def subject(self, topic: str, record_name: RecordName) -> str:
        """The subject of a schema; SerializationError where the strategy wants a record and there is none."""
        if self._associated:
            associated = self._associated_with(topic)
            if associated is not None:
                return associated
        if self._strategy is None:
            raise SerializationError(f"No associated subject found for topic {topic}")
        if self._strategy == "TopicNameStrategy":
            return f"{topic}-{'key' if self._is_key else 'value'}"
        name = record_name()
        if name is None:
            side = "key" if self._is_key else "value"
            setting = f"{self._key} = {PACKAGE}{self._strategy}"
            raise SerializationError(f"In configuration {setting}, the message {side} must only be a record schema")
        return name if self._strategy == "RecordNameStrategy" else f"{topic}-{name}"

    def _associated_with(self, topic: str) -> str | None:
        if topic in self._found:
            return self._found[topic]
        try:
            subjects = self._registry.associated(topic, is_key=self._is_key, cluster=self._cluster)
        except RestError as error:
            if error.status not in (404, 405):  # older registries have no such endpoint
                raise
            subjects = []
        if len(subjects) > 1:
            raise SerializationError(f"Multiple associated subjects found for topic {topic}")
        found = self._found[topic] = subjects[0] if subjects else None
        return found
