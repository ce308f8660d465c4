"""How long a transaction may stay open."""

from __future__ import annotations

import pytest

from connect_core.runtime.boundary import transaction_timeout_ms
from connect_core.runtime.lease import Lease
from tests.unit.runtime.stands import HandClock

INTERVAL = {"transaction.boundary": "INTERVAL"}


@pytest.mark.parametrize(
    ("config", "lease_s", "expected"),
    [
        ({}, None, 60_000),
        ({"transaction.boundary": "poll"}, 600, 60_000),
        ({}, 55, 55_000),
        ({}, 1, 10_000),  # time enough for one commit; past its lease a slice does nothing anyway
        (INTERVAL, None, 60_000 + 30_000),
        (INTERVAL | {"transaction.boundary.interval.ms": "300000"}, None, 360_000),
        (INTERVAL | {"transaction.boundary.interval.ms": "300000"}, 55, 55_000),
        (INTERVAL | {"transaction.boundary.interval.ms": "3600000"}, None, 900_000),
        (INTERVAL | {"transaction.boundary.interval.ms": "soon"}, None, 90_000),  # complained about where it is parsed
        ({"transaction.boundary": "connector"}, 840, 840_000),
        ({"transaction.boundary": "connector"}, None, 900_000),
    ],
)
def test_a_transaction_lasts_as_long_as_its_boundary_but_not_longer_than_the_lease(
    config: dict[str, str], lease_s: float | None, expected: int
) -> None:
    clock = HandClock()
    lease = Lease(clock, None if lease_s is None else clock.now() + lease_s)
    assert transaction_timeout_ms(config, 30_000, lease) == expected
