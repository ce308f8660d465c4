"""Child processes: honest failures, clean ends, and none that outlives its starter."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connect_core.local.process import Process, Server, ServerError, answers, free_ports

LISTEN = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
print("listening", flush=True)
while True:
    server.accept()[0].close()
"""


def python(*arguments: str) -> list[str]:
    return [sys.executable, "-I", "-c", *arguments]


class Listener(Server):
    """The smallest real server."""

    name = "listener"

    def __init__(self, *, data: Path | None = None, script: str = LISTEN) -> None:
        super().__init__(data=data)
        self.port = free_ports(1)[0]
        self.script = script

    def _prepare(self) -> None:
        (self.directory / "prepared").touch()

    def _launch(self) -> Process:
        process = Process(python(self.script, str(self.port)), log=self.log)
        process.wait_until(lambda: answers(self.port), what="the listener", timeout=20)
        return process


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has), given some time."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert not any(answers(port) for port in ports)


def test_a_server_answers_between_start_and_stop() -> None:
    with Listener() as server:
        directory, pid = server.directory, server.process.pid
        assert answers(server.port)
        assert (directory / "prepared").exists()
        assert "listening" in server.log.read_text()
    assert gone(pid)
    assert not directory.exists()
    assert not answers(server.port)


def test_a_given_directory_stays(tmp_path: Path) -> None:
    with Listener(data=tmp_path / "new"):
        pass
    assert (tmp_path / "new" / "listener.log").exists()


def test_restart_keeps_port_and_directory() -> None:
    with Listener() as server:
        before = (server.port, server.directory, server.process.pid)
        server.restart()
        assert (server.port, server.directory) == before[:2]
        assert server.process.pid != before[2]
        assert answers(server.port)


def test_a_killed_server_starts_again() -> None:
    with Listener() as server:
        server.kill_process()
        assert not server.running
        assert not answers(server.port)
        server.start_process()
        assert answers(server.port)


def test_a_suspended_server_is_there_but_silent_and_can_be_stopped() -> None:
    with Listener() as server:
        pid = server.process.pid
        server.suspend()
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
        assert state.strip().startswith("T")
    assert gone(pid)


def test_a_start_that_fails_shows_the_log_and_leaves_nothing() -> None:
    server = Listener(script="print('no such setting: colour'); raise SystemExit(3)")
    with pytest.raises(ServerError, match=r"(?s)exit code 3 while starting.*no such setting: colour"):
        server.start()
    with pytest.raises(ServerError, match="was not started"):
        _ = server.directory


def test_a_start_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    process = Process(python("import time; print('thinking', flush=True); time.sleep(600)"), log=tmp_path / "log")
    with pytest.raises(ServerError, match=r"(?s)did not answer within 1 s.*thinking"):
        process.wait_until(lambda: False, what="the thinker", timeout=1)
    assert gone(process.pid)


def test_output_is_this_process_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for text in ("first", "second"):
        process = Process(python(f"print('{text}')"), log=log)
        assert process.wait(20) == 0
        assert process.output() == f"{text}\n"
    assert log.read_text() == "first\nsecond\n"


def test_stop_kills_what_ignores_its_signal(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    process = Process(python(stubborn), log=tmp_path / "log")
    process.wait_until(lambda: "up" in process.output(), what="it")
    process.stop(grace=0.2)
    assert gone(process.pid)


def test_stop_ends_the_children_of_the_server_too(tmp_path: Path) -> None:
    parent = "import subprocess, sys; c = subprocess.Popen(['sleep', '600']); print(c.pid, flush=True); c.wait()"
    process = Process(python(parent), log=tmp_path / "log")
    process.wait_until(lambda: "\n" in process.output(), what="it")
    child = int(process.output())
    process.stop()
    assert gone(child)


@pytest.mark.parametrize("death", ["kill", "exit"])
def test_no_server_outlives_its_starter(tmp_path: Path, death: str) -> None:
    """Also when the starter gets no chance to clean up; its temporary directory goes too."""
    ends = {"kill": "os.kill(os.getpid(), signal.SIGKILL)", "exit": "os._exit(0)"}
    script = f"""
import os, signal, sys, threading
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_process import Listener
servers = []
def start():
    servers.append(Listener().start())
thread = threading.Thread(target=start)  # the end of the starting thread must not end the server
thread.start(); thread.join()
server = servers[0]
assert server.running
print(server.process.pid, server.directory, flush=True)
{ends[death]}
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=Path.cwd())
    assert done.stdout, done.stderr
    pid, directory = done.stdout.split()
    assert gone(int(pid))
    deadline = time.monotonic() + 20
    while Path(directory).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(directory).exists()


def test_ctrl_c_in_a_terminal_does_not_reach_the_server() -> None:
    with Listener() as server:
        assert os.getpgid(server.process.pid) != os.getpgid(0)


def test_a_server_that_is_not_running_says_so() -> None:
    server = Listener()
    with pytest.raises(ServerError, match="listener is not running"):
        server.suspend()
    server.stop()  # harmless
