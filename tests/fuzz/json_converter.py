"""JsonConverter under every configuration: bytes of values, values of documents whole, bent and damaged."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.converters import JsonConverter
from connect_core.data import Float32, Schema, date_schema, decimal_schema, timestamp_schema
from connect_core.data.keys import hashable
from connect_core.data.schema import BOOLEAN, FLOAT32, FLOAT64, INT64, OPTIONAL_BYTES, STRING
from connect_core.encoding.json import DEFAULTS, JsonOptions, schema_bytes, slow
from connect_core.errors import DataError
from tests.fuzz import _documents as documents
from tests.fuzz._json_known import (
    CONTENT,
    LONG,
    NO_SCALE,
    STRUCT_DEFAULT,
    YEARS,
    known_content,
    known_document,
    known_read,
    known_written,
    long_number,
)
from tests.fuzz._schemas import any_schema, struct_with_default
from tests.fuzz._shapes import misnamed
from tests.fuzz._transforms import java_map, shaped, told
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.values import value as random_value
from tests.parity.bridge import UNTOLD, Bridge

CLASS = "org.apache.kafka.connect.json.JsonConverter"
CONFIGS = [
    {"schemas.enable": enable, "decimal.format": decimals, "replace.null.with.default": replace}
    for enable in ("true", "false")
    for decimals in ("BASE64", "numeric")
    for replace in ("true", "false")
]
BARE = JsonOptions(schemas_enable=False)
INVISIBLE = "the byte FF in a member's name"
SPELT = "a default that an earlier message spelt otherwise"
DRAWN = st.integers(0, 2**62).map(lambda source: _drawn(Random(source)))
ANY = st.tuples(st.integers(0, len(CONFIGS) - 1), DRAWN)


def _drawn(random: Random) -> Schema:
    return any_schema(random) if random.random() < 0.95 else struct_with_default(random)


def _either(index: int, random: Random) -> int:
    """The configuration or its twin with the other ``schemas.enable``: each costs a compilation per schema."""
    return (index + 4 * random.randrange(2)) % len(CONFIGS)


def _message(index: int, schema: Schema, random: Random) -> bytes:
    """A good message under this configuration."""
    options = JsonOptions(schemas_enable=index < 4, numeric_decimals=index & 2 == 2)
    return slow.encode(schema, random_value(schema, random, entries=3), options) or b"null"


class Both:
    """Ours and Java's converter of one configuration; both live long, as in a task."""

    def __init__(self, bridge: Bridge, config: Mapping[str, str], *, header: bool = False) -> None:
        self.bridge, self.config = bridge, config
        self._topic = bridge.text("t")
        self._header = header
        self.ours, self.java = JsonConverter(), bridge.new(CLASS)
        if header:
            self.ours.configure_headers(config)
            self.java.configure(java_map(bridge, {**config, "converter.type": "header"}))
        else:
            self.ours.configure(config, is_key=False)
            self.java.configure(java_map(bridge, config), False)

    def write(self, schema: Schema | None, value: Any) -> Pair:
        """Bytes of a value."""
        bridge = self.bridge
        made = bridge.schema(schema), bridge.value(schema, value)
        if self._header:
            mine = ours(self.ours.from_connect_header, "t", "h", schema, value)
            found = java(bridge, self.java.fromConnectHeader, self._topic, self._topic, *made)
        else:
            mine = ours(self.ours.encoder("t", schema), value)
            found = java(bridge, self.java.fromConnectData, self._topic, *made)
        return Pair(mine, found if isinstance(found, Failed) else bridge.from_bytes(found))

    def read(self, data: bytes | None) -> Pair:
        """(schema, value) of bytes."""
        bridge, array = self.bridge, self.bridge.byte_array(data)
        if self._header:
            mine = ours(self.ours.to_connect_header, "t", "h", data)
            found = java(bridge, self.java.toConnectHeader, self._topic, self._topic, array)
        else:
            mine = ours(self.ours.to_connect, "t", data)
            found = java(bridge, self.java.toConnectData, self._topic, array)
        if isinstance(mine, Failed):
            untold = isinstance(found, Failed) and found.name == UNTOLD
            return Pair(mine, mine if untold else self._from_java(found))
        return Pair((mine[0], shaped(*mine)), self._from_java(found))

    def _from_java(self, found: Any) -> Any:
        if isinstance(found, Failed):
            return found
        try:
            schema = self.bridge.from_schema(found.schema())
            return schema, shaped(schema, self.bridge.from_value(schema, found.value()))
        except DataError as error:
            return f"Java has it: {error}"


def _write(bridge: Bridge, *, header: bool = False) -> Family:
    both = [Both(bridge, config, header=header) for config in CONFIGS]

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema | None, Any]:
        index, schema = drawn
        if header and random.random() < 0.3:
            return _either(index, random), None, _document(index, schema, random)
        if random.random() < 0.02:
            schema = misnamed(random)
        return _either(index, random), schema, random_value(schema, random, entries=3)

    def known(case: tuple[int, Schema | None, Any], pair: Pair) -> str | None:
        if case[1] is not None:
            return known_written(case, pair)
        return known_read(case[1:], pair) or long_number(both[case[0]].read, case[2], pair)

    name = "json headers" if header else "json write"
    return Family(
        name,
        ANY,
        lambda case: both[case[0]].read(case[2]) if case[1] is None else both[case[0]].write(*case[1:]),
        known=known,
        differences=(YEARS, STRUCT_DEFAULT, NO_SCALE, LONG) if header else (STRUCT_DEFAULT, NO_SCALE),
        vary=vary,
    )


def _document(index: int, schema: Schema, random: Random) -> bytes:
    """A good message, mostly bent."""
    document = documents.tree(_message(index, schema, random))
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        document = documents.bend(document, random)
    return documents.write(document, random)


def _read(bridge: Bridge) -> Family:
    both = [Both(bridge, config) for config in CONFIGS]

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, bytes]:
        index, schema = drawn
        index = _either(index, random)
        return index, _document(index, schema, random)

    def known(case: tuple[int, bytes], pair: Pair) -> str | None:
        return known_document(both[case[0]].read, case, pair) or _spelt(bridge, case, pair)

    return Family(
        "json read", ANY, lambda case: both[case[0]].read(case[1]), known=known,
        differences=(YEARS, STRUCT_DEFAULT, NO_SCALE, LONG, SPELT), vary=vary,
    )  # fmt: skip


def _spelt(bridge: Bridge, case: tuple[int, bytes], pair: Pair) -> str | None:
    """Java's cache of schemas takes 1.0 and 1.00 for one; a converter that has read nothing before does not."""
    index, data = case
    both_read = isinstance(pair.ours, tuple) and isinstance(pair.java, tuple)
    return SPELT if both_read and Both(bridge, CONFIGS[index]).read(data).java == pair.ours else None


def _mutations(bridge: Bridge) -> Family:
    both = [Both(bridge, config) for config in CONFIGS]

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, bytes]:
        index, schema = drawn
        index = _either(index, random)
        good, other = (_message(index, schema, random) for _ in range(2))
        return index, documents.mutate(good, other, random)

    def known(case: tuple[int, bytes], pair: Pair) -> str | None:
        index, data = case
        overlooked = isinstance(pair.ours, Failed) and isinstance(pair.java, tuple) and b"\xff" in data
        if overlooked and both[index].read(data.replace(b"\xff", b"")).ours == pair.java:
            return INVISIBLE
        return known_document(both[index].read, case, pair) or _spelt(bridge, case, pair)

    return Family(
        "json mutations", ANY, lambda case: both[case[0]].read(case[1]), known=known,
        differences=(YEARS, STRUCT_DEFAULT, NO_SCALE, INVISIBLE, LONG, SPELT), vary=vary,
    )  # fmt: skip


def _schemaless(bridge: Bridge) -> Family:
    """Values without schema written, documents read."""
    both = [Both(bridge, {"schemas.enable": enable}) for enable in ("true", "false")]

    def vary(drawn: int, random: Random) -> tuple[Any, ...]:
        if random.random() < 0.4:
            return "write", drawn % 2, loose(random)
        node = documents.odd(random, depth=3)
        envelope = documents.Members([("schema", None), ("payload", node)])
        return "read", drawn % 2, documents.write(node if drawn % 2 else envelope, random)

    def compare(case: Any) -> Pair:
        kind, index, what = case
        chosen: Both = both[index]
        return chosen.read(what) if kind == "read" else chosen.write(None, what)

    def known(case: Any, pair: Pair) -> str | None:
        return long_number(both[case[1]].read, case[2], pair) if case[0] == "read" else None

    return Family("json schemaless", st.integers(0, 2**32), compare, known, (LONG,), vary)


def loose(random: Random, depth: int = 3) -> Any:
    """A value as it may stand without schema; some cannot."""
    kind = random.randrange(16 if depth else 13)
    if kind < len(_LOOSE):
        return random_value(_LOOSE[kind], random)
    if kind == 12:
        return Float32(random_value(FLOAT32, random))
    if kind == 13:
        return [loose(random, depth - 1) for _ in range(random.randrange(4))]
    return {_loose_key(random): loose(random, depth - 1) for _ in range(random.choice((0, 1, 1, 1, 1, 2, 4)))}


def _loose_key(random: Random) -> Any:
    return hashable(loose(random, 0)) if random.random() < 0.1 else random_value(STRING, random)


_LOOSE = (
    STRING, STRING, STRING, INT64, INT64, FLOAT64, FLOAT64, OPTIONAL_BYTES, BOOLEAN, date_schema(), timestamp_schema(),
    decimal_schema(2),
)  # fmt: skip


def _content(bridge: Bridge) -> Family:
    """``schema.content``: good, bent and damaged schemas, bare payloads."""
    made: dict[str, Both | Pair] = {}

    def vary(drawn: Schema, random: Random) -> tuple[str, bytes]:
        text = schema_bytes(drawn, DEFAULTS)
        if random.random() < 0.15:
            text = documents.write(documents.bend(documents.tree(text), random), random)
        payload = documents.tree(slow.encode(drawn, random_value(drawn, random, entries=3), BARE) or b"null")
        if random.random() < 0.5:
            payload = documents.bend(payload, random)
        # UTF-16 is nothing a config can hold.
        return text.decode("utf-8", "replace").replace("\0", ""), documents.write(payload, random)

    def compare(case: tuple[str, bytes]) -> Pair:
        content, data = case
        both = made.get(content)
        if both is None:
            if len(made) > 100:
                made.clear()
            both = made[content] = configured({"schema.content": content})
        return both if isinstance(both, Pair) else both.read(data)

    def configured(config: Mapping[str, str]) -> Both | Pair:
        mine, theirs = ours(_configured, config), java(bridge, _configured_java, bridge, config)
        if isinstance(mine, Failed) and isinstance(theirs, Failed):
            return told(mine, theirs)
        return Pair(mine, theirs) if isinstance(mine, Failed) or isinstance(theirs, Failed) else Both(bridge, config)

    def known(case: tuple[str, bytes], pair: Pair) -> str | None:
        both = made.get(case[0])
        return known_content(case, pair) or (known_document(both.read, case, pair) if isinstance(both, Both) else None)

    return Family(
        "json schema content", DRAWN, compare, known=known,
        differences=(YEARS, STRUCT_DEFAULT, NO_SCALE, LONG, CONTENT), vary=vary,
    )  # fmt: skip


def _configured(config: Mapping[str, str]) -> None:
    JsonConverter().configure(config, is_key=False)


def _configured_java(bridge: Bridge, config: Mapping[str, str]) -> None:
    bridge.new(CLASS).configure(java_map(bridge, config), False)


FAMILIES: dict[str, Maker] = {
    "json write": _write,
    "json headers": lambda bridge: _write(bridge, header=True),
    "json read": _read,
    "json mutations": _mutations,
    "json schemaless": _schemaless,
    "json schema content": _content,
}
