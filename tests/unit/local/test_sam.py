"""Running a command under a time limit, and the quoting of template parameters."""

from __future__ import annotations

import os
import sys
import time

import pytest

from connect_core.local.sam import _override, run_with_limit


def test_lines_are_handed_on_and_kept() -> None:
    heard: list[str] = []
    code, lines = run_with_limit(
        [sys.executable, "-c", "import sys; print('a'); print('b', file=sys.stderr); sys.exit(4)"],
        env=os.environ,
        timeout_s=30,
        progress=heard.append,
    )
    assert code == 4
    assert sorted(lines) == ["a", "b"]
    assert heard == lines


def test_the_limit_ends_the_command_and_what_it_started() -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    began = time.monotonic()
    code, _ = run_with_limit([sys.executable, "-c", script], env=os.environ, timeout_s=0.5)
    assert code == -9
    assert time.monotonic() - began < 30  # the grandchild holds the pipe: it must be gone, too


@pytest.mark.parametrize(
    ("value", "shown"), [("plain", 'K="plain"'), ('a "b" c', r'K="a \"b\" c"'), ("back\\slash", r'K="back\\slash"')]
)
def test_parameters_are_quoted_as_sam_reads_them(value: str, shown: str) -> None:
    assert _override("K", value) == shown
