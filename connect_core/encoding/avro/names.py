"""Connect's names as Avro's: split at the last dot, invalid characters scrubbed; the names with a meaning."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from connect_core.data.schema import Schema
from connect_core.encoding.avro.errors import OutOfBounds
from connect_core.java.charsets import encode_utf8

NAMESPACE = "io.confluent.connect.avro"
DEFAULT_NAME = "ConnectDefault"
DEFAULT_FULL_NAME = f"{NAMESPACE}.{DEFAULT_NAME}"
MAP_ENTRY = "MapEntry"
KEY, VALUE = "key", "value"
ENUM, UNION = f"{NAMESPACE}.Enum", f"{NAMESPACE}.Union"
GENERAL_ENUM, GENERAL_UNION = "org.apache.kafka.connect.data.Enum", "org.apache.kafka.connect.data.Union"
GENERAL_UNION_NAME, GENERAL_UNION_FIELD = "connect_union_", "connect_union_field_"

CONNECT_NAME, CONNECT_DOC, CONNECT_VERSION = "connect.name", "connect.doc", "connect.version"
CONNECT_DEFAULT, CONNECT_PARAMETERS, CONNECT_TYPE = "connect.default", "connect.parameters", "connect.type"
CONNECT_INTERNAL_TYPE = "connect.internal.type"
CONNECT_RECORD_DOC, CONNECT_ENUM_DOC = "connect.record.doc", "connect.enum.doc"
RECORD_DOC, FIELD_DOC = f"{NAMESPACE}.record.doc", f"{NAMESPACE}.field.doc."
ENUM_DOC, ENUM_DEFAULT = f"{NAMESPACE}.enum.doc.", f"{NAMESPACE}.enum.default."
FIELD_DEFAULT = f"{NAMESPACE}.field.default"
FIXED_SIZE, PRECISION = "connect.fixed.size", "connect.decimal.precision"
MOST_PRECISION = 64
AVRO = "avro"

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ODD = re.compile(r"[^A-Za-z0-9_]")


def scrub(name: str) -> str:
    """The name URL-encoded, with ``_`` for all but letters and digits and no digit first."""
    if not name or _PLAIN.fullmatch(name):
        return name
    encoded = quote_plus(encode_utf8(name), safe="*").replace(
        "~", "%7E"
    )  # the one character Python leaves and Java does not
    if "0" <= encoded[0] <= "9":
        encoded = "x" + encoded
    return _ODD.sub("_", encoded)


def split(name: str | None, *, scrubbed: bool) -> tuple[str | None, str | None]:
    """(namespace, name) of a dotted name; Java's split drops empty parts at the end."""
    if not name:
        return None, name
    parts = name.split(".")
    while parts and not parts[-1]:
        parts.pop()
    if scrubbed:
        parts = [scrub(part) for part in parts]
    if not parts:
        raise OutOfBounds("Index 0 out of bounds for length 0")
    return (".".join(parts[:-1]) if len(parts) > 1 else None), parts[-1]


def scrub_full(name: str | None, *, scrubbed: bool) -> str | None:
    """A dotted name with every part scrubbed."""
    if name is None or not scrubbed:
        return name
    namespace, last = split(name, scrubbed=True)
    return last if namespace is None else f"{namespace}.{last}"


def is_union(schema: Schema) -> bool:
    """A struct that stands for an Avro union: at most one field is set."""
    return schema.name == UNION or GENERAL_UNION in schema.parameters


def lists_symbols(schema: Schema) -> bool:
    """Whether the schema names the symbols of an enum."""
    return GENERAL_ENUM in schema.parameters or ENUM in schema.parameters
