"""Topic creation groups of a source connector (KIP-158, spec kafka-connect.md 2.4): ``topic.creation.<group>.*``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connect_core.config.parse import parse_value
from connect_core.errors import ConfigError
from connect_core.java.patterns import Pattern, PatternError

PREFIX = "topic.creation."
_OWN = ("include", "exclude", "partitions", "replication.factor")
_LIMITS = {
    "partitions": ("INT", "Number of partitions must be positive, or -1 to use the broker's default"),
    "replication.factor": (
        "SHORT",
        (
            "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, "
            "or -1 to use the broker's default"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """Topics that are created alike; ``partitions`` and ``replication_factor`` -1 mean the broker's default."""

    name: str
    include: Sequence[Pattern]
    exclude: Sequence[Pattern]
    partitions: int
    replication_factor: int
    settings: Mapping[str, str]

    def matches(self, topic: str) -> bool:
        """True if a topic of this name belongs to the group; exclude wins."""
        if any(pattern.matches(topic) for pattern in self.exclude):
            return False
        return any(pattern.matches(topic) for pattern in self.include)


def topic_creation(config: Mapping[str, str]) -> list[TopicGroup]:
    """The groups of a raw connector config, first match wins, the default group last; [] = nothing configured.

    ConfigError for bad values. Whether the worker allows it (``topic.creation.enable``) is the caller's question.
    """
    if not any(name.startswith(PREFIX) for name in config):
        return []
    names = parse_value(f"{PREFIX}groups", config.get(f"{PREFIX}groups"), "LIST") or []
    partitions, replication = _count(config, "default", "partitions"), _count(config, "default", "replication.factor")
    for key, value in (("partitions", partitions), ("replication.factor", replication)):
        if value is None:
            raise ConfigError(f'Missing required configuration "{PREFIX}default.{key}" which has no default value.')
    assert partitions is not None
    assert replication is not None
    groups: list[TopicGroup] = []
    for name in dict.fromkeys(names):
        if name != "default":
            own_partitions, own_replication = (
                _count(config, name, "partitions"),
                _count(config, name, "replication.factor"),
            )
            groups.append(
                TopicGroup(
                    name,
                    _patterns(config, name, "include"),
                    _patterns(config, name, "exclude"),
                    partitions if own_partitions is None else own_partitions,
                    replication if own_replication is None else own_replication,
                    _settings(config, name),
                )
            )
    everything = [Pattern(".*")]
    return [*groups, TopicGroup("default", everything, [], partitions, replication, _settings(config, "default"))]


def _count(config: Mapping[str, str], group: str, what: str) -> int | None:
    name = f"{PREFIX}{group}.{what}"
    if name not in config:
        return None
    kind, complaint = _LIMITS[what]
    number: int | None = parse_value(name, config[name], kind)
    if number is None or (number < 1 and number != -1):
        raise ConfigError.invalid(name, number, complaint)
    return number


def _patterns(config: Mapping[str, str], group: str, what: str) -> list[Pattern]:
    name = f"{PREFIX}{group}.{what}"
    texts = parse_value(name, config.get(name), "LIST") or []
    try:
        return [Pattern(text) for text in texts]
    except PatternError as error:
        shown = f"[{', '.join(texts)}]"
        raise ConfigError.invalid(name, shown, f"Syntax error in regular expression: {error}") from None


def _settings(config: Mapping[str, str], group: str) -> dict[str, str]:
    """The other keys of a group: topic configs, handed on as they are."""
    prefix = f"{PREFIX}{group}."
    return {
        key[len(prefix) :]: value
        for key, value in config.items()
        if key.startswith(prefix) and key[len(prefix) :] not in _OWN
    }
