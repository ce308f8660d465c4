"""What happens to a put that the database, or the record itself, refuses."""

from __future__ import annotations

import warnings

import pytest

from connect_core.connectors.jdbc.sink import JdbcSinkConnector
from connect_core.connectors.jdbc.sink_errors import SqlFailure, TableAlterOrCreate, UnfitRecord
from connect_core.data import struct
from connect_core.data.schema import INT32, OPTIONAL_STRING
from connect_core.errors import Fatal, Retriable, java_class

SCHEMA = struct([("id", INT32), ("name", OPTIONAL_STRING)])
KEYED = {"pk.mode": "record_value", "pk.fields": "id"}
NO_RETRY = {"max.retries": "0"}


def rows_of(record, topic, ids):
    return [record(topic, offset, SCHEMA, {"id": i, "name": f"n{i}"}) for offset, i in enumerate(ids)]


def test_retries_then_fails_and_leaves_nothing(target, sink, record, topic):
    task = sink(target, KEYED | {"max.retries": "2", "retry.backoff.ms": "123"})
    bad = rows_of(record, topic, [1, 2, 1])
    for _ in range(2):
        with pytest.raises(Retriable, match=r"^java\.sql\.SQLException: Exception chain:\n"):
            task.put(bad)
    assert task.context.timeouts == [123, 123]
    with pytest.raises(Fatal) as caught:
        task.put(bad)
    lines = str(caught.value).splitlines()
    assert lines[:1] == ["java.sql.SQLException: Exception chain:"]
    assert lines[1].startswith("java.sql.BatchUpdateException: ")
    assert java_class(caught.value.__cause__) == "java.sql.SQLException"
    assert target.rows(topic) == []


def test_the_chain_on_mariadb(open_target, sink, record, topic):
    task = sink(open_target("mariadb"), KEYED | NO_RETRY)
    with pytest.raises(Fatal) as caught:
        task.put(rows_of(record, topic, [1, 1]))
    duplicate = "Duplicate entry '1' for key 'PRIMARY'"
    assert str(caught.value) == (
        "java.sql.SQLException: Exception chain:\n"
        f"java.sql.BatchUpdateException: {duplicate}\n"
        f"java.sql.SQLIntegrityConstraintViolationException: {duplicate}\n"
    )


def test_retries_refill_after_a_success(target, sink, record, topic):
    task = sink(target, KEYED | {"max.retries": "1"})
    for start in (0, 10):
        with pytest.raises(Retriable):
            task.put(rows_of(record, topic, [start, start]))
        task.put(rows_of(record, topic, [start]))
    assert [i for i, _ in target.rows(topic)] == [0, 10]


def test_exactly_the_refused_records_are_reported(target, sink, record, topic):
    task = sink(target, KEYED | NO_RETRY, reports=True)
    ids = [0, 1, 2, 1, 3, 4, 0, 5, 6, 6, 7]
    task.put(rows_of(record, topic, ids))
    assert [i for i, _ in target.rows(topic)] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [r.offset for r, _ in task.context.reported] == [3, 6, 9], str(task.context.reported)
    error = task.context.reported[0][1]
    assert isinstance(error, SqlFailure)
    assert java_class(error) == "java.sql.SQLException"
    assert str(error).startswith("Exception chain:\n")


def test_tolerance_without_a_reporter_is_not_enough(target, sink, record, topic):
    """As in the original: a database that refuses everything would lose everything."""
    task = sink(target, KEYED | NO_RETRY | {"errors.tolerance": "all"})
    with pytest.raises(Fatal, match=r"java.sql.SQLException: Exception chain:"):
        task.put(rows_of(record, topic, [0, 1, 1]))
    assert target.rows(topic) == []


def test_a_reporter_that_refuses_ends_the_put_after_the_commit(target, sink, record, topic):
    task = sink(target, KEYED | NO_RETRY, reports=True)

    def refuse(record, error):
        raise Fatal("Tolerance exceeded in error handler")

    task.context.reporter = refuse
    with pytest.raises(Fatal, match="Tolerance exceeded"):
        task.put(rows_of(record, topic, [0, 0, 1]))
    assert [i for i, _ in target.rows(topic)] == [0, 1]


def test_data_the_column_cannot_hold(open_target, sink, record, topic):
    target = open_target("mariadb")
    target.run(f"CREATE TABLE `{topic}` (id INT PRIMARY KEY, name VARCHAR(3))")
    task = sink(target, KEYED | NO_RETRY, reports=True)
    task.put(rows_of(record, topic, [1, 200, 3]))
    assert target.rows(topic) == [(1, "n1"), (3, "n3")]
    text = "Data truncation: Data too long for column 'name' at row 1"
    assert str(task.context.reported[0][1]) == (
        f"Exception chain:\njava.sql.BatchUpdateException: {text}\n"
        f"com.mysql.cj.jdbc.exceptions.MysqlDataTruncation: {text}\n"
    )


def test_a_refused_table_is_a_syntax_error_without_a_batch(open_target, sink, record, topic):
    task = sink(open_target("mariadb"), NO_RETRY | {"pk.mode": "kafka"})
    with pytest.raises(Fatal) as caught:
        task.put(rows_of(record, topic, [1]))
    assert str(caught.value) == (
        "java.sql.SQLException: Exception chain:\njava.sql.SQLSyntaxErrorException: "
        "BLOB/TEXT column '__connect_topic' used in key specification without a key length\n"
    )


def test_a_nul_in_a_postgresql_text(open_target, sink, record, topic):
    target = open_target("postgresql")
    task = sink(target, NO_RETRY, reports=True)
    names = ["a", "b\x00c", "d"]
    task.put([record(topic, i, SCHEMA, {"id": i, "name": name}) for i, name in enumerate(names)])
    assert target.rows(topic) == [(0, "a"), (2, "d")]
    assert [r.offset for r, _ in task.context.reported] == [1]


def test_records_that_do_not_fit_the_configuration(target, sink, record, topic):
    task = sink(target, {"pk.mode": "record_key", "pk.fields": "id"}, reports=True)
    fine = struct([("name", OPTIONAL_STRING)])
    task.put(
        [
            record(topic, 0, fine, {"name": "x"}, key_schema=INT32, key=1),
            record(topic, 1, fine, {"name": "x"}),
            record(topic, 2, None, {"name": "x"}, key_schema=INT32, key=2),
            record(topic, 3, None, None, key_schema=INT32, key=3),
            record(topic, 4, INT32, 5, key_schema=INT32, key=4),
            record(topic, 5, fine, {"name": "y"}, key_schema=INT32, key=5),
        ]
    )
    assert target.rows(topic, "id") == [(1,), (5,)]
    start = (
        "Sink connector 'sink' is configured with 'delete.enabled=false' and 'pk.mode=record_key' and therefore "
        "requires records with a non-null "
    )
    place = f"but found record at (topic='{topic}',partition=0,offset="
    key_text = "key and non-null Struct or primitive key schema, "
    struct_text = "Struct or String value and non-null Struct or String schema, "
    assert [str(error) for _, error in task.context.reported] == [
        f"{start}{key_text}{place}1,timestamp=null) with a null key and null key schema.",
        f"{start}{struct_text}{place}2,timestamp=null) with a HashMap value and null value schema.",
        f"{start}{struct_text}{place}3,timestamp=null) with a null value and null value schema.",
        f"{start}{struct_text}{place}4,timestamp=null) with a Integer value and int32 value schema.",
    ]
    assert all(isinstance(error, UnfitRecord) for _, error in task.context.reported)


def test_without_a_place_for_it_an_unfit_record_ends_the_task(target, sink, record, topic):
    task = sink(target)
    with pytest.raises(Fatal, match=r"with a HashMap value and null value schema\.$"):
        task.put([*rows_of(record, topic, [1]), record(topic, 1, None, {"id": 2})])
    # the table was made, as in the original; the rows were not
    assert target.rows(topic) == []


def test_records_for_missing_tables_are_reported(target, sink, record, topic):
    sink(target).put(rows_of(record, topic, [1]))
    task = sink(target, {"auto.create": "false"}, reports=True)
    task.put([*rows_of(record, topic, [2]), *rows_of(record, topic + "_x", [3]), *rows_of(record, topic, [4])])
    assert [i for i, _ in target.rows(topic)] == [1, 2, 4]
    assert [type(error) for _, error in task.context.reported] == [TableAlterOrCreate]


def test_rows_before_a_table_in_the_same_put_are_not_kept_if_it_fails(target, sink, record, topic):
    """DDL commits on some databases: it must run before any row is written."""
    task = sink(target, KEYED | NO_RETRY)
    with pytest.raises(Fatal):
        task.put([*rows_of(record, topic, [1]), *rows_of(record, topic + "_b", [2, 2])])
    assert target.rows(topic) == []


def test_a_lost_connection_is_replaced(open_target, sink, record, topic):
    target = open_target("mariadb")
    task = sink(target)
    task.put(rows_of(record, topic, [1]))
    number = task.writer._connection.thread_id()
    target.run(f"KILL {number}")
    with pytest.raises(Retriable):
        task.put(rows_of(record, topic, [2]))
    task.put(rows_of(record, topic, [2]))
    assert [i for i, _ in target.rows(topic)] == [1, 2]


def test_a_connection_that_died_while_the_function_was_frozen(open_target, sink, record, topic):
    target = open_target("postgresql")
    task = sink(target)
    task.put(rows_of(record, topic, [1]))
    pid = task.writer._connection.info.backend_pid
    target.run(f"SELECT pg_terminate_backend({pid})")
    task.writer._used -= 60
    task.put(rows_of(record, topic, [2]))
    assert [i for i, _ in target.rows(topic)] == [1, 2]


def test_no_connection(open_target, sink, record, topic):
    target = open_target("mariadb")
    task = sink(
        target, {"connection.password": "wrong-secret", "connection.attempts": "2", "connection.backoff.ms": "7"}
    )
    with pytest.raises(Retriable):
        task.put(rows_of(record, topic, [1]))
    assert task.context.timeouts == [7]
    with pytest.raises(Fatal, match="Access denied for user") as caught:
        task.put(rows_of(record, topic, [1]))
    assert "wrong-secret" not in str(caught.value)


def test_row_values_stay_out_of_trimmed_errors(open_target, sink, record, topic):
    task = sink(open_target("mariadb"), KEYED | NO_RETRY | {"trim.sensitive.log": "true"})
    with pytest.raises(Fatal) as caught:
        task.put(rows_of(record, topic, [4711, 4711]))
    chain = [caught.value, caught.value.__cause__, caught.value.__cause__.__cause__]
    assert chain[2] is None
    assert "4711" not in f"{chain[0]}{chain[1]}"
    assert "<redacted> [class=java.sql.SQLIntegrityConstraintViolationException;" in str(caught.value)


def test_validate(target):
    config = target.config | {"name": "x", "connector.class": "x", "topics": "t"}
    assert JdbcSinkConnector.validate(config) == {}


def test_validate_says_why_there_is_no_connection(open_target):
    target = open_target("mariadb")
    config = target.config | {"name": "x", "connector.class": "x", "topics": "t", "connection.password": "nope"}
    found = JdbcSinkConnector.validate(config)
    assert list(found) == ["connection.url"]
    assert found["connection.url"][0].startswith("Could not connect to database. Access denied for user 'connect'")
    assert JdbcSinkConnector.validate(config | {"connection.url": "jdbc:nothing://x"}) == {
        "connection.url": ["Could not connect to database. No suitable driver found for jdbc:nothing://x"]
    }
    assert JdbcSinkConnector.validate(config | {"connection.url": ""}) == {
        "connection.url": ["Could not connect to database. Not a valid JDBC URL: "]
    }


@pytest.mark.parametrize("compliant", ["true", "false"])
def test_values_are_not_cut_silently(open_target, sink, record, topic, compliant):
    target = open_target("mariadb")
    target.run(f"CREATE TABLE `{topic}` (id INT PRIMARY KEY, name VARCHAR(3))")
    url = f"{target.config['connection.url']}?sessionVariables=sql_mode=''&jdbcCompliantTruncation={compliant}"
    task = sink(target, KEYED | NO_RETRY | {"connection.url": url}, reports=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        task.put(rows_of(record, topic, [1, 200]))
    assert target.rows(topic) == [(1, "n1")] + ([(200, "n20")] if compliant == "false" else [])


def test_a_put_larger_than_a_packet(open_target, sink, record, topic):
    target = open_target("mariadb")
    target.run(f"CREATE TABLE `{topic}` (id INT PRIMARY KEY, name LONGTEXT)")
    limit = int(target.database.dialect.query(target.connection, "SELECT @@max_allowed_packet")[0][0])
    text = "'\u00e4" * (limit // 10)
    task = sink(target)
    task.put([record(topic, i, SCHEMA, {"id": i, "name": text}) for i in range(5)])
    assert target.rows(topic, "id, char_length(name)") == [(i, len(text)) for i in range(5)]
