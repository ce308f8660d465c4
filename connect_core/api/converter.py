"""Converters between Connect values and Kafka bytes (spec kafka-connect.md 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from connect_core.config import Config
from connect_core.data import Schema

type RawHeaders = Sequence[tuple[str, bytes | None]]
type Encoder = Callable[[Any], bytes | None]
type Decoder = Callable[[bytes | None], tuple[Schema | None, Any]]


class Converter:
    """Key or value converter. ``config_class`` declares its keys (given without the ``value.converter.`` prefix)."""

    config_class: ClassVar[type[Config]] = Config
    reads_headers: frozenset[str] = frozenset()
    """Set by ``configure``: names of headers that say how to read; records with one of them go to ``to_connect``."""
    writes_headers: bool = False
    """Set by ``configure`` where headers say how to read what is written: then only ``from_connect`` writes."""

    def configure(self, config: Mapping[str, str], *, is_key: bool) -> None:
        """Take the keys under the converter's prefix."""

    def from_connect(self, topic: str, schema: Schema | None, value: Any, headers: Any = None) -> bytes | None:
        """Bytes for Kafka; DataError if the value does not fit."""
        raise NotImplementedError

    def to_connect(self, topic: str, data: bytes | None, headers: Any = None) -> tuple[Schema | None, Any]:
        """(schema, value) from Kafka bytes; DataError if they cannot be read."""
        raise NotImplementedError

    def encoder(self, topic: str, schema: Schema | None) -> Encoder:
        """``from_connect`` bound to a topic and schema; override with a compiled one (the hot path uses only this)."""
        return lambda value: self.from_connect(topic, schema, value)

    def decoder(self, topic: str) -> Decoder:
        """``to_connect`` bound to a topic; override with a compiled one."""
        return lambda data: self.to_connect(topic, data)

    def close(self) -> None:
        """Release resources."""


class HeaderConverter:
    """Converts single record headers."""

    config_class: ClassVar[type[Config]] = Config

    def configure_headers(self, config: Mapping[str, str]) -> None:
        """Take the keys under ``header.converter.``."""

    def from_connect_header(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:
        """Header bytes."""
        raise NotImplementedError

    def to_connect_header(self, topic: str, name: str, data: bytes | None) -> tuple[Schema | None, Any]:
        """(schema, value) of a header."""
        raise NotImplementedError
