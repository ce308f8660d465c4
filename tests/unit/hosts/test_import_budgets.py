"""What a cold start loads: each function's modules, and what must not be among them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NEVER = {
    "boto3": "made when something is called",
    "botocore.session": "made when something is called",
    "sqlalchemy": "a guest's",
    "aws_xray_sdk": "only where tracing is on",
    "starlette": "the worker's",
    "uvicorn": "the worker's",
    "typer": "the command line's",
    "httpx": "nothing here is a client",
    "multiprocessing.pool": "slices run in the function",
    "connect_core.local": "not in the layer",
    "connect_core.demo": "not in the layer",
    "connect_core.testing": "not in the layer",
    "connect_core.cli": "not in the layer",
    "connect_core.hosts.worker": "another host",
    "connect_core.hosts.pool": "another host",
    "connect_core.connectors": "found by name, when a config names one",
    "connect_core.transforms": "found by name",
    "connect_core.providers": "found by name",
}
TASKS = NEVER | {"connect_core.rest": "the coordinator's", "connect_core.coordinator.execute": "the coordinator's"}


def loaded(function: str) -> set[str]:
    """Modules that are there once the function's handler is."""
    code = "import sys, json; sys.path.insert(0, sys.argv[1]); import app; print(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-c", code, str(ROOT / "functions" / function)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(("function", "never"), [("coordinator", NEVER), ("source_task", TASKS), ("sink_task", TASKS)])
def test_a_cold_start_loads_what_it_needs(function: str, never: dict[str, str]) -> None:
    found = loaded(function)
    wrong = {name: why for name, why in never.items() if any(m == name or m.startswith(f"{name}.") for m in found)}
    assert not wrong
    assert {"confluent_kafka", "connect_core.java.properties"} <= found


@pytest.mark.parametrize("function", ["source_task", "sink_task"])
def test_what_runs_a_slice_is_loaded_before_the_first_event(function: str) -> None:
    """The start of an instance has a whole processor; the first event has only its memory's share of one."""
    assert {"connect_core.runtime.run", "connect_core.storage.offset_store", "orjson"} <= loaded(function)
