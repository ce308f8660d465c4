"""A JDBC sink slice, topic to table, beside a script by hand that consumes, loads and inserts the same.

``python -m bench sink``. The script has the raw consumer, orjson and the driver's executemany, and inserts texts and
numbers as they stand in the document. Both run in this process; ``jdbc_sink`` measures the task alone.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pymysql
from confluent_kafka import Consumer, Producer

from bench.figures import cpu, rate
from bench.slices import Slices
from connect_core.converters import JsonConverter
from connect_core.data import date_schema, decimal_schema, struct, timestamp_schema
from connect_core.data.schema import FLOAT64, INT16, INT64, OPTIONAL_INT32, STRING
from connect_core.local.kafka import Kafka
from connect_core.local.mariadb import MariaDB

TOPIC, ROWS, BATCH, ROUNDS = "bench_rows", 50_000, 3000, 2
SCHEMA = struct(
    [
        ("id", INT64),
        ("customer", STRING),
        ("amount", decimal_schema(2)),
        ("score", FLOAT64),
        ("created", timestamp_schema()),
        ("day", date_schema()),
        ("ok", INT16),
        ("note", STRING),
        ("qty", OPTIONAL_INT32),
        ("updated", timestamp_schema()),
    ]
)


def main() -> None:
    with Kafka() as kafka, MariaDB() as server:
        fill(kafka)
        slices = Slices(kafka.bootstrap_servers, "bench-sink")
        ours = [cpu(partial(through_slice, slices, server, number)) for number in range(ROUNDS)]
        raw = [cpu(partial(by_hand, kafka, server, number)) for number in range(ROUNDS)]
        rate("sink slice", ROWS / min(ours), ROWS / min(raw), against="script by hand")
        slices.close()


def fill(kafka: Kafka) -> None:
    converter = JsonConverter()
    converter.configure({}, is_key=False)
    encode = converter.encoder(TOPIC, SCHEMA)
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "partitioner": "murmur2_random"})
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(ROWS):
        value = {
            "id": number,
            "customer": f"customer {number}",
            "amount": Decimal(number).scaleb(-2),
            "score": number / 3,
            "created": start + timedelta(seconds=number),
            "day": date(2024, 1, 1 + number % 28),
            "ok": number % 2,
            "note": "note " * 8,
            "qty": number % 10 or None,
            "updated": start + timedelta(seconds=number),
        }
        producer.produce(TOPIC, encode(value))
        if number % 1000 == 0:
            producer.poll(0)
    producer.flush()


def through_slice(slices: Slices, server: MariaDB, number: int) -> None:
    """Start of the task and making the table included."""
    config = {
        "name": f"sink-{number}",
        "connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector",
        "connection.url": server.jdbc_url(),
        "connection.user": server.user,
        "connection.password": server.password,
        "topics": TOPIC,
        "table.name.format": f"ours_{number}",
        "auto.create": "true",
        "batch.size": str(BATCH),
        "function.idle.ms": "1000",
    }
    report = slices.run(slices.create(config["name"], config, config))
    if report.records != ROWS:
        raise SystemExit(f"The slice took {report.records} of {ROWS} rows")


def by_hand(kafka: Kafka, server: MariaDB, number: int) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": kafka.bootstrap_servers,
            "group.id": f"by-hand-{time.monotonic_ns()}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe([TOPIC])
    connection: Any = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, database=server.databases[0]
    )
    names = [field.name for field in SCHEMA.fields]
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE by_hand_{number} ({', '.join(f'{name} TEXT' for name in names)})")
        insert = f"INSERT INTO by_hand_{number} VALUES ({', '.join(['%s'] * len(names))})"
        count = 0
        while count < ROWS:
            messages = consumer.consume(BATCH, 1.0)
            rows = [tuple(orjson.loads(m.value() or b"")["payload"].values()) for m in messages if m.error() is None]
            if rows:
                cursor.executemany(insert, rows)
                connection.commit()
                consumer.commit(asynchronous=False)
            count += len(rows)
    consumer.close()


if __name__ == "__main__":
    main()
