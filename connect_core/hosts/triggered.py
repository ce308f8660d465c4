"""Host of Kafka-triggered sinks: one event of an event source mapping is one final batch for the connector it is for.

Returning commits the batch, raising has AWS bring the whole of it again, for ever (spec aws.md 1.2): so this returns
only when the target acknowledged every record, or our error policy dealt with it (I2, I3). Which connector it is
follows from the alias in the invoked ARN; whether it may run is read from the topics before each batch (I7).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from connect_core.coordinator.ports import alias_hash
from connect_core.errors import ConfigError, ConnectError, Fatal
from connect_core.hosts import function
from connect_core.hosts.function import DeadlineClock
from connect_core.hosts.ports import SlicePorts
from connect_core.kafka import layers
from connect_core.kafka.transactions import Producer
from connect_core.plugins.loader import load_connector
from connect_core.runtime.event_feed import EventFeed
from connect_core.runtime.ports import Message, Ports
from connect_core.runtime.run import run
from connect_core.runtime.slice import SliceReport, SliceRequest
from connect_core.storage.state import ConnectorEntry, TargetState

LOG = logging.getLogger(__name__)
SOURCES = ("aws:kafka", "SelfManagedKafka")
TASK = 0
"""Whatever partition a batch is of: Lambda, not tasks, spreads the work."""
RESERVE_S = 1.0
"""Of the invocation's time, for raising and logging."""


class Refused(ConnectError):
    """The batch must come again: the connector does not run now, or not everything was delivered."""


def is_batch(event: Mapping[str, Any]) -> bool:
    """True for the event of a Kafka event source mapping."""
    return event.get("eventSource") in SOURCES


class TriggeredHost:
    """One instance of the sink function; ``ports`` gives the stores it shares with scheduled slices."""

    def __init__(self, ports: Callable[[], SlicePorts], metrics: Any) -> None:
        self._stores, self.metrics = ports, metrics

    @cached_property
    def ports(self) -> SlicePorts:
        """Stores of this instance."""
        return self._stores()

    def handle(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Deliver one batch; raises Refused unless all of it is done."""
        clock = DeadlineClock(context)
        entry = self._connector(str(context.invoked_function_arn))
        request = SliceRequest(
            connector=entry.name,
            task=TASK,
            generation=entry.generation,
            lease_end=clock.deadline - RESERVE_S,  # I4: the lease is the invocation
            worker_id=self.ports.settings.worker_id,
        )
        feed = EventFeed(event, produce=self._produce)
        try:
            report = run(request, self._ports(request, feed, entry, clock), self.ports.env)
        except ConfigError as error:
            report = self.ports.failed(request, error, self.ports.control(entry.name, TASK))
        function.publish(self.metrics, report)
        _check(report, feed)
        LOG.info("Batch of %s: %d records delivered", entry.name, report.records)
        return {"connector": report.connector, "records": report.records}

    def _connector(self, arn: str) -> ConnectorEntry:
        """The running connector whose alias was invoked; Refused for any other."""
        alias = arn.rpartition(":")[2]
        state = self.ports.configs.refresh()
        entry = next((e for n, e in state.connectors.items() if alias == f"connector-{alias_hash(n)}"), None)
        if entry is None:
            raise Refused(f"No connector is known for {alias}; its records stay in the topic")
        if entry.target is not TargetState.STARTED:
            raise Refused(f"Connector {entry.name} is {entry.target}; its records stay in the topic")
        if not entry.consistent or not entry.tasks:
            raise Refused(f"Connector {entry.name} has no tasks yet; its records stay in the topic")
        status = self.ports.statuses.refresh().tasks.get((entry.name, TASK))
        if status is not None and status.state == "FAILED":
            raise Refused(f"Connector {entry.name} has FAILED; its records stay in the topic until it is restarted")
        return entry

    def _ports(self, request: SliceRequest, feed: EventFeed, entry: ConnectorEntry, clock: DeadlineClock) -> Ports:
        raw = {key: value for key, value in entry.config.items() if value is not None}
        config = self.ports.env.resolve(raw)
        kind = load_connector(config.get("connector.class", ""))
        return Ports(
            offsets=self.ports.offsets(entry.name, config),
            status=self.ports.status(request, kind.version),
            control=self.ports.control(entry.name, TASK),
            clock=clock,
            feed=feed,
        )

    @cached_property
    def _producer(self) -> Producer:
        props = layers.internal(self.ports.settings.properties, "triggered")
        return Producer({"acks": "all", **props})

    def _produce(self, messages: Sequence[Message]) -> None:
        """Statuses and active topics: there is no transaction to put them into."""
        try:
            self._producer.send(messages)
            self._producer.flush()
        except ConnectError:
            self._producer.close()  # the next batch begins with a fresh client
            del self._producer
            raise


def _check(report: SliceReport, feed: EventFeed) -> None:
    """I2: anything but an acknowledged batch must not return."""
    if report.state == "FAILED":
        raise Fatal(f"Connector {report.connector} has FAILED: {(report.error or '').partition(chr(10))[0]}")
    if report.state != "RUNNING":
        raise Refused(f"The batch of {report.connector} ended as {report.state}")
    if missing := feed.missing():
        where = ", ".join(f"{p.topic}-{p.partition} up to {offset}" for p, offset in missing.items())
        raise Refused(f"The target of {report.connector} did not acknowledge {where}")
