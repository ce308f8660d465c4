"""TombstoneHandler: records with a null value are dropped, with or without a warning, or fail.

Built from https://docs.confluent.io/kafka-connectors/transforms/1.6/tombstonehandler.html.
"""

from __future__ import annotations

import logging
from typing import ClassVar

from connect_core.api import Record, Transform
from connect_core.config import MEDIUM, Config, key, one_of
from connect_core.errors import DataError
from connect_core.transforms.community.confluent import VERSION

log = logging.getLogger(__name__)


class TombstoneHandlerConfig(Config):
    """Keys of TombstoneHandler."""

    behavior: str = key(
        "What becomes of a tombstone: ignore drops it and tells in the log at level DEBUG, warn drops it and tells at "
        "level WARN, fail refuses it.",
        default="warn",
        importance=MEDIUM,
        checks=[one_of("ignore", "warn", "fail")],
    )


class TombstoneHandler(Transform[TombstoneHandlerConfig]):
    """Drop or refuse records whose value is null, whatever its schema."""

    in_place = True
    version: ClassVar[str] = VERSION

    def configure(self) -> None:
        """Choose the level."""
        self._fails = self.config.behavior == "fail"
        self._level = logging.WARNING if self.config.behavior == "warn" else logging.DEBUG

    def apply[R: Record](self, record: R) -> R | None:
        """The record, unless it is a tombstone."""
        if record.value is not None:
            return record
        if self._fails:
            raise DataError(f"Tombstone in topic {record.topic}: the transform is configured with behavior=fail")
        log.log(self._level, "Dropped a tombstone of topic %s, partition %s", record.topic, record.partition)
        return None
