"""The chain: order, predicates, errors that name their stage; the record it was given stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from connect_core.api import Predicate, Record, SourceRecord, Transform
from connect_core.config import Config
from connect_core.data import Header
from connect_core.runtime.chain import Chain, ChainError, ChainStage


class Add(Transform[Config]):
    """Changes the record, its value and its headers in place."""

    in_place = True

    def __init__(self, name: str) -> None:
        self.name = name

    def apply[R: Record](self, record: R) -> R | None:
        record.value[self.name] = len(record.value)
        record.headers.append(Header(self.name, None, 1))
        record.topic += self.name
        return record


class Constant(Transform[Config]):
    """An author's transform: a new record around a value it keeps."""

    value: dict[str, Any] = {"kept": True}  # noqa: RUF012 - the point: shared by all records

    def apply[R: Record](self, record: R) -> R | None:
        return record.replace(value=self.value)


class Drop(Transform[Config]):
    def apply[R: Record](self, record: R) -> R | None:
        return None


class Broken(Transform[Config]):
    in_place = True

    def apply[R: Record](self, record: R) -> R | None:
        record.value.clear()
        raise ValueError("broken")


class Holds(Predicate[Config]):
    def __init__(self, name: str) -> None:
        self.name = name

    def test(self, record: Record) -> bool:
        return self.name in record.value


def given() -> SourceRecord:
    return SourceRecord("t", {"x": {"deep": 1}}, key={"k": 1}, headers=[Header("h", None, "v")])


def state(record: Record) -> tuple[Any, ...]:
    return record.topic, dict(record.value), dict(record.key), list(record.headers)


def test_in_place_stages_work_on_a_copy_of_the_chains_own() -> None:
    record = given()
    before = state(record)
    made = Chain([ChainStage(Add("a")), ChainStage(Add("b"))]).apply(record)
    assert made is not None
    assert made.topic == "tab"
    assert made.value == {"x": {"deep": 1}, "a": 1, "b": 2}
    assert [header.name for header in made.headers] == ["h", "a", "b"]
    assert state(record) == before
    assert made.source_offset is record.source_offset


def test_what_an_authors_transform_returns_is_copied_before_the_next_change() -> None:
    chain = Chain([ChainStage(Add("a")), ChainStage(Constant()), ChainStage(Add("b"))])
    for _ in range(2):
        made = chain.apply(given())
        assert made is not None
        assert made.value == {"kept": True, "b": 1}
    assert Constant.value == {"kept": True}


def test_a_skipped_stage_makes_no_copy_and_the_next_one_does() -> None:
    record = given()
    before = state(record)
    chain = Chain(
        [
            ChainStage(Add("a"), Holds("no")),
            ChainStage(Add("b"), Holds("x")),
            ChainStage(Add("c"), Holds("x"), negate=True),
        ]
    )
    made = chain.apply(record)
    assert made is not None
    assert made.value == {"x": {"deep": 1}, "b": 1}
    assert state(record) == before
    untouched = Chain([ChainStage(Add("a"), Holds("no"))])
    assert untouched.apply(record) is record


def test_a_dropped_record_ends_the_chain() -> None:
    assert Chain([ChainStage(Drop()), ChainStage(Broken())]).apply(given()) is None


def test_an_error_names_its_stage_and_leaves_the_record() -> None:
    record = given()
    before = state(record)
    with pytest.raises(ChainError) as failure:
        Chain([ChainStage(Add("a")), ChainStage(Broken())]).apply(record)
    assert failure.value.executing is Broken
    assert isinstance(failure.value.__cause__, ValueError)
    assert state(record) == before
