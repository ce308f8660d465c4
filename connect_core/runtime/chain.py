"""The transform chain of one task as a single callable (spec kafka-connect.md 6.1).

Transforms that change records in place get a copy the chain has made for them: one copy for as many of them as
stand in a row, so the record that came in stays as it was, for retries, dead letters and ``commit_record``.
"""

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

    __slots__ = ("in_place", "negate", "predicate", "transform")

    def __init__(self, transform: Transform[Any], predicate: Predicate[Any] | None = None, *, negate: bool = False):
        self.transform, self.predicate, self.negate = transform, predicate, negate
        self.in_place = transform.in_place


class Chain:
    """Applies the stages in order; a None result drops the record and skips the rest."""

    def __init__(self, stages: Sequence[ChainStage]) -> None:
        self.stages = list(stages)
        self._steps = [(s.predicate, s.negate, s.transform, s.transform.apply, s.in_place) for s in self.stages]

    def __bool__(self) -> bool:
        return bool(self.stages)

    def apply[R: Record](self, record: R) -> R | None:
        """The transformed record, or None; ChainError names the stage that failed."""
        current: Any = record
        part: Any = None
        owned = False  # is the record at this point a copy that nobody else holds?
        try:
            for predicate, negate, transform, apply, in_place in self._steps:
                if predicate is not None:
                    part = predicate
                    if predicate.test(current) is negate:
                        continue
                part = transform
                if not in_place:
                    owned = False
                elif not owned:
                    current, owned = current.own(), True
                current = apply(current)
                if current is None:
                    return None
        except Exception as error:
            raise ChainError(type(part)) from error
        return current  # type: ignore[no-any-return]  # a transform keeps the kind of record

    def close(self) -> None:
        """Close every transform."""
        for stage in self.stages:
            stage.transform.close()
