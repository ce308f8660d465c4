"""One Kafka partition's way into files (spec connectors.md 3.3): which file a record goes to and when files end.

Order of checks per record: time, schema, open files, write, count. A commit ends all open files together. Invariant I2:
``safe`` never passes a record that is not in a finished file. What a failure loses is read again from ``rewind``.
Neighbours: ``names``, ``formats``, ``partitioners``, ``schedule``; the store behind it is the connector's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from connect_core.connectors.files.formats import Format
from connect_core.connectors.files.names import ObjectNames
from connect_core.connectors.files.open_file import OpenFile, Store
from connect_core.connectors.files.partitioners import Partitioner
from connect_core.connectors.files.schedule import Schedule
from connect_core.data import Schema, SinkRecord
from connect_core.errors import DataError

type Place = tuple[str, str]
"""(topic, directory): one open file each."""


class Refuse(Protocol):
    """What becomes of a record that cannot be written."""

    def __call__(self, record: SinkRecord, error: Exception) -> None:
        """Hand it to the error reporter, or raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What all partitions of a task share."""

    flush_size: int
    interval_ms: int
    on_partition_change: bool
    schedule: Schedule | None
    most_open_files: int
    partitioner: Partitioner
    format: Format
    names: ObjectNames
    store: Store
    resume_existing: bool
    """Look for files that an earlier run finished without committing, and go on behind them."""
    on_null: Callable[[SinkRecord], None]
    refuse: Refuse


class PartitionWriter:
    """Files of one Kafka partition. Times are epoch milliseconds."""

    def __init__(self, rotation: Rotation, original: tuple[str, int], *, now: int) -> None:
        self._rotation, self._original = rotation, original
        self._files: dict[Place, OpenFile] = {}
        self._count = 0
        self._since: int | None = None  # record time of the first record since the last commit
        self._oldest = now  # the same by Kafka's timestamp, for the schedule
        self._directory: str | None = None
        self._next_rotation = rotation.schedule.following(now) if rotation.schedule else None
        self._existing: dict[Place, int] = {}  # up to which offset an earlier run's file holds the records
        self._looked: set[Place] = set()
        self._floor: int | None = None  # after a failure: where to read again; nothing above is safe
        self._at = 0  # the record in hand, where that may fail without an open file

    # -- records ------------------------------------------------------------------------------------------------

    def write(self, records: Sequence[SinkRecord], now: int) -> None:
        """Take records of this partition in offset order. Retriable: call ``discard`` and read again."""
        self._floor = None
        self.tick(now, idle=False)
        start = 0
        while start < len(records):
            part = records[start : start + self._rotation.flush_size - self._count]
            if not self._take_all(part, now):
                self._take_each(part, now)
            start += len(part)

    def _take_all(self, part: Sequence[SinkRecord], now: int) -> bool:
        """The fast way, for records that go into one file; False when some are special and nothing was taken."""
        first = part[0]
        values = [record.value for record in part]
        if not self._rotation.partitioner.constant or None in values:
            return False
        if any(record.value_schema is not first.value_schema or record.topic != first.topic for record in part):
            return False
        try:
            file = self._file_for(first, now)
            if file is None:
                return False
            file.body.extend(values)
        except DataError:
            self._drop_empty()
            return False
        self._took(file, part)
        return True

    def _take_each(self, part: Sequence[SinkRecord], now: int) -> None:
        """Record by record: what cannot be written is refused alone."""
        for record in part:
            self._at = record.offset
            if record.value is None:
                self._rotation.on_null(record)
                continue
            try:
                file = self._file_for(record, now)
                if file is None:
                    continue
                file.body.extend((record.value,))
            except DataError as error:
                self._drop_empty()
                self._rotation.refuse(record, error)
                continue
            self._took(file, (record,))

    def _took(self, file: OpenFile, part: Sequence[SinkRecord]) -> None:
        file.took(len(part), part[-1].offset)
        self._count += len(part)
        if self._count >= self._rotation.flush_size:
            self.commit()

    def tick(self, now: int, *, idle: bool) -> None:
        """End files whose time has come by the clock; ``idle``: no records are waiting.

        A slice may begin after a boundary that the records it reads lie before. So at the end of what there is to
        read, files that began before the latest boundary end too, or a schedule longer than a slice would never act.
        """
        schedule = self._rotation.schedule
        if schedule is None or self._next_rotation is None:
            return
        if now >= self._next_rotation:
            self.commit()
            self._next_rotation = schedule.following(now)
        elif idle and self._count and self._oldest < schedule.latest(now):
            self.commit()

    def commit(self) -> None:
        """End all open files: everything taken so far is durable afterwards."""
        for file in self._files.values():
            file.finish()
        self._files.clear()
        self._count, self._since = 0, None

    # -- offsets ------------------------------------------------------------------------------------------------

    def safe(self, delivered: int) -> int:
        """The offset (next to read) that may be committed when everything below ``delivered`` was taken (I2)."""
        if self._floor is not None:
            return min(self._floor, delivered)
        return min((file.start for file in self._files.values()), default=delivered)

    def discard(self) -> int:
        """After a failure: forget open files; the offset to read again from."""
        self._floor = min((file.start for file in self._files.values()), default=self._at)
        self.abort()
        return self._floor

    def abort(self) -> None:
        """Forget open files."""
        for file in self._files.values():
            file.abort()
        self._files.clear()
        self._looked.clear()
        self._count, self._since = 0, None

    # -- which file ---------------------------------------------------------------------------------------------

    def _file_for(self, record: SinkRecord, now: int) -> OpenFile | None:
        """The open file for this record, after whatever must end before it; None: the store holds it already."""
        rotation, self._at = self._rotation, record.offset
        directory = rotation.partitioner.encode(record, now)
        stamp = rotation.partitioner.timestamp(record, now)
        if self._time_is_up(directory, stamp):
            self.commit()
        place = (record.topic, directory)
        file = self._files.get(place)
        if file is not None and file.schema is not record.value_schema:
            _same_kind(file.schema, record.value_schema)
            self.commit()
            file = None
        if file is None and 0 < rotation.most_open_files <= len(self._files):
            self.commit()
        if file is None:
            if rotation.resume_existing and self._is_there(place, record.offset):
                return None
            file = self._open(place, record)
        self._directory = directory
        if self._since is None:
            self._since = stamp
        if not self._count:
            self._oldest = now if record.timestamp is None else record.timestamp
        return file

    def _time_is_up(self, directory: str, stamp: int | None) -> bool:
        rotation = self._rotation
        if rotation.interval_ms <= 0 or stamp is None or self._since is None or not self._count:
            return False
        return stamp - self._since >= rotation.interval_ms or (
            rotation.on_partition_change and directory != self._directory
        )

    def _open(self, place: Place, record: SinkRecord) -> OpenFile:
        topic, directory = place
        name = self._rotation.names.name(
            directory=directory, topic=topic, original=self._original, offset=record.offset
        )
        body = self._rotation.format.body(record.value_schema)
        file = OpenFile(self._rotation.store, name, body, topic=topic, schema=record.value_schema, start=record.offset)
        self._files[place] = file
        return file

    def _is_there(self, place: Place, offset: int) -> bool:
        """Whether a file that an earlier run finished holds this record; looks until it finds none behind."""
        if place in self._looked:
            return False
        if offset < self._existing.get(place, 0):
            return True
        name = self._rotation.names.name(directory=place[1], topic=place[0], original=self._original, offset=offset)
        end = self._rotation.store.end_of(name)
        if end is None or end <= offset:
            self._looked.add(place)
            return False
        self._existing[place] = end
        return True

    def _drop_empty(self) -> None:
        """A file whose first record failed was never begun."""
        for place in [place for place, file in self._files.items() if not file.count]:
            del self._files[place]


def _same_kind(open_schema: Schema | None, schema: Any) -> None:
    if (open_schema is None) != (schema is None):
        raise DataError(
            "Switch between schema-based and schema-less data is not supported: one file holds records of one kind"
        )
