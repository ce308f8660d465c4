"""What a connector author subclasses for the connector itself: validate, split into tasks, watch for change.

Connector code runs only in a connector slice (task -1), never in the coordinator (design: one runner, three hosts).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, get_args

from connect_core.config import Config
from connect_core.errors import ConnectError


class ConnectorContext(Protocol):
    """What a started connector may ask of the runtime."""

    @property
    def name(self) -> str:
        """The connector's name."""

    def offset(self, source_partition: Mapping[str, Any]) -> dict[str, Any] | None:
        """The stored source offset of a partition (source connectors)."""


class Connector[C: Config]:
    """Base of source and sink connectors; ``config`` (parsed, providers resolved) is set before ``start``.

    ``version`` is what REST shows; ``task`` is the task class, whose type parameter is the config class.
    """

    version: ClassVar[str]
    task: ClassVar[type[Any]]
    validates_outside: ClassVar[bool] = False
    """True when ``validate`` asks an outside system (a database): it then runs in a connector slice."""

    config: C

    @classmethod
    def config_class(cls) -> type[Config]:
        """The config class: the type parameter of the task (``SourceTask[TickerConfig]``)."""
        for kind in cls.task.__mro__:
            for base in getattr(kind, "__orig_bases__", ()):
                for argument in get_args(base):
                    if isinstance(argument, type) and issubclass(argument, Config):
                        return argument
        raise ConnectError(f"{cls.task.__qualname__} does not name its config class: write SourceTask[MyConfig]")

    def start(self, context: ConnectorContext) -> None:
        """Connect to whatever ``task_configs`` needs. Default: nothing."""

    def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
        """One map per task, at most ``max_tasks``. Default: one task with the connector's own map."""
        return [dict(self.config.originals)]

    def watch_period_ms(self) -> int | None:
        """How often ``task_configs`` should be asked again (new tables, ...); None: only on config changes."""
        return None

    def stop(self) -> None:
        """Release what ``start`` took; called once, also after a failed start."""

    @classmethod
    def validate(cls, config: Mapping[str, str]) -> dict[str, list[str]]:
        """Checks beyond single keys, run only when every key parsed: {key: [message, ...]}; {} = fine."""
        return {}


class SourceConnector[C: Config](Connector[C]):
    """Base of source connectors."""

    @classmethod
    def exactly_once_support(cls, config: Mapping[str, str]) -> bool | None:
        """True SUPPORTED, False UNSUPPORTED, None unknown (KIP-618 preflight)."""
        return None

    @classmethod
    def can_define_transaction_boundaries(cls, config: Mapping[str, str]) -> bool:
        """True when the task calls ``context.transaction`` (``transaction.boundary=connector``)."""
        return False

    def alter_offsets(self, offsets: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]) -> bool:
        """Check (raise ConnectError) or apply (partition, offset) pairs; an offset of None deletes. True: handled."""
        return False


class SinkConnector[C: Config](Connector[C]):
    """Base of sink connectors."""

    def alter_offsets(self, offsets: Mapping[tuple[str, int], int | None]) -> bool:
        """Check or apply {(topic, partition): offset or None}. True: handled."""
        return False
