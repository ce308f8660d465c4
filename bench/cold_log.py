"""How long the internal topics take to read: cold, warm, and with nothing new. Needs a broker.

python -m bench cold_log 127.0.0.1:9092 [records]
"""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from collections.abc import Callable

from connect_core.kafka import clients, topics
from connect_core.kafka.log import TopicLog
from connect_core.kafka.message import Message
from connect_core.kafka.transactions import Producer, TransactionalProducer

ROUNDS = 9


def milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def show(what: str, samples: list[float]) -> None:
    print(f"{what:<44} median {statistics.median(samples):8.1f} ms   max {max(samples):8.1f} ms")


def cold(topic: str, props: dict[str, str]) -> None:
    log = TopicLog(topic, props)
    log.read_to_end()
    log.close()


def init(props: dict[str, str]) -> None:
    producer = TransactionalProducer({**props, "transactional.id": f"bench-{uuid.uuid4().hex[:8]}"})
    producer.init()
    producer.close()


def rates(topic: str, props: dict[str, str], records: int) -> None:
    """Producing inside a transaction: one call per record against the library's batch call."""
    producer = TransactionalProducer({**props, "transactional.id": f"bench-{uuid.uuid4().hex[:8]}"})
    producer.init()
    messages = [Message(topic, b"key-%d" % n, b"x" * 100) for n in range(records)]
    producer.begin()

    def one_by_one() -> None:
        producer.send(messages)
        producer.commit()

    took = milliseconds(one_by_one)
    print(f"{'send, one call per record':<44} {records / took * 1000:12.0f} records/s")
    client = clients.producer({**props, "transactional.id": f"bench-{uuid.uuid4().hex[:8]}"})
    client.init_transactions(30)
    client.begin_transaction()

    def batch() -> None:
        client.produce_batch(topic, [{"key": m.key, "value": m.value} for m in messages])
        client.commit_transaction(60)

    took = milliseconds(batch)
    print(f"{'produce_batch':<44} {records / took * 1000:12.0f} records/s")
    producer.close()
    client.close()


def measure(bootstrap: str, records: int) -> None:
    props = {"bootstrap.servers": bootstrap}
    topic = f"bench-log-{uuid.uuid4().hex[:8]}"
    topics.create_topic(props, topic, partitions=25, replication_factor=1, settings={"cleanup.policy": "compact"})
    show("cold, empty topic of 25 partitions", [milliseconds(lambda: cold(topic, props)) for _ in range(ROUNDS)])
    producer = Producer(props)
    producer.send(Message(topic, b"key-%d" % n, b'{"position":%d}' % n) for n in range(records))
    producer.flush()
    show(f"cold, {records} records", [milliseconds(lambda: cold(topic, props)) for _ in range(ROUNDS)])
    log = TopicLog(topic, props)
    log.read_to_end()
    show("nothing new", [milliseconds(log.read_to_end) for _ in range(ROUNDS)])
    show("init of a transactional producer", [milliseconds(lambda: init(props)) for _ in range(ROUNDS)])
    rates(topic, props, 50_000)
    producer.close()
    log.close()
    admin = clients.admin(props)
    admin.delete_topics([topic])[topic].result()


def main() -> None:
    measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)


if __name__ == "__main__":
    main()
