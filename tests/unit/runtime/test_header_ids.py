"""Schema ids in record headers: written by source slices, read by sink slices, with the real converter and registry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from connect_core.api import (
    SinkConfig,
    SinkContext,
    SinkRecord,
    SinkTask,
    SourceConfig,
    SourceContext,
    SourceRecord,
    SourceTask,
)
from connect_core.converters.avro import AvroConverter
from connect_core.data import Header, struct
from connect_core.data.schema import INT32
from connect_core.runtime.boundary import Boundary
from connect_core.runtime.delivery import TransactionalDelivery
from connect_core.runtime.lease import Lease
from connect_core.runtime.ports import FeedRecord, Message
from connect_core.runtime.sink_runner import SinkRunner
from connect_core.runtime.slice import SliceRequest
from connect_core.runtime.source_runner import SourceRunner
from tests.registry import Registry
from tests.unit.runtime.stands import HandClock, ListFeed, LogProducer, NoTopics, assembly, ports

SCHEMA = struct([("id", INT32)], name="R")
REQUEST = SliceRequest(connector="c", task=0, generation=7)


class One(SourceTask[SourceConfig]):
    """Two records, one with a header of its own."""

    def start(self, context: SourceContext) -> None:
        self.left = [
            SourceRecord("t", {"id": 7}, value_schema=SCHEMA),
            SourceRecord("t", {"id": 8}, value_schema=SCHEMA),
        ]
        self.left[1].headers.append(Header("mine", None, "x"))

    def poll(self) -> Sequence[SourceRecord]:
        found, self.left = self.left, []
        return found


class Keep(SinkTask[SinkConfig]):
    """Keeps what it is given."""

    def start(self, context: SinkContext) -> None:
        self.got: list[SinkRecord] = []

    def put(self, records: Sequence[SinkRecord]) -> None:
        self.got += records


@pytest.fixture
def converter(registry: Registry) -> Iterator[AvroConverter]:
    made = AvroConverter()
    serializer = "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer"
    made.configure({"schema.registry.url": registry.url, "value.schema.id.serializer": serializer}, is_key=False)
    yield made
    made.close()


def written(converter: AvroConverter) -> list[Message]:
    clock, producer = HandClock(), LogProducer()
    lease, given = Lease(clock, clock.now() + 60), ports(clock)
    made = assembly(One(), lease)
    made.value_converter = converter
    delivery = TransactionalDelivery(producer, given, Boundary("poll", 10_000, clock), NoTopics(), "offsets")  # type: ignore[arg-type]
    report = SourceRunner(REQUEST, given, made, delivery, lease).run()
    assert report.records == 2
    return [message for message in producer.visible if message.topic == "t"]


def test_ids_go_through_headers(converter: AvroConverter) -> None:
    messages = written(converter)
    assert [message.value for message in messages] == [b"\x0e", b"\x10"]
    assert [[name for name, _ in m.headers] for m in messages] == [["__value_schema_id"], ["mine", "__value_schema_id"]]
    clock, task = HandClock(), Keep()
    raws = [FeedRecord("t", 0, i, 1, 1, None, m.value, list(m.headers)) for i, m in enumerate(messages)]
    feed, lease = ListFeed([raws], clock), Lease(clock, clock.now() + 60)
    made = assembly(task, lease, sink=True)
    made.value_converter = converter
    SinkRunner(REQUEST, ports(clock, feed), made, lease, dead_letters=None, flush_interval_ms=60000).run()
    assert [(record.value_schema, record.value) for record in task.got] == [
        (SCHEMA.replace(version=1), {"id": 7}),
        (SCHEMA.replace(version=1), {"id": 8}),
    ]
