"""SimpleHeaderConverter (spec kafka-connect.md 4.6), the default: headers as text, types guessed when reading."""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.api.converter import HeaderConverter
from connect_core.converters.settings import KAFKA
from connect_core.data import Schema
from connect_core.data.schema import STRING
from connect_core.data.values import from_text, to_text
from connect_core.java.charsets import decode_utf8


class SimpleHeaderConverter(HeaderConverter):
    """Writes ``Values.convertToString``, reads by ``Values.parseString``: a round trip may change the type."""

    version: ClassVar[str] = KAFKA

    def from_connect_header(self, topic: str, name: str, schema: Schema | None, value: Any) -> bytes | None:  # noqa: ARG002
        """Text as UTF-8."""
        return None if value is None else to_text(schema, value).encode("utf-8", "replace")

    def to_connect_header(self, topic: str, name: str, data: bytes | None) -> tuple[Schema | None, Any]:  # noqa: ARG002
        """The guessed (schema, value); text that looks like nothing else is a STRING."""
        if data is None:
            return None, None
        text = decode_utf8(data)
        try:
            return from_text(text)
        except RecursionError:  # nested hundreds of levels deep: a text like any other
            return STRING, text
