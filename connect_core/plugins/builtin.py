"""The plugins of this package by Java class name: a table, so that naming one imports one.

Versions stand here too, because listing plugins must not import them; a test holds them equal to the classes'.
Neighbours: ``names`` (aliases), ``loader``.
"""

from __future__ import annotations

from connect_core.plugins.names import Kind, Plugin

KAFKA = "4.3.0"
"""The Kafka Connect release whose bundled plugins these equal."""

_BOTH = (Kind.CONVERTER, Kind.HEADER_CONVERTER)
_CONVERTERS = "connect_core.converters"
_CONNECTORS = "connect_core.connectors"
_PROVIDERS = "connect_core.providers"
_TRANSFORMS = "connect_core.transforms"
_CONNECT = "org.apache.kafka.connect"
_PROVIDER_PACKAGE = "org.apache.kafka.common.config.provider"

# Java class, its task's Java class, module:Class, kind, version
_CONNECTOR_TABLE: tuple[tuple[str, str, str, Kind, str], ...] = (
    (
        "io.confluent.connect.jdbc.JdbcSourceConnector",
        "io.confluent.connect.jdbc.source.JdbcSourceTask",
        f"{_CONNECTORS}.jdbc.source:JdbcSourceConnector",
        Kind.SOURCE,
        "10.10.0",
    ),
    (
        "io.confluent.connect.jdbc.JdbcSinkConnector",
        "io.confluent.connect.jdbc.sink.JdbcSinkTask",
        f"{_CONNECTORS}.jdbc.sink:JdbcSinkConnector",
        Kind.SINK,
        "10.10.0",
    ),
    (
        "io.confluent.connect.s3.S3SinkConnector",
        "io.confluent.connect.s3.S3SinkTask",
        f"{_CONNECTORS}.s3.sink:S3SinkConnector",
        Kind.SINK,
        "12.2.0",
    ),
    (
        f"{_CONNECT}.file.FileStreamSourceConnector",
        f"{_CONNECT}.file.FileStreamSourceTask",
        f"{_CONNECTORS}.file.source:FileStreamSourceConnector",
        Kind.SOURCE,
        KAFKA,
    ),
    (
        f"{_CONNECT}.file.FileStreamSinkConnector",
        f"{_CONNECT}.file.FileStreamSinkTask",
        f"{_CONNECTORS}.file.sink:FileStreamSinkConnector",
        Kind.SINK,
        KAFKA,
    ),
)
# Java class, module:Class, kinds, version
_TABLE: tuple[tuple[str, str, tuple[Kind, ...], str], ...] = (
    (f"{_CONNECT}.json.JsonConverter", f"{_CONVERTERS}.json:JsonConverter", _BOTH, KAFKA),
    (f"{_CONNECT}.storage.StringConverter", f"{_CONVERTERS}.simple:StringConverter", _BOTH, KAFKA),
    (
        f"{_CONNECT}.storage.SimpleHeaderConverter",
        f"{_CONVERTERS}.headers:SimpleHeaderConverter",
        (Kind.HEADER_CONVERTER,),
        KAFKA,
    ),
    ("io.confluent.connect.avro.AvroConverter", f"{_CONVERTERS}.avro:AvroConverter", (Kind.CONVERTER,), "8.5.0"),
    (
        "io.confluent.connect.protobuf.ProtobufConverter",
        f"{_CONVERTERS}.protobuf:ProtobufConverter",
        (Kind.CONVERTER,),
        "8.5.0",
    ),
    (
        "io.confluent.connect.json.JsonSchemaConverter",
        f"{_CONVERTERS}.json_schema:JsonSchemaConverter",
        (Kind.CONVERTER,),
        "8.5.0",
    ),
    *(
        (f"{_CONNECT}.converters.{name}Converter", f"{_CONVERTERS}.simple:{name}Converter", _BOTH, KAFKA)
        for name in ("Boolean", "ByteArray", "Double", "Float", "Integer", "Long", "Short")
    ),
    *(
        (f"{_CONNECT}.transforms.{name}${side}", f"{_TRANSFORMS}.{module}:{name}{side}", (Kind.TRANSFORMATION,), KAFKA)
        for name, module in (
            ("Cast", "cast"),
            ("ExtractField", "extract"),
            ("Flatten", "flatten"),
            ("HeaderFrom", "headers"),
            ("HoistField", "hoist"),
            ("InsertField", "insert"),
            ("MaskField", "mask"),
            ("ReplaceField", "replace"),
            ("SetSchemaMetadata", "schema_metadata"),
            ("TimestampConverter", "timestamps"),
        )
        for side in ("Key", "Value")
    ),
    *(
        (f"{_CONNECT}.transforms.{name}", f"{_TRANSFORMS}.{module}:{name}", (Kind.TRANSFORMATION,), KAFKA)
        for name, module in (
            ("DropHeaders", "headers"),
            ("Filter", "filter"),
            ("InsertHeader", "headers"),
            ("RegexRouter", "routers"),
            ("TimestampRouter", "routers"),
            ("ValueToKey", "value_to_key"),
        )
    ),
    *(
        (f"{_CONNECT}.transforms.predicates.{name}", f"{_TRANSFORMS}.predicates:{name}", (Kind.PREDICATE,), KAFKA)
        for name in ("HasHeaderKey", "RecordIsTombstone", "TopicNameMatches")
    ),
    *(
        (f"{_PROVIDER_PACKAGE}.{name}", f"{_PROVIDERS}.{module}:{name}", (Kind.CONFIG_PROVIDER,), KAFKA)
        for name, module in (
            ("DirectoryConfigProvider", "files"),
            ("EnvVarConfigProvider", "env"),
            ("FileConfigProvider", "files"),
        )
    ),
)

# Transforms of others that are in wide use: Java class, module:Class below transforms.community, version
_COMMUNITY: tuple[tuple[str, str, str], ...] = (
    ("io.debezium.transforms.ByLogicalTableRouter", "debezium.logical_table:ByLogicalTableRouter", "3.6.0.Final"),
    ("io.debezium.transforms.ExtractNewRecordState", "debezium.new_state:ExtractNewRecordState", "3.6.0.Final"),
    (
        "io.debezium.transforms.ExtractChangedRecordState",
        "debezium.changed_state:ExtractChangedRecordState",
        "3.6.0.Final",
    ),
    ("io.debezium.transforms.HeaderToValue", "debezium.header_to_value:HeaderToValue", "3.6.0.Final"),
    ("io.debezium.transforms.partitions.PartitionRouting", "debezium.partitions:PartitionRouting", "3.6.0.Final"),
    ("io.debezium.transforms.outbox.EventRouter", "debezium.outbox:EventRouter", "3.6.0.Final"),
    *(
        (f"io.confluent.connect.transforms.{name}${side}", f"confluent.{module}:{name}{side}", "1.6.0")
        for name, module, sides in (
            ("Drop", "drop", ("Key", "Value")),
            ("ExtractTopic", "topics", ("Header", "Key", "Value")),
            ("Filter", "filter", ("Key", "Value")),
        )
        for side in sides
    ),
    ("io.confluent.connect.transforms.MessageTimestampRouter", "confluent.topics:MessageTimestampRouter", "1.6.0"),
    ("io.confluent.connect.transforms.TombstoneHandler", "confluent.tombstones:TombstoneHandler", "1.6.0"),
)

BUILTIN: dict[str, Plugin] = {
    **{name: Plugin(name, target, (kind,), version, task) for name, task, target, kind, version in _CONNECTOR_TABLE},
    **{name: Plugin(name, target, kinds, version) for name, target, kinds, version in _TABLE},
    **{
        name: Plugin(name, f"{_TRANSFORMS}.community.{target}", (Kind.TRANSFORMATION,), version)
        for name, target, version in _COMMUNITY
    },
}
"""Java class name -> plugin."""
