"""What the compiled encoders and decoders of all formats mean by a plain value, and where they give up on one.

They know well-formed data only and raise ``Odd`` at the first surprise; the slow way beside them then has the checks
and messages. Neighbour: ``source``, in which they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


class Odd(Exception):
    """Value or bytes are not as plain as the fast way needs; never leaves its format's room."""


def completer(names: Iterable[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that gives a struct's value all of its fields."""
    nulls = dict.fromkeys(names)

    def complete(value: dict[str, Any]) -> dict[str, Any]:
        """All fields, null where absent; Odd if there is a member the schema does not have."""
        full = nulls | value
        if len(full) != len(nulls):
            raise Odd
        return full

    return complete
