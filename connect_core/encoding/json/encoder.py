"""JSON encoders (thin: by the book)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.data.schema import Schema
from connect_core.encoding.json import slow
from connect_core.encoding.json.options import JsonOptions


def encoder(schema: Schema | None, options: JsonOptions) -> Callable[[Any], bytes | None]:
    """A function from values of the schema to bytes."""
    return lambda value: slow.encode(schema, value, options)
