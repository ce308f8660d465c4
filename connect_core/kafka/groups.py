"""Consumer groups as REST and the tick see them (spec 8.7, design 4): members, committed offsets, altering them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from connect_core.errors import ConnectError, Retriable
from connect_core.kafka import clients
from connect_core.kafka.failures import INVALID_ARG, error_of, translate

TIMEOUT_S = 30.0

type Partition = tuple[str, int]

BUSY = frozenset({KafkaError.NON_EMPTY_GROUP, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.GROUP_SUBSCRIBED_TO_TOPIC})


class GroupNotEmpty(ConnectError):
    """A consumer group still has members."""


def members(props: Mapping[str, Any], group: str) -> list[str]:
    """Live members of a group of any kind, as ``<client id>@<host>``; [] for an unknown one."""
    doing = f"describe group {group}"
    client = clients.admin(props)
    try:
        found = _ask(doing, lambda: client.describe_consumer_groups([group], request_timeout=TIMEOUT_S)[group])
        return [f"{member.client_id}@{member.host}" for member in found.members]
    except _UnknownGroup:
        return []
    except _ForeignGroup:
        return _foreign_members(client, group)


def _foreign_members(client: AdminClient, group: str) -> list[str]:
    """Members of a group that consumes nothing, a JVM Connect cluster: only the deprecated call describes those."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            found = client.list_groups(group, timeout=TIMEOUT_S)
        except KafkaException as failure:
            raise translate(failure, f"describe group {group}") from failure
    alive = [member for each in found if each.id == group for member in each.members]
    return [f"{member.client_id}@{member.client_host}" for member in alive]


def offsets(props: Mapping[str, Any], group: str) -> dict[Partition, int]:
    """Committed offsets of a group; {} for an unknown one."""
    client = clients.admin(props)
    asked = [ConsumerGroupTopicPartitions(group)]
    found = _ask(
        f"list the offsets of group {group}",
        lambda: client.list_consumer_group_offsets(asked, request_timeout=TIMEOUT_S)[group],
    )
    return {(each.topic, each.partition): each.offset for each in found.topic_partitions if each.offset >= 0}


def alter(props: Mapping[str, Any], group: str, changes: Mapping[Partition, int | None]) -> None:
    """Commit offsets of an empty group; None forgets one. GroupNotEmpty if it has members."""
    wanted = {partition: offset for partition, offset in changes.items() if offset is not None}
    if wanted:
        client = clients.admin(props)
        positions = [TopicPartition(topic, partition, offset) for (topic, partition), offset in wanted.items()]
        asked = [ConsumerGroupTopicPartitions(group, positions)]
        result = _ask(
            f"alter the offsets of group {group}",
            lambda: client.alter_consumer_group_offsets(asked, request_timeout=TIMEOUT_S)[group],
        )
        for position in result.topic_partitions:
            if position.error is not None:
                raise _refusal(position.error, f"alter the offset of {position.topic}-{position.partition}")
    if forgotten := [partition for partition, offset in changes.items() if offset is None]:
        _forget(props, group, forgotten)


def delete(props: Mapping[str, Any], group: str) -> None:
    """Delete a group with its offsets; an unknown one is a success. GroupNotEmpty if it has members."""
    client = clients.admin(props)
    try:
        _ask(f"delete group {group}", lambda: client.delete_consumer_groups([group], request_timeout=TIMEOUT_S)[group])
    except _UnknownGroup:
        return


class _UnknownGroup(ConnectError):
    """There is no such group."""


class _ForeignGroup(ConnectError):
    """The group is not one of consumers."""


def _forget(props: Mapping[str, Any], group: str, partitions: Iterable[Partition]) -> None:
    """Forget single offsets of an empty group.

    The Python client has no call for it: the group is deleted, then what is to stay is committed again. Dying between
    the two, the sink would begin where its ``auto.offset.reset`` says: records again, none lost.
    """
    gone = set(partitions)
    kept = {partition: offset for partition, offset in offsets(props, group).items() if partition not in gone}
    delete(props, group)
    if kept:
        alter(props, group, kept)


def _ask(doing: str, ask: Callable[[], Future[Any]]) -> Any:
    """The answer to a request; asked again while the group's coordinator is moving or loading.

    ``ask`` must hold its client: one that is collected takes its pending answers with it.
    """
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return ask().result()
        except KafkaException as failure:
            refusal = _refusal(error_of(failure), doing)
            if not isinstance(refusal, Retriable) or time.monotonic() > deadline:
                raise refusal from failure
        time.sleep(0.1)


def _refusal(error: KafkaError, doing: str) -> ConnectError:
    if error.code() in BUSY:
        return GroupNotEmpty(f"Cannot {doing}: {error.str()}")
    if error.code() == KafkaError.GROUP_ID_NOT_FOUND:
        return _UnknownGroup(f"Cannot {doing}: {error.str()}")
    if error.code() == INVALID_ARG and "is not a consumer group" in error.str():
        return _ForeignGroup(f"Cannot {doing}: {error.str()}")
    return translate(error, doing)
