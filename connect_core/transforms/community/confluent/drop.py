"""Drop: the key or the value becomes null.

Built from https://docs.confluent.io/kafka-connectors/transforms/1.6/drop.html.
"""

from __future__ import annotations

from typing import Any, ClassVar

from connect_core.api import Record
from connect_core.config import MEDIUM, Config, key, one_of
from connect_core.data import Schema
from connect_core.errors import DataError
from connect_core.transforms.base import OnKey, OnValue, SideTransform, Step
from connect_core.transforms.community.confluent import VERSION


class DropConfig(Config):
    """Keys of Drop."""

    schema_behavior: str = key(
        "What becomes of a schema: nullify takes it away, too; retain keeps it, optional or not; validate keeps it if "
        "it is optional and fails otherwise; force_optional makes it optional.",
        default="nullify",
        importance=MEDIUM,
        checks=[one_of("nullify", "retain", "validate", "force_optional")],
    )


class Drop(SideTransform[DropConfig]):
    """Null instead of the data; what is left of the schema is configured."""

    version: ClassVar[str] = VERSION

    def step(self, schema: Schema | None) -> Step:
        """The schema a null gets."""
        behavior = self.config.schema_behavior
        if schema is None or behavior == "nullify":
            return Step(None, _null)
        if behavior == "validate" and not schema.optional:
            raise DataError(
                f"Cannot drop data whose schema {schema} is not optional; make it optional, or set schema.behavior to "
                "nullify, retain or force_optional"
            )
        return Step(schema.replace(optional=True) if behavior == "force_optional" else schema, _null)


def _null(value: Any, record: Record) -> None:  # noqa: ARG001 - whatever it was
    return None


class DropKey(OnKey[DropConfig], Drop):
    """Drop$Key."""


class DropValue(OnValue[DropConfig], Drop):
    """Drop$Value."""
