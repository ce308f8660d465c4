"""JSON paths over record data: checking them in configs, reading them, and the errors of both."""

from __future__ import annotations

from typing import Any

from connect_core.data import Schema, Type
from connect_core.errors import ConfigError, DataError
from connect_core.transforms.base import require_map, require_struct
from connect_core.transforms.community.jsonpath import (
    Path,
    PathMissingError,
    PathSyntaxError,
    PathUnfitError,
    UnreadableError,
    compile_path,
)


def json_path(name: str, value: Any) -> None:
    """Text, if given, must be a JSON path."""
    if value is not None:
        read_path(name, value)


class FieldPath:
    """A compiled path of a config; calling it reads, with DataError for what cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.definite = path.definite

    def __call__(self, data: Any) -> Any:
        """What stands there; PathMissingError if nothing does."""
        try:
            return self._path.read(data)
        except PathMissingError:
            raise
        except (PathUnfitError, UnreadableError) as error:
            raise DataError(f"Cannot read {self._path.text}: {error}") from error


def read_path(name: str, text: str) -> FieldPath:
    """The compiled path of the key ``name``."""
    try:
        return FieldPath(compile_path(text))
    except PathSyntaxError as error:
        reason = f"not supported: {error}" if error.refused else f"not a JSON path: {error}"
        raise ConfigError.invalid(name, text, reason) from error


def document(schema: Schema | None, value: Any, purpose: str) -> Any:
    """The data as a path sees it: a map, or the fields of a struct."""
    if schema is None:
        return require_map(value, purpose)
    return value if schema.type is Type.MAP else require_struct(schema, value, purpose)
