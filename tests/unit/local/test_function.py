"""A function process behind the Runtime API, driven by the real `awslambdaric`: every way an event can end."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

import connect_core.errors
from connect_core.local import function, runtime_api
from connect_core.local.function import FunctionProcess, PayloadTooLarge
from connect_core.local.runtime_api import PAYLOAD_LIMIT, Event, RuntimeApi

HANDLER = """
import os, sys, time

CALLS = []

def handler(event, context):
    CALLS.append(1)
    match event.get("do"):
        case "raise":
            raise ValueError("boom")
        case "sleep":
            print("going to sleep")
            time.sleep(60)
        case "exit":
            print("leaving")
            sys.stdout.flush()
            os._exit(event["code"])
        case "print":
            print("hällo", event["text"])
        case "env":
            return dict(os.environ)
        case "memory":
            held = bytearray(200 * 1024 * 1024)
            held[::4096] = b"x" * len(held[::4096])
            time.sleep(60)
        case "big":
            return "x" * event["size"]
    return {
        "calls": len(CALLS), "event": event, "arn": context.invoked_function_arn, "id": context.aws_request_id,
        "left": context.get_remaining_time_in_millis(), "pid": os.getpid(), "memory": context.memory_limit_in_mb,
        "name": context.function_name, "version": context.function_version,
    }
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(HANDLER)
    return tmp_path


@pytest.fixture
def running(code: Path) -> Iterator[FunctionProcess]:
    with FunctionProcess(handler="app.handler", code=code, env={"MINE": "1"}, timeout_s=5, memory_mb=256) as process:
        yield process


def test_the_result_and_the_context_are_lambdas(running: FunctionProcess) -> None:
    arn = "arn:aws:lambda:eu-west-1:1:function:f:live"
    result = running.invoke({"a": 1}, arn=arn, request_id="r-1")
    answer = result.json()
    assert isinstance(answer, dict)
    assert not result.error
    assert (answer["event"], answer["arn"], answer["id"], answer["calls"]) == ({"a": 1}, arn, "r-1", 1)
    assert (answer["memory"], answer["name"], answer["version"]) == ("256", "function", "$LATEST")
    assert 0 < answer["left"] <= 5000
    assert result.max_memory_mb > 5


def test_the_process_stays_warm_and_reports_its_init_once(running: FunctionProcess) -> None:
    first, second = running.invoke({}), running.invoke({})
    assert first.init_ms is not None
    assert second.init_ms is None
    assert json.loads(first.payload)["pid"] == json.loads(second.payload)["pid"]
    assert "Init Duration" in first.logs
    assert "Init Duration" not in second.logs


def test_logs_are_framed_as_lambda_frames_them(running: FunctionProcess) -> None:
    lines = running.invoke({"do": "print", "text": "wörld"}, request_id="r-2").logs.splitlines()
    assert lines[0] == "START RequestId: r-2 Version: $LATEST"
    assert lines[1:-2] == ["hällo wörld"]
    assert lines[-2] == "END RequestId: r-2"
    assert lines[-1].startswith("REPORT RequestId: r-2\tDuration: ")
    assert "\tMemory Size: 256 MB\tMax Memory Used: " in lines[-1]


def test_output_is_also_handed_on_as_it_comes(code: Path) -> None:
    heard: list[str] = []
    with FunctionProcess(handler="app.handler", code=code, on_log=heard.append) as process:
        process.invoke({"do": "print", "text": "live"})
    assert "".join(heard) == "hällo live\n"


def test_a_raised_error_is_answered_and_the_process_goes_on(running: FunctionProcess) -> None:
    result = running.invoke({"do": "raise"})
    answer = json.loads(result.payload)
    assert result.error
    assert (answer["errorType"], answer["errorMessage"]) == ("ValueError", "boom")
    assert json.loads(running.invoke({}).payload)["calls"] == 2


def test_a_timeout_kills_the_process_and_the_next_event_gets_a_fresh_one(code: Path) -> None:
    with FunctionProcess(handler="app.handler", code=code, timeout_s=0.5) as process:
        first = json.loads(process.invoke({}).payload)["pid"]
        result = process.invoke({"do": "sleep"}, request_id="r-3")
        answer = json.loads(result.payload)
        again = process.invoke({})
    assert result.error
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"] == "RequestId: r-3 Error: Task timed out after 0.50 seconds"
    assert "going to sleep\n" in result.logs
    assert "r-3 Task timed out after 0.50 seconds\nEND RequestId: r-3" in result.logs
    assert result.logs.endswith("\tStatus: timeout\n")
    assert json.loads(again.payload)["calls"] == 1
    assert again.init_ms is not None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


@pytest.mark.parametrize(
    ("code_", "message"),
    [(3, "Runtime exited with error: exit status 3"), (0, "Runtime exited without providing a reason")],
)
def test_an_exit_inside_the_handler_is_an_error_and_not_the_end(
    running: FunctionProcess, code_: int, message: str
) -> None:
    result = running.invoke({"do": "exit", "code": code_}, request_id="r-4")
    assert json.loads(result.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: r-4 Error: {message}",
    }
    assert "leaving\n" in result.logs
    assert json.loads(running.invoke({}).payload)["calls"] == 1


def test_too_much_memory_ends_the_event(code: Path) -> None:
    with FunctionProcess(handler="app.handler", code=code, memory_mb=100, timeout_s=30) as process:
        result = process.invoke({"do": "memory"})
    assert json.loads(result.payload)["errorType"] == "Runtime.OutOfMemory"
    assert result.max_memory_mb > 100


def test_a_failed_init_is_the_answer_to_the_next_event_and_then_tried_again(code: Path) -> None:
    with FunctionProcess(handler="app.nothing", code=code) as process:
        result = process.invoke({})
        assert json.loads(result.payload)["errorType"] == "Runtime.HandlerNotFound"
        assert result.error
        process.handler = "app.handler"
        assert not process.invoke({}).error


def test_an_import_error_is_told_with_its_trace(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import no_such_module")
    with FunctionProcess(handler="app.handler", code=tmp_path) as process:
        answer = json.loads(process.invoke({}).payload)
    assert answer["errorType"] == "Runtime.ImportModuleError"
    assert "no_such_module" in answer["errorMessage"]


def test_a_module_that_exits_while_it_is_loaded_is_a_failed_init(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import os; print('half way', flush=True); os._exit(7)")
    with FunctionProcess(handler="app.handler", code=tmp_path) as process:
        result = process.invoke({})
    assert json.loads(result.payload)["errorMessage"] == "Error: Runtime exited with error: exit status 7"
    assert "half way\n" in result.logs


def test_only_the_functions_own_variables_reach_it(running: FunctionProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOT_FOR_IT", "secret")
    running.stop()
    seen = json.loads(running.invoke({"do": "env"}).payload)
    assert seen["MINE"] == "1"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert "NOT_FOR_IT" not in seen
    assert Path(seen["TMPDIR"]).is_dir()
    running.stop()
    assert not Path(seen["TMPDIR"]).exists()


def test_an_idle_process_ends_with_its_killed_starter(code: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from connect_core.local.function import FunctionProcess\n"
        f"process = FunctionProcess(handler='app.handler', code=Path({str(code)!r}))\n"
        "print(process.invoke({}).json()['pid'], flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        function_pid = int(starter.stdout.readline())
        starter.kill()
    end = time.monotonic() + 20
    while _runs(function_pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be reaped."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_layers_are_searched_after_the_code(tmp_path: Path) -> None:
    code, layer = tmp_path / "code", tmp_path / "layer"
    for folder, text in (
        (code, "import shared, deep\ndef handler(event, context): return [shared.WHO, deep.WHO]\n"),
        (layer / "python", ""),
        (layer / "python" / "lib" / "python3.13" / "site-packages", ""),
    ):
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(text)
        (folder / "shared.py").write_text(f"WHO = {folder.name!r}")
    (layer / "python" / "deep.py").write_text("WHO = 'layer'")
    (code / "shared.py").unlink()
    with FunctionProcess(handler="app.handler", code=code, layers=[layer]) as process:
        assert process.invoke({}).json() == ["site-packages", "layer"]


def test_payloads_over_lambdas_limit_are_refused_both_ways(running: FunctionProcess) -> None:
    with pytest.raises(PayloadTooLarge, match="6291556"):
        running.invoke(b'"' + b"x" * PAYLOAD_LIMIT + b'"')
    fits = running.invoke({"do": "big", "size": PAYLOAD_LIMIT - 2})
    assert len(fits.payload) == PAYLOAD_LIMIT
    assert not fits.error
    over = running.invoke({"do": "big", "size": PAYLOAD_LIMIT})
    assert json.loads(over.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_the_api_refuses_an_answer_to_an_event_it_did_not_send() -> None:
    api = RuntimeApi()
    api.submit(Event("mine", b"{}", "arn", 0))
    url = f"http://{api.address}/2018-06-01/runtime/invocation/other/response"
    with pytest.raises(urllib.error.HTTPError, match="400") as refused:
        urllib.request.urlopen(urllib.request.Request(url, data=b"{}", method="POST"))
    refused.value.close()
    assert api.answer is None
    api.close()


def test_what_localstack_imports_needs_nothing_but_the_standard_library() -> None:
    allowed = set(sys.stdlib_module_names) | {"connect_core"}
    for module in (function, runtime_api, connect_core.errors, connect_core, connect_core.local):
        tree = ast.parse(Path(module.__file__ or "").read_text())
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {name.partition(".")[0] for name in names} <= allowed, module.__name__
