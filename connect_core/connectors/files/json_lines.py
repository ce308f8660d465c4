"""A record's value as the original's JsonFormat writes it: a Struct through JsonConverter, all else plain by Jackson.

Maps, which the original holds as java.util.HashMap, come in that class's order. Neighbours: ``encoding.json`` writes,
``java.hashing`` knows the order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from connect_core.data import DATE, DECIMAL, Schema, Type
from connect_core.data.units import DAY_MILLIS, days
from connect_core.encoding.json import JsonOptions, encoder
from connect_core.encoding.json.text import like_jackson
from connect_core.errors import DataError
from connect_core.java.hashing import hash_map_order
from connect_core.java.numbers import INT_BOUNDS

type Reorder = Callable[[Any], Any]

_MOST_ORDERS = 2000
_LONG = INT_BOUNDS[64]
_PLAIN = frozenset({str, int, bool, float, type(None)})


def json_line_encoder(schema: Schema | None, *, numeric_decimals: bool) -> Callable[[Any], bytes]:
    """A function from values to one JSON document without line end; keep it, making one is slow."""
    if schema is not None and schema.name == DATE:
        return _date_line
    if schema is None:
        return _schemaless_line(JsonOptions(schemas_enable=False, numeric_decimals=numeric_decimals))
    # Outside of a Struct a BigDecimal meets Jackson itself, which writes a number whatever json.decimal.format says.
    numeric = numeric_decimals or schema.name == DECIMAL
    encode = encoder(schema, JsonOptions(schemas_enable=False, numeric_decimals=numeric))
    reorder = _reorder(schema, HashOrder())

    def line(value: Any) -> bytes:
        text = encode(value if reorder is None else reorder(value))
        assert text is not None, "null values do not come here"
        return text

    return encode if reorder is None else line  # type: ignore[return-value]  # None is for a null without schema only


def _schemaless_line(options: JsonOptions) -> Callable[[Any], bytes]:
    """Objects of plain values, the common case, in one pass: order, check what orjson writes otherwise, write."""
    import orjson

    dumps, order, encode = orjson.dumps, HashOrder(), encoder(None, options)

    def line(value: Any) -> bytes:
        if type(value) is dict:
            for element in value.values():
                kind = type(element)
                if kind is str or kind is bool or element is None:
                    continue
                if kind is int and _LONG[0] <= element <= _LONG[1]:
                    continue
                if kind is not float or not 1e-3 <= element < 1e7:  # Java writes other doubles in its own way
                    break
            else:
                try:
                    out = dumps(order.mapping(value, None))
                except TypeError:  # keys that are no strings
                    pass
                else:
                    return out if out.isascii() and 92 not in out else like_jackson(out)
        text = encode(order.value(value))
        assert text is not None, "null values do not come here"
        return text

    return line


def _date_line(value: Any) -> bytes:
    """A bare Date is a java.util.Date: milliseconds, not days."""
    if type(value) is not date:
        raise DataError(f"Invalid type for Date: {type(value).__name__}")
    return str(days(value) * DAY_MILLIS).encode()


class HashOrder:
    """Dicts with text keys in HashMap order; remembers the order of each sequence of keys it has met."""

    def __init__(self) -> None:
        self._templates: dict[tuple[Any, ...], dict[Any, Any]] = {}

    def value(self, value: Any) -> Any:
        """A schemaless value with all its dicts ordered."""
        kind = type(value)
        if kind is dict:
            return self.mapping(value, self.value)
        return [self.value(element) for element in value] if kind is list else value

    def mapping(self, value: dict[Any, Any], inner: Reorder | None) -> dict[Any, Any]:
        """One dict ordered; ``inner`` is applied to values that can hold dicts."""
        keys = tuple(value)
        template = self._templates.get(keys)
        if template is None:
            template = self._template(keys)
        ordered = template | value  # the order is the template's, and this is the fastest way to get it
        if inner is not None:
            for element in value.values():
                if type(element) not in _PLAIN:
                    return {name: inner(found) for name, found in ordered.items()}
        return ordered

    def _template(self, keys: tuple[Any, ...]) -> dict[Any, Any]:
        if len(self._templates) >= _MOST_ORDERS:  # keys that are data, not names: do not keep them all
            self._templates.clear()
        named = all(type(key) is str for key in keys)  # other keys' order is not kept by converters either
        template = self._templates[keys] = dict.fromkeys(hash_map_order(keys) if named else keys)
        return template


def _reorder(schema: Schema | None, order: HashOrder) -> Reorder | None:
    """A function that orders the maps inside values of a schema; None when there are none."""
    if schema is None:
        return order.value
    if schema.type is Type.MAP:
        inner = _reorder(schema.value_schema, order)
        return lambda value: order.mapping(value, inner) if type(value) is dict else value
    if schema.type is Type.ARRAY:
        element = _reorder(schema.value_schema, order)
        return None if element is None else lambda value: _each(value, element)
    if schema.type is Type.STRUCT:
        found = {field.name: _reorder(field.schema, order) for field in schema.fields}
        fields = {name: reorder for name, reorder in found.items() if reorder is not None}
        return (lambda value: _members(value, fields)) if fields else None
    return None


def _each(value: Any, reorder: Reorder) -> Any:
    return [reorder(element) for element in value] if isinstance(value, (list, tuple)) else value


def _members(value: Any, fields: dict[str, Reorder]) -> Any:
    if type(value) is not dict:
        return value  # the encoder has the message
    return value | {name: reorder(value[name]) for name, reorder in fields.items() if value.get(name) is not None}
