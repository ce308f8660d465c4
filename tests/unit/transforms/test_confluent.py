"""Confluent's transforms by their documentation: there is no class to compare them with."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from connect_core.api import SourceRecord
from connect_core.data import Header, Schema, array, map_of, struct
from connect_core.data.schema import BYTES, INT64, OPTIONAL_INT64, OPTIONAL_STRING, STRING
from connect_core.errors import ConfigError, DataError
from connect_core.plugins import loader

PACKAGE = "io.confluent.connect.transforms"
ROW = struct([("id", INT64), ("name", OPTIONAL_STRING), ("tags", array(STRING))])


def made(name: str, **config: str) -> Any:
    kind = loader.load_transform(f"{PACKAGE}.{name}")
    transform = kind()
    transform.config = loader.config_class(kind).parse({key.replace("_", "."): value for key, value in config.items()})
    transform.configure()
    return transform


def record(value: Any = None, schema: Schema | None = None, **parts: Any) -> SourceRecord:
    return SourceRecord("t", value, value_schema=schema, **parts)


@pytest.mark.parametrize(
    ("behavior", "schema", "left"),
    [
        ("nullify", INT64, None),
        ("retain", INT64, INT64),
        ("force_optional", INT64, OPTIONAL_INT64),
        ("force_optional", OPTIONAL_INT64, OPTIONAL_INT64),
        ("validate", OPTIONAL_INT64, OPTIONAL_INT64),
        ("validate", None, None),
    ],
)
def test_drop_leaves_the_schema_as_configured(behavior: str, schema: Schema | None, left: Schema | None) -> None:
    after = made("Drop$Value", schema_behavior=behavior).apply(record(24, schema, key=1, key_schema=INT64))
    assert (after.value, after.value_schema, after.key, after.key_schema) == (None, left, 1, INT64)


def test_drop_validates() -> None:
    with pytest.raises(DataError, match="not optional"):
        made("Drop$Key", schema_behavior="validate").apply(record(key=24, key_schema=INT64))
    with pytest.raises(ConfigError, match=r"schema\.behavior: String must be one of: nullify, retain, validate"):
        made("Drop$Key", schema_behavior="keep")


@pytest.mark.parametrize(("behavior", "level"), [("ignore", logging.DEBUG), ("warn", logging.WARNING)])
def test_tombstones_are_dropped(behavior: str, level: int, caplog: pytest.LogCaptureFixture) -> None:
    handler = made("TombstoneHandler", behavior=behavior)
    with caplog.at_level(logging.DEBUG):
        assert handler.apply(record(None, OPTIONAL_INT64)) is None
    assert [found.levelno for found in caplog.records] == [level]
    kept = record(0)
    assert handler.apply(kept) is kept


def test_tombstones_fail() -> None:
    with pytest.raises(DataError, match="Tombstone in topic t"):
        made("TombstoneHandler", behavior="fail").apply(record())
    assert made("TombstoneHandler").config.behavior == "warn"


BOOK = {"book": {"author": "Tolstoy", "price": 7}, "none": None}


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ("$.book[?(@.author == 'Tolstoy' || @.author == 'Dostoevsky')]", True),
        ("$.book[?(@.author == 'Gogol')]", False),
        ("$[?(@.book.price > 6)]", True),
        ("$[?(@.nothing)]", False),
        ("$[?(@.none)]", False),
        ("$[?(@.none == null)]", False),
        ("$.book.author", True),
    ],
)
@pytest.mark.parametrize("side", ["Key", "Value"])
def test_filter_by_condition(condition: str, matches: bool, side: str) -> None:
    given = record(BOOK) if side == "Value" else record(key=BOOK)
    included = made(f"Filter${side}", filter_condition=condition, filter_type="include").apply(given)
    excluded = made(f"Filter${side}", filter_condition=condition, filter_type="exclude").apply(given)
    assert (included is given, excluded is given) == (matches, not matches)
    assert (included is None, excluded is None) == (not matches, matches)


@pytest.mark.parametrize("value", [{"book": {}}, {}, {"book": None}, {"book": {"author": None}}, None, {"book": 1}])
def test_filter_on_missing_fields(value: Any) -> None:
    def kept(**more: str) -> bool:
        transform = made("Filter$Value", filter_condition="$.book.author", filter_type="include", **more)
        return transform.apply(record(value)) is not None

    assert kept(missing_or_null_behavior="include") is True
    assert kept(missing_or_null_behavior="exclude") is False
    with pytest.raises(DataError, match=r"set missing\.or\.null\.behavior"):
        kept()


def test_filter_on_structs() -> None:
    transform = made("Filter$Value", filter_condition="$[?('x' in @.tags)]", filter_type="include")
    assert transform.apply(record({"id": 1, "name": None, "tags": ["y", "x"]}, ROW)) is not None
    assert transform.apply(record({"id": 1, "tags": []}, ROW)) is None
    with pytest.raises(DataError, match="Only Struct objects supported"):
        transform.apply(record(b"", BYTES))
    with pytest.raises(DataError, match="Only Map objects supported"):
        transform.apply(record("text"))
    raw = made("Filter$Value", filter_condition="$[?(@.a > 1)]", filter_type="include")
    with pytest.raises(DataError, match="cannot compare a bytes"):
        raw.apply(record({"a": b"x"}, struct([("a", BYTES)])))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("$.a[x]", "not a JSON path"),
        ("$.", "not a JSON path"),
        ("$[?(@.a == )]", "not a JSON path"),
        ("$.a.length()", "functions are not supported"),
        ("$[?(@.a matches 1)]", "the operator matches is not supported"),
    ],
)
def test_filter_refuses_conditions(condition: str, reason: str) -> None:
    kind = loader.config_class(loader.load_transform(f"{PACKAGE}.Filter$Value"))
    found = kind.errors({"filter.condition": condition, "filter.type": "include"})
    assert reason in found["filter.condition"][0]


@pytest.mark.parametrize(
    ("config", "value", "schema", "topic"),
    [
        ({}, "whole", None, "whole"),
        ({}, "whole", STRING, "whole"),
        ({"field": "a"}, {"a": "x"}, None, "x"),
        ({"field": "a.b"}, {"a.b": "x"}, None, "x"),
        ({"field": "name"}, {"id": 1, "name": "x", "tags": []}, ROW, "x"),
        ({"field": "k"}, {"k": "x"}, map_of(STRING, STRING), "x"),
        ({"field": '$["a"]["b"]', "field_format": "JSON_PATH"}, {"a": {"b": "x"}}, None, "x"),
        ({"field": "a", "skip_missing_or_null": "true"}, {}, None, "t"),
        ({"field": "a", "skip_missing_or_null": "true"}, None, None, "t"),
        ({"field": "$.a.b", "field_format": "JSON_PATH", "skip_missing_or_null": "true"}, {"a": None}, None, "t"),
    ],
)
def test_topics_are_extracted(config: dict[str, str], value: Any, schema: Schema | None, topic: str) -> None:
    assert made("ExtractTopic$Value", **config).apply(record(value, schema)).topic == topic
    assert made("ExtractTopic$Key", **config).apply(record(key=value, key_schema=schema)).topic == topic


def test_topics_from_headers() -> None:
    headers = [Header("to", STRING, "a"), Header("to", STRING, "b"), Header("no", INT64, 1)]
    assert made("ExtractTopic$Header", field="to").apply(record(headers=headers)).topic == "b"
    with pytest.raises(DataError, match=r"The header no must be a string to be a topic, found: java\.lang\.Long"):
        made("ExtractTopic$Header", field="no").apply(record(headers=headers))
    with pytest.raises(DataError, match=r"no topic in the header x; set skip\.missing\.or\.null"):
        made("ExtractTopic$Header", field="x").apply(record(headers=headers))
    with pytest.raises(ConfigError, match="name the header"):
        made("ExtractTopic$Header")
    with pytest.raises(ConfigError, match="a header is named PLAIN"):
        made("ExtractTopic$Header", field="x", field_format="JSON_PATH")


@pytest.mark.parametrize(
    ("config", "value", "schema"),
    [
        ({}, None, None),
        ({}, 7, None),
        ({"field": "id"}, {"id": 1, "tags": []}, ROW),
        ({"field": "none"}, {"id": 1, "tags": []}, ROW),
        ({"field": "a"}, {}, None),
        ({"field": "a"}, "text", None),
    ],
)
def test_topics_that_are_not_there(config: dict[str, str], value: Any, schema: Schema | None) -> None:
    with pytest.raises(DataError):
        made("ExtractTopic$Value", **config).apply(record(value, schema))


@pytest.mark.parametrize(
    ("config", "value", "topic"),
    [
        ({"message_timestamp_format": "yyyy-MM-dd"}, {"time": "2019-08-06", "ts": "x"}, "t-20190806"),
        ({}, {"ts": "2023-11-14"}, "t-20231114"),
        ({}, {"ts": "2023-11-14T23:30:00-02:00"}, "t-20231115"),
        ({"topic_timestamp_format": "HH.mm"}, {"ts": 1_700_000_000_000}, "t-22.13"),
        ({"topic_format": "${timestamp}/${topic}"}, {"time": None, "ts": "2023-11-14T00:00:00Z"}, "20231114/t"),
    ],
)
def test_topics_by_time(config: dict[str, str], value: Any, topic: str) -> None:
    assert (
        made("MessageTimestampRouter", message_timestamp_keys="time, ts", **config).apply(record(value)).topic == topic
    )


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        ({}, None, "no timestamp under any of the keys ts"),
        ({"ts": "14.11.2023"}, None, "does not match message.timestamp.format ISO 8601"),
        ({"ts": 1.5}, None, "must be a string or a number"),
        (None, None, "Only Map objects supported"),
        ({"ts": "2023-11-14"}, struct([("ts", STRING)]), "Only Map objects supported"),
    ],
)
def test_times_that_are_not_there(value: Any, schema: Schema | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        made("MessageTimestampRouter", message_timestamp_keys="ts").apply(record(value, schema))


def test_patterns_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"topic\.timestamp\.format: Illegal pattern character 'b'"):
        made("MessageTimestampRouter", message_timestamp_keys="ts", topic_timestamp_format="bb")
