"""Java's character sets: ``String.getBytes(charset)`` and ``new String(bytes, charset)``, which never fail.

What a set lacks is written as ``?``, what is malformed is read as U+FFFD. Names are those a JVM knows, and Python's.
"""

from __future__ import annotations

import codecs
import re

_ENCODED_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]?")
_REPLACEMENT = "\ufffd".encode()
_ERRORS = "connectless.java_charsets"
_NUMBERED = re.compile(r"(?:x-)?(?:ibm|windows|cp)[-_]?0*(\d+)")
_ISO = re.compile(r"8859_(\d+)")
# Names of one JVM's sets that neither Python nor the two patterns above know; ``charsets()`` of the JVM lists them.
_ALIASES = {
    alias: codec
    for codec, aliases in {
        "ascii": "ascii7 iso_646.irv:1983",
        "big5hkscs": "big5hk",
        "cp855": "cspcp855",
        "cp862": "csibm862",
        "cp932": "cswindows31j",
        "euc_jp": "cseucpkdfmtjapanese eucjis x-euc-jp x-eucjp extended_unix_code_packed_format_for_japanese",
        "euc_kr": "5601 ksc5601_1987 ksc_5601 ksc5601-1987 cseuckr",
        "gb18030": "gb18030-2022",
        "gb2312": "x-euc-cn",
        "gbk": "cp936",
        "iso8859-1": "819 cp819",
        "iso8859-2": "912 cp912",
        "iso8859-3": "913 cp913",
        "iso8859-4": "914 cp914",
        "iso8859-5": "915 cp915",
        "iso8859-6": "1089 cp1089",
        "iso8859-7": "813 cp813 sun_eu_greek",
        "iso8859-8": "916 cp916",
        "iso8859-9": "920 cp920",
        "iso8859-11": "x-iso-8859-11",
        "iso8859-15": "923 cp923 latin-9 latin0 csisolatin0 csisolatin9 csiso885915 iso8859_15_fdis",
        "iso8859-16": "csiso885916",
        "koi8-r": "koi8",
        "shift_jis": "x-sjis ms_kanji",
        "tis-620": "tis620.2533",
        "cp1250": "cp5346",
        "cp1251": "ansi-1251 cp5347",
        "cp1252": "cp5348",
        "cp1253": "cp5349",
        "cp1254": "cp5350",
        "cp1257": "cp5353",
        "johab": "x-johab",
        "utf-8": "unicode-1-1-utf-8",
        "utf-16": "unicode unicodebig",
        "utf-16-be": "x-utf-16be iso-10646-ucs-2",
        "utf-16-le": "x-utf-16le",
        "utf-32-be": "x-utf-32be",
        "utf-32-le": "x-utf-32le",
    }.items()
    for alias in aliases.split()
}
_MARKS = {
    "utf-16": ((codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le")),
    "utf-32": ((codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le")),
}


class Charset:
    """A character set by any name Java or Python knows; LookupError otherwise."""

    __slots__ = ("_codec", "_marks", "name")

    def __init__(self, name: str = "UTF-8") -> None:
        self.name = _lookup(name).name
        "".encode(self.name)  # a LookupError for hex, rot13 and the like
        self._marks = _MARKS.get(self.name, ())
        self._codec = f"{self.name}-be" if self._marks else self.name

    def encode(self, text: str) -> bytes:
        """Bytes of the text; UTF-16 is big-endian with a byte order mark, UTF-32 big-endian without."""
        data = text.encode(self._codec, _ERRORS)
        return codecs.BOM_UTF16_BE + data if self.name == "utf-16" and data else data

    def decode(self, data: bytes) -> str:
        """Text of the bytes; UTF-16 and UTF-32 are big-endian unless a mark says otherwise."""
        for mark, codec in self._marks:
            if data.startswith(mark):
                return data[len(mark) :].decode(codec, _ERRORS)
        return data.decode(self._codec, _ERRORS) if self._codec != "utf-8" else decode_utf8(data)


def _lookup(name: str) -> codecs.CodecInfo:
    plain = name.lower()
    if number := _ISO.fullmatch(plain):
        return codecs.lookup(f"iso8859-{number[1]}")
    number = _NUMBERED.fullmatch(plain)
    plain = f"cp{number[1]}" if number else plain
    return codecs.lookup(_ALIASES.get(plain, plain))


def _as_java(error: UnicodeError) -> tuple[str | bytes, int]:
    """What Java puts for what cannot be written or read."""
    if isinstance(error, UnicodeEncodeError):
        wide = error.encoding.startswith(("utf-16", "utf-32"))
        return ("\ufffd".encode(error.encoding) if wide else b"?") * (error.end - error.start), error.end
    assert isinstance(error, UnicodeDecodeError)
    data, start = error.object, error.start
    if error.encoding.startswith("utf-16") and len(data) >= start + 4:  # half a pair takes what follows with it
        lead = int.from_bytes(data[start : start + 2], "little" if "le" in error.encoding else "big")
        return "\ufffd", start + (4 if 0xD800 <= lead < 0xDC00 else 2)
    if error.encoding.startswith("utf-32") and len(data) >= start + 4:
        code = int.from_bytes(data[start : start + 4], "little" if "le" in error.encoding else "big")
        return (chr(code) if code < 0x110000 else "\ufffd"), start + 4
    return "\ufffd", error.end


codecs.register_error(_ERRORS, _as_java)


def decode_utf8(data: bytes) -> str:
    """UTF-8 as Java reads it: an encoded surrogate is one error, not three as for Python."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _ENCODED_SURROGATE.sub(_REPLACEMENT, data).decode(errors="replace")


def encode_utf8(text: str) -> bytes:
    """``getBytes(UTF_8)``: the two halves of a surrogate pair are one character, half a pair is ``?``."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        paired = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
        return paired.encode("utf-8", "replace")
