"""The user's cache directory for downloads, and the lock that lets several processes fill it at once."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_directory() -> Path:
    """``$CONNECTLESS_CACHE``, else ``connectless`` below the user's cache directory; created when missing."""
    given = os.environ.get("CONNECTLESS_CACHE")
    if given:
        directory = Path(given)
    elif sys.platform == "darwin":
        directory = Path.home() / "Library" / "Caches" / "connectless"
    else:
        directory = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "connectless"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def cache_lock(name: str) -> Iterator[None]:
    """Hold the cache's lock ``name`` against all other processes; a dead holder releases it."""
    with (cache_directory() / f"{name}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
