"""Whether one Avro schema reads what another wrote: latest.compatibility.strict and the registry's own answer."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.encoding.avro.compat import misfits
from connect_core.encoding.avro.parse import parse
from tests.fuzz._avro_trees import AvroDraw
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

_OTHER = {"int": "long", "long": "int", "float": "double", "double": "float", "string": "bytes", "bytes": "string"}


def _fields(given: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    fields = [{**field, "type": changed(field["type"], random)} for field in given]
    if fields and random.random() < 0.3:
        fields.pop(random.randrange(len(fields)))
    if random.random() < 0.3:
        fields.append({"name": "new", "type": "int", **({"default": 1} if random.random() < 0.5 else {})})
    if fields and random.random() < 0.1:
        fields[0] = {**fields[0], "name": "renamed", "aliases": [fields[0]["name"]]}
    return fields


def changed(tree: Any, random: Random) -> Any:
    """A tree with a few things other than before."""
    if isinstance(tree, str):
        return _OTHER.get(tree, tree) if random.random() < 0.2 else tree
    if isinstance(tree, list):
        made = [changed(member, random) for member in tree]
        if random.random() < 0.3 and len(made) > 1:
            made.pop(random.randrange(len(made)))
        if random.random() < 0.2 and "null" not in made:
            made.append("null")
        return list({json.dumps(member): member for member in made}.values())
    tree = copy.deepcopy(tree)
    kind = tree["type"]
    if kind == "record":
        tree["fields"] = _fields(tree["fields"], random)
    elif kind == "enum" and random.random() < 0.5:
        tree["symbols"] = [s for s in tree["symbols"] if random.random() < 0.8 or s == tree.get("default")] or ["Z"]
        if tree.get("default") not in tree["symbols"]:
            tree.pop("default", None)
    elif kind == "fixed" and random.random() < 0.2:
        tree["size"] += 1
    elif kind in ("array", "map"):
        inner = "items" if kind == "array" else "values"
        tree[inner] = changed(tree[inner], random)
    if "name" in tree and random.random() < 0.1:
        tree["name"] = "Other" + tree["name"]
    return tree


def _compatible(bridge: Bridge) -> Family:
    schema = bridge.jpype.JClass("io.confluent.kafka.schemaregistry.avro.AvroSchema")

    def compare(case: tuple[str, str]) -> Pair:
        reader, writer = case
        mine = ours(lambda: not misfits(parse(reader), parse(writer)))
        made = [java(bridge, lambda text=text: schema(bridge.text(text))) for text in case]
        if any(isinstance(one, Failed) for one in made) or isinstance(mine, Failed):
            return Pair(None, None)  # what is no schema is another family's
        return Pair(mine, bool(made[0].isBackwardCompatible(made[1]).isEmpty()))

    def vary(seed: int, random: Random) -> tuple[str, str]:
        tree = AvroDraw(Random(seed)).tree()
        return json.dumps(changed(tree, random)), json.dumps(tree)

    return Family("avro compatible", st.integers(0, 2**60), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"avro compatible": _compatible}
