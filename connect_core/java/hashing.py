"""Java's hashes (spec kafka-connect.md 13): String.hashCode, HashMap iteration order, Kafka's murmur2 partitioner.

They decide bytes that other workers look up (offset keys) and partitions that compaction relies on. Stdlib only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any

_SEED = 0x9747B28C
_M = 0x5BD1E995
_MASK = 0xFFFFFFFF


def string_hash(text: str) -> int:
    """``String.hashCode`` over UTF-16 code units, as a signed 32-bit integer."""
    result = 0
    data = text.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(data), 2):
        result = (31 * result + (data[i] << 8 | data[i + 1])) & _MASK
    return result - (1 << 32) if result >> 31 else result


def hash_map_order(keys: Iterable[str], *, capacity: int = 16) -> list[str]:
    """The order in which a ``java.util.HashMap`` filled with these string keys, in this order, iterates.

    ``capacity`` is that of the empty map: a power of two. A bucket of nine keys and more, which Java makes a tree of,
    is not met in practice and keeps its order here.
    """
    distinct = list(dict.fromkeys(keys))
    while len(distinct) > capacity * 3 // 4:
        capacity *= 2
    buckets: dict[int, list[str]] = {}
    for key in distinct:
        spread = string_hash(key) & _MASK
        buckets.setdefault((spread ^ (spread >> 16)) & (capacity - 1), []).append(key)
    return [key for bucket in sorted(buckets) for key in buckets[bucket]]


def hash_map(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The same mapping in HashMap iteration order."""
    return {key: mapping[key] for key in hash_map_order(mapping)}


def _value_hash(value: Any) -> int:
    """``hashCode`` of what JSON gives Connect: String, Long, Double, Boolean, null."""
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, float):
        value = int.from_bytes(struct.pack(">d", value), "big")
    if isinstance(value, int):
        return (value ^ (value >> 32)) & _MASK
    return 0 if value is None else string_hash(str(value)) & _MASK


def order_as_map_keys(maps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """These maps in the order of a HashMap made for their number, whose keys they are."""
    listed = list(maps)
    capacity = 1
    while capacity < len(listed):
        capacity *= 2
    if len(listed) > capacity * 3 // 4:
        capacity *= 2

    def bucket(one: Mapping[str, Any]) -> int:
        code = sum((string_hash(key) & _MASK) ^ _value_hash(value) for key, value in one.items()) & _MASK
        return (code ^ (code >> 16)) & (capacity - 1)

    return sorted(listed, key=bucket)


def murmur2(data: bytes) -> int:
    """Kafka's ``Utils.murmur2``, as a signed 32-bit integer."""
    length = len(data)
    h = (_SEED ^ length) & _MASK
    for i in range(0, length - 3, 4):
        k = (int.from_bytes(data[i : i + 4], "little") * _M) & _MASK
        k ^= k >> 24
        h = ((h * _M) & _MASK) ^ ((k * _M) & _MASK)
    tail = data[length & ~3 :]
    if tail:
        h ^= int.from_bytes(tail, "little")
        h = (h * _M) & _MASK
    h ^= h >> 13
    h = (h * _M) & _MASK
    h ^= h >> 15
    return h - (1 << 32) if h >> 31 else h


def partition_for(key: bytes, partitions: int) -> int:
    """The default partitioner's choice for a key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
