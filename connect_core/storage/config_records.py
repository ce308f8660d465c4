"""Keys and values of the config topic and the status topic, byte for byte as Connect writes them (spec 3.1, 3.4).

Pure text in, bytes out; ``fold`` reads them. Map order inside ``properties`` is the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.encoding.json import JsonOptions, decoder, encoder
from connect_core.storage.state import Status, TargetState

type Record = tuple[str, bytes | Mapping[str, Any] | None]
"""Key and value of a record to write: bytes, or what is to become JSON; None is a tombstone."""

CONNECTOR_ITSELF = -1
"""Task number that stands for the connector."""

_BARE = JsonOptions(schemas_enable=False)
_encode = encoder(None, _BARE)
_decode = decoder(_BARE)

SESSION_KEY = "session-key"
TARGET, CONNECTOR, TASK, COMMIT = "target-state-", "connector-", "task-", "commit-"
RESTART, FENCING, LOGGER = "restart-connector-", "tasks-fencing-", "logger-cluster-"
STATUS_TASK, STATUS_CONNECTOR, STATUS_TOPIC, OF_CONNECTOR = (
    "status-task-",
    "status-connector-",
    "status-topic-",
    ":connector-",
)


def to_json(value: Any) -> bytes:
    """The JSON document JsonConverter writes without schemas: compact, Jackson's escapes, Java's numbers."""
    return _encode(value) or b"null"


def from_json(data: bytes) -> Any:
    """The value JsonConverter reads without schemas; DataError if it is no JSON."""
    return _decode(data)[1]


def value_bytes(value: bytes | Mapping[str, Any] | None) -> bytes | None:
    """The bytes of a record's value."""
    return value if value is None or isinstance(value, bytes) else to_json(value)


def connector(name: str, config: Mapping[str, str | None] | None) -> Record:
    """A connector's config; None deletes it."""
    return CONNECTOR + name, None if config is None else to_json({"properties": dict(config)})


def tasks(name: str, configs: Sequence[Mapping[str, str]]) -> list[Record]:
    """All task configs and the commit record that activates them."""
    written = [(f"{TASK}{name}-{i}", to_json({"properties": dict(config)})) for i, config in enumerate(configs)]
    return [*written, commit(name, len(configs))]


def commit(name: str, count: int) -> Record:
    """The record that makes the ``count`` deferred task configs current."""
    return COMMIT + name, to_json({"tasks": count})


def target_state(name: str, state: TargetState | None) -> Record:
    """Wish for a connector; workers before 3.5 read ``state`` and know no STOPPED."""
    if state is None:
        return TARGET + name, None
    old = TargetState.PAUSED if state is TargetState.STOPPED else state
    return TARGET + name, to_json({"state": str(old), "state.v2": str(state)})


def fencing(name: str, count: int) -> Record:
    """The number of tasks whose producers have to be fenced before the next generation starts."""
    return FENCING + name, to_json({"task-count": count})


def restart(name: str, *, include_tasks: bool, only_failed: bool) -> Record:
    """A one-shot restart request."""
    return RESTART + name, to_json({"include-tasks": include_tasks, "only-failed": only_failed})


def session_key(key: str, algorithm: str, created: int) -> Record:
    """The key that signs internal REST requests: base64, algorithm, epoch milliseconds."""
    return SESSION_KEY, to_json({"key": key, "algorithm": algorithm, "creation-timestamp": created})


def logger_level(namespace: str, level: str) -> Record:
    """A one-shot log level for the whole cluster."""
    return LOGGER + namespace, to_json({"level": level})


def status(connector_name: str, task: int, value: Status | None) -> tuple[str, bytes | None]:
    """Status of a task, or of the connector (task -1); None removes it."""
    key = STATUS_CONNECTOR + connector_name if task < 0 else f"{STATUS_TASK}{connector_name}-{task}"
    if value is None:
        return key, None
    fields = {
        "state": value.state,
        "trace": value.trace,
        "worker_id": value.worker_id,
        "generation": value.generation,
        "version": value.version,
    }
    return key, to_json(fields)


def active_topic(connector_name: str, topic: str, *, task: int, discovered: int) -> tuple[str, bytes | None]:
    """A topic this connector uses, found by ``task`` at epoch milliseconds ``discovered``."""
    found = {"name": topic, "connector": connector_name, "task": task, "discoverTimestamp": discovered}
    return f"{STATUS_TOPIC}{topic}{OF_CONNECTOR}{connector_name}", to_json({"topic": found})


def forget_topic(connector_name: str, topic: str) -> tuple[str, bytes | None]:
    """Tombstone of an active topic."""
    return f"{STATUS_TOPIC}{topic}{OF_CONNECTOR}{connector_name}", None
