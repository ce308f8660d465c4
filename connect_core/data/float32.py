"""``Float32``: a float known to be Java's Float where no schema tells so.

With a schema FLOAT32 values are plain floats. Without one a float stands for a Double; casts and texts that make a
Float make this, because its text has fewer digits (``0.1``, not ``0.10000000149011612``).
"""

from __future__ import annotations

from connect_core.java.numbers import float_text


class Float32(float):
    """A float that float32 holds exactly; made from a value already rounded."""

    __slots__ = ()

    def __str__(self) -> str:
        return float_text(self)
