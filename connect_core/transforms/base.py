"""How the built-in transforms are written: what becomes of schema and value is decided once per schema, then applied.

A transform of a key or a value gives a ``Step`` for each schema (None: no schema) it meets; ``OnKey`` and ``OnValue``
apply it, as Connect's ``X$Key`` and ``X$Value``. Steps change the record they are given (``Transform.in_place``): the
chain hands over a copy of its own, so that a field left alone costs nothing. What is nested in a value never changes.
A step whose change is written as code comes as a ``Draft``: compiled by itself here, with its neighbours in ``fused``.
Neighbours: one module per family; ``runtime.chain`` calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

from connect_core.api import Record, Transform
from connect_core.config import MEDIUM, Config, key
from connect_core.data import Schema, Type
from connect_core.data.check import java_class_of
from connect_core.encoding.source import Source
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


type Write = Callable[[Source], str]
"""Adds lines that change ``value`` (no null) and gives the expression of the outcome. ``record`` may be looked at, but
not its key and value. Names it needs come from the source (``name``, ``constant``), but for ``x`` and ``found``."""


class Draft(NamedTuple):
    """A step as code that is not compiled yet.

    ``map_for``: the value has no schema and must be a map, for that purpose. ``of_null`` gives the outcome of a null
    (or raises), where nulls do not pass.
    """

    schema: Schema | None
    write: Write
    title: str
    passes_null: bool = False
    map_for: str | None = None
    of_null: Callable[[], Any] | None = None

    def compiled(self) -> Step:
        """The step by itself."""
        source = Source(of_null=self.of_null, require_map=require_map)
        with source.block("def change(value, record):"):
            if self.of_null is not None:
                source.line("if value is None: return of_null()")
            if self.map_for is not None:
                source.line(f"if type(value) is not dict: value = require_map(value, {self.map_for!r})")
            source.line(f"return {self.write(source)}")
        return Step(self.schema, source.compile("change", title=self.title), self.passes_null)


type Side = Literal["key", "value"]


class StepTransform[C: Config](Transform[C]):
    """A transform that is a step per schema of the side it ``reads``, whose outcome is the side it ``writes``."""

    in_place = True
    version: ClassVar[str] = KAFKA
    reads: ClassVar[Side]
    writes: ClassVar[Side]
    _steps: dict[Schema | None, Step]

    def step(self, schema: Schema | None) -> Step | Draft:
        """What becomes of values of this schema; called once per schema. Its errors are those of the record."""
        raise NotImplementedError

    def configure(self) -> None:
        """Forget the steps; families that prepare more call this too."""
        self._steps = {}

    def _learn(self, schema: Schema | None) -> Step:
        if len(self._steps) >= REMEMBERED:
            self._steps.clear()
        found = self.step(schema)
        made = self._steps[schema] = found.compiled() if isinstance(found, Draft) else found
        return made


class SideTransform[C: Config](StepTransform[C]):
    """A transform of the key or of the value; families state ``step``, and which side in ``OnKey`` and ``OnValue``."""


class OnKey[C: Config](SideTransform[C]):
    """Applies the step to the key: the classes named ``X$Key``."""

    reads, writes = "key", "key"

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

    reads, writes = "value", "value"

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


class AroundData[C: Config](Transform[C]):
    """A transform of a record's topic, timestamp or headers: it never looks at key and value, and drops nothing."""

    in_place = True
    version: ClassVar[str] = KAFKA


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
