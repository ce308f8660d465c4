"""Counting, and both renderings."""

from __future__ import annotations

import json

import pytest

from connect_core.telemetry import METRICS, Form, Registry, emf, merged, prometheus
from connect_core.telemetry.metrics import SOURCE, TASK


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    meter = registry.meter(SOURCE, connector="orders", task="0")
    for count, ms in ((10, 4.0), (20, 8.0)):
        meter.record("source-record-poll-total", count)
        meter.record("poll-batch-avg-time-ms", ms)
        meter.record("poll-batch-max-time-ms", ms)
        meter.record("transaction-size-min", count)
        meter.record("source-record-active-count", count)
    return registry


def test_forms(registry: Registry) -> None:
    meter = registry.meter(SOURCE, task="0", connector="orders")
    assert {sample.metric.name: sample.value for sample in meter.samples()} == {
        "source-record-poll-total": 30.0,
        "poll-batch-avg-time-ms": 6.0,
        "poll-batch-max-time-ms": 8.0,
        "transaction-size-min": 10.0,
        "source-record-active-count": 20.0,
    }
    assert meter.value("source-record-write-total") == 0
    meter.reset_observations()
    assert {sample.metric.name for sample in meter.samples()} == {
        "source-record-poll-total",
        "source-record-active-count",
    }


def test_a_name_that_is_not_declared_fails(registry: Registry) -> None:
    with pytest.raises(KeyError):
        registry.meter(SOURCE).record("source-record-pol-total")
    with pytest.raises(KeyError):
        registry.meter("nonsense")
    assert METRICS[TASK, "batch-size-max"].form is Form.MAX


def test_meters_of_a_deleted_connector_go(registry: Registry) -> None:
    registry.meter(SOURCE, connector="other", task="0").record("source-record-poll-total")
    registry.remove(connector="orders")
    assert [sample.labels["connector"] for sample in registry.snapshot()] == ["other"]


def test_prometheus(registry: Registry) -> None:
    registry.meter(SOURCE, connector='q"\\\n').record("source-record-poll-total", 1)
    text = prometheus.render(registry.snapshot())
    name = "kafka_connect_source_task_metrics_source_record_poll_total"
    assert f'# TYPE {name} counter\n{name}{{connector="orders",task="0"}} 30.0\n' in text
    assert f'{name}{{connector="q\\"\\\\\\n"}} 1.0\n' in text
    assert text.count(f"# TYPE {name} ") == 1
    assert "# TYPE kafka_connect_source_task_metrics_poll_batch_avg_time_ms gauge\n" in text


def test_emf(registry: Registry) -> None:
    (line,) = emf.render(registry.snapshot(), timestamp_ms=1700000000000)
    document = json.loads(line)
    directive = document["_aws"]["CloudWatchMetrics"][0]
    assert document["_aws"]["Timestamp"] == 1700000000000
    assert directive["Namespace"] == "kafka.connect"
    assert directive["Dimensions"] == [["type", "connector", "task"]]
    assert (document["type"], document["connector"], document["task"]) == (SOURCE, "orders", "0")
    assert {"Name": "poll-batch-max-time-ms", "Unit": "Milliseconds"} in directive["Metrics"]
    assert all(document[metric["Name"]] is not None for metric in directive["Metrics"])


def test_a_window_ends_when_it_is_old_enough_and_somebody_asks(registry: Registry) -> None:
    meter = registry.meter(SOURCE, connector="orders", task="0")
    assert len(registry.windowed(3600)) == 5
    assert meter.value("poll-batch-max-time-ms") == 8
    assert len(registry.windowed(0)) == 5  # shown once more, then begun anew
    assert meter.value("poll-batch-max-time-ms") == 0
    assert meter.value("source-record-poll-total") == 30


def test_snapshots_of_several_processes_are_one(registry: Registry) -> None:
    other = Registry()
    meter = other.meter(SOURCE, task="0", connector="orders")
    meter.record("source-record-poll-total", 5)
    meter.record("source-record-active-count", 7)
    other.meter(SOURCE, connector="orders", task="1").record("source-record-poll-total", 1)
    found = {(s.metric.name, s.labels["task"]): s.value for s in merged([registry.snapshot(), other.snapshot()])}
    assert found["source-record-poll-total", "0"] == 35
    assert found["source-record-active-count", "0"] == 7
    assert found["source-record-poll-total", "1"] == 1
    assert found["poll-batch-avg-time-ms", "0"] == 6
