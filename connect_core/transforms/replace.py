"""ReplaceField: fields dropped, kept or renamed.

What a value keeps is not looked at: fields go and get their new names one by one. Only a list of fields to keep that
is shorter than what it drops makes a new dict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.config import MEDIUM, Config, key, list_of
from connect_core.data import DATE, DECIMAL, TIME, TIMESTAMP, Field, Schema, Type
from connect_core.data.check import check
from connect_core.encoding.source import Source
from connect_core.errors import ConfigError, DataError
from connect_core.java.hashing import hash_map_order
from connect_core.transforms.base import (
    Draft,
    OnKey,
    OnValue,
    SideTransform,
    Step,
    Write,
    class_name,
    copy_schema,
    no_struct,
    refusing,
    replace_null_with_default,
)
from connect_core.transforms.fields import fill_defaults

PURPOSE = "field replacement"


def rename_of(text: str) -> tuple[str, str]:
    """(old, new) of ``old:new``; ConfigError for anything else."""
    parts = text.split(":")
    while parts and not parts[-1]:  # Java's split gives no empty parts at the end
        parts.pop()
    if len(parts) != 2:
        raise ConfigError(f"Invalid rename mapping: {text}")
    return parts[0], parts[1]


def renames(name: str, value: Any) -> None:
    """List of colon-delimited pairs such as ``foo:bar,abc:xyz``."""
    for text in value or ():
        try:
            rename_of(text)
        except ConfigError as error:
            raise ConfigError.invalid(name, f"[{', '.join(value)}]", str(error)) from None


class ReplaceFieldConfig(Config):
    """Keys of ReplaceField."""

    exclude: list[str] = key(
        "Fields to leave out, whatever <code>include</code> says.",
        default=(),
        importance=MEDIUM,
        checks=[list_of()],
    )
    include: list[str] = key(
        "Fields to keep; an empty list keeps all.",
        default=(),
        importance=MEDIUM,
        checks=[list_of()],
    )
    renames: list[str] = key(
        "New names of fields, as <code>old:new</code>.", default=(), importance=MEDIUM, checks=[renames]
    )
    replace_null_with_default: bool = replace_null_with_default()


class ReplaceField(SideTransform[ReplaceFieldConfig]):
    """Drop, keep or rename fields; all lists speak of the names before renaming. Nulls pass."""

    _exclude: frozenset[str]
    _include: tuple[str, ...]
    _renames: dict[str, str]

    def configure(self) -> None:
        """Read the lists."""
        super().configure()
        self._exclude = frozenset(self.config.exclude)
        self._include = tuple(dict.fromkeys(self.config.include))
        self._renames = dict(rename_of(text) for text in self.config.renames)

    def _keeps(self, name: str) -> bool:
        return name not in self._exclude and (not self._include or name in self._include)

    def step(self, schema: Schema | None) -> Step | Draft:
        """A schema of the fields that are kept, under their new names."""
        if schema is None:
            return Draft(None, self._map_lines, "ReplaceField", passes_null=True, map_for=PURPOSE)
        if schema.type is not Type.STRUCT:
            return no_struct(schema, PURPOSE, passes_null=True)
        try:
            fields = [(self._renames.get(f.name, f.name), f.schema) for f in schema.fields if self._keeps(f.name)]
            made = copy_schema(schema, fields)
        except DataError as error:
            return refusing(error)
        return Draft(made, self._of_struct(schema, made), "ReplaceField", passes_null=True)

    def _map_lines(self, source: Source) -> str:
        """Where two entries want one name, the later one gets it: then all are gone through, in their order."""
        names, excluded = self._renames, self._exclude
        rebuilt = f"{source.constant('rebuilt', self._rebuilt)}(value)"
        if self._include:
            kept = [name for name in self._include if name not in excluded]
            if len({names.get(name, name) for name in kept}) < len(kept):
                return rebuilt
            source.line("found = {}")
            for name in kept:
                source.line(f"if {name!r} in value: found[{names.get(name, name)!r}] = value[{name!r}]")
            return "found"
        moved = {old: new for old, new in names.items() if old not in excluded and old != new}
        if len(set(moved.values())) < len(moved) or not moved.keys().isdisjoint(moved.values()):
            return rebuilt
        if not moved:
            self._drops(source)
            return "value"
        taken = " or ".join(f"{new!r} in value" for new in moved.values())
        source.line(f"if {taken}: value = {rebuilt}")
        with source.block("else:"):
            self._drops(source)
            for old, new in moved.items():
                source.line(f"if {old!r} in value: value[{new!r}] = value.pop({old!r})")
        return "value"

    def _drops(self, source: Source) -> None:
        for name in self._exclude:
            source.line(f"value.pop({name!r}, None)")

    def _rebuilt(self, value: dict[Any, Any]) -> dict[Any, Any]:
        return {self._renames.get(name, name): found for name, found in value.items() if self._keeps(name)}

    def _of_struct(self, schema: Schema, made: Schema) -> Write:
        """Connect looks a field up by its new name alone: with ``a:b``, a field ``b`` gets the value of ``a``."""
        # Where several old names give one new name, a HashMap's order decides.
        old_names = {self._renames[old]: old for old in hash_map_order(self._renames)}
        sources = [(old_names.get(field.name, field.name), field) for field in made.fields]

        def write(source: Source) -> str:
            if missing := [old for old, _ in sources if old not in schema.field_map]:
                source.line(f"{source.constant('wrong', _wrong)}({missing[0]!r})")
                return "value"
            return self._lines(source, schema, [(schema.field_map[old], new) for old, new in sources])

        return write

    def _lines(self, source: Source, schema: Schema, moves: list[tuple[Field, Field]]) -> str:
        """Lines for ``moves``, (field before, field after), and the outcome."""
        if self.config.replace_null_with_default:
            fill_defaults(source, (old for old, _ in moves))
        for old, new in moves:
            if old.schema is not new.schema:
                check_fit = source.constant("fit", fit(old.schema, new))
                source.line(f"{check_fit}(value.get({old.name!r}))")
        kept = {old.name for old, new in moves if old.name == new.name}
        gone = [field.name for field in schema.fields if field.name not in kept]
        if len(moves) < len(gone):
            return f"{{{', '.join(f'{new.name!r}: value.get({old.name!r})' for old, new in moves)}}}"
        moved = [(source.name("moved"), old.name, new.name) for old, new in moves if old.name != new.name]
        for variable, old_name, _ in moved:
            source.line(f"{variable} = value.get({old_name!r})")
        for name in gone:
            source.line(f"value.pop({name!r}, None)")
        for variable, _, new_name in moved:
            source.line(f"value[{new_name!r}] = {variable}")
        return "value"


def fit(old: Schema | None, new: Field) -> Callable[[Any], None]:
    """What refuses a value of another schema than its new field's, where Connect would: by the value's Java class."""
    wanted = new.schema
    if old is None or old is wanted:
        return lambda value: check(wanted, value, field=new.name)
    return lambda value: _fit(old, wanted, value, f'field: "{new.name}"')


def _fit(old: Schema, wanted: Schema, value: Any, location: str) -> None:
    if value is None:
        if not wanted.optional:
            raise DataError(f"Invalid value: null used for required {location}, schema type: {wanted.type.name}")
        return
    if old is wanted:
        return
    if old.type is Type.STRUCT and wanted.type is Type.STRUCT:
        raise DataError("Struct schemas do not match.")
    if old.type is not wanted.type or _logical(old) != _logical(wanted):
        name = f' "{wanted.name}"' if wanted.name is not None else ""
        raise DataError(
            f"Invalid Java object for schema{name} with type {wanted.type.name}: class {class_name(old, value)} "
            f"for {location}"
        )
    if old.value_schema is None or wanted.value_schema is None:
        return
    if old.type is Type.ARRAY:
        for element in value:
            _fit(old.value_schema, wanted.value_schema, element, f"element of array {location}")
    elif old.key_schema is not None and wanted.key_schema is not None:
        for key_, element in value.items():
            _fit(old.key_schema, wanted.key_schema, key_, f"key of map {location}")
            _fit(old.value_schema, wanted.value_schema, element, f"value of map {location}")


def _logical(schema: Schema) -> str | None:
    return schema.name if schema.name in (DATE, DECIMAL, TIME, TIMESTAMP) else None


def _wrong(name: str) -> None:
    raise DataError(f"{name} is not a valid field name")


class ReplaceFieldKey(OnKey[ReplaceFieldConfig], ReplaceField):
    """ReplaceField$Key."""


class ReplaceFieldValue(OnValue[ReplaceFieldConfig], ReplaceField):
    """ReplaceField$Value."""
