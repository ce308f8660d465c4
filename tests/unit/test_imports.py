"""What the worker and its slots load, and how long that takes beside ``import pydantic`` in the same minute.

The functions' modules are held in hosts/test_import_budgets.py; their times here. A slot has no use for REST, the
parent none for what runs in slots; no host loads a database driver or a cloud library before a config names one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEVER = {
    "sqlalchemy",
    "pymysql",
    "psycopg",
    "boto3",
    "botocore",
    "pyarrow",
    "aws_lambda_powertools",
    "google.protobuf",
    "connect_core.converters.protobuf",
    "connect_core.encoding.protobuf",
    "fastavro",
    "connect_core.converters.schema_registry",
    "connect_core.encoding.avro",
    "connect_core.connectors",
    "connect_core.transforms",
    "connect_core.providers",
    "connect_core.local",
    "connect_core.demo",
    "connect_core.testing",
    "connect_core.aws",
    "connect_core.converters.json_schema",
    "connect_core.encoding.json_schema",
    "jsonschema",
}
WORKER = "import connect_core.cli.main, connect_core.hosts.worker, connect_core.hosts.rest, uvicorn"
SLOT = "import connect_core.hosts.slot, connect_core.runtime.run"
FUNCTION = "import functions.{}.app"
# Ratios to `import pydantic`; quiet machines show half of them. A limit that is reached names a new heavy import.
TIMES = {
    WORKER: 6,
    SLOT: 5,
    FUNCTION.format("coordinator"): 6,
    FUNCTION.format("source_task"): 5,
    FUNCTION.format("sink_task"): 5,
}


def loaded(code: str) -> set[str]:
    """Names of the modules that are there after the code."""
    code += "\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


def seconds(code: str) -> float:
    """CPU seconds of a process that runs the code, the better of two: the clock on the wall measures its neighbours."""

    def once() -> float:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_utime + usage.ru_stime

    return min(once() for _ in range(2))


@pytest.fixture(scope="module")
def pydantic() -> float:
    """What ``import pydantic`` costs with the interpreter it needs."""
    return seconds("from pydantic import BaseModel")


@pytest.mark.parametrize(
    ("code", "more"),
    [
        (WORKER, {"connect_core.runtime.source_runner"}),
        (SLOT, {"starlette", "uvicorn", "typer", "httpx", "connect_core.rest", "connect_core.coordinator"}),
    ],
)
def test_hosts_load_nothing_that_waits_for_a_config(code: str, more: set[str]) -> None:
    found = loaded(code)
    wrong = {name for name in NEVER | more if any(m == name or m.startswith(f"{name}.") for m in found)}
    assert not wrong


def test_the_json_schema_converter_loads_the_validator_only_to_validate() -> None:
    assert not {"jsonschema", "fastavro", "google.protobuf"} & loaded("import connect_core.converters.json_schema")


def test_avro_loads_no_other_format() -> None:
    other = {"jsonschema", "fastavro", "google.protobuf", "connect_core.encoding.protobuf"}
    assert not other & loaded("import connect_core.converters.avro")


@pytest.mark.parametrize("code", TIMES)
def test_imports_stay_in_their_budget(code: str, pydantic: float) -> None:
    assert seconds(code) / pydantic < TIMES[code]
