"""Java servers: the common command line, and class data recorded once so that later starts are twice as quick.

The packaged JRE comes without the JDK's class archive, so a JVM reads and verifies every class anew. The first run of
a program records what it loaded when it ends cleanly; later runs map that file. The JVM checks it against its own
version and the jars and ignores what does not fit, so a stale file costs time, never correctness.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from connect_core.local.cache import cache_directory, cache_lock
from connect_core.local.jre import FAST_START, classpath, java, join_classpath, libjvm
from connect_core.local.process import Process, Server

# Warnings only; a server adds what it wants to see. The archive's own remarks (a class it leaves out) help nobody.
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
)
RECORDING_GRACE_SECONDS = 60.0


class JavaServer(Server):
    """A server that is a Java program on the packaged JRE."""

    coordinates: tuple[str, ...]

    def __init__(self, *, data: Path | str | None, jars: Sequence[Path] = ()) -> None:
        super().__init__(data=data)
        self._more_jars = list(jars)

    @cached_property
    def jars(self) -> list[Path]:
        """The class path: what the coordinates need, and the jars given."""
        return [*classpath(*self.coordinates), *self._more_jars]

    def _java(self, main: str, *arguments: str, options: Sequence[str], record: bool = False) -> Process:
        """Spawn a main class; ``record`` where class data should come from this run if there is none yet."""
        shared = self._sharing(record=record)
        command = [str(java()), *FAST_START, *shared, *LOGGING, *options, "-cp", join_classpath(self.jars), main]
        return Process([*command, *arguments], log=self.log)

    def _sharing(self, *, record: bool) -> list[str]:
        if self._class_data.exists():
            return [f"-XX:SharedArchiveFile={self._class_data}"]
        if not record:
            return []
        return [f"-XX:SharedArchiveFile={_base_archive()}", f"-XX:ArchiveClassesAtExit={self._draft}"]

    @property
    def _draft(self) -> Path:
        return self.directory / "classes.jsa"

    @cached_property
    def _class_data(self) -> Path:
        text = "\n".join([_jvm_identity(), *FAST_START, *map(str, self.jars)])
        return cache_directory() / "classes" / f"{self.name}-{hashlib.sha256(text.encode()).hexdigest()[:20]}.jsa"

    def stop_process(self) -> None:
        """End the process cleanly and keep what it recorded; data and ports stay."""
        process, self._process = self._process, None
        if process is None:
            return
        process.stop(grace=15 if self._class_data.exists() else RECORDING_GRACE_SECONDS)
        if self._draft.exists() and not process.killed:
            self._draft.chmod(0o644)
            part = self._class_data.with_suffix(f".{os.getpid()}")
            self._class_data.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(self._draft.read_bytes())  # the draft may be on another file system
            part.replace(self._class_data)
        self._draft.unlink(missing_ok=True)


def _jvm_identity() -> str:
    status = libjvm().stat()
    return f"{libjvm()} {status.st_size} {status.st_mtime_ns}"


def _base_archive() -> Path:
    """The JDK's own class archive, made when it is missing (about two seconds)."""
    key = hashlib.sha256("\n".join([_jvm_identity(), *FAST_START]).encode()).hexdigest()[:20]
    archive = cache_directory() / "classes" / f"jdk-{key}.jsa"
    if not archive.exists():
        with cache_lock("classes"):
            if not archive.exists():
                archive.parent.mkdir(parents=True, exist_ok=True)
                draft = archive.with_suffix(f".{os.getpid()}")
                flags = [flag for flag in FAST_START if not flag.startswith("-Xshare")]
                command = [str(java()), "-Xshare:dump", *flags, f"-XX:SharedArchiveFile={draft}"]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                draft.replace(archive)
    return archive
