"""Schemas and what fits them: complaints of ConnectSchema.validateValue, equality, refusals of SchemaBuilder."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Schema, Type, date_schema, decimal_schema, time_schema, timestamp_schema
from connect_core.data.check import check
from connect_core.data.schema import INT32, OPTIONAL_STRING, STRING
from tests.fuzz._schemas import SCHEMAS
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.fuzz.simple_converters import WIDTH, general
from tests.fuzz.values import text
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

DATES = "a date where a timestamp is due"
_NUMBER = re.compile(r": class (?:int|float) for ")
_SCALARS = (
    *(Schema(kind) for kind in Type if kind not in (Type.ARRAY, Type.MAP, Type.STRUCT)),
    date_schema(), time_schema(), timestamp_schema(), decimal_schema(2),
)  # fmt: skip


def other(schema: Schema, random: Random) -> Schema:
    """A schema like this one but for one place: another type, or null where none may be."""
    inner = [part for part in ("fields", "key_schema", "value_schema") if getattr(schema, part)]
    if inner and random.random() < 0.8:
        part = random.choice(inner)
        if part != "fields":
            return schema.replace(default=None, **{part: other(getattr(schema, part), random)})
        fields = [(field.name, field.schema) for field in schema.fields]
        place = random.randrange(len(fields))
        fields[place] = fields[place][0], other(fields[place][1], random)
        return schema.replace(default=None, fields=fields)
    return random.choice((*_SCALARS, schema.replace(default=None, optional=True), schema, schema))


class Checked:
    """What is held against ``data.check``: values made in Java, and what complains on the way."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self._validate = bridge.jpype.JClass("org.apache.kafka.connect.data.ConnectSchema").validateValue
        self._struct = bridge.jpype.JClass("org.apache.kafka.connect.data.Struct")

    def check(self, name: str | None, target: Schema, as_if: Schema, value: Any) -> None:
        """Raise what Java has against a value of one schema where another is meant."""
        arguments = self.bridge.schema(target), self._made(target, as_if, value)
        if name is None:
            self._validate(*arguments)
        else:
            self._validate(self.bridge.text(name), *arguments)

    def _made(self, target: Schema | None, as_if: Schema | None, value: Any) -> Any:
        """A struct is of the schema meant, so that it complains itself."""
        bridge = self.bridge
        if value is None or target is None or as_if is None or target.type is not as_if.type:
            return bridge.value(as_if, value)
        if target.type is Type.STRUCT:
            return self._made_struct(target, as_if, value)
        if target.type is Type.ARRAY:
            return bridge.filled_list(self._made(target.value_schema, as_if.value_schema, one) for one in value)
        if target.type is Type.MAP:
            keys, values = (target.key_schema, as_if.key_schema), (target.value_schema, as_if.value_schema)
            return bridge.filled_map((self._made(*keys, key), self._made(*values, one)) for key, one in value.items())
        return bridge.value(as_if, value)

    def _made_struct(self, target: Schema, as_if: Schema, value: dict[str, Any]) -> Any:
        found = self._struct(self.bridge.schema(target))
        for field, wrong in zip(target.fields, as_if.fields, strict=True):
            if value.get(field.name) is not None:
                found.put(self.bridge.text(field.name), self._made(field.schema, wrong.schema, value[field.name]))
        found.validate()
        return found


def _checks(bridge: Bridge) -> Family:
    checked = Checked(bridge)

    def compare(case: Any) -> Pair:
        name, target, _, value = case
        mine = ours(lambda: check(target, value, field=name))
        return Pair(general(mine), general(java(bridge, checked.check, *case)))

    def vary(drawn: Schema, random: Random) -> Any:
        as_if = other(drawn, random)
        return random.choice((None, "f", "ä")), drawn, as_if, random_value(as_if, random, entries=3)

    def known(_case: Any, pair: Pair) -> str | None:
        if isinstance(pair.java, Failed) and not isinstance(pair.ours, Failed) and _NUMBER.search(pair.java.message):
            return WIDTH
        dates = isinstance(pair.ours, Failed) and "class java.util.Date" in pair.ours.message
        return DATES if dates and not isinstance(pair.java, Failed) else None

    return Family("schema check", SCHEMAS, compare, known=known, differences=(WIDTH, DATES), vary=vary)


def _equality(bridge: Bridge) -> Family:
    def changed(schema: Schema, random: Random) -> Schema:
        name = random.choice((None, "", "n", "N"))
        what = random.randrange(9)
        if what == 0:
            return schema.replace(doc=name)
        if what == 1 and not schema.has_default:  # a logical name says what a default may be
            return schema.replace(name=name)
        if what == 2:
            return schema.replace(version=random.choice((None, 1, 2)))
        if what == 3:
            return schema.replace(parameters=dict(reversed(list(schema.parameters.items()))))
        if what == 4:
            return schema.replace(parameters={**schema.parameters, "p": name or ""})
        if what == 5:
            return schema.replace(optional=not schema.optional)
        if what == 6 and schema.fields:
            return schema.replace(fields=[(f.name, f.schema) for f in reversed(schema.fields)])
        if what == 7:
            return schema.replace(default=random_value(schema.replace(optional=False), random))
        return schema

    def vary(drawn: Schema, random: Random) -> Any:
        return drawn, changed(changed(drawn, random), random)

    def compare(case: tuple[Schema, Schema]) -> Pair:
        one, another = case
        return Pair(one is another, bool(bridge.schema(one).equals(bridge.schema(another))))

    return Family("schema equality", SCHEMAS, compare, vary=vary)


def _builder(bridge: Bridge) -> Family:
    types = bridge.jpype.JClass("org.apache.kafka.connect.data.Schema").Type
    builder = bridge.jpype.JClass("org.apache.kafka.connect.data.SchemaBuilder")

    def theirs(kind: Type, fields: list[tuple[str, Schema]]) -> Any:
        made = builder.type(getattr(types, kind.name))
        for name, schema in fields:
            made.field(bridge.text(name), bridge.schema(schema))
        return made.build()

    def compare(case: Any) -> Pair:
        kind, fields = case
        found = java(bridge, theirs, kind, fields)
        mine = ours(lambda: Schema(kind, fields=fields))
        return Pair(mine, found if isinstance(found, Failed) else bridge.from_schema(found))

    def vary(_drawn: int, random: Random) -> Any:
        kind = random.choice((*[Type.STRUCT] * 6, Type.INT8, Type.STRING, Type.BYTES))
        names = [random.choice(("a", "b", "c", "", text(random))) for _ in range(random.randrange(5))]
        return kind, [(name, random.choice((INT32, STRING, OPTIONAL_STRING))) for name in names]

    return Family("schema builder", st.integers(0, 2**32), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"schema check": _checks, "schema equality": _equality, "schema builder": _builder}
