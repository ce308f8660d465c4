"""Which columns a pair of schemas makes, in which order; what does not go together."""

# ruff: noqa: E501, ISC004 - statements and messages are easier to compare when they are not cut to the line length

from __future__ import annotations

import re

import pytest

from connect_core.connectors.jdbc.names import TableId
from connect_core.connectors.jdbc.sink_buffer import Buffer, RecordRules
from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.connectors.jdbc.sink_errors import UnfitRecord
from connect_core.connectors.jdbc.sink_fields import FieldRules, plan_fields
from connect_core.connectors.jdbc.sink_plan import Plan
from connect_core.data import SinkRecord, array, struct
from connect_core.data.schema import INT32, OPTIONAL_STRING, STRING
from connect_core.errors import Fatal

VALUE = struct([("z", INT32), ("id", INT32), ("a", OPTIONAL_STRING)])
KEY = struct([("y", INT32), ("id", INT32), ("b", INT32)])


def names(columns):
    return [column.name for column in columns]


def plan(mode, *fields, key=KEY, value=VALUE, whitelist=(), string_column="record_value"):
    rules = FieldRules(pk_mode=mode, pk_fields=fields, whitelist=frozenset(whitelist), string_column=string_column)
    return plan_fields("t", rules, key=key, value=value)


@pytest.mark.parametrize(
    ("mode", "fields", "keys", "values", "columns"),
    [
        ("none", [], [], ["z", "id", "a"], ["z", "id", "a"]),
        ("record_value", ["id"], ["id"], ["z", "a"], ["z", "id", "a"]),
        ("record_value", [], ["z", "id", "a"], [], ["z", "id", "a"]),
        ("record_key", [], ["y", "id", "b"], ["z", "a"], ["z", "id", "a", "b", "y"]),
        ("record_key", ["b", "id"], ["b", "id"], ["z", "a"], ["z", "id", "a", "b"]),
        ("kafka", ["t", "p", "o"], ["t", "p", "o"], ["z", "id", "a"], ["z", "id", "a", "o", "p", "t"]),
    ],
)
def test_columns(mode, fields, keys, values, columns):
    made = plan(mode, *fields)
    assert (names(made.keys), names(made.values), names(made.columns)) == (keys, values, columns)
    assert all(column.is_key == (column.name in keys) for column in made.columns)


def test_default_kafka_names_come_first():
    first = ["__connect_topic", "__connect_partition", "__connect_offset"]
    assert names(plan("kafka").columns) == [*first, "z", "id", "a"]


def test_whitelist_leaves_keys_alone():
    assert names(plan("record_value", "id", whitelist=["a"]).columns) == ["id", "a"]


def test_text_values():
    made = plan("record_key", "k", key=INT32, value=STRING, string_column="line")
    assert names(made.columns) == ["line", "k"]
    assert made.values[0].optional


@pytest.mark.parametrize(
    ("arguments", "more", "kind", "text"),
    [
        (
            ("record_value", "nope"),
            {},
            UnfitRecord,
            "PK mode for table 't' is RECORD_VALUE with configured PK fields [nope], but record value schema does not contain "
            "field: nope",
        ),
        (
            ("record_key", "nope"),
            {},
            UnfitRecord,
            "PK mode for table 't' is RECORD_KEY with configured PK fields [nope], but record key schema does not contain "
            "field: nope",
        ),
        (
            ("record_key",),
            {"key": INT32},
            UnfitRecord,
            "Need exactly one PK column defined since the key schema for records is a primitive type, defined columns are: []",
        ),
        (
            ("record_key", "a"),
            {"key": array(INT32)},
            UnfitRecord,
            "Key schema must be primitive type or Struct, but is of type: ARRAY",
        ),
        (
            ("kafka", "a"),
            {},
            Fatal,
            "PK mode for table 't' is KAFKA so there should either be no field names defined for defaults [__connect_topic, "
            "__connect_partition, __connect_offset] to be applicable, or exactly 3, defined fields are: [a]",
        ),
        (("none",), {"value": struct([])}, UnfitRecord, "No fields found using key and value schemas for table: t"),
        (
            ("record_value", "a"),
            {"value": STRING},
            UnfitRecord,
            "pk.mode record_value is not supported with String value schemas",
        ),
        (
            ("record_key", "record_value"),
            {"key": INT32, "value": STRING},
            UnfitRecord,
            "Configured string.output.value.column.name 'record_value' conflicts with a primary key column for table 't'",
        ),
    ],
)
def test_what_does_not_go_together(arguments, more, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        plan(*arguments, **more)


class Plans:
    """One table; a plan per pair of schemas."""

    def __init__(self):
        self.made = {}

    def table(self, topic):
        return TableId(None, None, topic)

    def plan(self, topic, key, value):
        return self.made.setdefault((topic, key, value), Plan(self.table(topic), None, None))


def groups(script, *, deletes=True):
    """Groups of offsets from (topic, key schema, value schema, value) entries."""
    rules = RecordRules(connector="c", pk_mode="record_key", deletes=deletes)
    records = [
        SinkRecord(
            topic,
            0,
            offset,
            key_schema=key,
            key={"id": 1},
            value_schema=value and VALUE_SCHEMAS[value],
            value=value and {},
        )
        for offset, (topic, key, value) in enumerate(script)
    ]
    made = Buffer(rules, Plans()).sort(records, lambda record, error: pytest.fail(str(error)))
    return [([r.offset for r in g.writes], [r.offset for r in g.deletes]) for g in made]


OTHER_KEY = struct([("id", INT32)], name="other")
VALUE_SCHEMAS = {1: VALUE, 2: struct([("id", INT32)])}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ([("t", KEY, 1)] * 3, [([0, 1, 2], [])]),
        ([("t", KEY, 1), ("t", KEY, 2), ("t", KEY, 1)], [([0], []), ([1], []), ([2], [])]),
        ([("t", KEY, 1), ("t", KEY, None), ("t", KEY, None)], [([0], [1, 2])]),
        ([("t", KEY, 1), ("t", KEY, None), ("t", KEY, 1), ("t", KEY, 1)], [([0], [1]), ([2, 3], [])]),
        ([("t", KEY, 1), ("t", OTHER_KEY, None), ("t", KEY, 1)], [([0], []), ([], [1]), ([2], [])]),
        ([("t", KEY, 1), ("u", KEY, 1), ("t", KEY, 1)], [([0, 2], []), ([1], [])]),
    ],
)
def test_groups(script, expected):
    assert groups(script) == expected


def test_text_values_and_field_keys():
    rules = RecordRules(
        connector="c", pk_mode="none", deletes=False, field_keys=("fields.whitelist", "timestamp.fields.list")
    )
    with pytest.raises(UnfitRecord) as caught:
        rules.check(SinkRecord("t", 0, 0, value_schema=STRING, value="x"))
    assert str(caught.value) == (
        "Sink connector 'c' is configured with field-level options that are not applicable to String values: "
        "fields.whitelist, timestamp.fields.list. Remove these options, or have the upstream producer emit Struct values "
        "instead."
    )


BASE = {"name": "c", "connector.class": "c", "topics": "t", "connection.url": "jdbc:sqlite::memory:"}


@pytest.mark.parametrize(
    ("config", "errors"),
    [
        ({}, {}),
        ({"insert.mode": "UPSERT", "pk.mode": "RECORD_KEY", "table.types": "table,VIEW"}, {}),
        (
            {"delete.enabled": "true"},
            dict.fromkeys(("delete.enabled", "pk.mode"), "Deletes are only supported for pk.mode record_key"),
        ),
        (
            {"insert.mode": "Upsert"},
            {"insert.mode": "Invalid value Upsert for configuration insert.mode: Invalid enumerator"},
        ),
        (
            {"batch.size": "-1"},
            {"batch.size": "Invalid value -1 for configuration batch.size: Value must be at least 0"},
        ),
        (
            {"table.types": ""},
            {
                "table.types": "Invalid value [] for configuration table.types: At least one value must be specified. "
                "Valid values are: [table, partitioned table, view]"
            },
        ),
        (
            {"table.name.format": ""},
            {"table.name.format": "Invalid value  for configuration table.name.format: String must be non-empty"},
        ),
    ],
)
def test_config(config, errors):
    assert JdbcSinkConfig.errors(BASE | config) == {name: [text] for name, text in errors.items()}


def test_the_url_is_required():
    config = {name: value for name, value in BASE.items() if name != "connection.url"}
    assert JdbcSinkConfig.errors(config) == {
        "connection.url": ['Missing required configuration "connection.url" which has no default value.']
    }
