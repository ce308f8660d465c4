"""The Connect schema of a message (spec kafka-connect.md 5.7).

A message met a second time has the parameters of its first place too: the original shares one builder among them. One
that holds itself is a schema that does (``data.recursive``), and nullable even at the root, for the same reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connect_core.data.logical import DATE, DECIMAL, TIME, TIMESTAMP
from connect_core.data.recursive import complete, stand_in
from connect_core.data.schema import Schema, Type
from connect_core.encoding.protobuf import names
from connect_core.encoding.protobuf.model import PROTO3, Enum, Field, Message
from connect_core.encoding.protobuf.options import (
    CONNECT_TYPE,
    DATE_TYPE,
    DECIMAL_TYPE,
    GENERAL_UNION,
    PRECISION,
    TAG,
    TIME_TYPE,
    TIMESTAMP_TYPE,
    TYPE,
    UNION_PREFIX,
    WRAPPED,
    WRAPPER,
    ProtobufOptions,
)
from connect_core.java.number_texts import parse_int

SCALARS = {
    **dict.fromkeys(("int32", "sint32", "sfixed32"), Type.INT32),
    **dict.fromkeys(("uint32", "fixed32", "int64", "uint64", "sint64", "fixed64", "sfixed64"), Type.INT64),
    "float": Type.FLOAT32,
    "double": Type.FLOAT64,
    "bool": Type.BOOLEAN,
    "string": Type.STRING,
    "bytes": Type.BYTES,
}
_LOGICAL = {
    DATE_TYPE: (Type.INT32, DATE),
    TIME_TYPE: (Type.INT32, TIME),
    TIMESTAMP_TYPE: (Type.INT64, TIMESTAMP),
}


def is_map(field: Field) -> bool:
    """Whether a repeated message is a map: by its name and fields, however it was declared."""
    target = field.target
    if not field.repeated or not isinstance(target, Message) or not target.name.endswith(names.ENTRY):
        return False
    return [one.name for one in target.fields] == ["key", "value"] and not any(one.repeated for one in target.fields)


def unwrapped(message: Message) -> Type | None:
    """The type in a wrapper message, None for other messages."""
    kind = WRAPPED.get(message.full_name)
    return SCALARS[kind] if kind else None


def real_oneofs(message: Message) -> list[tuple[int, str]]:
    """Oneofs of the text, with their index."""
    return [(index, name) for index, name in enumerate(message.oneofs) if not message.synthetic(index)]


def has_keyword(field: Field, message: Message) -> bool:
    """Whether a field was declared ``optional``."""
    proto2 = message.file is not None and message.file.syntax != PROTO3
    return field.proto3_optional or (proto2 and field.oneof is None and field.label in (None, "optional"))


def union_name(index: int, name: str, options: ProtobufOptions) -> str:
    """The field of a struct that a oneof becomes."""
    return f"{name}_{index}" if options.generate_index_for_unions else name


@dataclass(slots=True)
class _Builder:
    """A schema in the making."""

    type: Type
    attributes: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    inherited: dict[str, str] = field(default_factory=dict)
    """Parameters of a message's first place."""
    optional: bool = False
    within: _Builder | None = None
    """The same message, around this one and not built yet."""
    waiting: list[tuple[Schema, _Builder]] = field(default_factory=list)
    """Stand-ins of this message within itself, and their builders."""

    def build(self) -> Schema:
        if self.within is not None:
            self.within.optional = True
            self.within.waiting.append((stand_in(), self))
            return self.within.waiting[-1][0]
        made = Schema(self.type, optional=self.optional, parameters=self.every_parameter(), **self.attributes)
        for place, builder in self.waiting:
            parameters = self.every_parameter() | builder.parameters
            complete(place, made, optional=builder.optional, parameters=parameters)
        return made

    def every_parameter(self) -> dict[str, str]:
        """Its own and those of the first place."""
        return self.inherited | self.parameters


class Schemas:
    """Makes the schema of one root message."""

    def __init__(self, options: ProtobufOptions) -> None:
        self._options = options
        self._met: dict[str, _Builder] = {}

    def root(self, message: Message, version: int | None) -> Schema:
        """The schema of a whole message; ``version`` is the registry's."""
        builder = self._message(message)
        builder.attributes["version"] = version
        return builder.build()

    def _message(self, message: Message) -> _Builder:
        options = self._options
        kind = unwrapped(message) if options.wrapper_for_raw_primitives else None
        if kind is not None:  # "raw" wrappers are unwrapped wherever they stand
            return _Builder(kind)
        first = self._met.get(message.full_name)
        if first is not None and not first.attributes:
            return _Builder(Type.STRUCT, within=first)
        if first is not None:
            return _Builder(Type.STRUCT, dict(first.attributes), inherited=first.every_parameter())
        builder = self._met[message.full_name] = _Builder(Type.STRUCT)
        fields: list[tuple[str, Schema]] = []
        for index, name in real_oneofs(message):
            members = [one for one in message.fields if one.oneof == index]
            if options.flatten_unions:
                fields += [(one.name, self._field(one, message, member=True)) for one in members]
            else:
                fields.append((union_name(index, name, options), self._union(message, name, members)))
        fields += [
            (one.name, self._field(one, message, member=False))
            for one in message.fields
            if one.oneof is None or one.proto3_optional
        ]
        name = message.full_name if options.enhanced_schema_support else message.name
        builder.attributes |= {"fields": fields, "name": name}
        return builder

    def _union(self, message: Message, name: str, members: list[Field]) -> Schema:
        options = self._options
        fields = [(one.name, self._field(one, message, member=True)) for one in members]
        if options.generalized_sum_type_support:
            return Schema(Type.STRUCT, fields=fields, name=name, parameters={GENERAL_UNION: name}, optional=True)
        full = f"{message.full_name}.{name}" if options.enhanced_schema_support else name
        return Schema(Type.STRUCT, fields=fields, name=UNION_PREFIX + full, optional=True)

    def _field(self, one: Field, message: Message, *, member: bool) -> Schema:
        builder = self._target(one)
        if one.repeated and builder.type is not Type.MAP:
            builder.optional = True
            builder = _Builder(Type.ARRAY, {"value_schema": builder.build()}, optional=True)
        if member:
            builder.optional = True
            target = one.target
            if self._options.wrapper_for_nullables and isinstance(target, Message) and unwrapped(target):
                builder.parameters[WRAPPER] = "true"
        elif self._options.optional_for_nullables:
            builder.optional = builder.optional or has_keyword(one, message)
        elif not self._options.wrapper_for_nullables:
            builder.optional = True
        builder.parameters[TAG] = str(one.number)
        return builder.build()

    def _target(self, one: Field) -> _Builder:
        if isinstance(one.target, Enum):
            return self._enum(one.target)
        if isinstance(one.target, Message):
            builder = self._nested(one, one.target)
            builder.optional = True
            return builder
        stated = one.meta.get(CONNECT_TYPE)
        if SCALARS[one.type] is Type.INT32 and stated in ("int8", "int16"):
            return _Builder(Type.INT8 if stated == "int8" else Type.INT16)
        if SCALARS[one.type] in (Type.INT32, Type.INT64) and one.type not in ("int32", "int64"):
            return _Builder(SCALARS[one.type], parameters={TYPE: one.type})
        return _Builder(SCALARS[one.type])

    def _enum(self, enum: Enum) -> _Builder:
        parameter = self._options.enum_parameter
        parameters = {parameter: enum.name} | {f"{parameter}.{symbol}": str(number) for symbol, number in enum.values}
        name = enum.full_name if self._options.enhanced_schema_support else enum.name
        kind = Type.INT32 if self._options.int_for_enums else Type.STRING
        return _Builder(kind, {"name": name}, parameters, optional=True)

    def _nested(self, one: Field, target: Message) -> _Builder:
        if target.full_name in _LOGICAL:
            kind, name = _LOGICAL[target.full_name]
            return _Builder(kind, {"name": name, "version": 1})
        if target.full_name == DECIMAL_TYPE:
            return _decimal(one)
        inside = unwrapped(target) if self._options.wrapper_for_nullables else None
        if inside is not None:
            return _Builder(inside)
        if is_map(one):
            key, value = target.fields
            name = names.to_map_field(target.full_name if self._options.enhanced_schema_support else target.name)
            inner = {
                "key_schema": self._field(key, target, member=False),
                "value_schema": self._field(value, target, member=False),
            }
            return _Builder(Type.MAP, {**inner, "name": name})
        return self._message(target)


def _decimal(one: Field) -> _Builder:
    parameters = {"scale": str(_int(one.meta.get("scale")) or 0)}
    precision = _int(one.meta.get("precision"))
    if precision is not None:
        parameters[PRECISION] = str(precision)
    return _Builder(Type.BYTES, {"name": DECIMAL, "version": 1}, parameters)


def _int(text: str | None) -> int | None:
    try:
        return None if text is None else parse_int(text, 32)
    except ValueError:
        return None
