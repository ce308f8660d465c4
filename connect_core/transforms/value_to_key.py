"""ValueToKey: fields of the value make a new key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connect_core.api import Record
from connect_core.config import HIGH, Config, key, list_of
from connect_core.data import Schema, Type, struct
from connect_core.encoding.source import Source
from connect_core.errors import DataError
from connect_core.transforms.base import (
    Change,
    Draft,
    Step,
    StepTransform,
    no_struct,
    replace_null_with_default,
    require_struct,
)
from connect_core.transforms.fields import FieldPath, field_syntax_version

PURPOSE = "copying fields from value to key"


class ValueToKeyConfig(Config):
    """Keys of ValueToKey; ``field.syntax.version`` is Kafka 4.4's."""

    fields: list[str] = key(
        "Fields of the value that make up the key.",
        importance=HIGH,
        checks=[list_of(empty_ok=False)],
    )
    replace_null_with_default: bool = replace_null_with_default()
    field_syntax_version: str = field_syntax_version()


class ValueToKey(StepTransform[ValueToKeyConfig]):
    """Make a new key of some fields of the value; the key that was there is gone."""

    reads, writes = "value", "key"
    _paths: list[FieldPath]

    def configure(self) -> None:
        """Read the paths."""
        super().configure()
        self._paths = [FieldPath(text, self.config.field_syntax_version) for text in self.config.fields]

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its key replaced; a key's field is called as the path was written."""
        schema = record.value_schema
        made, change, _ = self._steps.get(schema) or self._learn(schema)
        record.key = change(record.value, record)
        record.key_schema = made
        return record

    def step(self, schema: Schema | None) -> Step | Draft:
        """The key of values of this schema."""
        return Draft(None, self._map_lines, PURPOSE, map_for=PURPOSE) if schema is None else self._from_struct(schema)

    def _map_lines(self, source: Source) -> str:
        members = [f"{path.text!r}: {_found(source, path.steps, path.of_map())}" for path in self._paths]
        return f"{{{', '.join(members)}}}"

    def _from_struct(self, schema: Schema) -> Step | Draft:
        if schema.type is not Type.STRUCT:
            return no_struct(schema, PURPOSE)
        defaults = self.config.replace_null_with_default
        fields, looks = [], []
        for path in self._paths:
            field = path.field_of(schema)
            if field is None:
                return Step(None, _refusing(schema, path.text))
            fields.append((path.text, field.schema))
            steps = path.steps if not (defaults and field.schema.has_default) else ()
            looks.append((path.text, steps, path.of_struct(schema, defaults=defaults)))

        def write(source: Source) -> str:
            return f"{{{', '.join(f'{text!r}: {_found(source, steps, look)}' for text, steps, look in looks)}}}"

        return Draft(struct(fields), write, PURPOSE, of_null=lambda: require_struct(schema, None, PURPOSE))


def _found(source: Source, steps: Sequence[str], look: Callable[[Any], Any]) -> str:
    """An expression for what is found in ``value``: a plain look-up if there is one step, else a call."""
    return f"value.get({steps[0]!r})" if len(steps) == 1 else f"{source.constant('look', look)}(value)"


def _refusing(schema: Schema, name: str) -> Change:
    def change(value: Any, _: Record) -> Any:
        require_struct(schema, value, PURPOSE)
        raise DataError(f"Field does not exist: {name}")

    return change
