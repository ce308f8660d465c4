"""Connect schemas and values from Python to Java and back, for tests against the real classes (fixture ``jvm``)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Schema, Type, units
from connect_core.data.keys import hashable

DATA = "org.apache.kafka.connect.data"


class JavaError(Exception):
    """An exception Java threw: class name and message."""

    def __init__(self, name: str, message: str | None) -> None:
        super().__init__(name, message)
        self.name, self.message = name, message


class Bridge:
    """Translator between both worlds; ``jpype`` is the module with the JVM up."""

    def __init__(self, jpype: ModuleType) -> None:
        self.jpype = jpype
        self._builder = jpype.JClass(f"{DATA}.SchemaBuilder")
        self._struct = jpype.JClass(f"{DATA}.Struct")
        self._types = jpype.JClass(f"{DATA}.Schema").Type
        self._integer = jpype.JClass("java.lang.Integer")
        self._decimal = jpype.JClass("java.math.BigDecimal")
        self._date = jpype.JClass("java.util.Date")
        self._list = jpype.JClass("java.util.ArrayList")
        self._map = jpype.JClass("java.util.LinkedHashMap")
        self._string = jpype.JClass("java.lang.String")
        self._boxes = {
            Type.INT8: jpype.JClass("java.lang.Byte"),
            Type.INT16: jpype.JClass("java.lang.Short"),
            Type.INT32: self._integer,
            Type.INT64: jpype.JClass("java.lang.Long"),
            Type.FLOAT32: jpype.JClass("java.lang.Float"),
            Type.FLOAT64: jpype.JClass("java.lang.Double"),
            Type.BOOLEAN: jpype.JClass("java.lang.Boolean"),
        }

    def new(self, name: str, *arguments: Any) -> Any:
        """A Java object."""
        return self.jpype.JClass(name)(*arguments)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call Java; what it throws comes as JavaError."""
        try:
            return function(*arguments)
        except self.jpype.JException as error:
            message = error.getMessage()
            name = error.getClass().getName()
            raise JavaError(str(name), None if message is None else str(message)) from None

    def text(self, value: str | None) -> Any:
        """A java.lang.String."""
        if value is None:
            return None
        return self._string(self.byte_array(value.encode("utf-16-be", "surrogatepass")), "UTF-16BE")

    def from_text(self, value: Any) -> str | None:
        """A str."""
        if value is None:
            return None
        units = value.chars().toArray()  # not getBytes: it would replace lone surrogates
        return b"".join(int(unit).to_bytes(2) for unit in units).decode("utf-16-be", "surrogatepass")

    def byte_array(self, value: bytes | None) -> Any:
        """A byte[]."""
        return None if value is None else self.jpype.JArray(self.jpype.JByte)(value)

    def from_bytes(self, value: Any) -> bytes | None:
        """Bytes of a byte[]."""
        return None if value is None else bytes(value)

    def schema(self, schema: Schema | None) -> Any:
        """The Java schema."""
        if schema is None:
            return None
        builder = self._start(schema)
        if schema.optional:
            builder.optional()
        if schema.name is not None:
            builder.name(self.text(schema.name))
        if schema.version is not None:
            builder.version(self._integer(schema.version))
        if schema.doc is not None:
            builder.doc(self.text(schema.doc))
        for key, value in schema.parameters.items():
            builder.parameter(self.text(key), self.text(value))
        if schema.has_default:
            builder.defaultValue(self.value(schema, schema.default))
        return builder.build()

    def _start(self, schema: Schema) -> Any:
        if schema.type is Type.ARRAY:
            return self._builder.array(self.schema(schema.value_schema))
        if schema.type is Type.MAP:
            return self._builder.map(self.schema(schema.key_schema), self.schema(schema.value_schema))
        if schema.type is not Type.STRUCT:
            return self._builder.type(getattr(self._types, schema.type.name))
        builder = self._builder.struct()
        for field in schema.fields:
            builder.field(self.text(field.name), self.schema(field.schema))
        return builder

    def value(self, schema: Schema | None, value: Any) -> Any:
        """The Java value of a schema'd value."""
        if value is None:
            return None
        if schema is None:
            return self._schemaless(value)
        if schema.name == DECIMAL:
            return self._decimal(str(value))
        if schema.name in (DATE, TIME, TIMESTAMP):
            return self._date(self.jpype.JLong(_millis(value)))
        if schema.type in self._boxes:
            return self._boxes[schema.type](_primitive(self.jpype, schema.type, value))
        if schema.type is Type.STRING:
            return self.text(value)
        if schema.type is Type.BYTES:
            return self.byte_array(bytes(value))
        if schema.type is Type.STRUCT:
            made = self._struct(self.schema(schema))
            for field in schema.fields:
                made.put(self.text(field.name), self.value(field.schema, value.get(field.name)))
            return made
        if schema.type is Type.ARRAY:
            return self._filled_list(self.value(schema.value_schema, element) for element in value)
        return self._filled_map(
            (self.value(schema.key_schema, k), self.value(schema.value_schema, v)) for k, v in value.items()
        )

    def _filled_list(self, elements: Any) -> Any:
        made = self._list()
        for element in elements:
            made.add(element)
        return made

    def _filled_map(self, entries: Any) -> Any:
        made = self._map()
        for key, value in entries:
            made.put(key, value)
        return made

    def _schemaless(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._filled_map((self._schemaless(k), self.value(None, v)) for k, v in value.items())
        if isinstance(value, list):
            return self._filled_list(self.value(None, element) for element in value)
        kind = {bool: Type.BOOLEAN, int: Type.INT64, float: Type.FLOAT64}.get(type(value))
        if kind is not None:
            return self._boxes[kind](_primitive(self.jpype, kind, value))
        if isinstance(value, Decimal):
            return self._decimal(str(value))
        return self.text(value) if isinstance(value, str) else self.byte_array(value)

    def from_schema(self, schema: Any) -> Schema | None:
        """The Python schema."""
        if schema is None:
            return None
        kind = Type[str(schema.type().name())]
        inner: dict[str, Any] = {}
        if kind is Type.STRUCT:
            inner["fields"] = [(self.from_text(f.name()), self.from_schema(f.schema())) for f in schema.fields()]
        elif kind is Type.MAP:
            inner["key_schema"] = self.from_schema(schema.keySchema())
        if kind in (Type.MAP, Type.ARRAY):
            inner["value_schema"] = self.from_schema(schema.valueSchema())
        parameters = schema.parameters()
        attributes: dict[str, Any] = {
            "optional": bool(schema.isOptional()),
            "name": self.from_text(schema.name()),
            "version": None if schema.version() is None else int(schema.version()),
            "doc": self.from_text(schema.doc()),
            "parameters": {self.from_text(e.getKey()): self.from_text(e.getValue()) for e in parameters.entrySet()}
            if parameters is not None
            else {},
        }
        bare = Schema(kind, **attributes, **inner)
        if schema.defaultValue() is None:
            return bare
        return bare.replace(default=self.from_value(bare, schema.defaultValue()))

    def from_value(self, schema: Schema | None, value: Any) -> Any:
        """The Python value of what Java read with this schema."""
        if value is None:
            return None
        if isinstance(value, self._date):
            return self._from_date(schema, int(value.getTime()))
        if isinstance(value, self._decimal):
            return Decimal(str(value.toString()))
        if isinstance(value, self._string):
            return self.from_text(value)
        if isinstance(value, self._struct):
            assert schema is not None
            return {
                f.name: self.from_value(f.schema, value.getWithoutDefault(self.text(f.name))) for f in schema.fields
            }
        if isinstance(value, self.jpype.JClass("java.util.List")):
            return [self.from_value(schema and schema.value_schema, element) for element in value]
        if isinstance(value, self.jpype.JClass("java.util.Map")):
            keys, values = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
            return {
                hashable(self.from_value(keys, e.getKey())): self.from_value(values, e.getValue())
                for e in value.entrySet()
            }
        return self._from_simple(value)

    @staticmethod
    def _from_date(schema: Schema | None, millis: int) -> Any:
        if schema is not None and schema.name == DATE:
            return units.day(millis // units.DAY_MILLIS)
        return units.time_of_day(millis) if schema is not None and schema.name == TIME else units.instant(millis)

    def _from_simple(self, value: Any) -> Any:
        for kind, box in self._boxes.items():
            if isinstance(value, box):
                if kind is Type.BOOLEAN:
                    return bool(value)
                return float(value) if kind in (Type.FLOAT32, Type.FLOAT64) else int(value)
        return bytes(value)


def _primitive(jpype: ModuleType, kind: Type, value: Any) -> Any:
    """A primitive for the box's constructor: without it JPype may take another overload."""
    return {
        Type.INT8: jpype.JByte,
        Type.INT16: jpype.JShort,
        Type.INT32: jpype.JInt,
        Type.INT64: jpype.JLong,
        Type.FLOAT32: jpype.JFloat,
        Type.FLOAT64: jpype.JDouble,
        Type.BOOLEAN: jpype.JBoolean,
    }[kind](value)


def _millis(value: Any) -> int:
    if isinstance(value, datetime):
        return units.millis(value)
    return units.days(value) * units.DAY_MILLIS if isinstance(value, date) else units.millis_of_day(value)
