"""Keys of Connect maps may be lists, maps and structs; a dict's keys must be hashable and never change."""

from __future__ import annotations

from typing import Any

_NAN = float("nan")


class HashableDict(dict[Any, Any]):
    """A struct or map standing as a key of a map; never changed once it is a key."""

    def __hash__(self) -> int:  # type: ignore[override]  # dict forbids hashing, which is the point here
        return hash(frozenset(self.items()))


def hashable(value: Any) -> Any:
    """The value in a form that can be a dict key: lists as tuples, dicts as HashableDict, one NaN for all."""
    if isinstance(value, (list, tuple)):
        return tuple(hashable(element) for element in value)
    if isinstance(value, dict):
        return HashableDict((key, hashable(element)) for key, element in value.items())
    return _NAN if value != value else value
