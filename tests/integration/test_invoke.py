"""``connectless invoke``: a function's own handler behind the Lambda Runtime API, on a real broker."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connect_core.local.kafka import Kafka
from connect_core.local.venvs import checkout

EVENTS = checkout() / "docs" / "events"


@pytest.fixture
def properties(kafka: Kafka, unique: Callable[[str], str], tmp_path: Path) -> Path:
    """worker.properties of a cluster of its own."""
    group = unique("invoke")
    lines = [
        f"bootstrap.servers={kafka.bootstrap_servers}",
        f"group.id={group}",
        "key.converter=org.apache.kafka.connect.storage.StringConverter",
        "value.converter=org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.partitions=1",
        "status.storage.partitions=1",
    ]
    for kind in ("config", "offset", "status"):
        lines += [f"{kind}.storage.topic={group}-{kind}", f"{kind}.storage.replication.factor=1"]
    file = tmp_path / "worker.properties"
    file.write_text("\n".join(lines))
    return file


def invoke(function: str, event: Path, properties: Path) -> tuple[int, list[str]]:
    """Exit code and printed lines."""
    program = Path(sys.executable).with_name("connectless")
    command = [str(program), "invoke", function, "--event", str(event), "--env", str(properties)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_the_coordinator_answers_rest_and_the_source_function_runs_a_slice(properties: Path) -> None:
    code, lines = invoke("coordinator", EVENTS / "list-connectors.json", properties)
    assert code == 0, lines
    answer = json.loads(lines[-2])
    assert (answer["statusCode"], answer["body"]) == (200, "[]")
    assert lines[-1].endswith("MB of 512 MB")
    assert any(line.startswith("REPORT RequestId: ") for line in lines)
    code, lines = invoke("source", EVENTS / "source-slice.json", properties)
    assert code == 0, lines
    report = json.loads(lines[-2])
    assert (report["connector"], report["state"]) == ("load-kafka-config", "SUPERSEDED")  # nobody configured it


def test_what_is_no_slice_is_a_failed_event_and_exit_code_1(properties: Path, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"slice": {"nobody": 1}}')
    code, lines = invoke("source", event, properties)
    assert code == 1
    assert json.loads(lines[-2])["errorType"] == "DataError"
