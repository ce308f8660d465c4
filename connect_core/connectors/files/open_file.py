"""A file being written, and what a sink's store must offer for it."""

from __future__ import annotations

from typing import Protocol

from connect_core.connectors.files.formats import Body
from connect_core.data import Schema

TAKE_BYTES = 1 << 20
"""Records are handed on in chunks of about this size: big enough to be cheap, small enough not to hold a file twice."""


class Upload(Protocol):
    """One object on its way. Errors are Retriable or final ones, never the client library's."""

    def feed(self, data: bytes) -> None:
        """More content; may already be sent."""

    def finish(self, data: bytes, *, start: int, end: int, count: int) -> None:
        """The rest: the object is durable when this returns. It holds ``count`` records of offsets [start, end)."""

    def abort(self) -> None:
        """Leave nothing behind; never raises."""


class Store(Protocol):
    """Where objects go."""

    def upload(self, name: str) -> Upload:
        """Begin an object; nothing is visible under its name before ``finish``."""

    def end_of(self, name: str) -> int | None:
        """Up to which offset an existing object holds the records; None if there is none or it does not say."""


class OpenFile:
    """The records since ``start`` of one directory and schema."""

    __slots__ = ("_store", "_upload", "body", "count", "end", "name", "schema", "start", "topic")

    def __init__(self, store: Store, name: str, body: Body, *, topic: str, schema: Schema | None, start: int) -> None:
        self._store, self.name, self.body, self.topic, self.schema, self.start = store, name, body, topic, schema, start
        self._upload: Upload | None = None
        self.count, self.end = 0, start

    def took(self, count: int, last: int) -> None:
        """So many records, up to this offset, were added to the body."""
        self.count += count
        self.end = last + 1
        if self.body.size >= TAKE_BYTES:
            self._begun().feed(self.body.take())

    def finish(self) -> None:
        """Make it durable."""
        self._begun().finish(self.body.finish(), start=self.start, end=self.end, count=self.count)

    def abort(self) -> None:
        """Forget it."""
        if self._upload is not None:
            self._upload.abort()

    def _begun(self) -> Upload:
        if self._upload is None:
            self._upload = self._store.upload(self.name)
        return self._upload
