"""The local servers are real: each keeps and answers what clients of its kind give it, also after a restart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import boto3
import pymysql
import pytest
import sqlalchemy
from confluent_kafka import Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from connect_core.local import postgres as postgres_module
from connect_core.local import s3 as s3_module
from connect_core.local.connect import Connect
from connect_core.local.kafka import Kafka
from connect_core.local.mariadb import MariaDB
from connect_core.local.postgres import Postgres
from connect_core.local.process import ServerError
from connect_core.local.s3 import S3


def produce(kafka: Kafka, topic: str, value: bytes, **config: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0, **config})
    failures: list[object] = []
    producer.produce(topic, value, on_delivery=lambda error, _: failures.append(error) if error else None)
    assert producer.flush(30) == 0
    assert not failures


def consume(kafka: Kafka, topic: str) -> bytes | None:
    """The first record of partition 0, waited for."""
    consumer = Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "unused", "log_level": 0})
    consumer.assign([TopicPartition(topic, 0, 0)])
    message: Message | None = None
    for _ in range(30):
        message = consumer.poll(1)
        if message is not None and message.error() is None:
            break
    consumer.close()
    assert message is not None
    assert message.error() is None
    return message.value()


def test_kafka_carries_a_record(kafka: Kafka, topic: str) -> None:
    produce(kafka, topic, b"one")
    assert consume(kafka, topic) == b"one"


def test_kafka_has_transactions(kafka: Kafka, topic: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "transactional.id": topic})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"in one transaction")
    producer.commit_transaction(30)
    assert consume(kafka, topic) == b"in one transaction"


def test_kafka_keeps_records_over_a_kill_and_for_a_later_server(tmp_path: Path) -> None:
    with Kafka(data=tmp_path) as kafka:
        admin = AdminClient({"bootstrap.servers": kafka.bootstrap_servers, "log_level": 0})
        admin.create_topics([NewTopic("kept", 1)])["kept"].result(20)
        produce(kafka, "kept", b"before")
        kafka.kill_process()
        kafka.start_process()
        assert consume(kafka, "kept") == b"before"
    assert kafka._class_data.exists()  # a clean end leaves class data for later starts
    with Kafka(data=tmp_path) as later:  # other ports, the same data
        assert consume(later, "kept") == b"before"


def test_kafka_says_what_is_wrong_with_its_configuration() -> None:
    with pytest.raises(ServerError, match=r"Invalid value none for configuration num\.network\.threads"):
        Kafka(properties={"num.network.threads": "none"}).start()


@pytest.mark.parametrize("name", ["mariadb", "postgres"])
def test_a_database_keeps_rows(name: str, request: pytest.FixtureRequest, unique: Callable[..., str]) -> None:
    server: MariaDB | Postgres = request.getfixturevalue(name)
    table = unique("rows")
    engine = sqlalchemy.create_engine(server.url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(f"CREATE TABLE {table} (id INT PRIMARY KEY, name VARCHAR(50))"))
        connection.execute(sqlalchemy.text(f"INSERT INTO {table} VALUES (1, :name)"), {"name": "Zoë 🦊"})
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text(f"SELECT * FROM {table}")).all() == [(1, "Zoë 🦊")]
    engine.dispose()
    assert server.sql(f"SELECT * FROM {table}") == "1\tZoë 🦊\n"


@pytest.mark.parametrize("kind", [MariaDB, Postgres])
def test_a_database_survives_a_kill_and_makes_more_databases(kind: type[MariaDB | Postgres]) -> None:
    with kind(databases=["one", "two-2"], user="alice", password="p@ss'w/rd") as server:
        server.sql("CREATE TABLE kept (id INT); INSERT INTO kept VALUES (7)", database="two-2")
        server.kill_process()
        server.start_process()
        assert server.sql("SELECT id FROM kept", database="two-2") == "7\n"
        server.create_database("three")
        server.create_database("three")
        for database in ("one", "two-2", "three"):
            engine = sqlalchemy.create_engine(server.database_url(database))
            with engine.connect() as connection:
                assert connection.execute(sqlalchemy.text("SELECT 1")).scalar() == 1
            engine.dispose()
        with pytest.raises(ServerError, match="refused the SQL"):
            server.sql("SELECT * FROM nowhere")


def test_mariadb_wants_the_password(mariadb: MariaDB) -> None:
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        pymysql.connect(host=mariadb.host, port=mariadb.port, user=mariadb.user, password="wrong")


def test_postgres_wants_the_password(postgres: Postgres) -> None:
    engine = sqlalchemy.create_engine(postgres.url.replace(":connect@", ":wrong@"))
    with pytest.raises(sqlalchemy.exc.OperationalError, match="password authentication failed"):
        engine.connect()


def test_postgres_runs_in_a_closed_directory_or_says_why_not() -> None:
    """A root's PostgreSQL runs as another user, who cannot enter a directory that only root may."""
    with tempfile.TemporaryDirectory() as closed:
        server = Postgres(data=Path(closed) / "data")
        if os.geteuid() == 0:
            with pytest.raises(ServerError, match=r"nobody.*may not enter"):
                server.start()
        else:
            with server:
                assert server.sql("SELECT 1") == "1\n"


def test_postgres_of_a_root_runs_from_an_installation_only_root_may_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    reachable = postgres_module._reachable
    monkeypatch.setattr(postgres_module, "_reachable", lambda path: path.name != "postgres" and reachable(path))
    with Postgres() as server:
        assert server.sql("SELECT 1") == "1\n"
        assert (server.directory / "installation").exists() == (os.geteuid() == 0)


def test_jdbc_urls_name_the_database(mariadb: MariaDB, postgres: Postgres) -> None:
    assert mariadb.jdbc_url() == f"jdbc:mysql://127.0.0.1:{mariadb.port}/test"
    assert postgres.jdbc_url("sales") == f"jdbc:postgresql://127.0.0.1:{postgres.port}/sales"


def test_s3_keeps_an_object(s3: S3, unique: Callable[..., str]) -> None:
    bucket = unique("bucket").replace("_", "-")[:60]
    s3.create_bucket(bucket)
    s3.create_bucket(bucket)
    client = boto3.client(
        "s3",
        endpoint_url=s3.endpoint_url,
        region_name=s3.region,
        aws_access_key_id=s3.access_key,
        aws_secret_access_key=s3.secret_key,
    )
    client.put_object(Bucket=bucket, Key="topics/a+0.json", Body=b"{}")
    assert client.get_object(Bucket=bucket, Key="topics/a+0.json")["Body"].read() == b"{}"
    client.put_object(Bucket=bucket, Key="topics/a+é .json", Body=b'{"id":1}\n{"id":2}\n')
    client.close()
    names = ["topics/a+0.json", "topics/a+é .json"]
    assert s3.keys(bucket) == names
    assert s3.keys(bucket, prefix="other") == []
    assert s3.read(bucket) == (names, [b"{}", b'{"id":1}', b'{"id":2}'])
    with pytest.raises(ServerError, match="NoSuchKey"):
        s3.get(bucket, "none")


def test_s3_lists_more_than_one_page(s3: S3, unique: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_module, "PAGE", 2)
    bucket = unique("pages").replace("_", "-")[:60]
    s3.create_bucket(bucket)
    for number in range(5):
        s3._call("PUT", f"/{bucket}/{number}")
    assert s3.keys(bucket) == [f"{number}" for number in range(5)]


def test_s3_refuses_a_bad_bucket_name(s3: S3) -> None:
    with pytest.raises(ServerError, match="InvalidBucketName"):
        s3.create_bucket("b")


def test_connect_runs_a_connector(
    connect_oracle: Connect, kafka: Kafka, unique: Callable[..., str], tmp_path: Path
) -> None:
    name, topic = unique("file_source"), unique("lines")
    (tmp_path / "input.txt").write_text("hello\n")
    config = {
        "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
        "file": str(tmp_path / "input.txt"),
        "topic": topic,
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    }
    status, answer = connect_oracle.request("POST", "/connectors", {"name": name, "config": config})
    assert (status, answer["type"]) == (201, "source")
    assert consume(kafka, topic) == b"hello"
    assert connect_oracle.request("DELETE", f"/connectors/{name}") == (204, None)
    assert connect_oracle.request("GET", f"/connectors/{name}")[0] == 404


def test_the_jvm_converts_as_connect_does(jvm: ModuleType) -> None:
    converter = jvm.JClass("org.apache.kafka.connect.json.JsonConverter")()
    converter.configure(jvm.JClass("java.util.Map").of("schemas.enable", "false"), False)
    schema = jvm.JClass("org.apache.kafka.connect.data.Schema").INT32_SCHEMA
    assert bytes(converter.fromConnectData("topic", schema, jvm.JInt(42))) == b"42"
