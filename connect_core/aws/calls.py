"""What goes from function to function as JSON: slices to run, questions to a connector, results of connector slices.

Both ends are here, so that they cannot differ. Neighbours: `invoke` writes calls, `hosts.scheduled` and
`hosts.coordinator` read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from connect_core import errors
from connect_core.api import TopicPartition
from connect_core.errors import ConnectError, DataError
from connect_core.runtime.slice import SliceReport, SliceRequest

type Call = dict[str, Any]


def slice_call(request: SliceRequest) -> Call:
    """Run one slice."""
    return {"slice": asdict(request)}


def slice_of(event: Mapping[str, Any]) -> SliceRequest:
    """The slice to run; DataError if the event holds none."""
    found = event.get("slice")
    try:
        return SliceRequest(**found)  # type: ignore[arg-type]  # anything that is no mapping of its fields is a TypeError
    except TypeError as error:
        raise DataError(f"Not a slice: 'slice' is {found!r}, expected its fields ({error})") from error


def validate_call(config: Mapping[str, str]) -> Call:
    """Ask the connector's class about a config."""
    return {"validate": dict(config)}


def alter_call(config: Mapping[str, str], offsets: Sequence[Any]) -> Call:
    """Ask the connector about a change of its offsets; a sink's partitions are (topic, partition)."""
    return {"alter_offsets": [[_plain(partition), offset] for partition, offset in offsets], "config": dict(config)}


def offsets_of(event: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The offsets of an `alter_call`."""
    return [
        (TopicPartition(*partition) if isinstance(partition, list) else partition, offset)
        for partition, offset in event["alter_offsets"]
    ]


def _plain(partition: Any) -> Any:
    return partition if isinstance(partition, Mapping) else list(partition)


def result_call(report: SliceReport) -> Call | None:
    """The result of a connector slice for the coordinator; None if it has none."""
    result = report.result
    if result is None:
        return None
    configs = [dict(config) for config in result.task_configs]
    return {"task_configs": configs, "connector": report.connector, "config_offset": result.config_offset}


def result_of(event: Mapping[str, Any]) -> tuple[str, int, Sequence[Mapping[str, str]]]:
    """Connector, config offset and task configs of a `result_call`: the fields of the coordinator's command."""
    return event["connector"], event["config_offset"], event["task_configs"]


def failure(error: ConnectError | NotImplementedError) -> Call:
    """An answer that raises at the caller's."""
    return {"failed": [type(error).__name__, str(error)]}


def raise_failure(answer: Any) -> None:
    """Raise the error of a `failure` answer: one of ours by its name, else ConnectError."""
    if isinstance(answer, Mapping) and (failed := answer.get("failed")):
        kind, text = failed
        if kind == "NotImplementedError":
            raise NotImplementedError(text)
        found = getattr(errors, kind, ConnectError)
        if not issubclass(found, ConnectError) or found is errors.BatchFailure:
            found = ConnectError
        raise found(text)
