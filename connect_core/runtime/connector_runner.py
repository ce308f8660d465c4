"""The connector slice (task -1): validate, split into tasks, alter offsets. Connector code runs only here, never in the
coordinator; its result goes to the coordinator as a command, with the config offset it was computed from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.api import SourceConnector
from connect_core.config import references
from connect_core.errors import ConfigError, ConnectError, DataError, Fatal, Retriable
from connect_core.java.hashing import hash_map
from connect_core.plugins import loader
from connect_core.runtime.assemble import Environment, make_connector, secrets_of
from connect_core.runtime.ports import Assignment, OffsetPort
from connect_core.runtime.slice import ConnectorResult
from connect_core.telemetry import log_context, redact


class ConnectorRunContext:
    """What the connector sees (api.ConnectorContext)."""

    def __init__(self, name: str, offsets: OffsetPort) -> None:
        self.name, self._offsets, self._loaded = name, offsets, False

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored offset of a partition; offsets are read when first asked for."""
        if not self._loaded:
            self._offsets.load(None)
            self._loaded = True
        return self._offsets.get(source_partition)


def task_configs(name: str, assignment: Assignment, env: Environment, offsets: OffsetPort) -> ConnectorResult:
    """Start the connector, split, stop. Raises what the connector raises, and TooManyTasks' text (spec 8.1)."""
    raw = {k: v for k, v in assignment.connector_config.items() if v is not None}
    resolved = env.resolve(raw)
    connector = make_connector(resolved)
    common = connector.config
    with log_context(name, secrets=secrets_of(raw, resolved, type(connector))):
        try:
            connector.start(ConnectorRunContext(name, offsets))
            made = connector.task_configs(common.tasks_max)
            period = connector.watch_period_ms()
        finally:
            connector.stop()
    if len(made) > common.tasks_max and common.tasks_max_enforce:
        raise ConnectError(
            f"The connector {name} has generated {len(made)} tasks, which is greater than {common.tasks_max}, the"
            " maximum number of tasks it is configured to create. This behaviour should be considered a bug and is"
            " disallowed. If necessary, it can be permitted by reconfiguring the connector with"
            " 'tasks.max.enforce' set to false; however, this option will be removed in a future release of Kafka"
            " Connect."
        )
    task_class = loader.task_java_name(type(connector))
    out = []
    for config in made:
        full = dict(config) | {"task.class": task_class}
        full |= {k: resolved[k] for k in ("topics", "topics.regex") if k in resolved}
        full = hash_map(full)  # the order of Connect's records in the config topic
        out.append(references.restore(raw, full, resolved))
    return ConnectorResult(config_offset=assignment.config_offset, task_configs=out, watch_period_ms=period)


def validate(config: Mapping[str, str], env: Environment) -> dict[str, list[str]]:
    """The connector's checks that need an outside system; messages carry no secrets."""
    raw = {k: v for k, v in config.items() if v is not None}
    resolved = env.resolve(raw)
    kind = loader.load_connector(resolved["connector.class"])
    hidden = secrets_of(raw, resolved, kind)
    with log_context(resolved.get("name", ""), secrets=hidden):
        found = kind.config_class().errors(resolved) or kind.validate(resolved)
    return {k: [redact(m, hidden) for m in messages] for k, messages in found.items()}


def alter_offsets(
    config: Mapping[str, str], env: Environment, offsets: Sequence[tuple[Any, Mapping[str, Any] | None]]
) -> bool:
    """The connector's say in an offsets change: (source partition or (topic, partition), offset) pairs."""
    raw = {k: v for k, v in config.items() if v is not None}
    resolved = env.resolve(raw)
    connector = make_connector(resolved)
    with log_context(resolved.get("name", ""), secrets=secrets_of(raw, resolved, type(connector))):
        if isinstance(connector, SourceConnector):
            return connector.alter_offsets(offsets)
        changes = {p: None if offset is None else int(offset["kafka_offset"]) for p, offset in offsets}
        return bool(connector.alter_offsets(changes))  # type: ignore[attr-defined]  # a sink connector by now


def redacted(text: str, assignment: Assignment, env: Environment) -> str:
    """A trace without the secrets of this connector's config, as far as it can be resolved (I6)."""
    return _redacted(text, assignment.connector_config, env)


def told(error: Exception, config: Mapping[str, str], env: Environment) -> ConnectError | NotImplementedError:
    """An error as another process may see it: of a kind that travels as a text, and without secrets (I6)."""
    text = _redacted(str(error), config, env)
    if isinstance(error, NotImplementedError):
        return NotImplementedError(text)
    return next((kind(text) for kind in _TRAVEL if isinstance(error, kind)), ConnectError(text))


_TRAVEL: tuple[type[ConnectError], ...] = (ConfigError, Retriable, DataError, Fatal)


def _redacted(text: str, config: Mapping[str, str | None], env: Environment) -> str:
    raw = {k: v for k, v in config.items() if v is not None}
    hidden = {v for k, v in raw.items() if v and "password" in k}
    try:
        hidden |= secrets_of(raw, env.resolve(raw), loader.load_connector(raw.get("connector.class", "")))
    except ConnectError:
        return redact(text, hidden)
    return redact(text, hidden)
