"""A registered text, parsed and linked: its messages by index, and the readers made of them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING

from connect_core.encoding.protobuf.known import file_of, known
from connect_core.encoding.protobuf.link import link
from connect_core.encoding.protobuf.model import File, Message, message_at, message_indexes
from connect_core.encoding.protobuf.options import ProtobufOptions
from connect_core.encoding.protobuf.parser import BadProto, parse
from connect_core.errors import DataError

if TYPE_CHECKING:
    from connect_core.encoding.protobuf.reader import Reader


class Definition:
    """One registered schema."""

    def __init__(self, file: File, messages: dict[str, Message]) -> None:
        self.file, self._messages = file, messages

    def message(self, indexes: list[int] | None = None) -> Message:
        """The message at these indexes, the first by default; DataError if there is none."""
        found = message_at(self.file, indexes or [0])
        if found is None:
            raise DataError(f"Invalid message indexes: {indexes or [0]}")
        return found

    def indexes(self, full_name: str) -> list[int]:
        """The path to a message."""
        return message_indexes(self.file, full_name)

    def named(self, full_name: str) -> Message | None:
        """The message of that name, None if there is none."""
        return self._messages.get(full_name)

    def reader(self, indexes: list[int] | None, options: ProtobufOptions, *, version: int | None = None) -> Reader:
        """A compiled reader of the message at these indexes; keep it."""
        from connect_core.encoding.protobuf.reader import reader  # writers need no protobuf package

        return reader(self.message(indexes), options, version=version)


def definition(text: str, references: Mapping[str, str] | None = None) -> Definition:
    """Parse a text, also a serialized descriptor in base64; ``references`` are the texts of imports by path.

    DataError if a text is none, or names what is nowhere defined.
    """
    file = _parsed(text, "the schema")
    texts = references or {}
    found: dict[str, File] = {}
    waiting = [*file.imports, *file.public_imports]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        imported = _parsed(texts[path], path) if path in texts else known(path)
        if imported is not None:  # as the original: what is missing is complained of where it is used
            found[path] = imported
            waiting += [*imported.imports, *imported.public_imports]
    return Definition(file, link(file, found.values()))


def _parsed(text: str, what: str) -> File:
    try:
        return parse(text)
    except BadProto as error:
        serialized = _serialized(text)
        if serialized is None:
            raise DataError(f"Could not parse Protobuf of {what}: {error}") from error
        return serialized


def _serialized(text: str) -> File | None:
    try:
        return file_of(b64decode(text, validate=True)) if text else None
    except Exception:  # noqa: BLE001 - base64's error or the protobuf package's: it is no descriptor either
        return None
