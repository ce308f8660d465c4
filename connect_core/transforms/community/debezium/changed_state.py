"""ExtractChangedRecordState: which fields an update changed, and which not, as headers of the change event.

Invariant: equal to Debezium 3.6 (tests/fuzz/debezium_headers.py). Neighbour: ``envelope``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import LOW, Config, Width, key
from connect_core.data import DECIMAL, Header, Schema, Type, array
from connect_core.data.schema import OPTIONAL_STRING
from connect_core.transforms.base import require_struct
from connect_core.transforms.community.debezium.envelope import (
    AFTER,
    BEFORE,
    VERSION,
    is_blank,
    is_envelope,
    valid_field,
)


class ExtractChangedRecordStateConfig(Config):
    """Keys of ExtractChangedRecordState."""

    header_changed_name: str | None = key(
        "Header that lists the fields which changed; none: it is not added.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Header change name.",
    )
    header_unchanged_name: str | None = key(
        "Header that lists the fields which did not change; none: it is not added.",
        default=None,
        importance=LOW,
        order=1,
        width=Width.LONG,
        display="Header unchanged name.",
    )


class ExtractChangedRecordState(Transform[ExtractChangedRecordStateConfig]):
    """Add the names of changed and unchanged fields as headers; they are empty without ``before`` or ``after``."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Read the names of the headers."""
        raw = self.config.originals
        names = (raw.get("header.changed.name"), raw.get("header.unchanged.name"))
        self._changed, self._unchanged = (_header(name) for name in names)

    def apply[R: Record](self, record: R) -> R | None:
        """The change event with its headers; other records pass."""
        schema = record.value_schema
        if record.value is None or schema is None or not is_envelope(schema):
            return record
        changed, unchanged = _sorted(schema, record.value)
        if self._changed is not None:
            record.headers.append(self._changed._replace(value=changed))
        if self._unchanged is not None:
            record.headers.append(self._unchanged._replace(value=unchanged))
        return record


def _header(name: str | None) -> Header | None:
    return (
        None if name is None or is_blank(name) else Header(name, array(OPTIONAL_STRING, name=name, optional=True), None)
    )


def _sorted(schema: Schema, event: Any) -> tuple[list[str], list[str]]:
    """Names of (changed, unchanged) fields."""
    require_struct(schema, event, "Record value should be struct.")
    after, before = _row(schema, event, AFTER), _row(schema, event, BEFORE)
    changed: list[str] = []
    unchanged: list[str] = []
    if after is None or before is None:
        return changed, unchanged
    (after_schema, new), (before_schema, old) = after, before
    require_struct(after_schema, new, "After value should be struct.")
    require_struct(before_schema, old, "Before value should be struct.")
    for field in after_schema.fields:
        other = valid_field(before_schema, field.name)
        same = _equal((field.schema, new.get(field.name)), (other.schema, old.get(field.name)))
        (unchanged if same else changed).append(field.name)
    return changed, unchanged


def _row(schema: Schema, event: dict[str, Any], name: str) -> tuple[Schema, Any] | None:
    field = valid_field(schema, name)
    found = event.get(name)
    if found is None:
        found = field.schema.default
    return None if found is None else (field.schema, found)


type _Typed = tuple[Schema | None, Any]


def _equal(one: _Typed, other: _Typed, *, by_content: bool = False) -> bool:
    """Java's ``equals``: byte arrays equal only themselves, but for those that are fields of a nested struct."""
    (schema, left), (other_schema, right) = one, other
    if left is None or right is None:
        return left is right
    kind = schema.type if schema is not None else None
    if isinstance(left, (bytes, bytearray)):
        return by_content and bytes(left) == right
    if isinstance(left, float) and isinstance(right, float):
        return struct.pack(">d", left) == struct.pack(">d", right) or (left != left and right != right)
    if schema is not None and other_schema is not None:
        if kind is not other_schema.type or (schema.name == DECIMAL and left.as_tuple() != right.as_tuple()):
            return False
        if kind is Type.STRUCT:
            return schema is other_schema and all(
                _equal((f.schema, left.get(f.name)), (f.schema, right.get(f.name)), by_content=True)
                for f in schema.fields
            )
    if isinstance(left, list):
        return len(left) == len(right) and _all_equal(schema, other_schema, zip(left, right, strict=True))
    if isinstance(left, dict):
        if any(isinstance(name, bytes) for name in left):
            return False
        pairs = ((element, right[name]) for name, element in left.items())
        return left.keys() == right.keys() and _all_equal(schema, other_schema, pairs)
    return type(left) is type(right) and bool(left == right)


def _all_equal(schema: Schema | None, other: Schema | None, pairs: Iterable[tuple[Any, Any]]) -> bool:
    inner, other_inner = schema and schema.value_schema, other and other.value_schema
    return all(_equal((inner, left), (other_inner, right)) for left, right in pairs)
