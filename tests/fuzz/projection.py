"""SchemaProjector: values of generated schemas read as schemas that were changed a little, or too much."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema, Type
from connect_core.data.project import project
from tests.fuzz import _struct_defaults
from tests.fuzz._shapes import NAMES, schema, structure
from tests.fuzz._transforms import shaped
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

WIDER = (Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64)
STRUCT_DEFAULT = "a null struct gets its default"


def changed(source: Schema, random: Random) -> Schema:
    """A schema like it: mostly what a projection allows."""
    made = source
    if random.random() < 0.2 and source.type in WIDER:
        made = made.replace(type=random.choice(WIDER), default=None)
    if random.random() < 0.2:
        made = made.replace(optional=not made.optional)
    if random.random() < 0.2:
        made = made.replace(default=random_value(made, random, nulls=0) if not made.has_default else None)
    if random.random() < 0.03:
        made = made.replace(name=random.choice(("n", "other", None)), default=None)
    if random.random() < 0.03:
        made = made.replace(parameters=random.choice(({}, {"p": "2"}, {"p": "1", "q": ""})))
    if random.random() < 0.1:
        made = made.replace(doc=random.choice((None, "x")), version=random.choice((None, 3)))
    if made.type is Type.STRUCT:
        made = made.replace(fields=_fields(source, random), default=None)
    elif made.type is Type.ARRAY or made.type is Type.MAP:
        made = made.replace(value_schema=changed(_known(source.value_schema), random), default=None)
    return schema(random) if random.random() < 0.01 else made


def _known(found: Schema | None) -> Schema:
    assert found is not None
    return found


def _fields(source: Schema, random: Random) -> list[tuple[str, Schema]]:
    fields = [(f.name, changed(f.schema, random)) for f in source.fields if random.random() < 0.85]
    if random.random() < 0.2:
        random.shuffle(fields)
    if random.random() < 0.25:
        fields.append((random.choice(NAMES), schema(random, 1)))
    return list(dict(fields).items())


def _projection(bridge: Bridge) -> Family:
    theirs = bridge.jpype.JClass("org.apache.kafka.connect.data.SchemaProjector").project

    def draw(seed: int) -> tuple[Schema, Schema]:
        random = Random(seed)
        source = structure(random) if random.random() < 0.7 else schema(random)
        return source, changed(source, random)

    def vary(drawn: tuple[Schema, Schema], random: Random) -> Any:
        return *drawn, random_value(drawn[0], random, entries=3)

    def compare(case: tuple[Schema, Schema, Any]) -> Pair:
        source, target, value = case
        made = bridge.value(source, value)
        found = java(bridge, theirs, bridge.schema(source), made, bridge.schema(target))
        mine = ours(project, source, value, target)
        return Pair(
            mine if isinstance(mine, Failed) else shaped(target, mine),
            found if isinstance(found, Failed) else shaped(target, bridge.from_value(target, found)),
        )

    def known(case: tuple[Schema, Schema, Any], pair: Pair) -> str | None:
        if isinstance(pair.java, Failed) and pair.java.message == _struct_defaults.REFUSED:
            return STRUCT_DEFAULT if any(map(_struct_defaults.holds, case[:2])) else None
        return None

    return Family("projection", st.integers(0, 2**62).map(draw), compare, known, (STRUCT_DEFAULT,), vary)


FAMILIES: dict[str, Maker] = {"projection": _projection}
