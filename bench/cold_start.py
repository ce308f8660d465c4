"""Cold start of the source function: from the invocation to its first record in Kafka, on the local AWS.

    python bench/cold_start.py [--rounds 7] [--limit-ms 1500]

The real template is deployed; each round changes the function's description, so that Lambda must start a new
environment, adds a row and invokes one slice. `visible` is when a read-committed consumer has the record, `produced`
the time stamp the producer gave it, both after the invocation; `init` and `billed` are from Lambda's REPORT line. Exit
code 1 if the median of `produced` is over the limit.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from confluent_kafka import Consumer

from connect_core.aws.calls import slice_call
from connect_core.demo import connectors
from connect_core.demo.aws import Rest
from connect_core.demo.shop import Shop, SQLite
from connect_core.demo.story import until
from connect_core.local.kafka import Kafka
from connect_core.local.localstack import LocalStack
from connect_core.local.venvs import checkout
from connect_core.runtime.slice import SliceRequest

STACK = "cold"
CONNECTOR = "jdbc_source_orders"
_INIT = re.compile(r"Init Duration: ([\d.]+) ms")
_BILLED = re.compile(r"Billed Duration: (\d+) ms")


@dataclass(frozen=True)
class Round:
    """Milliseconds after the invocation."""

    produced: float
    visible: float
    init: float
    billed: float


class Watcher(threading.Thread):
    """Notes when the next record of a topic can be read."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        super().__init__(daemon=True)
        self._consumer = Consumer(
            {
                "bootstrap.servers": bootstrap,
                "group.id": "cold-start-watcher",
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 10,
            }
        )
        self._consumer.subscribe([topic])
        self._ended = threading.Event()
        self.found: list[tuple[float, float]] = []

    def run(self) -> None:
        while not self._ended.is_set():
            message = self._consumer.poll(0.2)
            if message is not None and message.error() is None:
                self.found.append((time.time(), message.timestamp()[1] / 1000))
        self._consumer.close()

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def wait(self, count: int) -> tuple[float, float]:
        until(lambda: len(self.found) >= count, "the record is there")
        return self.found[count - 1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit-ms", type=float, default=1500)
    given = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kafka, aws = stack.enter_context(Kafka()), stack.enter_context(LocalStack(progress=_installing))
        shop = Shop(SQLite(home / "orders.db"), SQLite(home / "crm.db"))
        shop.create()
        shop.place(1)
        bench = ColdStarts(kafka, aws, shop)
        stack.callback(bench.close)
        rounds = [bench.round(number) for number in range(given.rounds)]
    _print(rounds)
    median = statistics.median(each.produced for each in rounds)
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"median {median:.0f} ms to the first produced record, limit {given.limit_ms:.0f} ms; load {load}")
    return 0 if median <= given.limit_ms else 1


class ColdStarts:
    """The deployed stack with one source connector, and what is done to it."""

    def __init__(self, kafka: Kafka, aws: LocalStack, shop: Shop) -> None:
        self.shop = shop
        env = aws.env()
        self._lambda = boto3.client(
            "lambda",
            endpoint_url=aws.endpoint_url,
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        )
        parameters = {"BootstrapServers": kafka.bootstrap_servers, "ReplicationFactor": "1", "OffsetPartitions": "5"}
        root = checkout()
        outputs = aws.deploy(
            root / "template.yaml",
            stack=STACK,
            parameters=parameters | {"MinuteRule": "DISABLED"},
            into=root / ".aws-sam" / "bench",
        )
        self._function = outputs["SourceTaskFunction"]
        self._rest = Rest(aws, outputs["RestUrl"])
        self._watcher = Watcher(kafka.bootstrap_servers, connectors.ORDERS_TOPIC)
        self._watcher.start()
        self._rest.call("POST", "/connectors", connectors.orders_source(shop.orders))
        self._watcher.wait(1)
        self._count = 1
        self._generation = self._find_generation()

    def close(self) -> None:
        self._watcher.stop()

    def round(self, number: int) -> Round:
        """One cold start."""
        self._lambda.update_function_configuration(FunctionName=self._function, Description=f"round {number}")
        self._lambda.get_waiter("function_updated_v2").wait(FunctionName=self._function, WaiterConfig={"Delay": 1})
        self.shop.place(1)
        self._count += 1
        request = SliceRequest(
            connector=CONNECTOR,
            task=0,
            generation=self._generation,
            lease_end=time.time() + 55,
            worker_id=f"{STACK}:8083",
        )
        begin = time.time()
        answer = self._lambda.invoke(
            FunctionName=self._function, Payload=json.dumps(slice_call(request)), LogType="Tail"
        )
        told = json.loads(answer["Payload"].read())
        if told.get("records") != 1:
            raise SystemExit(f"The slice did not bring the row: {told}")
        tail = base64.b64decode(answer["LogResult"]).decode()
        visible, produced = self._watcher.wait(self._count)
        return Round((produced - begin) * 1000, (visible - begin) * 1000, _number(_INIT, tail), _number(_BILLED, tail))

    def _find_generation(self) -> int:
        """From the log line of the slice that creation ran."""
        client: Any = boto3.client("logs", **_same_place(self._lambda))
        pattern = re.compile(rf'"connector":"{CONNECTOR}","task":0,"generation":(\d+)')

        def look() -> list[str]:
            events = client.filter_log_events(logGroupName=f"/aws/lambda/{self._function}")["events"]
            return [found for event in events for found in pattern.findall(event["message"])]

        until(lambda: bool(look()), "the first slice has ended")
        return int(look()[-1])


def _same_place(client: Any) -> dict[str, str]:
    return {
        "endpoint_url": client.meta.endpoint_url,
        "region_name": client.meta.region_name,
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }


def _number(pattern: re.Pattern[str], text: str) -> float:
    found = pattern.search(text)
    return float(found[1]) if found else 0.0


def _installing(line: str) -> None:
    if line.startswith("Installing"):
        print(line)


def _print(rounds: list[Round]) -> None:
    print(f"{'':8}{'produced':>10}{'visible':>10}{'init':>10}{'billed':>10}   ms")
    for number, each in enumerate(rounds, 1):
        print(f"{number:8}{each.produced:10.0f}{each.visible:10.0f}{each.init:10.0f}{each.billed:10.0f}")


if __name__ == "__main__":
    raise SystemExit(main())
