"""Debezium's transforms where one record is not enough, or where the original fails; fuzzing compares the rest."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from connect_core.api import SinkRecord, SourceRecord
from connect_core.data import Header, Schema, array, struct
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, ConnectError, DataError
from connect_core.plugins import loader

PACKAGE = "io.debezium.transforms"
ROW = struct([("id", INT32), ("name", OPTIONAL_STRING)], name="t.Value", optional=True)


def envelope(row: Schema = ROW, **more: Schema) -> Schema:
    return struct([("before", row), ("after", row), ("op", STRING), ("ts_ms", INT64), *more.items()], name="t.Envelope")


def event(**parts: Any) -> dict[str, Any]:
    return {"before": None, "after": None, "op": "c", "ts_ms": 5} | parts


def made(name: str, config: dict[str, str] | None = None) -> Any:
    kind = loader.load_transform(f"{PACKAGE}.{name}")
    transform = kind()
    transform.config = loader.config_class(kind).parse(config or {})
    transform.configure()
    return transform


def record(value: Any, schema: Schema, topic: str = "t", **parts: Any) -> SourceRecord:
    return SourceRecord(topic, value, value_schema=schema, **parts)


def test_rows_are_copies() -> None:
    row = {"id": 1, "name": None}
    given = record(event(after=row), envelope())
    after = made("ExtractNewRecordState", {"add.fields": "op"}).apply(given.own())
    assert after.value == {"id": 1, "name": None, "__op": "c"}
    assert row == {"id": 1, "name": None}
    assert given.value["after"] is row


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"delete.tombstone.handling.mode": "keep"}, "Value must be one of drop, tombstone"),
        ({"add.fields": "op:x:y"}, "at most one new name"),
        ({"add.headers": "op,."}, r"add\.headers: a field is written as"),
        ({"drop.fields.from.key": "maybe"}, "Expected value to be either true or false"),
    ],
)
def test_wrong_keys_of_new_state_are_named(config: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        made("ExtractNewRecordState", config)


def test_events_without_the_hosting_struct_are_named() -> None:
    transform = made("ExtractNewRecordState", {"add.fields": "source.ts_ms"})
    with pytest.raises(DataError, match=r"The change event t\.Envelope has no field source"):
        transform.apply(record(event(after={"id": 1}), envelope()))


def test_schemas_of_two_tables_stay_apart() -> None:
    transform = made("ExtractNewRecordState", {"add.fields": "source.x"})
    for kind, found in ((INT32, 1), (STRING, "a")):
        schema = envelope(source=struct([("x", kind)]))
        after = transform.apply(record(event(after={"id": 1}, source={"x": found}), schema))
        assert after.value_schema.field_map["__source_x"].schema.type is kind.type


def test_dropped_fields_are_named_in_a_list() -> None:
    transform = made("ExtractNewRecordState", {"drop.fields.header.name": "drop"})
    dropped = [Header("drop", array(STRING), ["name"])]
    after = transform.apply(record(event(after={"id": 1, "name": "x"}), envelope(), headers=dropped))
    assert (after.value, [field.name for field in after.value_schema.fields]) == ({"id": 1}, ["id"])
    with pytest.raises(DataError, match="Header drop must hold a list of field names, found: str"):
        transform.apply(record(event(after={"id": 1}), envelope(), headers=[Header("drop", STRING, "name")]))


def test_logical_tables_of_equal_schemas_have_names_of_their_own() -> None:
    transform = made("ByLogicalTableRouter", {"topic.regex": "(.)\\d", "topic.replacement": "$1"})
    key = struct([("id", INT32)], name="Key")
    found = []
    for topic in ("a1", "b2", "a3"):
        after = transform.apply(record(event(after={"id": 1}), envelope(), topic, key={"id": 1}, key_schema=key))
        found.append((after.topic, after.key_schema.name, after.value_schema.name))
    assert found == [("a", "a.Key", "a.Envelope"), ("b", "b.Key", "b.Envelope"), ("a", "a.Key", "a.Envelope")]


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"topic.replacement": "x"}, r"null for configuration topic\.regex: A value is required"),
        ({"topic.regex": "(", "topic.replacement": "x"}, "Unclosed group"),
        ({"topic.regex": "x"}, r"topic\.replacement: A value is required"),
        ({"topic.regex": "x", "topic.replacement": "y", "key.field.regex": "x"}, "must be non-empty if"),
        ({"topic.regex": "x", "topic.replacement": "y", "schema.name.adjustment.mode": "z"}, "one of none, avro"),
    ],
)
def test_wrong_keys_of_the_router_are_named(config: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        made("ByLogicalTableRouter", config)


OUTBOX = struct(
    [("id", STRING), ("aggregateid", STRING), ("aggregatetype", STRING), ("payload", OPTIONAL_STRING), ("p", INT32)],
    name="outbox.Value",
    optional=True,
)


def outbox(**columns: Any) -> dict[str, Any]:
    return {"id": "1", "aggregateid": "7", "aggregatetype": "order", "payload": "{}", "p": 3} | columns


def test_events_of_a_sink_keep_their_partition() -> None:
    parts: dict[str, Any] = {"value": event(after=outbox()), "value_schema": envelope(OUTBOX)}
    assert made("outbox.EventRouter").apply(SinkRecord("t", 2, 9, **parts)).partition == 2
    placed = made("outbox.EventRouter", {"table.fields.additional.placement": "p:partition"})
    assert placed.apply(SinkRecord("t", 2, 9, **parts)).partition == 3


def test_topics_have_value_schemas_of_their_own() -> None:
    transform = made("outbox.EventRouter", {"table.fields.additional.placement": "id:envelope"})
    names = []
    for kind in ("order", "bill", "order"):
        after = transform.apply(record(event(after=outbox(aggregatetype=kind)), envelope(OUTBOX)))
        names.append((after.topic, after.value_schema.name))
    assert names == [
        ("outbox.event.order", "outbox.order.Value"),
        ("outbox.event.bill", "outbox.bill.Value"),
        ("outbox.event.order", "outbox.order.Value"),
    ]


@pytest.mark.parametrize("payload", ["[1]", "{", '{"a":[1,"x"]}', '{"a":12345678901234567890}', "", '{"a":NaN}'])
def test_what_is_no_json_object_stays_a_text(payload: str, caplog: pytest.LogCaptureFixture) -> None:
    transform = made("outbox.EventRouter", {"table.expand.json.payload": "true"})
    after = transform.apply(record(event(after=outbox(payload=payload)), envelope(OUTBOX)))
    assert (after.value, after.value_schema) == (payload, OPTIONAL_STRING)
    assert "it stays a text" in caplog.text
    assert payload == "" or payload not in caplog.text


def test_lists_of_different_objects_are_merged() -> None:
    transform = made("outbox.EventRouter", {"table.expand.json.payload": "true"})
    text = '{"a":[{"x":1},null,{"x":2,"y":{"z":true}}]}'
    after = transform.apply(record(event(after=outbox(payload=text)), envelope(OUTBOX)))
    assert after.value == {"a": [{"x": 1}, None, {"x": 2, "y": {"z": True}}]}
    assert [field.name for field in after.value_schema.field_map["a"].schema.value_schema.fields] == ["x", "y"]


@pytest.mark.parametrize(("behavior", "level"), [("warn", logging.WARNING), ("error", logging.ERROR)])
def test_updates_of_the_outbox_are_told(behavior: str, level: int, caplog: pytest.LogCaptureFixture) -> None:
    transform = made("outbox.EventRouter", {"table.op.invalid.behavior": behavior})
    assert transform.apply(record(event(op="u", after=outbox()), envelope(OUTBOX))) is None
    assert [found.levelno for found in caplog.records] == [level]


def test_updates_of_the_outbox_can_be_fatal() -> None:
    transform = made("outbox.EventRouter", {"table.op.invalid.behavior": "fatal"})
    with pytest.raises(ConnectError, match="Unexpected update message received k, fail"):
        transform.apply(record(event(op="u", after=outbox()), envelope(OUTBOX), key="k"))


def test_names_of_members_are_not_adjusted() -> None:
    config = {"table.expand.json.payload": "true", "field.name.adjustment.mode": "avro"}
    with pytest.raises(ConfigError, match="only none is supported"):
        made("outbox.EventRouter", config)


def test_wrong_places_of_columns_are_shown_as_they_were_written() -> None:
    with pytest.raises(ConfigError, match=r"trios is expected but got: \[a,  b:header \]"):
        made("outbox.EventRouter", {"table.fields.additional.placement": "a, b:header "})


def test_headers_go_into_a_copy_of_what_is_nested() -> None:
    inner = {"id": 1, "name": None}
    schema = struct([("row", ROW)], name="w")
    given = record({"row": inner}, schema, headers=[Header("h", STRING, "x"), Header("g", INT64, 3)])
    config = {"headers": "h,g", "fields": "row.tag,n", "operation": "move"}
    after = made("HeaderToValue", config).apply(given.own())
    assert after.value == {"row": {"id": 1, "name": None, "tag": "x"}, "n": 3}
    assert after.headers == []
    assert inner == {"id": 1, "name": None}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"operation": "take"}, "Value must be one of move, copy"),
        ({"headers": "h,g"}, "same number of elements"),
        ({"fields": "a..b"}, "one dot between them"),
        ({"fields": ""}, "A value is required"),
    ],
)
def test_wrong_keys_of_header_to_value_are_named(change: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        made("HeaderToValue", {"headers": "h", "fields": "a", "operation": "copy"} | change)


def test_a_header_through_nothing_is_refused_by_its_path() -> None:
    transform = made("HeaderToValue", {"headers": "h", "fields": "nope.a", "operation": "copy"})
    with pytest.raises(DataError, match=r"no struct 'nope', through which nope\.a leads"):
        transform.apply(record({"id": 1}, ROW, headers=[Header("h", STRING, "x")]))


def test_equal_fields_give_one_partition_in_source_and_sink() -> None:
    schema = envelope()
    transform = made(
        "partitions.PartitionRouting", {"partition.payload.fields": "change.id", "partition.topic.num": "7"}
    )
    update = event(op="u", before={"id": 9}, after={"id": 10})
    assert transform.apply(record(update, schema)).partition == 3
    assert transform.apply(record(event(op="d", before={"id": 10}), schema)).partition == 3
    assert transform.apply(SinkRecord("t", 0, 1, value=update, value_schema=schema)).partition == 3
    with pytest.raises(ConnectError, match=r"change\.id leads through after, which is null"):
        transform.apply(record(event(), schema))


def test_murmur_takes_blocks_and_what_is_left() -> None:
    config = {
        "partition.payload.fields": "change.name",
        "partition.topic.num": "1000",
        "partition.hash.function": "murmur",
    }
    transform = made("partitions.PartitionRouting", config)
    found = {transform.apply(record(event(after={"id": 1, "name": "x" * n}), envelope())).partition for n in range(40)}
    assert len(found) > 30
