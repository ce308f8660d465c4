"""JsonConverter (spec kafka-connect.md 5.1): configuration around ``encoding.json``; also a header converter."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from connect_core.api.converter import Converter, Decoder, Encoder, HeaderConverter
from connect_core.config import HIGH, LOW, Config, Width, key
from connect_core.converters.settings import KAFKA, ConverterConfig, with_type
from connect_core.data import Schema
from connect_core.encoding import json as encoding
from connect_core.errors import ConfigError, DataError

_MOST_ENCODERS = 1000


class DecimalFormat(StrEnum):
    """How Decimal values are written."""

    BASE64 = "BASE64"
    NUMERIC = "NUMERIC"


class JsonConverterConfig(ConverterConfig):
    """Keys under the converter's prefix."""

    schemas_enable: bool = key(
        "Write and expect an envelope that holds the schema beside the payload.",
        default=True,
        importance=HIGH,
        group="Schemas",
        order=0,
        width=Width.MEDIUM,
        display="Enable Schemas",
    )
    schemas_cache_size: int = key(
        "How many converted schemas are remembered.",
        default=1000,
        importance=HIGH,
        group="Schemas",
        order=1,
        width=Width.MEDIUM,
        display="Schema Cache Size",
    )
    schema_content: str | None = key(
        "When set, this is used as the schema of all messages: they hold the bare payload. Otherwise the schema is "
        "in the contents of each message. Only for reading, and only if schemas.enable is true.",
        default=None,
        importance=HIGH,
        group="Schemas",
        order=2,
        width=Width.MEDIUM,
        display="Schema Content",
    )
    decimal_format: DecimalFormat = key(
        "How this converter writes decimals, whatever the case: BASE64 text or NUMERIC.",
        default="BASE64",
        importance=LOW,
        group="Serialization",
        order=0,
        width=Width.MEDIUM,
        display="Decimal Format",
    )
    replace_null_with_default: bool = key(
        "Write and read a null in a field that has a default as that default.",
        default=True,
        importance=LOW,
        group="Serialization",
        order=1,
        width=Width.MEDIUM,
        display="Replace null with default",
    )


class JsonConverter(Converter, HeaderConverter):
    """Schemas and values as JSON, with or without the envelope."""

    config_class: ClassVar[type[Config]] = JsonConverterConfig
    version: ClassVar[str] = KAFKA

    def __init__(self) -> None:
        self._options = encoding.DEFAULTS
        self._fixed: Schema | None = None
        self._forget()

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take ``schemas.enable``, ``schema.content``, ``decimal.format``, ``replace.null.with.default``."""
        self._configure(with_type(config, "key" if is_key else "value"))

    def configure_headers(self, config: Mapping[str, str]) -> None:
        """As ``configure``; note that ``schemas.enable`` is true here too unless set."""
        self._configure(with_type(config, "header"))

    def _configure(self, config: Mapping[str, str]) -> None:
        parsed = JsonConverterConfig.parse(config)
        self._options = encoding.JsonOptions(
            schemas_enable=parsed.schemas_enable,
            numeric_decimals=parsed.decimal_format is DecimalFormat.NUMERIC,
            replace_null_with_default=parsed.replace_null_with_default,
        )
        self._fixed = self._read_fixed(parsed.schema_content)
        self._forget()

    def _read_fixed(self, text: str | None) -> Schema | None:
        if not text or not self._options.schemas_enable:
            return None
        try:
            return encoding.schema_of(encoding.parse(text.encode()), self._options)
        except (DataError, encoding.SerializationError) as error:
            raise ConfigError.invalid("schema.content", text, str(error)) from error

    def _forget(self) -> None:
        self._encoders: dict[Schema | None, Encoder] = {}
        self._decode = encoding.decoder(self._options, fixed=self._fixed)

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:  # noqa: ARG002 - all topics are written alike
        """The compiled encoder of this schema."""
        found = self._encoders.get(schema)
        if found is None:
            if len(self._encoders) >= _MOST_ENCODERS:
                self._encoders.pop(next(iter(self._encoders)))
            found = self._encoders[schema] = encoding.encoder(schema, self._options)
        return found

    def decoder(self, topic: str) -> Decoder:  # noqa: ARG002
        """A decoder with a memory of schemas of its own, so that topics do not push out each other's."""
        return encoding.decoder(self._options, fixed=self._fixed)

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:  # noqa: ARG002
        """JSON bytes; None only for a null without schema."""
        return self.encoder(topic, schema)(value)

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:  # noqa: ARG002
        """(schema, value) of JSON bytes."""
        return self._decode(data)

    def from_connect_header(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:  # noqa: ARG002
        """Header bytes: the same as a record's."""
        return self.encoder(topic, schema)(value)

    def to_connect_header(self, topic: str, name: str, data: bytes | None) -> tuple[Schema | None, Any]:  # noqa: ARG002
        """(schema, value) of a header."""
        return self._decode(data)
