"""gzip around any format, compressing as the file grows."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

from connect_core.connectors.files.formats import Body, Format
from connect_core.data import Schema

_HEADER = bytes((0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF))
"""What Java writes: no name, no time (or equal records would not give equal objects), system unknown."""


class GzipBody:
    """Another body, compressed."""

    __slots__ = ("_body", "_crc", "_deflate", "_length", "_started")

    def __init__(self, body: Body, level: int) -> None:
        self._body, self._crc, self._length, self._started = body, 0, 0, False
        self._deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)

    @property
    def size(self) -> int:
        """Bytes held back, not yet compressed."""
        return self._body.size

    def extend(self, values: Sequence[Any]) -> None:
        """More records."""
        self._body.extend(values)

    def take(self) -> bytes:
        """What the compressor gives so far."""
        return self._compressed(self._body.take())

    def finish(self) -> bytes:
        """The rest, checksum and length."""
        rest = self._compressed(self._body.finish()) + self._deflate.flush()
        return rest + self._crc.to_bytes(4, "little") + (self._length & 0xFFFFFFFF).to_bytes(4, "little")

    def _compressed(self, data: bytes) -> bytes:
        self._crc, self._length = zlib.crc32(data, self._crc), self._length + len(data)
        head = b"" if self._started else _HEADER
        self._started = True
        return head + self._deflate.compress(data)


class GzipFormat:
    """Another format, compressed; ``level`` -1 (zlib's default) to 9."""

    def __init__(self, inner: Format, level: int) -> None:
        self._inner, self._level = inner, level
        self.extension = f"{inner.extension}.gz"

    def body(self, schema: Schema | None) -> GzipBody:
        """An empty file."""
        return GzipBody(self._inner.body(schema), self._level)
