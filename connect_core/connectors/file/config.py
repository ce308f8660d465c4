"""Keys of the FileStream connectors."""

from __future__ import annotations

from connect_core.api import HIGH, LOW, SinkConfig, SourceConfig, key
from connect_core.config import non_empty

VERSION = "4.3.0"
"""Connect ships these connectors: their version is Kafka's."""


class FileSourceConfig(SourceConfig):
    """Keys of FileStreamSourceConnector."""

    file: str | None = key("File to read lines from; standard input if not set.", default=None, importance=HIGH)
    topic: str = key("Topic the lines are written to.", importance=HIGH, checks=[non_empty])
    batch_size: int = key("Most lines that one poll takes from the file.", default=2000, importance=LOW)


class FileSinkConfig(SinkConfig):
    """Keys of FileStreamSinkConnector."""

    file: str | None = key(
        "File that record values are appended to, one line each; standard output if not set.",
        default=None,
        importance=HIGH,
    )
