"""What runners count, by Connect's names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connect_core.errors import DataError, Retriable
from connect_core.runtime.lease import Lease
from connect_core.runtime.meters import SinkMeters, SourceMeters, count_slice, error_meter
from connect_core.runtime.policy import ErrorPolicy, Failure, LogReporter, Stage
from connect_core.telemetry import REGISTRY
from tests.unit.runtime.stands import HandClock


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """A connector of this test's own; its meters go with it."""
    yield request.node.name
    REGISTRY.remove(connector=request.node.name)


def counted(name: str) -> dict[str, float]:
    return {s.metric.name: s.value for s in REGISTRY.snapshot() if s.labels.get("connector") == name}


def test_a_source_counts_batches_and_transactions(name: str) -> None:
    meters = SourceMeters(name, 0, transactions=True)
    meters.started()
    for polled, written in ((10, 8), (4, 4)):
        meters.polled(0.002)
        meters.sent(polled=polled, written=written)
    assert counted(name)["source-record-active-count"] == 12
    with meters.commit():
        pass
    meters.committed()
    with pytest.raises(Retriable), meters.commit():
        raise Retriable("no broker")
    found = counted(name)
    assert found.pop("offset-commit-avg-time-ms") == found.pop("offset-commit-max-time-ms") >= 0
    assert found == {
        "source-record-poll-total": 14,
        "source-record-write-total": 12,
        "source-record-active-count": 0,
        "source-record-active-count-avg": 10,
        "source-record-active-count-max": 12,
        "transaction-size-min": 12,
        "transaction-size-max": 12,
        "transaction-size-avg": 12,
        "poll-batch-avg-time-ms": 2,
        "poll-batch-max-time-ms": 2,
        "batch-size-avg": 7,
        "batch-size-max": 10,
        "offset-commit-failure-percentage": 0.5,
        "offset-commit-success-percentage": 0.5,
    }


def test_without_transactions_there_is_no_size_of_them(name: str) -> None:
    meters = SourceMeters(name, 0, transactions=False)
    meters.sent(polled=1, written=1)
    meters.committed()
    assert not [metric for metric in counted(name) if metric.startswith("transaction-size")]


def test_a_sink_counts_reads_puts_and_commits(name: str) -> None:
    meters = SinkMeters(name, 0)
    meters.opened(3)
    meters.read(5)
    meters.put(4, 0.001)
    meters.skipped()
    meters.committed()
    found = counted(name)
    assert {
        "partition-count": 3,
        "sink-record-read-total": 5,
        "sink-record-send-total": 4,
        "sink-record-active-count": 0,
        "sink-record-active-count-max": 5,
        "offset-commit-seq-no": 1,
        "offset-commit-completion-total": 1,
        "offset-commit-skip-total": 1,
        "put-batch-max-time-ms": 1,
        "batch-size-max": 4,
    }.items() <= found.items()


def test_a_start_counts_once_as_what_it_became(name: str) -> None:
    worker = REGISTRY.meter("connect-worker-metrics")
    names = ("task-startup-attempts-total", "task-startup-success-total", "task-startup-failure-total")
    before = [worker.value(each) for each in names]
    good, bad = SinkMeters(name, 0), SinkMeters(name, 1)
    good.started()
    for meters in (good, bad, bad):
        meters.ended()
    assert [worker.value(each) - old for each, old in zip(names, before, strict=True)] == [2, 1, 1]


def test_slices_are_counted_by_their_end(name: str) -> None:
    for state in ("RUNNING", "FAILED", "SUPERSEDED", "FAILED"):
        count_slice(name, 0, state, 0.5)
    found = counted(name)
    assert (found["slice-total"], found["slice-failed-total"], found["slice-superseded-total"]) == (4, 2, 1)
    assert found["slice-avg-time-ms"] == 500


def test_errors_are_counted_by_the_policy(name: str) -> None:
    clock, meter = HandClock(), error_meter(name, 0)
    policy = ErrorPolicy(
        tolerate_all=True,
        retry_timeout_ms=10_000,
        retry_delay_max_ms=1000,
        lease=Lease(clock, None),
        reporters=[LogReporter(name, 0, include_messages=False, meter=meter)],
        meter=meter,
    )
    tries = iter([Retriable("again"), None])

    def operation() -> str:
        if (error := next(tries)) is not None:
            raise error
        return "done"

    assert policy.again(operation, Retriable("first")) == "done"
    policy.failed(Failure(Stage.VALUE_CONVERTER, "X", DataError("bad")))
    assert counted(name) == {
        "total-record-failures": 3,  # two attempts that were retried, and the record that stayed bad
        "total-retries": 2,
        "total-record-errors": 1,
        "total-records-skipped": 1,
        "total-errors-logged": 1,
        "last-error-timestamp": int(clock.now() * 1000),
    }
