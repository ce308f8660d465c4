"""Python environments beside the project's own, each from a lock file: LocalStack, the SAM CLI, Lambda's runtime.

They live in the user's cache, keyed by lock and interpreter, so every checkout with the same lock shares one and a new
lock makes a new one. A half-made environment is never used: the stamp comes last, and one process builds while others
wait.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from connect_core.errors import ConfigError
from connect_core.local.cache import cache_directory, cache_lock
from connect_core.local.process import ServerError

VERSION = (3, 13)
"""LocalStack's services load on this Python only; functions run on the same version."""

type Progress = Callable[[str], None]


def quiet(_: str) -> None:
    """A progress callback that says nothing."""


def checkout() -> Path:
    """The project's source tree, which holds the lock files, the LocalStack plugin and the template."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "requirements" / "localstack.txt").is_file():
        raise ConfigError(
            f"The local AWS needs a checkout of Connectless: {root} holds no requirements/localstack.txt. "
            "Run it from a clone after `make setup`."
        )
    return root


def environment(name: str, *, byte_code: bool = False, progress: Progress = quiet) -> Path:
    """The environment locked by ``requirements/<name>.txt``; made when it is not there yet.

    Byte code otherwise comes at the first import, and only for what is used: that saves half of the time and space.
    """
    lock = checkout() / "requirements" / f"{name}.txt"
    python = interpreter()
    key = hashlib.sha256(lock.read_bytes() + str(python).encode()).hexdigest()[:12]
    directory = cache_directory() / "venvs" / f"{name}-{key}"
    stamp = directory / ".complete"
    if not stamp.exists():
        with cache_lock(f"venv-{name}-{key}"):
            if not stamp.exists():
                progress(f"Installing {name} into {directory}: once, a minute or two")
                _build(directory, python=python, lock=lock, compiling="--compile" if byte_code else "--no-compile")
                stamp.touch()
    return directory


def _build(directory: Path, *, python: Path, lock: Path, compiling: str) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    _run([python, "-m", "venv", directory])
    _run([*_pip(directory), compiling, "--require-hashes", "--requirement", lock])


def _pip(directory: Path) -> list[str | Path]:
    python = directory / "bin" / "python"
    # Everything is in the lock, hence nothing to resolve
    return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]


def install_plugin(source: Path, *, into: Path) -> Path:
    """A folder with the plugin at ``source`` installed, to be put on the path of ``into``'s Python."""
    files = sorted(path for path in source.rglob("*") if path.suffix in {".py", ".toml"})
    text = b"".join(path.relative_to(source).as_posix().encode() + path.read_bytes() for path in files)
    key = hashlib.sha256(text + str(into).encode()).hexdigest()[:12]
    target = cache_directory() / "plugins" / f"{source.name}-{key}"
    with cache_lock(f"plugin-{source.name}-{key}"):
        if not (target / ".complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            _run([*_pip(into), "--no-build-isolation", "--target", target, source])
            (target / ".complete").touch()
    return target


def _run(command: list[str | Path]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode:
        shown = " ".join(str(part) for part in command)
        raise ServerError(f"`{shown}` failed with exit code {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def interpreter() -> Path:
    """A Python of `VERSION`: the running one, else one on PATH, of pyenv, or of uv."""
    if sys.version_info[:2] == VERSION:
        return Path(sys.executable)
    for candidate in _candidates():
        if _version(candidate) == VERSION:
            return candidate
    wanted = ".".join(map(str, VERSION))
    raise ConfigError(
        f"The local AWS needs Python {wanted}, which is neither on PATH nor among pyenv's or uv's versions. "
        f"Install it (for example `uv python install {wanted}` or `pyenv install {wanted}`)."
    )


def _candidates() -> Iterator[Path]:
    name = "python" + ".".join(map(str, VERSION))
    if found := shutil.which(name):
        yield Path(found)
    if pyenv := _output(["pyenv", "root"]):
        yield from sorted(Path(pyenv).glob(f"versions/{name.removeprefix('python')}*/bin/python"), reverse=True)
    if uv := _output(["uv", "python", "find", name.removeprefix("python")]):
        yield Path(uv)


def _version(python: Path) -> tuple[int, int] | None:
    """Asked by running it: a pyenv shim may exist and not run."""
    text = _output([str(python), "-c", "import sys; print(*sys.version_info[:2])"])
    major, _, minor = text.partition(" ")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
