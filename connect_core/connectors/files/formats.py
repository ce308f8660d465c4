"""How records become the bytes of a file (spec connectors.md 3.5). The seam for Avro and Parquet: another ``Format``.

A ``Body`` is one growing file of one schema. Line formats write the encoded record and a separator, last one included.
Neighbours: ``json_lines`` (values as the original's JSON), ``compression``, ``rotation`` decides when a body ends.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from connect_core.connectors.files.choices import known_format, simple_name
from connect_core.connectors.files.json_lines import json_line_encoder
from connect_core.data import Schema, Type
from connect_core.data.check import java_class_of
from connect_core.errors import DataError

type EncodeLine = Callable[[Any], bytes]

_MOST_ENCODERS = 1000


class Body(Protocol):
    """The content of one file."""

    @property
    def size(self) -> int:
        """Bytes held back, before compression: what ``take`` would work on."""

    def extend(self, values: Sequence[Any]) -> None:
        """More records, all or (DataError) none of them."""

    def take(self) -> bytes:
        """What is ready to be uploaded, and forget it; may be empty."""

    def finish(self) -> bytes:
        """The rest and whatever ends the file."""


class Format(Protocol):
    """Makes bodies."""

    extension: str
    """What file names end in."""

    def body(self, schema: Schema | None) -> Body:
        """An empty file for values of this schema."""


class LineBody:
    """Encoded records, each followed by the separator."""

    __slots__ = ("_encode", "_lines", "_separator", "size")

    def __init__(self, encode: EncodeLine, separator: bytes) -> None:
        self._encode, self._separator = encode, separator
        self._lines: list[bytes] = []
        self.size = 0

    def extend(self, values: Sequence[Any]) -> None:
        """Encode and keep."""
        encode = self._encode
        lines = [encode(value) for value in values]
        self._lines += lines
        self.size += sum(map(len, lines))

    def take(self) -> bytes:
        """All lines so far."""
        lines, self._lines, self.size = self._lines, [], 0
        lines.append(b"")  # so that the join ends with a separator too
        return self._separator.join(lines)

    finish = take


class LineFormat:
    """A format whose files are encoded records and separators."""

    def __init__(self, extension: str, separator: bytes, encoder: Callable[[Schema | None], EncodeLine]) -> None:
        self.extension, self._separator, self._encoder = extension, separator, encoder
        self._encoders: dict[Schema | None, EncodeLine] = {}

    def body(self, schema: Schema | None) -> LineBody:
        """An empty file."""
        encode = self._encoders.get(schema)
        if encode is None:
            if len(self._encoders) >= _MOST_ENCODERS:
                self._encoders.pop(next(iter(self._encoders)))
            encode = self._encoders[schema] = self._encoder(schema)
        return LineBody(encode, self._separator)


def json_format(*, numeric_decimals: bool) -> LineFormat:
    """JsonFormat: a JSON document a line, without schema envelope."""
    return LineFormat(
        ".json", os.linesep.encode(), lambda schema: json_line_encoder(schema, numeric_decimals=numeric_decimals)
    )


def byte_array_format(*, extension: str, separator: str | None) -> LineFormat:
    """ByteArrayFormat: the bytes as they are; ``separator`` None is the system's line separator."""
    end = os.linesep if separator is None else unescape(separator)
    return LineFormat(extension, end.encode(), _bytes_of)


def _bytes_of(schema: Schema | None) -> EncodeLine:
    if schema is not None and schema.type is not Type.BYTES:
        raise DataError(
            f"Invalid schema type for ByteArrayConverter: {schema.type.name}. ByteArrayFormat writes bytes: use "
            "value.converter=org.apache.kafka.connect.converters.ByteArrayConverter"
        )

    def encode(value: Any) -> bytes:
        if type(value) is bytes:
            return value
        if isinstance(value, (bytearray, memoryview)):
            return bytes(value)
        raise DataError(
            f"ByteArrayConverter is not compatible with objects of type {java_class_of(value)}. ByteArrayFormat "
            "writes bytes: use value.converter=org.apache.kafka.connect.converters.ByteArrayConverter"
        )

    return encode


def format_name(class_name: str) -> str:
    """The simple name of a format that exists; ConfigError for ``format.class`` otherwise."""
    known_format("format.class", class_name)
    return simple_name(class_name)


_ESCAPE = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|.)", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def unescape(text: str) -> str:
    r"""Java's escapes in a separator: ``\n``, ``\t``, ``\u0001``, ``\0``, ``\\``."""
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u" and len(code) > 1:
        return chr(int(code.lstrip("u"), 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _LETTERS.get(code, code)
