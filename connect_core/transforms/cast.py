"""Cast: fields, or the whole key or value, get another type (spec kafka-connect.md 6.2).

Only the named fields are touched; what is done to each is decided per schema. Neighbour: ``casting`` has the casts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect_core.config import HIGH, Config, key
from connect_core.data import Schema, Type
from connect_core.data.check import check
from connect_core.errors import ConfigError, DataError, SchemaError
from connect_core.java.hashing import hash_map_order
from connect_core.transforms import casting
from connect_core.transforms.base import (
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    copy_schema,
    refusing,
    replace_null_with_default,
)
from connect_core.transforms.touch import touch, touch_map

_PURPOSE = "cast types"
_BLANKS = "".join(map(chr, range(0x21)))  # String.trim()


def casts_of(items: list[str]) -> tuple[Type | None, dict[str, Type]]:
    """(type of the whole value, type by field); one of the two is empty."""
    whole: Type | None = None
    casts: dict[str, Type] = {}
    for item in items:
        parts = item.split(":")
        while len(parts) > 1 and not parts[-1]:  # Java's split gives no empty parts at the end
            parts.pop()
        if len(parts) > 2:
            shown = f"[{', '.join(items)}]"
            raise ConfigError.invalid("renames", shown, f"Invalid rename mapping: {item}")  # the key is Connect's slip
        if item and not any(parts):
            raise ConfigError.invalid("spec", f"[{', '.join(items)}]", f"{item} names neither a field nor a type")
        kind = _output(parts[-1].strip(_BLANKS))
        if len(parts) == 1:
            whole = kind
        else:
            casts[parts[0].strip(_BLANKS)] = kind
    if whole is not None and len(items) > 1:
        raise ConfigError(
            "Cast transformations that specify a type to cast the entire value to may only specify a single cast "
            "in their spec"
        )
    return whole, {name: casts[name] for name in hash_map_order(casts)}


def _output(name: str) -> Type:
    try:
        kind = Type[name.upper()]
    except KeyError:
        raise ConfigError.invalid(
            f"Invalid type found in casting spec: {name}",
            "java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type."
            + name.upper(),
        ) from None
    if kind not in casting.OUTPUTS:
        raise ConfigError(
            f"Cast transformation does not support casting to {kind.name}; supported types are "
            + casting.shown(casting.OUTPUTS)
        )
    return kind


def spec(_: str, value: Any) -> None:
    """list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>"""
    if not value:
        raise ConfigError("Must specify at least one field to cast.")
    casts_of(value)


class CastConfig(Config):
    """Keys of Cast."""

    spec: list[str] = key(
        "What becomes what: <code>field:type</code> pairs, or one type for a key or value as a whole. "
        "Types: int8, int16, int32, int64, float32, float64, boolean, string; bytes can become string "
        "only.",
        importance=HIGH,
        checks=[spec],
    )
    replace_null_with_default: bool = replace_null_with_default()


class Cast(SideTransform[CastConfig]):
    """Give fields, or a key or value as a whole, another type: a narrower integer, a number read from text.

    Numbers, booleans and texts become each other; bytes become text only, in base64.
    """

    _whole: Type | None
    _casts: Mapping[str, Type]

    def configure(self) -> None:
        """Read the spec."""
        super().configure()
        self._whole, self._casts = casts_of(self.config.spec)

    def step(self, schema: Schema | None) -> Step | Draft:
        """Nulls pass."""
        if schema is None:
            return self._of_no_schema()
        try:
            made = self._whole_schema(schema, self._whole) if self._whole else self._struct_schema(schema)
        except DataError as error:
            return refusing(error)
        return self._of_schema(schema, made)

    def _of_no_schema(self) -> Step | Draft:
        if self._whole is not None:
            whole = casting.of_no_schema(self._whole)
            return Step(None, lambda value, _: whole(value), passes_null=True)
        write = touch_map({name: casting.of_no_schema(kind) for name, kind in self._casts.items()})
        return Draft(None, write, "Cast", passes_null=True, map_for=_PURPOSE)

    def _of_schema(self, schema: Schema, made: Schema) -> Step | Draft:
        if self._whole is not None:
            whole = casting.of_schema(schema, self._whole)
            if whole is None:
                return Step(made, lambda value, _: value, passes_null=True)
            return Step(made, lambda value, _: whole(value), passes_null=True)
        casts = {
            field.name: casting.of_schema(field.schema, self._casts[field.name])
            for field in schema.fields
            if field.name in self._casts
        }
        write = touch(schema, made, casts, defaults=self.config.replace_null_with_default)
        return Draft(made, write, "Cast", passes_null=True)

    @staticmethod
    def _whole_schema(schema: Schema, target: Type) -> Schema:
        """The target type under the name, version and parameters of the source, logical or not."""
        bare = Schema(
            target,
            name=schema.name,
            version=schema.version,
            doc=schema.doc,
            parameters=schema.parameters,
            optional=schema.optional,
        )
        if not schema.has_default:
            return bare
        return _with_default(bare, _cast_default(schema, target))

    def _struct_schema(self, schema: Schema) -> Schema:
        if schema.type is not Type.STRUCT:
            raise DataError("Cannot list fields on non-struct type")
        fields = []
        for field in schema.fields:
            made = field.schema
            if field.name in self._casts:
                target = self._casts[field.name]
                made = Schema(target, optional=made.optional, default=_cast_default(made, target))
            fields.append((field.name, made))
        if schema.has_default:  # Connect would cast the struct itself, to null
            raise DataError(
                "Cast transformation does not support casting from STRUCT; supported types are "
                + casting.shown(casting.INPUTS)
            )
        return copy_schema(schema, fields, optional=schema.optional)


def _cast_default(schema: Schema, target: Type) -> Any:
    if not schema.has_default:
        return None
    cast = casting.of_schema(schema, target)
    return schema.default if cast is None else cast(schema.default)


def _with_default(schema: Schema, default: Any) -> Schema:
    try:
        check(schema, default)
    except DataError as error:
        raise SchemaError("Invalid default value") from error
    return schema.replace(default=default)


class CastKey(OnKey[CastConfig], Cast):
    """Cast$Key."""


class CastValue(OnValue[CastConfig], Cast):
    """Cast$Value."""
