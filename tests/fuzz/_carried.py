"""What JPype can carry in messages of exceptions that have a cause: texts without lone surrogates."""

from __future__ import annotations

import re
from typing import Any

_LONE = re.compile("[\ud800-\udfff]")


def without_surrogates(value: Any) -> Any:
    """The value with other characters in place of lone surrogates, also in what it holds; names stay."""
    if isinstance(value, str):
        return _LONE.sub("*", value)
    if isinstance(value, dict):
        return {key: without_surrogates(element) for key, element in value.items()}
    return [without_surrogates(element) for element in value] if isinstance(value, list) else value
