"""Offset keys and values, a connector's view of them, and standalone's file."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_core.errors import ConfigError, DataError, Retriable
from connect_core.storage import file_store
from connect_core.storage import offset_records as records
from connect_core.storage.file_store import OffsetFile
from connect_core.storage.offset_store import MemoryOffsets, OffsetStore, Pair


@pytest.mark.parametrize(
    ("connector", "partition", "expected"),
    [
        ("my-conn", {"filename": "/tmp/x"}, '["my-conn",{"filename":"/tmp/x"}]'),
        ("mm2", {"topic": "t", "partition": 0, "cluster": "A"}, '["mm2",{"cluster":"A","partition":0,"topic":"t"}]'),
        ("cp", {"topic": "t", "group": "g", "partition": 0}, '["cp",{"partition":0,"topic":"t","group":"g"}]'),
        ("c", None, '["c",null]'),
        ("é\U0001f600", {"f": 1e7}, '["é\\uD83D\\uDE00",{"f":1.0E7}]'),
    ],
)
def test_keys(connector: str, partition: dict[str, Any] | None, expected: str) -> None:
    assert records.key_bytes(connector, partition) == expected.encode()
    assert records.read_key(expected.encode()) == (connector, partition)


def test_values_keep_their_order() -> None:
    assert records.offset_bytes({"position": 42}) == b'{"position":42}'
    assert records.offset_bytes({"z": None, "a": True}) == b'{"z":null,"a":true}'
    assert records.offset_bytes(None) is None
    assert records.read_offset(b'{"position":42}') == {"position": 42}


@pytest.mark.parametrize("key", [None, b"{", b"{}", b'["c"]', b"[1,{}]", b'["c",3]', b"x"])
def test_keys_nobody_can_read_are_skipped(key: bytes | None) -> None:
    assert records.read_key(key) is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({1: "x"}, "Offsets may only use String keys"),
        ({"f": {}}, "Offsets may only contain primitive types as values, but field f contains MAP"),
        ({"f": []}, "Offsets may only contain primitive types as values, but field f contains ARRAY"),
        ({"f": date(2026, 1, 1)}, "Offsets may only contain primitive types as values, but field f contains date"),
        ([1], "Offsets must be specified as a Map"),
    ],
)
def test_what_an_offset_may_hold(fields: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        records.key_bytes("c", fields)
    with pytest.raises(DataError, match=text):
        records.offset_bytes(fields)


def test_a_connectors_view() -> None:
    place = MemoryOffsets()
    mine, other = OffsetStore("c", place), OffsetStore("c2", place)
    mine.stored([({"t": "a"}, {"n": 1}), ({"t": "b"}, {"n": 2}), ({"t": "a"}, {"n": 3}), (None, {"n": 0})])
    other.stored([({"t": "a"}, {"n": 9})])
    mine.load(None)
    assert mine.get({"t": "a"}) == {"n": 3}
    assert mine.get({"t": "x"}) is None
    assert mine.get(None) == {"n": 0}
    assert mine.entries() == [({"t": "a"}, {"n": 3}), ({"t": "b"}, {"n": 2})]
    assert mine.messages([({"t": "a"}, {"n": 4})]) == []
    mine.alter([({"t": "a"}, None), ({"t": "z"}, {"n": 7})])
    assert mine.entries() == [({"t": "b"}, {"n": 2}), ({"t": "z"}, {"n": 7})]
    assert other.get({"t": "a"}) == {"n": 9}


def test_deleting_takes_other_spellings_of_the_key_along() -> None:
    place = MemoryOffsets()
    place.write(
        [(b'["c",{"topic":"t","partition":0}]', b'{"n":1}'), (b'["c",{"partition":0,"topic":"t"}]', b'{"n":2}')]
    )
    store = OffsetStore("c", place)
    assert [partition for partition, _ in store.entries()] == [{"topic": "t", "partition": 0}]
    store.alter([({"topic": "t", "partition": 0}, None)])
    assert list(place.items()) == []


class Failing(MemoryOffsets):
    """A secondary place whose brokers are away."""

    def write(self, pairs: Any) -> None:
        raise Retriable("away")


def test_a_connector_with_a_place_of_its_own() -> None:
    own, workers = MemoryOffsets(), MemoryOffsets()
    OffsetStore("c", workers).stored([({"t": "a"}, {"n": 1}), ({"t": "b"}, {"n": 1})])
    store = OffsetStore("c", own, workers)
    assert store.get({"t": "a"}) == {"n": 1}
    store.stored([({"t": "a"}, {"n": 2})])
    assert store.get({"t": "a"}) == {"n": 2}
    assert OffsetStore("c", workers).get({"t": "a"}) == {"n": 2}
    assert store.entries() == [({"t": "a"}, {"n": 2}), ({"t": "b"}, {"n": 1})]
    store.alter([({"t": "a"}, None)])
    assert store.entries() == [({"t": "b"}, {"n": 1})]


def test_the_second_place_may_fail_but_for_deletions() -> None:
    store = OffsetStore("c", MemoryOffsets(), Failing())
    store.stored([({"t": "a"}, {"n": 2})])
    assert store.get({"t": "a"}) == {"n": 2}
    with pytest.raises(Retriable):
        store.messages([({"t": "a"}, None)])


PAIRS = st.dictionaries(st.binary(max_size=40), st.none() | st.binary(max_size=40), max_size=40)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(PAIRS)
def test_file_round_trip(pairs: dict[bytes, bytes | None]) -> None:
    assert file_store.load(file_store.dump(pairs)) == pairs


@settings(max_examples=60, deadline=None, derandomize=True)
@given(PAIRS, st.data())
def test_a_damaged_file_is_refused(pairs: dict[bytes, bytes | None], data: st.DataObject) -> None:
    whole = file_store.dump(pairs)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match=r"position|ends after"):
        file_store.load(whole[:cut])


def test_file_store(tmp_path: Path) -> None:
    path = tmp_path / "connect.offsets"
    one, two = OffsetStore("c", OffsetFile(path)), OffsetStore("c", OffsetFile(path))
    one.load(None)
    assert one.get({"f": "x"}) is None
    one.stored([({"f": "x"}, {"position": 1})])
    two.stored([({"f": "y"}, {"position": 2})])
    one.load(None)
    assert one.entries() == [({"f": "x"}, {"position": 1}), ({"f": "y"}, {"position": 2})]
    two.alter([({"f": "x"}, None)])
    assert file_store.load(path.read_bytes())[b'["c",{"f":"x"}]'] is None
    one.load(None)
    assert one.entries() == [({"f": "y"}, {"position": 2})]


def test_several_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "offsets"

    def write(number: int) -> None:
        place = OffsetFile(path)
        for n in range(15):
            pair: Pair = (b"%d-%d" % (number, n), b"v")
            place.remember([pair])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(file_store.load(path.read_bytes())) == 60


@pytest.mark.parametrize("content", [b"not java", b"\xac\xed\x00\x05t\x00\x01x"])
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "offsets"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"Invalid value .*offsets for configuration offset\.storage\.file\.filename"):
        OffsetFile(path).read(None)
    assert path.read_bytes() == content


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    place = OffsetFile(tmp_path / "missing" / "offsets")
    place.read(None)
    with pytest.raises(ConfigError, match=r"offset\.storage\.file\.filename: No such file or directory"):
        place.remember([(b"k", b"v")])
