"""Declaring a config key once: the model field gives the name and type, ``key(...)`` everything else.

From the declaration come parsing, REST validation, docs, masking and typed access. Neighbours: ``parse``, ``validate``,
``render``; the shared keys of all connectors are in ``connector``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import Field

HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"


class Width(StrEnum):
    """How wide a form field should be (ConfigDef.Width)."""

    NONE = "NONE"
    SHORT = "SHORT"
    MEDIUM = "MEDIUM"
    LONG = "LONG"


class Password:
    """A secret: ``value`` is the text, everything printed shows ``[hidden]``."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "[hidden]"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Password) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


Short = Annotated[int, "SHORT"]
"""ConfigDef SHORT; plain ``int`` is INT."""
Long = Annotated[int, "LONG"]
"""ConfigDef LONG."""
Class = Annotated[str, "CLASS"]
"""ConfigDef CLASS: a Java or Python class name, alias allowed."""

type Check = Callable[[str, Any], None]
"""(key name, parsed value) -> raises ConfigError.invalid(...) when the value is not allowed."""


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpec:
    """What ``key(...)`` declared, for parse, validate, docs. ``name`` None: field name with ``_`` -> ``.``."""

    doc: str
    name: str | None = None
    default: Any = REQUIRED
    importance: str = MEDIUM
    group: str | None = None
    order: int = -1
    width: Width = Width.NONE
    display: str | None = None
    dependents: Sequence[str] = ()
    checks: Sequence[Check] = ()
    recommend: Callable[..., Sequence[Any]] | None = None
    visible: Callable[..., bool] | None = None
    aliases: Sequence[str] = field(default=())
    internal: bool = False


def key(doc: str, **attributes: Any) -> Any:
    """Declare a config key; attributes are those of KeySpec. No ``default`` = required (a default of None is not).

    ``default`` is in parsed form. ``internal`` keys work but never show in validate or docs.
    """
    spec = KeySpec(doc=doc, **attributes)
    return cast("Any", Field(default=None, json_schema_extra=cast("Any", {"spec": spec}), validate_default=False))
