"""JsonSchemaConverter (spec kafka-connect.md 5.5, 5.8): ``encoding.json_schema`` with a schema registry.

Schemas are registered or looked up when a schema is first written on a topic, and read once per id and topic; records
after that cost the JSON and five bytes. Neighbour: ``schema_registry``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from connect_core.api.converter import Converter, Decoder, Encoder
from connect_core.config import LOW, MEDIUM, Config, key
from connect_core.converters.schema_registry import (
    JSON,
    VERSION,
    Chosen,
    RegisteredSchema,
    RegistryConfig,
    SchemaId,
    SchemaRegistry,
    Serde,
    SerializationError,
    failing,
)
from connect_core.converters.settings import with_type
from connect_core.data import Schema
from connect_core.encoding import json_schema as encoding
from connect_core.encoding.json import SerializationError as MalformedJson
from connect_core.encoding.json_schema import document
from connect_core.encoding.json_schema.nodes import IllegalSchema
from connect_core.errors import DataError

_WRITING = "Converting Kafka Connect data to byte[] failed due to serialization error of topic {}: "
_READING = "Converting byte[] to Kafka Connect data failed due to serialization error of topic {}: "
_WRITING_NETWORK = "Network connection error while serializing Json data for topic {}"
_READING_NETWORK = "Network connection error while deserializing data for topic {}"


type Validate = Callable[[bytes], None]


class DecimalFormat(StrEnum):
    """How Decimal values are written."""

    BASE64 = "BASE64"
    NUMERIC = "NUMERIC"


class JsonSchemaConverterConfig(RegistryConfig):
    """Keys under the converter's prefix."""

    generalized_sum_type_support: bool = key(
        "Unions and enums in the form all schema formats share.", default=False, importance=MEDIUM
    )
    ignore_default_for_nullables: bool = key(
        "Write null where a nullable field is null, even if it has a default.", default=False, importance=MEDIUM
    )
    schemas_cache_config: int = key("How many converted schemas are remembered.", default=1000, importance=LOW)
    object_additional_properties: bool = key(
        "Whether the schemas of structs allow members they do not name.", default=True, importance=MEDIUM
    )
    use_optional_for_nonrequired: bool = key(
        "Read properties that are not required as optional fields.", default=False, importance=MEDIUM
    )
    ignore_modern_dialects: bool = key(
        "Read schemas of drafts after 7 as if they were of draft 7.", default=False, importance=LOW
    )
    decimal_format: DecimalFormat = key(
        "How decimals are written, whatever the case: BASE64 text or NUMERIC.", default="BASE64", importance=LOW
    )
    flatten_singleton_unions: bool = key("Read a union of one as that one.", default=True, importance=LOW)
    preserve_additional_properties: bool = key(
        "Keep members a schema does not name, if it allows them, in the field __connect_additional_properties__.",
        default=False,
        importance=MEDIUM,
    )
    json_fail_invalid_schema: bool = key(
        "Check messages against their schema, when written and when read.", default=False, importance=MEDIUM
    )
    json_fail_unknown_properties: bool = key(
        "Accepted: it counts for Java objects only, which no converter writes.", default=True, importance=LOW
    )


class _Reader(NamedTuple):
    """What follows from the schema of a message."""

    schema: Schema
    decode: Callable[[bytes], Any]
    validate: Validate | None


class JsonSchemaConverter(Converter):
    """Values as JSON whose JSON Schema is in a registry."""

    config_class: ClassVar[type[Config]] = JsonSchemaConverterConfig
    version: ClassVar[str] = VERSION

    _config: JsonSchemaConverterConfig
    _serde: Serde

    def __init__(self, registry: SchemaRegistry | None = None) -> None:
        self._registry = registry
        self.options = encoding.DEFAULTS
        self._readers: dict[tuple[str, SchemaId], _Reader] = {}
        self._encoders: dict[tuple[str, Schema | None], _Writer] = {}

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take the keys of the registry and of the mapping."""
        parsed = JsonSchemaConverterConfig.parse(with_type(config, "key" if is_key else "value"))
        self._config = parsed
        self._registry = self._registry or SchemaRegistry(parsed, JSON)
        self._serde = Serde(parsed, self._registry, is_key=is_key, label="JSON")
        self.reads_headers = self._serde.framing.read_headers
        self.writes_headers = self._serde.framing.writes_header
        self.options = encoding.JsonSchemaOptions(
            numeric_decimals=parsed.decimal_format is DecimalFormat.NUMERIC,
            additional_properties=parsed.object_additional_properties,
            optional_for_nonrequired=parsed.use_optional_for_nonrequired,
            ignore_modern_dialects=parsed.ignore_modern_dialects,
            ignore_default_for_nullables=parsed.ignore_default_for_nullables,
            generalized_sum_types=parsed.generalized_sum_type_support,
            flatten_singleton_unions=parsed.flatten_singleton_unions,
            preserve_additional_properties=parsed.preserve_additional_properties,
        )
        self._readers.clear()
        self._encoders.clear()

    def close(self) -> None:
        """Close the registry's connections."""
        if self._registry is not None:
            self._registry.close()

    # -- writing

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:
        """The compiled encoder of this schema on this topic; the registry is asked at its first value."""
        writer = self._writer(topic, schema)
        make, write = writer.encode, writer.write

        def encode(value: Any) -> bytes | None:
            payload = make(value)
            return write(payload, None) if payload is None or writer.prefix is None else writer.prefix + payload

        return encode

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:
        """JSON behind the schema's id; None where the original writes no message."""
        writer = self._writer(topic, schema)
        return writer.write(writer.encode(value), headers)

    def _writer(self, topic: str, schema: Schema | None) -> _Writer:
        found = self._encoders.get((topic, schema))
        if found is None:
            _make_room(self._encoders, self._config.schemas_cache_config)
            found = self._encoders[topic, schema] = _Writer(self, topic, schema)
        return found

    def choose(
        self, topic: str, schema: Schema | None, text: str | None
    ) -> tuple[Chosen, Callable[[bytes], None] | None]:
        """The schema id to write with, and the check of messages if one is wanted."""
        with failing(_WRITING.format(topic), _WRITING_NETWORK.format(topic)):
            if text is None and not self._schema_is_given():
                raise SerializationError("Error serializing JSON message") from DataError("There is no schema")
            subject = self._serde.subject(topic, lambda: schema.name if schema is not None else None)
            chosen = self._serde.to_write(subject, text or "", misfits=lambda found: not self._can_read(found, text))
            if not self._config.json_fail_invalid_schema:
                return chosen, None
            if chosen.schema is None:
                return chosen, self._validator(text or "", {})
            return chosen, self._validator(chosen.schema.text, self._documents(chosen.schema))

    def _can_read(self, found: RegisteredSchema, text: str | None) -> bool:
        try:
            documents = self._documents(found)
            return text is not None and encoding.can_read(found.text, text, self.options, documents=documents)
        except DataError:
            return False

    def _schema_is_given(self) -> bool:
        """Does the configuration say which of the registry's schemas to use, without a look at the data's own?"""
        config = self._config
        if config.auto_register_schemas:
            return False
        if config.use_schema_id >= 0 or config.use_schema_guid is not None:
            return not config.id_compatibility_strict
        if config.use_latest_with_metadata:
            return True
        return config.use_latest_version and not config.latest_compatibility_strict

    def frame(self, chosen: Chosen, payload: bytes, headers: Any) -> bytes:
        """The message."""
        return self._serde.framing.write(chosen.id, payload, headers)

    def prefix(self, chosen: Chosen) -> bytes | None:
        """What stands before every payload; None where the id stands in a header."""
        return None if self._serde.framing.writes_header else self.frame(chosen, b"", None)

    def _validator(self, text: str, documents: Mapping[str, str]) -> Validate:
        from connect_core.encoding.json_schema.validation import ValidationError, validator

        check = validator(text, documents)

        def validate(data: bytes) -> None:
            try:
                check(data)
            except ValidationError as error:
                raise SerializationError("JSON does not match schema of type JSON") from error

        return validate

    # -- reading

    def decoder(self, topic: str) -> Decoder:
        """``to_connect`` of one topic without headers: a schema met before is known by the first five bytes."""
        known: dict[bytes, _Reader] = {}

        def decode(data: bytes | None) -> tuple[Schema | None, Any]:
            if data is None:
                return None, None
            reader = known.get(data[:5])
            if reader is None:
                found = self.to_connect(topic, data)
                self._remember(topic, data, known)
                return found
            try:
                return reader.schema, reader.decode(data[5:])
            except MalformedJson:
                return self.to_connect(topic, data)  # which says so

        return decode

    def _remember(self, topic: str, data: bytes, known: dict[bytes, _Reader]) -> None:
        schema_id, _, start = self._serde.framing.read(data, None)
        reader = self._readers.get((topic, schema_id))
        if reader is not None and reader.validate is None and start == 5:
            _make_room(known, self._config.schemas_cache_config)
            known[data[:5]] = reader

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:
        """(schema, value) of a message."""
        if data is None:
            return None, None
        with failing(_READING.format(topic), _READING_NETWORK.format(topic)):
            schema_id, rest, start = self._serde.framing.read(data, headers)
        reader = self._readers.get((topic, schema_id))
        if reader is None:
            reader = self._learn(topic, schema_id)
        payload = rest[start:]
        try:
            if reader.validate is not None:
                reader.validate(payload)
            return reader.schema, reader.decode(payload)
        except (SerializationError, MalformedJson) as error:
            failed = SerializationError(f"Error deserializing JSON message for id {schema_id}")
            failed.__cause__ = error
            raise DataError(_READING.format(topic)) from failed

    def _learn(self, topic: str, schema_id: SchemaId) -> _Reader:
        with failing(_READING.format(topic), _READING_NETWORK.format(topic)):
            written = self._serde.to_read(topic, schema_id, lambda found: _title(found.text))
            version: int | None = self._serde.version_of(written, schema_id)
            found = self._latest(written)
            if found is not written:
                version = found.version
            documents = self._documents(found)
            checked = self._config.json_fail_invalid_schema
            early = checked or _is_combined(found.text)
            if early:  # the original loads such a schema before the message
                self._load(found.text, documents, schema_id)
        schema = encoding.read(found.text, self.options, documents=documents, version=version)
        decode = encoding.decoder(schema, self.options)
        validate = self._validator(found.text, documents) if checked else None
        _make_room(self._readers, self._config.schemas_cache_config)
        made = self._readers[topic, schema_id] = _Reader(schema, _of_something(decode) if early else decode, validate)
        return made

    def _load(self, text: str, documents: Mapping[str, str], schema_id: SchemaId) -> None:
        try:
            document.load(text, documents, self.options)
        except IllegalSchema as error:
            raise SerializationError(f"Error deserializing JSON message for id {schema_id}") from error

    def _latest(self, written: RegisteredSchema) -> RegisteredSchema:
        """The schema to read with: the newest one where the configuration says so."""
        assert written.subject is not None
        if self._config.use_latest_version and self._registry is not None:
            return self._registry.latest(written.subject)
        return written

    def _documents(self, found: RegisteredSchema) -> dict[str, str]:
        assert self._registry is not None
        return {name: schema.text for name, schema in self._registry.resolve(found.references).items()}


class _Writer:
    """One schema on one topic; the id is asked for at the first value. ``prefix``: known, and all it takes."""

    def __init__(self, converter: JsonSchemaConverter, topic: str, schema: Schema | None) -> None:
        self._converter, self._topic, self._schema = converter, topic, schema
        self._text = None if schema is None else encoding.schema_text(schema, converter.options)
        self.encode = encoding.encoder(schema, converter.options)
        self.prefix: bytes | None = None
        self._chosen: Chosen | None = None
        self._validate: Validate | None = None

    def write(self, payload: bytes | None, headers: Any) -> bytes | None:
        """The message of one payload."""
        if payload is None:
            return None
        if self._chosen is None:
            self._chosen, self._validate = self._converter.choose(self._topic, self._schema, self._text)
        try:
            if self._validate is not None:
                self._validate(payload)
            else:
                self.prefix = self._converter.prefix(self._chosen)
            return self._converter.frame(self._chosen, payload, headers)
        except SerializationError as error:
            raise DataError(_WRITING.format(self._topic)) from error


def _title(text: str) -> str | None:
    try:
        tree = document.parse(text)
    except IllegalSchema:
        return None
    title = tree.get("title") if isinstance(tree, dict) else None
    return title if title is None or isinstance(title, str) else str(title)


def _is_combined(text: str) -> bool:
    tree = document.parse(text)
    return isinstance(tree, dict) and any(key in tree for key in ("oneOf", "anyOf", "allOf"))


def _of_something(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """A decoder that refuses a message of nothing."""

    def decode_something(data: bytes) -> Any:
        if not data.strip(b" \t\r\n"):
            raise MalformedJson("No content to map due to end-of-input")
        return decode(data)

    return decode_something


def _make_room(memory: dict[Any, Any], size: int) -> None:
    if len(memory) >= max(size, 1):
        memory.pop(next(iter(memory)))
