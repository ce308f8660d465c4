"""The transform chain of one task as a single callable (spec kafka-connect.md 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connect_core.api import Predicate, Record, Transform


class ChainError(Exception):
    """A stage failed: ``executing`` is the transform or predicate, the cause is its error."""

    def __init__(self, executing: type[Any]) -> None:
        super().__init__(executing.__qualname__)
        self.executing = executing


class ChainStage:
    """One transform with its predicate."""

    __slots__ = ("negate", "predicate", "transform")

    def __init__(self, transform: Transform[Any], predicate: Predicate[Any] | None = None, *, negate: bool = False):
        self.transform, self.predicate, self.negate = transform, predicate, negate


class Chain:
    """Applies the stages in order; a None result drops the record and skips the rest."""

    def __init__(self, stages: Sequence[ChainStage]) -> None:
        self.stages = list(stages)

    def __bool__(self) -> bool:
        return bool(self.stages)

    def apply[R: Record](self, record: R) -> R | None:
        """The transformed record, or None; ChainError names the stage that failed."""
        current: R | None = record
        part: Any = None
        try:
            for stage in self.stages:
                part = stage.predicate
                if part is not None and part.test(current) is stage.negate:
                    continue
                part = stage.transform
                current = part.apply(current)
                if current is None:
                    return None
        except Exception as error:
            raise ChainError(type(part)) from error
        return current

    def close(self) -> None:
        """Close every transform."""
        for stage in self.stages:
            stage.transform.close()
