"""Keys that all file-like sinks share, in the original's groups and order (spec connectors.md 3.1).

What a first version does not do yet is refused by name with what to use instead, never ignored.
Neighbours: ``formats`` and ``partitioners`` know the class names; a connector mixes these classes into its config.
"""

from __future__ import annotations

from typing import Self, override

from connect_core.config import (
    HIGH,
    LOW,
    MEDIUM,
    Class,
    Config,
    Long,
    SinkConfig,
    Width,
    at_least,
    key,
    one_of,
)
from connect_core.connectors.files.choices import known_format, known_partitioner
from connect_core.connectors.files.schedule import zone_of
from connect_core.errors import ConfigError

CONNECTOR, SCHEMA, STORAGE, PARTITIONER = "Connector", "Schema", "Storage", "Partitioner"
AVRO = "io.confluent.connect.s3.format.avro.AvroFormat"
DEFAULT_PARTITIONER = "io.confluent.connect.storage.partitioner.DefaultPartitioner"


class FileSinkKeys(SinkConfig):
    """Formats, flushing and schema changes."""

    format_class: Class = key(
        "Format of the files: JsonFormat or ByteArrayFormat, by the original's full class name or this simple one.",
        importance=HIGH,
        group=CONNECTOR,
        order=1,
        display="Format class",
        checks=[known_format],
    )
    flush_size: int = key(
        "Records of a Kafka partition, over all its open files, after which these are written.",
        importance=HIGH,
        group=CONNECTOR,
        order=2,
        width=Width.LONG,
        display="Flush Size",
        checks=[at_least(1)],
    )
    rotate_interval_ms: Long = key(
        "Span of record time that one file may cover, in milliseconds; needs a partitioner that knows a record's "
        "time, others ignore it. -1: no limit.",
        default=-1,
        importance=HIGH,
        group=CONNECTOR,
        order=3,
        width=Width.MEDIUM,
        display="Rotate Interval (ms)",
    )
    rotate_schedule_interval_ms: Long = key(
        "Write what is there whenever this many milliseconds have passed by the clock, counted from midnight in "
        "timezone, which must be set then. File boundaries then depend on the time of day: at-least-once. -1: never.",
        default=-1,
        importance=MEDIUM,
        group=CONNECTOR,
        order=4,
        width=Width.MEDIUM,
        display="Rotate Schedule Interval (ms)",
    )
    schemas_cache_config: int = key(
        "Schemas kept by the Avro format.",
        default=1000,
        importance=LOW,
        group=CONNECTOR,
        order=5,
        width=Width.LONG,
        display="Schema Cache Size",
    )
    enhanced_avro_schema_support: bool = key(
        "Keep enum symbols and namespaces in Avro schemas.",
        default=True,
        importance=LOW,
        group=CONNECTOR,
        order=6,
        width=Width.SHORT,
        display="Enhanced Avro Support",
    )
    connect_meta_data: bool = key(
        "Add Connect's own properties to Avro schemas.",
        default=True,
        importance=LOW,
        group=CONNECTOR,
        order=7,
        width=Width.SHORT,
        display="Connect Metadata",
    )
    retry_backoff_ms: Long = key(
        "Milliseconds to wait after a failure that may pass before the records are read and written again.",
        default=5000,
        importance=LOW,
        group=CONNECTOR,
        order=8,
        width=Width.MEDIUM,
        display="Retry Backoff (ms)",
        checks=[at_least(0)],
    )
    filename_offset_zero_pad_width: int = key(
        "Least number of digits of the offset in a file name.",
        default=10,
        importance=LOW,
        group=CONNECTOR,
        order=10,
        width=Width.LONG,
        display="Filename Offset Zero Pad Width",
        checks=[at_least(0)],
    )
    avro_codec: str = key(
        "Compression inside Avro files: null, deflate, snappy or bzip2.",
        default="null",
        importance=LOW,
        group=CONNECTOR,
        order=11,
        width=Width.MEDIUM,
        display="Avro Compression Codec",
        checks=[one_of("null", "deflate", "snappy", "bzip2")],
    )
    allow_optional_map_keys: bool = key(
        "Let keys of maps be optional in Avro schemas.",
        default=False,
        importance=LOW,
        group=CONNECTOR,
        order=12,
        width=Width.SHORT,
        display="Allow Optional Map Keys",
    )
    schema_compatibility: str = key(
        "What a change of schema does: NONE starts a new file; the projecting modes come with the Avro format.",
        default="NONE",
        importance=HIGH,
        group=SCHEMA,
        order=1,
        width=Width.SHORT,
        display="Schema Compatibility",
        checks=[one_of("NONE", "BACKWARD", "FORWARD", "FULL")],
    )
    parquet_codec: str = key(
        "Compression inside Parquet files.",
        default="snappy",
        importance=LOW,
        group=CONNECTOR,
        order=13,
        width=Width.MEDIUM,
        display="Parquet Compression Codec",
        checks=[one_of("none", "snappy", "gzip", "lzo", "brotli", "lz4", "zstd", "uncompressed")],
    )


class StorageKeys(Config):
    """Where files go and how their names are put together."""

    storage_class: Class = key(
        "Class of the original's storage layer; required for compatibility and otherwise without meaning here.",
        importance=HIGH,
        group=STORAGE,
        order=1,
        display="Storage Class",
    )
    topics_dir: str = key(
        "First part of all names; empty: names begin with the topic.",
        default="topics",
        importance=HIGH,
        group=STORAGE,
        order=2,
        display="Topics directory",
    )
    store_url: str | None = key(
        "Endpoint of a store other than AWS (MinIO, Ceph, LocalStack).",
        default=None,
        importance=HIGH,
        group=STORAGE,
        order=3,
        display="Store URL",
    )
    directory_delim: str = key(
        "What stands between the directories of a name.",
        default="/",
        importance=MEDIUM,
        group=STORAGE,
        order=4,
        width=Width.LONG,
        display="Directory Delimiter",
    )
    file_delim: str = key(
        "What stands between topic, partition and offset in a file name.",
        default="+",
        importance=MEDIUM,
        group=STORAGE,
        order=5,
        width=Width.LONG,
        display="File Delimiter",
    )


class PartitionerKeys(Config):
    """Into which directory a record goes."""

    partitioner_class: Class = key(
        "What chooses the directory of a record: DefaultPartitioner, one directory per Kafka partition.",
        default=DEFAULT_PARTITIONER,
        importance=HIGH,
        group=PARTITIONER,
        order=1,
        width=Width.LONG,
        display="Partitioner Class",
        dependents=("partition.field.name", "partition.duration.ms", "path.format", "locale", "timezone"),
        checks=[known_partitioner],
    )
    partition_field_name: list[str] = key(
        "Fields whose values name the directories (FieldPartitioner).",
        default=[],
        importance=MEDIUM,
        group=PARTITIONER,
        order=2,
        display="Partition Field Name",
    )
    partition_duration_ms: Long = key(
        "Milliseconds that one directory covers (TimeBasedPartitioner).",
        default=-1,
        importance=MEDIUM,
        group=PARTITIONER,
        order=3,
        width=Width.LONG,
        display="Partition Duration (ms)",
    )
    path_format: str = key(
        "Pattern of time directories (TimeBasedPartitioner).",
        default="",
        importance=MEDIUM,
        group=PARTITIONER,
        order=4,
        width=Width.LONG,
        display="Path Format",
    )
    locale: str = key(
        "Locale of time directories.",
        default="",
        importance=MEDIUM,
        group=PARTITIONER,
        order=5,
        width=Width.LONG,
        display="Locale",
    )
    timezone: str = key(
        "Time zone of time directories and of rotate.schedule.interval.ms, as Europe/Berlin.",
        default="",
        importance=MEDIUM,
        group=PARTITIONER,
        order=6,
        width=Width.LONG,
        display="Timezone",
    )
    timestamp_extractor: str = key(
        "Which time of a record counts: Wallclock, Record or RecordField (time partitioners).",
        default="Wallclock",
        importance=MEDIUM,
        group=PARTITIONER,
        order=7,
        width=Width.LONG,
        display="Timestamp Extractor",
    )
    timestamp_field: str = key(
        "Field that holds the record's time (RecordField).",
        default="timestamp",
        importance=MEDIUM,
        group=PARTITIONER,
        order=8,
        width=Width.LONG,
        display="Record Field for Timestamp Extractor",
    )


class FileSinkConfig(PartitionerKeys, StorageKeys, FileSinkKeys):
    """All shared keys and the rules between them."""

    @classmethod
    @override
    def cross_check(cls, values: Self) -> dict[str, list[str]]:
        """A schedule needs a time zone; schema modes need a format that keeps schemas."""
        errors: dict[str, list[str]] = {}
        if values.rotate_schedule_interval_ms > 0:
            try:
                zone_of(values.timezone)
            except ConfigError as error:
                errors["timezone"] = [str(error)]
        if values.schema_compatibility != "NONE":
            reason = "Must be NONE: the formats of this version do not keep schemas"
            refusal = ConfigError.invalid("schema.compatibility", values.schema_compatibility, reason)
            errors["schema.compatibility"] = [str(refusal)]
        return errors
