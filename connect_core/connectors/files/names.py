"""Names of objects (spec connectors.md 3.2): where exactly-once of file sinks rests: same records, same names."""

from __future__ import annotations

from connect_core.connectors.files.config import FileSinkConfig


class ObjectNames:
    """``topics/orders/partition=0/orders+0+0000000042.json``."""

    def __init__(self, config: FileSinkConfig, extension: str) -> None:
        delim = self._directory_delim = config.directory_delim
        self._head = f"{config.topics_dir}{delim}" if config.topics_dir.strip() else ""
        self._file_delim, self._extension = config.file_delim, extension
        self._pad = config.filename_offset_zero_pad_width

    def name(self, *, directory: str, topic: str, original: tuple[str, int], offset: int) -> str:
        """The name of the file whose first record has this offset.

        ``original`` (topic, partition) is where records were consumed and stands in the file's own name, so that
        topics which a transform merges into one directory never overwrite each other's files.
        """
        file = self._file_delim.join((original[0], str(original[1]), f"{offset:0{self._pad}d}"))
        return f"{self._head}{self._directory_delim.join((topic, directory, file))}{self._extension}"
