"""FileStreamSinkConnector: record values as lines of a file (spec kafka-connect.md 9.6).

At least once. A batch is one append to the file, so tasks that share it never mix their lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, override

from connect_core.api import ConnectError, SinkConnector, SinkContext, SinkRecord, SinkTask
from connect_core.connectors.file.config import VERSION, FileSinkConfig
from connect_core.data.values import java_string
from connect_core.java.hashing import hash_map_order


class FileStreamSinkTask(SinkTask[FileSinkConfig]):
    """Appends ``String.valueOf(value)`` and a line end."""

    _file: int | None = None

    @override
    def start(self, context: SinkContext) -> None:
        """Open the file, creating it if needed."""
        if self.config.file is not None:
            try:
                self._file = os.open(self.config.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            except OSError as error:
                raise ConnectError(
                    f"Couldn't find or create file '{self.config.file}' for FileStreamSinkTask"
                ) from error

    def put(self, records: Sequence[SinkRecord]) -> None:
        """Write all lines; the operating system has them when this returns (I2): ``flush`` has nothing to do."""
        if not records:
            return
        lines = "".join(java_string(record.value_schema, _as_hash_map(record.value)) + os.linesep for record in records)
        if self.config.file is None:
            sys.stdout.write(lines)
            sys.stdout.flush()
        elif self._file is None:
            raise ConnectError("FileStreamSinkTask is not started")
        else:
            _write(self._file, lines.encode("utf-8", "replace"))

    def stop(self) -> None:
        """Close the file (never standard output)."""
        if self._file is not None:
            os.close(self._file)
        self._file = None


def _as_hash_map(value: Any) -> Any:
    """Maps in the order of Java's HashMap, which is what Kafka's converters build (a struct goes by its schema)."""
    if isinstance(value, dict):
        keys = hash_map_order(value) if all(isinstance(key, str) for key in value) else list(value)
        return {key: _as_hash_map(value[key]) for key in keys}
    return [_as_hash_map(element) for element in value] if isinstance(value, list) else value


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


class FileStreamSinkConnector(SinkConnector[FileSinkConfig]):
    """Appends record values to a file."""

    version, task = VERSION, FileStreamSinkTask

    def task_configs(self, max_tasks: int) -> list[dict[str, str]]:
        """The same map for every task."""
        return [dict(self.config.originals) for _ in range(max_tasks)]

    @override
    def alter_offsets(self, offsets: Mapping[tuple[str, int], int | None]) -> bool:
        """Any Kafka offset is fine: a file keeps none of its own."""
        return True
