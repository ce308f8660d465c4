"""Cast, MaskField and TimestampConverter: what the fuzz families do not show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connect_core.api import Record, SourceRecord, Transform
from connect_core.converters import JsonConverter
from connect_core.data import Float32, Schema, array, struct, timestamp_schema
from connect_core.data.schema import FLOAT64, INT32, INT64, OPTIONAL_INT64, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError
from connect_core.plugins import loader
from connect_core.runtime.chain import Chain, ChainStage

PACKAGE = "org.apache.kafka.connect.transforms"
ROW = struct([("id", INT64), ("price", FLOAT64), ("note", OPTIONAL_STRING)])


class Watched(dict[str, Any]):
    """A map that notes the names asked for or set."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.touched: set[str] = set()

    def get(self, name: Any, *rest: Any) -> Any:
        self.touched.add(name)
        return super().get(name, *rest)

    def __getitem__(self, name: str) -> Any:
        self.touched.add(name)
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.touched.add(name)
        super().__setitem__(name, value)


def made(name: str, config: Mapping[str, str]) -> Transform[Any]:
    kind = loader.load_transform(f"{PACKAGE}.{name}")
    transform = kind()
    transform.config = loader.config_class(kind).parse(config)
    transform.configure()
    return transform


def through(record: Record, *transforms: Transform[Any]) -> Record:
    found = Chain([ChainStage(each) for each in transforms]).apply(record)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Cast$Value", {"spec": "id:string"}),
        ("MaskField$Value", {"fields": "id"}),
        ("TimestampConverter$Value", {"field": "id", "target.type": "Timestamp"}),
    ],
)
@pytest.mark.parametrize("schema", [ROW, None])
def test_only_the_named_field_is_looked_at(name: str, config: Mapping[str, str], schema: Schema | None) -> None:
    value = Watched({"id": 1, "price": 1.5, "note": None})
    transform = made(name, config)
    transform.apply(SourceRecord("t", value, value_schema=schema))
    assert value.touched == {"id"}


@pytest.mark.parametrize("odd", ["'", '"', "\\", "{n}", "a\nb", "__import__('os')", "😀", "value", "x", "record"])
def test_names_are_data(odd: str) -> None:
    schema = struct([(odd, INT32), ("value", INT32)] if odd != "value" else [(odd, INT32)])
    for sent in (schema, None):
        record = SourceRecord("t", dict.fromkeys(schema.field_map, 5), value_schema=sent)
        found = through(record, made("Cast$Value", {"spec": f"{odd}:string"}))
        assert found.value[odd] == "5"
        assert through(record, made("MaskField$Value", {"fields": odd})).value[odd] == 0


def test_a_float_without_schema_keeps_its_width_as_far_as_the_bytes() -> None:
    record = through(SourceRecord("t", {"a": "0.1", "b": 0.1}), made("Cast$Value", {"spec": "a:float32"}))
    assert type(record.value["a"]) is Float32
    assert made("Cast$Value", {"spec": "a:string"}).apply(record.own()).value["a"] == "0.1"  # type: ignore[union-attr]
    converter = JsonConverter()
    converter.configure({"schemas.enable": "false"}, is_key=False)
    assert converter.encoder("t", None)(record.value) == b'{"a":0.1,"b":0.1}'
    assert made("Cast$Value", {"spec": "a:float64"}).apply(record.own()).value["a"] == 0.10000000149011612  # type: ignore[union-attr]


def test_a_mask_is_not_shared_with_what_it_hides() -> None:
    schema = struct([("tags", array(STRING))])
    record = SourceRecord("t", {"tags": ["a"]}, value_schema=schema)
    assert through(record, made("MaskField$Value", {"fields": "tags"})).value == {"tags": []}
    assert record.value == {"tags": ["a"]}


def test_years_that_python_has_not_pass_from_number_to_text() -> None:
    config = {"field": "at", "target.type": "string", "format": "yyyy-MM-dd"}
    record = SourceRecord("t", {"at": 253402300800000})
    assert through(record, made("TimestampConverter$Value", config)).value == {"at": "10000-01-01"}
    back = {"field": "at", "target.type": "unix", "format": "yyyy-MM-dd"}
    record = SourceRecord("t", {"at": "10000-01-01"})
    assert through(record, made("TimestampConverter$Value", back)).value == {"at": 253402300800000}
    with pytest.raises(DataError, match="outside the years 1 to 9999"):
        made("TimestampConverter$Value", {"target.type": "Timestamp"}).apply(SourceRecord("t", 253402300800000))


def test_without_schema_every_moment_is_a_timestamp() -> None:
    millis = 1577923445006
    for target, moment in [
        ("Date", datetime(2020, 1, 2, tzinfo=UTC)),
        ("Time", datetime(1970, 1, 1, 0, 4, 5, 6000, tzinfo=UTC)),
        ("Timestamp", datetime(2020, 1, 2, 0, 4, 5, 6000, tzinfo=UTC)),
    ]:
        record = made("TimestampConverter$Value", {"target.type": target}).apply(SourceRecord("t", millis))
        assert record is not None
        assert record.value == moment
    typed = made("TimestampConverter$Value", {"target.type": "Date"}).apply(
        SourceRecord("t", millis, value_schema=INT64)
    )
    assert typed is not None
    assert typed.value == date(2020, 1, 2)


def test_the_schema_of_a_null_changes_all_the_same() -> None:
    schema = struct([("at", OPTIONAL_INT64)], optional=True)
    record = made("TimestampConverter$Value", {"field": "at", "target.type": "Date"}).apply(
        SourceRecord("t", None, value_schema=schema)
    )
    assert record is not None
    assert record.value is None
    assert record.value_schema is not None
    assert record.value_schema.field_map["at"].schema.name == "org.apache.kafka.connect.data.Date"


def test_an_item_of_nothing_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=": names neither a field nor a type"):
        made("Cast$Value", {"spec": "a:int8,:"})


def test_the_format_is_named_when_a_text_needs_it() -> None:
    with pytest.raises(DataError, match="set format"):
        made("TimestampConverter$Value", {"target.type": "unix"}).apply(SourceRecord("t", "2020-01-02"))


def test_a_number_that_still_is_called_a_timestamp_is_refused_by_name() -> None:
    cast = made("Cast$Value", {"spec": "float64"})
    once = cast.apply(SourceRecord("t", datetime(2020, 1, 2, tzinfo=UTC), value_schema=timestamp_schema()).own())
    assert once is not None
    assert once.value == 1577923200000.0
    with pytest.raises(DataError, match=r"java\.lang\.Double for a org\.apache\.kafka\.connect\.data\.Timestamp"):
        cast.apply(once.own())
