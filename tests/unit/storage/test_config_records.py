"""The bytes of the config and status topics, as the spec shows them."""

from __future__ import annotations

import pytest

from connect_core.storage import config_records as records
from connect_core.storage.state import Status, TargetState


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (records.connector("fs", {"k": "v", "n": None}), ("connector-fs", b'{"properties":{"k":"v","n":null}}')),
        (records.connector("fs", None), ("connector-fs", None)),
        (records.commit("fs", 1), ("commit-fs", b'{"tasks":1}')),
        (
            records.target_state("fs", TargetState.STARTED),
            ("target-state-fs", b'{"state":"STARTED","state.v2":"STARTED"}'),
        ),
        (
            records.target_state("fs", TargetState.PAUSED),
            ("target-state-fs", b'{"state":"PAUSED","state.v2":"PAUSED"}'),
        ),
        (
            records.target_state("fs", TargetState.STOPPED),
            ("target-state-fs", b'{"state":"PAUSED","state.v2":"STOPPED"}'),
        ),
        (records.target_state("fs", None), ("target-state-fs", None)),
        (records.fencing("fs", 3), ("tasks-fencing-fs", b'{"task-count":3}')),
        (
            records.restart("fs", include_tasks=True, only_failed=False),
            ("restart-connector-fs", b'{"include-tasks":true,"only-failed":false}'),
        ),
        (
            records.session_key("a2V5", "HmacSHA256", 1700000000000),
            ("session-key", b'{"key":"a2V5","algorithm":"HmacSHA256","creation-timestamp":1700000000000}'),
        ),
        (records.logger_level("org.x", "DEBUG"), ("logger-cluster-org.x", b'{"level":"DEBUG"}')),
        (
            records.status("c", -1, Status("RUNNING", None, "10.0.0.1:8083", 3, "4.4.0")),
            (
                "status-connector-c",
                b'{"state":"RUNNING","trace":null,"worker_id":"10.0.0.1:8083","generation":3,"version":"4.4.0"}',
            ),
        ),
        (
            records.status("c", 0, Status("FAILED", "x: y\n\tat z\n", "w", 3, None)),
            (
                "status-task-c-0",
                b'{"state":"FAILED","trace":"x: y\\n\\tat z\\n","worker_id":"w","generation":3,"version":null}',
            ),
        ),
        (records.status("c", 2, None), ("status-task-c-2", None)),
        (
            records.active_topic("c", "t", task=0, discovered=1700000000000),
            (
                "status-topic-t:connector-c",
                b'{"topic":{"name":"t","connector":"c","task":0,"discoverTimestamp":1700000000000}}',
            ),
        ),
    ],
)
def test_bytes(record: object, expected: object) -> None:
    assert record == expected


def test_text_is_escaped_as_jackson_does() -> None:
    _, value = records.connector("c", {"k": "€\U0001f600\x1f/\u2028\x7f"})
    assert value == '{"properties":{"k":"€\\uD83D\\uDE00\\u001F/\u2028\x7f"}}'.encode()


def test_task_configs_end_with_the_commit() -> None:
    assert records.tasks("a-b", [{"x": "1"}, {}]) == [
        ("task-a-b-0", b'{"properties":{"x":"1"}}'),
        ("task-a-b-1", b'{"properties":{}}'),
        ("commit-a-b", b'{"tasks":2}'),
    ]
