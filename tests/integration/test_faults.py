"""Bad input and faults around JDBC connectors in a worker: Connect's answer, nothing lost, no password anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connect_core.kafka import layers
from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer
from connect_core.local.kafka import Kafka
from connect_core.local.mariadb import MariaDB
from tests.integration.workers import WorkerProcess, until

JSON = {
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
}
SOURCE = "io.confluent.connect.jdbc.JdbcSourceConnector"
SINK = "io.confluent.connect.jdbc.JdbcSinkConnector"


@pytest.fixture(scope="module")
def broker() -> Iterator[Kafka]:
    """A broker of this module's own: a test restarts it."""
    with Kafka() as server:
        yield server


@pytest.fixture(scope="module")
def database() -> Iterator[MariaDB]:
    """A database of this module's own: a test takes it away. Its password is easy to find in any text."""
    with MariaDB(databases=("fulfillmentdb", "crmdb"), password="Gr3at-Secret") as server:
        yield server


@pytest.fixture(scope="module")
def worker(broker: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerProcess]:
    """A worker; at the end its log must not hold the password."""
    process = WorkerProcess(
        broker.bootstrap_servers, tmp_path_factory.mktemp("worker"), group="faults", properties=JSON
    )
    with process:
        yield process
    assert "Gr3at-Secret" not in process.log.read_text()


def connection(database: MariaDB, name: str) -> dict[str, str]:
    return {
        "connection.url": database.jdbc_url(name),
        "connection.user": database.user,
        "connection.password": database.password,
    }


def source(database: MariaDB, table: str, prefix: str, **more: str) -> dict[str, str]:
    own = {"table.whitelist": table, "mode": "incrementing", "incrementing.column.name": "id", "topic.prefix": prefix}
    return {"connector.class": SOURCE, "poll.interval.ms": "100"} | connection(database, "fulfillmentdb") | own | more


def sink(database: MariaDB, topic: str, table: str, **more: str) -> dict[str, str]:
    own = {"topics": topic, "table.name.format": table, "retry.backoff.ms": "100", "max.retries": "2"}
    return {"connector.class": SINK} | connection(database, "crmdb") | own | more


def values(database: MariaDB, table: str, column: str = "id") -> list[str]:
    return database.sql(f"select {column} from {table} order by 1", database="crmdb").split()


def test_a_wrong_password_is_connects_400_and_stays_hidden(
    worker: WorkerProcess, database: MariaDB, unique: Callable[[str], str]
) -> None:
    config = source(database, "x", "p-") | {"connection.password": "Wr0ng-Secret"}
    answer = worker.request("POST", "/connectors", {"name": unique("bad"), "config": config})
    assert answer.status_code == 400
    assert "Could not connect to database." in answer.json()["message"]
    assert "Access denied" in answer.json()["message"]
    assert "Wr0ng-Secret" not in answer.text
    assert "Wr0ng-Secret" not in worker.log.read_text()


def test_a_missing_column_fails_the_task_naming_it(
    worker: WorkerProcess, database: MariaDB, unique: Callable[[str], str]
) -> None:
    table, name = unique("orders"), unique("load")
    database.sql(f"create table {table} (id bigint primary key)", database="fulfillmentdb")
    worker.create(name, source(database, table, "p-", **{"incrementing.column.name": "nope"}))
    worker.until_states(name, "RUNNING", "FAILED")
    trace = worker.trace(name)
    assert "Incrementing column: nope does not exist" in trace
    assert "Gr3at-Secret" not in trace


def test_the_seed_calls_and_a_database_that_goes_away(
    worker: WorkerProcess, database: MariaDB, unique: Callable[[str], str]
) -> None:
    table, prefix = unique("orders"), unique("p") + "-"
    database.sql(f"create table {table} (id bigint primary key, note varchar(20))", database="fulfillmentdb")
    database.sql(f"create table crm_{table} (id bigint primary key, note varchar(20))", database="crmdb")
    database.sql(f"insert into {table} values (1, 'one'), (2, 'two')", database="fulfillmentdb")
    worker.create(unique("load"), source(database, table, prefix))
    worker.create(unique("dump"), sink(database, prefix + table, f"crmdb.crm_{table}", **{"max.retries": "1000"}))
    until(lambda: values(database, f"crm_{table}") == ["1", "2"], "the first rows have arrived")
    database.stop_process()
    database.start_process()
    database.sql(f"insert into {table} values (3, 'three')", database="fulfillmentdb")
    until(lambda: values(database, f"crm_{table}") == ["1", "2", "3"], "the row after the restart has arrived")


def test_a_rejected_row_goes_to_the_dlq_and_the_others_arrive(
    worker: WorkerProcess, broker: Kafka, database: MariaDB, unique: Callable[[str], str]
) -> None:
    table, prefix, letters, dump = unique("orders"), unique("p") + "-", unique("dlq"), unique("dump")
    database.sql(f"create table {table} (id bigint primary key, note varchar(20))", database="fulfillmentdb")
    database.sql(f"create table crm_{table} (id bigint primary key, note varchar(3))", database="crmdb")
    database.sql(f"insert into {table} values (1, 'abc'), (2, 'too long'), (3, 'def')", database="fulfillmentdb")
    tolerant = {
        "errors.tolerance": "all",
        "errors.deadletterqueue.topic.name": letters,
        "errors.deadletterqueue.topic.replication.factor": "1",
        "errors.deadletterqueue.context.headers.enable": "true",
    }
    worker.create(dump, sink(database, prefix + table, f"crm_{table}", **tolerant))
    worker.create(unique("load"), source(database, table, prefix))
    until(lambda: values(database, f"crm_{table}") == ["1", "3"], "the good rows have arrived")
    found = until(lambda: read(broker, letters), "the bad row is in the dead letter queue")
    assert len(found) == 1
    assert b'"note":"too long"' in found[0]
    assert worker.states(dump) == ("RUNNING", ["RUNNING"])


def test_a_record_that_is_not_json_fails_the_task_or_is_skipped(
    worker: WorkerProcess, broker: Kafka, database: MariaDB, topic: str, unique: Callable[[str], str]
) -> None:
    table, strict, tolerant = unique("orders"), unique("dump"), unique("dump")
    database.sql(f"create table crm_{table} (id bigint)", database="crmdb")
    schema = b'{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"}],"optional":false}'
    good = b'{"schema":' + schema + b',"payload":{"id":7}}'
    produce(broker, topic, b"no json", good)
    worker.create(strict, sink(database, topic, f"crm_{table}"))
    worker.until_states(strict, "RUNNING", "FAILED")
    trace = worker.trace(strict)
    assert "Tolerance exceeded in error handler" in trace
    assert "org.apache.kafka.connect.errors.DataException: Converting byte[] to Kafka Connect data failed" in trace
    worker.create(tolerant, sink(database, topic, f"crm_{table}", **{"errors.tolerance": "all"}))
    until(lambda: values(database, f"crm_{table}") == ["7"], "the good record has arrived")


def test_a_broker_that_restarts(
    worker: WorkerProcess, broker: Kafka, database: MariaDB, unique: Callable[[str], str]
) -> None:
    table, prefix = unique("orders"), unique("p") + "-"
    database.sql(f"create table {table} (id bigint primary key)", database="fulfillmentdb")
    database.sql(f"create table crm_{table} (id bigint primary key)", database="crmdb")
    database.sql(f"insert into {table} values (1)", database="fulfillmentdb")
    worker.create(unique("load"), source(database, table, prefix))
    worker.create(
        unique("dump"),
        sink(database, prefix + table, f"crm_{table}", **{"insert.mode": "upsert", "pk.mode": "record_value"}),
    )
    until(lambda: values(database, f"crm_{table}") == ["1"], "the first row has arrived")
    broker.restart()
    database.sql(f"insert into {table} values (2)", database="fulfillmentdb")
    until(lambda: values(database, f"crm_{table}") == ["1", "2"], "the row after the restart has arrived")


def produce(broker: Kafka, topic: str, *records: bytes) -> None:
    producer = Producer({"bootstrap.servers": broker.bootstrap_servers})
    producer.send([Message(topic, None, value) for value in records])
    producer.flush()
    producer.close()


def read(broker: Kafka, topic: str) -> list[Any]:
    log = TopicLog(topic, layers.internal({"bootstrap.servers": broker.bootstrap_servers, "group.id": "r"}, "reader"))
    try:
        return [record.value for record in log.read_to_end()]
    finally:
        log.close()
