"""Builds the coordinator on the stores of this host; used by the worker and by the coordinator function."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.coordinator.catalog import PluginCatalog
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import (
    STANDALONE,
    WORKER,
    Dispatcher,
    NoTriggers,
    Outside,
    Settings,
    SourceOffset,
    Triggers,
)
from connect_core.hosts.ports import SlicePorts
from connect_core.hosts.settings import WorkerSettings
from connect_core.kafka import groups, layers, topics, transactions
from connect_core.runtime.ports import Assignment
from connect_core.storage.config_store import Configs, MemoryConfigStore
from connect_core.storage.control import TopicControl
from connect_core.storage.state import Status
from connect_core.storage.status_store import MemoryStatusStore, Statuses

STRANGERS_S = 5.0


class Stores:
    """What this worker keeps, in Kafka or (standalone) in memory; ``slices`` gives offsets either way."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.slices = SlicePorts(settings)
        self.memory: MemoryStatusStore | None = None
        if settings.standalone:
            self.memory = MemoryStatusStore()
            self.configs: Configs = MemoryConfigStore()
            self.statuses: Statuses = self.memory
        else:
            create = settings.properties.get("internal.topics.automatic.creation.enable", "true").strip() != "false"
            admin = layers.internal(settings.properties, "shared-admin")
            topics.ensure_internal(admin, topics.internal_topics(settings.properties), create=create)
            self.configs, self.statuses = self.slices.configs, self.slices.statuses

    def said(self, connector: str, task: int, state: str, trace: str | None, version: str | None) -> None:
        """Standalone: a slice's own words about its state."""
        self.statuses.put(connector, task, Status(state, trace, self.settings.worker_id, 0, version))

    def used(self, connector: str, task: int, topics: Sequence[str]) -> None:
        """Standalone: topics a slice has used."""
        if self.memory is not None:
            self.memory.add_topics(connector, task, topics)

    def close(self) -> None:
        """Release clients."""
        self.slices.close()


class OffsetView:
    """coordinator.ports.OffsetAdmin: offsets as REST sees and changes them."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._worker = stores.settings.properties
        self._env = stores.settings.environment()

    def source(self, connector: str, config: Mapping[str, str]) -> Sequence[SourceOffset]:
        """All stored offsets of a source connector."""
        store = self._stores.slices.offsets(connector, self._env.resolve(config))
        store.load(None)
        return store.entries()

    def alter_source(self, connector: str, config: Mapping[str, str], offsets: Sequence[SourceOffset]) -> None:
        """Write them; an offset of None deletes."""
        with self._stores.slices.offsets_to_alter(connector, self._env.resolve(config)) as store:
            store.load(None)
            store.alter(offsets)

    def group(self, group: str, config: Mapping[str, str]) -> Mapping[tuple[str, int], int]:
        """Committed offsets of a consumer group."""
        return groups.offsets(self._admin(config), group)

    def alter_group(self, group: str, config: Mapping[str, str], offsets: Mapping[tuple[str, int], int | None]) -> None:
        """Commit or delete offsets of an empty group."""
        groups.alter(self._admin(config), group, offsets)

    def delete_group(self, group: str, config: Mapping[str, str]) -> None:
        """Delete an empty group."""
        groups.delete(self._admin(config), group)

    def _admin(self, config: Mapping[str, str]) -> dict[str, Any]:
        return layers.connector_admin(
            self._worker, self._env.resolve(config), client_id=f"connector-worker-adminclient-{config.get('name', '')}"
        )


class Strangers:
    """Live members of ``group.id`` that are not ours; looked up at most every few seconds."""

    def __init__(self, props: Mapping[str, Any], group: str) -> None:
        self._props, self._group = props, group
        self._lock = threading.Lock()
        self._found: Sequence[str] = ()
        self._looked = float("-inf")

    def __call__(self) -> Sequence[str]:
        """Their names."""
        with self._lock:
            if time.monotonic() - self._looked > STRANGERS_S:
                self._found = groups.members(self._props, self._group)
                self._looked = time.monotonic()
            return self._found


def coordinator(
    settings: WorkerSettings,
    stores: Stores,
    dispatcher: Dispatcher,
    *,
    triggers: Triggers | None = None,
    mode: str | None = None,
    **more: Any,
) -> Coordinator:
    """The coordinator of this host; ``more`` are coordinator.ports.Settings of functions."""
    properties = settings.properties
    own = Settings(
        group_id=settings.group_id,
        worker_id=settings.worker_id,
        advertised_url=f"http://{settings.worker_id}",
        kafka_cluster_id=_cluster_id(properties),
        mode=mode or (STANDALONE if settings.standalone else WORKER),
        exactly_once=settings.exactly_once,
        fencing=not settings.standalone,
        topic_tracking=_flag(properties, "topic.tracking.enable"),
        topic_tracking_reset=_flag(properties, "topic.tracking.allow.reset"),
        override_policy=properties.get("connector.client.config.override.policy", "All"),
        override_allowlist=[
            k.strip() for k in properties.get("connector.client.config.override.allowlist", "").split(",") if k.strip()
        ],
        worker_config=properties,
        **more,
    )
    internal = layers.internal(properties, "shared-admin")

    def fence(ids: Sequence[str]) -> None:
        transactions.fence(ids, layers.internal(properties, "fence"))

    strangers = Strangers(internal, settings.group_id)

    outside = Outside(
        config=stores.configs,
        status=stores.statuses,
        offsets=OffsetView(stores),
        dispatcher=dispatcher,
        catalog=PluginCatalog(),
        triggers=triggers or NoTriggers(),
        fence=fence,
        strangers=tuple if settings.standalone else strangers,
    )
    return Coordinator(outside, own)


def assignment(stores: Stores, connector: str, task: int) -> Assignment | None:
    """What the stores say about one task now."""
    return TopicControl(stores.configs, connector=connector, task=task, build=Assignment).read()


def _flag(properties: Mapping[str, str], key: str) -> bool:
    return properties.get(key, "true").strip().lower() == "true"


def _cluster_id(properties: Mapping[str, str]) -> str | None:
    from connect_core.errors import Retriable
    from connect_core.kafka import clients

    client = clients.admin(layers.internal(properties, "shared-admin"))
    found = client.describe_cluster(request_timeout=30).result()
    if found is None:
        raise Retriable("The brokers do not answer")
    return str(found.cluster_id)
