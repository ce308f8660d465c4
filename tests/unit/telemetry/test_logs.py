"""Log lines and levels."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from connect_core.telemetry import Loggers, SecretsFilter, configure, context_text, log_context


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_text_lines_carry_the_context_and_hide_secrets(stream: io.StringIO) -> None:
    configure(stream=stream)
    log = logging.getLogger("test.logs.text")
    with log_context("orders", 0, secrets=["s3cret"]):
        log.info("connecting to mysql://u:pw@h with s3cret")
        try:
            raise ValueError("password=hunter2")
        except ValueError:
            log.exception("failed")
    with log_context("orders", -1):
        log.warning("s3cret")
    log.debug("too fine")
    log.error("outside")
    lines = stream.getvalue().splitlines()
    assert lines[0].endswith("INFO [orders|task-0] connecting to mysql://u:[hidden]@h with [hidden] (test.logs.text)")
    assert "hunter2" not in stream.getvalue()
    assert "ValueError: password=[hidden]" in stream.getvalue()
    assert lines[-2].endswith("WARN [orders|worker] s3cret (test.logs.text)")
    assert lines[-1].endswith("ERROR outside (test.logs.text)")
    assert context_text() == ""


def test_json_lines(stream: io.StringIO) -> None:
    configure(style="json", level="debug", stream=stream)
    with log_context("orders", 3):
        logging.getLogger("test.logs.json").debug('say "%s"', "grün")
    line = json.loads(stream.getvalue())
    assert {key: line[key] for key in line if key != "timestamp"} == {
        "level": "DEBUG",
        "logger": "test.logs.json",
        "message": 'say "grün"',
        "connector": "orders",
        "task": 3,
    }
    assert line["timestamp"].endswith("Z")
    with pytest.raises(ValueError, match="xml"):
        configure(style="xml")


def test_levels_by_name() -> None:
    loggers = Loggers(now_ms=lambda: 1700000000000)
    for name in ("t.levels", "t.levels.a", "t.levelsb"):
        logging.getLogger(name).setLevel(logging.INFO)
    assert loggers.level("t.levels") == ("INFO", None)
    assert loggers.level("t.nobody") is None
    assert loggers.set_level("t.levels", "debug") == ["t.levels", "t.levels.a", "t.levelsb"]  # a plain prefix
    assert loggers.set_level("t.levels", "DEBUG") == []
    assert loggers.level("t.levels.a") == ("DEBUG", 1700000000000)
    assert loggers.set_level("t.levels.a", "OFF") == ["t.levels.a"]
    assert "t.levels.a" not in loggers.levels()
    assert list(loggers.levels()) == sorted(loggers.levels())
    assert loggers.level("ROOT") == loggers.levels()["root"]
    with pytest.raises(KeyError):
        loggers.set_level("t.levels", "LOUD")


def test_a_foreign_handler_gets_clean_records(stream: io.StringIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.addFilter(SecretsFilter())
    log = logging.getLogger("test.logs.foreign")
    log.addHandler(handler)
    try:
        with log_context("orders", 0, secrets=["s3cret"]):
            try:
                raise ValueError("s3cret in a trace")
            except ValueError:
                log.exception("%s and password=%s", "s3cret", "x")
    finally:
        log.removeHandler(handler)
    assert "s3cret" not in stream.getvalue()
    assert stream.getvalue().startswith("[hidden] and password=[hidden]\nTraceback")
