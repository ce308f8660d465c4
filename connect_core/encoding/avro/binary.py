"""Avro's binary primitives: zigzag numbers of variable length, texts; tables that the compiled encoders share.

``read_...`` know every refusal; ``unsigned``, ``size`` and ``count`` are quick and raise Odd instead.
"""

from __future__ import annotations

from connect_core.encoding.avro.errors import ReadError
from connect_core.encoding.plain import Odd
from connect_core.java.charsets import decode_utf8

_CHUNK = 1 << 14
MORE = [bytes((i & 127 | 128, i >> 7 | 128)) for i in range(_CHUNK)]
"""14 bits as two bytes with more to come."""
LAST = [bytes((i,)) if i < 128 else bytes((i & 127 | 128, i >> 7)) for i in range(_CHUNK)]
"""Up to 14 bits that end a number."""


def write_long(value: int) -> bytes:
    """A number of 64 bits or less, zigzag, seven bits a byte."""
    n = value << 1 if value >= 0 else ~(value << 1)
    if n < 0x4000:
        return LAST[n]
    if n < 0x10000000:
        return MORE[n & 0x3FFF] + LAST[n >> 14]
    parts = []
    while n >= 0x4000:
        parts.append(MORE[n & 0x3FFF])
        n >>= 14
    parts.append(LAST[n])
    return b"".join(parts)


def write_bytes(value: bytes) -> bytes:
    """Length and bytes."""
    return write_long(len(value)) + value


def read_number(data: bytes, at: int, *, bits: int) -> tuple[int, int]:
    """(number, next position); ReadError for one that does not end in time. Surplus bits are lost, as in Java."""
    result, shift, most = 0, 0, 5 if bits == 32 else 10
    for index in range(at, at + most):
        if index >= len(data):
            raise ReadError("The message ends within a number")
        byte = data[index]
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 128:
            result &= (1 << bits) - 1
            return (result >> 1) ^ -(result & 1), index + 1
    raise ReadError(f"Invalid {'int' if bits == 32 else 'long'} encoding")


def read_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    """(bytes, next position) of a length and bytes."""
    size, at = read_number(data, at, bits=64)
    if size < 0:
        raise ReadError(f"Malformed data. Length is negative: {size}")
    if size > len(data) - at:
        raise ReadError("The message ends within a value")
    return data[at : at + size], at + size


def read_text(data: bytes, at: int) -> tuple[str, int]:
    """(text, next position); malformed UTF-8 becomes U+FFFD."""
    raw, at = read_bytes(data, at)
    return decode_utf8(raw), at


def unsigned(data: bytes, at: int) -> tuple[int, int]:
    """(unsigned number before zigzag, next position), of at most nine bytes."""
    result = shift = 0
    for place in range(at, at + 9):
        byte = data[place]
        if byte < 128:
            return result | byte << shift, place + 1
        result |= (byte & 127) << shift
        shift += 7
    raise Odd


def size(data: bytes, at: int) -> tuple[int, int]:
    """(length, next position); a negative one is odd."""
    n, at = unsigned(data, at)
    if n & 1:
        raise Odd
    return n >> 1, at


def count(data: bytes, at: int) -> tuple[int, int]:
    """(count of a block, next position)."""
    n, at = unsigned(data, at)
    found = n >> 1 ^ -(n & 1)
    if found < 0:
        _, at = unsigned(data, at)
        found = -found
    if found > len(data):
        raise Odd
    return found, at
