"""A server as a child process: spawn, wait until it answers, stop, break on purpose; and the base of all servers.

Invariant: no child outlives its starter. A clean exit stops it through the context manager or ``atexit``; after a
SIGKILL of the starter the watchdog (``guard.py``) does. A parent-death signal would not do: it fires when the *thread*
that spawned the child ends, and it exists on Linux alone.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict

from connect_core.errors import Fatal

HOST = "127.0.0.1"
LOG_TAIL_BYTES = 4000


class ServerError(Fatal):
    """A local server did not start, or died; the message ends with the tail of its log."""


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all different. Another process may still take one: a start reports that clearly."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def answers(port: int) -> bool:
    """Whether something accepts connections on a local port."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


class _Guard:
    """The starter's end of the watchdog: one per process, spawned with the first server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._process: subprocess.Popen[bytes] | None = None

    def order(self, text: str) -> None:
        with self._lock:
            if self._process is None or self._owner != os.getpid():  # a forked child needs a watchdog of its own
                script = str(Path(__file__).with_name("guard.py"))
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", script], stdin=subprocess.PIPE, start_new_session=True, bufsize=0
                )
                self._owner = os.getpid()
                atexit.register(self.close)
            assert self._process.stdin is not None
            self._process.stdin.write(text.encode() + b"\n")

    def close(self) -> None:
        """End the watchdog; it stops what is still registered."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


_guard = _Guard()


class Process:
    """One child process with its log file. ``stop_signal`` is the one that ends the server cleanly."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: int = signal.SIGTERM,
    ) -> None:
        self.log = log
        self._stop_signal = stop_signal
        self._log_start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                **_identity(user),
                start_new_session=True,  # its own group: Ctrl-C in a terminal does not reach it behind our back
            )
        _guard.order(f"+ {self.pid} {int(stop_signal)}")

    @property
    def pid(self) -> int:
        """The process id, also the id of its process group."""
        return self._child.pid

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._child.poll() is None

    @property
    def killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self._child.poll() == -signal.SIGKILL

    def output(self) -> str:
        """What this process has logged so far."""
        with self.log.open("rb") as stream:
            stream.seek(self._log_start)
            return stream.read().decode(errors="replace")

    def wait_until(self, ready: Callable[[], bool], *, what: str, timeout: float = 60) -> None:
        """Wait until ``ready()``; ServerError with the log's tail when the process ends or time is over."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running:
                raise ServerError(self._failure(f"{what} ended with exit code {self._child.returncode} while starting"))
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(self._failure(f"{what} did not answer within {timeout:g} s"))
            time.sleep(0.03)

    def _failure(self, headline: str) -> str:
        tail = self.output()[-LOG_TAIL_BYTES:].strip() or "(it logged nothing)"
        return f"{headline}; the end of its log {self.log}:\n{tail}"

    def wait(self, timeout: float) -> int:
        """Wait for the end of a process that ends by itself; its exit code."""
        try:
            code = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerError(self._failure(f"{self._child.args!r} did not end within {timeout:g} s")) from None
        _guard.order(f"- {self.pid}")
        return code

    def stop(self, *, grace: float = 15) -> None:
        """Ask it to end, and kill it when it has not after ``grace`` seconds."""
        if self.running:
            self._signal(self._stop_signal)
            self._signal(signal.SIGCONT)  # a suspended process could not obey
            try:
                self._child.wait(grace)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
        self._child.wait()
        _guard.order(f"- {self.pid}")

    def kill(self) -> None:
        """SIGKILL the process and its children, as a power cut would."""
        self._signal(signal.SIGKILL)
        self._child.wait()
        _guard.order(f"- {self.pid}")

    def suspend(self) -> None:
        """Freeze it (SIGSTOP): connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End ``suspend``."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class _Identity(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _identity(user: str | None) -> _Identity:
    """``Popen`` arguments for running as another user with that user's own group and no other."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Server(ABC):
    """A server with a data directory: ``with Kafka() as kafka: ...``.

    ``start`` prepares the data once and launches; ``stop`` ends it and removes a temporary data directory.
    ``stop_process``, ``kill_process``, ``start_process``, ``restart``, ``suspend`` and ``resume`` break it on purpose
    and keep data and ports.
    """

    name: str

    def __init__(self, *, data: Path | str | None = None) -> None:
        self._given = None if data is None else Path(data).resolve()
        self._directory: Path | None = None
        self._process: Process | None = None

    @abstractmethod
    def _prepare(self) -> None:
        """Make the data directory ready to launch; called at every ``start``, so it must see what is there already."""

    @abstractmethod
    def _launch(self) -> Process:
        """Spawn the server and wait until it answers."""

    @property
    def directory(self) -> Path:
        """Where data, configuration and log are; exists from ``start`` to ``stop`` (a given one stays)."""
        if self._directory is None:
            raise ServerError(f"{self.name} was not started: call start() or use it in a with statement")
        return self._directory

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.directory / f"{self.name}.log"

    @property
    def process(self) -> Process:
        """The running process."""
        if self._process is None:
            raise ServerError(f"{self.name} is not running")
        return self._process

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.running

    def start(self) -> Self:
        """Prepare the data and launch; nothing is left behind when that fails."""
        if self._given is not None:
            self._given.mkdir(parents=True, exist_ok=True)
            self._directory = self._given
        else:
            self._directory = Path(tempfile.mkdtemp(prefix=f"connectless-{self.name}-"))
            _guard.order(f"dir {self._directory}")
        try:
            self._prepare()
            self.start_process()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the server and remove its temporary directory; harmless when it is not running."""
        self.stop_process()
        if self._directory is not None and self._given is None:
            shutil.rmtree(self._directory, ignore_errors=True)
            _guard.order(f"nodir {self._directory}")
        self._directory = None

    def start_process(self) -> None:
        """Launch on the data and ports it had before; harmless when it is running."""
        if not self.running:
            self._process = self._launch()

    def stop_process(self) -> None:
        """End the process cleanly; data and ports stay."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def kill_process(self) -> None:
        """SIGKILL the process; data and ports stay."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def restart(self) -> None:
        """Stop cleanly and start again on the same data and ports."""
        self.stop_process()
        self.start_process()

    def suspend(self) -> None:
        """Freeze the server until ``resume``."""
        self.process.suspend()

    def resume(self) -> None:
        """Let a suspended server go on."""
        self.process.resume()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
