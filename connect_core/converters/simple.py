"""Converters of one value without structure (spec kafka-connect.md 5.2-5.4): text, bytes, numbers, booleans.

All serve keys, values and headers. Readers return optional schemas; writers look at the value, not at the schema,
except where Connect does.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, ClassVar

from connect_core.api.converter import Converter, Decoder, Encoder, HeaderConverter
from connect_core.config import HIGH, Config, Width, key
from connect_core.converters.settings import KAFKA, ConverterConfig, with_type
from connect_core.data import Schema, Type
from connect_core.data.check import INT_BOUNDS, java_class_of
from connect_core.data.schema import (
    OPTIONAL_BOOLEAN,
    OPTIONAL_BYTES,
    OPTIONAL_FLOAT32,
    OPTIONAL_FLOAT64,
    OPTIONAL_INT16,
    OPTIONAL_INT32,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
)
from connect_core.data.values import java_string
from connect_core.encoding.json import SerializationError
from connect_core.errors import ConfigError, DataError
from connect_core.java.charsets import Charset
from connect_core.java.numbers import to_float32


class StringConverterConfig(ConverterConfig):
    """Keys of StringConverter."""

    converter_encoding: str = key(
        "Java's name of the character set that texts are written in.",
        default="UTF-8",
        importance=HIGH,
        width=Width.MEDIUM,
        display="Encoding",
    )


class SimpleConverter(Converter, HeaderConverter):
    """One pair of functions serves all: subclasses state ``write`` and ``read``."""

    config_class: ClassVar[type[Config]] = ConverterConfig
    version: ClassVar[str] = KAFKA

    def write(self, schema: Schema | None, value: Any) -> bytes | None:
        """Bytes of a value."""
        raise NotImplementedError

    def read(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """(schema, value) of bytes."""
        raise NotImplementedError

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:  # noqa: ARG002 - all topics are written alike
        """``write`` bound to the schema."""
        write = self.write
        return lambda value: write(schema, value)

    def decoder(self, topic: str) -> Decoder:  # noqa: ARG002
        """``read`` itself."""
        return self.read

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:  # noqa: ARG002
        """Bytes for Kafka."""
        return self.write(schema, value)

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:  # noqa: ARG002
        """(schema, value) from Kafka."""
        return self.read(data)

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take the settings; most have none."""
        self._take(with_type(config, "key" if is_key else "value"))

    def configure_headers(self, config: Mapping[str, str]) -> None:
        """As ``configure``."""
        self._take(with_type(config, "header"))

    def _take(self, config: Mapping[str, str]) -> None:
        self.config_class.parse(config)

    def from_connect_header(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:  # noqa: ARG002
        """Header bytes."""
        return self.write(schema, value)

    def to_connect_header(self, topic: str, name: str, data: bytes | None) -> tuple[Schema | None, Any]:  # noqa: ARG002
        """(schema, value) of a header."""
        return self.read(data)


class StringConverter(SimpleConverter):
    """Writes Java's ``toString`` of anything, reads text.

    Two texts cannot be Java's own: dates are written as a JVM in UTC would, byte arrays as ``[B@`` and a checksum.
    """

    config_class: ClassVar[type[Config]] = StringConverterConfig

    def __init__(self) -> None:
        self._charset = Charset()

    def _take(self, config: Mapping[str, str]) -> None:
        name = StringConverterConfig.parse(config).converter_encoding
        try:
            self._charset = Charset(name)
        except LookupError as error:
            raise ConfigError.invalid("converter.encoding", name, "this character set is not known") from error

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:  # noqa: ARG002
        """Strings straight to bytes, anything else through ``write``."""
        write, plain = self.write, self._charset.name == "utf-8"

        def encode(value: Any) -> bytes | None:
            if plain and type(value) is str:
                return value.encode("utf-8", "replace")
            return write(schema, value)

        return encode

    def write(self, schema: Schema | None, value: Any) -> bytes | None:
        """``toString`` in the configured character set; characters it lacks become ``?``."""
        return None if value is None else self._charset.encode(java_string(schema, value))

    def read(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """Any bytes are text; what is malformed becomes U+FFFD."""
        return OPTIONAL_STRING, None if data is None else self._charset.decode(data)


class ByteArrayConverter(SimpleConverter):
    """Bytes as they are."""

    def write(self, schema: Schema | None, value: Any) -> bytes | None:
        """The bytes; the schema must be BYTES or null."""
        if schema is not None and schema.type is not Type.BYTES:
            raise DataError(f"Invalid schema type for ByteArrayConverter: {schema.type.name}")
        if value is None or type(value) is bytes:
            return value
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value)
        raise DataError(f"ByteArrayConverter is not compatible with objects of type {java_class_of(value)}")

    def read(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """The bytes."""
        return OPTIONAL_BYTES, data


class NumberConverter(SimpleConverter):
    """A number of fixed width, big-endian; subclasses say which."""

    kind: ClassVar[Type]
    layout: ClassVar[struct.Struct]
    schema: ClassVar[Schema]
    word: ClassVar[str]
    """Java's name of the primitive type."""

    def write(self, schema: Schema | None, value: Any) -> bytes | None:  # noqa: ARG002 - Connect does not look at it
        """The number's bytes."""
        if value is None:
            return None
        if isinstance(value, bool) or not self.holds(value):
            raise DataError(f"Failed to serialize to {self.word} (was {java_class_of(value)}): ")
        return self.layout.pack(value)

    def holds(self, value: Any) -> bool:
        """Is this a number of the type?"""
        low, high = INT_BOUNDS[self.kind]
        return isinstance(value, int) and low <= value <= high

    def read(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """The number; DataError if the length is wrong."""
        if data is None:
            return self.schema, None
        if len(data) != self.layout.size:
            name = f"{self.word.capitalize()}Deserializer"
            cause = SerializationError(f"Size of data received by {name} is not {self.layout.size}")
            raise DataError(f"Failed to deserialize {self.word}: ") from cause
        return self.schema, self.layout.unpack(data)[0]


class ShortConverter(NumberConverter):
    """INT16, 2 bytes."""

    kind, layout, schema, word = Type.INT16, struct.Struct(">h"), OPTIONAL_INT16, "short"


class IntegerConverter(NumberConverter):
    """INT32, 4 bytes."""

    kind, layout, schema, word = Type.INT32, struct.Struct(">i"), OPTIONAL_INT32, "integer"


class LongConverter(NumberConverter):
    """INT64, 8 bytes."""

    kind, layout, schema, word = Type.INT64, struct.Struct(">q"), OPTIONAL_INT64, "long"


class DoubleConverter(NumberConverter):
    """FLOAT64, 8 bytes."""

    kind, layout, schema, word = Type.FLOAT64, struct.Struct(">d"), OPTIONAL_FLOAT64, "double"

    def holds(self, value: Any) -> bool:
        """Floats only: an int in Java would be another class."""
        return isinstance(value, float)


class FloatConverter(DoubleConverter):
    """FLOAT32, 4 bytes."""

    kind, layout, schema, word = Type.FLOAT32, struct.Struct(">f"), OPTIONAL_FLOAT32, "float"

    def holds(self, value: Any) -> bool:
        """Floats within a float's range."""
        return isinstance(value, float) and (value - value != 0 or abs(to_float32(value)) != float("inf"))


class BooleanConverter(SimpleConverter):
    """BOOLEAN, one byte 0 or 1."""

    def write(self, schema: Schema | None, value: Any) -> bytes | None:
        """One byte; the schema must be BOOLEAN or null."""
        if schema is not None and schema.type is not Type.BOOLEAN:
            raise DataError(f"Invalid schema type for BooleanConverter: {schema.type.name}")
        if value is None:
            return None
        if not isinstance(value, bool):
            raise DataError(f"BooleanConverter is not compatible with objects of type {java_class_of(value)}")
        return b"\x01" if value else b"\x00"

    def read(self, data: bytes | None) -> tuple[Schema | None, Any]:
        """True or False; DataError for anything but one byte 0 or 1."""
        if data is None:
            return OPTIONAL_BOOLEAN, None
        if data in (b"\x00", b"\x01"):
            return OPTIONAL_BOOLEAN, data == b"\x01"
        complaint = "Size of data received by BooleanDeserializer is not 1"
        if len(data) == 1:
            complaint = f"Unexpected byte received by BooleanDeserializer: {int.from_bytes(data, signed=True)}"
        raise DataError("Failed to deserialize boolean: ") from SerializationError(complaint)
