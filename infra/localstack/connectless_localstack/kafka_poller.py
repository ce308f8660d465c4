"""One Kafka event source mapping in on-demand mode: consume, invoke synchronously, commit; on an error the batch again.

Invariants, AWS's own: offsets are committed only after the function returned; a failing batch is retried for ever and
holds back its partitions. One attempt per `poll_events`: LocalStack's worker sees disable and delete in between.
Not emulated: authentication, filters, partial batch responses, destinations (most exist in provisioned mode only).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localstack.services.lambda_.event_source_mapping.pollers.poller import EmptyPollResultsException, Poller

from connect_core.local.runtime_api import PAYLOAD_LIMIT
from connectless_localstack.kafka_events import Record, event_of, record_of, size_of

if TYPE_CHECKING:
    from confluent_kafka import Consumer

LOG = logging.getLogger(__name__)
_ENVELOPE_BYTES = 65_536
"""Room left for what surrounds the records in the event."""
_DEFAULT_WINDOW_S = 0.5
_MAX_SILENCE_S = 1.0
"""How long an empty poll blocks: the worker's own pause would cost up to a second per record."""
_DAY_MS = 86_400_000


@dataclass(slots=True)
class _Batch:
    """Records under delivery, and how often the function refused them."""

    records: list[Record]
    refused: int = 0

    def next_offsets(self) -> dict[tuple[str, int], int]:
        return {(record["topic"], record["partition"]): record["offset"] + 1 for record in self.records}


class KafkaPoller(Poller):
    """Driven by one LocalStack worker thread: `poll_events` over and over, then `close`."""

    def __init__(self, mapping: dict[str, Any], processor: Any) -> None:
        super().__init__(source_arn=None, source_parameters={}, processor=processor)
        processor.sender.payload_dict = False  # the event is not wrapped in {"Records": ...}
        self._deliver: Callable[[dict[str, Any]], None] = processor.process_events_batch
        self._mapping = mapping
        endpoints = mapping["SelfManagedEventSource"]["Endpoints"]
        # CloudFormation's spelling of the key reaches us untranslated
        servers = endpoints.get("KAFKA_BOOTSTRAP_SERVERS") or endpoints["KafkaBootstrapServers"]
        self._bootstrap_servers = ",".join(servers)
        self._consumer: Consumer | None = None
        self._batch: _Batch | None = None
        self._held: Record | None = None

    def event_source(self) -> str:
        """AWS's name of the source."""
        return "SelfManagedKafka"

    def poll_events(self) -> None:
        """Deliver one batch, or try the last one again. Raises nothing but the worker's back-off signal."""
        try:
            self._step()
        except EmptyPollResultsException:
            raise
        except Exception:
            # Any other error would reach the worker's own handler, which needs a source ARN and ends the thread.
            LOG.exception("Kafka event source mapping %s: polling failed", self._mapping["UUID"])
            self.close()
            raise EmptyPollResultsException(service="kafka") from None

    def _step(self) -> None:
        consumer = self._subscribed()
        self._batch = self._batch or self._collect(consumer)
        if self._batch is None:
            return
        event = event_of(self._batch.records, bootstrap_servers=self._bootstrap_servers)
        try:
            self._deliver(event)
        except Exception as error:  # noqa: BLE001  # handler error, time-out, throttle: the batch again
            self._batch.refused += 1
            reason = getattr(error, "error", None) or error
            LOG.warning(
                "Kafka event source mapping %s: batch refused %d times: %s",
                self._mapping["UUID"],
                self._batch.refused,
                reason,
            )
            if not self._given_up():
                raise EmptyPollResultsException(service="kafka") from None
        self._commit(consumer, self._batch)
        self._batch = None

    def _given_up(self) -> bool:
        limit: int = self._mapping.get("MaximumRetryAttempts", -1)
        return self._batch is not None and 0 <= limit < self._batch.refused

    def _subscribed(self) -> Consumer:
        if self._consumer is None:
            from confluent_kafka import Consumer

            settings = self._mapping.get("SelfManagedKafkaEventSourceConfig") or {}
            self._consumer = Consumer(
                {
                    "bootstrap.servers": self._bootstrap_servers,
                    "group.id": settings.get("ConsumerGroupId") or self._mapping["UUID"],
                    "enable.auto.commit": False,
                    # read_committed is the client's default: an aborted slice's records are never delivered
                    "max.poll.interval.ms": _DAY_MS,  # a batch may run, or be retried, for long
                    "topic.metadata.refresh.interval.ms": 2000,  # a topic that appears later is served soon
                    "auto.offset.reset": "earliest"
                    if self._mapping.get("StartingPosition") == "TRIM_HORIZON"
                    else "latest",
                }
            )
            self._consumer.subscribe(list(self._mapping["Topics"]))
        return self._consumer

    def _collect(self, consumer: Consumer) -> _Batch | None:
        """Close a batch at its size, its window (from the first record on) or the payload limit, whichever is first."""
        first = self._held or self._next(consumer, _MAX_SILENCE_S)
        self._held = None
        if first is None:
            return None
        records, weight = [first], size_of(first)
        window = time.monotonic() + self._mapping.get("MaximumBatchingWindowInSeconds", _DEFAULT_WINDOW_S)
        while len(records) < self._mapping.get("BatchSize", 100):
            record = self._next(consumer, max(0.0, window - time.monotonic()))
            if record is None:
                break
            weight += size_of(record)
            if weight > PAYLOAD_LIMIT - _ENVELOPE_BYTES:
                self._held = record
                break
            records.append(record)
        return _Batch(records)

    @staticmethod
    def _next(consumer: Consumer, wait: float) -> Record | None:
        """The next record within ``wait`` seconds; 0 takes only what was fetched already."""
        end = time.monotonic() + wait
        while True:
            message = consumer.poll(max(0.0, end - time.monotonic()))
            if message is not None and message.error() is None:
                return record_of(message)
            if message is None and time.monotonic() >= end:
                return None
            if message is not None:
                LOG.debug("Kafka event source: %s", message.error())

    @staticmethod
    def _commit(consumer: Consumer, batch: _Batch) -> None:
        from confluent_kafka import TopicPartition

        offsets = [TopicPartition(topic, partition, at) for (topic, partition), at in batch.next_offsets().items()]
        consumer.commit(offsets=offsets, asynchronous=False)

    def close(self) -> None:
        """Leave the group; what was not committed is delivered again to whoever takes over."""
        self._batch = self._held = None
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()
