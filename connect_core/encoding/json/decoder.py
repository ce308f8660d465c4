"""JSON decoders (thin: by the book)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_core.data.schema import Schema
from connect_core.encoding.json import slow
from connect_core.encoding.json.options import JsonOptions


def decoder(
    options: JsonOptions, *, fixed: Schema | None = None
) -> Callable[[bytes | None], tuple[Schema | None, Any]]:
    """A function from bytes to (schema, value)."""
    return lambda data: slow.decode(data, options, fixed=fixed)
