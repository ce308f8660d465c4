"""Where a message names its schema (spec kafka-connect.md 5.5): a prefix of the payload, or a record header.

v0 is a zero byte and a 4-byte id before the payload; v1 is a one byte and a 16-byte GUID, in a header or as a prefix.
Protobuf's message indexes stand behind id or GUID: its converter writes and reads them on its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from connect_core.converters.schema_registry.errors import SerializationError
from connect_core.errors import ConfigError

KEY_HEADER, VALUE_HEADER = "__key_schema_id", "__value_schema_id"
_MAGIC_V0, _MAGIC_V1 = 0, 1
_PACKAGE = "io.confluent.kafka.serializers.schema.id."


class SchemaId(NamedTuple):
    """What a message says of its schema: the id in this registry, or the GUID in any."""

    id: int | None
    guid: str | None = None

    def __str__(self) -> str:
        return f"{self.id}" if self.id is not None else f"{self.guid}"


class Headers(Protocol):
    """Headers of a record being written: a list of (name, bytes) will do."""

    def append(self, header: tuple[str, bytes | None], /) -> Any:
        """Add one."""

    def __iter__(self) -> Any: ...


def prefix(schema_id: int) -> bytes:
    """The five bytes before the payload."""
    return b"\x00" + schema_id.to_bytes(4, signed=True)


def header_value(guid: str | None) -> bytes:
    """The 17 bytes of the header: the GUID must be known."""
    if guid is None:
        raise SerializationError("Schema GUID is null")
    return b"\x01" + UUID(guid).bytes


def split(data: bytes) -> tuple[SchemaId, int]:
    """The schema's id and where the rest begins; SerializationError for what is not framed."""
    if data[:1] == b"\x00" and len(data) >= 5:
        return SchemaId(int.from_bytes(data[1:5], signed=True)), 5
    if data[:1] == b"\x01" and len(data) >= 17:
        return SchemaId(None, str(UUID(bytes=bytes(data[1:17])))), 17
    if not data or data[0] in (_MAGIC_V0, _MAGIC_V1):
        raise SerializationError("Error deserializing schema ID") from EOFError("The message ends within the schema ID")
    raise SerializationError("Error deserializing schema ID") from SerializationError("Unknown magic byte!")


class Framing:
    """One converter's way: ``writes_header``/``reads_header`` say where ids stand."""

    def __init__(self, *, is_key: bool, serializer: str, deserializer: str) -> None:
        side = "key" if is_key else "value"
        self.header = KEY_HEADER if is_key else VALUE_HEADER
        self.writes_header = _known(
            f"{side}.schema.id.serializer", serializer, PrefixSchemaIdSerializer=False, HeaderSchemaIdSerializer=True
        )
        self.reads_header = _known(
            f"{side}.schema.id.deserializer",
            deserializer,
            PrefixSchemaIdDeserializer=False,
            DualSchemaIdDeserializer=True,
        )

    @property
    def read_headers(self) -> frozenset[str]:
        """Names of the headers this reader looks at."""
        return frozenset([self.header] if self.reads_header else ())

    def write(self, schema_id: SchemaId, payload: bytes, headers: Any, *, indexes: bytes = b"") -> bytes:
        """The message; in header mode the id goes to ``headers`` (a list of (name, bytes)) unless it is there."""
        if not self.writes_header:
            if schema_id.id is None:
                raise SerializationError("Schema ID is null")
            return prefix(schema_id.id) + indexes + payload
        if headers is None:
            raise SerializationError("Missing headers")
        value = header_value(schema_id.guid) + indexes
        if _last(headers, self.header) != value:
            headers.append((self.header, value))
        return payload

    def read(self, data: bytes, headers: Any) -> tuple[SchemaId, bytes, int]:
        """(schema id, the bytes behind it, where to start in them): indexes and payload, or the header's own rest.

        For a header the bytes are those of the header's rest (protobuf's indexes), the payload being ``data`` itself:
        use ``read_header`` first where that matters.
        """
        found = self.read_header(headers)
        if found is not None:
            return found[0], data, 0
        schema_id, start = split(data)
        return schema_id, data, start

    def read_header(self, headers: Any) -> tuple[SchemaId, bytes] | None:
        """(schema id, what follows it in the header) if the record has such a header and this reader looks there."""
        value = _last(headers, self.header) if self.reads_header and headers else None
        if value is None:
            return None
        schema_id, start = split(value)
        return schema_id, value[start:]


def _last(headers: Iterable[Any], name: str) -> bytes | None:
    value = None
    for header in headers:
        if header[0] == name:
            value = header[1]
    return value


def _known(key: str, name: str, **choices: bool) -> bool:
    found = choices.get(name.removeprefix(_PACKAGE))
    if found is None:
        raise ConfigError.invalid(key, name, f"use one of {', '.join(_PACKAGE + choice for choice in choices)}")
    return found
