"""Filter: drops every record it is applied to, which a predicate decides."""

from __future__ import annotations

from typing import ClassVar

from connect_core.api import Record, Transform
from connect_core.config import Config
from connect_core.transforms.base import KAFKA


class FilterConfig(Config):
    """Filter has no keys."""


class Filter(Transform[FilterConfig]):
    """Drop every record; used with a predicate, those it picks."""

    in_place = True  # nothing is changed, so the chain has no reason to forget that a record is its own
    version: ClassVar[str] = KAFKA

    def apply[R: Record](self, record: R) -> R | None:  # noqa: ARG002 - whatever the record is
        """None."""
        return None
