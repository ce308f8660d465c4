"""A slot process that dies at any line: its slices run again in a new one, each record arrives once (I7)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from connect_core.hosts.settings import check
from connect_core.hosts.worker import Worker
from connect_core.kafka.log import TopicLog
from connect_core.local.kafka import Kafka
from tests.integration.workers import until


def test_slices_of_a_killed_slot_start_again(
    kafka: Kafka, topic: str, unique: Callable[[str], str], tmp_path: Path
) -> None:
    group, load = unique("group"), unique("load")
    properties = {
        "bootstrap.servers": kafka.bootstrap_servers,
        "group.id": group,
        "key.converter": "StringConverter",
        "value.converter": "StringConverter",
        **{f"{kind}.storage.topic": f"{group}-{kind}" for kind in ("config", "offset", "status")},
        **{f"{kind}.storage.replication.factor": "1" for kind in ("config", "offset", "status")},
        "offset.storage.partitions": "1",
        "status.storage.partitions": "1",
    }
    source = tmp_path / "in"
    source.write_text("".join(f"{n}\n" for n in range(100)))
    worker = Worker(check(properties, standalone=False))
    log = TopicLog(topic, {"bootstrap.servers": kafka.bootstrap_servers})
    seen: list[int] = []

    def read() -> list[int]:
        seen.extend(int(record.value or b"") for record in log.read_to_end())
        return seen

    worker.start()
    try:
        worker.coordinator.put_config(
            load, {"connector.class": "FileStreamSource", "file": str(source), "topic": topic, "batch.size": "7"}
        )
        until(lambda: worker.coordinator.topics(load) == [topic], "the first records are there")
        for number in range(100, 300, 100):
            killed = {slot.process.pid or 0 for slot in worker.pool._slots.values()}
            with source.open("a") as more:  # while it reads these, it dies
                more.write("".join(f"{n}\n" for n in range(number, number + 100)))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            until(lambda most=number + 100: len(read()) >= most, "all lines have arrived")  # type: ignore[misc]
            assert killed.isdisjoint(slot.process.pid for slot in worker.pool._slots.values())
        assert read() == list(range(300))
    finally:
        worker.close()
        log.close()
