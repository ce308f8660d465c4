"""Connect schemas and values from Python to Java and back, for tests against the real classes (fixture ``jvm``).

Schemas are interned on our side and often the same object on Java's, so what is made per schema is kept: the Java
schema, a function that makes values of it, the Python schema of a Java one. Calls into Java cost microseconds each.
A schema that holds itself is a builder in Java, which is equal to nothing but itself, as ours are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Float32, Schema, Type, units
from connect_core.data.keys import hashable
from connect_core.data.recursive import complete, stand_in

DATA = "org.apache.kafka.connect.data"
UNTOLD = "an exception with a lone surrogate in its message"
_MOST_JAVA_SCHEMAS = 2000
_SCHEMALESS = {bool: Type.BOOLEAN, int: Type.INT64, float: Type.FLOAT64, Float32: Type.FLOAT32}

type ToJava = Callable[[Any], Any]


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
        self._built = jpype.JClass(f"{DATA}.ConnectSchema")
        self._struct = jpype.JClass(f"{DATA}.Struct")
        self._types = jpype.JClass(f"{DATA}.Schema").Type
        self._integer = jpype.JClass("java.lang.Integer")
        self._decimal = jpype.JClass("java.math.BigDecimal")
        self._date = jpype.JClass("java.util.Date")
        self._list = jpype.JClass("java.util.ArrayList")
        self._map = jpype.JClass("java.util.LinkedHashMap")
        self._string = jpype.JClass("java.lang.String")
        self._bytes = jpype.JArray(jpype.JByte)
        self._classes: dict[str, Any] = {}
        names = ("Byte", "Short", "Integer", "Long", "Float", "Double", "Boolean")
        self._boxes = {
            kind: jpype.JClass(f"java.lang.{name}") for kind, name in zip(_primitives(jpype), names, strict=True)
        }
        self._primitives = _primitives(jpype)
        self._schemas: WeakKeyDictionary[Schema, Any] = WeakKeyDictionary()
        self._makers: WeakKeyDictionary[Schema, ToJava] = WeakKeyDictionary()
        self._met = self.new("java.util.IdentityHashMap")  # a Java schema -> its place in _read
        self._read: list[Schema] = []
        self._readers: dict[type, Callable[[Schema | None, Any], Any]] = {}
        self._building: dict[Schema, Any] = {}  # structs whose builders wait for their fields
        self._held: set[Schema] = set()  # those found within themselves
        self._names: dict[Schema, Any] = {}
        self._within = self.new("java.util.IdentityHashMap")  # a Java struct being read -> its place in _waiting
        self._waiting: list[list[Schema]] = []

    def new(self, name: str, *arguments: Any) -> Any:
        """A Java object."""
        found = self._classes.get(name)
        if found is None:
            found = self._classes[name] = self.jpype.JClass(name)
        return found(*arguments)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call Java; what it throws comes as JavaError."""
        try:
            return function(*arguments)
        except self.jpype.JException as error:
            message = error.getMessage()
            name = error.getClass().getName()
            raise JavaError(str(name), None if message is None else self.from_text(message)) from None
        except (UnicodeDecodeError, SystemError):  # JPype cannot make one with a lone surrogate in its message
            raise JavaError(UNTOLD, None) from None

    def text(self, value: str | None) -> Any:
        """A java.lang.String."""
        if value is None:
            return None
        try:
            value.encode()  # asked here: JPype goes on with the error pending, and may break later
        except UnicodeEncodeError:  # a lone surrogate, which only a constructor from code points lets pass
            units = memoryview(value.encode("utf-16-le", "surrogatepass")).cast("H").tolist()
            return self._string(self.jpype.JArray(self.jpype.JInt)(units), 0, len(units))
        return self._string(value)

    def from_text(self, value: Any) -> str | None:
        """A str."""
        if value is None:
            return None
        try:
            text = str(value)
            if text.isascii() or max(text) < "\U00010000":
                return text
        except UnicodeDecodeError:  # a lone surrogate
            pass
        units = value.chars().toArray()  # JPype takes surrogates in the wrong order for a pair
        return b"".join(int(unit).to_bytes(2) for unit in units).decode("utf-16-be", "surrogatepass")

    def byte_array(self, value: bytes | None) -> Any:
        """A byte[]."""
        return None if value is None else self._bytes(value)

    def from_bytes(self, value: Any) -> bytes | None:
        """Bytes of a byte[]."""
        return None if value is None else bytes(value)

    def schema(self, schema: Schema | None) -> Any:
        """The Java schema, the same object for the same schema."""
        if schema is None:
            return None
        made = self._schemas.get(schema)
        if made is None and schema in self._building:
            self._held.add(schema)
            return self._building[schema]
        if made is None:
            made = self._schemas[schema] = self._build(schema)
        return made

    def _build(self, schema: Schema) -> Any:
        builder = self._start(schema)
        if schema.optional:
            builder.optional()
        if schema.name is not None:
            builder.name(self._name(schema))
        if schema.version is not None:
            builder.version(self._integer(schema.version))
        if schema.doc is not None:
            builder.doc(self.text(schema.doc))
        for key, value in schema.parameters.items():
            builder.parameter(self.text(key), self.text(value))
        if schema.has_default:
            # A struct must be of the builder itself to pass as its default.
            make = self._make_struct(schema, builder) if schema.type is Type.STRUCT else self._maker(schema)
            builder.defaultValue(make(schema.default))
        if schema in self._held:
            self._held.remove(schema)
            return builder
        return builder.build()

    def _name(self, schema: Schema) -> Any:
        """One String for a struct and those that stand for it within: AvroConverter knows them by the very object."""
        if schema.type is not Type.STRUCT:
            return self.text(schema.name)
        key = schema.replace(optional=False)
        if key not in self._names:
            if len(self._names) >= _MOST_JAVA_SCHEMAS:
                self._names.clear()
            self._names[key] = self.text(schema.name)
        return self._names[key]

    def _start(self, schema: Schema) -> Any:
        if schema.type is Type.ARRAY:
            return self._builder.array(self.schema(schema.value_schema))
        if schema.type is Type.MAP:
            return self._builder.map(self.schema(schema.key_schema), self.schema(schema.value_schema))
        if schema.type is not Type.STRUCT:
            return self._builder.type(getattr(self._types, schema.type.name))
        builder = self._building[schema] = self._builder.struct()
        try:
            for field in schema.fields:
                builder.field(self.text(field.name), self.schema(field.schema))
        finally:
            del self._building[schema]
        return builder

    def value(self, schema: Schema | None, value: Any) -> Any:
        """The Java value of a schema'd value."""
        if value is None:
            return None
        return self._schemaless(value) if schema is None else self._maker(schema)(value)

    def _maker(self, schema: Schema | None) -> ToJava:
        if schema is None:
            return self._schemaless
        found = self._makers.get(schema)
        if found is None:
            made: list[ToJava] = []  # asked for within itself before it is made, where a schema holds itself
            found = self._makers[schema] = lambda value: None if value is None else made[0](value)
            made.append(self._make(schema))
        return found

    def _make(self, schema: Schema) -> ToJava:
        """Values of this schema but null; keeps no hold of the schema, which would stay for ever."""
        if schema.name == DECIMAL:
            return lambda value: self._decimal(str(value))
        if schema.name in (DATE, TIME, TIMESTAMP):
            long = self.jpype.JLong
            return lambda value: self._date(long(_millis(value)))
        if schema.type in self._boxes:
            box, primitive = self._boxes[schema.type], self._primitives[schema.type]
            return lambda value: box(primitive(value))
        if schema.type is Type.STRING:
            return self.text
        if schema.type is Type.BYTES:
            return lambda value: self.byte_array(bytes(value))
        if schema.type is Type.STRUCT:
            return self._make_struct(schema, self.schema(schema))
        values = self._maker(schema.value_schema)
        if schema.type is Type.ARRAY:
            return lambda value: self.filled_list(values(element) for element in value)
        keys = self._maker(schema.key_schema)
        return lambda value: self.filled_map((keys(k), values(v)) for k, v in value.items())

    def _make_struct(self, schema: Schema, java: Any) -> ToJava:
        fields = [(f.name, java.field(self.text(f.name)), self._maker(f.schema)) for f in schema.fields]

        def make(value: Mapping[str, Any]) -> Any:
            made = self._struct(java)
            for name, field, maker in fields:
                made.put(field, maker(value.get(name)))
            return made

        return make

    def filled_list(self, elements: Any) -> Any:
        """An ArrayList."""
        made = self._list()
        for element in elements:
            made.add(element)
        return made

    def filled_map(self, entries: Any) -> Any:
        """A LinkedHashMap of pairs."""
        made = self._map()
        for key, value in entries:
            made.put(key, value)
        return made

    def _schemaless(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, dict):
            return self.filled_map((self._schemaless(k), self._schemaless(v)) for k, v in value.items())
        if isinstance(value, (list, tuple)):
            return self.filled_list(self._schemaless(element) for element in value)
        kind = _SCHEMALESS.get(type(value))
        if kind is not None:
            return self._boxes[kind](self._primitives[kind](value))
        if isinstance(value, Decimal):
            return self._decimal(str(value))
        if isinstance(value, (date, time)):
            return self._date(self.jpype.JLong(_millis(value)))
        return self.text(value) if isinstance(value, str) else self.byte_array(value)

    def from_schema(self, schema: Any) -> Schema | None:
        """The Python schema."""
        if schema is None:
            return None
        place = self._met.get(schema)
        if place is not None:
            return self._read[int(place)]
        found = self._from_schema(schema)
        if type(schema) is self._built:  # not a builder: those change
            if len(self._read) >= _MOST_JAVA_SCHEMAS:
                self._met.clear()
                self._read.clear()
            self._met.put(schema, self._integer(len(self._read)))
            self._read.append(found)
        return found

    def _from_schema(self, schema: Any) -> Schema:
        kind = Type[str(schema.type().name())]
        if kind is Type.STRUCT:
            return self._from_struct_schema(schema)
        return self._from_parts(schema, kind)

    def _from_struct_schema(self, schema: Any) -> Schema:
        """A struct, in whose place within itself a stand-in is put."""
        place = self._within.get(schema)
        if place is not None:
            self._waiting[int(place)].append(stand_in())
            return self._waiting[int(place)][-1]
        self._within.put(schema, self._integer(len(self._waiting)))
        self._waiting.append([])
        try:
            found = self._from_parts(schema, Type.STRUCT)
        finally:
            self._within.remove(schema)
            waiting = self._waiting.pop()
        for one in waiting:
            complete(one, found)
        return found

    def _from_parts(self, schema: Any, kind: Type) -> Schema:
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
        reader = self._readers.get(type(value))
        if reader is None:
            reader = self._readers[type(value)] = self._reader(value)
        return reader(schema, value)

    def _reader(self, value: Any) -> Callable[[Schema | None, Any], Any]:
        """What reads values of this one's class."""
        if isinstance(value, self._date):
            return lambda schema, value: _from_date(schema, int(value.getTime()))
        if isinstance(value, self._decimal):
            return lambda _, value: Decimal(str(value.toString()))
        if isinstance(value, self._string):
            return lambda _, value: self.from_text(value)
        if isinstance(value, self._struct):
            return self._from_struct
        if isinstance(value, self.jpype.JClass("java.util.List")):
            return lambda schema, value: [self.from_value(schema and schema.value_schema, one) for one in value]
        if isinstance(value, self.jpype.JClass("java.util.Map")):
            return self._from_map
        for kind, box in self._boxes.items():
            if isinstance(value, box):
                if kind is Type.FLOAT32:
                    return lambda schema, value: float(value) if schema is not None else Float32(value)
                plain = bool if kind is Type.BOOLEAN else float if kind is Type.FLOAT64 else int
                return lambda _, value: plain(value)
        if isinstance(value, self.jpype.JClass("java.nio.ByteBuffer")):
            return lambda _, value: bytes(value.array()[value.arrayOffset() + value.position() :][: value.remaining()])
        return lambda _, value: bytes(value)

    def _from_struct(self, schema: Schema | None, value: Any) -> dict[str, Any]:
        if schema is None or not schema.fields:  # Debezium's in headers, and a stand-in that has no fields yet
            fields = [(f.name(), self.from_schema(f.schema())) for f in value.schema().fields()]
            return {str(self.from_text(n)): self.from_value(s, value.getWithoutDefault(n)) for n, s in fields}
        return {f.name: self.from_value(f.schema, value.getWithoutDefault(self.text(f.name))) for f in schema.fields}

    def _from_map(self, schema: Schema | None, value: Any) -> dict[Any, Any]:
        keys, values = (schema.key_schema, schema.value_schema) if schema is not None else (None, None)
        return {
            hashable(self.from_value(keys, e.getKey())): self.from_value(values, e.getValue()) for e in value.entrySet()
        }


def _from_date(schema: Schema | None, millis: int) -> Any:
    if schema is not None and schema.name == DATE:
        return units.day(millis // units.DAY_MILLIS)
    return units.time_of_day(millis) if schema is not None and schema.name == TIME else units.instant(millis)


def _primitives(jpype: ModuleType) -> dict[Type, Any]:
    """A primitive for a box's constructor: without it JPype may take another overload."""
    return {
        Type.INT8: jpype.JByte,
        Type.INT16: jpype.JShort,
        Type.INT32: jpype.JInt,
        Type.INT64: jpype.JLong,
        Type.FLOAT32: jpype.JFloat,
        Type.FLOAT64: jpype.JDouble,
        Type.BOOLEAN: jpype.JBoolean,
    }


def _millis(value: Any) -> int:
    if isinstance(value, datetime):
        return units.millis(value)
    return units.days(value) * units.DAY_MILLIS if isinstance(value, date) else units.millis_of_day(value)
