"""Random Avro schemas as JSON trees, and data of them as bytes: for families that begin with Avro, not with Connect."""

from __future__ import annotations

from random import Random
from typing import Any

from connect_core.data import DATE
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.slow_write import NULL, Datum
from tests.fuzz.values import text as random_text


class AvroDraw:
    """Random Avro schemas as JSON trees, beyond what Connect's give, and datums of them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.names = 0

    def tree(self, depth: int = 3) -> Any:
        random = self.random
        kinds = ["null", "boolean", "int", "long", "float", "double", "bytes", "string", "logical", "enum", "fixed"]
        kind = random.choice(
            kinds if depth <= 0 else [*kinds[1:], "array", "map", "record", "record", "union", "union"]
        )
        if kind in kinds[:8]:
            return kind if random.random() < 0.8 else {"type": kind, **self._props()}
        return getattr(self, f"_{kind}")(depth)

    def _props(self) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {}, {"connect.doc": "d"}, {"connect.name": "my.Name"}, {"connect.name": DATE},
            {"connect.version": 3}, {"avro.p": 1.5}, {"x": [1]},
            {"connect.parameters": {"a": "b"}}, {"connect.default": 5}, {"avro.java.string": "String"}, {"doc": "x"},
            {"connect.type": "int8"}, {"connect.type": "int16"}, {"avro.q": {"a": [7, True, "x"]}},
            {"connect.parameters": {"a": 1}}, {"connect.version": "x"}, {"connect.name": 5}, {"connect.default": "t"},
        ]  # fmt: skip
        return self.random.choice(choices[:13] if self.random.random() < 0.95 else choices)

    def _logical(self, depth: int) -> Any:
        return self.random.choice(
            [
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
            ]
        )

    def _name(self) -> dict[str, Any]:
        self.names += 1
        space = self.random.choice((None, None, "a", "a.b", ""))
        return {"name": f"N{self.names}", **({"namespace": space} if space is not None else {})}

    def _doc(self) -> dict[str, Any]:
        return {"doc": "a doc"} if self.random.random() < 0.2 else {}

    def _enum(self, depth: int) -> Any:
        symbols = self.random.sample(["A", "B", "C", "é"], self.random.randint(1, 4))
        default = {"default": symbols[0]} if self.random.random() < 0.2 else {}
        return {"type": "enum", **self._name(), **self._doc(), "symbols": symbols, **default}

    def _fixed(self, depth: int) -> Any:
        size = self.random.choice((1, 4, 12))
        made = {"type": "fixed", **self._name(), "size": size}
        return made | ({"logicalType": "decimal", "precision": 2, "scale": 1} if self.random.random() < 0.3 else {})

    def _array(self, depth: int) -> Any:
        if self.random.random() < 0.2:
            return {"type": "array", "items": self._entry(depth)}
        return {"type": "array", "items": self.tree(depth - 1), **self._props()}

    def _entry(self, depth: int) -> Any:
        fields = [{"name": "key", "type": self.tree(depth - 2)}, {"name": "value", "type": self.tree(depth - 1)}]
        self.names += 1
        name = {"name": f"N{self.names}", "connect.internal.type": "MapEntry"}
        return {"type": "record", **name, "fields": fields[: self.random.choice((2, 2, 2, 2, 1))]}

    def _map(self, depth: int) -> Any:
        return {"type": "map", "values": self.tree(depth - 1), **self._props()}

    def _record(self, depth: int) -> Any:
        name, fields = self._name(), []
        for field in self.random.sample(["a", "b", "c", "é", "_d"], self.random.randint(0, 4)):
            tree = self.tree(depth - 1)
            if self.random.random() < 0.4 and isinstance(tree, str) and tree != "null":
                tree = ["null", tree]
            fields.append({"name": field, "type": tree, **self._doc(), **self._default(tree)})
        return {"type": "record", **name, **self._doc(), "fields": fields, **self._props()}

    def _default(self, tree: Any) -> dict[str, Any]:
        if self.random.random() < 0.5:
            return {}
        defaults: dict[str, Any] = {
            "int": 7, "long": 2**40, "float": 0.1, "double": 1e300, "string": "d\u00e9", "bytes": "\u00ff\u0001",
            "boolean": True, "null": None,
        }  # fmt: skip
        kind = tree if isinstance(tree, str) else tree[0] if isinstance(tree, list) else tree["type"]
        if isinstance(kind, str) and kind in defaults:
            return {"default": defaults[kind]}
        return {"default": {"array": [], "map": {}, "record": {}}[kind]} if kind in ("array", "map", "record") else {}

    def _union(self, depth: int) -> Any:
        members: dict[str, Any] = {}
        for _ in range(self.random.randint(1, 4)):
            tree = self.tree(depth - 1)
            if isinstance(tree, list):
                continue
            key = tree if isinstance(tree, str) else tree.get("name", tree["type"])
            members.setdefault(key, tree)
        if self.random.random() < 0.5:
            members["null"] = "null"
        return list(members.values()) or ["null", "string"]


def datum(schema: AvroSchema, random: Random) -> Datum:
    """A random datum of an Avro schema."""
    kind = schema.kind
    if kind == "union":
        return datum(random.choice(schema.types), random)
    if kind == "record":
        return Datum("record", {field.name: datum(field.schema, random) for field in schema.fields}, schema)
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
            return Datum("map", {random_text(random): datum(items, random) for _ in range(random.randint(0, 1))})
        # Of maps as entries one is enough: with more, equal keys would depend on Java's order.
        entry = "connect.internal.type" in items.props
        return Datum("array", [datum(items, random) for _ in range(random.randint(0, 1 if entry else 3))])
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
