"""Transforms that stand in a row as one function per schema: no calls, no looks at the record, no memo between them.

A run of built-in transforms knows, from the schemas a record has, every step it will take, so their code is joined
(``Draft``) or called in order (``Step``). The joined code is for the usual record alone: for any other, and whenever
anything is raised, it gives nothing, and ``runtime.chain`` takes the record through the transforms one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connect_core.api import Record, Transform
from connect_core.data import Schema
from connect_core.encoding.source import Source
from connect_core.transforms.base import (
    REMEMBERED,
    AroundData,
    Draft,
    OnKey,
    OnValue,
    Side,
    Step,
    StepTransform,
)
from connect_core.transforms.value_to_key import ValueToKey

type Joined = Callable[[Any], Any]
"""From a record to a changed copy of it; None: not to be had this way."""

_APPLIED = (OnKey.apply, OnValue.apply, ValueToKey.apply)


def can_be_fused(transform: Transform[Any]) -> bool:
    """Is it built so that it can be part of a run? A class that has an ``apply`` of its own is not."""
    return isinstance(transform, AroundData) or (
        isinstance(transform, StepTransform) and type(transform).apply in _APPLIED
    )


class Run:
    """Transforms that stand in a row, each of which can be fused."""

    __slots__ = ("_joined", "_transforms")

    def __init__(self, transforms: Sequence[Transform[Any]]) -> None:
        self._transforms = list(transforms)
        self._joined: dict[tuple[Schema | None, Schema | None], Joined] = {}

    def apply[R: Record](self, record: R) -> R | None:
        """A changed copy of the record; None or an error: take it through the transforms one by one."""
        schemas = record.key_schema, record.value_schema
        return (self._joined.get(schemas) or self._learn(*schemas))(record)  # type: ignore[no-any-return]

    def _learn(self, key_schema: Schema | None, value_schema: Schema | None) -> Joined:
        if len(self._joined) >= REMEMBERED:
            self._joined.clear()
        try:
            made = _Join(key_schema, value_schema).of(self._transforms)
        except Exception:  # noqa: BLE001 - of the schema, so the error of each of its records; one by one they tell
            made = _nothing
        self._joined[key_schema, value_schema] = made
        return made


def _nothing(_: Any) -> None:
    """No record of these schemas goes this way."""


class _Join:
    """The source of one joined function: ``whole`` is the record as it came, ``record`` the copy, ``key_`` and
    ``value_`` what becomes of those sides that are looked at.
    """

    def __init__(self, key_schema: Schema | None, value_schema: Schema | None) -> None:
        self._source = Source()
        self._schemas: dict[Side, Schema | None] = {"key": key_schema, "value": value_schema}
        self._own: set[Side] = set()  # the sides that are in a variable, copied
        self._copied = False

    def of(self, transforms: Sequence[Transform[Any]]) -> Joined:
        """The compiled function."""
        with self._source.block("def joined(whole):"):
            for each in transforms:
                if isinstance(each, StepTransform):
                    self._stage(each)
                else:
                    self._copy()
                    self._source.line(f"{self._source.constant('apply', each.apply)}(record)")
            self._put("key")
            self._put("value")
            self._source.line("return record")
        return self._source.compile("joined", title="chain")

    def _stage(self, transform: StepTransform[Any]) -> None:
        source, side = self._source, transform.reads
        step = transform.step(self._schemas[side])
        if side not in self._own:
            source.line(f"{side}_ = whole.{side}")
        is_sure = isinstance(step, Step) or step.map_for is None  # what has a struct's schema is a dict, or null
        source.line(f"if {side}_ is None: return" if is_sure else f"if type({side}_) is not dict: return")
        self._copy()
        if side not in self._own:
            self._own.add(side)
            source.line(f"if isinstance({side}_, dict): {side}_ = {{**{side}_}}")
        if isinstance(step, Draft):
            source.line(f"value = {side}_")
            outcome = step.write(source)
        else:
            outcome = f"{source.constant('change', step.change)}({side}_, record)"
        self._own.add(transform.writes)
        self._schemas[transform.writes] = step.schema
        source.line(f"{transform.writes}_ = {outcome}")

    def _copy(self) -> None:
        """The record that is changed, once it is clear that there is something to change."""
        if not self._copied:
            self._copied = True
            self._source.line("record = whole.copy()")

    def _put(self, side: Side) -> None:
        source = self._source
        if side in self._own:
            schema = source.constant("schema", self._schemas[side])
            source.line(f"record.{side}, record.{side}_schema = {side}_, {schema}")
        else:
            source.line(f"if isinstance(record.{side}, dict): record.{side} = {{**record.{side}}}")
