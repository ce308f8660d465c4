"""What the coordinator needs of the outside, as small protocols, and what it must know of its worker.

Two ports start things (`Dispatcher`, `Triggers`); the others are views of Kafka that `storage` and `kafka` satisfy as
they are. Neighbours: `execute` calls them, `aws` and `hosts` implement them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connect_core.errors import ConnectError
from connect_core.runtime.slice import SliceRequest
from connect_core.storage.config_records import Record
from connect_core.storage.state import ConfigState, Status, StatusState

FUNCTIONS, WORKER, STANDALONE = "functions", "worker", "standalone"

type Key = tuple[str, int]
"""(connector, task); task -1 is the connector itself."""
type SourceOffset = tuple[Mapping[str, Any], Mapping[str, Any] | None]
"""(source partition, offset or None = no offset)."""


class Rejected(ConnectError):
    """A command that cannot be done; ``status`` is the HTTP status that Connect gives for it."""

    def __init__(self, status: int, message: str | None) -> None:
        super().__init__(message or "")
        self.status, self.message = status, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the coordinator must know of the worker it stands for.

    ``slice_ms`` and ``tick_ms`` count in functions mode only; ``fencing`` is False where no transactional ids exist.
    """

    group_id: str
    worker_id: str
    advertised_url: str = "http://localhost:8083"
    kafka_cluster_id: str | None = None
    mode: str = WORKER
    exactly_once: bool = False
    fencing: bool = True
    slice_ms: int = 60_000
    tick_ms: int = 60_000
    topic_tracking: bool = True
    topic_tracking_reset: bool = True
    override_policy: str = "All"
    override_allowlist: Sequence[str] = ()
    worker_config: Mapping[str, str] = field(default_factory=dict)
    """The worker's own configuration: converter defaults for validation."""
    answer_within_s: float = 90.0
    """Budget of one REST request (spec 1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerWish:
    """The event source mapping a Kafka-triggered sink should have; ``alias`` is ``connector-<hash>``."""

    topic: str
    group: str
    enabled: bool
    alias: str


def alias_hash(connector: str) -> str:
    """Twelve hex digits that stand for a connector's name where AWS allows only letters, digits and dashes."""
    return hashlib.sha256(connector.encode()).hexdigest()[:12]


class Dispatcher(Protocol):
    """Starts slices."""

    def start(self, request: SliceRequest) -> None:
        """Have the slice run; returns at once."""

    def stop(self, connector: str, task: int) -> None:
        """Ask a running slice to end; nothing where slices end by themselves."""

    def running(self) -> Mapping[Key, int]:
        """(connector, task) -> generation of the slices this process runs; {} where due-ness follows the clock."""

    def validate(self, config: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
        """A synchronous connector slice: key checks and ``Connector.validate`` with providers resolved (I6)."""

    def alter_offsets(self, connector: str, config: Mapping[str, str], offsets: Sequence[Any]) -> bool:
        """A synchronous connector slice: the plugin's ``alter_offsets``. Source: (partition, offset) pairs; sink:
        ((topic, partition), offset) pairs. True: the plugin handled its own offsets; raises our errors.
        """


class Triggers(Protocol):
    """Event source mappings."""

    def reconcile(self, wanted: Mapping[str, TriggerWish]) -> None:
        """Make what exists match ``wanted`` (by connector name); whatever else is ours goes."""


class NoTriggers:
    """Where sinks consume by themselves."""

    def reconcile(self, wanted: Mapping[str, TriggerWish]) -> None:
        """Nothing to do."""


class ConfigPort(Protocol):
    """The config topic (storage.config_store)."""

    def refresh(self) -> ConfigState:
        """Read to its end."""

    def transact[T](self, decide: Callable[[ConfigState], tuple[Sequence[Record], T]]) -> T:
        """Invariant I5: read to the end, decide, write in one transaction, read back."""


class StatusWriter(Protocol):
    """The status topic (storage.status_store)."""

    def refresh(self) -> StatusState:
        """Read to its end."""

    def put(self, connector: str, task: int, status: Status | None) -> None:
        """Set the status of a task, or of the connector (task -1); None removes it."""

    def forget_topics(self, connector: str) -> None:
        """Remove the active-topic records of a connector."""


class OffsetAdmin(Protocol):
    """Offsets as REST sees them: source offsets of the offset topic, committed offsets of sink groups."""

    def source(self, connector: str, config: Mapping[str, str]) -> Sequence[SourceOffset]:
        """All stored offsets of a source connector."""

    def alter_source(self, connector: str, config: Mapping[str, str], offsets: Sequence[SourceOffset]) -> None:
        """Write them in one transaction; an offset of None deletes."""

    def group(self, group: str, config: Mapping[str, str]) -> Mapping[tuple[str, int], int]:
        """Committed offsets of a consumer group."""

    def alter_group(self, group: str, config: Mapping[str, str], offsets: Mapping[tuple[str, int], int | None]) -> None:
        """Commit or (None) delete offsets of an empty group; ``kafka.groups.GroupNotEmpty`` if it has members."""

    def delete_group(self, group: str, config: Mapping[str, str]) -> None:
        """Delete an empty group; an unknown one is a success; ``kafka.groups.GroupNotEmpty`` if it has members."""


class Catalog(Protocol):
    """What connector classes say of themselves, without running connector code."""

    def kind(self, config: Mapping[str, str | None]) -> str:
        """``source``, ``sink`` or ``unknown`` (class missing)."""

    def version(self, config: Mapping[str, str | None]) -> str | None:
        """The connector's version."""

    def watch_period_ms(self, config: Mapping[str, str | None]) -> int | None:
        """How often the connector wants ``task_configs`` asked again; a function of the config alone."""


def no_fence(ids: Sequence[str]) -> None:
    """Where there are no transactional ids."""


def no_strangers() -> Sequence[str]:
    """Nobody else is in the group."""
    return ()


def owns_all(connector: str, task: int) -> bool:  # noqa: ARG001 - the port's signature
    """One process runs everything."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """All a Coordinator is connected to. ``fence`` inits and closes transactional ids (I4).

    ``strangers`` names live members of ``group.id`` that are not ours (a JVM cluster): while there are any, nothing is
    dispatched and writes answer 409. ``owns`` says which connectors and tasks this process runs.
    """

    config: ConfigPort
    status: StatusWriter
    offsets: OffsetAdmin
    dispatcher: Dispatcher
    catalog: Catalog
    triggers: Triggers = field(default_factory=NoTriggers)
    fence: Callable[[Sequence[str]], None] = no_fence
    strangers: Callable[[], Sequence[str]] = no_strangers
    owns: Callable[[str, int], bool] = owns_all
