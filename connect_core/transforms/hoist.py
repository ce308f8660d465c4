"""HoistField: the whole key or value becomes the only field of a struct, or of a map where there is no schema."""

from __future__ import annotations

from connect_core.config import MEDIUM, Config, key
from connect_core.data import Schema, struct
from connect_core.transforms.base import OnKey, OnValue, SideTransform, Step


class HoistFieldConfig(Config):
    """Keys of HoistField."""

    field: str = key("Name of the one field of the new struct or map.", importance=MEDIUM)


class HoistField(SideTransform[HoistFieldConfig]):
    """Wrap the data in a struct (with schema) or a map (without) of one field."""

    def step(self, schema: Schema | None) -> Step:
        """{field: value}; a null is wrapped, too."""
        name = self.config.field
        hoisted = None if schema is None else struct([(name, schema)])
        return Step(hoisted, lambda value, _: {name: value})


class HoistFieldKey(OnKey[HoistFieldConfig], HoistField):
    """HoistField$Key."""


class HoistFieldValue(OnValue[HoistFieldConfig], HoistField):
    """HoistField$Value."""
