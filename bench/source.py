"""A JDBC source slice, table to committed topic, beside a script by hand that fetches, dumps and produces the same.

``python -m bench source``. The script has the raw driver, orjson and the raw producer, one transaction per batch, but
no types: values go out as the driver gives them. Both run in this process.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import orjson
import pymysql
from confluent_kafka import Producer

from bench.figures import cpu, rate
from bench.slices import Slices, rows_sql
from connect_core.local.kafka import Kafka
from connect_core.local.mariadb import MariaDB

ROWS, BATCH, ROUNDS = 50_000, 1000, 2


def main() -> None:
    with Kafka() as kafka, MariaDB() as server:
        for statement in rows_sql("orders", ROWS):
            server.sql(statement)
        slices = Slices(kafka.bootstrap_servers, "bench-source")
        ours = [cpu(partial(through_slice, slices, server, number)) for number in range(ROUNDS)]
        raw = [cpu(lambda: by_hand(kafka, server)) for _ in range(ROUNDS)]
        fetch = [cpu(lambda: fetch_only(server)) for _ in range(ROUNDS)]
        rate("source slice", ROWS / min(ours), ROWS / min(raw), against="script by hand")
        rate("source slice", ROWS / min(ours), ROWS / min(fetch), against="fetch alone   ")
        slices.close()


def through_slice(slices: Slices, server: MariaDB, number: int) -> None:
    """Start of the task included."""
    config = {
        "name": f"source-{number}",
        "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
        "connection.url": server.jdbc_url(),
        "connection.user": server.user,
        "connection.password": server.password,
        "table.whitelist": "orders",
        "mode": "incrementing",
        "incrementing.column.name": "id",
        "topic.prefix": f"bench-{number}-",
        "batch.max.rows": str(BATCH),
    }
    task = config | {"tables": f"`{server.databases[0]}`.`orders`", "tables.fetched": "true"}
    report = slices.run(slices.create(config["name"], config, task))
    if report.records != ROWS:
        raise SystemExit(f"The slice brought {report.records} of {ROWS} rows")


def connect(server: MariaDB) -> Any:
    return pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, database=server.databases[0]
    )


def by_hand(kafka: Kafka, server: MariaDB) -> None:
    producer = Producer(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "transactional.id": f"by-hand-{time.monotonic_ns()}",
            "linger.ms": 1000,
        }
    )
    producer.init_transactions()
    with connect(server) as connection, connection.cursor(pymysql.cursors.SSCursor) as cursor:
        cursor.execute("SELECT * FROM orders ORDER BY id")
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(BATCH):
            producer.begin_transaction()
            for row in rows:
                producer.produce("by-hand", orjson.dumps(dict(zip(names, row, strict=True)), default=str))
            producer.commit_transaction()


def fetch_only(server: MariaDB) -> None:
    with connect(server) as connection, connection.cursor(pymysql.cursors.SSCursor) as cursor:
        cursor.execute("SELECT * FROM orders ORDER BY id")
        while cursor.fetchmany(BATCH):
            pass


if __name__ == "__main__":
    main()
