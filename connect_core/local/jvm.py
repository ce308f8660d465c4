"""A JVM inside this process, with the real Kafka Connect's classes: the oracle of the parity tests.

One JVM per process, started at the first call and alive until the process ends (a JVM cannot be started twice).
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from connect_core.local.connect import COORDINATES
from connect_core.local.jre import classpath, java_home, libjvm
from connect_core.local.process import ServerError

# -Xrs leaves SIGINT and SIGTERM to Python.
OPTIONS = (
    "-Xrs",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
# What is thrown is looked at; Debezium logs each complaint about a config as well.
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-Dorg.slf4j.simpleLogger.log.io.debezium=off")

_lock = threading.Lock()


def jvm(*coordinates: str, jars: Sequence[Path] = (), options: Sequence[str] = OPTIONS) -> ModuleType:
    """The ``jpype`` module with the JVM up: ``jvm().JClass("org.apache.kafka.connect.json.JsonConverter")``.

    ``coordinates`` (Maven) and ``jars`` are wanted beside Kafka Connect's own; they are added to a running JVM too.
    ``options`` count only for the call that starts it.
    """
    try:
        import jpype
    except ImportError as error:
        raise ServerError("no JPype: install the package JPype1") from error
    with _lock:
        if not jpype.isJVMStarted():
            own = [str(jar) for jar in classpath(*COORDINATES)]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                jpype.startJVM(
                    *options, *LOGGING, f"-Djava.home={java_home()}", jvmpath=str(libjvm()), classpath=own,
                    convertStrings=False,
                )  # fmt: skip
        for jar in [*(classpath(*coordinates) if coordinates else ()), *jars]:
            jpype.addClassPath(str(jar))
    return jpype  # type: ignore[no-any-return]  # ships no types
