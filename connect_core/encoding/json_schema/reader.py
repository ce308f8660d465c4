"""JSON Schema (``nodes``) -> Connect schema, as JsonSchemaData makes them (spec kafka-connect.md 5.8).

A reference to a struct already met becomes a copy of it that is told apart by a parameter only; the original keeps
its mutable builders for that, so schemas are sketched first and made when all references are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect_core.data.check import check, java_class_of
from connect_core.data.schema import STRING, Schema, Type
from connect_core.data.values import java_string
from connect_core.encoding.json_schema import slow
from connect_core.encoding.json_schema.nodes import (
    NONE,
    ArrayNode,
    BadCast,
    BooleanNode,
    CombinedNode,
    ConstNode,
    EmptyNode,
    EnumNode,
    IllegalSchema,
    Node,
    NullNode,
    NullPointer,
    NumberNode,
    ObjectNode,
    ReferenceNode,
    StringNode,
    java_class_of_node,
)
from connect_core.encoding.json_schema.options import (
    ENUM_PARAMETER,
    EXTRAS_FIELD,
    GENERAL_ENUM,
    GENERAL_UNION,
    ID_PARAMETER,
    INDEX_KEY,
    NULL_SYMBOL,
    ONE_OF,
    PARAMETERS_KEY,
    TYPE_KEY,
    UNION_PREFIX,
    VARIANT,
    VERSION_KEY,
    JsonSchemaOptions,
)
from connect_core.encoding.json_schema.sketches import Again, Part, Sketch, finish
from connect_core.errors import DataError, SchemaError

_NUMBER_TYPES = {
    "int8": Type.INT8,
    "int16": Type.INT16,
    "int32": Type.INT32,
    "int64": Type.INT64,
    "float32": Type.FLOAT32,
    "float64": Type.FLOAT64,
    "bytes": Type.BYTES,
}
VARIANT_SCHEMA = Schema(
    Type.STRUCT, name=VARIANT, fields=[("metadata", Schema(Type.BYTES)), ("value", Schema(Type.BYTES))]
)


def read_schema(node: Node, options: JsonSchemaOptions, *, version: int | None = None) -> Schema:
    """The Connect schema; ``version`` is the registry's, used where the schema names none of its own."""
    try:
        reader = _Reader(options)
        part = reader.read(node, version)
        if part is None:
            raise NullPointer("The JSON Schema allows nothing but null")
        reader.forget_ids()
        return finish(part)
    except RecursionError as error:
        raise DataError("The JSON Schema refers to itself without end") from error


class _Reader:
    """Reads one document: numbers ids and unions, remembers the structs it met."""

    def __init__(self, options: JsonSchemaOptions) -> None:
        self._options = options
        self._structs: dict[int, Sketch] = {}
        self._open: dict[int, Sketch] = {}
        self._endless = False
        self._named: list[Sketch] = []
        self._ids = self._unions = 0

    def read(self, node: Node, version: int | None = None, *, optional: bool = False) -> Part | None:
        """A sketch of one node; None for a choice between null and null."""
        if isinstance(node, ReferenceNode):
            return self._reference(node.target, version, optional=optional)
        if isinstance(node, CombinedNode):
            return self._combined(node, version, optional=optional)
        made = self._dress(self._bare(node), node, version, optional=optional)
        self._close(node)
        return made

    def _close(self, node: Node) -> None:
        """A struct is whole; where one holds itself it is kept: without end of paths to it there is one sketch."""
        if not self._endless:
            self._open.pop(id(node), None)

    def forget_ids(self) -> None:
        """Where the original never ends structs are told by their place (``schema_text``): by an id it loses fields."""
        if self._endless:
            for sketch in self._named:
                sketch.parameters = {k: v for k, v in (sketch.parameters or {}).items() if k != ID_PARAMETER} or None

    def _reference(self, target: Node, version: int | None, *, optional: bool) -> Part | None:
        known = self._structs.get(id(target))
        if known is not None:
            self._ids += 1
            known.parameter(ID_PARAMETER, f"#id{self._ids}")
            self._named.append(known)
            return Again(known, optional=optional)
        other = _besides_null(target)
        around = self._open.get(id(other or target))
        if around is not None:  # the original would never end
            self._endless = True
            return Again(around, optional=optional or other is not None)
        return self.read(target, version, optional=optional)

    def _bare(self, node: Node) -> Sketch:
        if isinstance(node, BooleanNode):
            return Sketch(Type.BOOLEAN)
        if isinstance(node, NumberNode):
            return Sketch(_number_type(node))
        if isinstance(node, StringNode):
            return Sketch(Type.BYTES if _connect_type(node) == "bytes" else Type.STRING)
        if isinstance(node, ConstNode):
            if node.value is None:
                raise NullPointer("at index 0")
            return self._enum([node.value])
        if isinstance(node, EnumNode):
            return self._enum(node.values)
        if isinstance(node, ArrayNode):
            return self._array(node)
        if isinstance(node, EmptyNode):
            return _variant()
        if isinstance(node, ObjectNode):
            return self._object(node)
        raise DataError(f"Unsupported schema type {java_class_of_node(node)}")

    def _dress(self, sketch: Sketch, node: Node, version: int | None, *, optional: bool) -> Sketch:
        """Add what every schema may have."""
        if node.title is not None and sketch.name is None:
            sketch.name = node.title
        own_version = _cast(node.unprocessed.get(VERSION_KEY), int, "java.lang.Integer")
        sketch.version = version if own_version is None else own_version
        sketch.doc = node.description
        parameters = _cast(node.unprocessed.get(PARAMETERS_KEY), dict, "java.util.Map")
        for name, value in (parameters or {}).items():
            sketch.parameter(name, value if isinstance(value, str) else java_string(None, value))
        if node.default is not NONE:
            sketch.default = self._default(sketch, node.default)
        sketch.optional = sketch.optional or optional
        return sketch.build()

    def _default(self, sketch: Sketch, tree: Any) -> Any:
        schema = finish(sketch.build())
        value = slow.read_value(schema, tree, self._options)
        if schema.type is Type.STRUCT:  # the original holds the struct against a builder, which equals no schema
            raise SchemaError("Invalid default value")
        try:
            check(schema, value)
        except DataError as error:
            raise SchemaError("Invalid default value") from error
        return value

    def _enum(self, values: list[Any]) -> Sketch:
        sketch = Sketch(Type.STRING)
        general = self._options.generalized_sum_types
        name = GENERAL_ENUM if general else ENUM_PARAMETER
        sketch.parameter(name, "")
        for number, value in enumerate(values):
            symbol = NULL_SYMBOL if value is None else java_string(None, value)
            sketch.parameter(f"{name}.{symbol}", str(number) if general else symbol)
        return sketch

    def _array(self, node: ArrayNode) -> Sketch:
        if node.items is None:
            raise DataError("Array schema did not specify the items type")
        if _connect_type(node) == "map" and isinstance(node.items, ObjectNode):
            return self._map(node.items.properties.get("key"), node.items.properties.get("value"))
        sketch = Sketch(Type.ARRAY)
        sketch.value = self.read(node.items)
        if sketch.value is None:
            raise SchemaError("valueSchema cannot be null.")
        return sketch

    def _map(self, key: Node | None, value: Node | None) -> Sketch:
        sketch = Sketch(Type.MAP)
        sketch.key = None if key is None else self.read(key)
        sketch.value = None if value is None else self.read(value)
        if sketch.key is None or sketch.value is None:
            raise SchemaError(f"{'keySchema' if sketch.key is None else 'valueSchema'} cannot be null.")
        return sketch

    def _object(self, node: ObjectNode) -> Sketch:
        if _connect_type(node) == "map":
            sketch = Sketch(Type.MAP)
            sketch.key, sketch.value = STRING, None if node.additional is None else self.read(node.additional)
            if sketch.value is None:
                raise SchemaError("valueSchema cannot be null.")
            return sketch
        extras = self._options.preserve_additional_properties and node.permits_additional
        if extras and EXTRAS_FIELD in node.properties:
            raise DataError(
                f"JSON Schema property name '{EXTRAS_FIELD}' collides with the reserved field name for "
                "preserve.additional.properties=true. Rename the property or disable the config."
            )
        sketch = self._structs[id(node)] = self._open[id(node)] = Sketch(Type.STRUCT)
        for name, inner in _by_index(node.properties):
            self._field(sketch, name, inner, required=name in node.required)
        if extras:
            variants = Schema(Type.MAP, key_schema=STRING, value_schema=VARIANT_SCHEMA, optional=True)
            sketch.fields.append((EXTRAS_FIELD, variants))
        return sketch

    def _field(self, sketch: Sketch, name: str, node: Node, *, required: bool) -> None:
        optional = self._options.optional_for_nonrequired and not required
        self._add(sketch, name, self.read(node, optional=optional))

    @staticmethod
    def _add(sketch: Sketch, name: str, part: Part | None) -> None:
        if not name:
            raise SchemaError("fieldName cannot be null.")
        if part is None:
            raise SchemaError(f"fieldSchema for field {name} cannot be null.")
        sketch.fields.append((name, part))

    def _combined(self, node: CombinedNode, version: int | None, *, optional: bool) -> Part | None:
        if len(node.parts) == 1 and self._options.flatten_singleton_unions:
            return self.read(node.parts[0])
        if node.criterion == "allOf":
            return self._all_of(node, version, optional=optional)
        general, name = self._options.generalized_sum_types, ONE_OF
        if general:
            name = f"{UNION_PREFIX}{self._unions}"
            self._unions += 1
        if len(node.parts) == 2 and any(isinstance(part, NullNode) for part in node.parts):
            other = _besides_null(node)
            return None if other is None else self.read(other, version, optional=True)
        sketch = self._open[id(node)] = Sketch(Type.STRUCT)
        sketch.name = name
        if general:
            sketch.parameter(GENERAL_UNION, name)
        prefix = f"{UNION_PREFIX}field_" if general else f"{name}.field."
        for part in node.parts:
            if isinstance(part, NullNode):
                sketch.optional = True
            else:
                self._add(sketch, f"{prefix}{len(sketch.fields)}", self.read(part, optional=True))
        self._close(node)
        return self._dress(sketch, node, version, optional=optional)

    def _all_of(self, node: CombinedNode, version: int | None, *, optional: bool) -> Part | None:
        properties: dict[str, Node] = {}
        required: dict[str, bool] = {}
        last: dict[type[Node], Node] = {}
        for part in node.parts:
            last[type(part)] = part
            _collect(part, properties, required, set())
        if properties:
            sketch = self._structs[id(node)] = Sketch(Type.STRUCT)
            for name, inner in properties.items():
                self._field(sketch, name, inner, required=required[name])
            sketch.optional = optional
            return sketch.build()
        chosen = _chosen(last)
        if chosen is None:
            raise IllegalSchema(f"Unsupported criterion allOf for {node.unprocessed}")
        if isinstance(chosen, ReferenceNode):
            return self._reference(chosen.target, version, optional=optional)
        return self.read(chosen, version, optional=optional)


def _besides_null(node: Node) -> Node | None:
    """What a choice between null and one thing is about."""
    if not isinstance(node, CombinedNode) or node.criterion == "allOf" or len(node.parts) != 2:
        return None
    others = [part for part in node.parts if not isinstance(part, NullNode)]
    return others[0] if len(others) < 2 and others else None


def _chosen(last: Mapping[type[Node], Node]) -> Node | None:
    """Which of the parts of an allOf says the type."""
    if CombinedNode in last:
        return last[CombinedNode]
    string, number = last.get(StringNode), last.get(NumberNode)
    if ConstNode in last:
        return string or number
    if EnumNode in last:
        return last[EnumNode] if string else number
    return (number or string) if string else last.get(ReferenceNode)


def _collect(node: Node, properties: dict[str, Node], required: dict[str, bool], visited: set[int]) -> None:
    """The properties of all objects that must hold together."""
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, CombinedNode) and node.criterion == "allOf":
        for part in node.parts:
            _collect(part, properties, required, visited)
    elif isinstance(node, ObjectNode):
        for name, inner in node.properties.items():
            properties[name] = inner
            required[name] = name in node.required
    elif isinstance(node, ReferenceNode):
        _collect(node.target, properties, required, visited)


def _by_index(properties: Mapping[str, Node]) -> list[tuple[str, Node]]:
    """Properties by their index; one without takes the next number, and of two with the same the last one counts."""
    placed: dict[int, tuple[str, Node]] = {}
    for name, node in properties.items():
        index = _cast(node.unprocessed.get(INDEX_KEY), int, "java.lang.Integer")
        placed[len(placed) if index is None else index] = (name, node)
    return [placed[index] for index in sorted(placed)]


def _number_type(node: NumberNode) -> Type:
    name = _connect_type(node)
    if name is None:
        return Type.INT64 if node.integer else Type.FLOAT64
    if name not in _NUMBER_TYPES:
        raise IllegalSchema(f"Unsupported type {name}")
    return _NUMBER_TYPES[name]


def _connect_type(node: Node) -> str | None:
    return _cast(node.unprocessed.get(TYPE_KEY), str, "java.lang.String")


def _cast[T](value: Any, kind: type[T], java: str) -> T | None:
    if value is None:
        return None
    if type(value) is kind and (not isinstance(value, int) or -(2**31) <= value < 2**31):
        return value
    found = java_class_of(value).removeprefix("class ")
    raise BadCast(
        f"class {found} cannot be cast to class {java} ({found} and {java} are in module java.base of loader "
        "'bootstrap')"
    )


def _variant() -> Sketch:
    sketch = Sketch(Type.STRUCT)
    sketch.name = VARIANT
    sketch.fields = [(field.name, field.schema) for field in VARIANT_SCHEMA.fields]
    return sketch
