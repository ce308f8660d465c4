"""How the built-in transforms are written: what becomes of schema and value is decided once per schema, then applied.

A transform of a key or a value gives a ``Step`` for each schema (None: no schema) it meets; ``OnKey`` and ``OnValue``
apply it, as Connect's ``X$Key`` and ``X$Value``. Steps change the record they are given (``Transform.in_place``): the
chain hands over a copy of its own, so that a field left alone costs nothing. What is nested in a value never changes.
Neighbours: one module per family; ``runtime.chain`` calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from connect_core.api import Record, Transform
from connect_core.config import MEDIUM, Config, key
from connect_core.data import Schema, Type
from connect_core.data.check import java_class_of
from connect_core.errors import DataError

KAFKA = "4.3.0"
"""The Kafka Connect release whose transforms these equal."""

REMEMBERED = 64

type Change = Callable[[Any, Record], Any]
"""From (value, record) to the new value; it may change and return the same dict."""


class Step(NamedTuple):
    """What a transform does to values of one schema: the new schema, and how the value changes.

    ``passes_null``: a null is left alone, and so is its schema.
    """

    schema: Schema | None
    change: Change
    passes_null: bool = False


class SideTransform[C: Config](Transform[C]):
    """A transform of the key or of the value; families state ``step``, and which side in ``OnKey`` and ``OnValue``."""

    in_place = True
    version: ClassVar[str] = KAFKA
    _steps: dict[Schema | None, Step]

    def step(self, schema: Schema | None) -> Step:
        """What becomes of values of this schema; called once per schema. Its errors are those of the record."""
        raise NotImplementedError

    def configure(self) -> None:
        """Forget the steps; families that prepare more call this too."""
        self._steps = {}

    def _learn(self, schema: Schema | None) -> Step:
        if len(self._steps) >= REMEMBERED:
            self._steps.clear()
        made = self._steps[schema] = self.step(schema)
        return made


class OnKey[C: Config](SideTransform[C]):
    """Applies the step to the key: the classes named ``X$Key``."""

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its key changed."""
        schema = record.key_schema
        made, change, passes_null = self._steps.get(schema) or self._learn(schema)
        value = record.key
        if value is None and passes_null:
            return record
        record.key = change(value, record)
        record.key_schema = made
        return record


class OnValue[C: Config](SideTransform[C]):
    """Applies the step to the value: the classes named ``X$Value``."""

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its value changed."""
        schema = record.value_schema
        made, change, passes_null = self._steps.get(schema) or self._learn(schema)
        value = record.value
        if value is None and passes_null:
            return record
        record.value = change(value, record)
        record.value_schema = made
        return record


def replace_null_with_default() -> Any:
    """The key ``replace.null.with.default`` as most transforms declare it."""
    return key(
        "Read a null in a field that has a default as that default.",
        default=True,
        importance=MEDIUM,
    )


def require_map(value: Any, purpose: str) -> dict[str, Any]:
    """The value if it is a map without schema, else Connect's complaint."""
    if isinstance(value, dict):
        return value
    raise DataError(
        f"Only Map objects supported in absence of schema for [{purpose}], found: {class_name(None, value)}"
    )


def require_struct(schema: Schema, value: Any, purpose: str) -> dict[str, Any]:
    """The value if it is a struct, else Connect's complaint."""
    if schema.type is Type.STRUCT and value is not None:
        return value  # type: ignore[no-any-return]  # a struct's value is a dict
    raise DataError(f"Only Struct objects supported for [{purpose}], found: {class_name(schema, value)}")


def no_struct(schema: Schema, purpose: str, *, passes_null: bool = False) -> Step:
    """The step of a transform that wants structs for a schema that is none: every value is refused."""
    return Step(schema, lambda value, _: require_struct(schema, value, purpose), passes_null)


def refusing(error: DataError) -> Step:
    """The step for a schema whose new schema cannot be made: every value but null is refused."""
    kind, text = type(error), str(error)

    def refuse(_value: Any, _record: Record) -> Any:
        raise kind(text)

    return Step(None, refuse, passes_null=True)


_BOXES: Mapping[Type, str] = {
    Type.INT8: "java.lang.Byte",
    Type.INT16: "java.lang.Short",
    Type.INT32: "java.lang.Integer",
    Type.INT64: "java.lang.Long",
    Type.FLOAT32: "java.lang.Float",
}


def class_name(schema: Schema | None, value: Any) -> str:
    """The Java class of a value as ``getName`` prints it; ``null`` for null. Schemaless ints are Longs."""
    if value is None:
        return "null"
    if isinstance(value, int) and not isinstance(value, bool):
        return _BOXES[schema.type] if schema is not None and schema.type in _BOXES else "java.lang.Long"
    if schema is not None and schema.type is Type.FLOAT32 and isinstance(value, float):
        return _BOXES[Type.FLOAT32]
    if schema is not None and schema.type is Type.STRUCT:
        return "org.apache.kafka.connect.data.Struct"
    return java_class_of(value).removeprefix("class ")


def copy_schema(schema: Schema, fields: list[tuple[str, Schema]], **changes: Any) -> Schema:
    """A struct schema of other fields with name, version, doc and parameters of this one; optional and default go.

    That is what Connect's ``SchemaUtil.copySchemaBasics`` keeps (spec kafka-connect.md 6.1).
    """
    return Schema(
        Type.STRUCT,
        fields=fields,
        name=schema.name,
        version=schema.version,
        doc=schema.doc,
        parameters=schema.parameters,
        **changes,
    )
