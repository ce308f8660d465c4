"""A topics.regex that is none or that is refused; everything else of this feed needs a broker (tests/integration)."""

from __future__ import annotations

import pytest

from connect_core.errors import ConfigError
from connect_core.kafka.partitions import PartitionConsumer
from connect_core.runtime.group_feed import GroupFeed
from tests.unit.runtime.stands import HandClock


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (
            "[",
            r"Invalid value \[ for configuration topics\.regex: Invalid regex: Unclosed character class near index 0",
        ),
        (r"\Xa", r"Invalid value \\Xa for configuration topics\.regex: Invalid regex: .* uses \\X, .* supported"),
    ],
)
def test_a_bad_pattern_names_its_key_and_the_reason(pattern: str, text: str) -> None:
    consumer = PartitionConsumer({"bootstrap.servers": "127.0.0.1:1", "group.id": "g"})
    try:
        with pytest.raises(ConfigError, match=text):
            GroupFeed(consumer, topics=[], pattern=pattern, task=0, tasks=1, clock=HandClock(), fence=None)
    finally:
        consumer.close()
