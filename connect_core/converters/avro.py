"""AvroConverter (spec kafka-connect.md 5.5, 5.6): ``encoding.avro`` behind the ids of a schema registry.

A writer is resolved at its first value: schema, subject, id, compiled encoder; a reader at the first message of an id.
After that a record costs one call. Neighbours: ``schema_registry`` (client, ids in messages), ``encoding.avro``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from connect_core.api.converter import Converter, Decoder, Encoder
from connect_core.config import LOW, MEDIUM, Config, key
from connect_core.converters.schema_registry import (
    AVRO,
    VERSION,
    RegisteredSchema,
    RegistryConfig,
    SchemaId,
    SchemaRegistry,
    Serde,
    failing,
)
from connect_core.converters.schema_registry.errors import SerializationError
from connect_core.converters.schema_registry.framing import prefix, split
from connect_core.converters.settings import with_type
from connect_core.data import Schema
from connect_core.encoding import avro as encoding
from connect_core.errors import DataError


class AvroConverterConfig(RegistryConfig):
    """Keys under the converter's prefix."""

    generalized_sum_type_support: bool = key(
        "Read and write unions and enums in the form all registry converters share.", default=False, importance=MEDIUM
    )
    ignore_default_for_nullables: bool = key(
        "Write a null as null, also where the field has a default.", default=False, importance=MEDIUM
    )
    schemas_cache_config: int = key("How many converted schemas are kept.", default=1000, importance=LOW)
    enhanced_avro_schema_support: bool = key(
        "Keep enums, and the packages of names in unions.", default=False, importance=MEDIUM
    )
    scrub_invalid_names: bool = key(
        "Replace characters that Avro does not allow in names.", default=False, importance=MEDIUM
    )
    connect_meta_data: bool = key("Keep Connect's metadata in Avro schemas.", default=True, importance=LOW)
    discard_type_doc_default: bool = key("Keep docs and defaults of fields only.", default=False, importance=LOW)
    allow_optional_map_keys: bool = key(
        "Write maps with optional string keys as Avro maps.", default=False, importance=LOW
    )
    flatten_singleton_unions: bool = key("Read a union of one type as that type.", default=True, importance=LOW)


class _Known(NamedTuple):
    """How messages of one schema id are read."""

    schema: Schema | None
    read: Callable[[bytes, int], Any]


class AvroConverter(Converter):
    """Connect values as Avro, each message with the id of its schema in a registry."""

    config_class: ClassVar[type[Config]] = AvroConverterConfig
    version: ClassVar[str] = VERSION

    def __init__(self, registry: SchemaRegistry | None = None) -> None:
        self._registry = registry

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take the keys; no request is made before the first record."""
        parsed = AvroConverterConfig.parse(with_type(config, "key" if is_key else "value"))
        self._options = encoding.AvroOptions(
            enhanced=parsed.enhanced_avro_schema_support,
            scrub_names=parsed.scrub_invalid_names,
            meta_data=parsed.connect_meta_data,
            optional_map_keys=parsed.allow_optional_map_keys,
            flatten_singletons=parsed.flatten_singleton_unions,
            generalized_sums=parsed.generalized_sum_type_support,
            ignore_defaults=parsed.ignore_default_for_nullables,
            discard_docs=parsed.discard_type_doc_default,
        )
        self._registry = self._registry or SchemaRegistry(parsed, AVRO)
        self._serde = Serde(parsed, self._registry, is_key=is_key, label="Avro")
        self._most = max(parsed.schemas_cache_config, 1)
        self._follows_latest = parsed.use_latest_version and parsed.latest_cache_ttl_sec >= 0
        self.reads_headers = self._serde.framing.read_headers
        self.writes_headers = self._serde.framing.writes_header
        self._encoders: dict[tuple[str, Schema | None], _Writer] = {}
        self._decoders: dict[str, _Reader] = {}

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:
        """The writer of this topic and schema."""
        return self._writer(topic, schema).encode

    def _writer(self, topic: str, schema: Schema | None) -> _Writer:
        found = self._encoders.get((topic, schema))
        if found is None:
            if len(self._encoders) >= self._most:
                self._encoders.pop(next(iter(self._encoders)))
            found = self._encoders[topic, schema] = _Writer(
                self._serde, self._options, topic, schema, follows_latest=self._follows_latest
            )
        return found

    def decoder(self, topic: str) -> Decoder:
        """The reader of this topic."""
        return self._reader(topic).decode

    def _reader(self, topic: str) -> _Reader:
        found = self._decoders.get(topic)
        if found is None:
            found = self._decoders[topic] = _Reader(self._serde, self._options, topic, self._most)
        return found

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:
        """Bytes for Kafka; ``headers`` (a list of (name, bytes)) takes the schema's GUID where so configured."""
        return self._writer(topic, schema).write(value, headers)

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:
        """(schema, value) of a message; the id is looked for in ``headers`` first."""
        return self._reader(topic).read(data, headers)

    def close(self) -> None:
        """Close the connections to the registry."""
        if self._registry is not None:
            self._registry.close()


class _Writer:
    """Values of one schema to messages of one topic. ``encode`` costs one call more than the compiled encoder."""

    def __init__(
        self, serde: Serde, options: encoding.AvroOptions, topic: str, schema: Schema | None, *, follows_latest: bool
    ) -> None:
        self._serde, self._options, self._topic, self._schema = serde, options, topic, schema
        self._follows_latest = follows_latest
        self._own: encoding.AvroSchema | None = None
        self._id: SchemaId | None = None
        self._made: Encoder | None = None
        self._what = f"Failed to serialize Avro data from topic {topic} :"
        self._current: list[Encoder] = [lambda value: self.write(value, None)]
        self.encode = self._encode()

    def _encode(self) -> Encoder:
        current = self._current

        def encode(value: Any) -> bytes | None:
            """The message of a value; None for a null."""
            return current[0](value)

        return encode

    def write(self, value: Any, headers: Any) -> bytes | None:
        """The same with a look at the registry, if it is time, and the schema's id in ``headers``, if it goes there."""
        made = self._made
        if made is None or self._follows_latest:
            made = self._prepare(value)
            if made is None:
                return None
        message = made(value)
        framing = self._serde.framing
        if not framing.writes_header or message is None:
            return message
        assert self._id is not None
        with self._failing():
            return framing.write(self._id, message, headers)

    def _failing(self) -> Any:
        return failing(self._what, f"Network connection error while serializing Avro data for topic {self._topic}")

    def _prepare(self, value: Any) -> Encoder | None:
        """Check the value, then settle id and encoder: a value that is refused registers nothing."""
        own = self._own
        if own is None:
            own = self._own = encoding.from_connect(self._schema, self._options)
        if encoding.to_datum(self._schema, own, value, self._options) is encoding.NULL:
            return None
        with self._failing():
            made = self._settle(own)
        if not self._follows_latest and not self._serde.framing.writes_header:
            self._current[0] = made
        return made

    def _settle(self, own: encoding.AvroSchema) -> Encoder:
        serde = self._serde
        try:
            text = str(own)
        except DataError as error:
            raise SerializationError("Error serializing Avro message") from error
        subject = serde.subject(self._topic, lambda: own.full_name if own.name is not None else None)
        chosen = serde.to_write(subject, text, misfits=lambda found: bool(encoding.misfits(self._parse(found), own)))
        if self._made is not None and chosen.id == self._id:
            return self._made
        target = self._parse(chosen.schema) if chosen.schema is not None else own
        if not serde.framing.writes_header and chosen.id.id is None:
            raise SerializationError("Schema ID is null")
        head = b"" if serde.framing.writes_header else prefix(chosen.id.id or 0)
        made = encoding.encoder(self._schema, own, self._options, target=target, prefix=head, refusal=self._what)
        self._id, self._made = chosen.id, made
        return made

    def _parse(self, found: RegisteredSchema) -> encoding.AvroSchema:
        return _parsed(self._serde.registry, found)


class _Reader:
    """Messages of one topic to values."""

    def __init__(self, serde: Serde, options: encoding.AvroOptions, topic: str, most: int) -> None:
        self._serde, self._options, self._topic, self._most = serde, options, topic, most
        self._known: dict[bytes, tuple[Schema | None, Callable[[bytes, int], Any]]] = {}  # a plain tuple unpacks faster
        self._by_id: dict[SchemaId, _Known] = {}
        self._what = f"Failed to deserialize data for topic {topic} to Avro: "
        self.decode = self._decode()

    def _decode(self) -> Decoder:
        known, first = self._known, self._first

        def decode(data: bytes | None) -> tuple[Schema | None, Any]:
            """(schema, value) of a message that begins with its schema's id."""
            try:
                schema, read = known[data[:5]]  # type: ignore[index]  # a null message has no beginning: TypeError
            except (KeyError, TypeError):
                return first(data)
            value = read(data, 5)  # type: ignore[arg-type]
            return (schema, value) if value is not None else (None, None)

        return decode

    def _first(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """A message whose id was not met yet, or that is framed in another way."""
        if data is None:
            return None, None
        data = bytes(data)
        with self._failing():
            schema_id, start = split(data)
        found = self._learn(schema_id)
        if schema_id.id is not None:
            if len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)))
            self._known[data[:5]] = (found.schema, found.read)
        return self._value(found, data, start)

    def read(self, data: bytes | None, headers: Any) -> tuple[Schema | None, Any]:
        """(schema, value) of a message with its headers."""
        if data is None:
            return None, None
        with self._failing():
            found = self._serde.framing.read_header(headers)
        return self.decode(data) if found is None else self._value(self._learn(found[0]), data, 0)

    @staticmethod
    def _value(known: _Known, data: bytes, start: int) -> tuple[Schema | None, Any]:
        value = known.read(data, start)
        return (known.schema, value) if value is not None else (None, None)

    def _failing(self) -> Any:
        return failing(self._what, f"Network connection error while deserializing data for topic {self._topic}")

    def _learn(self, schema_id: SchemaId) -> _Known:
        found = self._by_id.get(schema_id)
        if found is not None:
            return found
        serde = self._serde
        with self._failing():
            registered = serde.to_read(self._topic, schema_id, self._record_name)
            try:
                avro = _parsed(serde.registry, registered)
            except DataError as error:
                raise SerializationError(f"Error retrieving Avro schema for id {schema_id}") from error
            version = serde.version_of(registered, schema_id)
        try:
            schema = encoding.to_connect(avro, self._options, version=version)
            found = _Known(schema, encoding.decoder(avro, schema, self._options, refusal=self._what))
        except DataError as error:
            found = _Known(None, encoding.refusing(avro, error, refusal=self._what))
        if len(self._by_id) >= self._most:
            self._by_id.pop(next(iter(self._by_id)))
        self._by_id[schema_id] = found
        return found

    def _record_name(self, found: RegisteredSchema) -> str | None:
        avro = _parsed(self._serde.registry, found)
        return avro.full_name if avro.name is not None else None


def _parsed(registry: SchemaRegistry, found: RegisteredSchema) -> encoding.AvroSchema:
    """The schema of a registered text with what it refers to."""
    if found.type != AVRO:
        raise SerializationError(f"Invalid schema type {found.type}: expected AVRO")
    known: dict[str, encoding.AvroSchema] = {}
    for reference in registry.resolve(found.references).values():
        known |= encoding.named_types(encoding.parse(reference.text, known=known))
    return encoding.parse(found.text, known=known)
