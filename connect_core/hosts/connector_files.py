"""Connector files of the command line: flat JSON, a create request as JSON, or Java properties (spec 12.9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connect_core.errors import ConfigError
from connect_core.java.properties import load


@dataclass(frozen=True, slots=True)
class ConnectorFile:
    """Name and config of one connector."""

    name: str
    config: Mapping[str, str]


def read_connector_file(path: Path) -> ConnectorFile:
    """Tried as JSON first, then as properties. ConfigError names the file and what is missing."""
    import orjson

    text = path.read_text(encoding="utf-8")
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = load(text)
    if isinstance(found, dict) and isinstance(found.get("config"), dict):
        config = dict(found["config"])
        name = found.get("name") or config.get("name")
    elif isinstance(found, dict):
        config, name = dict(found), found.get("name")
    else:
        raise ConfigError(f"{path} holds neither a JSON object nor properties")
    if not name:
        raise ConfigError(f"{path} has no 'name'; add name=<connector name>")
    texts = {k: _text(v) for k, v in config.items() if v is not None}
    return ConnectorFile(str(name), texts | {"name": str(name)})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
