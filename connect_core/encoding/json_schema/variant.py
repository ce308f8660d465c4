"""Variant's binary form (Parquet's variant encoding): any JSON as two byte strings, ``metadata`` and ``value``.

Written as the original's builder does: field names in the order met, objects sorted by name, integers of 4 or 8 bytes,
everything else numeric as decimal. Read completely, as other writers use more types. Neighbour: ``slow``.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

from connect_core.data.float32 import Float32
from connect_core.errors import DataError
from connect_core.java.numbers import EXACT, decimal_scale

_VERSION = 1
_SHORT_TEXT = 63
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode(tree: Any) -> dict[str, bytes]:
    """The variant struct of a JSON tree; DataError for a number beyond 38 digits."""
    names: dict[str, int] = {}
    value = _value(tree, names)
    return {"metadata": _metadata(list(names)), "value": value}


def _metadata(names: list[str]) -> bytes:
    keys = [name.encode("utf-8", "replace") for name in names]
    total = sum(map(len, keys))
    size = _width(max(total, len(keys)))
    offsets = [sum(map(len, keys[:i])) for i in range(len(keys) + 1)]
    head = bytes([_VERSION | (size - 1) << 6]) + len(keys).to_bytes(size, "little")
    return head + b"".join(offset.to_bytes(size, "little") for offset in offsets) + b"".join(keys)


def _width(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)


def _value(tree: Any, names: dict[str, int]) -> bytes:
    if tree is None or isinstance(tree, bool):
        return bytes([0 if tree is None else 4 if tree else 8])
    if isinstance(tree, str):
        data = tree.encode("utf-8", "replace")
        if len(data) <= _SHORT_TEXT:
            return bytes([len(data) << 2 | 1]) + data
        return b"\x40" + len(data).to_bytes(4, "little") + data
    if isinstance(tree, dict):
        return _object(tree, names)
    if isinstance(tree, list):
        return _array([_value(element, names) for element in tree])
    if isinstance(tree, float):
        return b"\x1c" + struct.pack("<d", tree)
    return _number(tree)


def _number(number: int | Decimal) -> bytes:
    if isinstance(number, int) and -(2**31) <= number < 2**31:
        return b"\x14" + number.to_bytes(4, "little", signed=True)
    if isinstance(number, int) and -(2**63) <= number < 2**63:
        return b"\x18" + number.to_bytes(8, "little", signed=True)
    exact = Decimal(number)
    scale = decimal_scale(exact)
    unscaled = int(exact.scaleb(scale, EXACT))
    digits = len(str(abs(unscaled)))
    for header, most, size in ((b"\x20", 9, 4), (b"\x24", 18, 8), (b"\x28", 38, 16)):
        if digits <= most:
            return header + (scale & 0xFF).to_bytes() + unscaled.to_bytes(size, "little", signed=True)
    raise DataError(f"A Variant cannot hold the number {exact}: it has more than 38 digits")


def _object(tree: dict[str, Any], names: dict[str, int]) -> bytes:
    fields: list[tuple[str, int, bytes]] = []
    for name, element in tree.items():
        number = names.setdefault(name, len(names))
        fields.append((name, number, _value(element, names)))
    fields.sort(key=lambda field: field[0].encode("utf-16-be", "surrogatepass"))
    values = [value for _, _, value in fields]
    size, large = _width(sum(map(len, values))), len(fields) > 255
    id_size = _width(max((number for _, number, _ in fields), default=0))
    head = bytes([large << 6 | (id_size - 1) << 4 | (size - 1) << 2 | 2])
    ids = b"".join(number.to_bytes(id_size, "little") for _, number, _ in fields)
    return head + _count(len(fields), large=large) + ids + _with_offsets(values, size)


def _array(values: list[bytes]) -> bytes:
    size, large = _width(sum(map(len, values))), len(values) > 255
    return bytes([large << 4 | (size - 1) << 2 | 3]) + _count(len(values), large=large) + _with_offsets(values, size)


def _count(number: int, *, large: bool) -> bytes:
    return number.to_bytes(4 if large else 1, "little")


def _with_offsets(values: list[bytes], size: int) -> bytes:
    offset, parts = 0, [bytes(size)]
    for value in values:
        offset += len(value)
        parts.append(offset.to_bytes(size, "little"))
    return b"".join(parts + values)


def decode(metadata: bytes, value: bytes) -> Any:
    """The JSON tree of a variant; DataError if its bytes make no sense."""
    try:
        return _read(value, _names(metadata))
    except (IndexError, ValueError, OverflowError, struct.error, KeyError, RecursionError) as error:
        raise DataError(f"Malformed Variant: {error}") from error


def _names(metadata: bytes) -> list[str]:
    if metadata[0] & 0x0F != _VERSION:
        raise ValueError(f"metadata of version {metadata[0] & 0x0F}")
    size = (metadata[0] >> 6) + 1
    count = _uint(metadata, 1, size)
    first = 1 + size
    data = first + (count + 1) * size
    offsets = [_uint(metadata, first + i * size, size) for i in range(count + 1)]
    return [metadata[data + a : data + b].decode() for a, b in pairwise(offsets)]


def _uint(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise IndexError("too short")
    return int.from_bytes(data[at : at + size], "little")


def _read(data: bytes, names: list[str]) -> Any:
    kind, info = data[0] & 3, data[0] >> 2
    if kind == 1:
        return data[1 : 1 + info].decode()
    if kind == 2:
        return _read_object(data, info, names)
    if kind == 3:
        return _read_array(data, info, names)
    return _PRIMITIVES[info](data[1:])


def _read_object(data: bytes, info: int, names: list[str]) -> dict[str, Any]:
    size, id_size, count_size = (info & 3) + 1, (info >> 2 & 3) + 1, 4 if info >> 4 & 1 else 1
    count = _uint(data, 1, count_size)
    ids = 1 + count_size
    offsets = ids + count * id_size
    values = offsets + (count + 1) * size
    return {
        names[_uint(data, ids + i * id_size, id_size)]: _read(
            data[values + _uint(data, offsets + i * size, size) :], names
        )
        for i in range(count)
    }


def _read_array(data: bytes, info: int, names: list[str]) -> list[Any]:
    size, count_size = (info & 3) + 1, 4 if info >> 2 & 1 else 1
    count = _uint(data, 1, count_size)
    offsets = 1 + count_size
    values = offsets + (count + 1) * size
    return [_read(data[values + _uint(data, offsets + i * size, size) :], names) for i in range(count)]


def _int(size: int) -> Callable[[bytes], int]:
    return lambda data: int.from_bytes(_exactly(data, size), "little", signed=True)


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise IndexError("too short")
    return data[:size]


def _decimal(size: int) -> Callable[[bytes], Decimal]:
    def read(data: bytes) -> Decimal:
        scale = int.from_bytes(data[:1], signed=True)
        return Decimal(_int(size)(data[1:])).scaleb(-scale, EXACT)

    return read


def _sized(data: bytes) -> bytes:
    return _exactly(data[4:], _uint(data, 0, 4))


def _instant(fraction: int, *, zone: str) -> Callable[[bytes], str]:
    """Text of a 64-bit count of these fractions of a second since 1970."""

    def read(data: bytes) -> str:
        seconds, rest = divmod(_int(8)(data), fraction)
        moment = _EPOCH + timedelta(seconds=seconds)
        return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}{_fraction(rest * (10**9 // fraction))}{zone}"

    return read


def _time(data: bytes) -> str:
    seconds, micros = divmod(_int(8)(data), 10**6)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(micros * 1000)}"


def _fraction(nanos: int) -> str:
    """None, 3, 6 or 9 digits, as Instant.toString does."""
    if nanos == 0:
        return ""
    text = f"{nanos:09}"
    return "." + (text[:3] if nanos % 10**6 == 0 else text[:6] if nanos % 1000 == 0 else text)


_PRIMITIVES: dict[int, Callable[[bytes], Any]] = {
    0: lambda _: None,
    1: lambda _: True,
    2: lambda _: False,
    3: _int(1),
    4: _int(2),
    5: _int(4),
    6: _int(8),
    7: lambda data: struct.unpack("<d", _exactly(data, 8))[0],
    8: _decimal(4),
    9: _decimal(8),
    10: _decimal(16),
    11: lambda data: (date(1970, 1, 1) + timedelta(days=_int(4)(data))).isoformat(),
    12: _instant(10**6, zone="Z"),
    13: _instant(10**6, zone=""),
    14: lambda data: Float32(struct.unpack("<f", _exactly(data, 4))[0]),
    15: lambda data: base64.b64encode(_sized(data)).decode(),
    16: lambda data: _sized(data).decode(),
    17: _time,
    18: _instant(10**9, zone="Z"),
    19: _instant(10**9, zone=""),
    20: lambda data: str(UUID(bytes=_exactly(data, 16))),
}
