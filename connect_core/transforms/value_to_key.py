"""ValueToKey: fields of the value make a new key."""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.api import Record, Transform
from connect_core.config import HIGH, Config, key, list_of
from connect_core.data import Schema, Type, struct
from connect_core.errors import DataError
from connect_core.transforms.base import (
    KAFKA,
    REMEMBERED,
    Change,
    Step,
    no_struct,
    replace_null_with_default,
    require_map,
    require_struct,
)
from connect_core.transforms.fields import FieldPath, field_syntax_version

PURPOSE = "copying fields from value to key"


class ValueToKeyConfig(Config):
    """Keys of ValueToKey; ``field.syntax.version`` is Kafka 4.4's."""

    fields: list[str] = key(
        "Field names on the record value to extract as the record key.",
        importance=HIGH,
        checks=[list_of(empty_ok=False)],
    )
    replace_null_with_default: bool = replace_null_with_default()
    field_syntax_version: str = field_syntax_version()


class ValueToKey(Transform[ValueToKeyConfig]):
    """Replace the record key with a new key formed from a subset of fields in the record value."""

    in_place = True
    version: ClassVar[str] = KAFKA
    _paths: list[FieldPath]
    _steps: dict[Schema | None, Step]

    def configure(self) -> None:
        """Read the paths."""
        self._paths = [FieldPath(text, self.config.field_syntax_version) for text in self.config.fields]
        self._steps = {}

    def apply[R: Record](self, record: R) -> R | None:
        """The record with its key replaced; a key's field is called as the path was written."""
        schema = record.value_schema
        step = self._steps.get(schema) or self._learn(schema)
        record.key = step.change(record.value, record)
        record.key_schema = step.schema
        return record

    def _learn(self, schema: Schema | None) -> Step:
        if len(self._steps) >= REMEMBERED:
            self._steps.clear()
        made = self._steps[schema] = self._from_map() if schema is None else self._from_struct(schema)
        return made

    def _from_map(self) -> Step:
        looks = [(path.text, path.of_map()) for path in self._paths]
        names = self.config.fields
        flat = all(len(path.steps) == 1 and path.steps[0] == path.text for path in self._paths)

        def change(value: Any, _: Record) -> Any:
            value = require_map(value, PURPOSE)
            return {name: value.get(name) for name in names} if flat else {name: look(value) for name, look in looks}

        return Step(None, change)

    def _from_struct(self, schema: Schema) -> Step:
        if schema.type is not Type.STRUCT:
            return no_struct(schema, PURPOSE)
        fields, looks = [], []
        for path in self._paths:
            field = path.field_of(schema)
            if field is None:
                return Step(None, _refusing(schema, path.text))
            fields.append((path.text, field.schema))
            looks.append((path.text, path.of_struct(field, defaults=self.config.replace_null_with_default)))

        def change(value: Any, _: Record) -> Any:
            if value is None:
                require_struct(schema, None, PURPOSE)
            return {name: look(value) for name, look in looks}

        return Step(struct(fields), change)


def _refusing(schema: Schema, name: str) -> Change:
    def change(value: Any, _: Record) -> Any:
        require_struct(schema, value, PURPOSE)
        raise DataError(f"Field does not exist: {name}")

    return change
