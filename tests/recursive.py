"""Schemas that hold themselves, compared: others are one object when equal, these are equal to nothing but themselves.

Two of them are alike if nobody who walks them, however far, sees a difference; how often each repeats does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from weakref import WeakKeyDictionary

from connect_core.data import Schema
from connect_core.data.recursive import is_recursive

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
    nodes = list({id(one): one for one in _walk(schema, set())}.values())
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


def _walk(schema: Schema, seen: set[int]) -> Iterator[Schema]:
    if id(schema) not in seen:
        seen.add(id(schema))
        yield schema
        for part in _parts(schema):
            yield from _walk(part, seen)


def _attributes(schema: Schema) -> str:
    names = [field.name for field in schema.fields]
    said = (schema.type, schema.optional, schema.name, schema.version, schema.doc, schema.default, names)
    return repr((said, sorted(schema.parameters.items())))
