"""S3SinkConnector: records as objects with deterministic names (spec connectors.md part 3, s3-es-seen.md).

Exactly-once with the default partitioner and flush.size: the same records always make the same objects, so writing
again replaces equals by equals. Neighbours: ``files`` decides files and names, ``client`` stores them.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import override

from connect_core.api import SinkConnector, SinkContext, SinkRecord, SinkTask, TopicPartition
from connect_core.connectors.files.compression import GzipFormat
from connect_core.connectors.files.formats import Format, byte_array_format, format_name, json_format
from connect_core.connectors.files.names import ObjectNames
from connect_core.connectors.files.partitioners import partitioner_of
from connect_core.connectors.files.rotation import PartitionWriter, Rotation
from connect_core.connectors.files.schedule import Schedule, zone_of
from connect_core.connectors.s3.client import S3Store
from connect_core.connectors.s3.config import VERSION, S3SinkConfig
from connect_core.errors import DataError, Retriable


class S3SinkTask(SinkTask[S3SinkConfig]):
    """Collects records per Kafka partition and writes an object whenever a file is complete."""

    _store: S3Store | None = None
    _rotation: Rotation
    _writers: dict[TopicPartition, PartitionWriter]

    @override
    def start(self, context: SinkContext) -> None:
        """Reach the bucket; fails when it does not exist."""
        self._context = context
        self._writers = {}
        self._store = S3Store(self.config)
        self._store.check_bucket()
        self._rotation = self._build(self._store)

    @override
    def open(self, partitions: Collection[TopicPartition]) -> None:
        """Begin anew: offsets may have moved."""
        self.close(partitions)

    @override
    def put(self, records: Sequence[SinkRecord]) -> None:
        """Sort records by partition and write. A failure that may pass rewinds its partition and no other."""
        now = _now()
        batches = _by_partition(records)
        failed: Retriable | None = None
        for partition in [*batches, *(known for known in self._writers if known not in batches)]:
            try:
                self._advance(partition, batches.get(partition), now)
            except Retriable as error:
                self._context.rewind({partition: self._writers[partition].discard()})
                failed = error
        if failed is not None:
            self._context.timeout(self.config.retry_backoff_ms)
            raise failed

    @override
    def pre_commit(self, offsets: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        """I2: up to the first record that is not in a finished object."""
        writers = self._writers
        return {p: writers[p].safe(offset) if p in writers else offset for p, offset in offsets.items()}

    @override
    def drain(self) -> None:
        """Write tails shorter than ``flush.size``: no more records come to fill them."""
        for writer in self._writers.values():
            writer.commit()

    @override
    def close(self, partitions: Collection[TopicPartition]) -> None:
        """Forget what is not complete: it is read again."""
        for partition in partitions:
            writer = self._writers.pop(TopicPartition(*partition), None)
            if writer is not None:
                writer.abort()

    @override
    def stop(self) -> None:
        """Leave no unfinished upload behind."""
        if self._store is not None:
            self.close(list(self._writers))
            self._store.close()
        self._store = None

    def _advance(self, partition: TopicPartition, records: Sequence[SinkRecord] | None, now: int) -> None:
        writer = self._writers.get(partition)
        if writer is None:
            writer = self._writers[partition] = PartitionWriter(self._rotation, partition, now=now)
        if records:
            writer.write(records, now)
        else:
            writer.tick(now, idle=True)

    def _build(self, store: S3Store) -> Rotation:
        config, files = self.config, _format(self.config)
        interval = config.rotate_schedule_interval_ms
        return Rotation(
            flush_size=config.flush_size,
            interval_ms=config.rotate_interval_ms,
            on_partition_change=config.rotate_file_on_partition_change,
            schedule=Schedule(interval, zone_of(config.timezone)) if interval > 0 else None,
            most_open_files=config.partitioner_max_open_files,
            partitioner=partitioner_of(config),
            format=files,
            names=ObjectNames(config, files.extension),
            store=store,
            resume_existing=store.conditional,
            on_null=self._null,
            refuse=self._refuse,
        )

    def _null(self, record: SinkRecord) -> None:
        error = DataError(
            f"Record without value at {record.original_topic}-{record.original_partition} offset {record.offset} "
            "cannot be written with behavior.on.null.values=fail; use ignore to skip such records"
        )
        if self.config.behavior_on_null_values.lower() == "fail":
            raise error
        if self.config.report_null_values_to_dlq and self._context.reporter is not None:
            self._context.reporter(record, error)

    def _refuse(self, record: SinkRecord, error: Exception) -> None:
        if self._context.reporter is None:
            raise error
        self._context.reporter(record, error)


def _by_partition(records: Sequence[SinkRecord]) -> dict[TopicPartition, list[SinkRecord]]:
    """Records by where they were consumed; mostly neighbours, or all, come from one partition."""
    batches: dict[TopicPartition, list[SinkRecord]] = {}
    topic, partition, batch = "", -1, list[SinkRecord]()
    for record in records:
        if record.original_partition != partition or record.original_topic != topic:
            topic, partition = record.original_topic, record.original_partition
            batch = batches.setdefault(TopicPartition(topic, partition), [])
        batch.append(record)
    return batches


def _now() -> int:
    return time.time_ns() // 1_000_000


def _format(config: S3SinkConfig) -> Format:
    if format_name(config.format_class) == "JsonFormat":
        plain = json_format(numeric_decimals=config.json_decimal_format.upper() == "NUMERIC")
    else:
        # Not the parsed value: a separator of blanks must not be trimmed away.
        separator = config.originals.get("format.bytearray.separator")
        plain = byte_array_format(extension=config.format_bytearray_extension, separator=separator)
    return GzipFormat(plain, config.s3_compression_level) if config.s3_compression_type == "gzip" else plain


class S3SinkConnector(SinkConnector[S3SinkConfig]):
    """Writes records to objects in an S3 bucket."""

    version, task = VERSION, S3SinkTask

    @override
    def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
        """The same map for every task: Kafka's partitions are what is shared out."""
        return [dict(self.config.originals) for _ in range(max_tasks)]

    @override
    def alter_offsets(self, offsets: Mapping[tuple[str, int], int | None]) -> bool:
        """Any Kafka offset is fine: objects of records read again get the same names."""
        return True
