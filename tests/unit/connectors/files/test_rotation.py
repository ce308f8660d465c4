"""The way of records into files: boundaries, schedule, failures, and files that an earlier run left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import pytest

from connect_core.api import SinkRecord
from connect_core.connectors.files import open_file
from connect_core.connectors.files.config import FileSinkConfig
from connect_core.connectors.files.formats import json_format
from connect_core.connectors.files.names import ObjectNames
from connect_core.connectors.files.partitioners import DefaultPartitioner, Partitioner
from connect_core.connectors.files.rotation import PartitionWriter, Rotation
from connect_core.connectors.files.schedule import Schedule
from connect_core.data import Schema, struct
from connect_core.data.schema import INT32, INT64, STRING
from connect_core.errors import DataError, Retriable

KEYS = {
    "name": "f",
    "connector.class": "F",
    "topics": "t",
    "format.class": "JsonFormat",
    "flush.size": "3",
    "storage.class": "S",
}
CONFIG = FileSinkConfig.parse(KEYS)
A = struct([("n", INT32)])
B = struct([("n", INT64)])


class MemoryUpload:
    def __init__(self, store: MemoryStore, name: str) -> None:
        self.store, self.name, self.parts = store, name, [b""]
        self.aborted = False

    def feed(self, data: bytes) -> None:
        self.parts.append(data)
        self.store.fed += 1

    def finish(self, data: bytes, *, start: int, end: int, count: int) -> None:
        if self.name in self.store.failing:
            self.store.failing.remove(self.name)
            raise Retriable("the store is away")
        self.store.files[self.name] = b"".join([*self.parts, data])
        self.store.ends[self.name] = end
        self.store.counts[self.name] = (start, end, count)

    def abort(self) -> None:
        self.aborted = True


@dataclass
class MemoryStore:
    """Files by name; names in ``failing`` fail once."""

    files: dict[str, bytes] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    uploads: list[MemoryUpload] = field(default_factory=list)
    fed: int = 0

    def upload(self, name: str) -> MemoryUpload:
        self.uploads.append(MemoryUpload(self, name))
        return self.uploads[-1]

    def end_of(self, name: str) -> int | None:
        self.asked.append(name)
        return self.ends.get(name)


class ByCity:
    """A partitioner as the later ones: directory and time from the value."""

    constant = False

    def encode(self, record: SinkRecord, now: int) -> str:
        if "city" not in record.value:
            raise DataError("no city")
        return f"city={record.value['city']}"

    def timestamp(self, record: SinkRecord, now: int) -> int | None:
        return record.timestamp


def rotation(
    store: MemoryStore,
    *,
    flush_size: int = 3,
    schedule_ms: int = 0,
    interval_ms: int = -1,
    on_partition_change: bool = True,
    most_open_files: int = -1,
    partitioner: Partitioner | None = None,
    refused: list[tuple[int, str]] | None = None,
) -> Rotation:
    def refuse(record: SinkRecord, error: Exception) -> None:
        if refused is None:
            raise error
        refused.append((record.offset, str(error)))

    return Rotation(
        flush_size=flush_size,
        interval_ms=interval_ms,
        on_partition_change=on_partition_change,
        schedule=Schedule(schedule_ms, UTC) if schedule_ms else None,
        most_open_files=most_open_files,
        partitioner=partitioner or DefaultPartitioner(CONFIG),
        format=json_format(numeric_decimals=False),
        names=ObjectNames(CONFIG, ".json"),
        store=store,
        resume_existing=bool(schedule_ms),
        on_null=lambda record: None,
        refuse=refuse,
    )


def writer(rules: Rotation, now: int = 0) -> PartitionWriter:
    return PartitionWriter(rules, ("t", 0), now=now)


def record(offset: int, value: Any = None, *, schema: Schema | None = None, timestamp: int | None = None) -> SinkRecord:
    return SinkRecord("t", 0, offset, value=value, value_schema=schema, timestamp=timestamp)


def rows(offsets: Iterable[int], **more: Any) -> list[SinkRecord]:
    return [record(n, {"n": n}, **more) for n in offsets]


def name(offset: int, directory: str = "partition=0") -> str:
    return f"topics/t/{directory}/t+0+{offset:010d}.json"


def held(store: MemoryStore) -> dict[str, list[bytes]]:
    return {key: data.splitlines() for key, data in store.files.items()}


def lines(offsets: Iterable[int]) -> list[bytes]:
    return [b'{"n":%d}' % n for n in offsets]


def test_files_hold_flush_size_records_whatever_the_batches() -> None:
    for cuts in ([10], [1] * 10, [4, 3, 3], [2, 7, 1]):
        store = MemoryStore()
        under_test = writer(rotation(store))
        offset = 0
        for size in cuts:
            under_test.write(rows(range(offset, offset + size)), 0)
            offset += size
        assert held(store) == {name(n): lines(range(n, n + 3)) for n in (0, 3, 6)}, cuts
        assert under_test.safe(10) == 9


def test_a_tail_is_written_when_asked_for() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store))
    under_test.write(rows(range(4)), 0)
    under_test.commit()
    assert held(store) == {name(0): lines(range(3)), name(3): lines([3])}
    assert store.counts[name(0)] == (0, 3, 3)
    assert under_test.safe(4) == 4
    under_test.commit()
    assert len(store.files) == 2, "nothing open, nothing written"


def test_a_change_of_schema_ends_the_file() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, flush_size=10))
    under_test.write([*rows([0, 1], schema=A), *rows([2], schema=B), *rows([3], schema=A)], 0)
    assert held(store) == {name(0): lines([0, 1]), name(2): lines([2])}
    assert under_test.safe(4) == 3


@pytest.mark.parametrize(("first", "second"), [(A, None), (None, A)])
def test_schemaless_and_structured_records_do_not_mix(first: Schema | None, second: Schema | None) -> None:
    store = MemoryStore()
    with pytest.raises(DataError, match="Switch between schema-based and schema-less data is not supported"):
        writer(rotation(store)).write([*rows([0], schema=first), *rows([1], schema=second)], 0)
    refused: list[tuple[int, str]] = []
    under_test = writer(rotation(store, refused=refused))
    under_test.write([*rows([0], schema=first), *rows([1], schema=second), *rows([2, 3], schema=first)], 0)
    assert [offset for offset, _ in refused] == [1]
    assert held(store) == {name(0): lines([0, 2, 3])}


def test_a_bad_first_record_leaves_no_file_and_no_name() -> None:
    store = MemoryStore()
    refused: list[tuple[int, str]] = []
    under_test = writer(rotation(store, refused=refused))
    under_test.write([record(0, {"n": "text"}, schema=A), *rows([1, 2], schema=A)], 0)
    under_test.commit()
    assert [offset for offset, _ in refused] == [0]
    assert held(store) == {name(1): lines([1, 2])}


def test_null_values_are_passed_over_and_their_offsets_are_safe() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, flush_size=2))
    under_test.write([*rows([0]), record(1), *rows([2]), record(3), record(4)], 0)
    assert held(store) == {name(0): lines([0, 2])}
    assert under_test.safe(5) == 5


def test_one_commit_ends_all_files_of_the_partition() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, partitioner=ByCity()))
    cities = ["Oslo", "Rome", "Oslo", "Rome"]
    under_test.write([record(n, {"city": city}) for n, city in enumerate(cities)], 0)
    assert {key: len(found) for key, found in held(store).items()} == {name(0, "city=Oslo"): 2, name(1, "city=Rome"): 1}
    assert under_test.safe(4) == 3


def test_files_end_when_too_many_are_open() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, flush_size=100, partitioner=ByCity(), most_open_files=2))
    under_test.write([record(n, {"city": city}) for n, city in enumerate("abacb")], 0)
    assert sorted(store.files) == [name(0, "city=a"), name(1, "city=b")]


def test_a_record_without_a_directory_is_refused() -> None:
    store = MemoryStore()
    refused: list[tuple[int, str]] = []
    under_test = writer(rotation(store, partitioner=ByCity(), refused=refused))
    under_test.write([record(0, {"city": "a"}), record(1, {}), record(2, {"city": "a"})], 0)
    assert refused == [(1, "no city")]
    assert under_test.safe(3) == 0


def city(offset: int, timestamp: int, where: str = "a") -> SinkRecord:
    return record(offset, {"city": where}, timestamp=timestamp)


def test_record_time_ends_files() -> None:
    store = MemoryStore()
    rules = rotation(store, flush_size=100, partitioner=ByCity(), interval_ms=1000, on_partition_change=False)
    writer(rules).write([city(0, 0), city(1, 999), city(2, 1000, "b"), city(3, 1999), city(4, 2000)], 0)
    assert {key: len(found) for key, found in held(store).items()} == {
        name(0, "city=a"): 2,
        name(2, "city=b"): 1,
        name(3, "city=a"): 1,
    }


def test_a_new_directory_ends_files_only_with_record_time() -> None:
    for interval, expected in ((1000, [name(0, "city=a"), name(1, "city=b")]), (-1, [])):
        store = MemoryStore()
        rules = rotation(store, flush_size=100, partitioner=ByCity(), interval_ms=interval)
        writer(rules).write([city(0, 0), city(1, 1, "b"), city(2, 2)], 0)
        assert sorted(store.files) == expected


def test_the_schedule_ends_files_without_records() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, schedule_ms=1000), now=100)
    under_test.write(rows([0], timestamp=150), 200)
    under_test.tick(999, idle=True)
    assert store.files == {}
    under_test.tick(1000, idle=False)
    assert held(store) == {name(0): lines([0])}


def test_a_schedule_that_passed_with_nothing_open_moves_on() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, schedule_ms=1000), now=0)
    under_test.tick(5500, idle=True)
    under_test.write(rows([0], timestamp=5600), 5600)
    under_test.tick(5900, idle=True)
    assert store.files == {}
    under_test.write(rows([1], timestamp=6000), 6001)
    assert held(store) == {name(0): lines([0])}


def test_a_slice_that_began_after_the_boundary_writes_older_records_once_it_has_read_all() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, schedule_ms=60_000), now=125_000)
    under_test.write(rows([0], timestamp=119_000), 125_000)
    under_test.write(rows([1], timestamp=121_000), 125_000)
    assert store.files == {}, "more may be waiting to be read"
    under_test.tick(126_000, idle=True)
    assert held(store) == {name(0): lines([0, 1])}
    under_test.write(rows([2], timestamp=126_000), 126_000)
    under_test.tick(127_000, idle=True)
    assert len(store.files) == 1, "a record after the boundary waits for the next one"


def test_after_a_failure_the_partition_is_read_again_from_its_first_open_record() -> None:
    store = MemoryStore(failing={name(3)})
    under_test = writer(rotation(store))
    with pytest.raises(Retriable):
        under_test.write(rows(range(8)), 0)
    assert under_test.discard() == 3
    assert under_test.safe(3) == 3
    assert under_test.safe(2) == 2
    under_test.write(rows(range(3, 8)), 0)
    assert held(store) == {name(0): lines(range(3)), name(3): lines(range(3, 6))}
    assert under_test.safe(8) == 6


def test_nothing_is_safe_beyond_a_failure_until_records_come_again() -> None:
    store = MemoryStore(failing={name(0)})
    under_test = writer(rotation(store))
    under_test.write(rows(range(2)), 0)
    with pytest.raises(Retriable):
        under_test.commit()
    assert under_test.discard() == 0
    assert under_test.safe(2) == 0


def test_discarding_aborts_what_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_file, "TAKE_BYTES", 10)
    store = MemoryStore()
    under_test = writer(rotation(store, flush_size=100))
    under_test.write(rows(range(4)), 0)
    assert store.fed == 1, "all four lines at once"
    under_test.abort()
    assert [upload.aborted for upload in store.uploads] == [True]
    under_test.write(rows(range(4)), 0)
    under_test.commit()
    assert held(store) == {name(0): lines(range(4))}


def finished(store: MemoryStore, starts: Sequence[int], end: int) -> None:
    """Files an earlier run left."""
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        store.files[name(start)], store.ends[name(start)] = b"earlier", following


def test_files_of_an_earlier_run_are_passed_over() -> None:
    store = MemoryStore()
    finished(store, [0, 2], 5)
    under_test = writer(rotation(store, schedule_ms=1000, flush_size=2))
    under_test.write(rows(range(10)), 0)
    new = {key: found for key, found in held(store).items() if found != [b"earlier"]}
    assert new == {name(5): lines([5, 6]), name(7): lines([7, 8])}
    assert store.asked == [name(0), name(2), name(5)], "once behind them there is nothing to look for"
    assert under_test.safe(10) == 9


def test_a_file_that_appears_meanwhile_is_passed_over_after_the_failure() -> None:
    store = MemoryStore(failing={name(0)})
    under_test = writer(rotation(store, schedule_ms=1000, flush_size=4))
    with pytest.raises(Retriable):
        under_test.write(rows(range(4)), 0)
    finished(store, [0], 3)  # another writer was faster
    assert under_test.discard() == 0
    under_test.write(rows(range(7)), 0)
    assert held(store) == {name(0): [b"earlier"], name(3): lines(range(3, 7))}


def test_a_failure_before_the_first_file_reads_again_from_the_record_in_hand() -> None:
    class Away(MemoryStore):
        def end_of(self, name: str) -> int | None:
            raise Retriable("the store is away")

    under_test = writer(rotation(Away(), schedule_ms=1000))
    with pytest.raises(Retriable):
        under_test.write(rows([7, 8]), 0)
    assert under_test.discard() == 7
    assert under_test.safe(9) == 7


def test_topics_that_a_transform_merges_keep_files_of_their_own() -> None:
    store = MemoryStore()
    rules = rotation(store, flush_size=1)
    for original in ("a", "b"):
        merged = SinkRecord(original, 0, 0, value={"n": 1}).replace(topic="all")
        PartitionWriter(rules, (original, 0), now=0).write([merged], 0)
    assert sorted(store.files) == [
        "topics/all/partition=0/a+0+0000000000.json",
        "topics/all/partition=0/b+0+0000000000.json",
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, "topics/t/partition=0/t+7+0000000042.json"),
        ({"topics.dir": ""}, "t/partition=0/t+7+0000000042.json"),
        ({"topics.dir": "a/b", "directory.delim": "_", "file.delim": "-"}, "a/b_t_partition=0_t-7-0000000042.json"),
        ({"filename.offset.zero.pad.width": "0"}, "topics/t/partition=0/t+7+42.json"),
        ({"filename.offset.zero.pad.width": "1"}, "topics/t/partition=0/t+7+42.json"),
    ],
)
def test_names(keys: dict[str, str], expected: str) -> None:
    names = ObjectNames(FileSinkConfig.parse(KEYS | keys), ".json")
    assert names.name(directory="partition=0", topic="t", original=("t", 7), offset=42) == expected


def test_string_values_are_json_strings() -> None:
    store = MemoryStore()
    under_test = writer(rotation(store, flush_size=2))
    under_test.write([record(0, "a\nb", schema=STRING), record(1, "ł", schema=STRING)], 0)
    assert store.files[name(0)].decode() == '"a\\nb"\n"ł"\n'
