"""The chain: order, predicates, errors that name their stage; the record it was given stays as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connect_core.api import Predicate, Record, SourceRecord, Transform
from connect_core.config import Config
from connect_core.data import Header, Schema, Type, struct, timestamp_schema
from connect_core.data.schema import INT64, OPTIONAL_FLOAT64, OPTIONAL_INT8, OPTIONAL_STRING, STRING
from connect_core.plugins import loader
from connect_core.runtime.chain import Chain, ChainError, ChainStage
from connect_core.transforms.fused import Run
from connect_core.transforms.insert import InsertFieldConfig, InsertFieldValue


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


def built_in(name: str, **config: str) -> Transform[Any]:
    kind = loader.load_transform(f"org.apache.kafka.connect.transforms.{name}")
    transform = kind()
    transform.config = loader.config_class(kind).parse({key.replace("_", "."): text for key, text in config.items()})
    transform.configure()
    return transform


def row_of_built_ins() -> list[Transform[Any]]:
    """Each kind of step: written as code, called, around the data, of the key, from value to key."""
    return [
        built_in("InsertField$Value", topic_field="topic", static_field="origin", static_value="shop"),
        built_in("ReplaceField$Value", exclude="notes", renames="name:title"),
        built_in("RegexRouter", regex="(.*)", replacement="$1-routed"),
        built_in("Cast$Value", spec="rating:float32,active:boolean"),
        built_in("ValueToKey", fields="id,title"),
        built_in("ExtractField$Key", field="id"),
        built_in("Cast$Key", spec="string"),
        built_in("HoistField$Key", field="number"),
        built_in("HeaderFrom$Value", fields="topic", headers="came.from", operation="move"),
        built_in("InsertHeader", header="h2", value_literal="12"),
        built_in("TimestampConverter$Value", field="at", target_type="Date"),
        built_in("MaskField$Value", fields="title"),
    ]


STRUCT = struct(
    [
        ("id", INT64),
        ("name", OPTIONAL_STRING),
        ("rating", OPTIONAL_FLOAT64),
        ("active", OPTIONAL_INT8),
        ("notes", OPTIONAL_STRING),
        ("at", timestamp_schema(optional=True)),
        ("size", Schema(Type.STRING, optional=True, default="M")),
    ]
)
MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)
USUAL = {"id": 7, "name": "x", "rating": 0.1, "active": 1, "notes": "n", "at": MOMENT, "size": None}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (STRUCT, USUAL),
        (STRUCT, dict.fromkeys(USUAL) | {"id": 1}),
        (STRUCT, USUAL | {"rating": 1e300}),
        (STRUCT, USUAL | {"id": None}),
        (STRUCT, None),
        (STRING, "text"),
        (None, USUAL),
        (None, {}),
        (None, None),
        (None, [1]),
        (None, USUAL | {"rating": "no number"}),
    ],
)
def test_transforms_in_a_row_do_as_one_what_they_do_one_by_one(schema: Schema | None, value: Any) -> None:
    record = SourceRecord("t", value, value_schema=schema, key={"k": 1}, headers=[Header("h", None, "v")])
    before = repr(record)

    def outcome(chain: Chain) -> str:
        try:
            return repr(chain.apply(record))
        except ChainError as error:
            return f"{error.executing}: {error.__cause__!r}"

    class Yes(Predicate[Config]):
        def test(self, record: Record) -> bool:
            return True

    together = Chain([ChainStage(each) for each in row_of_built_ins()])
    one_by_one = Chain([ChainStage(each, Yes()) for each in row_of_built_ins()])
    assert outcome(together) == outcome(one_by_one) == outcome(together)
    assert repr(record) == before


def test_a_subclass_with_an_apply_of_its_own_is_asked_itself() -> None:
    class Counting(InsertFieldValue):
        applied = 0

        def apply[R: Record](self, record: R) -> R | None:
            type(self).applied += 1
            return super().apply(record)

    counting = Counting()
    counting.config = InsertFieldConfig.parse({"topic.field": "topic"})
    counting.configure()
    row = row_of_built_ins()
    assert Chain([ChainStage(each) for each in (row[0], counting, row[1])]).apply(SourceRecord("t", {})) is not None
    assert Counting.applied == 1


def test_a_usual_record_goes_through_the_row_as_one() -> None:
    for schema in (STRUCT, None):
        record = SourceRecord("t", USUAL, value_schema=schema, key={"k": 1})
        made = Run(row_of_built_ins()).apply(record)
        assert made is not None
        assert made.topic == "t-routed"
    assert Run(row_of_built_ins()).apply(SourceRecord("t", None)) is None
