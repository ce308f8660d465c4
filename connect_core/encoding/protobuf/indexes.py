"""Where a message stands in its file, on the wire: zig-zag varints, their count first; one zero is short for [0]."""

from __future__ import annotations

from connect_core.encoding.protobuf import wire
from connect_core.errors import DataError

_LONGEST = 5


def write_indexes(indexes: list[int]) -> bytes:
    """The bytes before a payload."""
    if indexes == [0]:
        return b"\x00"
    return b"".join(map(wire.zigzag, (len(indexes), *indexes)))


def read_indexes(data: bytes, start: int) -> tuple[list[int], int]:
    """(indexes, where the payload begins); DataError for what ends too early."""
    count, at = _read(data, start)
    if count == 0:
        return [0], at
    if count < 0:
        raise DataError(f"A message has {count} message indexes")
    found = []
    for _ in range(count):
        index, at = _read(data, at)
        found.append(index)
    return found, at


def _read(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(_LONGEST):
        if at >= len(data):
            raise DataError("The message ends within its message indexes")
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return number >> 1 ^ -(number & 1), at
    raise DataError("A message index has more than 32 bits")
