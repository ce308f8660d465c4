"""Random JSON Schema documents: every keyword the reader knows, references, Connect's own members, and mistakes."""

from __future__ import annotations

from random import Random
from typing import Any

NAMES = ("a", "b", "id", "name", "value", "key", "x y", "ä", "payload", "Zz", "aaa", "count")
DIALECTS = (
    None, None, None, "http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema", "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema#", "http://example.com/own",
)  # fmt: skip
TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
CONNECT_TYPES = ("int8", "int16", "int32", "int64", "float32", "float64", "bytes", "map", "bytes", "map")


def document(random: Random) -> Any:
    """A whole document."""
    bucket = random.choice(("definitions", "$defs"))
    made = schema(random, 3, bucket=bucket)
    if isinstance(made, bool):
        return made
    dialect = random.choice(DIALECTS)
    head: dict[str, Any] = {"$schema": dialect} if dialect else {}
    if random.random() < 0.7:
        head[bucket] = {name: schema(random, 2, bucket=bucket) for name in ("A", "B")}
    return head | made


def schema(random: Random, depth: int, *, bucket: str) -> Any:
    """One schema; references name A or B of the bucket, or the root."""
    if random.random() < 0.02:
        return random.choice((True, False))
    if random.random() < 0.12 and depth < 3:
        place = random.choice((f"#/{bucket}/A", f"#/{bucket}/B", f"#/{bucket}/A", "#", "#/properties/a"))
        return {"$ref": place} | _extras(random, 0.2)
    made = _core(random, depth, bucket)
    made |= _extras(random, 0.3)
    if random.random() < 0.03:
        made |= random.choice(_MISTAKES)
    items = list(made.items())
    random.shuffle(items)
    return dict(items)


_MISTAKES: tuple[dict[str, Any], ...] = (
    {"type": "text"}, {"type": 5}, {"title": 5}, {"properties": []}, {"required": "a"}, {"minLength": "1"},
    {"connect.version": "1"}, {"connect.index": "x"}, {"connect.type": 7}, {"connect.type": "int9"},
    {"connect.parameters": "x"}, {"items": 5}, {"$ref": "#/definitions/None"}, {"enum": "x"}, {"pattern": "["},
    {"additionalProperties": 3}, {"default": None}, {"oneOf": {}}, {"maximum": "3"},
)  # fmt: skip


def _core(random: Random, depth: int, bucket: str) -> dict[str, Any]:
    def inner() -> Any:
        return schema(random, depth - 1, bucket=bucket)

    kinds = ["plain"] * 5 + (
        ["object"] * 4 + ["array"] * 2 + ["choice"] * 3 + ["optional"] * 3 + ["map"] if depth else []
    )
    kind = random.choice(kinds)
    if kind == "object":
        names = random.sample(NAMES, random.randint(0, 5))
        made: dict[str, Any] = {"type": "object", "properties": {name: inner() for name in names}}
        if random.random() < 0.3:
            made["required"] = random.sample(names, len(names) // 2)
        if random.random() < 0.2:
            made["additionalProperties"] = random.choice((True, False, {"type": "string"}))
        if random.random() < 0.15:
            del made["type"]
        return made
    if kind == "array":
        return {"type": "array", "items": inner()} | random.choice(({}, {}, {"minItems": 1}, {"uniqueItems": True}))
    if kind == "map":
        entry = {"type": "object", "properties": {"key": inner(), "value": inner()}}
        return random.choice(
            (
                {"type": "array", "connect.type": "map", "items": entry},
                {"type": "object", "connect.type": "map", "additionalProperties": inner()},
            )
        )
    if kind == "optional":
        parts = [{"type": "null"}, inner()]
        random.shuffle(parts)
        return {random.choice(("oneOf", "anyOf")): parts}
    if kind == "choice":
        return {random.choice(("oneOf", "anyOf", "allOf")): [inner() for _ in range(random.randint(1, 3))]}
    return _plain(random)


def _plain(random: Random) -> dict[str, Any]:
    roll = random.random()
    if roll < 0.1:
        return {"enum": random.sample(("a", "b", 1, None, 2.5, True), random.randint(1, 3))}
    if roll < 0.14:
        return {"const": random.choice(("a", 1, 2.5))}
    if roll < 0.18:
        return {"type": random.sample(TYPES[:5], random.randint(1, 3))}
    if roll < 0.22:
        return random.choice(({}, {"minimum": 3}, {"maxLength": 4}, {"not": {"type": "string"}}, {"format": "date"}))
    made: dict[str, Any] = {"type": random.choice(TYPES[:5])}
    if random.random() < 0.3:
        made |= random.choice(
            ({"minLength": 1}, {"maximum": 7}, {"format": "date-time"}, {"enum": ["x", "y"]}, {"const": 4})
        )
    if random.random() < 0.4:
        made["connect.type"] = random.choice(CONNECT_TYPES)
    if random.random() < 0.15:
        made["default"] = random.choice(("x", 5, 2.50, True, "YWI=", 300, 1e20, -0.0))
    return made


def _extras(random: Random, share: float) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, values in (
        ("title", ("T", "org.acme.Thing")),
        ("description", ("words", "")),
        ("connect.index", (0, 1, 2, 3)),
        ("connect.version", (1, 7)),
        ("connect.parameters", ({"p": "1"}, {"q": "ä", "r": "2"}, {})),
        ("x-own", ({"deep": [1]},)),
    ):
        if random.random() < share / 2:
            made[key] = random.choice(values)
    return made
