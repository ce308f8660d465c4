"""Protobuf's wire format, written: varints, fixed widths, and the bytes of the messages behind logical values.

Everything here gives bytes without a tag; ``tagged`` puts length and tag before a message or text.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from connect_core.data import units
from connect_core.java.calendar import year_month_day

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
WIRE_TYPES = {
    **dict.fromkeys(("int32", "int64", "uint32", "uint64", "sint32", "sint64", "bool", "enum"), VARINT),
    **dict.fromkeys(("fixed64", "sfixed64", "double"), FIXED64),
    **dict.fromkeys(("fixed32", "sfixed32", "float"), FIXED32),
    **dict.fromkeys(("string", "bytes", "message"), LENGTH),
}
double_bytes = struct.Struct("<d").pack
float_bytes = struct.Struct("<f").pack


def _build(n: int) -> bytes:
    made = bytearray()
    while n > 0x7F:
        made.append(n & 0x7F | 0x80)
        n >>= 7
    made.append(n)
    return bytes(made)


SMALL = tuple(map(_build, range(0x4000)))
"""Varints of up to two bytes."""
_LOW = tuple(bytes((n & 127 | 128, n >> 7 | 128)) for n in range(0x4000))
"""The first two bytes of longer ones."""


def varint(n: int) -> bytes:
    """A varint; negative numbers as 64 bits, ten bytes."""
    if 0 <= n < 0x10000000:
        return _LOW[n & 0x3FFF] + SMALL[n >> 14] if n >= 0x4000 else SMALL[n]
    if 0 <= n < 0x40000000000:
        return _LOW[n & 0x3FFF] + _LOW[n >> 14 & 0x3FFF] + SMALL[n >> 28]
    return _build(n & 0xFFFFFFFFFFFFFFFF)


def zigzag(n: int) -> bytes:
    """A zig-zag varint of up to 64 bits."""
    return varint((n << 1 ^ n >> 63) & 0xFFFFFFFFFFFFFFFF)


def fixed32(n: int) -> bytes:
    """Four bytes of an int, whatever its sign."""
    return (n & 0xFFFFFFFF).to_bytes(4, "little")


def fixed64(n: int) -> bytes:
    """Eight bytes of an int, whatever its sign."""
    return (n & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")


def tag(number: int, wire_type: int) -> bytes:
    """The bytes before a field's value."""
    return varint(number << 3 | wire_type)


_NANOS = (b"", *(b"\x10" + varint(millis * 1_000_000) for millis in range(1, 1000)))


@lru_cache(4096)
def date_bytes(value: date) -> bytes:
    """``google.type.Date``, in the calendar Java uses: Julian before 1582-10-15."""
    year, month, day = year_month_day(units.days(value))
    return b"\x08" + varint(year) + bytes((16, month, 24, day))


def time_bytes(value: time) -> bytes:
    """``google.type.TimeOfDay`` in milliseconds."""
    parts = bytearray()
    for field, part in ((8, value.hour), (16, value.minute), (24, value.second)):
        if part:
            parts += bytes((field, part))
    millis = value.microsecond // 1000
    return bytes(parts) + (b"\x20" + varint(millis * 1_000_000) if millis else b"")


_TAGGED = tuple(b"\x08" + low for low in _LOW)
_high = lru_cache(4096)(varint)


def timestamp_bytes(value: datetime) -> bytes:
    """``google.protobuf.Timestamp`` in milliseconds."""
    since = value - units.EPOCH
    seconds = since.days * 86400 + since.seconds
    if seconds >= 0x4000:  # the upper bytes change every few hours
        return _TAGGED[seconds & 0x3FFF] + _high(seconds >> 14) + _NANOS[since.microseconds // 1000]
    nanos = _NANOS[since.microseconds // 1000]
    return b"\x08" + varint(seconds) + nanos if seconds else nanos


def decimal_bytes(value: Decimal) -> bytes:
    """``confluent.type.Decimal``: unscaled bytes, precision, scale; as the value has them, whatever its schema says."""
    text = str(value)
    if "E" in text:
        sign, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int)
        unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
        scale = -exponent
    else:
        whole, _, fraction = text.partition(".")
        unscaled, scale = int(whole + fraction), len(fraction)
    precision = len(str(unscaled)) - (unscaled < 0)
    number = unscaled.to_bytes((unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1, signed=True)
    made = b"\x0a" + varint(len(number)) + number + b"\x10" + varint(precision)
    return made + b"\x18" + varint(scale) if scale else made


def decimal_writer(scale: int) -> Callable[[Decimal], bytes]:
    """``decimal_bytes``, quicker for values of this scale, at least one, and up to 40 digits."""
    point, least, most = -scale - 1, 10**scale, 10**40
    heads = [b"\x0a" + varint(size) for size in range(20)]
    tails = [b"\x10" + varint(precision) + b"\x18" + varint(scale) for precision in range(42)]

    def write(value: Decimal) -> bytes:
        text = str(value)
        if len(text) <= scale or text[point] != ".":
            return decimal_bytes(value)
        digits = text.replace(".", "")
        number = int(digits)
        if not least <= number < most:  # a sign or leading zeros are no digits
            return decimal_bytes(value)
        size = number.bit_length() // 8 + 1
        return heads[size] + number.to_bytes(size) + tails[len(digits)]

    return write
