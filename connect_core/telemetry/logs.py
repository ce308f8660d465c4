"""Logging of a process: text or JSON lines that carry Connect's log context, without secrets, with levels by name.

The context ``[<connector>|task-<n>] `` (``|worker`` for the connector itself) is what operators filter by. Levels
follow Log4j's names, as REST's ``/admin/loggers`` has them. Neighbour: ``redaction``.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

from connect_core.telemetry.redaction import redact

OFF = logging.CRITICAL + 10
TRACE = 5
LEVELS: Mapping[str, int] = {
    "OFF": OFF,
    "FATAL": logging.CRITICAL,
    "ERROR": logging.ERROR,
    "WARN": logging.WARNING,
    "INFO": logging.INFO,
    "DEBUG": logging.DEBUG,
    "TRACE": TRACE,
    "ALL": 1,
}
"""Log4j's level names -> Python's numbers."""

_context: ContextVar[tuple[str, int | None]] = ContextVar("log_context", default=("", None))
_secrets: ContextVar[frozenset[str]] = ContextVar("log_secrets", default=frozenset())


@contextmanager
def log_context(connector: str, task: int | None = None, *, secrets: Iterable[str] = ()) -> Iterator[None]:
    """Lines logged inside belong to this connector (task None or -1: to the connector itself) and hide ``secrets``."""
    place = _context.set((connector, task))
    hidden = _secrets.set(_secrets.get() | frozenset(secrets))
    try:
        yield
    finally:
        _secrets.reset(hidden)
        _context.reset(place)


def context_text() -> str:
    """``[orders|task-0] ``, ``[orders|worker] `` or nothing."""
    connector, task = _context.get()
    if not connector:
        return ""
    return f"[{connector}|worker] " if task is None or task < 0 else f"[{connector}|task-{task}] "


class TextFormatter(logging.Formatter):
    """``[2024-01-31 12:00:00,123] INFO [orders|task-0] message (logger)``, as Connect's log4j pattern."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, plus the trace."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.created))
        head = f"[{moment},{int(record.msecs):03d}] {level_name(record.levelno)} {context_text()}"
        text = f"{head}{record.getMessage()} ({record.name})"
        if record.exc_info:
            text = f"{text}\n{self.formatException(record.exc_info)}"
        return redact(text, _secrets.get())


class JsonFormatter(logging.Formatter):
    """One JSON object a line: timestamp, level, logger, message, connector, task, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; every text in it is redacted before it is quoted."""
        connector, task = _context.get()
        line: dict[str, object] = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": level_name(record.levelno),
            "logger": record.name,
            "message": redact(record.getMessage(), _secrets.get()),
        }
        if connector:
            line["connector"] = connector
        if task is not None and task >= 0:
            line["task"] = task
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info), _secrets.get())
        return json.dumps(line, ensure_ascii=False)


class SecretsFilter(logging.Filter):
    """For handlers with formatters of their own (Lambda's, powertools'): the record loses its secrets before them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact message and trace in place; every record passes."""
        record.msg, record.args = redact(record.getMessage(), _secrets.get()), None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info), _secrets.get())
        return True


def configure(*, style: str = "text", level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send the root logger to ``stream`` (standard error) as ``text`` or ``json`` lines, replacing its handlers."""
    if style not in ("text", "json"):
        raise ValueError(f"log style {style!r} is neither text nor json")
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(LEVELS[level.upper()])


def level_name(number: int) -> str:
    """Log4j's name of a level; one in between counts as the next lower."""
    names = sorted(((value, name) for name, value in LEVELS.items()), reverse=True)
    return next((name for value, name in names if number >= value), "ALL")


class Loggers:
    """Levels by logger name, as ``/admin/loggers`` shows and sets them."""

    def __init__(self, now_ms: Callable[[], int] = lambda: int(time.time() * 1000)) -> None:
        self._now_ms = now_ms
        self._modified: dict[str, int] = {}

    def levels(self) -> dict[str, tuple[str, int | None]]:
        """name -> (effective level, when REST changed it), sorted, OFF ones left out; ``root`` is the root."""
        found = {name: self._level(name) for name in self._names()}
        return {name: (level, self._modified.get(name)) for name, level in found.items() if level != "OFF"}

    def level(self, name: str) -> tuple[str, int | None] | None:
        """(effective level, when changed) of one logger; None if there is no such logger."""
        own = _rest_name(name)
        return (self._level(own), self._modified.get(own)) if own in self._names() else None

    def set_level(self, name: str, level: str) -> list[str]:
        """Set a logger and all known ones whose name begins with it; the sorted names whose level changed.

        KeyError for a level that Log4j does not know.
        """
        wanted, own = level.upper(), _rest_name(name)
        number = LEVELS[wanted]
        names = {own} | {known for known in self._names() if own == "root" or known.startswith(own)}
        # Levels before the change: a child follows its parent as soon as that one is set.
        changed = sorted(known for known in names if self._level(known) != wanted)
        for known in names:
            _logger(known).setLevel(number)
        now = self._now_ms()
        self._modified.update(dict.fromkeys(changed, now))
        return changed

    def _level(self, name: str) -> str:
        return level_name(_logger(name).getEffectiveLevel())

    def _names(self) -> list[str]:
        real = (name for name, logger in logging.root.manager.loggerDict.items() if isinstance(logger, logging.Logger))
        return sorted({"root", *real})


def _rest_name(name: str) -> str:
    return "root" if not name or name.lower() == "root" else name


def _logger(name: str) -> logging.Logger:
    return logging.getLogger() if name == "root" else logging.getLogger(name)
