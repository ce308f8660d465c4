"""Smaller things an author can extend: transforms, predicates, config providers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from connect_core.config import Config
from connect_core.data import Record


class Transform[C: Config]:
    """A single message transform; ``config`` (its type parameter) is set before the first ``apply``.

    ``in_place = True`` tells that ``apply`` changes the record it is given and returns it. It then gets a copy of its
    own: of the record, its list of headers, and of key and value if they are dicts; what is nested there stays shared.
    """

    config: C
    in_place: ClassVar[bool] = False

    def configure(self) -> None:
        """Prepare from ``self.config``."""

    def apply[R: Record](self, record: R) -> R | None:
        """The changed record, or None to drop it."""
        raise NotImplementedError

    def close(self) -> None:
        """Release resources."""


class Predicate[C: Config]:
    """Decides whether a transform applies to a record."""

    config: C

    def configure(self) -> None:
        """Prepare from ``self.config``."""

    def test(self, record: Record) -> bool:
        """True if the transform should apply."""
        raise NotImplementedError


class ConfigProvider:
    """Looks up ``${name:path:key}`` references (KIP-297); used only where plugin code runs (I6)."""

    def configure(self, params: Mapping[str, Any]) -> None:
        """Take ``config.providers.<name>.param.*`` with the prefix removed."""

    def get(self, path: str, keys: Collection[str]) -> Mapping[str, str]:
        """Values of those keys at that path; keys without a value are left out."""
        raise NotImplementedError
