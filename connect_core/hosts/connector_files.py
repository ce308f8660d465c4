"""Connector files of the command line: flat JSON, a create request as JSON, or Java properties (spec 12.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connect_core.errors import ConfigError
from connect_core.java.properties import load
from connect_core.storage.state import TargetState


@dataclass(frozen=True, slots=True)
class ConnectorFile:
    """Name and config of one connector, and the state it is created in, if the file says."""

    name: str
    config: Mapping[str, str]
    target: TargetState | None = None


def read_connector_file(path: Path) -> ConnectorFile:
    """Tried as JSON first, then as properties. ConfigError names the file and what is wrong or missing."""
    found = _parsed(path)
    config, target = found, None
    if isinstance(found.get("config"), dict):
        config, target = found["config"], _target(path, found.get("initial_state"))
    name = found.get("name") or config.get("name")
    if not name:
        raise ConfigError(f"{path} has no 'name'; add name=<connector name>")
    texts = {key: _text(path, key, value) for key, value in config.items() if value is not None}
    return ConnectorFile(str(name), texts | {"name": str(name)}, target)


def _parsed(path: Path) -> dict[str, Any]:
    import orjson

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no text in UTF-8: {error}") from error
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if text.lstrip().startswith("{"):
            raise ConfigError(f"{path} begins like JSON but is none: {error}") from error
        found = load(text)
    if not isinstance(found, dict):
        raise ConfigError(f"{path} holds neither a JSON object nor properties")
    return found


def _target(path: Path, value: Any) -> TargetState | None:
    if value is None:
        return None
    try:
        return TargetState(str(value).upper())
    except ValueError:
        raise ConfigError(f"{path}: initial_state is {value!r}; use one of {', '.join(TargetState)}") from None


def _text(path: Path, key: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        raise ConfigError(f"{path}: the value of '{key}' is {type(value).__name__}; configs are flat, write it as text")
    return str(value)
