"""Keys and values of the offset topic, byte for byte (spec 3.3): ``["<connector>",<partition>]`` and the offset map.

A stored offset is found by the exact bytes of its key. Java's connectors build partitions as HashMaps, so ours are
written in that order; offset maps keep the order the connector gave them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from connect_core.errors import DataError
from connect_core.java.hashing import hash_map
from connect_core.storage.config_records import from_json, to_json

log = logging.getLogger(__name__)

type Fields = Mapping[str, Any]

_NOT_PRIMITIVE: Mapping[type, str] = {dict: "MAP", list: "ARRAY", tuple: "ARRAY"}


def key_bytes(connector: str, partition: Fields | None) -> bytes:
    """The record key of a source partition."""
    return to_json([connector, None if partition is None else hash_map(_checked(partition))])


def offset_bytes(offset: Fields | None) -> bytes | None:
    """The record value of an offset; None deletes."""
    return None if offset is None else to_json(dict(_checked(offset)))


def read_key(key: bytes | None) -> tuple[str, dict[str, Any] | None] | None:
    """Connector and partition of a record key; None (logged) if it is no such key."""
    try:
        found = from_json(key) if key is not None else None
    except DataError:
        found = None
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], str):
        log.warning("Ignoring an offset key that is no list of a connector's name and a partition")
        return None
    if not isinstance(found[1], dict | None):
        log.warning("Ignoring an offset key of connector %s: its partition is no map", found[0])
        return None
    return found[0], found[1]


def read_offset(value: bytes | None) -> dict[str, Any] | None:
    """The offset in a record's value; DataError if it is no map."""
    found = None if value is None else from_json(value)
    if not isinstance(found, dict | None):
        raise DataError("Offsets must be specified as a Map")
    return found


def normal(fields: Fields | None) -> dict[str, Any] | None:
    """One JSON round trip, as Connect does with what REST brings: numbers widen, the order is a HashMap's."""
    if fields is None:
        return None
    found: dict[str, Any] = from_json(to_json(hash_map(_checked(fields))))
    return found


def _checked(fields: Any) -> Fields:
    if not isinstance(fields, Mapping):
        raise DataError("Offsets must be specified as a Map")
    for name, value in fields.items():
        if not isinstance(name, str):
            raise DataError("Offsets may only use String keys")
        if not isinstance(value, str | int | float | bytes | None):
            kind = _NOT_PRIMITIVE.get(type(value), type(value).__name__)
            raise DataError(f"Offsets may only contain primitive types as values, but field {name} contains {kind}")
    return fields
