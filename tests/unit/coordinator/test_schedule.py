from datetime import UTC, datetime

import pytest

from connect_core.coordinator.schedule import due
from connect_core.errors import ConfigError

TUESDAY = datetime(2026, 3, 31, 18, 15, 40, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (None, True),
        ("", True),
        ("rate(1 minute)", True),
        ("rate(15 minutes)", True),
        ("rate(7 minutes)", int(TUESDAY // 60) % 7 == 0),
        ("rate(1 hour)", False),
        ("cron(15 18 * * ? *)", True),
        ("cron(16 18 * * ? *)", False),
        ("cron(0/15 * * * ? *)", True),
        ("cron(*/4 * * * ? *)", False),
        ("cron(10-20 8-18 ? * MON-FRI *)", True),
        ("cron(10-20 8-18 ? * SAT,SUN *)", False),
        ("cron(15 18 ? * 3 *)", True),
        ("cron(15 18 31 MAR ? 2026)", True),
        ("cron(15 18 31 mar ? 2027)", False),
        ("cron(15 18 30,31 1-3 ? 2026-2030)", True),
    ],
)
def test_due(schedule: str | None, expected: bool) -> None:
    assert due(schedule, TUESDAY) is expected


@pytest.mark.parametrize(
    "schedule",
    ["hourly", "rate(0 minutes)", "rate(x minutes)", "cron(* * * *)", "cron(61 * * * ? *)", "cron(0 12 L * ? *)"],
)
def test_unreadable(schedule: str) -> None:
    with pytest.raises(ConfigError, match=r"for configuration function\.schedule"):
        due(schedule, TUESDAY)
