"""Protobuf against ProtobufData: definitions, bytes written, and values read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from connect_core.data import Schema, Type
from connect_core.data.recursive import is_recursive
from connect_core.encoding.protobuf import Definition, ProtobufOptions, definition, writer
from connect_core.encoding.protobuf.circles import is_union
from connect_core.encoding.protobuf.model import Message
from connect_core.encoding.protobuf.reader import Reader
from tests import protos
from tests.fuzz import _protobuf_older as older
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.parity.bridge import Bridge
from tests.protobuf import STRUCTS, value
from tests.recursive import circled, told, unrolled


def _choices(**defaults: bool) -> tuple[dict[str, bool], ...]:
    """Every choice of options, those of nobody's choosing first."""
    chosen = product(*((default, not default) for default in defaults.values()))
    return tuple(dict(zip(defaults, values, strict=True)) for values in chosen)


CONFIGS = _choices(
    optional_for_nullables=False, wrapper_for_nullables=False, scrub_invalid_names=False, enhanced_schema_support=False
)
READ_CONFIGS = _choices(
    optional_for_nullables=False, wrapper_for_nullables=False, optional_for_proto2=True, enhanced_schema_support=False,
    wrapper_for_raw_primitives=True,
)  # fmt: skip
MEMBERS = "members of unions are optional"
YEARS = "outside the years 1 to 9999"
WRAPPED = "scalars in unions are not wrapped"
UNCAUGHT = "schemas without a Protobuf definition are refused with IllegalArgumentException"
NAMELESS = "a struct whose name is empty"
TAKEN = "a struct with the name of a type it uses"
NULLS = "a null in a list"
MISPLACED = "a map that an outer struct of the same name defines otherwise"
OPTIONS = "the options of fields in unions and maps"
CIRCLES = "structs that hold each other"
_REQUIRED = re.compile(r'Invalid value: null used for required field: "(.*)", schema type: (\w+)', re.DOTALL)


def config(options: dict[str, bool]) -> dict[str, str]:
    """Java's keys of these options."""
    renamed = {"enhanced_schema_support": "enhanced.protobuf.schema.support"}
    return {renamed.get(key, key.replace("_", ".")): str(value).lower() for key, value in options.items()}


class Text(NamedTuple):
    """A registered text, what it imports from ``protos.LIBRARY``, and the message to read."""

    text: str
    library: str | None = None
    indexes: tuple[int, ...] = (0,)

    def definition(self) -> Definition:
        """Ours."""
        return definition(self.text, {} if self.library is None else {protos.LIBRARY: self.library})


class Side:
    """One configuration: our options and Java's ProtobufData."""

    def __init__(self, bridge: Bridge, options: dict[str, bool]) -> None:
        self.bridge = bridge
        self.options = ProtobufOptions(**options)
        settings = bridge.new("java.util.HashMap")
        for key, text in config(options).items():
            settings.put(bridge.text(key), bridge.text(text))
        package = "io.confluent.connect.protobuf"
        self.data = bridge.new(f"{package}.ProtobufData", bridge.new(f"{package}.ProtobufDataConfig", settings))

    def read_ours(self, text: Text, data: bytes) -> Any:
        """(schema, value) of a message, to compare."""
        made = _reader(text, self.options)
        return told(made.schema), exact(made.decode(data))

    def older(self, text: Text) -> Schema:
        """The schema that 7.0.16 makes of the message."""
        return older.OlderSchemas(self.options).root(text.definition().message([*text.indexes]), None)

    def read(self, text: Text, data: bytes) -> Any:
        """(schema, value) as Java reads a message; Failed."""
        schema = java(self.bridge, _parsed, self.bridge, text)
        message = schema if isinstance(schema, Failed) else java(self.bridge, _message, self.bridge, schema, data)
        found = message if isinstance(message, Failed) else java(self.bridge, self.data.toConnectData, schema, message)
        if isinstance(found, Failed):
            return found
        read = self.bridge.from_schema(found.schema())
        held = ours(self.bridge.from_value, read, found.value())  # Python cannot hold every date Java reads
        return held if isinstance(held, Failed) else (told(read), exact(held))


@lru_cache(50)
def _reader(text: Text, options: ProtobufOptions) -> Reader:
    return text.definition().reader([*text.indexes], options)


@lru_cache(50)
def _parsed(bridge: Bridge, text: Text) -> Any:
    references, resolved = bridge.new("java.util.ArrayList"), bridge.new("java.util.HashMap")
    if text.library is not None:
        resolved.put(bridge.text(protos.LIBRARY), bridge.text(text.library))
    name = "io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema"
    made = bridge.new(name, bridge.text(text.text), references, resolved, None, None)
    if text.indexes == (0,):
        return made
    boxes = bridge.filled_list(bridge.new("java.lang.Integer", index) for index in text.indexes)
    indexes = bridge.new("io.confluent.kafka.schemaregistry.protobuf.MessageIndexes", boxes)
    return made.copy(made.toMessageName(indexes))


def _message(bridge: Bridge, schema: Any, data: bytes) -> Any:
    dynamic = bridge.jpype.JClass("com.google.protobuf.DynamicMessage")
    return dynamic.parseFrom(schema.toDescriptor(), bridge.byte_array(data))


def changed(schema: Schema, random: Random) -> Schema:
    """A schema with some names and flags changed."""
    if schema.type is Type.STRUCT and schema.fields:
        fields = [(field.name, field.schema) for field in schema.fields]
        index = random.randrange(len(fields))
        name, inner = fields[index]
        fields[index] = (name, changed(inner, random))
        if random.random() < 0.3:
            random.shuffle(fields)
        schema = schema.replace(fields=fields, default=None)
    elif schema.type in (Type.ARRAY, Type.MAP) and schema.value_schema is not None:
        schema = schema.replace(value_schema=changed(schema.value_schema, random), default=None)
    return schema.replace(optional=not schema.optional) if random.random() < 0.5 else schema


class Older:
    """Names a case's difference: equal to what 7.0.16 makes of the schema, or of one without the part it fails at."""

    def __init__(
        self, sides: list[Side], mine: Callable[..., Any], older: Callable[..., Any], theirs: Callable[..., Any]
    ) -> None:
        self._sides, self._mine, self._older, self._theirs = sides, mine, older, theirs

    def known(self, case: Any, pair: Pair) -> str | None:
        """One of the names above, or None: (configuration, schema) and a value if there is one."""
        index, schema, *value = case
        failed = pair.java if isinstance(pair.java, Failed) else None
        if failed and failed.name == "java.lang.StackOverflowError":
            return CIRCLES if self._circles(index, schema, value, pair.ours) else None
        if failed and pair.ours == older.told(failed):
            return UNCAUGHT
        if failed and failed.name == "java.lang.NullPointerException":
            return self._pointer(index, schema, value, pair, failed)
        wrapped = schema
        if CONFIGS[index].get("wrapper_for_nullables"):
            wrapped = older.wrapped_members(schema)
        if (older.told(failed) if failed else pair.java) != self._older(index, wrapped, *value):
            return None
        return WRAPPED if told(wrapped) != told(schema) else OPTIONS

    def _circles(self, index: int, schema: Schema, value: list[Any], made: Any) -> bool:
        """Java nests without end: where ours wrote, Java reads the same with our text; where not, neither can write the
        schema that ends some levels down.
        """
        side = self._sides[index]
        if not is_recursive(schema):
            return False
        if isinstance(made, Failed):
            again = (index, unrolled(schema, *value), *value)
            pair = Pair(self._mine(*again), self._theirs(*again))
            fails = isinstance(pair.ours, Failed) or isinstance(pair.java, Failed)
            return fails and (pair.ours == pair.java or self.known(again, pair) is not None)
        text, data = (made, b"") if isinstance(made, str) else (writer(schema, side.options).text, made or b"")
        read = Text(text)
        pair = Pair(_silent(ours(side.read_ours, read, data)), _silent(side.read(read, data)))
        if isinstance(pair.ours, Failed) and isinstance(pair.java, Failed):
            return True  # names make the text none
        return pair.ours == pair.java or known_read(side.older(read), pair) == MEMBERS

    def _pointer(self, index: int, schema: Schema, value: list[Any], pair: Pair, failed: Failed) -> str | None:
        """Java fails: what ours made must be what both make of a schema that it does not fail at."""
        if schema.name == "" and value:
            name, other = NAMELESS, schema.replace(name=None)
        elif '"descriptor" is null' in failed.message and older.takes_a_name(schema):
            name, other = TAKEN, older.renamed(schema)
        else:
            return _told_better(pair.ours, failed)
        made = self._mine(index, other, *value)
        if _unmarked(made) != pair.ours:
            return None
        again = Pair(made, self._theirs(index, other, *value))
        return name if again.ours == again.java or self.known((index, other, *value), again) else None


def _told_better(mine: Any, failed: Failed) -> str | None:
    """The difference in the messages of two NullPointerExceptions."""
    if not isinstance(mine, Failed) or mine.name != failed.name:
        return None
    if not failed.message:
        return NULLS if mine.message.startswith("A null within the field ") else None
    missing = re.fullmatch(r"The message \S+ has no field (key|value)", mine.message)
    return (
        MISPLACED
        if missing and failed.message.endswith('FieldDescriptor.getJavaType()" because "field" is null')
        else None
    )


def _unmarked(made: Any) -> Any:
    """An outcome with the names that ``renamed`` changed as they were."""
    if isinstance(made, Failed):
        return made._replace(message=made.message.replace(older.RENAMED, ""))
    return made.replace(older.RENAMED, "") if isinstance(made, str) else made


def _schemas(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in CONFIGS]

    def mine(index: int, schema: Schema) -> Any:
        made = ours(writer, schema, sides[index].options)
        return made if isinstance(made, Failed) else made.text

    def theirs(index: int, schema: Schema) -> Any:
        found = java(bridge, sides[index].data.fromConnectSchema, bridge.schema(schema))
        return found if isinstance(found, Failed) else bridge.from_text(found.canonicalString())

    def by_older(index: int, schema: Schema) -> Any:
        return ours(older.text, schema, sides[index].options)

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema]:
        schema = changed(drawn[1], random)
        if schema.type is Type.STRUCT and random.random() < 0.15:
            schema = circled(schema, random, closed=is_union)
        return random.randrange(len(CONFIGS)), schema

    cases = st.tuples(st.integers(0, len(CONFIGS) - 1), STRUCTS)
    names = (UNCAUGHT, OPTIONS, TAKEN, WRAPPED, CIRCLES)
    known = Older(sides, mine, by_older, theirs).known
    return Family("protobuf schemas", cases, lambda case: Pair(mine(*case), theirs(*case)), known, names, vary=vary)


def _write(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in CONFIGS]

    @lru_cache(50)
    def made(index: int, schema: Schema) -> Any:
        return ours(writer, schema, sides[index].options)

    def mine(index: int, schema: Schema, given: Any) -> Any:
        found = made(index, schema)
        return found if isinstance(found, Failed) else ours(found.encode, given)

    def theirs(index: int, schema: Schema, given: Any) -> Any:
        data = sides[index].data
        found = java(bridge, data.fromConnectData, bridge.schema(schema), bridge.value(schema, given))
        if isinstance(found, Failed):  # the bridge makes its maps of the class that keeps their order
            return found._replace(message=found.message.replace("java.util.LinkedHashMap", "java.util.HashMap"))
        if found.getValue() is None:
            return None
        serialize: Callable[[], Any] = found.getValue().toByteArray
        payload = java(bridge, serialize)
        return payload if isinstance(payload, Failed) else bridge.from_bytes(payload)

    def vary(drawn: tuple[int, Schema], random: Random) -> tuple[int, Schema, Any]:
        index, schema = drawn
        if schema.type is Type.STRUCT and random.random() < 0.1:
            schema = circled(schema, random, closed=is_union)
        return index, schema, value(schema, random)

    cases = st.tuples(st.integers(0, len(CONFIGS) - 1), STRUCTS)
    names = (UNCAUGHT, WRAPPED, NAMELESS, NULLS, TAKEN, MISPLACED, CIRCLES)
    known = Older(sides, mine, mine, theirs).known
    return Family("protobuf write", cases, lambda case: Pair(mine(*case), theirs(*case)), known, names, vary=vary)


@lru_cache(50)
def _written(seed: int, schema: Schema | None) -> tuple[Text, Message]:
    """A text as people write it, or that of a schema if it can be read: names may make it none."""
    made = schema and ours(writer, schema, ProtobufOptions(**CONFIGS[seed % len(CONFIGS)]))
    if made and not isinstance(made, Failed):
        text = Text(made.text)
        found = ours(text.definition)
        if isinstance(found, Definition) and isinstance(ours(found.reader, None, ProtobufOptions()), Reader):
            return text, found.message()
    random = Random(seed)
    one = protos.Writer(random)
    text = Text(one.text(), one.library)
    definition = text.definition()
    if random.random() < 0.3:
        text = text._replace(indexes=random.choice([*_places(definition.file.messages)]))
    return text, definition.message([*text.indexes])


def _places(messages: list[Message], within: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    for index, message in enumerate(messages):
        yield (*within, index)
        yield from _places(message.messages[: len(message.messages) - message.made_entries], (*within, index))


def _read(bridge: Bridge) -> Family:
    sides = [Side(bridge, options) for options in READ_CONFIGS]

    def compare(case: tuple[int, Text, bytes]) -> Pair:
        side, text, data = sides[case[0]], case[1], case[2]
        return Pair(_silent(ours(side.read_ours, text, data)), _silent(side.read(text, data)))

    def vary(drawn: tuple[int, Schema | None], random: Random) -> tuple[int, Text, bytes]:
        seed = drawn[0]
        text, message = _written(*drawn)
        data = protos.message_bytes(message, random)
        if random.random() < 0.1:  # not any bytes: varints of more than 64 bits have no one meaning
            data = data[: random.randint(0, len(data))] + random.choice((b"", b"\1"))
        return seed % len(READ_CONFIGS), text, data

    def known(case: tuple[int, Text, bytes], pair: Pair) -> str | None:
        index, text, data = case
        name = known_read(sides[index].older(text), pair)
        if name == MEMBERS and isinstance(pair.java, Failed):  # its value: as read where nothing is required
            again = compare((0, text, data))
            return name if again.ours == again.java or known((0, text, data), again) else None
        return name

    cases = st.tuples(st.integers(0, 2**40), st.none() | st.none() | STRUCTS)
    return Family("protobuf read", cases, compare, known, (MEMBERS, YEARS), vary=vary)


def _silent(outcome: Any) -> Any:
    """Whoever parses bytes has words of his own for faults in them."""
    if isinstance(outcome, Failed) and ("ProtocolBuffer" in outcome.name or "Uninitialized" in outcome.name):
        return Failed("InvalidProtocolBufferException", "")
    return outcome


def known_read(schema: Schema, pair: Pair) -> str | None:
    """Differences of 7.0.16 in reading; ``schema`` is the one it makes."""
    failed = pair.java if isinstance(pair.java, Failed) else None
    if failed and (found := _REQUIRED.fullmatch(failed.message)):
        return MEMBERS if (found[1], found[2]) in set(older.required_members(schema)) else None
    if isinstance(pair.ours, Failed):
        return YEARS if failed and YEARS in pair.ours.message and YEARS in failed.message else None
    if failed or isinstance(pair.ours, str):  # or the comparison itself failed
        return None
    return MEMBERS if pair.java == (told(schema), pair.ours[1]) else None


FAMILIES: dict[str, Maker] = {"protobuf schemas": _schemas, "protobuf write": _write, "protobuf read": _read}
