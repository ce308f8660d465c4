"""JSON by the book: value by value, every coercion and every message of Connect's JsonConverter (spec 5.1).

The compiled ``encoder`` and ``decoder`` hand over to this module whenever something is out of the ordinary, so errors
and odd cases have one home; tests hold the fast ways against it.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data import units
from connect_core.data.check import check, check_names, fits, java_class_of
from connect_core.data.float32 import Float32
from connect_core.data.keys import hashable
from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.schema import Schema, Type
from connect_core.encoding.json.options import JsonOptions
from connect_core.encoding.json.schemas import read_schema, schema_text
from connect_core.encoding.json.text import MISSING, SerializationError, parse, quote
from connect_core.errors import DataError
from connect_core.java.numbers import decimal_text, decimal_to_float32, double_text, float_text, narrow

INT_BITS = {Type.INT8: 8, Type.INT16: 16, Type.INT32: 32, Type.INT64: 64}
_BITS = 64
_NOT_AN_ENVELOPE = (
    'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. '
    "If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration."
)
_NO_VALUE = "Conversion error: null value for field that is required and has no default value"


# -- writing ---------------------------------------------------------------------------------------------------------


def encode(schema: Schema | None, value: Any, options: JsonOptions) -> bytes | None:
    """JsonConverter.fromConnectData."""
    if schema is None and value is None:
        return None
    payload = value_text(schema, value, options)
    if not options.schemas_enable:
        return payload.encode()
    head = "null" if schema is None else schema_bytes(schema, options).decode()
    return f'{{"schema":{head},"payload":{payload}}}'.encode()


def schema_bytes(schema: Schema, options: JsonOptions) -> bytes:
    """The schema as it stands in an envelope."""
    return schema_text(schema, lambda inner, default: value_text(inner, default, options)).encode()


def value_text(schema: Schema | None, value: Any, options: JsonOptions) -> str:
    """JSON of one value."""
    if value is None:
        if schema is None or (schema.optional and not (schema.has_default and options.replace_null_with_default)):
            return "null"
        if schema.has_default and options.replace_null_with_default:
            return value_text(schema, schema.default, options)
        raise DataError(_NO_VALUE)
    if schema is None:
        return _schemaless_text(value, options)
    if schema.name in _LOGICAL_CLASSES:
        return _logical_text(schema, value, options)
    if not fits(schema, value):
        raise _misfit(schema, value)
    if schema.type is Type.FLOAT32 or schema.type is Type.FLOAT64:
        return _float_literal(float_text(value) if schema.type is Type.FLOAT32 else double_text(float(value)))
    if schema.type is Type.ARRAY:
        return "[" + ",".join(value_text(schema.value_schema, element, options) for element in value) + "]"
    if schema.type is Type.MAP:
        return _map_text(schema, value, options)
    if schema.type is Type.STRUCT:
        check_names(schema, value)
        members = (f"{quote(f.name)}:{value_text(f.schema, value.get(f.name), options)}" for f in schema.fields)
        return "{" + ",".join(members) + "}"
    return _plain_text(value)


def _misfit(schema: Schema, value: Any) -> DataError:
    if schema.type is Type.BYTES:
        return DataError(f"Invalid type for bytes type: {java_class_of(value)}")
    return DataError(f"Invalid type for {schema.type.name}: {java_class_of(value)}")


def _plain_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, str):
        return quote(value)
    return f'"{base64.b64encode(value).decode()}"'


def _float_literal(text: str) -> str:
    return f'"{text}"' if text[-1] in "Ny" else text  # NaN, Infinity


def _map_text(schema: Schema | None, value: dict[Any, Any], options: JsonOptions) -> str:
    keys = schema.key_schema if schema is not None else None
    values = schema.value_schema if schema is not None else None
    if keys.type is Type.STRING if keys is not None else all(isinstance(key, str) for key in value):
        # Two keys may have one name: null and "null".
        named = {
            _member_name(keys, key, options): value_text(values, element, options) for key, element in value.items()
        }
        return "{" + ",".join(f"{name}:{text}" for name, text in named.items()) + "}"
    pairs = (f"[{value_text(keys, k, options)},{value_text(values, v, options)}]" for k, v in value.items())
    return "[" + ",".join(pairs) + "]"


def _member_name(keys: Schema | None, key: Any, options: JsonOptions) -> str:
    """The key's JSON as a name: null gives ``"null"``."""
    text = value_text(keys, key, options)
    return text if text[0] == '"' else f'"{text}"'


def _schemaless_text(value: Any, options: JsonOptions) -> str:
    if isinstance(value, float):
        return _float_literal(float_text(value) if isinstance(value, Float32) else double_text(value))
    if isinstance(value, dict):
        return _map_text(None, value, options)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(value_text(None, element, options) for element in value) + "]"
    if isinstance(value, (bytes, bytearray, memoryview, str, bool)):
        return _plain_text(value)
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return _plain_text(value)
    raise DataError(f"Java class {java_class_of(value)} does not have corresponding schema type.")


_LOGICAL_CLASSES: dict[str | None, tuple[str, str]] = {
    DECIMAL: ("Decimal", "BigDecimal"),
    DATE: ("Date", "Date"),
    TIME: ("Time", "Date"),
    TIMESTAMP: ("Timestamp", "Date"),
}


def _logical_text(schema: Schema, value: Any, options: JsonOptions) -> str:
    if not fits(schema, value):
        name, wanted = _LOGICAL_CLASSES[schema.name]
        detail = " without time zone" if isinstance(value, datetime) and value.tzinfo is None else ""
        raise DataError(f"Invalid type for {name}, expected {wanted} but was {java_class_of(value)}{detail}")
    if isinstance(value, Decimal):
        if options.numeric_decimals:
            return decimal_text(value)
        return f'"{base64.b64encode(units.unscaled(schema, value)).decode()}"'
    if isinstance(value, datetime):
        return str(units.millis(value))
    if isinstance(value, date):
        return str(units.days(value))
    assert isinstance(value, time)
    return str(units.millis_of_day(value))


# -- reading ---------------------------------------------------------------------------------------------------------


def decode(data: bytes | None, options: JsonOptions, *, fixed: Schema | None = None) -> tuple[Schema | None, Any]:
    """JsonConverter.toConnectData; ``fixed`` is the schema of ``schema.content``: bytes then hold a bare payload."""
    if data is None:
        return None, None
    try:
        return _decode(data, options, fixed)
    except SerializationError as error:
        raise DataError("Converting byte[] to Kafka Connect data failed due to serialization error: ") from error
    except RecursionError as error:
        raise DataError("The document is nested too deeply") from error


def _decode(data: bytes, options: JsonOptions, fixed: Schema | None) -> tuple[Schema | None, Any]:
    tree = parse(data)
    if not options.schemas_enable:
        return None, read_value(None, tree, options)
    if fixed is not None:
        return fixed, read_value(fixed, tree, options)
    if not isinstance(tree, dict) or tree.keys() != {"schema", "payload"}:
        raise DataError(_NOT_AN_ENVELOPE)
    schema = schema_of(tree["schema"], options)
    return schema, read_value(schema, tree["payload"], options)


def schema_of(tree: Any, options: JsonOptions) -> Schema | None:
    """The schema of an exact JSON tree."""
    return read_schema(tree, lambda schema, node: read_value(schema, node, options))


def read_value(schema: Schema | None, node: Any, options: JsonOptions) -> Any:
    """The Connect value of an exact JSON tree, with Jackson's silent coercions."""
    if schema is None:
        return _read_schemaless(node)
    if node is None:
        if schema.has_default and options.replace_null_with_default:
            return copy.deepcopy(schema.default)  # whoever gets it may change it
        if schema.optional:
            return None
        raise DataError(f"Invalid null value for required {schema.type.name} field")
    if schema.name in _LOGICAL_CLASSES:
        return _read_logical(schema, node)
    if schema.type in INT_BITS:
        return narrow(_whole(node), INT_BITS[schema.type]) if _is_number(node) else 0
    if schema.type is Type.FLOAT64:
        return float_of(node) if _is_number(node) else 0.0
    if schema.type is Type.FLOAT32:
        return decimal_to_float32(Decimal(node)) if _is_number(node) else 0.0
    if schema.type is Type.BOOLEAN:
        return node is True
    if schema.type is Type.STRING:
        return node if isinstance(node, str) else None
    if schema.type is Type.BYTES:
        return _read_bytes(node)
    return _CONTAINERS[schema.type](schema, node, options)


def _read_schemaless(node: Any) -> Any:
    if node is MISSING:
        return None
    if isinstance(node, dict):
        return {key: _read_schemaless(element) for key, element in node.items()}
    if isinstance(node, list):
        return [_read_schemaless(element) for element in node]
    if isinstance(node, Decimal):
        return float_of(node)
    return narrow(node, 64) if _is_number(node) else node


def _is_number(node: Any) -> bool:
    return isinstance(node, (int, Decimal)) and not isinstance(node, bool)


def float_of(number: int | Decimal) -> float:
    """``doubleValue()``: the nearest double, infinite when too large. BigDecimal itself knows no negative zero."""
    try:
        return float(number) if number else 0.0
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _whole(number: int | Decimal) -> int:
    """The integer part, as far as its lowest 64 bits: those of ten to the 64 and more are zero."""
    if isinstance(number, int):
        return number
    if number.adjusted() < 0 or int(number.as_tuple().exponent) >= _BITS:
        return 0
    return int(number)


def node_type(node: Any) -> str:
    """Jackson's JsonNodeType."""
    if node is None or node is MISSING:
        return "NULL" if node is None else "MISSING"
    if isinstance(node, bool):
        return "BOOLEAN"
    if isinstance(node, str):
        return "STRING"
    return "ARRAY" if isinstance(node, list) else "OBJECT" if isinstance(node, dict) else "NUMBER"


def _read_bytes(node: Any) -> bytes | None:
    if not isinstance(node, str):
        return None
    try:
        return decode_base64(node)
    except ValueError as error:
        raise DataError("Invalid bytes field") from error


def decode_base64(text: str) -> bytes:
    """Base64 as Jackson reads it: groups with their padding, blanks before each; ValueError otherwise."""
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True) if text else b""
    except ValueError:
        if not _BASE64.fullmatch(text):
            raise
        return b"".join(map(binascii.a2b_base64, _BASE64_GROUP.findall(text)))


_BASE64_GROUP = re.compile("[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/][A-Za-z0-9+/=])")
_BASE64 = re.compile(f"(?:[\0- ]*{_BASE64_GROUP.pattern})*[\0- ]*")


def _read_logical(schema: Schema, node: Any) -> Any:
    if schema.name == DECIMAL:
        return _read_decimal(schema, node)
    whole = isinstance(node, int) and not isinstance(node, bool)
    if schema.name == TIMESTAMP:
        if not whole:
            raise _not_integral("Timestamp", "integral", node)
        return units.instant(narrow(node, 64))
    if not whole or not -(2**31) <= node < 2**31:
        raise _not_integral("Date" if schema.name == DATE else "Time", "integer", node)
    return units.day(node) if schema.name == DATE else units.time_of_day(node)


def _not_integral(name: str, wanted: str, node: Any) -> DataError:
    return DataError(f"Invalid type for {name}, underlying representation should be {wanted} but was {node_type(node)}")


def _read_decimal(schema: Schema, node: Any) -> Decimal:
    if _is_number(node):
        return Decimal(node).copy_abs() if node == 0 else Decimal(node)
    if not isinstance(node, str):
        raise DataError(
            f"Invalid type for Decimal, underlying representation should be numeric or bytes but was {node_type(node)}"
        )
    try:
        return units.scaled(schema, decode_base64(node))
    except (ValueError, DataError) as error:
        raise DataError("Invalid bytes for Decimal field") from error


def _read_array(schema: Schema, node: Any, options: JsonOptions) -> list[Any]:
    elements = node if isinstance(node, list) else node.values() if isinstance(node, dict) else ()
    return [read_value(schema.value_schema, element, options) for element in elements]


def _read_map(schema: Schema, node: Any, options: JsonOptions) -> dict[Any, Any]:
    assert schema.key_schema is not None
    if schema.key_schema.type is Type.STRING:
        if not isinstance(node, dict):
            raise DataError(f"Maps with string fields should be encoded as JSON objects, but found {node_type(node)}")
        return {key: read_value(schema.value_schema, element, options) for key, element in node.items()}
    result = {}
    for entry in entries(node, list, plural="tuples", one="array tuple"):
        key = hashable(read_value(schema.key_schema, entry[0], options))
        result[key] = read_value(schema.value_schema, entry[1], options)
    return result


def entries(node: Any, kind: type[list[Any] | dict[str, Any]], *, plural: str, one: str) -> Iterator[Any]:
    """The entries of a map whose keys are no strings: of this kind, with a key and a value each."""
    if not isinstance(node, list):
        raise DataError(
            f"Maps with non-string fields should be encoded as JSON array of {plural}, but found {node_type(node)}"
        )
    for entry in node:
        if not isinstance(entry, kind):
            raise DataError(f"Found invalid map entry instead of {one}: {node_type(entry)}")
        if len(entry) != 2:
            raise DataError(f"Found invalid map entry, expected length 2 but found :{len(entry)}")
        yield entry


def _read_struct(schema: Schema, node: Any, options: JsonOptions) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise DataError(f"Structs should be encoded as JSON objects, but found {node_type(node)}")
    result = {}
    for field in schema.fields:
        value = read_value(field.schema, node.get(field.name), options)
        check(field.schema, value, field=field.name)
        result[field.name] = value
    return result


_CONTAINERS = {Type.ARRAY: _read_array, Type.MAP: _read_map, Type.STRUCT: _read_struct}
