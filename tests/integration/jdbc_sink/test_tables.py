"""Names, existence, CREATE and ALTER on real databases."""

from __future__ import annotations

import re

import pytest

from connect_core.connectors.jdbc.sink_errors import TableAlterOrCreate
from connect_core.data import struct
from connect_core.data.schema import INT32, OPTIONAL_INT32, OPTIONAL_STRING, STRING

ONE = struct([("id", INT32)])


def test_reserved_and_strange_names(target, sink, record, unique):
    topic = f"order by- it's 100% (a,b)? {unique()[-12:]}"
    names = [
        "select",
        "from",
        "Mixed Case",
        "it's",
        "per%cent",
        "%s",
        "que?tion",
        'dou"ble',
        "back`tick",
        "a{b}",
        "käse",
    ]
    schema = struct([(name, OPTIONAL_INT32) for name in names])
    config = {"table.name.format": target.q("${topic}"), "pk.mode": "record_value", "pk.fields": "select"}
    task = sink(target, config | {"insert.mode": "upsert"})
    task.put([record(topic, i, schema, dict.fromkeys(names, i * 10)) for i in range(3)])
    task.put([record(topic, 3, schema, dict.fromkeys(names, 30))])
    assert target.rows(topic) == [(i * 10,) * len(names) for i in range(4)]


def test_update_and_delete_with_strange_names(target, sink, record, topic):
    key, value = struct([("it's 5% {k}?", INT32)]), struct([('v`" %s', OPTIONAL_INT32)])
    one = {"it's 5% {k}?": 1}
    config = {"pk.mode": "record_key", "delete.enabled": "true"}
    sink(target, config | {"insert.mode": "upsert"}).put(
        [record(topic, 0, value, {'v`" %s': 1}, key_schema=key, key=one)]
    )
    task = sink(target, config | {"insert.mode": "update"})
    task.put([record(topic, 1, value, {'v`" %s': 2}, key_schema=key, key=one)])
    assert sorted(target.rows(topic)[0]) == [1, 2]
    task.put([record(topic, 2, None, None, key_schema=key, key=one)])
    assert target.rows(topic) == []


@pytest.mark.parametrize("format", ["{other}.{table}", "${{topic}}"])
def test_mysql_database_and_table(open_target, sink, record, unique, mariadb, format):
    target, other, table = open_target("mariadb"), unique("db")[:40], unique("status")[:60]
    mariadb.create_database(other)
    text = format.format(other=other, table=table)
    task = sink(target, {"table.name.format": text})
    task.put([record(f"{other}.{table}", 0, ONE, {"id": 1})])
    assert mariadb.sql(f"SELECT id FROM `{other}`.`{table}`") == "1\n"


def test_postgresql_schema_and_table(open_target, sink, record, unique):
    target, schema = open_target("postgresql"), unique("s")
    target.run(f'CREATE SCHEMA "{schema}"')
    sink(target).put([record(f"{schema}.status", 0, ONE, {"id": 1})])
    found = target.database.dialect.query(target.connection, f'SELECT id FROM "{schema}".status')
    assert found == [(1,)]


def test_quoted_dots_stay(target, sink, record, unique):
    topic = unique("a") + ".b.c"
    sink(target, {"table.name.format": target.q("x ${topic}")}).put([record(topic, 0, ONE, {"id": 1})])
    assert target.rows("x " + topic) == [(1,)]


def test_underscores_are_no_wildcards(target, sink, record, unique):
    name = unique("add")
    lookalike = name[:3] + "x" + name[4:]
    target.run(f"CREATE TABLE {target.q(lookalike)} (other INT)")
    sink(target).put([record(name, 0, ONE, {"id": 1})])
    assert target.rows(name) == [(1,)]


def test_columns_compare_without_case(target, sink, record, topic):
    target.run(f"CREATE TABLE {target.q(topic)} ({target.q('id')} INT, {target.q('Name')} VARCHAR(20))")
    schema = struct([("id", INT32), ("Name", OPTIONAL_STRING)])
    sink(target, {"auto.create": "false"}).put([record(topic, 0, schema, {"id": 1, "Name": "x"})])
    lower = struct([("ID", INT32)])
    if target.name != "postgresql":  # quoted names are case-sensitive there
        sink(target, {"auto.create": "false"}).put([record(topic, 1, lower, {"ID": 2})])
        assert target.rows(topic) == [(1, "x"), (2, None)]


def test_missing_table(target, sink, record, topic):
    shown = {"sqlite": f'"{topic}"', "mariadb": f'"test"."{topic}"', "postgresql": f'"test"."public"."{topic}"'}
    text = f"Table {shown[target.name]} is missing and auto-creation is disabled"
    with pytest.raises(TableAlterOrCreate, match=f"^{re.escape(text)}$"):
        sink(target, {"auto.create": "false"}).put([record(topic, 0, ONE, {"id": 1})])


def test_evolve(target, sink, record, topic):
    sink(target).put([record(topic, 0, ONE, {"id": 1})])
    given = STRING.replace(default="d'd")
    wider = struct([("id", INT32), ("a", OPTIONAL_STRING), ("b", given), ("c", OPTIONAL_INT32)])
    task = sink(target, {"auto.evolve": "true"})
    task.put([record(topic, 1, wider, {"id": 2, "a": "x", "b": "y", "c": 3})])
    assert target.rows(topic, "id, a, b, c") == [(1, None, "d'd", None), (2, "x", "y", 3)]


@pytest.mark.parametrize("evolve", ["true", "false"])
def test_a_required_column_cannot_be_added(target, sink, record, topic, evolve):
    sink(target).put([record(topic, 0, ONE, {"id": 1})])
    wider = struct([("id", INT32), ("z", INT32)])
    with pytest.raises(TableAlterOrCreate) as caught:
        sink(target, {"auto.evolve": evolve}).put([record(topic, 1, wider, {"id": 2, "z": 3})])
    assert str(caught.value).startswith("Cannot ALTER TABLE ")
    assert str(caught.value).endswith(
        " to add missing field SinkRecordField{schema=Schema{INT32}, name='z', isPrimaryKey=false}, as the field is "
        "not optional and does not have a default value"
    )


def test_evolution_disabled(target, sink, record, topic):
    sink(target).put([record(topic, 0, ONE, {"id": 1})])
    wider = struct([("id", INT32), ("v", OPTIONAL_STRING)])
    missing = "[SinkRecordField{schema=Schema{STRING}, name='v', isPrimaryKey=false}]"
    with pytest.raises(TableAlterOrCreate) as caught:
        sink(target).put([record(topic, 1, wider, {"id": 2, "v": "x"})])
    assert str(caught.value).endswith(f" is missing fields ({missing}) and auto-evolution is disabled")
    assert str(caught.value).startswith('Table "')


def test_views(target, sink, record, topic):
    target.run(
        f"CREATE TABLE {target.q(topic + '_base')} ({target.q('id')} INT)",
        f"CREATE VIEW {target.q(topic)} AS SELECT * FROM {target.q(topic + '_base')}",
    )
    with pytest.raises(TableAlterOrCreate, match="is missing and auto-creation is disabled"):
        sink(target, {"auto.create": "false"}).put([record(topic, 0, ONE, {"id": 1})])
    wider = struct([("id", INT32), ("v", OPTIONAL_STRING)])
    task = sink(target, {"table.types": "table,view", "auto.evolve": "true"})
    with pytest.raises(TableAlterOrCreate, match=r"^View .* is missing fields .* and ALTER VIEW is unsupported$"):
        task.put([record(topic, 0, wider, {"id": 1, "v": "x"})])
    if target.name != "sqlite":  # its views cannot be written to
        task.put([record(topic, 1, ONE, {"id": 2})])
        assert target.rows(topic) == [(2,)]


def test_another_task_created_the_table_first(target, sink, record, topic):
    slow, fast = sink(target), sink(target)
    slow.put([record(topic + "_x", 0, ONE, {"id": 0})])
    tables = slow.writer._planner.tables
    place = slow.writer._planner.table(topic)
    assert tables.shape(slow.writer._connection, place) is None  # remembered from here on
    slow.writer._connection.rollback()
    fast.put([record(topic, 0, ONE, {"id": 1})])
    slow.put([record(topic, 1, ONE, {"id": 2})])
    assert target.rows(topic) == [(1,), (2,)]


def test_several_topics_into_one_table(target, sink, record, topic):
    task = sink(target, {"table.name.format": topic})
    task.put([record(f"{topic}_{i % 2}", i, ONE, {"id": i}) for i in range(4)])
    assert target.rows(topic) == [(0,), (1,), (2,), (3,)]


def test_a_name_longer_than_postgresql_allows(open_target, sink, record, topic):
    target, long = open_target("postgresql"), topic + "x" * 80
    sink(target).put([record(long, 0, ONE, {"id": 1})])
    sink(target).put([record(long, 1, ONE, {"id": 2})])
    assert target.rows(long[:63]) == [(1,), (2,)]


def test_never_quoting(target, sink, record, topic):
    name = topic.upper()
    task = sink(target, {"quote.sql.identifiers": "never"})
    task.put([record(name, 0, struct([("Id", INT32)]), {"Id": 1})])
    task.put([record(name, 1, struct([("Id", INT32)]), {"Id": 2})])
    assert target.rows(name.lower() if target.name == "postgresql" else name) == [(1,), (2,)]
