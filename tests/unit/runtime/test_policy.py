"""Retries and tolerance."""

from __future__ import annotations

import pytest

from connect_core.errors import ConnectError, Retriable
from connect_core.runtime.lease import Lease
from connect_core.runtime.policy import ErrorPolicy, Failure, Stage
from tests.unit.runtime.stands import HandClock


def policy(clock: HandClock, *, timeout_ms: int, tolerate: bool = False) -> ErrorPolicy:
    return ErrorPolicy(
        tolerate_all=tolerate, retry_timeout_ms=timeout_ms, retry_delay_max_ms=60000, lease=Lease(clock, None)
    )


def test_delays_double_from_300_ms() -> None:
    clock = HandClock(0.0)
    times: list[float] = []

    def operation() -> str:
        times.append(round(clock.now(), 3))
        if len(times) < 4:
            raise Retriable("again")
        return "done"

    assert policy(clock, timeout_ms=-1).again(operation, Retriable("first")) == "done"
    assert times == [0.3, 0.9, 2.1, 4.5]


def test_without_a_timeout_there_is_no_retry() -> None:
    clock = HandClock(0.0)
    with pytest.raises(Retriable, match="first"):
        policy(clock, timeout_ms=0).again(lambda: pytest.fail("tried"), Retriable("first"))


def test_the_last_delay_is_cut_at_the_deadline() -> None:
    clock = HandClock(0.0)

    def operation() -> None:
        raise Retriable(f"at {clock.now():.1f}")

    with pytest.raises(Retriable, match=r"at 1\.0"):
        policy(clock, timeout_ms=1000).again(operation, Retriable("first"))


def test_tolerance() -> None:
    clock = HandClock()
    failure = Failure(Stage.VALUE_CONVERTER, "x", ValueError("bad"))
    with pytest.raises(ConnectError, match="Tolerance exceeded in error handler"):
        policy(clock, timeout_ms=0).failed(failure)
    lenient = policy(clock, timeout_ms=0, tolerate=True)
    lenient.failed(failure)
    assert lenient.skipped == 1
