"""What connector authors write against. Import everything from here."""

from connect_core.api.connector import Connector, ConnectorContext, SinkConnector, SourceConnector
from connect_core.api.converter import Converter, Decoder, Encoder, HeaderConverter
from connect_core.api.extension import ConfigProvider, Predicate, Transform
from connect_core.api.sink import ErrantRecordReporter, SinkContext, SinkTask, TopicPartition
from connect_core.api.source import SourceContext, SourceTask, TransactionContext
from connect_core.config import (
    HIGH,
    LOW,
    MEDIUM,
    Class,
    Config,
    Long,
    Password,
    Short,
    SinkConfig,
    SourceConfig,
    Width,
    key,
)
from connect_core.data import Header, Record, Schema, SinkRecord, SourceRecord, TimestampType, Type
from connect_core.errors import BatchFailure, ConfigError, ConnectError, DataError, Fatal, Retriable

__all__ = [
    "HIGH",
    "LOW",
    "MEDIUM",
    "BatchFailure",
    "Class",
    "Config",
    "ConfigError",
    "ConfigProvider",
    "ConnectError",
    "Connector",
    "ConnectorContext",
    "Converter",
    "DataError",
    "Decoder",
    "Encoder",
    "ErrantRecordReporter",
    "Fatal",
    "Header",
    "HeaderConverter",
    "Long",
    "Password",
    "Predicate",
    "Record",
    "Retriable",
    "Schema",
    "Short",
    "SinkConfig",
    "SinkConnector",
    "SinkContext",
    "SinkRecord",
    "SinkTask",
    "SourceConfig",
    "SourceConnector",
    "SourceContext",
    "SourceRecord",
    "SourceTask",
    "TimestampType",
    "TopicPartition",
    "TransactionContext",
    "Transform",
    "Type",
    "Width",
    "key",
]
