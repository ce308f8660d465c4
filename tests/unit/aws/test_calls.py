"""What goes between functions arrives as it was; JSON in between."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connect_core.api import TopicPartition
from connect_core.aws import calls
from connect_core.errors import ConfigError, ConnectError, DataError
from connect_core.runtime.slice import ConnectorResult, SliceReport, SliceRequest


def sent(call: Any) -> Any:
    return json.loads(json.dumps(call))


def test_a_slice() -> None:
    request = SliceRequest(connector="c", task=3, generation=7, lease_end=12.5, worker_id="w")
    assert calls.slice_of(sent(calls.slice_call(request))) == request


@pytest.mark.parametrize("event", [{}, {"slice": 5}, {"slice": {"connector": "c"}}, {"slice": {"nonsense": 1}}])
def test_what_is_no_slice_is_said(event: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="Not a slice"):
        calls.slice_of(event)


def test_offsets_of_a_source_and_of_a_sink() -> None:
    source = [({"table": "t"}, {"id": 5}), ({"table": "u"}, None)]
    assert calls.offsets_of(sent(calls.alter_call({"name": "c"}, source))) == source
    sink = [(("t", 0), {"kafka_offset": 5}), (("t", 1), None)]
    found = calls.offsets_of(sent(calls.alter_call({}, sink)))
    assert found == [(TopicPartition("t", 0), {"kafka_offset": 5}), (TopicPartition("t", 1), None)]


def test_a_result() -> None:
    report = SliceReport(connector="c", task=-1, generation=-1, state="RUNNING")
    assert calls.result_call(report) is None
    result = ConnectorResult(config_offset=9, task_configs=[{"a": "1"}])
    report = SliceReport(connector="c", task=-1, generation=-1, state="RUNNING", result=result)
    assert calls.result_of(sent(calls.result_call(report))) == ("c", 9, [{"a": "1"}])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConfigError("bad"), ConfigError),
        (NotImplementedError("not here"), NotImplementedError),
        (type("Theirs", (ConnectError,), {})("odd"), ConnectError),
    ],
)
def test_a_failure_is_raised_again(error: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=str(error)):
        calls.raise_failure(sent(calls.failure(error)))


def test_an_answer_is_no_failure() -> None:
    calls.raise_failure({"connection.url": ["wrong"]})
    calls.raise_failure(None)
