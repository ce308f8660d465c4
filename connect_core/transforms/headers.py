"""InsertHeader, DropHeaders, HeaderFrom: transforms of a record's headers. Header objects are shared, never changed."""

from __future__ import annotations

from typing import Any

from connect_core.api import Record
from connect_core.config import HIGH, Config, key, list_of, one_of
from connect_core.data import Header, Schema, Type
from connect_core.data.values import from_text
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import (
    AroundData,
    Change,
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    Write,
    copy_schema,
    no_struct,
    replace_null_with_default,
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


class InsertHeader(AroundData[InsertHeaderConfig]):
    """Add a header to each record; its type is guessed from the text as SimpleHeaderConverter does."""

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


class DropHeaders(AroundData[DropHeadersConfig]):
    """Take the headers of these names off each record."""

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

    def step(self, schema: Schema | None) -> Step | Draft:
        """A copy keeps the schema; a move makes one without the fields, and without ``optional`` and default."""
        if schema is None:
            return Draft(None, self._map_lines, self._purpose, map_for=self._purpose)
        if schema.type is not Type.STRUCT:
            return no_struct(schema, self._purpose)
        if missing := [name for name, _ in self._pairs if name not in schema.field_map]:
            return Step(None, self._missing(schema, missing[0]))
        moved = {name for name, _ in self._pairs}
        kept = [(field.name, field.schema) for field in schema.fields if field.name not in moved]
        made = copy_schema(schema, kept) if self._moves else schema
        return Draft(made, self._from_struct(schema), self._purpose, of_null=lambda: self._refuse(schema))

    def _map_lines(self, source: Source) -> str:
        header = source.constant("Header", Header)
        source.line("add = record.headers.append")
        for name, called in self._pairs:
            source.line(f"add({header}({called!r}, None, value.get({name!r})))")
        if self._moves:
            for name in dict.fromkeys(self.config.fields):
                source.line(f"value.pop({name!r}, None)")
        return "value"

    def _from_struct(self, schema: Schema) -> Write:
        replaces = self.config.replace_null_with_default

        def write(source: Source) -> str:
            header = source.constant("Header", Header)
            source.line("add = record.headers.append")
            for name, called in self._pairs:
                field = schema.field_map[name].schema
                source.line(f"found = value.get({name!r})")
                if field.has_default and replaces:
                    source.line(f"if found is None: found = {source.constant('default', field.default)}")
                source.line(f"add({header}({called!r}, {source.constant('schema', field)}, found))")
            if self._moves:
                if replaces:
                    fill_defaults(source, schema.fields)
                for name in dict.fromkeys(self.config.fields):
                    source.line(f"value.pop({name!r}, None)")
            return "value"

        return write

    def _refuse(self, schema: Schema) -> Any:
        return require_struct(schema, None, self._purpose)

    def _missing(self, schema: Schema, name: str) -> Change:
        def change(value: Any, _: Record) -> Any:
            require_struct(schema, value, self._purpose)
            raise DataError(f"HeaderFrom: no field {name!r} in {schema!r}; name a field of it in 'fields'")

        return change


class HeaderFromKey(OnKey[HeaderFromConfig], HeaderFrom):
    """HeaderFrom$Key."""


class HeaderFromValue(OnValue[HeaderFromConfig], HeaderFrom):
    """HeaderFrom$Value."""
