"""What can be chosen about JSON (spec kafka-connect.md 5.1), as one hashable value: compiled code is cached by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonOptions:
    """``schemas_enable``: envelope or bare payload; ``numeric_decimals``: numbers instead of base64 text."""

    schemas_enable: bool = True
    numeric_decimals: bool = False
    replace_null_with_default: bool = True


DEFAULTS = JsonOptions()
