"""What parity with Java does not show: nothing nested is changed, names are data, what is left alone is not touched."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import pytest

from connect_core.api import Record, SourceRecord, Transform
from connect_core.data import Header, Schema, map_of, struct
from connect_core.data.schema import INT32, OPTIONAL_INT32, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError
from connect_core.plugins import loader
from connect_core.runtime.chain import Chain, ChainStage
from connect_core.transforms.base import REMEMBERED
from connect_core.transforms.fields import steps_of

PACKAGE = "org.apache.kafka.connect.transforms"
ODD = ["'", '"', "\\", "{n}", "a\nb", "__import__('os')", "😀", "value"]
INNER = struct([("id", INT32), ("name", OPTIONAL_STRING)])


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


@pytest.mark.parametrize("schema", [None, struct([("after", INNER)])])
def test_what_was_nested_is_copied_before_the_next_step_changes_it(schema: Schema | None) -> None:
    value = {"after": {"id": 1, "name": "a"}}
    record = SourceRecord("t", value, value_schema=schema)
    after = through(
        record, made("ExtractField$Value", {"field": "after"}), made("ReplaceField$Value", {"exclude": "name"})
    )
    assert after.value == {"id": 1}
    assert record.value is value
    assert value == {"after": {"id": 1, "name": "a"}}


def test_a_default_is_not_changed_by_those_who_get_it() -> None:
    default = {"id": 1, "name": "a"}
    inner = INNER.replace(optional=True, default=default)
    schema = struct([("after", inner)])
    for _ in range(2):
        after = through(
            SourceRecord("t", {"after": None}, value_schema=schema),
            made("ExtractField$Value", {"field": "after"}),
            made("InsertField$Value", {"static.field": "x", "static.value": "1"}),
        )
        assert after.value == {"id": 1, "name": "a", "x": "1"}
    assert default == {"id": 1, "name": "a"}


@pytest.mark.parametrize("schema", [None, INNER])
def test_dicts_of_other_kinds_stay_the_sources(schema: Schema | None) -> None:
    value = OrderedDict(id=1, name="a")
    record = SourceRecord("t", value, value_schema=schema, key=value, key_schema=schema)
    after = through(
        record, made("ReplaceField$Key", {"exclude": "name"}), made("ReplaceField$Value", {"renames": "id:key"})
    )
    assert (after.key, after.value) == ({"id": 1}, {"key": 1, "name": "a"})
    assert value == {"id": 1, "name": "a"}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("with_schema", [True, False])
def test_names_of_fields_are_data(name: str, *, with_schema: bool) -> None:
    schema = struct([(name, OPTIONAL_STRING), ("kept", INT32)]) if with_schema else None

    def one(transform: str, config: Mapping[str, str]) -> Record:
        record = SourceRecord("t", {name: "x", "kept": 1}, value_schema=schema)
        return through(record, made(transform, config))

    assert one("ReplaceField$Value", {"exclude": name}).value == {"kept": 1}
    assert one("ReplaceField$Value", {"renames": f"{name}:new"}).value == {"new": "x", "kept": 1}
    assert one("ReplaceField$Value", {"include": name}).value == {name: "x"}
    assert one("ValueToKey", {"fields": name}).key == {name: "x"}
    moved = one("HeaderFrom$Value", {"fields": name, "headers": name, "operation": "move"})
    assert (moved.value, moved.headers) == ({"kept": 1}, [Header(name, OPTIONAL_STRING if schema else None, "x")])
    added = one("InsertField$Value", {"static.field": f"+{name}", "static.value": name})
    assert added.value == {name: "x", "kept": 1, f"+{name}": name}
    assert one("ExtractField$Value", {"field": name}).value == "x"


def test_what_stays_is_the_same_object() -> None:
    nested = {"deep": [1, 2]}
    record = SourceRecord("t", {"a": 1, "nested": nested})
    after = through(
        record,
        made("ReplaceField$Value", {"exclude": "a"}),
        made("InsertField$Value", {"topic.field": "topic"}),
        made("ValueToKey", {"fields": "nested"}),
    )
    assert after.value["nested"] is nested
    assert after.key["nested"] is nested
    assert record.value == {"a": 1, "nested": nested}


def test_steps_are_remembered_within_bounds() -> None:
    transform: Any = made("InsertField$Value", {"topic.field": "topic"})
    for number in range(2 * REMEMBERED + 3):
        schema = struct([(f"f{number}", INT32)])
        after = through(SourceRecord("t", {f"f{number}": 1}, value_schema=schema), transform)
        assert after.value_schema is struct([(f"f{number}", INT32), ("topic", OPTIONAL_STRING)])
    assert len(transform._steps) <= REMEMBERED


def test_a_null_passes_even_where_the_new_schema_cannot_be_made() -> None:
    schema = struct([("topic", STRING)], optional=True)
    transform = made("InsertField$Value", {"topic.field": "topic"})
    after = through(SourceRecord("t", None, value_schema=schema), transform)
    assert (after.value, after.value_schema) == (None, schema)
    for _ in range(2):
        with pytest.raises(DataError, match="field name duplication topic"):
            transform.apply(SourceRecord("t", {"topic": "x"}, value_schema=schema))


def test_leaves_of_the_same_name_as_a_struct_are_kept() -> None:
    schema = struct([("a", struct([("b", INT32)])), ("ab", struct([("c", OPTIONAL_INT32)]))])
    record = SourceRecord("t", {"a": {"b": 1}, "ab": {"c": 2}}, value_schema=schema)
    after = through(record, made("Flatten$Value", {"delimiter": ""}))
    assert after.value == {"ab": 1, "abc": 2}


def test_maps_with_schema_are_not_flattened() -> None:
    schema = struct([("m", map_of(STRING, INT32))])
    with pytest.raises(DataError, match=r"does not support MAP for record with schemas \(for field m\)"):
        made("Flatten$Value", {}).apply(SourceRecord("t", {"m": {}}, value_schema=schema))


def test_new_keys_by_paths() -> None:
    inner = struct([("id", INT32), ("name.full", OPTIONAL_STRING)])
    schema = struct([("after", inner.replace(optional=True))])
    transform = made("ValueToKey", {"fields": "after.id,after.`name.full`", "field.syntax.version": "V2"})
    value = {"after": {"id": 7, "name.full": "Ada"}}
    for given in (schema, None):
        after = through(SourceRecord("t", value, value_schema=given), transform)
        assert after.key == {"after.id": 7, "after.`name.full`": "Ada"}
    after = through(SourceRecord("t", {"after": None}, value_schema=schema), transform)
    assert after.key == {"after.id": None, "after.`name.full`": None}
    assert after.key_schema is struct([("after.id", INT32), ("after.`name.full`", OPTIONAL_STRING)])


def test_a_path_without_names_is_refused() -> None:
    with pytest.raises(ConfigError, match="A path must name at least one field"):
        made("ExtractField$Value", {"field": "", "field.syntax.version": "V2"})
    assert steps_of("", "V1") == ("",)


def test_insert_field_names_what_lacks_a_value() -> None:
    with pytest.raises(ConfigError, match=r"No value specified for static field: origin$"):
        made("InsertField$Value", {"static.field": "origin!", "topic.field": "t"})


def test_header_from_names_the_field_that_is_not_there() -> None:
    transform = made("HeaderFrom$Value", {"fields": "id,nobody", "headers": "a,b", "operation": "copy"})
    with pytest.raises(DataError, match="no field 'nobody'"):
        transform.apply(SourceRecord("t", {"id": 1}, value_schema=INNER))
