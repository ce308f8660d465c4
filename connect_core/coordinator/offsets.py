"""Offsets over REST: list, alter, reset (spec 1.6, 8.7, 8.8), with Connect's rules and texts.

Order: the fence of every task id (I4), the plugin's say in a connector slice, then Kafka's own change. Neighbours:
`ports.OffsetAdmin` does the reading and writing, `execute` owns the coordinator this works for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.coordinator.entities import Entity
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.plan import sink_group, task_ids
from connect_core.coordinator.ports import Rejected, SourceOffset
from connect_core.errors import ConnectError
from connect_core.java.hashing import order_as_map_keys
from connect_core.kafka.groups import GroupNotEmpty
from connect_core.storage.state import ConnectorEntry, TargetState

type Partition = tuple[str, int]
type Body = Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]
"""(partition, offset) pairs of a request."""

_INTEGER = re.compile(r"[+-]?\d+")
_LONG = 1 << 63


class Offsets:
    """The /offsets endpoint."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._coordinator, self._outside = coordinator, coordinator.outside

    def show(self, name: str) -> Entity:
        """GET: ConnectorOffsets."""
        entry = self._coordinator.entry(name)
        config = _plain(entry)
        if self._kind(entry) == "sink":
            committed = self._outside.offsets.group(sink_group(entry), config)
            shown = [
                {
                    "partition": {"kafka_topic": topic, "kafka_partition": partition},
                    "offset": {"kafka_offset": offset},
                }
                for (topic, partition), offset in committed.items()
            ]
        else:
            stored = [(dict(partition), offset) for partition, offset in self._outside.offsets.source(name, config)]
            found = {id(partition): offset for partition, offset in stored if offset}
            ordered = order_as_map_keys(partition for partition, offset in stored if offset)
            shown = [{"partition": partition, "offset": found[id(partition)]} for partition in ordered]
        return {"offsets": shown}

    def alter(self, name: str, offsets: Body | None) -> Entity:
        """PATCH: the pairs given; the last of equal partitions wins, an offset of None deletes."""
        if not offsets:
            raise Rejected(400, "Partitions / offsets need to be provided for an alter offsets request")
        entry = self._stopped(name)
        if self._kind(entry) == "sink":
            return self._alter_sink(entry, _sink_offsets(offsets))
        return self._alter_source(entry, _source_offsets(offsets), word="altered")

    def reset(self, name: str) -> Entity:
        """DELETE: all offsets of the connector; for sinks, the consumer group itself."""
        entry = self._stopped(name)
        config = _plain(entry)
        if self._kind(entry) != "sink":
            stored = self._outside.offsets.source(name, config)
            gone: list[SourceOffset] = [(partition, None) for partition, offset in stored if offset is not None]
            return self._alter_source(entry, gone, word="reset")
        group = sink_group(entry)
        committed = self._outside.offsets.group(group, config)
        handled = self._ask_plugin(entry, [(partition, None) for partition in committed])
        try:
            self._outside.offsets.delete_group(group, config)
        except GroupNotEmpty as error:
            raise Rejected(500, _zombies(name, "reset")) from error
        return _message("reset", handled=handled)

    def _alter_sink(self, entry: ConnectorEntry, offsets: Mapping[Partition, int | None]) -> Entity:
        asked = [(key, None if offset is None else {"kafka_offset": offset}) for key, offset in offsets.items()]
        handled = self._ask_plugin(entry, asked)
        try:
            self._outside.offsets.alter_group(sink_group(entry), _plain(entry), offsets)
        except GroupNotEmpty as error:
            raise Rejected(500, _zombies(entry.name, "alter")) from error
        return _message("altered", handled=handled)

    def _alter_source(self, entry: ConnectorEntry, offsets: Sequence[SourceOffset], *, word: str) -> Entity:
        handled = self._ask_plugin(entry, offsets)
        if offsets:
            self._outside.offsets.alter_source(entry.name, _plain(entry), offsets)
        return _message(word, handled=handled)

    def _ask_plugin(self, entry: ConnectorEntry, offsets: Sequence[Any]) -> bool:
        """I4 first: a slice that still ends must not write its own offsets after ours."""
        if self._coordinator.settings.fencing and entry.fencing:
            self._outside.fence(task_ids(self._coordinator.settings, entry.name, entry.fencing))
        try:
            return self._outside.dispatcher.alter_offsets(entry.name, _plain(entry), offsets)
        except NotImplementedError as error:
            raise Rejected(
                500,
                f"Failed to modify offsets for connector {entry.name} because it doesn't support external modification"
                " of offsets",
            ) from error
        except Rejected:
            raise
        except ConnectError as error:
            raise Rejected(500, str(error)) from error

    def _stopped(self, name: str) -> ConnectorEntry:
        """The rule is about the target state, not the reported status (trap 29)."""
        entry = self._coordinator.entry(name)
        if entry.target is not TargetState.STOPPED or entry.tasks:
            raise Rejected(
                400,
                "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for "
                f"the specified connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint",
            )
        return entry

    def _kind(self, entry: ConnectorEntry) -> str:
        return self._outside.catalog.kind(entry.config)


def _plain(entry: ConnectorEntry) -> dict[str, str]:
    return {key: value for key, value in entry.config.items() if value is not None}


def _message(word: str, *, handled: bool) -> Entity:
    if handled:
        return {"message": f"The offsets for this connector have been {word} successfully"}
    text = (
        f"The Connect framework-managed offsets for this connector have been {word} successfully. However, if this"
        f" connector manages offsets externally, they will need to be manually {word} in the system that the connector"
        " uses."
    )
    return {"message": text}


def _zombies(name: str, word: str) -> str:
    return (
        f"Failed to {word} consumer group offsets for connector {name} either because its tasks haven't stopped"
        f" completely yet or the connector was resumed before the request to {word} its offsets could be successfully"
        " completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't"
        " eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks."
    )


def _source_offsets(offsets: Body) -> list[SourceOffset]:
    """Checked maps, the last of equal partitions winning."""
    merged: dict[str, SourceOffset] = {}
    for partition, offset in offsets:
        for part in (partition, offset):
            _primitive(part)
        merged[repr(sorted((partition or {}).items(), key=lambda item: item[0]))] = (partition or {}, offset)
    return list(merged.values())


def _primitive(values: Mapping[str, Any] | None) -> None:
    for name, value in (values or {}).items():
        if isinstance(value, list | dict):
            kind = "ARRAY" if isinstance(value, list) else "MAP"
            raise Rejected(500, f"Offsets may only contain primitive types as values, but field {name} contains {kind}")


def _sink_offsets(offsets: Body) -> dict[Partition, int | None]:
    return {_sink_partition(partition): _sink_offset(offset) for partition, offset in offsets}


def _sink_partition(partition: Mapping[str, Any] | None) -> Partition:
    if partition is None:
        raise Rejected(400, "The partition for a sink connector offset cannot be null or missing")
    if "kafka_topic" not in partition or "kafka_partition" not in partition:
        raise Rejected(
            400,
            "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
        )
    topic, number = partition["kafka_topic"], partition["kafka_partition"]
    if topic is None:
        raise Rejected(400, "Kafka topic names must be valid strings and may not be null")
    if number is None:
        raise Rejected(400, "Kafka partitions must be valid numbers and may not be null")
    return _text(topic), _integer(number, what="partition", plural="Partition", limit=1 << 31)


def _sink_offset(offset: Mapping[str, Any] | None) -> int | None:
    if offset is None:
        return None
    if "kafka_offset" not in offset:
        raise Rejected(400, "The offset for a sink connector should either be null or contain the key 'kafka_offset'")
    return _integer(offset["kafka_offset"], what="offset", plural="Offset", limit=_LONG)


def _integer(value: Any, *, what: str, plural: str, limit: int) -> int:
    """Java parses the value's own text, so ``"10"`` is as good as 10."""
    text = _text(value)
    if _INTEGER.fullmatch(text) and -limit <= int(text) < limit:
        return int(text)
    raise Rejected(
        400,
        f"Failed to parse the following Kafka {what} value in the provided offsets: '{text}'. {plural} values for sink"
        " connectors need to be integers.",
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
