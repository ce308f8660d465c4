"""InsertHeader, DropHeaders, HeaderFrom: transforms of a record's headers. Header objects are shared, never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import HIGH, Config, key, list_of, one_of
from connect_core.data import Header, Schema, Type
from connect_core.data.values import from_text
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import (
    KAFKA,
    Change,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    copy_schema,
    no_struct,
    replace_null_with_default,
    require_map,
    require_struct,
)
from connect_core.transforms.fields import fill_defaults


def given(name: str, value: Any) -> None:
    """Must be given."""
    if value is None:
        raise ConfigError.invalid(name, None, "entry must be non null")


def not_empty(name: str, value: Any) -> None:
    """At least one element."""
    if not value:
        raise ConfigError.invalid(name, "[]" if value is not None else None, "Empty list")


class InsertHeaderConfig(Config):
    """Keys of InsertHeader."""

    header: str = key("Name of the header to add.", importance=HIGH, checks=[given])
    value_literal: str = key(
        "Its value as text; the type is guessed, as SimpleHeaderConverter does.", importance=HIGH, checks=[given]
    )


class InsertHeader(Transform[InsertHeaderConfig]):
    """Add a header to each record; its type is guessed from the text as SimpleHeaderConverter does."""

    in_place = True
    version: ClassVar[str] = KAFKA
    _header: Header

    def configure(self) -> None:
        """Read the literal."""
        self._header = Header(self.config.header, *from_text(self.config.value_literal))

    def apply[R: Record](self, record: R) -> R | None:
        """The record with one header more; others of that name stay."""
        record.headers.append(self._header)
        return record


class DropHeadersConfig(Config):
    """Keys of DropHeaders."""

    headers: list[str] = key("Names of headers to remove.", importance=HIGH, checks=[list_of(empty_ok=False)])


class DropHeaders(Transform[DropHeadersConfig]):
    """Take the headers of these names off each record."""

    in_place = True
    version: ClassVar[str] = KAFKA
    _names: frozenset[str]

    def configure(self) -> None:
        """Read the names."""
        self._names = frozenset(self.config.headers)

    def apply[R: Record](self, record: R) -> R | None:
        """The record without them."""
        if record.headers:
            names = self._names
            record.headers = [header for header in record.headers if header.name not in names]
        return record


class HeaderFromConfig(Config):
    """Keys of HeaderFrom."""

    fields: list[str] = key(
        "Fields of the key or value that go into headers.",
        importance=HIGH,
        checks=[not_empty],
    )
    headers: list[str] = key(
        "Names of the headers, one for each of <code>fields</code>, in the same order.",
        importance=HIGH,
        checks=[not_empty],
    )
    operation: str = key(
        "<code>move</code> takes the fields out of the key or value, <code>copy</code> leaves them there.",
        importance=HIGH,
        checks=[one_of("move", "copy")],
    )
    replace_null_with_default: bool = replace_null_with_default()


class HeaderFrom(SideTransform[HeaderFromConfig]):
    """Move or copy fields of the key or value to headers, which come behind those that are there."""

    _pairs: list[tuple[str, str]]
    _moves: bool
    _purpose: str

    def configure(self) -> None:
        """Pair fields and headers."""
        super().configure()
        if len(self.config.fields) != len(self.config.headers):
            raise ConfigError("'fields' config must have the same number of elements as 'headers' config.")
        self._pairs = list(zip(self.config.fields, self.config.headers, strict=True))
        self._moves, self._purpose = self.config.operation == "move", f"header {self.config.operation}"

    def step(self, schema: Schema | None) -> Step:
        """A copy keeps the schema; a move makes one without the fields, and without ``optional`` and default."""
        if schema is None:
            return Step(None, self._from_map())
        if schema.type is not Type.STRUCT:
            return no_struct(schema, self._purpose)
        if missing := [name for name, _ in self._pairs if name not in schema.field_map]:
            return Step(None, self._missing(schema, missing[0]))
        moved = {name for name, _ in self._pairs}
        kept = [(field.name, field.schema) for field in schema.fields if field.name not in moved]
        return Step(copy_schema(schema, kept) if self._moves else schema, self._from_struct(schema))

    def _from_map(self) -> Change:
        pairs, moved = self._pairs, tuple(self.config.fields) if self._moves else ()

        def change(value: Any, record: Record) -> Any:
            value = require_map(value, self._purpose)
            record.headers.extend([Header(header, None, value.get(name)) for name, header in pairs])
            for name in moved:
                value.pop(name, None)
            return value

        return change

    def _from_struct(self, schema: Schema) -> Change:
        source = Source(Header=Header, wrong=lambda: require_struct(schema, None, self._purpose))
        replaces = self.config.replace_null_with_default
        with source.block("def change(value, record):"):
            source.line("if value is None: wrong()")
            source.line("add = record.headers.append")
            for name, header in self._pairs:
                field = schema.field_map[name].schema
                source.line(f"found = value.get({name!r})")
                if field.has_default and replaces:
                    source.line(f"if found is None: found = {source.constant('default', field.default)}")
                source.line(f"add(Header({header!r}, {source.constant('schema', field)}, found))")
            if self._moves:
                if replaces:
                    fill_defaults(source, schema.fields)
                for name in dict.fromkeys(self.config.fields):
                    source.line(f"value.pop({name!r}, None)")
            source.line("return value")
        return source.compile("change", title="HeaderFrom")

    def _missing(self, schema: Schema, name: str) -> Change:
        def change(value: Any, _: Record) -> Any:
            require_struct(schema, value, self._purpose)
            raise DataError(f"HeaderFrom: no field {name!r} in {schema!r}; name a field of it in 'fields'")

        return change


class HeaderFromKey(OnKey[HeaderFromConfig], HeaderFrom):
    """HeaderFrom$Key."""


class HeaderFromValue(OnValue[HeaderFromConfig], HeaderFrom):
    """HeaderFrom$Value."""
