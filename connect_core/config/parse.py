"""``Config``: declared keys become typed attributes, by the string rules of Kafka's ConfigDef.

Invariant: texts of errors are Kafka's, letter by letter (tests/parity compares them). Neighbours: ``key`` declares,
``checks`` holds validators, ``validate`` and ``render`` make the REST answers from ``Config.inspect``.
"""

from __future__ import annotations

import logging
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PrivateAttr

from connect_core.config.checks import ListOf, OneOf, optional
from connect_core.config.key import REQUIRED, KeySpec, Password
from connect_core.errors import ConfigError
from connect_core.java.number_texts import parse_double, parse_int

log = logging.getLogger(__name__)

_BLANKS = "".join(map(chr, range(0x21)))  # what String.trim() removes
_COMMA = re.compile(r"[ \t\n\x0b\f\r]*,[ \t\n\x0b\f\r]*")
_BITS = {"SHORT": 16, "INT": 32, "LONG": 64}


class Key(NamedTuple):
    """A declared key: its name, what was declared, and the ConfigDef type name (STRING, INT, ...)."""

    name: str
    spec: KeySpec
    type: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A key with the model field behind it; ``choices`` is the enum class of an enum-typed field."""

    key: Key
    field: str
    choices: type[Enum] | None
    framework: bool


@dataclass(slots=True)
class Inspected:
    """One key after validation: the parsed value (None if missing or bad) and every complaint."""

    key: Key
    value: Any
    errors: list[str]
    recommended: list[Any]
    visible: bool


def trim(text: str) -> str:
    """Java's ``String.trim``."""
    return text.strip(_BLANKS)


def split_list(text: str) -> list[str]:
    """A LIST value; empty text is the empty list, empty elements are kept."""
    trimmed = trim(text)
    return _COMMA.split(trimmed) if trimmed else []


def parse_value(name: str, value: Any, kind: str) -> Any:
    """A raw value as the ConfigDef type ``kind``; ConfigError with Kafka's text. None stays None."""
    if value is None:
        return None
    if not isinstance(value, str):
        return _typed_value(name, value, kind)
    text = trim(value)
    match kind:
        case "STRING" | "CLASS":
            return text
        case "PASSWORD":
            return Password(text)
        case "BOOLEAN":
            if text.upper() not in ("TRUE", "FALSE"):
                raise ConfigError.invalid(name, value, "Expected value to be either true or false")
            return text.upper() == "TRUE"
        case "LIST":
            return split_list(text)
        case "DOUBLE":
            return _double(name, value, text)
    return _integer(name, value, text, kind)


def _integer(name: str, value: str, text: str, kind: str) -> int:
    try:
        return parse_int(text, _BITS[kind])
    except ValueError:
        raise ConfigError.invalid(name, value, f"Not a number of type {kind}") from None


def _double(name: str, value: str, text: str) -> float:
    try:
        return parse_double(text)
    except ValueError:
        raise ConfigError.invalid(name, value, "Not a number of type DOUBLE") from None


_NATIVE: dict[str, tuple[type, ...]] = {
    "BOOLEAN": (bool,),
    "SHORT": (int,),
    "INT": (int,),
    "LONG": (int,),
    "DOUBLE": (float, int),
    "LIST": (),
    "PASSWORD": (Password,),
    "STRING": (),
    "CLASS": (),
}
_EXPECTED = {
    "BOOLEAN": "Expected value to be either true or false",
    "STRING": "Expected value to be a string, but it was a {java}",
    "PASSWORD": "Expected value to be a string, but it was a {java}",
    "INT": "Expected value to be a 32-bit integer, but it was a {java}",
    "SHORT": "Expected value to be a 16-bit integer (short), but it was a {java}",
    "LONG": "Expected value to be a 64-bit integer (long), but it was a {java}",
    "DOUBLE": "Expected value to be a double, but it was a {java}",
    "LIST": "Expected a comma separated list.",
    "CLASS": "Expected a Class instance or class name.",
}


def _typed_value(name: str, value: Any, kind: str) -> Any:
    """A value that already has its type (tests, defaults given in a map)."""
    if isinstance(value, (list, tuple)) and kind == "LIST":
        return list(value)
    if isinstance(value, _NATIVE[kind]) and (kind == "BOOLEAN" or not isinstance(value, bool)):
        return value
    raise ConfigError.invalid(name, value, _EXPECTED[kind].format(java=type(value).__name__))


_TYPES: dict[Any, str] = {
    bool: "BOOLEAN",
    int: "INT",
    float: "DOUBLE",
    str: "STRING",
    list: "LIST",
    Password: "PASSWORD",
}


def _connect_type(annotation: Any, metadata: tuple[Any, ...]) -> tuple[str | None, type[Enum] | None]:
    """ConfigDef type of an annotation, and its enum class if it is one."""
    for mark in metadata:
        if mark in ("SHORT", "LONG", "CLASS"):
            return str(mark), None
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *marks = get_args(annotation)
        return _connect_type(base, tuple(marks))
    if origin in (Union, types.UnionType):
        inner = [arg for arg in get_args(annotation) if arg is not types.NoneType]
        return _connect_type(inner[0], ()) if len(inner) == 1 else (None, None)
    if origin is Literal:
        return "STRING", None
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "STRING", annotation
    return _TYPES.get(origin or annotation), None


class Config(BaseModel):
    """Base of all declared configurations; fields are ``name: type = key("doc", ...)``.

    A field's key is its name with ``_`` -> ``.`` unless ``key(name=...)``. Types: str, bool, int, Short, Long, float,
    list[str], Class, Password, a StrEnum (any case, stored by value), each also ``| None``. Unknown keys are kept in
    ``originals``. Build instances with ``parse``.
    """

    model_config = ConfigDict(
        defer_build=True, frozen=True, arbitrary_types_allowed=True, extra="forbid", protected_namespaces=()
    )
    _originals: dict[str, str] = PrivateAttr(default_factory=dict)
    framework: ClassVar[bool] = False
    """True on the classes whose own keys every connector has; subclasses' new keys are the plugin's."""
    _table: ClassVar[tuple[Declared, ...] | None] = None

    @classmethod
    def parse(cls, mapping: Mapping[str, Any]) -> Self:
        """Typed values of a raw map; the first bad key (in declaration order) raises ConfigError."""
        values: dict[str, Any] = {}
        for declared in cls.declared():
            value = _raw_or_default(declared.key, mapping)
            for check in declared.key.spec.checks:
                if isinstance(check, ListOf) and value and len(set(value)) != len(value):
                    log.warning("Configuration key %s has duplicated values; they are dropped", declared.key.name)
                    value = list(dict.fromkeys(value))
                check(declared.key.name, value)
            values[declared.field] = _as_choice(declared, value)
        self = cast("Self", cls.model_construct(**values))
        self._originals = {name: value for name, value in mapping.items() if value is not None}
        return self

    @classmethod
    def errors(cls, mapping: Mapping[str, Any]) -> dict[str, list[str]]:
        """All complaints by key, in declaration order; {} = valid."""
        return {found.key.name: found.errors for found in cls.inspect(mapping) if found.errors}

    @classmethod
    def inspect(cls, mapping: Mapping[str, Any]) -> list[Inspected]:
        """Validate without stopping: one entry per key in declaration order, cross-key checks included.

        Errors on keys that are not declared (a check may name any key) come last.
        """
        found = {declared.key.name: inspect_key(declared.key, mapping) for declared in cls.declared()}
        parsed = {name: item.value for name, item in found.items()}
        for item in found.values():
            _recommend(item, parsed)
        cross = cls.raw_check(mapping)
        if not any(item.errors for item in found.values()) and not cross:
            cross = cls.cross_check(cls.parse(mapping))
        for name, messages in cross.items():
            if name not in found:
                found[name] = Inspected(Key(name, KeySpec(doc="", default=None), "STRING"), None, [], [], True)
            found[name].errors.extend(messages)
        return list(found.values())

    @classmethod
    def specs(cls) -> list[Key]:
        """(name, KeySpec, ConfigDef type) of every key, inherited ones first."""
        return [declared.key for declared in cls.declared()]

    @classmethod
    def declared(cls) -> tuple[Declared, ...]:
        """All keys with their fields; computed once per class."""
        table = cls.__dict__.get("_table")
        if table is None:
            table = tuple(_declare(cls))
            cls._table = table
        return cast("tuple[Declared, ...]", table)

    @classmethod
    def raw_check(cls, mapping: Mapping[str, Any]) -> dict[str, list[str]]:  # noqa: ARG003 - a hook
        """Cross-key rules that need no parsed values and always run: {key: [message, ...]}."""
        return {}

    @classmethod
    def cross_check(cls, values: Self) -> dict[str, list[str]]:  # noqa: ARG003 - a hook
        """Cross-key rules on parsed values, run only when every key is fine: {key: [message, ...]}."""
        return {}

    @property
    def originals(self) -> dict[str, str]:
        """The raw map as given, unknown keys included (null values left out)."""
        return self._originals

    def with_prefix(self, prefix: str) -> dict[str, str]:
        """Raw entries whose key starts with ``prefix``, with it removed."""
        return {k[len(prefix) :]: v for k, v in self._originals.items() if k.startswith(prefix) and k != prefix}

    def secrets(self) -> set[str]:
        """Texts of all password values: what must never reach a log or a trace (I6)."""
        values = (getattr(self, declared.field) for declared in self.declared() if declared.key.type == "PASSWORD")
        return {value.value for value in values if isinstance(value, Password) and value.value}


def _declare(cls: type[Config]) -> list[Declared]:
    table: list[Declared] = []
    if not cls.__pydantic_fields_complete__:  # an annotation names something the module defines after the class
        cls.model_rebuild()
    for field, info in cls.model_fields.items():
        extra: Any = info.json_schema_extra
        spec: Any = extra.get("spec") if isinstance(extra, dict) else None
        if not isinstance(spec, KeySpec):
            raise TypeError(f"{cls.__qualname__}.{field} is not declared with key(...)")
        kind, choices = _connect_type(info.annotation, tuple(info.metadata))
        if kind is None:
            raise TypeError(f"{cls.__qualname__}.{field}: {info.annotation!r} is not a config type")
        owner = next(base for base in cls.__mro__ if field in getattr(base, "__annotations__", {}) or base is Config)
        framework = bool(owner.__dict__.get("framework", False))
        name = spec.name or field.replace("_", ".")
        if choices is not None and not spec.checks:
            check = _choice_check(choices)
            spec = replace(spec, checks=[optional(check) if spec.default is None else check])
        table.append(Declared(Key(name, spec, kind), field, choices, framework))
    return table


def _given(key: Key, mapping: Mapping[str, Any], prefix: str) -> str | None:
    """The key, or alias of it, that the map holds."""
    for name in (key.name, *key.spec.aliases):
        if f"{prefix}{name}" in mapping:
            return f"{prefix}{name}"
    return None


def _raw_or_default(key: Key, mapping: Mapping[str, Any], prefix: str = "") -> Any:
    name, default = f"{prefix}{key.name}", key.spec.default
    given = _given(key, mapping, prefix)
    if given is not None:
        return parse_value(name, mapping[given], key.type)
    if default is REQUIRED:
        raise ConfigError(f'Missing required configuration "{name}" which has no default value.')
    if isinstance(default, Enum):
        default = default.value
    if isinstance(default, (list, tuple)):
        return list(default)
    return Password(default) if key.type == "PASSWORD" and isinstance(default, str) else default


def _as_choice(declared: Declared, value: Any) -> Any:
    """The enum member for the text; any case. ConfigError names the choices."""
    if declared.choices is None or value is None:
        return value
    for member in declared.choices:
        if str(member.value).upper() == str(value).upper():
            return member
    _choice_check(declared.choices)(declared.key.name, value)
    raise AssertionError  # the check raises for whatever is no member


def _choice_check(choices: type[Enum]) -> OneOf:
    return OneOf(tuple(str(member.value) for member in choices), ignore_case=True)


def inspect_key(key: Key, mapping: Mapping[str, Any], prefix: str = "") -> Inspected:
    """Validate one key that stands in the map under ``prefix``; its checks see the name without it, as Kafka's do."""
    item = Inspected(key, None, [], [], True)
    try:
        item.value = _raw_or_default(key, mapping, prefix)
    except ConfigError as error:
        item.errors.append(str(error))
    # Kafka asks the validator also about a value it could not parse (it sees null), hence two complaints for one key.
    for check in key.spec.checks:
        try:
            check(key.name, item.value)
        except ConfigError as error:
            item.errors.append(str(error))
            break
    return item


def _recommend(item: Inspected, parsed: Mapping[str, Any]) -> None:
    spec = item.key.spec
    try:
        if spec.recommend is not None:
            item.recommended = list(spec.recommend(item.key.name, parsed))
        if spec.visible is not None:
            item.visible = bool(spec.visible(item.key.name, parsed))
    except ConfigError as error:
        item.errors.append(str(error))
