"""Random Avro schemas as JSON trees, and data of them as bytes: for families that begin with Avro, not with Connect."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from connect_core.data import DATE, DECIMAL
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.parse import parse
from connect_core.encoding.avro.slow_write import NULL, Datum
from connect_core.encoding.avro.to_connect import is_map_entry
from connect_core.errors import DataError
from tests.fuzz.values import text as random_text

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
ENTRY = {"connect.internal.type": "MapEntry"}
PROPS: tuple[dict[str, Any], ...] = (
    {}, {"connect.doc": "d"}, {"connect.name": "my.Name"}, {"connect.name": DATE}, {"connect.version": 3},
    {"avro.p": 1.5}, {"x": [1]}, {"connect.parameters": {"a": "b"}}, {"connect.default": 5},
    {"avro.java.string": "String"}, {"doc": "x"}, {"connect.type": "int8"}, {"connect.type": "int16"},
    {"avro.q": {"a": [7, True, "x"]}},
)  # fmt: skip
ODD_PROPS: tuple[dict[str, Any], ...] = (
    {"connect.parameters": {"a": 1}}, {"connect.version": "x"}, {"connect.version": 2.5}, {"connect.version": -1},
    {"connect.name": 5}, {"connect.name": ""}, {"connect.default": "t"}, {"connect.default": None},
    {"connect.default": [1]}, {"connect.default": {}}, {"connect.type": "int64"}, {"connect.doc": 5},
    {"connect.parameters": "x"}, {"logicalType": "date"}, {"logicalType": "Decimal"}, {"logicalType": 7},
    {"connect.name": DECIMAL}, {"avro.n": None}, {"connect.internal.type": "MapEntry"},
)  # fmt: skip
LOGICAL: tuple[dict[str, Any], ...] = (
    {"type": "int", "logicalType": "date"},
    {"type": "int", "logicalType": "time-millis"},
    {"type": "long", "logicalType": "timestamp-millis"},
    {"type": "long", "logicalType": "timestamp-micros"},
    {"type": "long", "logicalType": "time-micros"},
    {"type": "long", "logicalType": "local-timestamp-millis"},
    {"type": "string", "logicalType": "uuid"},
    {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
    {"type": "bytes", "logicalType": "decimal", "precision": 64},
    {"type": "int", "logicalType": "date", "connect.type": "int8"},
    {"type": "int", "logicalType": "date", "connect.version": 1, "connect.name": DATE},
    {"type": "bytes", "logicalType": "decimal", "precision": 2, "scale": 3},
    {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": -2},
    {"type": "bytes", "logicalType": "decimal"},
    {"type": "bytes", "logicalType": "decimal", "precision": "4", "scale": "2"},
    {"type": "string", "logicalType": "date"},
    {"type": "bytes", "scale": 2, "precision": 64, "connect.version": 1, "connect.parameters": {"scale": "2"},
     "connect.name": DECIMAL, "logicalType": "decimal"},
    {"type": "long", "logicalType": "Timestamp-Millis"},
)  # fmt: skip
DEEP = 6
WRONG: tuple[Any, ...] = (7, "x", None, [], {}, True, 1.5, [1], {"a": 1}, 2**40, 2**70, "NaN")


class AvroDraw:
    """Random Avro schemas as JSON trees, beyond what Connect's give; types stand by their names where met again."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = 0
        self.space = ""
        self.trees: dict[str, Any] = {}
        self.open: list[str] = []

    def tree(self, depth: int = 3) -> Any:
        """Any type."""
        random = self.random
        if self.trees and random.random() < 0.08:
            return self._by_name(random.choice(list(self.trees)))
        if self.open and random.random() < 0.02:
            return self._by_name(random.choice(self.open))
        scalars = [*PRIMITIVES, "logical", "enum", "fixed"]
        kind = random.choice(
            scalars if depth <= 0 else [*scalars[1:], "array", "map", "record", "record", "union", "union"]
        )
        if kind in PRIMITIVES:
            return kind if random.random() < 0.8 else {"type": kind, **self._props()}
        return getattr(self, f"_{kind}")(depth)

    def _by_name(self, full: str) -> str:
        space, _, name = full.rpartition(".")
        return name if space == self.space and self.random.random() < 0.7 else full

    def _inner(self, depth: int) -> Any:
        """A type within an array, a map or a union, where a record may well mean itself."""
        if self.open and self.random.random() < 0.12:
            return self._by_name(self.random.choice(self.open))
        return self.tree(depth)

    def _props(self) -> dict[str, Any]:
        return self.random.choice(PROPS if self.random.random() < 0.93 else ODD_PROPS)

    def _logical(self, depth: int) -> Any:
        made = self.random.choice(LOGICAL[:10] if self.random.random() < 0.8 else LOGICAL)
        return {**made, **(self._props() if self.random.random() < 0.1 else {})}

    def _name(self) -> tuple[str, dict[str, Any]]:
        """(full name, attributes); now and then one that another namespace has."""
        self.names += 1
        space = self.random.choice((None, None, "a", "a.b", ""))
        known = [name.rpartition(".")[2] for name in (*self.trees, *self.open)]
        short = self.random.choice(known) if known and self.random.random() < 0.1 else f"N{self.names}"
        inner = self.space if space is None else space
        full = f"{inner}.{short}" if inner else short
        if full in self.trees or full in self.open:
            short, full = f"N{self.names}", f"{inner}.N{self.names}" if inner else f"N{self.names}"
        return full, {"name": short, **({"namespace": space} if space is not None else {})}

    def _attributes(self) -> dict[str, Any]:
        doc = {"doc": "a doc"} if self.random.random() < 0.2 else {}
        return doc | ({"aliases": ["Alias"]} if self.random.random() < 0.05 else {})

    def _enum(self, depth: int) -> Any:
        full, name = self._name()
        symbols = self.random.sample(["A", "B", "C", "é"], self.random.randint(1, 4))
        default = {"default": symbols[0]} if self.random.random() < 0.2 else {}
        props = self._props() if self.random.random() < 0.2 else {}
        self.trees[full] = {"type": "enum", **name, **self._attributes(), "symbols": symbols, **default, **props}
        return self.trees[full]

    def _fixed(self, depth: int) -> Any:
        full, name = self._name()
        made = {"type": "fixed", **name, **self._attributes(), "size": self.random.choice((1, 4, 12))}
        if self.random.random() < 0.3:
            made |= {"logicalType": "decimal", "precision": 2, "scale": 1}
        self.trees[full] = made | (self._props() if self.random.random() < 0.2 else {})
        return self.trees[full]

    def _array(self, depth: int) -> Any:
        if self.random.random() < 0.2:
            return {"type": "array", "items": self._entry(depth)}
        return {"type": "array", "items": self._inner(depth - 1), **self._props()}

    def _entry(self, depth: int) -> Any:
        """The key and value of a map."""
        self.names += 1
        name, props = {"name": f"N{self.names}"}, ENTRY
        if "io.confluent.connect.avro.MapEntry" not in self.trees and self.random.random() < 0.3:
            name, props = {"name": "MapEntry", "namespace": "io.confluent.connect.avro"}, {}
            self.trees["io.confluent.connect.avro.MapEntry"] = "int"  # not for others to refer to
        before, self.space = self.space, name.get("namespace", self.space)
        fields = [{"name": "key", "type": self.tree(depth - 2)}, {"name": "value", "type": self._inner(depth - 1)}]
        self.space = before
        return {"type": "record", **name, **props, "fields": fields[: self.random.choice((2, 2, 2, 2, 2, 1))]}

    def _map(self, depth: int) -> Any:
        return {"type": "map", "values": self._inner(depth - 1), **self._props()}

    def _record(self, depth: int) -> Any:
        full, name = self._name()
        before, self.space = self.space, full.rpartition(".")[0]
        self.open.append(full)
        fields = []
        for field in self.random.sample(["a", "b", "c", "é", "_d"], self.random.randint(0, 4)):
            tree = self.tree(depth - 1)
            if self.random.random() < 0.4 and isinstance(tree, str) and tree != "null":
                tree = ["null", tree]
            order = {"order": "descending"} if self.random.random() < 0.03 else {}
            own = {"connect.parameters": {"a": "own"}} if self.random.random() < 0.02 else {}
            fields.append({"name": field, "type": tree, **self._attributes(), **self._default(tree), **order, **own})
        self.space = before
        self.open.remove(full)
        self.trees[full] = {"type": "record", **name, **self._attributes(), "fields": fields, **self._props()}
        return self.trees[full]

    def _union(self, depth: int) -> Any:
        members: dict[str, Any] = {}
        for _ in range(self.random.randint(1, 4)):
            tree = self._inner(depth - 1)
            if not isinstance(tree, list):
                members.setdefault(self._full(tree), tree)
        if self.random.random() < 0.5:
            members["null"] = "null"
        made = list(members.values()) or ["null", "string"]
        if self.random.random() < 0.2:
            self.random.shuffle(made)
        return made

    def _full(self, tree: Any) -> str:
        """What tells the members of a union apart."""
        if isinstance(tree, str):
            return tree if tree in PRIMITIVES or "." in tree or not self.space else f"{self.space}.{tree}"
        if "name" not in tree:
            return str(tree["type"])
        space = tree.get("namespace", self.space)
        return f"{space}.{tree['name']}" if space else str(tree["name"])

    def _default(self, tree: Any) -> dict[str, Any]:
        """Mostly one that fits."""
        chosen = self.random.random()
        if chosen < 0.5:
            return {}
        if chosen < 0.53:
            return {"default": self.random.choice(WRONG)}
        try:
            return {"default": self._fitting(tree, 4)}
        except (KeyError, RecursionError):  # a type that is not known yet, or that has no end
            return {}

    def _fitting(self, tree: Any, depth: int) -> Any:
        defaults: dict[str, Any] = {
            "int": 7, "long": 2**40, "float": 0.1, "double": 1e300, "string": "d\u00e9", "bytes": "\u00ff\u0001",
            "boolean": True, "null": None,
        }  # fmt: skip
        if not depth:
            raise RecursionError
        if isinstance(tree, list):
            return self._fitting(tree[0], depth)
        if isinstance(tree, str):
            return defaults[tree] if tree in defaults else self._fitting(self.trees[self._full(tree)], depth - 1)
        kind, bare = tree["type"], self.random.random() < 0.5
        if kind in ("array", "map"):
            inner = tree["items" if kind == "array" else "values"]
            made = None if bare else self._fitting(inner, depth - 1)
            return ([] if bare else [made]) if kind == "array" else {} if bare else {"k": made}
        if kind == "record":
            return {
                field["name"]: self._fitting(field["type"], depth - 1)
                for field in tree["fields"]
                if not (bare and "default" in field)
            }
        if kind == "enum":
            return tree["symbols"][-1]
        return "\u0001" * tree["size"] if kind == "fixed" else defaults[kind]


def drawn_text(random: Random) -> tuple[str, AvroSchema]:
    """The text of a drawn schema, and the schema."""
    while True:
        text = json.dumps(AvroDraw(random).tree(), ensure_ascii=False)
        try:
            return text, parse(text)
        except DataError:  # a name of a type that was drawn, but left out
            continue


class Endless(Exception):
    """No datum of the schema has an end."""


def datum(schema: AvroSchema, random: Random, depth: int = 0) -> Datum:
    """A random datum of an Avro schema; Endless if there is none."""
    kind = schema.kind
    if kind == "union":
        flat = [member for member in schema.types if member.kind not in ("record", "array", "map")]
        return datum(random.choice(flat if depth > DEEP and flat else schema.types), random, depth + 1)
    if kind in ("record", "error"):
        if depth > 6 * DEEP:
            raise Endless
        values = {field.name: datum(field.schema, random, depth + 1) for field in schema.fields}
        return Datum("record", values, schema)
    if kind == "enum":
        return Datum("enum", random.choice(schema.symbols), schema)
    if kind == "fixed":
        return Datum("fixed", random.randbytes(schema.size), schema)
    if kind == "null":
        return NULL
    if kind in ("array", "map"):
        items = schema.items
        assert items is not None
        if kind == "map":
            most = 1 if depth < DEEP else 0
            return Datum(
                "map", {random_text(random): datum(items, random, depth + 1) for _ in range(random.randint(0, most))}
            )
        # Of maps as entries one is enough: with more, equal keys would depend on Java's order.
        entry = is_map_entry(items)
        most = (1 if entry else 3) if depth < DEEP else 0
        return Datum("array", [datum(items, random, depth + 1) for _ in range(random.randint(0, most))])
    return Datum(kind, _plain(schema, random))


def _plain(schema: AvroSchema, random: Random) -> Any:
    if schema.kind in ("int", "long"):
        logical = str(schema.props.get("logicalType"))
        if logical == "date":
            return random.randint(-700_000, 2_900_000)
        if logical == "time-millis":
            return random.choice((0, 1, 86_399_999, random.randint(0, 86_399_999), random.randint(-5, 90_000_000)))
        if logical == "timestamp-millis" and random.random() < 0.95:
            return random.randint(-62_135_596_800_000, 253_402_300_799_999)
        bits = 31 if schema.kind == "int" else 63
        wide = random.randint(0, bits)
        return random.choice((0, -1, (1 << bits) - 1, -(1 << bits), random.randint(-(1 << wide), (1 << wide) - 1)))
    plain: dict[str, Any] = {
        "boolean": random.random() < 0.5,
        "string": random_text(random).encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "bytes": random.randbytes(random.randint(0 if random.random() < 0.1 else 1, 9)),
        "float": random.choice((0.0, -0.0, 1.5, float("inf"), float("nan"))),
        "double": random.choice((0.0, -0.0, 1e300, float("-inf"), float("nan"), random.random())),
    }
    return plain[schema.kind]


def mutated(data: bytes, random: Random) -> bytes:
    """The message cut, with a byte changed, dropped or put in; its head stays."""
    body = bytearray(data[5:])
    at = random.randrange(len(body) + 1)
    match random.choice(("cut", "change", "drop", "insert", "append")):
        case "cut":
            del body[at:]
        case "change" if at < len(body):
            body[at] = random.choice((0, 1, 2, 0x7F, 0x80, 0xFF, random.randrange(256)))
        case "drop":
            del body[at : at + 1]
        case "insert":
            body[at:at] = random.randbytes(random.randint(1, 4))
        case _:
            body += random.randbytes(3)
    return data[:5] + bytes(body)
