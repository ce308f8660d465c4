"""From configuration to a ready task: providers resolved, plugins loaded, converters, chain and error policy built.

Invariant I6: ``${provider:...}`` is resolved here and in the connector runner, where plugin code runs, nowhere else;
``Assembly.redact`` keeps what was resolved out of traces.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connect_core.api import Connector, Converter, HeaderConverter, SourceConnector, SourceRecord
from connect_core.config import references
from connect_core.errors import ConfigError, ConnectError
from connect_core.plugins import loader
from connect_core.runtime.boundary import Boundary
from connect_core.runtime.chain import Chain, ChainStage
from connect_core.runtime.lease import Lease
from connect_core.runtime.meters import error_meter
from connect_core.runtime.policy import ErrorPolicy, LogReporter, Reporter, Stage
from connect_core.runtime.ports import Assignment, Clock
from connect_core.telemetry import redact

DEFAULT_FLUSH_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the runtime must know of the worker: its raw properties, group and how references are looked up."""

    properties: Mapping[str, str]
    group_id: str
    exactly_once: bool
    fencing: bool
    """Transactional ids exist (everywhere but standalone, which keeps no state in Kafka)."""
    offsets_topic: str
    lookup: Callable[[str, str, Collection[str]], Mapping[str, str] | None]

    @property
    def flush_interval_ms(self) -> int:
        """``offset.flush.interval.ms``."""
        return int(self.properties.get("offset.flush.interval.ms", DEFAULT_FLUSH_MS))

    def resolve(self, raw: Mapping[str, str]) -> dict[str, str]:
        """I6: the config with every reference replaced; only for plugin code."""
        return references.resolve(raw, self.lookup)


@dataclass(slots=True)
class Assembly:
    """Everything a runner needs of one task; ``config`` is the resolved connector config."""

    connector: Connector[Any]
    task: Any
    config: Mapping[str, str]
    key_converter: Converter
    value_converter: Converter
    header_converter: HeaderConverter
    chain: Chain
    policy: ErrorPolicy
    idle_ms: int
    secrets: set[str] = field(default_factory=set)

    @property
    def is_source(self) -> bool:
        """Whether this is a source connector's task."""
        return isinstance(self.connector, SourceConnector)

    @property
    def writes_headers(self) -> bool:
        """Whether a converter adds headers to what it writes."""
        return self.key_converter.writes_headers or self.value_converter.writes_headers

    def encode_headers(self, record: SourceRecord) -> list[tuple[str, bytes | None]]:
        """Kafka headers of a record."""
        convert = self.header_converter.from_connect_header
        return [(h.name, convert(record.topic, h.name, h.schema, h.value)) for h in record.headers]

    def failing_converter(self, record: SourceRecord) -> tuple[Stage, str]:
        """Which conversion of this source record fails; asked only after one did."""
        steps: list[tuple[Stage, Any, Callable[[], Any]]] = [
            (Stage.HEADER_CONVERTER, self.header_converter, lambda: self.encode_headers(record)),
            (
                Stage.KEY_CONVERTER,
                self.key_converter,
                lambda: self.key_converter.from_connect(record.topic, record.key_schema, record.key, []),
            ),
        ]
        for stage, converter, attempt in steps:
            try:
                attempt()
            except Exception:
                return stage, self.java_name(type(converter))
        return Stage.VALUE_CONVERTER, self.java_name(type(self.value_converter))

    def java_name(self, kind: type[Any]) -> str:
        """Java class name of a plugin class, for traces and dead letters."""
        return loader.java_name(kind)

    def redact(self, text: str) -> str:
        """The text without passwords and resolved secrets (I6)."""
        return redact(text, self.secrets)

    def close(self) -> None:
        """Close converters and transforms."""
        self.chain.close()
        self.key_converter.close()
        self.value_converter.close()


def secrets_of(raw: Mapping[str, str], resolved: Mapping[str, str], connector: type[Connector[Any]]) -> set[str]:
    """Texts that must never be printed: password values, and whatever came from a provider."""
    found = {text for k, v in raw.items() for text in references.looked_up(v, resolved.get(k, v)) if text}
    passwords = {k.name for k in connector.config_class().specs() if k.type == "PASSWORD"}
    return found | {v for k, v in resolved.items() if v and (k in passwords or k.endswith(".password"))}


def make_connector(config: Mapping[str, str]) -> Connector[Any]:
    """The connector named by ``connector.class``, configured but not started."""
    name = config.get("connector.class")
    if not name:
        raise ConfigError("Connector config contains no connector type")
    kind = loader.load_connector(name)
    connector: Connector[Any] = kind()
    connector.config = kind.config_class().parse(config)
    return connector


def assemble(
    assignment: Assignment, env: Environment, *, task: int, lease: Lease, reporters: Sequence[Reporter] = ()
) -> Assembly:
    """Build the task of an assignment; ConfigError and friends name the key that is wrong."""
    raw = {k: v for k, v in assignment.connector_config.items() if v is not None}
    config = env.resolve(raw)
    connector = make_connector(config)
    _check_task_count(assignment, connector)
    made = type(connector).task()
    made.config = type(connector).config_class().parse(config | env.resolve(assignment.task_config))
    common = connector.config
    log: list[Reporter] = []
    name = config.get("name", "")
    meter = error_meter(name, task)
    if common.errors_log_enable:
        log.append(LogReporter(name, task, include_messages=common.errors_log_include_messages, meter=meter))
    policy = ErrorPolicy(
        tolerate_all=common.errors_tolerance == "all",
        retry_timeout_ms=common.errors_retry_timeout,
        retry_delay_max_ms=common.errors_retry_delay_max_ms,
        lease=lease,
        reporters=[*log, *reporters],
        meter=meter,
    )
    return Assembly(
        connector=connector,
        task=made,
        config=config,
        key_converter=_converter("key", config, env),
        value_converter=_converter("value", config, env),
        header_converter=_header_converter(config, env),
        chain=_chain(config),
        policy=policy,
        idle_ms=common.function_idle_ms,
        secrets=secrets_of(raw, config, type(connector)),
    )


def boundary_of(assembly: Assembly, env: Environment, clock: Clock) -> Boundary:
    """``transaction.boundary`` and its interval; at-least-once delivery always works by interval."""
    common = assembly.connector.config
    interval = common.transaction_boundary_interval_ms
    interval_ms = env.flush_interval_ms if interval is None else interval
    if not env.exactly_once:
        return Boundary("interval", env.flush_interval_ms, clock)
    kind = str(common.transaction_boundary).lower()
    connector = assembly.connector
    able = isinstance(connector, SourceConnector) and connector.can_define_transaction_boundaries(assembly.config)
    if kind == "connector" and not able:
        raise ConfigError.invalid(
            "transaction.boundary", kind, "The connector does not support connector-defined transaction boundaries"
        )
    return Boundary(kind, interval_ms, clock)


def _check_task_count(assignment: Assignment, connector: Connector[Any]) -> None:
    limit = connector.config.tasks_max
    if assignment.task_count > limit and connector.config.tasks_max_enforce:
        raise ConnectError(
            f"The connector has {assignment.task_count} tasks, more than tasks.max={limit} allows; raise tasks.max or"
            " set tasks.max.enforce=false"
        )


def _plugin_config(prefix: str, config: Mapping[str, str], env: Environment) -> tuple[str, dict[str, str]]:
    """Class and own keys of a converter: all from the connector if it names one, else all from the worker (trap 35)."""
    source = config if config.get(prefix) else env.resolve(env.properties)
    name = source.get(prefix)
    if not name:
        raise ConfigError(f'Missing required configuration "{prefix}" which has no default value.')
    start = prefix + "."
    return name, {k[len(start) :]: v for k, v in source.items() if k.startswith(start)}


def _converter(side: str, config: Mapping[str, str], env: Environment) -> Converter:
    name, own = _plugin_config(f"{side}.converter", config, env)
    converter: Converter = loader.load_converter(name)()
    converter.configure(own | {"converter.type": side}, is_key=side == "key")
    return converter


def _header_converter(config: Mapping[str, str], env: Environment) -> HeaderConverter:
    default = {"header.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter"}
    with_default = dataclasses.replace(env, properties=default | dict(env.properties))
    name, own = _plugin_config("header.converter", config, with_default)
    converter: HeaderConverter = loader.load_header_converter(name)()
    converter.configure_headers(own | {"converter.type": "header"})
    return converter


def _chain(config: Mapping[str, str]) -> Chain:
    aliases = [a.strip() for a in config.get("transforms", "").split(",") if a.strip()]
    return Chain([_stage(alias, config) for alias in aliases])


def _stage(alias: str, config: Mapping[str, str]) -> ChainStage:
    prefix = f"transforms.{alias}."
    own = {k[len(prefix) :]: v for k, v in config.items() if k.startswith(prefix)}
    transform = _configured(loader.load_transform, f"{prefix}type", own)
    name = own.get("predicate")
    if not name:
        return ChainStage(transform)
    start = f"predicates.{name}."
    declared = {k[len(start) :]: v for k, v in config.items() if k.startswith(start)}
    predicate = _configured(loader.load_predicate, f"{start}type", declared)
    return ChainStage(transform, predicate, negate=own.get("negate", "false").lower() == "true")


def _configured(load: Callable[[str], type[Any]], key_name: str, own: Mapping[str, str]) -> Any:
    name = own.get("type")
    if not name:
        raise ConfigError(f'Missing required configuration "{key_name}" which has no default value.')
    kind = load(name)
    plugin = kind()
    plugin.config = loader.config_class(kind).parse(own)
    plugin.configure()
    return plugin
