"""What a worker knows of itself."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from connect_core.errors import ConfigError
from connect_core.hosts.settings import WorkerSettings, check, load
from connect_core.telemetry import log_context

STANDALONE = {
    "bootstrap.servers": "a:1",
    "key.converter": "StringConverter",
    "value.converter": "StringConverter",
    "offset.storage.file.filename": "offsets",
}
GROUP = STANDALONE | {
    "group.id": "g",
    "config.storage.topic": "c",
    "offset.storage.topic": "o",
    "status.storage.topic": "s",
}


def distributed(**more: str) -> WorkerSettings:
    return check(GROUP | {key.replace("_", "."): value for key, value in more.items()}, standalone=False)


def test_a_file_is_read_by_the_rules_of_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "worker.properties"
    path.write_text("".join(f"{key}={value}\n" for key, value in STANDALONE.items()))
    assert load(path, standalone=True).properties == STANDALONE
    with pytest.raises(ConfigError, match=r'Missing required configuration "group\.id"'):
        load(path, standalone=False)


def test_exactly_once_is_the_default_of_distributed_workers_only() -> None:
    assert distributed().exactly_once
    assert distributed(exactly_once_source_support="ENABLED").exactly_once
    assert not distributed(exactly_once_source_support="disabled").exactly_once
    assert not distributed(exactly_once_source_support="preparing").exactly_once
    alone = check(STANDALONE | {"exactly.once.source.support": "enabled"}, standalone=True)
    assert not alone.exactly_once
    assert (alone.group_id, alone.environment().fencing) == ("connect", False)
    assert distributed().environment().fencing


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"listeners": "http://here:1"}, "here:1"),
        ({"listeners": "http://here:1,https://there:2"}, "here:1"),
        ({"listeners": "http://here:1", "rest.advertised.host.name": "outside"}, "outside:1"),
        ({"listeners": "http://here:1", "rest.advertised.port": "7"}, "here:7"),
        ({"listeners": "http://here"}, "here:8083"),
    ],
)
def test_the_worker_id_is_how_others_reach_it(more: dict[str, str], expected: str) -> None:
    assert check(GROUP | more, standalone=False).worker_id == expected


def test_times() -> None:
    assert distributed().metrics_window_s == 60
    assert distributed(metrics_num_samples="3", metrics_sample_window_ms="1000").metrics_window_s == 3
    assert distributed(task_shutdown_graceful_timeout_ms="30000").shutdown_s == 35


def test_slots_get_a_copy_that_looks_things_up_by_itself(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("password=hunter2\n")
    settings = distributed(
        config_providers="file",
        config_providers_file_class="org.apache.kafka.common.config.provider.FileConfigProvider",
    )
    copy = pickle.loads(pickle.dumps(settings))
    assert copy == settings
    raw = {"a": f"${{file:{tmp_path / 'secrets'}:password}}", "b": "${other:x:y}"}
    assert copy.environment().resolve(raw) == {"a": "hunter2", "b": "${other:x:y}"}


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, as it was before the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lines_name_their_task_and_hide_secrets(
    root_logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    distributed().configure_logging("INFO")
    with log_context("orders", 3, secrets=["hunter2"]):
        logging.getLogger("somewhere").warning("user %s, word %s", "u", "hunter2")
    logging.getLogger("somewhere").debug("not at this level")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("] WARN [orders|task-3] user u, word [hidden] (somewhere)")
