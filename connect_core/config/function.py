"""Connectless' own keys of a connector (``function.*``) and, with them, the bases that connector configs extend.

They stand after Kafka Connect's keys, which ignores them when it reads the same config.
"""

from __future__ import annotations

from typing import ClassVar

from connect_core.config.checks import at_least, between, matches, one_of
from connect_core.config.connector import SinkKeys, SourceKeys
from connect_core.config.key import LOW, Long, Width, key
from connect_core.config.parse import Config

FUNCTION = "Function"
LONGEST_SLICE_MS = 14 * 60_000
"""A function may run 15 minutes; a slice leaves room for start and end."""

_RATE = r"rate\(\s*[1-9]\d*\s+(minute|minutes|hour|hours|day|days)\s*\)"
_CRON = r"cron\(\s*\S+(\s+\S+){5}\s*\)"


class FunctionKeys(Config):
    """Connectless' own keys of a connector: when and how long its slices run."""

    framework: ClassVar[bool] = True

    function_slice_ms: Long = key(
        "Longest run of one slice of a task, in milliseconds. A slice longer than a minute is due every n-th minute.",
        default=60_000,
        importance=LOW,
        group=FUNCTION,
        order=1,
        width=Width.SHORT,
        display="Slice length",
        checks=[between(10_000, LONGEST_SLICE_MS)],
    )
    function_idle_ms: Long = key(
        "How long a slice goes on after a round of polls that brought nothing: 0 ends it, -1 stays to its end.",
        default=0,
        importance=LOW,
        group=FUNCTION,
        order=2,
        width=Width.SHORT,
        display="Idle time",
        checks=[at_least(-1)],
    )
    function_schedule: str | None = key(
        "When the connector is due: rate(5 minutes) or a six-field cron(0 8 * * ? *), UTC. Not set: every tick.",
        default=None,
        importance=LOW,
        group=FUNCTION,
        order=3,
        width=Width.MEDIUM,
        display="Schedule",
        checks=[matches(f"{_RATE}|{_CRON}", "Expected rate(<n> minutes|hours|days) or cron(<six fields>)")],
    )


class SourceConfig(FunctionKeys, SourceKeys):
    """Base of source connector configs."""

    framework: ClassVar[bool] = True


class SinkConfig(FunctionKeys, SinkKeys):
    """Base of sink connector configs."""

    framework: ClassVar[bool] = True

    function_trigger: str = key(
        "What starts a sink's slices: kafka (records arriving), schedule (the tick), or auto: kafka where the host "
        "offers it and the sink reads one topic.",
        default="auto",
        importance=LOW,
        group=FUNCTION,
        order=4,
        width=Width.SHORT,
        display="Trigger",
        checks=[one_of("auto", "schedule", "kafka", ignore_case=True)],
    )
