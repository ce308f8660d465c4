"""One function as a plain process behind our own Runtime API: `python -m awslambdaric module.handler`.

Used by `connectless invoke` and, inside LocalStack, by its process executor, so that both run a function alike. The
outcomes are Lambda's: result, raised error, failed init, time-out, exit, out of memory; after a lost process the next
event starts a fresh one. Standard library only (LocalStack's environment has nothing else of ours). No parent-death
signal is set: it would follow the *thread* that started the process, and a runtime whose Runtime API is gone ends by
itself.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from connect_core.errors import ConnectError
from connect_core.local.runtime_api import PAYLOAD_LIMIT, Event, RuntimeApi, error_body

INIT_LIMIT_S = 10.0
"""Lambda's limit for the init phase; a longer one is repeated under the function's time-out: the larger one counts."""
_MEMORY_WATCH_S = 0.1
_LOG_KEEP = 500


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one event came to. ``logs`` is everything between and including Lambda's START and REPORT lines."""

    request_id: str
    payload: bytes
    error: bool
    logs: str
    duration_ms: float
    init_ms: float | None
    max_memory_mb: int

    def json(self) -> object:
        """The payload, parsed; None for an empty one."""
        return json.loads(self.payload) if self.payload else None


@dataclass(frozen=True, slots=True)
class _Cut:
    """The sandbox, not the handler, ended an event: Lambda's error document and the REPORT line's status."""

    body: bytes
    status: str


class PayloadTooLarge(ConnectError):
    """The event exceeds what Lambda accepts in a synchronous call (HTTP 413 there)."""


class FunctionProcess:
    """A function's execution environment; starts at the first event, or by `start` or `with`.

    ``code`` is the folder Lambda would mount at /var/task, ``layers`` are unpacked Lambda layers, ``env`` holds the
    function's own variables: nothing else is inherited but ``PATH``. Serve one event at a time (`invoke` is not
    reentrant); use several of these for concurrency.
    """

    def __init__(
        self,
        *,
        handler: str,
        code: Path,
        layers: Sequence[Path] = (),
        env: Mapping[str, str] | None = None,
        name: str = "function",
        version: str = "$LATEST",
        memory_mb: int = 512,
        timeout_s: float = 60,
        python: str = sys.executable,
        on_log: Callable[[str], None] | None = None,
    ) -> None:
        self.handler, self.code, self.name, self.version = handler, code, name, version
        self.memory_mb, self.timeout_s, self.python = memory_mb, timeout_s, python
        self.layers = tuple(layers)
        self._own_env = dict(env or {})
        self._on_log = on_log
        self._scratch: Path | None = None
        self._sandbox: _Sandbox | None = None
        self._init_ms: float | None = None
        self._init_failure: bytes | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Run the init phase now. A failed one is not raised: it is the answer to the next event, as on AWS."""
        if self._sandbox is not None and self._sandbox.alive:
            return
        self._discard()
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix=f"lambda-{self.name[:40]}-"))
        began = time.perf_counter()
        sandbox = self._sandbox = _Sandbox(
            [self.python, "-m", "awslambdaric", self.handler],
            cwd=self.code,
            env=self._environment(),
            on_log=self._on_log,
        )
        self._init_failure = sandbox.await_init(max(INIT_LIMIT_S, self.timeout_s))
        self._init_ms = (time.perf_counter() - began) * 1000

    def stop(self) -> None:
        """End the process, whatever it does, and remove its scratch folder."""
        self._discard()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def invoke(self, event: object, *, arn: str = "", request_id: str | None = None, trace_id: str = "") -> Invocation:
        """Run the handler on one event: JSON-serialisable, or ``bytes`` of JSON as they are."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        if len(payload) > PAYLOAD_LIMIT:
            raise PayloadTooLarge(
                f"The event has {len(payload)} bytes; Lambda accepts {PAYLOAD_LIMIT}: send fewer records."
            )
        request_id = request_id or str(uuid.uuid4())
        self.start()
        sandbox = self._sandbox
        assert sandbox is not None
        began = time.perf_counter()
        if self._init_failure is not None:
            cut: _Cut | None = _Cut(self._init_failure, status="error")
        else:
            deadline = int((time.time() + self.timeout_s) * 1000)
            sandbox.api.submit(Event(request_id, payload, arn or self._default_arn(), deadline, trace_id))
            cut = sandbox.await_answer(request_id, timeout_s=self.timeout_s, memory_mb=self.memory_mb)
        duration, memory = (time.perf_counter() - began) * 1000, sandbox.peak_memory_mb()
        if cut is not None:
            sandbox.kill()  # the next event gets a fresh process, as in a real environment
        logs = self._framed(request_id, sandbox.take_logs(), cut=cut, duration_ms=duration, memory_mb=memory)
        body, error = (cut.body, True) if cut is not None else sandbox.outcome()
        init_ms, self._init_ms, self._init_failure = self._init_ms, None, None
        return Invocation(request_id, body, error, logs, duration, init_ms, memory)

    def recent_output(self) -> str:
        """The last lines the process printed, over all events."""
        return self._sandbox.recent() if self._sandbox is not None else ""

    def _discard(self) -> None:
        if self._sandbox is not None:
            self._sandbox.kill()
            self._sandbox = None

    def _default_arn(self) -> str:
        region = self._own_env.get("AWS_REGION", "us-east-1")
        return f"arn:aws:lambda:{region}:000000000000:function:{self.name}"

    def _environment(self) -> dict[str, str]:
        folder = Path(self.python).parent
        own = self._own_env
        # The order of the real search path: the function's code first, then its layers
        packages = [str(place) for layer in self.layers for place in _package_folders(layer)]
        path = os.pathsep.join(filter(None, [str(self.code), *packages, own.get("PYTHONPATH")]))
        tools = [str(layer / "bin") for layer in self.layers]
        return {
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": own.get("AWS_REGION", "us-east-1"),
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mb),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"[{self.version}]{uuid.uuid4().hex}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            **own,
            "PATH": os.pathsep.join([str(folder), *tools, os.environ.get("PATH", os.defpath)]),
            "_HANDLER": self.handler,
            "LAMBDA_TASK_ROOT": str(self.code),
            "LAMBDA_RUNTIME_DIR": str(folder),
            "TMPDIR": str(self._scratch),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": path,
        }

    def _framed(self, rid: str, printed: str, *, cut: _Cut | None, duration_ms: float, memory_mb: int) -> str:
        """What was printed, between the lines Lambda writes itself."""
        if cut is not None and cut.status == "timeout":
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            printed += f"{stamp} {rid} Task timed out after {self.timeout_s:.2f} seconds\n"
        if printed and not printed.endswith("\n"):
            printed += "\n"
        report = [
            f"REPORT RequestId: {rid}",
            f"Duration: {duration_ms:.2f} ms",
            f"Billed Duration: {int(duration_ms + (self._init_ms or 0)) + 1} ms",
            f"Memory Size: {self.memory_mb} MB",
            f"Max Memory Used: {memory_mb} MB",
        ]
        if self._init_ms is not None:
            report.append(f"Init Duration: {self._init_ms:.2f} ms")
        if cut is not None:
            report.append(f"Status: {cut.status}")
        start = f"START RequestId: {rid} Version: {self.version}\n"
        return f"{start}{printed}END RequestId: {rid}\n" + "\t".join(report) + "\n"


def _package_folders(layer: Path) -> list[Path]:
    """Where Python modules are in an unpacked layer."""
    return [*sorted(layer.glob("python/lib/python3.*/site-packages")), layer / "python"]


class _Sandbox:
    """One runtime process with its Runtime API and its captured output."""

    def __init__(
        self, command: list[str], *, cwd: Path, env: dict[str, str], on_log: Callable[[str], None] | None
    ) -> None:
        self.api = RuntimeApi()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**env, "AWS_LAMBDA_RUNTIME_API": self.api.address},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,  # one kill reaches the children too
        )
        assert self._process.stdout is not None
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._on_log = on_log
        self._lock = threading.Lock()
        self._unread: list[str] = []
        self._recent: list[str] = []
        self._peak_kb = 0
        threading.Thread(target=self._pump, daemon=True, name=f"function-log-{self._process.pid}").start()
        threading.Thread(target=self._watch, daemon=True, name=f"function-exit-{self._process.pid}").start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def await_init(self, limit_s: float) -> bytes | None:
        """None once the runtime asks for its first event, else the JSON of what went wrong."""
        api = self.api
        api.wait(lambda: api.ready or api.init_error is not None or not self.alive, limit_s)
        if api.init_error is not None:
            return api.init_error
        if api.ready:
            return None
        if self.alive:
            return error_body("Sandbox.Timedout", f"Error: Init timed out after {limit_s:.2f} seconds")
        return error_body("Runtime.ExitError", f"Error: {self._exit_text()}")

    def await_answer(self, request_id: str, *, timeout_s: float, memory_mb: int) -> _Cut | None:
        """None once the event in flight is answered, else how the sandbox cut it off."""

        def cut(kind: str, message: str, status: str = "error") -> _Cut:
            return _Cut(error_body(kind, f"RequestId: {request_id} Error: {message}"), status)

        api, end = self.api, time.monotonic() + timeout_s
        while (left := end - time.monotonic()) > 0:
            # Memory is watched, not limited: an address-space limit would count librdkafka's and Arrow's reservations.
            if api.wait(lambda: api.answer is not None or not self.alive, min(left, _MEMORY_WATCH_S)):
                return None if api.answer is not None else cut("Runtime.ExitError", self._exit_text())
            if self._memory_kb() > memory_mb * 1024:
                return cut("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
        return cut("Sandbox.Timedout", f"Task timed out after {timeout_s:.2f} seconds", "timeout")

    def outcome(self) -> tuple[bytes, bool]:
        """Body of the answered event and whether the handler raised."""
        assert self.api.answer is not None
        return self.api.answer.body, self.api.answer.error

    def peak_memory_mb(self) -> int:
        """The most resident memory the process ever had; 0 where the system does not tell."""
        self._memory_kb()
        return self._peak_kb // 1024

    def kill(self) -> None:
        """End the process group and the API."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.api.close()

    def take_logs(self) -> str:
        """Everything printed since the last call."""
        with self._lock:
            self._drain()
            printed, self._unread = "".join(self._unread), []
        return printed

    def recent(self) -> str:
        with self._lock:
            return "".join(self._recent)

    def _exit_text(self) -> str:
        code = self._process.wait()
        if code == 0:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        sign = signal.strsignal(-code) or f"signal {-code}"
        return f"Runtime exited with error: signal: {sign.lower()}"

    def _memory_kb(self) -> int:
        """Resident memory now; remembers the peak."""
        try:
            text = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0  # gone, or a system without /proc
        sizes = {
            name: rest.split()[0]
            for name, _, rest in (line.partition(":") for line in text.splitlines())
            if rest.split()
        }
        self._peak_kb = max(self._peak_kb, int(sizes.get("VmHWM", 0)))
        return int(sizes.get("VmRSS", 0))

    def _watch(self) -> None:
        self._process.wait()
        self.api.wake()

    def _pump(self) -> None:
        """Read output as it comes, so that the pipe never fills and `on_log` is live."""
        open_ = True
        while open_:
            select.select([self._pipe], [], [])
            with self._lock:
                open_ = self._drain()
        self._pipe.close()

    def _drain(self) -> bool:
        """Under the lock, take what the pipe holds now; False at its end."""
        while not self._pipe.closed:
            try:
                chunk = os.read(self._pipe.fileno(), 65536)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            text = self._decode(chunk)
            self._unread.append(text)
            self._recent = [*self._recent[-_LOG_KEEP:], text]
            if self._on_log is not None:
                self._on_log(text)
        return False
