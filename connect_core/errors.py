"""The exception tree, by the *reaction* a runner has; every other room imports it and it imports nothing.

ConnectError                 (ConnectException)
├── Retriable                (RetriableException)  try the same thing again
├── DataError                (DataException)       this record is bad: tolerance, dead letters
│   └── SchemaError          (SchemaBuilderException)
├── ConfigError              (ConfigException)     a key is wrong: tell the user which
├── Fatal                    (ConnectException)    the task cannot go on
├── BatchFailure             (ConnectException)    some records of a put failed, the rest is done
└── Fenced                   (ProducerFencedException)  a newer owner exists: end as superseded

``java_class`` is the name that tools grep for in traces and dead-letter headers (spec kafka-connect.md 13, B).
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any


class ConnectError(Exception):
    """Root of all errors raised on purpose."""

    java_class = "org.apache.kafka.connect.errors.ConnectException"


class Retriable(ConnectError):
    """The same call may succeed later; nothing was lost."""

    java_class = "org.apache.kafka.connect.errors.RetriableException"


class DataError(ConnectError):
    """One record cannot be converted, transformed or written."""

    java_class = "org.apache.kafka.connect.errors.DataException"


class SchemaError(DataError):
    """A schema was declared inconsistently."""

    java_class = "org.apache.kafka.connect.errors.SchemaBuilderException"


class ConfigError(ConnectError):
    """A configuration key is missing or has a bad value."""

    java_class = "org.apache.kafka.common.config.ConfigException"

    @classmethod
    def invalid(cls, key: str, value: Any, reason: str = "") -> ConfigError:
        """Kafka's text: ``Invalid value <value> for configuration <key>[: <reason>]``."""
        shown = "null" if value is None else value
        return cls(f"Invalid value {shown} for configuration {key}" + (f": {reason}" if reason else ""))


class Fatal(ConnectError):
    """The task must stop; a restart or a change by the user is needed."""


class BatchFailure(ConnectError):
    """Some records of one ``put`` failed; all others were accepted by the target.

    ``failures`` maps the index within the batch to what went wrong.
    """

    def __init__(self, message: str, failures: Mapping[int, Exception]) -> None:
        super().__init__(message)
        self.failures = dict(failures)


class Fenced(ConnectError):
    """Another slice owns this task now (invariant I4); never reported as FAILED."""

    java_class = "org.apache.kafka.common.errors.ProducerFencedException"


_PYTHON_TO_JAVA = {
    ValueError: "java.lang.IllegalArgumentException",
    TypeError: "java.lang.ClassCastException",
    KeyError: "java.util.NoSuchElementException",
    FileNotFoundError: "java.nio.file.NoSuchFileException",
    OSError: "java.io.IOException",
    NotImplementedError: "java.lang.UnsupportedOperationException",
    UnicodeError: "java.nio.charset.CharacterCodingException",
}


def java_class(error: BaseException) -> str:
    """Java class name of an error: its own, the nearest counterpart of a Python one, else module.qualname."""
    own = getattr(error, "java_class", None)
    if own is not None:
        return str(own)
    for kind in type(error).__mro__:
        if kind in _PYTHON_TO_JAVA:
            return _PYTHON_TO_JAVA[kind]
    return f"{type(error).__module__}.{type(error).__qualname__}"


def stack_trace(error: BaseException) -> str:
    """Java-looking stack trace text: ``<class>: <message>``, tab-indented frames, ``Caused by:`` chain."""
    lines: list[str] = []
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        head = f"{java_class(current)}: {current}" if str(current) else java_class(current)
        lines.append(("Caused by: " if lines else "") + head)
        frames = traceback.extract_tb(current.__traceback__)
        lines.extend(f"\tat {f.name}({f.filename.rsplit('/', 1)[-1]}:{f.lineno})" for f in reversed(frames))
        current = current.__cause__
    return "\n".join(lines) + "\n"
