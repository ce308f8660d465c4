"""Golden hashes (spec kafka-connect.md 13)."""

from __future__ import annotations

from connect_core.java import hashing

HASHES = {
    "cluster": 872092154,
    "topic": 110546223,
    "partition": -1799810326,
    "filename": -734768633,
    "group": 98629247,
    "position": 747804969,
}


def test_string_hash() -> None:
    assert {text: hashing.string_hash(text) for text in HASHES} == HASHES
    assert hashing.string_hash("😀") == 1772899  # two UTF-16 units


def test_hash_map_order() -> None:
    assert hashing.hash_map_order(["topic", "partition", "cluster"]) == ["cluster", "partition", "topic"]
    assert list(hashing.hash_map({"group": 1, "topic": 2, "partition": 3})) == ["partition", "topic", "group"]


def test_murmur2_and_partitions() -> None:
    key = b'["my-conn",{"filename":"/tmp/x"}]'
    assert (hashing.murmur2(key), hashing.partition_for(key, 25)) == (1544711992, 17)
    assert hashing.partition_for(b"status-connector-fs", 5) == 0
    assert hashing.murmur2(b"abc") == 479470107
