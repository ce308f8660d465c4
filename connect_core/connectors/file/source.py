"""FileStreamSourceConnector: each line of a growing text file becomes a record (spec kafka-connect.md 9.5).

Differs from Kafka's in one thing: ``position`` counts bytes, as the offset says, not characters, so that a restart goes
on at the right place in non-ASCII text too. Offsets of ASCII files are the same.
"""

from __future__ import annotations

import logging
import os
import select
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from connect_core.api import ConnectError, SourceConnector, SourceContext, SourceRecord, SourceTask
from connect_core.connectors.file.config import VERSION, FileSourceConfig
from connect_core.data.schema import STRING

log = logging.getLogger(__name__)

_CHUNK = 1 << 20


class FileStreamSourceTask(SourceTask[FileSourceConfig]):
    """Reads complete lines; the last one is held back until its line end is there."""

    _stream: BinaryIO | None = None

    def source_partitions(self) -> Sequence[Mapping[str, Any]]:
        """The one file."""
        return [{"filename": self.config.file}]

    def start(self, context: SourceContext) -> None:
        """Take up the stored position; the file itself is opened by the first poll that finds it."""
        self._partition = {"filename": self.config.file}
        self._position: int | None = 0 if self.config.file else None
        self._lines: deque[bytearray] = deque()
        self._rest = bytearray()
        stored = context.offset(self._partition) if self.config.file else None
        position = stored.get("position") if stored else None
        if position is not None:
            if isinstance(position, bool) or not isinstance(position, int):
                raise ConnectError("Offset position is the incorrect type")
            self._position = position

    def poll(self) -> list[SourceRecord]:
        """Up to ``batch.size`` lines; none while the file is missing or has no complete new line."""
        while not self._lines and self._read():
            pass
        now = int(time.time() * 1000)
        count = min(len(self._lines), max(self.config.batch_size, 1))
        return [self._record(self._lines.popleft(), now) for _ in range(count)]

    def stop(self) -> None:
        """Close the file (never standard input)."""
        if self._stream is not None and self.config.file:
            self._stream.close()
        self._stream = None

    def _record(self, line: bytearray, now: int) -> SourceRecord:
        if self._position is not None:
            self._position += len(line)
        text = line[: -2 if line.endswith(b"\r\n") else -1].decode("utf-8", "replace")
        return SourceRecord(
            self.config.topic,
            text,
            value_schema=STRING,
            timestamp=now,
            source_partition=self._partition,
            source_offset={"position": self._position},
        )

    def _read(self) -> bool:
        """Cut the next chunk into lines; False when there is nothing more to read now."""
        chunk = self._chunk()
        if not chunk:
            return False
        ends = b"\n" in chunk or b"\r" in chunk or self._rest.endswith(b"\r")
        self._rest += chunk
        if not ends:
            return True  # a line longer than a chunk is not searched again and again
        pieces = self._rest.splitlines(keepends=True)
        # A trailing \r may be the first half of \r\n: it waits for the next byte like an unfinished line.
        self._rest = bytearray() if pieces[-1].endswith(b"\n") else pieces.pop()
        self._lines.extend(pieces)
        return True

    def _chunk(self) -> bytes:
        if not self.config.file:
            ready, _, _ = select.select([sys.stdin], [], [], 0)
            return os.read(sys.stdin.fileno(), _CHUNK) if ready else b""
        if self._stream is None:
            try:
                self._stream = open(self.config.file, "rb", buffering=0)  # noqa: PTH123, SIM115 - closed in stop
            except FileNotFoundError:
                log.warning(
                    "Couldn't find file %s for FileStreamSourceTask, waiting for it to be created", self.config.file
                )
                return b""
            self._stream.seek((self._position or 0) + len(self._rest))
        return self._stream.read(_CHUNK)


class FileStreamSourceConnector(SourceConnector[FileSourceConfig]):
    """Streams the lines of a file."""

    version, task = VERSION, FileStreamSourceTask

    @classmethod
    def exactly_once_support(cls, config: Mapping[str, str]) -> bool:
        """Lines of a file have a position; standard input has none."""
        return bool(FileSourceConfig.parse(config).file)

    def alter_offsets(self, offsets: Sequence[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]) -> bool:
        """Check the form of offsets; whether a position suits the file shows when the task starts."""
        if not self.config.file:
            raise ConnectError(
                "Offsets cannot be modified if the 'file' configuration is unspecified. "
                "This is because stdin is used for input and offsets are not tracked."
            )
        for partition, offset in offsets:
            if offset is not None:  # deleting is always allowed: it cleans up whatever is there
                _check_offset(partition, offset)
        return True


def _check_offset(partition: Mapping[str, Any] | None, offset: Mapping[str, Any]) -> None:
    if "position" not in offset:
        raise ConnectError("Offset objects should either be null or contain the key 'position'")
    position = offset["position"]
    if isinstance(position, bool) or not isinstance(position, int):
        raise ConnectError("The value for the 'position' key in the offset is expected to be a Long value")
    if position < 0:
        raise ConnectError("The value for the 'position' key in the offset should be a non-negative value")
    if partition is None:
        raise ConnectError("Partition objects cannot be null")
    if "filename" not in partition:
        raise ConnectError("Partition objects should contain the key 'filename'")
