"""insert.mode x pk.mode x deletes on real databases: what is in the table afterwards."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connect_core.connectors.jdbc.sink_config import JdbcSinkConfig
from connect_core.data import decimal_schema, struct
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.errors import Fatal

VALUE = struct([("id", INT32), ("name", OPTIONAL_STRING), ("note", OPTIONAL_STRING)])
KEY = struct([("id", INT32)])
PAIR = struct([("b", INT32), ("a", INT32)])
BODY = struct([("name", OPTIONAL_STRING), ("note", OPTIONAL_STRING)])
UPSERT_KEY = {"insert.mode": "upsert", "pk.mode": "record_key"}


def value(number: int, name: str, note: str | None = None) -> dict[str, object]:
    return {"id": number, "name": name, "note": note}


def test_upsert_by_record_value(target, sink, record, topic):
    task = sink(target, {"insert.mode": "upsert", "pk.mode": "record_value", "pk.fields": "id"})
    task.put([record(topic, i, VALUE, value(i % 3, f"v{i}")) for i in range(8)])  # keys come again within a batch
    assert target.rows(topic) == [(0, "v6", None), (1, "v7", None), (2, "v5", None)]
    task.put([record(topic, 8, VALUE, value(1, "again", "n"))])
    assert target.rows(topic)[1] == (1, "again", "n")


def test_upsert_by_struct_key(target, sink, record, topic):
    task = sink(target, UPSERT_KEY)
    records = [record(topic, i, BODY, {"name": f"v{i}"}, key_schema=PAIR, key={"a": i % 2, "b": 1}) for i in range(5)]
    task.put(records)
    assert target.rows(topic, "a, b, name") == [(0, 1, "v4"), (1, 1, "v3")]


def test_upsert_by_primitive_key(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"pk.fields": "number"})
    task.put([record(topic, i, BODY, {"name": f"v{i}"}, key_schema=INT64, key=i % 2) for i in range(5)])
    assert target.rows(topic, "number, name") == [(0, "v4"), (1, "v3")]


def test_upsert_of_keys_alone(target, sink, record, topic):
    task = sink(target, {"insert.mode": "upsert", "pk.mode": "record_value"})
    task.put([record(topic, i, KEY, {"id": i % 2}) for i in range(5)])
    assert target.rows(topic) == [(0,), (1,)]


def test_some_key_fields_and_a_whitelist(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"pk.fields": "a", "fields.whitelist": "note"})
    task.put([record(topic, 0, BODY, {"name": "x", "note": "n"}, key_schema=PAIR, key={"a": 7, "b": 1})])
    assert target.rows(topic, "a, note") == [(7, "n")]
    assert len(target.rows(topic)[0]) == 2


@pytest.mark.parametrize("mode", ["insert", "upsert"])
def test_kafka_coordinates_as_key(target, sink, record, topic, mode):
    task = sink(target, {"pk.mode": "kafka", "insert.mode": mode, "pk.fields": "t,p,o"})
    if target.name == "mariadb":  # the original's TEXT column cannot be a key there
        columns = "t VARCHAR(200), p INT, o BIGINT, id INT, name TEXT, note TEXT, PRIMARY KEY(t,p,o)"
        target.run(f"CREATE TABLE `{topic}` ({columns})")
    records = [record(topic, i, VALUE, value(i, "x"), partition=3) for i in range(2)]
    task.put(records)
    if mode == "upsert":
        task.put(records)
    assert target.rows(topic, "t, p, o, id", "o") == [(topic, 3, 0, 0), (topic, 3, 1, 1)]


def test_default_kafka_columns(open_target, sink, record, topic):
    target = open_target("postgresql")
    sink(target, {"pk.mode": "kafka"}).put([record(topic, 5, VALUE, value(1, "x"), partition=2)])
    names = '__connect_topic, "__connect_partition", __connect_offset, id'
    assert target.rows(topic, names) == [(topic, 2, 5, 1)]


def test_update(target, sink, record, topic):
    sink(target).put([record(topic, i, VALUE, value(i, "old", "kept")) for i in range(3)])
    task = sink(
        target, {"insert.mode": "update", "pk.mode": "record_value", "pk.fields": "id", "fields.whitelist": "name"}
    )
    task.put([record(topic, 3, VALUE, value(1, "new 1")), record(topic, 4, VALUE, value(9, "nobody"))])
    assert target.rows(topic) == [(0, "old", "kept"), (1, "new 1", "kept"), (2, "old", "kept")]


def test_update_without_a_key_is_refused(target, sink, record, topic):
    config = {"insert.mode": "update", "name": "x", "connector.class": "x", "topics": topic}
    errors = JdbcSinkConfig.errors(target.config | config)
    assert list(errors) == ["insert.mode"]
    assert "every row of the table would be overwritten" in errors["insert.mode"][0]
    sink(target).put([record(topic, 0, VALUE, value(0, "old"))])
    with pytest.raises(Fatal, match="without a key would overwrite every row"):
        sink(target, {"insert.mode": "update"}).put([record(topic, 1, VALUE, value(1, "new"))])
    assert target.rows(topic) == [(0, "old", None)]


def test_deletes_and_writes_keep_their_order(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"delete.enabled": "true"})
    script = [(1, "a"), (2, "b"), (1, None), (3, "c"), (2, None), (1, "again"), (3, None), (3, None), (4, None)]
    task.put(
        [
            record(topic, i, None if name is None else BODY, name and {"name": name}, key_schema=KEY, key={"id": key})
            for i, (key, name) in enumerate(script)
        ]
    )
    assert target.rows(topic, "id, name") == [(1, "again")]


def test_deletes_by_several_key_columns(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"delete.enabled": "true"})
    keys = [{"a": a, "b": b} for a in range(2) for b in range(2)]
    task.put([record(topic, i, BODY, {"name": "x"}, key_schema=PAIR, key=key) for i, key in enumerate(keys)])
    task.put([record(topic, 4 + i, None, None, key_schema=PAIR, key=key) for i, key in enumerate(keys[1:3])])
    assert target.rows(topic, "a, b") == [(0, 0), (1, 1)]


def test_a_null_value_with_a_schema_is_a_delete_too(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"delete.enabled": "true"})
    optional = BODY.replace(optional=True)
    task.put([record(topic, 0, optional, {"name": "x"}, key_schema=KEY, key={"id": 1})])
    task.put([record(topic, 1, optional, None, key_schema=KEY, key={"id": 1})])
    assert target.rows(topic) == []


def test_tombstones_first_make_no_crippled_table(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"delete.enabled": "true"})
    required = struct([("name", STRING)])
    task.put([record(topic, 0, None, None, key_schema=KEY, key={"id": 1})])
    task.put([record(topic, 1, required, {"name": "x"}, key_schema=KEY, key={"id": 1})])
    task.put([record(topic, 2, None, None, key_schema=KEY, key={"id": 2})])
    assert target.rows(topic, "id, name") == [(1, "x")]


def test_a_key_schema_change_on_a_tombstone_loses_no_columns(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"delete.enabled": "true", "pk.fields": "id"})
    other = struct([("id", INT32)], name="renamed")
    task.put(
        [
            record(topic, 0, BODY, {"name": "one", "note": "n"}, key_schema=KEY, key={"id": 1}),
            record(topic, 1, None, None, key_schema=other, key={"id": 9}),
            record(topic, 2, BODY, {"name": "two", "note": "n"}, key_schema=other, key={"id": 2}),
            record(topic, 3, BODY, {"name": "three", "note": "n"}, key_schema=KEY, key={"id": 3}),
        ]
    )
    assert target.rows(topic, "id, name, note") == [(1, "one", "n"), (2, "two", "n"), (3, "three", "n")]


def test_schemas_that_change_within_a_put(target, sink, record, topic):
    task = sink(target, {"auto.evolve": "true"})
    wider = struct([("id", INT32), ("name", OPTIONAL_STRING), ("extra", OPTIONAL_STRING)])
    task.put(
        [
            record(topic, 0, VALUE, value(0, "x", "n")),
            record(topic, 1, wider, {"id": 1, "name": "y", "extra": "e"}),
            record(topic, 2, VALUE, value(2, "z")),
        ]
    )
    assert target.rows(topic, "id, name, note, extra") == [
        (0, "x", "n", None),
        (1, "y", None, "e"),
        (2, "z", None, None),
    ]


def test_text_values(target, sink, record, topic):
    task = sink(target, {"string.output.value.column.name": "line"})
    task.put([record(topic, i, STRING, f"it's {i}") for i in range(3)])
    assert target.rows(topic) == [("it's 0",), ("it's 1",), ("it's 2",)]


def test_text_values_with_a_key(target, sink, record, topic):
    task = sink(target, UPSERT_KEY | {"pk.fields": "k"})
    task.put([record(topic, i, STRING, f"line {i}", key_schema=INT32, key=i % 2) for i in range(3)])
    assert target.rows(topic) == [("line 2", 0), ("line 1", 1)] or target.rows(topic, "k, record_value") == [
        (0, "line 2"),
        (1, "line 1"),
    ]


def test_postgresql_json_and_uuid(open_target, sink, record, topic):
    target = open_target("postgresql")
    target.run(f'CREATE TABLE "{topic}" (id UUID PRIMARY KEY, doc JSON, docb JSONB)')
    ids = [f"00000000-0000-0000-0000-00000000000{i}" for i in range(4)]
    body = struct([("doc", STRING), ("docb", STRING)])
    documents = {"doc": '{"a": "it\'s"}', "docb": '[1, "x"]'}

    def make(offset: int, key: str, content: dict[str, str] | None) -> object:
        return record(topic, offset, body if content else None, content, key_schema=STRING, key=key)

    upsert = sink(target, UPSERT_KEY | {"pk.fields": "id", "delete.enabled": "true"})
    upsert.put([make(i, key, documents) for i, key in enumerate(ids)])
    upsert.put([make(4, ids[0], documents), make(5, ids[3], None), make(6, ids[2], None)])
    update = sink(target, {"insert.mode": "update", "pk.mode": "record_key", "pk.fields": "id"})
    update.put([make(7, ids[1], documents | {"docb": "{}"})])
    found = [(str(key), doc, docb) for key, doc, docb in target.rows(topic)]
    assert found == [(ids[0], {"a": "it's"}, [1, "x"]), (ids[1], {"a": "it's"}, {})]


def test_two_spellings_of_one_key_in_a_batch(open_target, sink, record, topic):
    target = open_target("postgresql")
    target.run(f'CREATE TABLE "{topic}" (id CHAR(5) PRIMARY KEY, name TEXT)')  # blanks at the end do not count
    task = sink(target, UPSERT_KEY | {"pk.fields": "id"})
    body = struct([("name", OPTIONAL_STRING)])
    keys = ["a", "b", "a  ", "c"]
    task.put([record(topic, i, body, {"name": f"v{i}"}, key_schema=STRING, key=k) for i, k in enumerate(keys)])
    assert [name for _, name in target.rows(topic)] == ["v2", "v1", "v3"]


def test_decimal_keys(open_target, sink, record, topic):
    target = open_target("mariadb")
    task = sink(target, UPSERT_KEY | {"pk.fields": "id", "delete.enabled": "true"})
    schema = decimal_schema(2)
    task.put([record(topic, 0, BODY, {"name": "x"}, key_schema=schema, key=Decimal("1.50"))])
    task.put([record(topic, 1, None, None, key_schema=schema, key=Decimal("1.50"))])
    assert target.rows(topic) == []
