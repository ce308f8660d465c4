"""What the three converters do alike with a registry: which schema id to write with, which schema to read with.

``Serde.to_write`` chooses by auto.register.schemas, use.schema.id, use.schema.guid, use.latest.with.metadata,
use.latest.version, in this order, else looks the schema up. ``Serde.to_read`` gives the schema a message names and its
version. Both raise the serializers' errors (``errors``); a converter turns them into its own by ``failing``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from connect_core.converters.schema_registry.client import Reference, RegisteredSchema, SchemaRegistry
from connect_core.converters.schema_registry.config import RegistryConfig
from connect_core.converters.schema_registry.errors import (
    Disconnected,
    RestError,
    SerializationError,
    Throttled,
    TimedOut,
    Unreachable,
    kafka_error,
)
from connect_core.converters.schema_registry.framing import Framing, SchemaId
from connect_core.converters.schema_registry.subjects import RecordName, SubjectNames
from connect_core.errors import ConfigError, DataError, Retriable

_CONTEXT_NONE = "io.confluent.kafka.serializers.context.NullContextNameStrategy"


class Chosen(NamedTuple):
    """The id to write with; ``schema`` if the registry chose another schema than the given one."""

    id: SchemaId
    schema: RegisteredSchema | None


type Misfits = Callable[[RegisteredSchema], bool]
"""Whether data of the converter's own schema could not be read by the registry's (asked only where strict)."""


class Serde:
    """A converter's side of the registry. ``label`` is the format's name in messages: Avro, Protobuf, JSON."""

    def __init__(self, config: RegistryConfig, registry: SchemaRegistry, *, is_key: bool, label: str) -> None:
        self.registry, self._config, self._label, self._is_key = registry, config, label, is_key
        side = "key" if is_key else "value"
        if config.context_name_strategy != _CONTEXT_NONE:
            raise ConfigError.invalid("context.name.strategy", config.context_name_strategy, f"use {_CONTEXT_NONE}")
        self.framing = Framing(
            is_key=is_key,
            serializer=getattr(config, f"{side}_schema_id_serializer"),
            deserializer=getattr(config, f"{side}_schema_id_deserializer"),
        )
        strategy = getattr(config, f"{side}_subject_name_strategy")
        self._names = SubjectNames(strategy, is_key=is_key, config=config.originals, registry=registry)
        self._metadata = _metadata(config.use_latest_with_metadata)

    def subject(self, topic: str, record_name: RecordName) -> str:
        """The subject of a schema on this topic."""
        try:
            return self._names.subject(topic, record_name)
        except RestError as error:
            raise kafka_error(error, f"Error retrieving the subject associated with topic {topic}") from error

    def to_write(
        self, subject: str, text: str, references: Sequence[Reference] = (), *, misfits: Misfits = lambda _: False
    ) -> Chosen:
        """Choose the schema id of a subject for data of this schema."""
        config, registry, label = self._config, self.registry, self._label
        step = f"Error registering {label} schema"
        try:
            if config.auto_register_schemas:
                made = registry.register(
                    subject, text, references, normalize=config.normalize_schemas,
                    propagate_tags=config.propagate_schema_tags,
                )  # fmt: skip
                return Chosen(made, None)
            if config.use_schema_id >= 0:
                step = "Error retrieving schema ID"
                found = registry.schema(config.use_schema_id, subject)
                return self._fitting(found, misfits, "id", strict=config.id_compatibility_strict)
            if config.use_schema_guid is not None:
                step = "Error retrieving schema GUID"
                found = registry.schema_by_guid(config.use_schema_guid)
                chosen = self._fitting(found, misfits, "id", strict=config.id_compatibility_strict)
                known = registry.lookup(subject, found.text, found.references)
                return chosen._replace(id=SchemaId(known.id, config.use_schema_guid))
            if self._metadata:
                step = f"Error retrieving latest with metadata '{self._metadata}'"
                return self._fitting(registry.with_metadata(subject, self._metadata), misfits, "", strict=False)
            if config.use_latest_version:
                step = f"Error retrieving latest version of {label} schema"
                strict = config.latest_compatibility_strict
                return self._fitting(registry.latest(subject), misfits, "latest", strict=strict)
            step = f"Error retrieving {label} schema"
            return Chosen(registry.lookup(subject, text, references, normalize=config.normalize_schemas), None)
        except RestError as error:
            raise kafka_error(error, step + text) from error

    def _fitting(self, found: RegisteredSchema, misfits: Misfits, key: str, *, strict: bool) -> Chosen:
        if strict and misfits(found):
            hint = f"Set {key}.compatibility.strict=false to disable this check"
            cause = OSError(f"Incompatible schema of type '{found.type}'. {hint}")
            raise SerializationError(f"Error serializing {self._label} message") from cause
        return Chosen(found.schema_id, found)

    def to_read(
        self, topic: str, schema_id: SchemaId, record_name: Callable[[RegisteredSchema], str | None]
    ) -> RegisteredSchema:
        """The schema a message names, with its version in the topic's subject; keep the result per id and topic."""
        subject = None if self._names.uses_schema else self.subject(topic, lambda: None)
        try:
            found = self.registry.schema_of(schema_id, subject)
            if subject is None:
                first = found
                subject = self.subject(topic, lambda: record_name(first))
                found = self.registry.schema_of(schema_id, subject)
        except RestError as error:
            side = "key" if self._is_key else "value"
            raise kafka_error(error, f"Error retrieving {self._label} {side} schema for id {schema_id}") from error
        return found._replace(subject=subject)

    def version_of(self, found: RegisteredSchema, schema_id: SchemaId) -> int:
        """The version of a schema that ``to_read`` gave."""
        if found.told_version is not None:
            return found.told_version
        assert found.subject is not None
        try:
            return self.registry.version_of(found.subject, found.text, found.references)
        except RestError as error:
            side = "key" if self._is_key else "value"
            text = f"Error retrieving {self._label} {side} schema version for id {schema_id}"
            raise kafka_error(error, text) from error


@contextmanager
def failing(what: str, network: str) -> Iterator[None]:
    """Turn the serializers' errors into a converter's: ``what`` and ``network`` are its texts for either kind."""
    try:
        yield
    except (TimedOut, Throttled, Disconnected) as error:
        raise Retriable(what) from error
    except Unreachable as error:
        raise Unreachable(f"{network}: {error}") from error
    except SerializationError as error:
        raise DataError(what) from error


def _metadata(text: str | None) -> dict[str, str]:
    if not text:
        return {}
    pairs = [entry.partition("=") for entry in text.split(",")]
    if any(not mark for _, mark, _ in pairs):
        raise ConfigError.invalid("use.latest.with.metadata", text, "expected key=value,key=value")
    return {name.strip(): value.strip() for name, _, value in pairs}
