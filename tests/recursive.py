"""Schemas that hold themselves, made and compared: others are one object when equal, these are not.

Two of them are alike if nobody who walks them, however far, sees a difference; how often each repeats does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import chain
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

from connect_core.data import Schema, Type, array, map_of, struct
from connect_core.data.recursive import complete, is_recursive, stand_in
from connect_core.data.schema import STRING

_STEPS = 40
"""How far a walk goes: further than any schema drawn has structs."""
_told: WeakKeyDictionary[Schema, str | None] = WeakKeyDictionary()


def told(schema: Schema | None) -> Schema | str | None:
    """The schema itself, or what is equal for schemas that hold themselves and are alike."""
    if schema is None:
        return None
    if schema not in _told:
        _told[schema] = _digest(schema) if is_recursive(schema) else None
    return _told[schema] or schema


def _digest(schema: Schema) -> str:
    nodes = list(walk(schema))
    own = {id(one): _attributes(one) for one in nodes}
    said = own
    for _ in range(_STEPS):
        said = {id(one): _hash(own[id(one)], *(said[id(part)] for part in _parts(one))) for one in nodes}
    return f"{schema!r} holding itself: {said[id(schema)]}"


def _hash(*texts: str) -> str:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _parts(schema: Schema) -> list[Schema]:
    inner = [field.schema for field in schema.fields]
    return inner + [part for part in (schema.key_schema, schema.value_schema) if part is not None]


def walk(schema: Schema, seen: set[Schema] | None = None) -> Iterator[Schema]:
    """The schema and every part of it, once."""
    seen = set() if seen is None else seen
    if schema not in seen:
        seen.add(schema)
        yield schema
        for part in _parts(schema):
            yield from walk(part, seen)


def _default(schema: Schema | None, value: Any) -> Any:
    """A default without what is null in structs, which need not be said."""
    if isinstance(value, dict) and schema is not None and schema.type is Type.STRUCT:
        return {f.name: _default(f.schema, value[f.name]) for f in schema.fields if value.get(f.name) is not None}
    if isinstance(value, dict):
        values = schema.value_schema if schema is not None else None
        return sorted((repr(key), repr(_default(values, element))) for key, element in value.items())
    if isinstance(value, list):
        return [_default(schema.value_schema if schema is not None else None, element) for element in value]
    return value


def _attributes(schema: Schema) -> str:
    names = [field.name for field in schema.fields]
    said = (
        schema.type,
        schema.optional,
        schema.name,
        schema.version,
        schema.doc,
        _default(schema, schema.default),
        names,
    )
    return repr((said, sorted(schema.parameters.items())))


def rebuilt(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with every part changed, from the inside out; what holds itself does so again."""
    return _Rebuilder(change).rebuilt(schema)


class _Rebuilder:
    def __init__(self, change: Callable[[Schema], Schema]) -> None:
        self._change = change
        self._within: dict[Schema, list[Schema]] = {}

    def rebuilt(self, schema: Schema) -> Schema:
        if schema in self._within:
            self._within[schema].append(stand_in())
            return self._within[schema][-1]
        waiting = self._within[schema] = []
        parts: dict[str, Any] = {}
        if schema.type is Type.STRUCT:
            parts["fields"] = [(one.name, self.rebuilt(one.schema)) for one in schema.fields]
        for name in ("key_schema", "value_schema"):
            part = getattr(schema, name)
            if part is not None:
                parts[name] = self.rebuilt(part)
        made = self._change(schema.replace(**parts) if parts else schema)
        del self._within[schema]
        for one in waiting:
            complete(one, made)
        return made


def circled(schema: Schema, random: Random, *, closed: Callable[[Schema], bool] = lambda _: False) -> Schema:
    """A struct that holds itself, or one within it: one more field somewhere inside, bare, in a list, map or struct.

    ``closed`` says which structs must not hold themselves.
    """
    inner = [place for place, field in enumerate(schema.fields) if _has_struct(field.schema)]
    if inner and (closed(schema) or random.random() < 0.4):
        place = random.choice(inner)
        changed = _inside(schema.fields[place].schema, lambda one: circled(one, random, closed=closed))
        return _with(schema, place, changed)
    if closed(schema):
        return schema
    again = stand_in()
    again.optional = random.random() < 0.9
    made = _planted(schema, again, random, closed)
    complete(again, made, optional=again.optional, default=None, has_default=False)
    return made


def _has_struct(schema: Schema) -> bool:
    if schema.type is Type.STRUCT:
        return True
    return schema.value_schema is not None and _has_struct(schema.value_schema)


def _inside(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with the struct in it changed."""
    if schema.type is Type.STRUCT:
        return change(schema)
    assert schema.value_schema is not None
    return schema.replace(value_schema=_inside(schema.value_schema, change), default=None)


def _with(schema: Schema, place: int, changed: Schema) -> Schema:
    fields = [(one.name, changed if one.index == place else one.schema) for one in schema.fields]
    return schema.replace(fields=fields, default=None)


def _planted(schema: Schema, again: Schema, random: Random, closed: Callable[[Schema], bool]) -> Schema:
    inner = [place for place, field in enumerate(schema.fields) if _has_struct(field.schema)]
    if inner and random.random() < 0.5:
        place = random.choice(inner)
        return _with(
            schema, place, _inside(schema.fields[place].schema, lambda one: _planted(one, again, random, closed))
        )
    fields = [(one.name, one.schema) for one in schema.fields]
    for name in random.sample(["again", "Order", "more", "self_of"], random.choice((1, 1, 2))):
        if schema.field(name) is None:
            fields.insert(
                random.randint(0, len(fields)),
                (name, _holding(again, random, optional=closed(schema) or random.random() < 0.8)),
            )
    return schema.replace(fields=fields, default=None)


def _holding(again: Schema, random: Random, *, optional: bool) -> Schema:
    kind = random.random() if again.optional else random.uniform(0.5, 0.9)  # or values would have no end
    if kind < 0.5:
        return again
    if kind < 0.75:
        return array(again, optional=optional)
    if kind < 0.9:
        return map_of(STRING, again, optional=optional, name=random.choice((None, "by_name")))
    return struct([("inner", again)], optional=optional, name=random.choice((None, "Holder")))


def unrolled(schema: Schema, value: Any = None) -> Schema:
    """A schema that ends: what holds itself does so two levels down and as far as a value goes, there stands a text."""
    return _unrolled(schema, [value], {})


def _unrolled(schema: Schema, values: list[Any], within: dict[Schema, int]) -> Schema:
    values = [value for value in values if value is not None]
    depth = within.get(schema, 0)
    if depth > 1 and not values:
        return STRING.replace(optional=schema.optional)
    parts: dict[str, Any] = {}
    if schema.type is Type.STRUCT:
        inner = {**within, schema: depth + 1}
        structs = [value for value in values if isinstance(value, dict)]
        parts["fields"] = [
            (one.name, _unrolled(one.schema, [value.get(one.name) for value in structs], inner))
            for one in schema.fields
        ]
    if schema.key_schema is not None:
        parts["key_schema"] = _unrolled(schema.key_schema, list(chain.from_iterable(values)), within)
    if schema.value_schema is not None:
        inside = [value.values() if isinstance(value, dict) else value for value in values]
        parts["value_schema"] = _unrolled(schema.value_schema, list(chain.from_iterable(inside)), within)
    return schema.replace(**parts) if parts else schema
