"""Builds the layer of the functions: Connectless, what its connectors need, byte code and the frozen plugin table.

Versions are those of the lock file, so that functions run what the tests ran. Byte code goes in with unchecked hashes:
a function's disk is read-only and its time stamps are not kept, so each cold start would compile everything again.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "3.13"
PLATFORMS = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
"""What Lambda's Amazon Linux 2023 can load."""
PROVIDED = ("boto3",)
"""In the runtime already."""
ALONE = ("aws-xray-sdk", "wrapt")
"""Needs botocore only, which the runtime has; imported where tracing is switched on."""
LEFT_OUT = ("cli", "console", "demo", "local", "testing")
"""Rooms that no function enters."""
GROUP = "connectless.plugins"
UV = shutil.which("uv")
OWN = re.compile(r"connectless\[([\w,\s-]+)\]")


def requirements(project: dict[str, object], connectors: Sequence[str]) -> list[str]:
    """Everything to install: the project's own, its extra ``aws``, and the connectors' lines."""
    dependencies, extras = project["dependencies"], project["optional-dependencies"]
    assert isinstance(dependencies, list)
    assert isinstance(extras, dict)

    def expanded(lines: Sequence[str]) -> Iterator[str]:
        for line in lines:
            if own := OWN.match(line):
                for extra in own[1].split(","):
                    yield from expanded(extras[extra.strip()])
            else:
                yield line

    found = expanded([*dependencies, *extras["aws"], *connectors])
    return [line for line in dict.fromkeys(found) if not line.startswith(PROVIDED)]


def lines_of(path: Path) -> list[str]:
    """Lines without comments."""
    lines = (line.split("#", 1)[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def pins(lock: Path) -> str:
    """The lock as constraints: without hashes, which pip would then want for the connectors' packages as well."""
    return re.sub(r"\s*\\\n\s+--hash=\S+", "", lock.read_text(encoding="utf-8"))


def build(target: Path, *, arch: str) -> None:
    """Fill ``target``, the layer's ``python`` folder."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with tempfile.TemporaryDirectory() as scratch:
        constraints = Path(scratch) / "pins.txt"
        constraints.write_text(pins(HERE / "dev.txt"), encoding="utf-8")
        pinned = ["--constraint", str(constraints), "--only-binary=:all:", *platform_of(arch)]
        install(target, *pinned, *requirements(project, lines_of(HERE / "connectors.txt")))
        install(target, *pinned, "--no-deps", *ALONE)
    install(target, "--no-deps", str(HERE))
    for room in LEFT_OUT:
        shutil.rmtree(target / "connect_core" / room, ignore_errors=True)
    shutil.rmtree(target / "bin", ignore_errors=True)
    freeze(target, arch=arch)
    compile_all = [sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # Packages ship test files of other Python versions; what cannot be compiled is not imported either.
    subprocess.run([*compile_all, str(target)], check=False)


def platform_of(arch: str) -> list[str]:
    """Options for wheels that Lambda can load, whatever machine builds."""
    if UV:
        return ["--python-platform", f"{arch}-{PLATFORMS[0]}"]
    return ["--implementation", "cp", *(f"--platform={platform}_{arch}" for platform in PLATFORMS)]


def install(target: Path, *arguments: str) -> None:
    """One call of the installer into the layer: uv where it is on the path, for it is ten times as fast, else pip."""
    if UV:
        command = [UV, "pip", "install", "--quiet", "--link-mode=copy"]
    else:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--root-user-action=ignore", "--no-compile", "--no-warn-conflicts", "--upgrade"]
    subprocess.run([*command, "--python-version", VERSION, "--target", str(target), *arguments], check=True)


def freeze(target: Path, *, arch: str) -> None:
    """Write the table of installed connector packages, for functions never scan. Those found are imported for it."""
    table = target / "connect_core" / "plugins" / "plugins.json"
    found = [entry for each in distributions(path=[str(target)]) for entry in each.entry_points if entry.group == GROUP]
    if not found:
        table.write_text("{}\n", encoding="utf-8")
        return
    if not sysconfig.get_platform().endswith(f"linux-{arch}"):
        sys.exit(f"Plugins of {len(found)} packages must be imported to list them: build on Linux {arch}")
    code = "import sys; sys.path.insert(0, sys.argv[1]); from connect_core.plugins.loader import freeze; freeze()"
    subprocess.run([sys.executable, "-I", "-c", code, str(target)], check=True)


def main() -> None:
    """The command of the Makefile."""
    if sys.version_info[:2] != tuple(map(int, VERSION.split("."))):
        sys.exit(f"The layer's byte code is for Python {VERSION}, this is {sys.version.split()[0]}: set PYTHON")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path)
    parser.add_argument("--arch", choices=("x86_64", "arm64", "aarch64"), default="x86_64")
    given = parser.parse_args()
    build(given.target, arch="aarch64" if given.arch == "arm64" else given.arch)


if __name__ == "__main__":
    main()
