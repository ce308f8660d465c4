"""ProtobufConverter: Connect data as Protobuf messages, their schemas in a registry (spec kafka-connect.md 5.5, 5.7).

``encoding.protobuf`` knows the format; here are the keys, the registry's ids and message indexes, and the errors as the
original has them. Nothing of it is imported unless a config names the converter; the package protobuf only to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from connect_core.api.converter import Converter, Decoder, Encoder
from connect_core.config import LOW, MEDIUM, Class, Config, key
from connect_core.converters.schema_registry import (
    PROTOBUF,
    VERSION,
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
from connect_core.encoding.protobuf import (
    Definition,
    Malformed,
    ProtobufOptions,
    Writer,
    definition,
    misfits,
    read_indexes,
    write_indexes,
    writer,
)
from connect_core.errors import DataError

_MOST = 1000


class ProtobufConverterConfig(RegistryConfig):
    """Keys of ProtobufConverter: the registry's, and those that shape data."""

    generalized_sum_type_support: bool = key(
        "Read and write unions and enums in the form all registry converters share.",
        default=False,
        importance=MEDIUM,
    )
    ignore_default_for_nullables: bool = key(
        "Write a null as null, also where the field has a default.", default=False, importance=MEDIUM
    )
    schemas_cache_config: int = key("How many converted schemas are kept.", default=1000, importance=LOW)
    enhanced_protobuf_schema_support: bool = key(
        "Keep the packages of names.",
        default=False,
        importance=MEDIUM,
    )
    scrub_invalid_names: bool = key(
        "Replace characters that Protobuf does not allow in names.",
        default=False,
        importance=MEDIUM,
    )
    int_for_enums: bool = key("Read enums as numbers.", default=False, importance=MEDIUM)
    optional_for_nullables: bool = key("Mark fields that may be null as optional.", default=False, importance=MEDIUM)
    optional_for_proto2: bool = key(
        "Take optional fields of proto2 for optional ones.", default=True, importance=MEDIUM
    )
    wrapper_for_nullables: bool = key(
        "Put values that may be null into the wrapper messages of google.protobuf.", default=False, importance=MEDIUM
    )
    wrapper_for_raw_primitives: bool = key(
        "Read a wrapper message at the top as the value it holds.",
        default=True,
        importance=MEDIUM,
    )
    generate_struct_for_nulls: bool = key("Write an empty message for a null.", default=False, importance=MEDIUM)
    generate_index_for_unions: bool = key(
        "Number the fields that hold unions: name, underscore, number.", default=True, importance=LOW
    )
    flatten_unions: bool = key("Read the members of a union as fields of its message.", default=False, importance=LOW)
    skip_known_types: bool = key(
        "Do not ask the registry for definitions that everybody has.", default=True, importance=LOW
    )
    reference_lookup_only: bool = key(
        "Accepted, unused: schemas made here refer to known types alone.", default=False, importance=LOW
    )
    reference_subject_name_strategy: Class = key(
        "Accepted, unused: schemas made here refer to known types alone.",
        default="io.confluent.kafka.serializers.subject.DefaultReferenceSubjectNameStrategy",
        importance=LOW,
    )

    def options(self) -> ProtobufOptions:
        """What shapes data."""
        return ProtobufOptions(
            generalized_sum_type_support=self.generalized_sum_type_support,
            ignore_default_for_nullables=self.ignore_default_for_nullables,
            enhanced_schema_support=self.enhanced_protobuf_schema_support,
            scrub_invalid_names=self.scrub_invalid_names,
            int_for_enums=self.int_for_enums,
            optional_for_nullables=self.optional_for_nullables,
            optional_for_proto2=self.optional_for_proto2,
            wrapper_for_nullables=self.wrapper_for_nullables,
            wrapper_for_raw_primitives=self.wrapper_for_raw_primitives,
            generate_struct_for_nulls=self.generate_struct_for_nulls,
            generate_index_for_unions=self.generate_index_for_unions,
            flatten_unions=self.flatten_unions,
        )


class _Chosen(NamedTuple):
    """Where a schema is registered on a topic: the id, and the message's place in the registered text."""

    id: SchemaId
    indexes: bytes


class _Known(NamedTuple):
    """What messages of one id and one message are read with."""

    schema: Schema
    decode: Callable[[bytes], Any]


class ProtobufConverter(Converter):
    """Protobuf with a schema registry."""

    config_class: ClassVar[type[Config]] = ProtobufConverterConfig
    version: ClassVar[str] = VERSION

    def __init__(self) -> None:
        self._registry: SchemaRegistry | None = None

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take the keys; the registry is first asked when a record comes."""
        parsed = ProtobufConverterConfig.parse(with_type(config, "key" if is_key else "value"))
        self._options = parsed.options()
        self._latest = parsed.use_latest_version
        self._most = max(1, parsed.schemas_cache_config)
        self._registry = SchemaRegistry(parsed, PROTOBUF)
        self._serde = Serde(parsed, self._registry, is_key=is_key, label="Protobuf")
        self.reads_headers = self._serde.framing.read_headers
        self.writes_headers = self._serde.framing.writes_header
        self._writers: dict[Schema | None, Writer] = {}
        self._chosen: dict[tuple[str, Schema | None], _Chosen] = {}
        self._definitions: dict[str, Definition] = {}
        self._readers: dict[tuple[str, SchemaId, tuple[int, ...]], _Known] = {}
        self._decoders: dict[str, Decoder] = {}

    def close(self) -> None:
        """Close the connections."""
        if self._registry is not None:
            self._registry.close()

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:
        """Compiled; the schema is registered with the first value that is not null."""
        if self._serde.framing.writes_header:
            return super().encoder(topic, schema)
        made: Writer | None = None
        head = b""

        def encode(value: Any) -> bytes | None:
            nonlocal made, head
            if made is None:
                made = self._writer(schema)
            payload = made.encode(value)
            if payload is None:
                return None
            if not head:
                head = self._framed(topic, schema, made, b"", None)
            return head + payload

        return encode

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:
        """A framed message; where ids stand in headers, ``headers`` (a list of names and bytes) takes the id."""
        made = self._writer(schema)
        payload = made.encode(value)
        return None if payload is None else self._framed(topic, schema, made, payload, headers)

    def _writer(self, schema: Schema | None) -> Writer:
        found = self._writers.get(schema)
        if found is None:
            found = _keep(self._writers, schema, writer(schema, self._options), self._most)
        return found

    def _framed(self, topic: str, schema: Schema | None, made: Writer, payload: bytes, headers: Any) -> bytes:
        with failing(
            f"Failed to serialize Protobuf data from topic {topic}:",
            f"Network connection error while serializing Protobuf data for topic {topic}",
        ):
            chosen = self._chosen.get((topic, schema))
            if chosen is None:
                chosen = _keep(self._chosen, (topic, schema), self._choose(topic, made), self._most)
            return self._serde.framing.write(chosen.id, payload, headers, indexes=chosen.indexes)

    def _choose(self, topic: str, made: Writer) -> _Chosen:
        """Ask the registry which id to write with."""
        subject = self._serde.subject(topic, lambda: made.message_name)
        found = self._serde.to_write(subject, made.text, misfits=lambda theirs: self._misfits(made, theirs))
        if found.schema is None:
            return _Chosen(found.id, write_indexes(made.indexes))
        return _Chosen(found.id, write_indexes(self._definition(found.schema).indexes(made.message_name)))

    def _misfits(self, made: Writer, theirs: RegisteredSchema) -> bool:
        return bool(misfits(made.message, self._definition(theirs)))

    def decoder(self, topic: str) -> Decoder:
        """A decoder with its memory of the ids it met: the usual first message is told by six bytes."""
        known: dict[bytes, _Known] = {}

        def decode(data: bytes | None) -> tuple[Schema | None, Any]:
            if data is None:
                return None, None
            found = known.get(data[:6])
            if found is not None:
                try:
                    return found.schema, found.decode(data[6:])
                except Malformed as error:
                    raise _unreadable(topic, data, error) from error
            return self._decode(topic, data, None, known)

        return decode

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:
        """(schema, value) of a message, its schema named by a header or its prefix."""
        if data is None:
            return None, None
        if headers and self._serde.framing.reads_header:
            return self._decode(topic, data, headers, {})
        found = self._decoders.get(topic)
        if found is None:
            found = _keep(self._decoders, topic, self.decoder(topic), _MOST)
        return found(data)

    def _decode(self, topic: str, data: bytes, headers: Any, known: dict[bytes, _Known]) -> tuple[Schema | None, Any]:
        """A message by the book; the usual prefix is remembered."""
        what = f"Failed to deserialize data for topic {topic} to Protobuf:"
        network = f"Network connection error while deserializing data for topic {topic}"
        with failing(what, network):
            told = self._serde.framing.read_header(headers)
            if told is not None:
                schema_id, rest = told
                indexes, _ = _indexes(rest, 0, schema_id)
                start = 0
            else:
                schema_id, _, at = self._serde.framing.read(data, None)
                indexes, start = _indexes(data, at, schema_id)
            place = (topic, schema_id, tuple(indexes))
            found = self._readers.get(place)
            if found is None:
                found = _keep(self._readers, place, self._reader(topic, schema_id, indexes), self._most)
            if start == 6:
                _keep(known, data[:6], found, _MOST)
            try:
                return found.schema, found.decode(data[start:])
            except Malformed as error:
                raise SerializationError(f"Error deserializing Protobuf message for id {schema_id}") from error

    def _reader(self, topic: str, schema_id: SchemaId, indexes: list[int]) -> _Known:
        """Compile what reads the message at these indexes of a registered schema."""
        registered = self._serde.to_read(topic, schema_id, lambda found: _name(self._definition(found), indexes))
        version = self._serde.version_of(registered, schema_id)
        try:
            message = self._definition(registered).message(indexes)
            read_with = self._definition(registered)
            if self._latest and registered.subject is not None:
                latest = self._definition(self._serde.registry.latest(registered.subject))
                if latest.named(message.full_name) is not None:
                    read_with, indexes = latest, latest.indexes(message.full_name)
            made = read_with.reader(indexes, self._options, version=version)
        except DataError as error:
            raise SerializationError(f"Error deserializing Protobuf message for id {schema_id}") from error
        return _Known(made.schema, made.decode)

    def _definition(self, registered: RegisteredSchema) -> Definition:
        found = self._definitions.get(registered.text)
        if found is None:
            references = self._serde.registry.resolve(registered.references)
            made = definition(registered.text, {name: one.text for name, one in references.items()})
            found = _keep(self._definitions, registered.text, made, self._most)
        return found


def _keep[Key, Value](memory: dict[Key, Value], name: Key, value: Value, most: int) -> Value:
    """Remember a value, forgetting the oldest when there are too many."""
    if len(memory) >= most:
        memory.pop(next(iter(memory)), None)
    memory[name] = value
    return value


def _name(made: Definition, indexes: list[int]) -> str:
    return made.message(indexes).full_name


def _indexes(data: bytes, at: int, schema_id: SchemaId) -> tuple[list[int], int]:
    try:
        return read_indexes(data, at)
    except DataError as error:
        raise SerializationError(f"Error deserializing Protobuf message for id {schema_id}") from error


def _unreadable(topic: str, data: bytes, error: Malformed) -> DataError:
    schema_id = int.from_bytes(data[1:5], signed=True)
    cause = SerializationError(f"Error deserializing Protobuf message for id {schema_id}")
    cause.__cause__ = error
    made = DataError(f"Failed to deserialize data for topic {topic} to Protobuf:")
    made.__cause__ = cause
    return made
