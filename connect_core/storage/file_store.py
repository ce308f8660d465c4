"""Standalone's ``offset.storage.file.filename``: a serialized ``java.util.HashMap<byte[], byte[]>`` (spec 2.2).

A JVM standalone worker reads what is written here and the other way round. Only this one object graph is understood.
Several processes of one worker share the file: every change reads, changes and replaces it under a lock.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connect_core.errors import ConfigError, ConnectError
from connect_core.kafka.message import Message
from connect_core.storage.offset_store import Pair

_MAGIC = b"\xac\xed\x00\x05"
_NULL, _REFERENCE, _CLASS, _OBJECT, _ARRAY, _BLOCK, _END = 0x70, 0x71, 0x72, 0x73, 0x75, 0x77, 0x78
_FIRST_HANDLE = 0x7E0000
# Class descriptors after their tag: name, serialVersionUID, flags, fields, no annotations, no superclass.
_HASH_MAP = (
    b"\x00\x11java.util.HashMap\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03"
    b"\x00\x02F\x00\x0aloadFactorI\x00\x09threshold\x78\x70"
)
_BYTES = b"\x00\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\x00\x00\x78\x70"


def dump(offsets: Mapping[bytes, bytes | None]) -> bytes:
    """The object stream a JVM reads as a HashMap of byte arrays."""
    capacity = 16
    while len(offsets) > capacity * 3 // 4:
        capacity *= 2
    out = bytearray(_MAGIC)
    out += bytes((_OBJECT, _CLASS)) + _HASH_MAP
    out += struct.pack(">fi", 0.75, capacity * 3 // 4)
    out += struct.pack(">BBii", _BLOCK, 8, capacity, len(offsets))
    described = False
    for array in (each for pair in offsets.items() for each in pair):
        if array is None:
            out.append(_NULL)
            continue
        out.append(_ARRAY)
        # Handle 0 is HashMap's descriptor, 1 the map, 2 the descriptor of byte[].
        out += struct.pack(">Bi", _REFERENCE, _FIRST_HANDLE + 2) if described else bytes((_CLASS,)) + _BYTES
        out += struct.pack(">i", len(array)) + array
        described = True
    out.append(_END)
    return bytes(out)


def load(data: bytes) -> dict[bytes, bytes | None]:
    """The byte arrays of a serialized HashMap; ValueError if it is anything else."""
    return _Stream(data).hash_map()


class _Stream:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self._handles: list[Any] = []

    def hash_map(self) -> dict[bytes, bytes | None]:
        self._expect(_MAGIC, "the header of a Java object stream")
        self._expect(bytes((_OBJECT, _CLASS)) + _HASH_MAP, "a java.util.HashMap")
        self._handles += ["HashMap", None]
        self._take(8)  # load factor and threshold
        self._expect(bytes((_BLOCK, 8)), "the size of the map")
        _, size = struct.unpack(">ii", self._take(8))
        found = {self._array() or b"": self._array() for _ in range(size)}
        self._expect(bytes((_END,)), "the end of the map")
        return found

    def _array(self) -> bytes | None:
        tag = self._take(1)[0]
        if tag == _NULL:
            return None
        if tag == _REFERENCE:  # the same array twice
            return self._handle(bytes)
        if tag != _ARRAY:
            raise ValueError(f"expected an array of bytes at position {self._at - 1}")
        if self._take(1)[0] == _REFERENCE:
            if self._handle(str) != "bytes":
                raise ValueError(f"expected an array of bytes at position {self._at - 5}")
        else:
            self._expect(_BYTES, "an array of bytes")
            self._handles.append("bytes")
        (length,) = struct.unpack(">i", self._take(4))
        array = self._take(length)
        self._handles.append(array)
        return array

    def _handle[T](self, kind: type[T]) -> T:
        (handle,) = struct.unpack(">i", self._take(4))
        index = handle - _FIRST_HANDLE
        if not 0 <= index < len(self._handles) or not isinstance(found := self._handles[index], kind):
            raise ValueError(f"bad reference at position {self._at - 4}")
        return found

    def _expect(self, wanted: bytes, what: str) -> None:
        if self._take(len(wanted)) != wanted:
            raise ValueError(f"expected {what} at position {self._at - len(wanted)}")

    def _take(self, count: int) -> bytes:
        piece = self._data[self._at : self._at + count]
        if count < 0 or len(piece) != count:
            raise ValueError(f"the file ends after {len(self._data)} bytes, in the middle of an object")
        self._at += count
        return piece


class OffsetFile:
    """The offsets of a standalone worker: a ``storage.offset_store.Place``. ``remember`` is what stores them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._seen: tuple[int, int, int] | None = None
        self._kept: dict[bytes, bytes | None] = {}

    def read(self, keys: Collection[bytes] | None) -> None:  # noqa: ARG002  the file is read whole
        """Read the file if it has changed; a missing one holds nothing."""
        with self._lock:
            try:
                found = self._path.stat()
                stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
                if stamp == self._seen:
                    return
                data = self._path.read_bytes()
            except FileNotFoundError:
                self._seen, self._kept = None, {}
                return
            except OSError as error:
                raise self._unusable(error.strerror or str(error)) from error
            try:
                self._kept = load(data) if data else {}
            except ValueError as error:
                raise self._unusable(
                    f"{error}; it must be an offset file of a standalone worker, or not exist"
                ) from error
            self._seen = stamp

    def get(self, key: bytes) -> bytes | None:
        """The value of a key."""
        return self._kept.get(key)

    def items(self) -> Iterable[tuple[bytes, bytes]]:
        """All there is."""
        return [(key, value) for key, value in self._kept.items() if value is not None]

    def messages(self, pairs: Sequence[Pair]) -> list[Message]:  # noqa: ARG002  not in Kafka
        """Nothing to produce."""
        return []

    def remember(self, pairs: Sequence[Pair]) -> None:
        """Store the pairs: durable when this returns. Deleted ones stay as null values, as in Connect's file."""
        if not pairs:
            return
        with self._lock, self._alone():
            self.read(None)
            kept = self._kept | dict(pairs)
            self._replace(dump(kept))
            self._kept = kept

    write = remember

    def close(self) -> None:
        """Nothing to release."""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of the worker at a time. The lock file stays: removing it would race."""
        try:
            lock = self._path.with_name(f".{self._path.name}.lock").open("a")
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _replace(self, data: bytes) -> None:
        """Readers see the old file or the new one, never a part; the new one survives a crash."""
        try:
            fresh = self._path.with_name(f".{self._path.name}.new")
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            found = self._path.stat()
            self._seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        except OSError as error:
            raise ConnectError(f"Cannot write the offset file {self._path}: {error.strerror or error}") from error

    def _unusable(self, reason: str) -> ConfigError:
        return ConfigError.invalid("offset.storage.file.filename", self._path, reason)
