"""Reading a value of one schema as one of another: Connect's ``SchemaProjector`` (spec kafka-connect.md 4.5).

Numbers widen, fields come with the target's defaults or go. What is done is decided once per pair of schemas; what does
not go together is refused by the values it concerns, as Connect does. Neighbours: ``check``, ``schema``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NoReturn

from connect_core.data.check import check
from connect_core.data.keys import hashable
from connect_core.data.schema import Field, Schema, Type
from connect_core.errors import DataError
from connect_core.java.numbers import int_to_float32

type Projection = Callable[[Any], Any]

_PROMOTION = (Type.INT8, Type.INT16, Type.INT32, Type.INT64, Type.FLOAT32, Type.FLOAT64)

_NESTING = (Type.STRUCT, Type.ARRAY, Type.MAP)


class ProjectionError(DataError):
    """Two schemas do not go together."""

    java_class = "org.apache.kafka.connect.errors.SchemaProjectorException"


def project(source: Schema, value: Any, target: Schema) -> Any:
    """The value of ``source`` as one of ``target``; ProjectionError, or DataError for a null that is not allowed."""
    return projection(source, target)(value)


@lru_cache(maxsize=256)
def projection(source: Schema, target: Schema) -> Projection:
    """``project`` for one pair of schemas, prepared; what cannot be fails when it is called."""
    try:
        _require_compatible(source, target)
        if source.optional and not target.optional and not target.has_default:
            raise ProjectionError("Writer schema is optional, however, target schema does not provide a default value.")
    except ProjectionError as error:
        return _refusing(str(error))
    default = target.default if source.optional and not target.optional else None
    if target.type in _NESTING:
        return _lazy(source, target, default)
    present = _present(source, target)
    return lambda value: default if value is None else present(value)


def _lazy(source: Schema, target: Schema, default: Any) -> Projection:
    """Prepared at the first value, because schemas may hold themselves (``recursive``)."""
    prepared: Projection | None = None

    def convert(value: Any) -> Any:
        nonlocal prepared
        if value is None:
            return default
        if prepared is None:
            prepared = _present(source, target)
        return prepared(value)

    return convert


def _require_compatible(source: Schema, target: Schema) -> None:
    if source.type is not target.type and not _promotable(source.type, target.type):
        raise ProjectionError(
            f"Schema type mismatch. source type: {source.type.name} and target type: {target.type.name}"
        )
    if source.name != target.name:
        raise ProjectionError(
            f"Schema name mismatch. source name: {_text(source.name)} and target name: {_text(target.name)}"
        )
    if source.parameters != target.parameters:
        raise ProjectionError(
            f"Schema parameters not equal. source parameters: {_map_text(source.parameters)} "
            f"and target parameters: {_map_text(target.parameters)}"
        )


def _promotable(source: Type, target: Type) -> bool:
    if source not in _PROMOTION or target not in _PROMOTION:
        return False
    return _PROMOTION.index(source) <= _PROMOTION.index(target)


def _text(name: str | None) -> str:
    return "null" if name is None else name


def _map_text(parameters: Mapping[str, str]) -> str:
    """No parameters are null to Java."""
    return "{" + ", ".join(f"{name}={value}" for name, value in parameters.items()) + "}" if parameters else "null"


def _refusing(message: str) -> Projection:
    def refuse(_: Any) -> NoReturn:
        raise ProjectionError(message)

    return refuse


def _present(source: Schema, target: Schema) -> Projection:
    """The projection of values that are not null."""
    if target.type is Type.STRUCT:
        return _struct(source, target)
    if target.type is Type.ARRAY:
        assert source.value_schema is not None
        assert target.value_schema is not None
        element = projection(source.value_schema, target.value_schema)
        return lambda value: [element(one) for one in value]
    if target.type is Type.MAP:
        return _map(source, target)
    if source.type is not target.type and target.type in (Type.FLOAT32, Type.FLOAT64):
        return _widening(float if target.type is Type.FLOAT64 else int_to_float32)
    return lambda value: value


def _widening(widen: Callable[[Any], float]) -> Projection:
    """Numbers widen; a logical value (of an INT32 named Date, say) stays what it is."""
    return lambda value: widen(value) if isinstance(value, (int, float)) else value


def _map(source: Schema, target: Schema) -> Projection:
    assert source.key_schema is not None
    assert source.value_schema is not None
    assert target.key_schema is not None
    assert target.value_schema is not None
    key = projection(source.key_schema, target.key_schema)
    element = projection(source.value_schema, target.value_schema)
    return lambda value: {hashable(key(k)): element(v) for k, v in value.items()}


def _struct(source: Schema, target: Schema) -> Projection:
    fields: list[tuple[str, Projection]] = []
    for field in target.fields:
        found = source.field(field.name)
        if found is not None:
            fields.append((field.name, _field(found, field)))
        elif not field.schema.optional:
            fields.append((field.name, _missing(source, field)))

    def change(value: Mapping[str, Any]) -> dict[str, Any]:
        return {name: convert(value.get(name)) for name, convert in fields}

    return change


def _field(source: Field, target: Field) -> Projection:
    """A field both have: what is null in the source has the source's default."""
    convert = projection(source.schema, target.schema)
    default, name = source.schema.default, source.name

    def read(value: Any) -> Any:
        try:
            found = convert(default if value is None else value)
        except ProjectionError as error:
            raise ProjectionError(f"Error projecting {name}") from error
        if found is None and not target.schema.optional:
            check(target.schema, found, field=name)
        return found

    return read


def _missing(source: Schema, target: Field) -> Projection:
    """A required field that only the target has."""
    if not target.schema.has_default:
        return _refusing(f"Required field `{target.name}` is missing from source schema: {source!r}")
    default = target.schema.default
    return lambda _: default
