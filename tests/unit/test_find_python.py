"""scripts/find-python: it runs every candidate, because a name on PATH proves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "find-python"
REAL = getattr(sys, "_base_executable", sys.executable)


def program(directory: Path, name: str, body: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def pretend(version: str) -> str:
    """Shell of an interpreter that runs the real one but claims another version and its own path."""
    fields = version.replace(".", ", ")
    claim = f"sys.version_info = type('V', (tuple,), {{}})(({fields})); sys._base_executable = '$0'"
    return f'code="import sys; {claim}\n$2"; shift 2; exec "{REAL}" -c "$code" "$@"'


def find(*, path: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    tools = path.parent / "tools"  # sh itself needs nothing; an empty PATH keeps this machine's pythons away
    tools.mkdir(exist_ok=True)
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)],
        env={"PATH": f"{path}{os.pathsep}{tools}", "HOME": str(home), **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    directory = tmp_path / "bin"
    directory.mkdir()
    return directory


def test_what_it_finds_runs() -> None:
    done = subprocess.run([str(SCRIPT)], capture_output=True, text=True, check=True)
    found = done.stdout.strip()
    probe = "import sys, venv, ensurepip; print(sys.version_info >= (3, 12))"
    assert subprocess.run([found, "-c", probe], capture_output=True, text=True).stdout == "True\n"


def test_3_13_wins_over_an_earlier_and_a_newer_one(path: Path, tmp_path: Path) -> None:
    program(path, "python3.12", pretend("3.12"))
    program(path, "python3", pretend("3.14"))
    wanted = program(tmp_path / "home/.pyenv/versions/3.13.1/bin", "python3", pretend("3.13"))
    assert find(path=path, home=tmp_path / "home").stdout.strip() == str(wanted)


def test_a_shim_that_does_not_run_is_passed_over(path: Path, tmp_path: Path) -> None:
    program(path, "python3.13", 'echo "pyenv: python3.13: command not found" >&2; exit 127')
    program(path, "python3", pretend("3.11"))
    wanted = program(path, "python3.12", pretend("3.12"))
    assert find(path=path, home=tmp_path).stdout.strip() == str(wanted)


def test_pyenv_says_where_its_versions_are(path: Path, tmp_path: Path) -> None:
    program(path, "pyenv", f"echo {tmp_path}/elsewhere")
    wanted = program(tmp_path / "elsewhere/versions/3.12.9/bin", "python3", pretend("3.12"))
    assert find(path=path, home=tmp_path).stdout.strip() == str(wanted)


def test_uv_is_the_last_resort(path: Path, tmp_path: Path) -> None:
    wanted = program(tmp_path / "uv", "python3.13", pretend("3.13"))
    program(
        path,
        "uv",
        f'case "$2" in install) : > {tmp_path}/installed ;; find) [ -f {tmp_path}/installed ] && echo {wanted} ;; esac',
    )
    assert find(path=path, home=tmp_path).stdout.strip() == str(wanted)


def test_none_is_said_clearly(path: Path, tmp_path: Path) -> None:
    program(path, "python3", pretend("3.11"))
    done = find(path=path, home=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "no Python 3.12 or newer found" in done.stderr
    assert "pyenv install 3.13" in done.stderr


def test_a_named_one_must_fit(path: Path, tmp_path: Path) -> None:
    old = program(tmp_path, "old", pretend("3.11"))
    new = program(tmp_path, "new", pretend("3.12"))
    assert f"PYTHON={old} does not run" in find(path=path, home=tmp_path, PYTHON=str(old)).stderr
    assert find(path=path, home=tmp_path, PYTHON=str(new)).stdout.strip() == str(new)
