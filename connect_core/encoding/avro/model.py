"""Avro schemas as a small graph, and their text: byte for byte what Avro's Java library prints for the same schema.

The order of members matters, because the text is what is registered. Named types stand in full where met first and by
name afterwards. Neighbours: ``parse`` reads texts, ``from_connect`` makes schemas of Connect's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.encoding.avro.errors import AvroError, SchemaParseError
from connect_core.java.numbers import double_text, float_text

PRIMITIVES = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
NAMED = frozenset(("record", "enum", "fixed", "error"))
_TO_ESCAPE = re.compile('["\\\\\x00-\x1f]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
MISSING: Any = object()
"""No default, where None is the default null."""


class Single(float):
    """A float of 32 bits in a property or default: printed with its own shortest digits."""


class AvroField:
    """A record's field; ``default`` is a JSON tree or MISSING."""

    __slots__ = ("aliases", "default", "doc", "name", "order", "props", "schema")

    def __init__(
        self, name: str, schema: AvroSchema, *, doc: str | None = None, default: Any = MISSING,
        props: Mapping[str, Any] | None = None, order: str | None = None, aliases: Sequence[str] = (),
    ) -> None:  # fmt: skip
        check_name(name)
        self.name, self.schema, self.doc, self.default = name, schema, doc, default
        self.props: dict[str, Any] = dict(props or {})
        self.order, self.aliases = order, tuple(aliases)


class AvroSchema:
    """One type. ``kind`` is Avro's word for it; other members only where the kind has them."""

    __slots__ = (
        "aliases", "default", "doc", "fields", "items", "kind", "name", "namespace", "props", "size", "symbols",
        "types",
    )  # fmt: skip

    def __init__(
        self, kind: str, *, name: str | None = None, namespace: str | None = None, doc: str | None = None,
    ) -> None:  # fmt: skip
        self.kind, self.doc = kind, doc
        self.name: str | None = name
        self.namespace: str | None = namespace
        self.props: dict[str, Any] = {}
        self.aliases: tuple[str, ...] = ()
        self.fields: list[AvroField] = []
        self.items: AvroSchema | None = None
        self.types: list[AvroSchema] = []
        self.symbols: list[str] = []
        self.size = 0
        self.default: str | None = None
        if name is not None:
            self._take_name(name, namespace)

    def _take_name(self, name: str, namespace: str | None) -> None:
        space, dot, last = name.rpartition(".")
        self.name, self.namespace = (last, space) if dot else (name, namespace)
        if not self.namespace:
            self.namespace = None
        check_name(self.name)

    @property
    def full_name(self) -> str:
        """Namespace and name of a named type; the kind of any other."""
        if self.name is None:
            return self.kind
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    def text_prop(self, name: str) -> str | None:
        """A property that is a text, else None."""
        value = self.props.get(name)
        return value if isinstance(value, str) else None

    def add_prop(self, name: str, value: Any) -> None:
        """Set a property once; the same value again is no harm."""
        if name in self.props and not _same(self.props[name], value):
            raise AvroError(f"Can't overwrite property: {name}")
        self.props[name] = value

    def set_fields(self, fields: list[AvroField]) -> None:
        """The fields of a record; their names must differ."""
        seen: dict[str, str] = {}
        for place, field in enumerate(fields):
            shown = f"{field.name} type:{field.schema.kind.upper()} pos:{place}"
            if field.name in seen:
                known = seen[field.name]
                raise AvroError(f"Duplicate field {field.name} in record {self.full_name}: {shown} and {known}.")
            seen[field.name] = shown
        self.fields = fields

    def field(self, name: str) -> AvroField | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def __str__(self) -> str:
        return "".join(_text(self, {}, None))


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def union_of(types: list[AvroSchema]) -> AvroSchema:
    """A union; it holds no union, and no type twice."""
    made = AvroSchema("union")
    made.types = types
    seen: set[str] = set()
    for member in types:
        if member.kind == "union":
            raise AvroError(f"Nested union: {made}")
        if member.full_name in seen:
            raise AvroError(f"Duplicate in union:{member.full_name}")
        seen.add(member.full_name)
    return made


def array_of(items: AvroSchema) -> AvroSchema:
    """An array."""
    made = AvroSchema("array")
    made.items = items
    return made


def map_of(values: AvroSchema) -> AvroSchema:
    """A map with string keys."""
    made = AvroSchema("map")
    made.items = values
    return made


def check_name(name: str | None) -> None:
    """Letters, digits and underscores, no digit first, as Java counts letters (by UTF-16 units)."""
    if name is None:
        raise SchemaParseError("Null name")
    if not name:
        raise SchemaParseError("Empty name")
    if not (_letter(name[0]) or name[0] == "_"):
        raise SchemaParseError(f"Illegal initial character: {name}")
    if not all(_letter(char) or char == "_" or (char.isdecimal() and ord(char) < 0x10000) for char in name[1:]):
        raise SchemaParseError(f"Illegal character in: {name}")


def _letter(char: str) -> bool:
    return char.isalpha() and ord(char) < 0x10000


def quote(text: str) -> str:
    """A JSON string; only what must be is escaped."""
    return '"' + _TO_ESCAPE.sub(lambda found: _SHORT.get(found[0]) or f"\\u{ord(found[0]):04X}", text) + '"'


def json_text(value: Any) -> str:
    """A JSON tree as Jackson prints it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float):
        text = float_text(value) if isinstance(value, Single) else double_text(value)
        return f'"{text}"' if text[-1] in "Ny" else text
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{quote(k)}:{json_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(json_text, value)) + "]"
    return str(value)


def _text(schema: AvroSchema, names: dict[str, AvroSchema], space: str | None) -> list[str]:
    if schema.kind in PRIMITIVES and not schema.props:
        return [f'"{schema.kind}"']
    if schema.kind == "union":
        members = (_joined(member, names, space) for member in schema.types)
        return ["[", ",".join(members), "]"]
    if schema.name is not None:
        known = names.get(schema.full_name)
        if known is schema or (known is not None and _equal(known, schema)):
            shown = schema.name if schema.namespace == space else schema.full_name
            return [quote(shown)]
        if known is not None:
            raise SchemaParseError(f"Can't redefine: {schema.full_name}")
        names[schema.full_name] = schema
    parts = [f'{{"type":"{schema.kind}"']
    inner = space
    if schema.name is not None:
        parts.append(f',"name":{quote(schema.name)}')
        if schema.namespace != space:
            parts.append(f',"namespace":{quote(schema.namespace or "")}')
        inner = schema.namespace
        if schema.doc is not None:
            parts.append(f',"doc":{quote(schema.doc)}')
    parts += _body(schema, names, inner)
    parts += [f",{quote(name)}:{json_text(value)}" for name, value in schema.props.items()]
    if schema.aliases:
        parts.append(',"aliases":[' + ",".join(quote(alias) for alias in schema.aliases) + "]")
    parts.append("}")
    return parts


def _joined(schema: AvroSchema, names: dict[str, AvroSchema], space: str | None) -> str:
    return "".join(_text(schema, names, space))


def _body(schema: AvroSchema, names: dict[str, AvroSchema], space: str | None) -> list[str]:
    if schema.kind in ("record", "error"):
        fields = (_field_text(field, names, space) for field in schema.fields)
        return [',"fields":[', ",".join(fields), "]"]
    if schema.kind in ("array", "map"):
        assert schema.items is not None
        return [f',"{"items" if schema.kind == "array" else "values"}":', *_text(schema.items, names, space)]
    if schema.kind == "enum":
        symbols = ",".join(quote(symbol) for symbol in schema.symbols)
        default = f',"default":{quote(schema.default)}' if schema.default is not None else ""
        return [f',"symbols":[{symbols}]{default}']
    return [f',"size":{schema.size}'] if schema.kind == "fixed" else []


def _field_text(field: AvroField, names: dict[str, AvroSchema], space: str | None) -> str:
    parts = [f'{{"name":{quote(field.name)},"type":', *_text(field.schema, names, space)]
    if field.doc is not None:
        parts.append(f',"doc":{quote(field.doc)}')
    if field.default is not MISSING:
        parts.append(f',"default":{json_text(field.default)}')
    if field.order is not None and field.order != "ascending":
        parts.append(f',"order":{quote(field.order)}')
    if field.aliases:
        parts.append(',"aliases":[' + ",".join(quote(alias) for alias in field.aliases) + "]")
    parts += [f",{quote(name)}:{json_text(value)}" for name, value in field.props.items()]
    return "".join(parts) + "}"


def _equal(one: AvroSchema, other: AvroSchema, pairs: set[tuple[int, int]] | None = None) -> bool:
    """Java's ``Schema.equals``: docs and aliases do not count, properties and defaults do."""
    if one is other:
        return True
    pairs = set() if pairs is None else pairs
    if (id(one), id(other)) in pairs:
        return True
    pairs.add((id(one), id(other)))
    if (one.kind, one.full_name, one.size, one.symbols, one.default) != (
        other.kind, other.full_name, other.size, other.symbols, other.default,
    ):  # fmt: skip
        return False
    if json_text(one.props) != json_text(other.props) and not _same_props(one.props, other.props):
        return False
    if (one.items is None) is not (other.items is None) or len(one.types) != len(other.types):
        return False
    if one.items is not None and other.items is not None and not _equal(one.items, other.items, pairs):
        return False
    if not all(_equal(a, b, pairs) for a, b in zip(one.types, other.types, strict=True)):
        return False
    return len(one.fields) == len(other.fields) and all(
        _equal_fields(a, b, pairs) for a, b in zip(one.fields, other.fields, strict=True)
    )


def _equal_fields(one: AvroField, other: AvroField, pairs: set[tuple[int, int]]) -> bool:
    defaults = [None if f.default is MISSING else json_text(f.default) for f in (one, other)]
    return (
        one.name == other.name
        and defaults[0] == defaults[1]
        and _same_props(one.props, other.props)
        and _equal(one.schema, other.schema, pairs)
    )


def _same_props(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.keys() == other.keys() and all(json_text(one[name]) == json_text(other[name]) for name in one)


def equal(one: AvroSchema, other: AvroSchema) -> bool:
    """Whether Java's library calls the schemas equal."""
    return _equal(one, other)
