"""Creating the topics a task writes to (KIP-158, spec kafka-connect.md 8.5), and the dead letter topic."""

from __future__ import annotations

from collections.abc import Mapping

from connect_core.config.topic_creation import TopicGroup, topic_creation
from connect_core.errors import ConnectError
from connect_core.kafka import layers
from connect_core.runtime.assemble import Environment


class TopicCreator:
    """Looks once at each topic; without ``topic.creation.*`` keys the broker's auto-creation is relied on."""

    def __init__(self, groups: list[TopicGroup], props: Mapping[str, str], *, retries_s: float = 30.0) -> None:
        self._groups, self._props, self._retries_s = groups, props, retries_s

    def ensure(self, topic: str) -> None:
        """Create a missing topic by the first group that matches."""
        if not self._groups:
            return
        from connect_core.kafka.topics import create_topic, topic_exists

        if topic_exists(self._props, topic):
            return
        group = next(g for g in self._groups if g.matches(topic))
        create_topic(
            self._props,
            topic,
            partitions=group.partitions,
            replication_factor=group.replication_factor,
            settings=group.settings,
        )

    def ensure_dead_letters(self, topic: str, replication_factor: int) -> None:
        """Create the dead letter topic with one partition (trap 33); ConnectError with Connect's text if impossible."""
        from connect_core.kafka.topics import create_topic, topic_exists

        try:
            if not topic_exists(self._props, topic):
                create_topic(self._props, topic, partitions=1, replication_factor=replication_factor, settings={})
        except ConnectError as error:
            raise ConnectError(
                f"Could not initialize dead letter queue with topic={topic}: set"
                " errors.deadletterqueue.topic.replication.factor to at most the number of brokers"
            ) from error


def topic_creator(config: Mapping[str, str], env: Environment, *, connector: str, task: int) -> TopicCreator:
    """For one task, as the worker's ``topic.creation.enable`` and the connector's groups say."""
    allowed = env.properties.get("topic.creation.enable", "true").strip().lower() == "true"
    groups = topic_creation(config) if allowed else []
    client_id = f"connector-adminclient-{connector}-{task}"
    return TopicCreator(groups, layers.connector_admin(env.properties, config, client_id=client_id))
