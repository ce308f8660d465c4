"""The Kafka side of a process that runs slices: shared readers of the three topics, and the Ports of one slice.

Warm caches only make slices faster (I7): every slice reads to the end of what it depends on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from connect_core.api import SinkConnector
from connect_core.errors import ConfigError, ConnectError, Fenced, Retriable, stack_trace
from connect_core.hosts.last_word import LastWord
from connect_core.hosts.settings import WorkerSettings
from connect_core.kafka import groups, layers, topics
from connect_core.kafka.partitions import PartitionConsumer
from connect_core.kafka.transactions import TransactionalProducer
from connect_core.plugins.loader import load_connector
from connect_core.runtime import connector_runner
from connect_core.runtime.group_feed import GroupFeed
from connect_core.runtime.ports import Assignment, Clock, Control, Feed, Ports, StatusPort
from connect_core.runtime.slice import CONNECTOR, SliceReport, SliceRequest
from connect_core.storage.config_store import ConfigStore
from connect_core.storage.control import TopicControl
from connect_core.storage.offset_store import OffsetStore, OffsetTopic, Place
from connect_core.storage.status_store import SliceStatus, StatusStore

_FILE = ("", "")
"""Where the offset file of a standalone worker stands among the places: there is one."""


LOG = logging.getLogger(__name__)


class SlicePorts:
    """Stores of this process, made when first needed; ``ports`` puts together what one slice gets."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.settings = settings
        self.env = settings.environment()
        self._lock = threading.Lock()
        self._configs: ConfigStore | None = None
        self._statuses: StatusStore | None = None
        self._places: dict[tuple[str, str], Place] = {}

    @property
    def configs(self) -> ConfigStore:
        """The config topic; slices only read it."""
        with self._lock:
            if self._configs is None:
                props = layers.internal(self.settings.properties, "configs")
                self._configs = ConfigStore(
                    self.settings.topic("config"), group_id=self.settings.group_id, reader=props, writer=props
                )
            return self._configs

    @property
    def statuses(self) -> StatusStore:
        """The status topic."""
        with self._lock:
            if self._statuses is None:
                props = layers.internal(self.settings.properties, "statuses")
                self._statuses = StatusStore(self.settings.topic("status"), reader=props, writer=props)
            return self._statuses

    def control(self, connector: str, task: int) -> Control:
        """What the config topic says about one task."""
        return TopicControl(self.configs, connector=connector, task=task, build=Assignment)

    def ports(self, request: SliceRequest, control: Control, clock: Clock, status: StatusPort | None = None) -> Ports:
        """Everything a slice needs; ``status`` where statuses are not kept in Kafka. Sinks get a group feed."""
        assignment = control.read()
        raw = {} if assignment is None else {k: v for k, v in assignment.connector_config.items() if v is not None}
        config = self.env.resolve(raw)
        kind = _connector_class(config)
        feed: Feed | None = None
        if assignment is not None and request.task != CONNECTOR and kind and issubclass(kind, SinkConnector):
            feed = self.group_feed(request, config, assignment.task_count, clock)
        return Ports(
            offsets=self.offsets(request.connector, {} if feed is not None else config),
            status=status or self.status(request, kind.version if kind else None),
            control=control,
            clock=clock,
            feed=feed,
        )

    def failed(
        self, request: SliceRequest, error: ConfigError, control: Control, status: StatusPort | None = None
    ) -> SliceReport:
        """The report of a slice whose ports cannot be made from its config; it has said FAILED by then."""
        trace, state = stack_trace(error), "FAILED"
        if (assignment := control.read()) is not None:
            trace = connector_runner.redacted(trace, assignment, self.env)
        LOG.error("Task %s-%d failed: %s", request.connector, request.task, trace)
        try:
            (status or self.status(request, None)).report(state, trace)
        except Fenced:
            state = "SUPERSEDED"
        except Retriable:
            state = "RETRY"
        return SliceReport(
            connector=request.connector, task=request.task, generation=request.generation, state=state, error=trace
        )

    def status(self, request: SliceRequest, version: str | None) -> StatusPort:
        """Status of one slice in the status topic."""
        tracked = self.settings.properties.get("topic.tracking.enable", "true").strip().lower() == "true"
        own = SliceStatus(
            self.statuses,
            connector=request.connector,
            task=request.task,
            worker_id=request.worker_id or self.settings.worker_id,
            version=version,
            track_topics=tracked,
        )
        return LastWord(own, request, worker=self.settings.properties, group_id=self.settings.group_id)

    def offsets(self, connector: str, config: Mapping[str, str]) -> OffsetStore:
        """Source offsets: the worker's place, or the connector's own topic with the worker's behind it (spec 3.3)."""
        if self.settings.standalone:
            return OffsetStore(connector, self._file())
        own = self._own_topic(config)
        if not own:
            return OffsetStore(connector, self._worker_topic())
        if (own, connector) not in self._places:
            self._ensure_own_topic(own, connector, config)
        reader = layers.offset_consumer(self.settings.properties, config, connector=connector)
        writer = layers.offset_producer(self.settings.properties, config, connector=connector)
        return OffsetStore(connector, self._place((own, connector), own, reader, writer), self._worker_topic())

    @contextmanager
    def offsets_to_alter(self, connector: str, config: Mapping[str, str]) -> Iterator[OffsetStore]:
        """The same for REST's changes, by the connector's own producer; exactly-once: under task 0's id (spec 8.8)."""
        if self.settings.standalone:
            yield self.offsets(connector, config)
            return
        worker, own = self.settings.properties, self._own_topic(config)
        place = OffsetTopic(
            own or self.settings.topic("offset"),
            reader=layers.offset_consumer(worker, config, connector=connector)
            if own
            else layers.internal(worker, "offsets"),
            writer=layers.offset_producer(worker, config, connector=connector),
            transactional_id=f"{self.settings.group_id}-{connector}-0" if self.env.exactly_once else None,
        )
        try:
            yield OffsetStore(connector, place, self._worker_topic() if own else None)
        finally:
            place.close()

    def group_feed(self, request: SliceRequest, config: Mapping[str, str], tasks: int, clock: Clock) -> GroupFeed:
        """Partitions of a sink task, behind the task's fence; the group must have no members of its own."""
        props = layers.sink_consumer(self.settings.properties, config, connector=request.connector, task=request.task)
        if found := groups.members(props, str(props["group.id"])):
            raise ConnectError(f"Consumer group {props['group.id']} has live members: {', '.join(found)}")
        fence: TransactionalProducer | None = None
        if self.env.fencing:
            name = f"{self.settings.group_id}-{request.connector}-{request.task}"
            fence = TransactionalProducer(
                layers.source_producer(
                    self.settings.properties, {}, connector=request.connector, task=request.task, transactional_id=name
                )
            )
            fence.init()  # I4: fences older slices of this task
        named = [t.strip() for t in config.get("topics", "").split(",") if t.strip()]
        return GroupFeed(
            PartitionConsumer(props),
            topics=list(dict.fromkeys(named)),
            pattern=config.get("topics.regex") or None,
            task=request.task,
            tasks=tasks,
            clock=clock,
            fence=fence,
        )

    def close(self) -> None:
        """Release all clients."""
        stores: list[Any] = [self._configs, self._statuses, *self._places.values()]
        for store in stores:
            if store is not None:
                store.close()

    def _own_topic(self, config: Mapping[str, str]) -> str:
        """The connector's own offset topic; empty when it uses the worker's."""
        own = config.get("offsets.storage.topic", "").strip()
        return "" if own == self.settings.topic("offset") else own

    def _ensure_own_topic(self, own: str, connector: str, config: Mapping[str, str]) -> None:
        """Made like the worker's, by the connector's own admin client (spec 3.3)."""
        like = next(each for each in topics.internal_topics(self.settings.properties) if each.key.startswith("offset."))
        client_id = f"connector-worker-adminclient-{connector}"
        admin = layers.connector_admin(self.settings.properties, config, client_id=client_id)
        topics.ensure_internal(admin, [replace(like, name=own, key="offsets.storage.topic")])

    def _worker_topic(self) -> Place:
        topic, props = self.settings.topic("offset"), layers.internal(self.settings.properties, "offsets")
        return self._place((topic, ""), topic, props, props)

    def _place(self, key: tuple[str, str], topic: str, reader: Mapping[str, Any], writer: Mapping[str, Any]) -> Place:
        """A shared reader of an offset topic; connectors with one of their own have their own clients, too."""
        with self._lock:
            if key not in self._places:
                self._places[key] = OffsetTopic(topic, reader=reader, writer=writer)
            return self._places[key]

    def _file(self) -> Place:
        with self._lock:
            if _FILE not in self._places:
                from connect_core.storage.file_store import OffsetFile

                self._places[_FILE] = OffsetFile(Path(self.settings.properties["offset.storage.file.filename"]))
            return self._places[_FILE]


def _connector_class(config: Mapping[str, str]) -> Any:
    """The connector's class, or None when it is not here: the slice itself will say so."""
    try:
        return load_connector(config.get("connector.class", ""))
    except ConnectError:
        return None
