"""Locked environments: found again, never half made, and a clear word when there is nothing to make them with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connect_core.errors import ConfigError
from connect_core.local import venvs
from connect_core.local.process import ServerError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose lock files are the test's, and a cache of its own."""
    root = tmp_path / "checkout"
    (root / "requirements").mkdir(parents=True)
    monkeypatch.setenv("CONNECTLESS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(venvs, "checkout", lambda: root)
    return root


def test_an_environment_is_made_once_and_never_half(project: Path) -> None:
    lock = project / "requirements" / "some.txt"
    lock.write_text("./no-such-folder\n")
    with pytest.raises(ServerError, match=r"pip install .* failed with exit code 1"):
        venvs.environment("some")
    lock.write_text("# repaired\n")
    said: list[str] = []
    first = venvs.environment("some", progress=said.append)
    assert venvs.environment("some", progress=said.append) == first
    assert len(said) == 1
    run = subprocess.run([first / "bin" / "python", "-c", "print(1)"], capture_output=True, text=True, check=True)
    assert run.stdout == "1\n"


def test_the_running_interpreter_is_taken_when_it_fits() -> None:
    assert (venvs.interpreter() == Path(sys.executable)) == (sys.version_info[:2] == venvs.VERSION)


def test_an_interpreter_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venvs, "VERSION", (3, 99))
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\necho 'pyenv: version not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"needs Python 3\.99, .* `uv python install 3\.99`"):
        venvs.interpreter()


def test_an_interpreter_of_pyenv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venvs, "VERSION", (3, 99))
    python = tmp_path / "root" / "versions" / "3.99.1" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho 3 99\n")
    pyenv = tmp_path / "pyenv"
    pyenv.write_text(f"#!/bin/sh\necho {tmp_path / 'root'}\n")
    for script in (python, pyenv):
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert venvs.interpreter() == python
