"""The transform chain of one task as a single callable (spec kafka-connect.md 6.1).

Transforms that change records in place get a copy the chain has made for them: one copy for as many of them as
stand in a row, so the record that came in stays as it was, for retries, dead letters and ``commit_record``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from connect_core.api import Predicate, Record, Transform

_WORTH_A_COPY = 3


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


class _Step(NamedTuple):
    """A stage, or several as one: ``part`` is what fails; ``changes`` what it is given; ``owned``: it gives a copy that
    nobody else holds.
    """

    predicate: Predicate[Any] | None
    negate: bool
    part: Any
    apply: Callable[[Any], Any]
    changes: bool
    owned: bool


class _Row:
    """Steps one after another."""

    def __init__(self, steps: list[_Step]) -> None:
        self._steps: list[tuple[Any, ...]] = [tuple(step) for step in steps]  # plain ones unpack faster

    def apply[R: Record](self, record: R) -> R | None:
        """The transformed record, or None; ChainError names the stage that failed."""
        current: Any = record
        part: Any = None
        is_owned = False
        try:
            for predicate, negate, what, apply, changes, owned in self._steps:
                if predicate is not None:
                    part = predicate
                    if predicate.test(current) is negate:
                        continue
                part = what
                if changes and not is_owned:
                    current = current.own()
                current = apply(current)
                if current is None:
                    return None
                is_owned = owned
        except ChainError:  # of stages that were tried as one
            raise
        except Exception as error:
            raise ChainError(type(part)) from error
        return current  # type: ignore[no-any-return]  # a transform keeps the kind of record


class Chain(_Row):
    """Applies the stages in order; a None result drops the record and skips the rest.

    Built-in stages without predicates that stand in a row go as one function (``transforms.fused``).
    """

    def __init__(self, stages: Sequence[ChainStage]) -> None:
        self.stages = list(stages)
        super().__init__(_joined(self.stages))

    def __bool__(self) -> bool:
        return bool(self.stages)

    def close(self) -> None:
        """Close every transform."""
        for stage in self.stages:
            stage.transform.close()


def _joined(stages: list[ChainStage]) -> list[_Step]:
    steps = [_Step(s.predicate, s.negate, s.transform, s.transform.apply, s.in_place, s.in_place) for s in stages]
    if not any(stage.in_place for stage in stages):
        return steps
    from connect_core.transforms.fused import can_be_fused  # most connectors have no transforms

    joined: list[_Step] = []
    owned = False
    for in_row, group in groupby(steps, lambda step: step.predicate is None and can_be_fused(step.part)):
        row = list(group)
        # Together they need a copy to fall back from, which a few do not earn back where there is an owned one already.
        joined += [_together(row)] if in_row and (not owned or len(row) >= _WORTH_A_COPY) else row
        owned = joined[-1].owned
    return joined


def _together(steps: list[_Step]) -> _Step:
    """The steps as one: a record it is not for, and one that fails, goes through them one by one from the start."""
    from connect_core.transforms.fused import Run

    run, one_by_one = Run([step.part for step in steps]).apply, _Row(steps).apply

    def apply(record: Any) -> Any:
        try:
            made = run(record)
        except Exception:  # one by one it fails again, and where is known
            made = None
        return one_by_one(record) if made is None else made

    return _Step(None, False, run, apply, changes=False, owned=True)
