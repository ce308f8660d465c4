"""Avro schemas: texts made of Connect schemas, Connect schemas made of Avro ones, under all data options."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import (
    Schema,
    Type,
    array,
    date_schema,
    decimal_schema,
    map_of,
    struct,
    time_schema,
    timestamp_schema,
)
from connect_core.data.recursive import complete, stand_in
from connect_core.encoding.avro.from_connect import from_connect
from connect_core.encoding.avro.options import AvroOptions
from connect_core.encoding.avro.parse import named_types, parse
from connect_core.encoding.avro.to_connect import to_connect
from tests.fuzz._avro_values import fitting
from tests.fuzz.family import Failed, Family, Maker, Pair, exact, java, ours
from tests.parity.bridge import Bridge
from tests.recursive import told

UNION, ENUM = "io.confluent.connect.avro.Union", "io.confluent.connect.avro.Enum"
KEYS = {
    "enhanced": "enhanced.avro.schema.support",
    "scrub_names": "scrub.invalid.names",
    "meta_data": "connect.meta.data",
    "optional_map_keys": "allow.optional.map.keys",
    "discard_docs": "discard.type.doc.default",
}
OPTIONS = [
    AvroOptions(flatten_singletons=False, **chosen)  # the oracle is of a release before these were flattened
    for chosen in (
        {},
        {"enhanced": True},
        {"scrub_names": True},
        {"meta_data": False},
        {"optional_map_keys": True},
        {"discard_docs": True},
        {"enhanced": True, "scrub_names": True, "optional_map_keys": True},
        {"enhanced": True, "meta_data": False, "discard_docs": True},
    )
]
SCALARS = [
    Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64, Type.BOOLEAN, Type.STRING, Type.BYTES,
]  # fmt: skip
FIELD_NAMES = ("a", "b", "c", "id", "_x", "Ünï", "é1", "key", "value")
ODD_FIELD_NAMES = ("a b", "1a", "a-b", "😀", "a.b", "$", "~*", "٣", "x٣")
STRUCT_NAMES = ("R", "a.R", "a.b.S", "T", "io.confluent.connect.avro.X", "Ü.Ö", None)
ODD_STRUCT_NAMES = ("1.R", "a..b", "a.", ".", "a b.c", "io.confluent.connect.avro.ConnectDefault2", "R-1", UNION)
DOCS = (None, None, None, "doc", 'd"o\\c\u2028é😀', "")


class Draw:
    """Random schemas whose names are mostly ones that Avro takes."""

    def __init__(self, random: Random, *, odd: float = 0.03, defaults: float = 0.15) -> None:
        self.random, self.odd, self.defaults = random, odd, defaults
        self.structs: list[Schema] = []
        self.open: list[dict[bool, Schema]] = []  # stand-ins for each struct under way
        self.handed: list[int] = []  # for which of them they were handed out

    def schema(self, depth: int = 3) -> Schema:
        """Any schema."""
        random = self.random
        if self.open and random.random() < 0.06:
            level = random.randrange(len(self.open))
            self.handed.append(level)
            return self.open[level].setdefault(random.random() < 0.8, stand_in())
        kind = random.choice(("scalar", "scalar", "logical", "enum", "fixed", "array", "map", "struct", "union"))
        if depth <= 0 and kind in ("array", "map", "struct", "union"):
            kind = "scalar"
        handed = len(self.handed)
        made: Schema = getattr(self, f"_{kind}")(depth)
        if random.random() < 0.35:
            made = made.replace(optional=True)
        done = all(level >= len(self.open) for level in self.handed[handed:])  # nothing in it waits for its parts
        if random.random() < self.defaults and done:
            made = made.replace(default=fitting(made.replace(optional=False, default=None), random))
        return made

    def _attributes(self) -> dict[str, Any]:
        random = self.random
        if random.random() < 0.7:
            return {}
        return {
            "doc": random.choice(DOCS),
            "version": random.choice((None, None, 1, 7, -1, 2**31 - 1)),
            "parameters": random.choice(({}, {"p": "v"}, {"avro.x": "1", "q": 'ü"'}, {"avroish": ""}, {"scale": "x"})),
        }

    def _pick(self, usual: tuple[Any, ...], odd: tuple[Any, ...]) -> Any:
        return self.random.choice(odd if self.random.random() < self.odd else usual)

    def _scalar(self, depth: int) -> Schema:
        name = self._pick((None, None, None, "N", "my.Name"), ("org.apache.kafka.connect.data.Date", "ORG.apache"))
        return Schema(self.random.choice(SCALARS), name=name, **self._attributes())

    def _logical(self, depth: int) -> Schema:
        attributes = {k: v for k, v in self._attributes().items() if k in ("doc", "parameters")}
        kind = self.random.choice(("decimal", "decimal", "date", "time", "timestamp"))
        if kind != "decimal":
            made = {"date": date_schema, "time": time_schema, "timestamp": timestamp_schema}[kind]
            return made(**attributes)
        parameters = {k: v for k, v in attributes.pop("parameters", {}).items() if k != "scale"}
        if self.random.random() < 0.3:
            parameters["connect.decimal.precision"] = self.random.choice(("10", "64", "3", "100"))
        return decimal_schema(self.random.choice((0, 2, 5, 20, -2)), parameters=parameters, **attributes)

    def _enum(self, depth: int) -> Schema:
        symbols = sorted(self.random.sample(("A", "B", "C", "D_1"), self.random.randint(1, 4)))
        name = self._pick(("E", "a.E", "a.b.F"), ("1E", "a..E"))
        parameters = {ENUM: name, **{f"{ENUM}.{symbol}": symbol for symbol in symbols}}
        if self.random.random() < 0.3:
            parameters[f"io.confluent.connect.avro.enum.doc.{name.rpartition('.')[2]}"] = "enum doc"
        if self.random.random() < 0.3:
            parameters[f"io.confluent.connect.avro.enum.default.{name.rpartition('.')[2]}"] = symbols[0]
        own = self.random.choice((name, name, None))
        return Schema(Type.STRING, name=own, parameters=parameters)

    def _fixed(self, depth: int) -> Schema:
        size = self.random.choice(("1", "4", "16", "0"))
        name = self._pick(("Fx", "a.Fx", "a.Fy", None), ("x y",))
        return Schema(Type.BYTES, name=name, parameters={"connect.fixed.size": size})

    def _array(self, depth: int) -> Schema:
        return array(self.schema(depth - 1), **self._attributes())

    def _map(self, depth: int) -> Schema:
        key = self.random.choice((Schema(Type.STRING), Schema(Type.STRING), Schema(Type.STRING, optional=True), None))
        if key is None:
            key = Schema(self.random.choice((Type.INT32, Type.INT64, Type.BOOLEAN, Type.INT8)))
        return map_of(
            key, self.schema(depth - 1), name=self.random.choice((None, None, "M", "a.M")), **self._attributes()
        )

    def _struct(self, depth: int) -> Schema:
        random = self.random
        if self.structs and random.random() < 0.3:
            return random.choice(self.structs)
        fields = dict.fromkeys(self._pick(FIELD_NAMES, ODD_FIELD_NAMES) for _ in range(random.randint(0, 4)))
        name = self._pick(STRUCT_NAMES, ODD_STRUCT_NAMES)
        attributes = self._attributes()
        if random.random() < 0.2:
            docs = {"io.confluent.connect.avro.record.doc": "the record", "connect.record.doc": "other"}
            docs |= {f"io.confluent.connect.avro.field.doc.{field}": f"doc of {field}" for field in fields}
            attributes["parameters"] = {**attributes.get("parameters", {}), **docs}
        handed = len(self.handed)
        self.open.append({})
        made = struct([(field, self.schema(depth - 1)) for field in fields], name=name, **attributes)
        for optional, waiting in self.open.pop().items():
            complete(waiting, made, optional=optional)
        if all(level >= len(self.open) for level in self.handed[handed:]):
            self.structs.append(made)
        return made

    def _union(self, depth: int) -> Schema:
        kinds = self.random.sample(SCALARS[2:], self.random.randint(1, 4))
        names = {Type.INT32: "int", Type.INT64: "long", Type.FLOAT32: "float", Type.FLOAT64: "double"}
        fields = [(names.get(kind, kind.value), Schema(kind, optional=True)) for kind in kinds]
        if self.random.random() < 0.4:
            inner = self._struct(1)
            if inner.name is not None and inner.name != UNION:
                fields.append((inner.name.rpartition(".")[2] or "R", inner.replace(optional=True)))
        return struct(list(dict(fields).items()), name=UNION)


class Translators:
    """Java's AvroData under each of ``OPTIONS``."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        make = bridge.jpype.JClass("io.confluent.connect.avro.AvroData")
        config = bridge.jpype.JClass("io.confluent.connect.avro.AvroDataConfig")
        self.of = [make(config(self.settings(options))) for options in OPTIONS]

    def settings(self, options: AvroOptions) -> Any:
        made = self.bridge.new("java.util.HashMap")
        for field, key in KEYS.items():
            made.put(self.bridge.text(key), self.bridge.text(str(getattr(options, field)).lower()))
        return made

    def read(self, text: str, index: int) -> Pair:
        """What both make of an Avro schema."""
        reader = self.bridge.new("org.apache.avro.Schema$Parser").setValidateDefaults(False)
        found = java(self.bridge, lambda: self.of[index].toConnectSchema(reader.parse(self.bridge.text(text))))
        mine = ours(lambda: told(to_connect(parse(text), OPTIONS[index])))
        return Pair(mine, found if isinstance(found, Failed) else told(self.bridge.from_schema(found)))


ENDLESS = "a schema or default that contains itself without end"
NAMELESS = "a struct without name that contains itself"
ENTRIES = "a map with other keys than strings within itself"
FIELD_PARAMETERS = "parameters of a field whose type has stood in full before"


def endless(pair: Pair, name: str, again: Callable[[Any], Pair]) -> str | None:
    """The name of a difference where Java's recursion has no end: ours refuses, or it is a null; or what it made is
    read alike by both, as ``again`` says, maps aside.
    """
    if not isinstance(pair.java, Failed) or pair.java.name != "java.lang.StackOverflowError":
        return None
    if isinstance(pair.ours, Failed):
        return ENDLESS
    if pair.ours in (None, (None, exact(None))):
        return name
    read = again(pair.ours)
    return name if read.ours == read.java else None


def without_maps(text: str) -> str:
    """The text with entries of maps as plain records: their schemas are where Java does not see that it turns round."""
    return text.replace("MapEntry", "NoEntry")


def quiet() -> None:
    """Warnings of dropped defaults are many here."""
    logging.getLogger("connect_core.encoding.avro").setLevel(logging.ERROR)


def _vary(drawn: int, random: Random) -> tuple[int, Schema]:
    return random.randrange(len(OPTIONS)), Draw(random).schema()


def _write(bridge: Bridge) -> Family:
    quiet()
    translators = Translators(bridge)

    def compare(case: tuple[int, Schema]) -> Pair:
        index, schema = case
        made = java(bridge, bridge.schema, schema)
        if isinstance(made, tuple):
            return Pair(None, None)  # Connect itself refuses the schema
        found = java(bridge, lambda: translators.of[index].fromConnectSchema(made).toString())
        mine = ours(lambda: str(from_connect(schema, OPTIONS[index])))
        return Pair(mine, found if isinstance(found, tuple) else bridge.from_text(found))

    def known(case: tuple[int, Schema], pair: Pair) -> str | None:
        return _known(pair) or endless(pair, NAMELESS, lambda text: translators.read(without_maps(text), case[0]))

    differences = (FIELD_PARAMETERS, ENDLESS, NAMELESS)
    return Family("avro schemas", st.integers(), compare, vary=_vary, differences=differences, known=known)


def _known(pair: Pair) -> str | None:
    if isinstance(pair.ours, str) and isinstance(pair.java, str) and without_field_parameters(pair.ours) == pair.java:
        return FIELD_PARAMETERS
    return None


def without_field_parameters(text: str) -> str:
    """A schema's text as releases older than 8.5 make it: they drop a field's own parameters."""
    schema = parse(text)
    for record in named_types(schema).values():
        for field in record.fields:
            field.props.pop("connect.parameters", None)
    return str(schema)


def _read(bridge: Bridge) -> Family:
    quiet()
    translators = Translators(bridge)

    def both(case: tuple[int, Schema], change: Callable[[str], str]) -> Pair:
        index, schema = case
        text = ours(lambda: str(from_connect(schema, OPTIONS[index])))
        if not isinstance(text, str):
            return Pair(None, None)
        return translators.read(change(text), (index * 5 + len(text)) % len(OPTIONS))

    def known(case: tuple[int, Schema], pair: Pair) -> str | None:
        return endless(pair, ENTRIES, lambda _: both(case, without_maps))

    compare, differences = partial(both, change=str), (ENDLESS, ENTRIES)
    return Family("avro schemas read", st.integers(), compare, vary=_vary, known=known, differences=differences)


FAMILIES: dict[str, Maker] = {"avro schemas": _write, "avro schemas read": _read}
