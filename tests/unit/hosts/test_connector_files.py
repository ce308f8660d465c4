"""Connector files of the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connect_core.errors import ConfigError
from connect_core.hosts.connector_files import ConnectorFile, read_connector_file
from connect_core.storage.state import TargetState

CONFIG = {"connector.class": "FileStreamSource", "topic": "t"}
NAMED = CONFIG | {"name": "load"}


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("name=load\nconnector.class = FileStreamSource\ntopic: t\n", None),
        (json.dumps(NAMED), None),
        (json.dumps({"name": "load", "config": CONFIG}), None),
        (json.dumps({"config": NAMED}), None),
        (json.dumps({"name": "load", "config": CONFIG, "initial_state": "paused"}), TargetState.PAUSED),
    ],
)
def test_three_forms_say_the_same(tmp_path: Path, text: str, target: TargetState | None) -> None:
    path = tmp_path / "connector"
    path.write_text(text)
    assert read_connector_file(path) == ConnectorFile("load", NAMED, target)


def test_json_values_become_texts_and_null_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "connector.json"
    path.write_text('{"name": "load", "tasks.max": 2, "flag": true, "gone": null, "ratio": 0.5}')
    assert read_connector_file(path).config == {"name": "load", "tasks.max": "2", "flag": "true", "ratio": "0.5"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"topic=t\n", "has no 'name'; add name=<connector name>"),
        (b"{}", "has no 'name'"),
        (b"[1]", "holds neither a JSON object nor properties"),
        (b'{"name": "load",}', "begins like JSON but is none"),
        (b'{"name": "load", "topics": ["a"]}', "the value of 'topics' is list; configs are flat"),
        (b'{"name": "load", "config": {}, "initial_state": "asleep"}', "use one of STARTED, PAUSED, STOPPED"),
        (b"name=\xff", "is no text in UTF-8"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "connector"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"connector.* ") as caught:
        read_connector_file(path)
    assert text in str(caught.value)
