"""A topics.regex that Python does not understand; everything else of this feed needs a broker (tests/integration)."""

from __future__ import annotations

import pytest

from connect_core.errors import ConfigError
from connect_core.kafka.partitions import PartitionConsumer
from connect_core.runtime.group_feed import GroupFeed
from tests.unit.runtime.stands import HandClock


def test_a_pattern_of_another_dialect_names_its_key_and_the_remedy() -> None:
    consumer = PartitionConsumer({"bootstrap.servers": "127.0.0.1:1", "group.id": "g"})
    text = r"Invalid value \\p\{Alpha\}\+ for configuration topics\.regex: Invalid regex: .*Python's re module"
    try:
        with pytest.raises(ConfigError, match=text):
            GroupFeed(consumer, topics=[], pattern=r"\p{Alpha}+", task=0, tasks=1, clock=HandClock(), fence=None)
    finally:
        consumer.close()
