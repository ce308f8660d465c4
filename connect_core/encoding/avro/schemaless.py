"""Data without schema as the record Anything: nine unions, of which one at most is set. The quick way, both ways.

Neighbours: ``encoder`` and ``decoder`` call it; ``slow_write`` and ``slow_read`` do the same by the book.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from connect_core.data.keys import hashable
from connect_core.encoding.avro.binary import count, size, unsigned, write_long
from connect_core.encoding.plain import Odd

_write_double = struct.Struct("<d").pack
_read_double = struct.Struct("<d").unpack_from
_read_float = struct.Struct("<f").unpack_from


def write(value: Any) -> bytes:
    """The record Anything: nine unions, of which one at most is set."""
    kind = type(value)
    if kind is str:
        raw: bytes = value.encode()
        return b"\0\0\0\0\0\0\2" + write_long(len(raw)) + raw + b"\0\0"
    if kind is int and -(2**63) <= value < 2**63:
        return b"\0\0\0\0\0\2" + write_long(value) + b"\0\0\0"
    if kind is float:
        return b"\0\0\2" + _write_double(value) + b"\0\0\0\0\0\0"
    if kind is bool:
        return b"\2\1\0\0\0\0\0\0\0\0" if value else b"\2\0\0\0\0\0\0\0\0\0"
    if kind is dict:
        entries = b"".join([write(k) + write(v) for k, v in value.items()])
        return b"\0\0\0\0\0\0\0\0\2" + (write_long(len(value)) + entries if value else b"") + b"\0"
    if kind is list:
        items = b"".join([write(element) for element in value])
        return b"\0\0\0\0\0\0\0\2" + (write_long(len(value)) + items if value else b"") + b"\0\0"
    if value is None:
        return b"\0\0\0\0\0\0\0\0\0"
    raise Odd


def read(data: bytes, at: int) -> tuple[Any, int]:
    """(value, next position) of the record Anything."""
    found: Any = None
    for one in _ANYTHING:
        tag = data[at]
        at += 1
        if tag == 2:
            if found is not None:
                raise Odd
            found, at = one(data, at)
        elif tag:
            raise Odd
    return found, at


def _boolean(data: bytes, at: int) -> tuple[bool, int]:
    return data[at] == 1, at + 1


def _bytes(data: bytes, at: int) -> tuple[bytes, int]:
    n, at = size(data, at)
    if at + n > len(data):
        raise Odd
    return data[at : at + n], at + n


def _text(data: bytes, at: int) -> tuple[str, int]:
    raw, at = _bytes(data, at)
    return raw.decode(), at


def _signed(bits: int) -> Callable[[bytes, int], tuple[int, int]]:
    def signed(data: bytes, at: int) -> tuple[int, int]:
        n, at = unsigned(data, at)
        if n >> bits:
            raise Odd
        return n >> 1 ^ -(n & 1), at

    return signed


def _float(data: bytes, at: int) -> tuple[float, int]:
    return _read_float(data, at)[0], at + 4


def _double(data: bytes, at: int) -> tuple[float, int]:
    return _read_double(data, at)[0], at + 8


def _array(data: bytes, at: int) -> tuple[list[Any], int]:
    made: list[Any] = []
    while True:
        n, at = count(data, at)
        if not n:
            return made, at
        for _ in range(n):
            value, at = read(data, at)
            made.append(value)


def _map(data: bytes, at: int) -> tuple[dict[Any, Any], int]:
    made: dict[Any, Any] = {}
    while True:
        n, at = count(data, at)
        if not n:
            return made, at
        for _ in range(n):
            key, at = read(data, at)
            value, at = read(data, at)
            made[hashable(key)] = value


_ANYTHING = (_boolean, _bytes, _double, _float, _signed(32), _signed(64), _text, _array, _map)
