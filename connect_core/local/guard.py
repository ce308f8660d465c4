"""The watchdog beside the servers: stops them when the process that started them is gone, however it died.

Runs as a script of its own (standard library only). Its standard input is a pipe whose other end only the starter
holds; end of file means that the starter is dead. ``process.py`` is the other end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE_SECONDS = 5.0


def signal_group(pid: int, number: int) -> bool:
    """Send a signal to the process group of a server; False when nothing is left of it."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


def stop_all(servers: dict[int, int]) -> None:
    """Stop every server: its own stop signal first, SIGKILL for what is left after the grace."""
    left = {pid for pid, number in servers.items() if signal_group(pid, number)}
    for pid in left:
        signal_group(pid, signal.SIGCONT)  # a suspended server hears its stop signal only when it runs
    deadline = time.monotonic() + GRACE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {pid for pid in left if signal_group(pid, 0)}
    for pid in left:
        signal_group(pid, signal.SIGKILL)


def main() -> None:
    """Follow the starter's orders (``+ pid signal``, ``- pid``, ``dir path``, ``nodir path``) to the end of file."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a Ctrl-C is the starter's business
    servers: dict[int, int] = {}
    directories: set[str] = set()
    for line in sys.stdin:
        order, _, rest = line.rstrip("\n").partition(" ")
        if order == "+":
            pid, number_text = rest.split()
            servers[int(pid)] = int(number_text)
        elif order == "-":
            servers.pop(int(rest), None)
        elif order == "dir":
            directories.add(rest)
        elif order == "nodir":
            directories.discard(rest)
    stop_all(servers)
    for directory in directories:
        with contextlib.suppress(OSError):
            shutil.rmtree(directory)


if __name__ == "__main__":
    main()
