"""What every bundled converter is told (spec kafka-connect.md 5.0), and the release they all equal."""

from __future__ import annotations

from collections.abc import Mapping

from connect_core.config import LOW, Config, key, one_of

KAFKA = "4.3.0"
"""The Kafka Connect release whose converters these equal; their version in listings."""


class ConverterConfig(Config):
    """The key that the worker, not the user, sets."""

    converter_type: str = key("What this converter is for.", importance=LOW, checks=[one_of("key", "value", "header")])


def with_type(config: Mapping[str, str], kind: str) -> dict[str, str]:
    """The settings with ``converter.type``, for converters configured by hand."""
    return {"converter.type": kind, **config}
