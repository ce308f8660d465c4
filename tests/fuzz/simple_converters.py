"""The converters of single values and SimpleHeaderConverter, both ways: what they take and refuse, and the texts."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from connect_core import converters
from connect_core.data import Schema, Type
from connect_core.errors import DataError
from connect_core.java.charsets import Charset, decode_utf8
from tests.fuzz._documents import BROKEN, NUMBERS, STRINGS
from tests.fuzz._schemas import SCHEMAS
from tests.fuzz._shapes import schemaless
from tests.fuzz._transforms import java_map, shaped
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.header_values import MOMENTS, holds_foreign
from tests.fuzz.values import text as random_text
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

NUMBER_NAMES = {"Short": 2, "Integer": 4, "Long": 8, "Float": 4, "Double": 8}
PACKAGES = {"String": "org.apache.kafka.connect.storage"}
CHARSETS = (
    "UTF-8", "utf8", "ISO-8859-1", "latin1", "US-ASCII", "ascii", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32",
    "windows-1252", "Cp1252", "IBM850", "ISO-8859-15", "KOI8-R", "UTF-32LE", "UTF-32BE", "windows-1250", "windows-1251",
    "windows-1253", "windows-1254", "windows-1257", "IBM00858", "IBM437", "IBM775", "IBM852", "IBM855", "IBM857",
    "IBM862", "IBM866", "KOI8-U", "ISO-8859-2", "ISO-8859-5", "ISO-8859-7", "ISO-8859-9", "ISO-8859-13", "8859_1",
    "Unicode",
)  # fmt: skip
ADDRESS = "whose Java text is an address"
WIDTH = "numbers of another width"
_NUMBERS = (Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64)
_WIDTHS = re.compile(r"java\.lang\.(?:Byte|Short|Integer|Long)\b")
_FLOATS = re.compile(r"java\.lang\.(?:Float|Double)\b")
_DICTS = re.compile(r"java\.util\.(?:Linked)?HashMap|org\.apache\.kafka\.connect\.data\.Struct")


class Both:
    """Our converter and Java's."""

    def __init__(self, bridge: Bridge, name: str, **config: str) -> None:
        self.bridge, self._topic = bridge, bridge.text("t")
        package = PACKAGES.get(name, "org.apache.kafka.connect.converters")
        self.ours = getattr(converters, f"{name}Converter")()
        self.java = bridge.new(f"{package}.{name}Converter")
        self.ours.configure(config, is_key=False)
        self.java.configure(java_map(bridge, config), False)

    def write(self, schema: Schema | None, value: Any) -> Pair:
        """Bytes of a value."""
        bridge = self.bridge
        made = bridge.schema(schema), bridge.value(schema, value)
        found = java(bridge, self.java.fromConnectData, self._topic, *made)
        mine = ours(self.ours.encoder("t", schema), value)
        return Pair(general(mine), general(found) if isinstance(found, Failed) else bridge.from_bytes(found))

    def read(self, data: bytes | None) -> Pair:
        """(schema, value) of bytes."""
        found = java(self.bridge, self.java.toConnectData, self._topic, self.bridge.byte_array(data))
        mine = ours(self.ours.decoder("t"), data)
        return Pair(comparable(mine), from_java(self.bridge, found))


def comparable(found: Any) -> Any:
    """Ours: a failure, or schema and value."""
    return found if isinstance(found, Failed) else (found[0], shaped(*found))


def from_java(bridge: Bridge, found: Any) -> Any:
    """As ``comparable``, of Java's SchemaAndValue; null, for the header text ``null``, is no schema and no value."""
    if isinstance(found, Failed):
        return found
    if found is None:
        return comparable((None, None))
    schema = bridge.from_schema(found.schema())
    return schema, shaped(schema, bridge.from_value(schema, found.value()))


def general(found: Any) -> Any:
    """A failure whose class names are as general as Python's: one int, one float, one dict."""
    if not isinstance(found, Failed):
        return found
    message = _WIDTHS.sub("int", found.message)
    return found._replace(message=_DICTS.sub("dict", _FLOATS.sub("float", message)))


def _case(drawn: Schema, random: Random, *, data: Any) -> tuple[str, Any, Any]:
    """A case of a converter: a value to write or bytes to read."""
    if random.random() < 0.5:
        return "read", data(random), None
    if random.random() < 0.1:
        return "write", None, schemaless(random)
    value = random_value(drawn, random, entries=3)
    return "write", drawn if random.random() < 0.9 or not plain(value) else None, value


def plain(value: Any) -> bool:
    """Can it stand without a schema?"""
    return value is None or isinstance(value, (str, bool, bytes))


def _ask(both: Both, case: Any) -> Pair:
    kind, first, second = case[-3:]
    return both.read(first) if kind == "read" else both.write(first, second)


def _bytes_to_read(random: Random) -> bytes | None:
    if random.random() < 0.05:
        return None
    if random.random() < 0.3:
        return random_text(random).encode("utf-8", "surrogatepass")
    return random.choice((b"", b"\x00", b"\x01", b"\x7f\xc0\x00\x00", random.randbytes(random.randrange(13))))


def _string(bridge: Bridge) -> Family:
    zone = bridge.jpype.JClass("java.util.TimeZone")
    zone.setDefault(zone.getTimeZone("UTC"))
    both = {name: Both(bridge, "String", **{"converter.encoding": name}) for name in CHARSETS}

    def vary(drawn: Schema, random: Random) -> Any:
        return random.choice(CHARSETS), *_case(drawn, random, data=_bytes_to_read)

    def known(case: Any, pair: Pair) -> str | None:
        if not isinstance(pair.ours, bytes) or not isinstance(pair.java, bytes):
            return None
        mine, theirs = (_without_addresses(side, case[0]) for side in pair)
        return ADDRESS if mine == theirs else None

    return Family(
        "string", SCHEMAS, lambda case: _ask(both[case[0]], case), known=known, differences=(ADDRESS,), vary=vary
    )


def _without_addresses(data: bytes, charset: str) -> bytes:
    """The bytes with every address in them cut out; Java's wide sets put the high byte first."""
    exact = Charset({"UTF-16": "UTF-16BE", "Unicode": "UTF-16BE"}.get(charset, charset))
    start, *digits = (exact.encode("[B@"), *map(exact.encode, "0123456789abcdef"))
    return re.sub(re.escape(start) + b"(?:" + b"|".join(map(re.escape, digits)) + b")+", b"", data)


def _of_one(name: str) -> Maker:
    """The families of byte arrays and booleans."""

    def make(bridge: Bridge) -> Family:
        both = Both(bridge, name)

        def vary(drawn: Schema, random: Random) -> Any:
            schema = random.choice((drawn, Schema(Type.BYTES), Schema(Type.BOOLEAN, optional=True)))
            return _case(schema, random, data=_bytes_to_read)

        return Family("bytes" if name == "ByteArray" else "boolean", SCHEMAS, lambda case: _ask(both, case), vary=vary)

    return make


def _numbers(bridge: Bridge) -> Family:
    both = {name: Both(bridge, name) for name in NUMBER_NAMES}
    kinds = dict(zip(NUMBER_NAMES, (Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64), strict=True))

    def data(random: Random) -> bytes | None:
        return random.randbytes(random.choice((2, 4, 8))) if random.random() < 0.7 else _bytes_to_read(random)

    def vary(drawn: Schema, random: Random) -> Any:
        name = random.choice(list(NUMBER_NAMES))
        schema = drawn if random.random() < 0.4 else Schema(kinds[name], optional=True)
        return name, *_case(schema, random, data=data)

    def known(case: Any, pair: Pair) -> str | None:
        name, _, schema, value = case
        if schema is None:  # a Long or a Double to Java
            other = type(value) in (int, float) and kinds[name] not in (Type.INT64, Type.FLOAT64)
        else:
            other = isinstance(schema, Schema) and schema.type in _NUMBERS and schema.type is not kinds[name]
        refused = isinstance(pair.java, Failed) and pair.java.message.startswith("Failed to serialize to ")
        return WIDTH if other and refused and isinstance(pair.ours, bytes) else None

    return Family(
        "numbers", SCHEMAS, lambda case: _ask(both[case[0]], case), known=known, differences=(WIDTH,), vary=vary
    )


_PIECES = (
    "[", "]", "{", "}", ",", ":", '"', "\\", " ", "null", "true", "false", "a", "2020-01-02", "10:11:12.123Z", "\\:",
    "Z", "T", "1999-12-31T23:59:59.999Z", *NUMBERS, *STRINGS, *BROKEN,
)  # fmt: skip


def _headers(bridge: Bridge) -> Family:
    zone = bridge.jpype.JClass("java.util.TimeZone")
    zone.setDefault(zone.getTimeZone("UTC"))
    mine, theirs = (
        converters.SimpleHeaderConverter(),
        bridge.new("org.apache.kafka.connect.storage.SimpleHeaderConverter"),
    )
    name = bridge.text("h")

    def header(random: Random) -> bytes | None:
        text = "".join(random.choice(_PIECES) for _ in range(random.choice((1, 1, 2, 3, 5, 8))))
        if random.random() < 0.3:
            text = random.choice(('["{}"]', "[{}]", '{{"a":{}}}', " {} ", "[{0},{0}]", '{{"{0}":1,"b":{0}}}')).format(
                text
            )
        return text.encode("utf-8", "surrogatepass") if random.random() < 0.98 else _bytes_to_read(random)

    def vary(drawn: Schema, random: Random) -> Any:
        return _case(drawn, random, data=header)

    def compare(case: Any) -> Pair:
        kind, first, second = case
        if kind == "read":
            found = java(bridge, theirs.toConnectHeader, name, name, bridge.byte_array(first))
            read = comparable(ours(mine.to_connect_header, "t", "h", first))
            try:
                return Pair(read, from_java(bridge, found))
            except DataError as error:
                return Pair(read, f"Java has it: {error}")
        made = bridge.schema(first), bridge.value(first, second)
        found = java(bridge, theirs.fromConnectHeader, name, name, *made)
        written = ours(mine.from_connect_header, "t", "h", first, second)
        return Pair(written, found if isinstance(found, Failed) else bridge.from_bytes(found))

    def known(case: Any, pair: Pair) -> str | None:
        kind, first, _ = case
        if kind != "read" or isinstance(pair.ours, Failed):
            return None
        unheld = isinstance(pair.java, str) or holds_foreign(bridge, decode_utf8(first))
        return MOMENTS if unheld else None

    return Family("simple headers", SCHEMAS, compare, known, (MOMENTS,), vary)


FAMILIES: dict[str, Maker] = {
    "string": _string,
    "bytes": _of_one("ByteArray"),
    "boolean": _of_one("Boolean"),
    "numbers": _numbers,
    "simple headers": _headers,
}
