"""Java's character sets: ``String.getBytes(charset)`` and ``new String(bytes, charset)``, which never fail.

What a set lacks is written as ``?``, what is malformed is read as U+FFFD.
"""

from __future__ import annotations

import codecs
import re

_ENCODED_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_REPLACEMENT = "\ufffd".encode()


class Charset:
    """A character set by any name Java or Python knows; LookupError otherwise."""

    __slots__ = ("_codec", "_marked", "name")

    def __init__(self, name: str = "UTF-8") -> None:
        self.name = codecs.lookup(name).name
        self._marked = self.name == "utf-16"
        self._codec = "utf-16-be" if self._marked else self.name

    def encode(self, text: str) -> bytes:
        """Bytes of the text; UTF-16 is big-endian with a byte order mark."""
        data = text.encode(self._codec, "replace")
        return codecs.BOM_UTF16_BE + data if self._marked and data else data

    def decode(self, data: bytes) -> str:
        """Text of the bytes; UTF-16 is big-endian unless a mark says otherwise."""
        if self._marked and data[:2] in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE):
            return data.decode("utf-16", "replace")
        return data.decode(self._codec, "replace") if self._codec != "utf-8" else decode_utf8(data)


def decode_utf8(data: bytes) -> str:
    """UTF-8 as Java reads it: an encoded surrogate is one error, not three as for Python."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _ENCODED_SURROGATE.sub(_REPLACEMENT, data).decode(errors="replace")
