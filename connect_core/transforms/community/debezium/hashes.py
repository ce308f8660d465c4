"""Hashes of data values: Java's ``hashCode``, and Debezium's MurmurHash3 (its 64-bit form, seed 9001) of them.

Structs and byte arrays, whose Java hash is an address or depends on one, are hashed by content. Neighbours:
``partitions`` routes by them, ``java.hashing`` has those that Connect itself needs.
"""

from __future__ import annotations

import math
import struct
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from connect_core.data import Schema, Type, units
from connect_core.java.hashing import string_hash
from connect_core.java.numbers import decimal_scale

_MASK = 0xFFFFFFFF
_LONG = 0xFFFFFFFFFFFFFFFF
_SEED = 9001


def java_hash(schema: Schema | None, value: Any) -> int:
    """``hashCode`` of what Java has for the value, as a signed or unsigned 32-bit integer."""
    if isinstance(value, bool):
        return 1231 if value else 1237
    if isinstance(value, int):
        return _of_long(value) if schema is None or schema.type is Type.INT64 else value
    if isinstance(value, str):
        return string_hash(value)
    if isinstance(value, float):
        return _of_float(value, is_single=schema is not None and schema.type is Type.FLOAT32)
    if isinstance(value, Decimal):
        return _of_decimal(value)
    if isinstance(value, datetime):
        return _of_long(units.millis(value))
    if isinstance(value, date):
        return _of_long(units.days(value) * units.DAY_MILLIS)
    if isinstance(value, time):
        return _of_long(units.millis_of_day(value))
    return _of_many(schema, value)


def murmur_hash(schema: Schema | None, value: Any) -> int:
    """MurmurHash3 of a text's UTF-8, of bytes, and of the ``hashCode`` of anything else."""
    if isinstance(value, str):
        return murmur3(value.encode(errors="replace"))  # half a surrogate pair is ? to Java
    if isinstance(value, (bytes, bytearray)):
        return murmur3(bytes(value))
    return murmur3((java_hash(schema, value) & _MASK).to_bytes(4, "little"))


def _of_long(value: int) -> int:
    return (value ^ (value >> 32)) & _MASK


def _of_float(value: float, *, is_single: bool) -> int:
    if is_single:
        return 0x7FC00000 if math.isnan(value) else int.from_bytes(struct.pack(">f", value))
    bits = 0x7FF8000000000000 if math.isnan(value) else int.from_bytes(struct.pack(">d", value))
    return _of_long(bits)


def _of_decimal(value: Decimal) -> int:
    scale = decimal_scale(value)
    digits = int("".join(map(str, value.as_tuple().digits)))
    words = 0
    for word in digits.to_bytes((digits.bit_length() + 31) // 32 * 4).hex(" ", 4).split():
        words = (31 * words + int(word, 16)) & _MASK
    return (31 * (-words if value < 0 else words) + scale) & _MASK


def _of_many(schema: Schema | None, value: Any) -> int:
    inner = schema.value_schema if schema is not None else None
    if isinstance(value, dict):
        if schema is not None and schema.type is Type.STRUCT:
            return _row([_or_zero(f.schema, value.get(f.name)) for f in schema.fields])
        keys = schema.key_schema if schema is not None else None
        return sum((_or_zero(keys, k) & _MASK) ^ (_or_zero(inner, v) & _MASK) for k, v in value.items()) & _MASK
    return _row([_or_zero(inner, element) for element in value])


def _or_zero(schema: Schema | None, value: Any) -> int:
    return 0 if value is None else java_hash(schema, value)


def _row(hashes: list[int]) -> int:
    """``List.hashCode``."""
    found = 1
    for each in hashes:
        found = (31 * found + each) & _MASK
    return found


def murmur3(data: bytes) -> int:
    """The upper half of the first 64 bits of MurmurHash3 for x64, unsigned."""
    state = _State()
    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        state.mix(int.from_bytes(data[at : at + 8], "little"), int.from_bytes(data[at + 8 : at + 16], "little"))
    first = second = 0
    for at, byte in enumerate(data[whole:]):
        extended = byte - 256 if byte > 127 else byte  # Java's bytes have a sign
        if at < 8:
            first ^= extended << 8 * at & _LONG
        else:
            second ^= extended << 8 * (at - 8) & _LONG
    if len(data) > whole:
        state.mix(first, second)
    return state.finished(len(data))


class _State:
    """The two halves, and the multipliers, which change with each block."""

    __slots__ = ("c1", "c2", "h1", "h2")

    def __init__(self) -> None:
        self.h1, self.h2 = 0x9368E53C2F6AF274 ^ _SEED, 0x586DCD208F7CD3FD ^ _SEED
        self.c1, self.c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F

    def mix(self, k1: int, k2: int) -> None:
        """Take in 16 bytes."""
        c1, c2 = self.c1, self.c2
        h1 = ((self.h1 ^ _rotated(k1 * c1, 23) * c2) + self.h2) & _LONG
        h2 = ((_rotated(self.h2, 41) ^ _rotated(k2 * c2, 23) * c1) + h1) & _LONG
        self.h1, self.h2 = (h1 * 3 + 0x52DCE729) & _LONG, (h2 * 3 + 0x38495AB5) & _LONG
        self.c1, self.c2 = (c1 * 5 + 0x7B7D159C) & _LONG, (c2 * 5 + 0x6BCE6396) & _LONG

    def finished(self, length: int) -> int:
        """The hash of so many bytes."""
        second = self.h2 ^ length
        first = (self.h1 + second) & _LONG
        second = (second + first) & _LONG
        return ((_spread(first) + _spread(second)) & _LONG) >> 32


def _rotated(value: int, by: int) -> int:
    value &= _LONG
    return (value << by | value >> 64 - by) & _LONG


def _spread(value: int) -> int:
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _LONG
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _LONG
    return value ^ value >> 33
