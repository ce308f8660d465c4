"""Values from local files: ``.properties`` files, and directories with one file per key (Kubernetes secrets)."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from connect_core.api import ConfigError, ConfigProvider
from connect_core.java import properties


def _normal(path: str | Path) -> Path:
    """Absolute and without ``..``; symbolic links stay, as in Kafka (mounted secrets are links)."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


class _AllowedPaths(ConfigProvider):
    """The parameter ``allowed.paths``: comma-separated files or directories outside of which nothing is read."""

    _allowed: list[Path] | None = None

    def configure(self, params: Mapping[str, Any]) -> None:
        """Check the allowed paths: absolute and existing."""
        text = params.get("allowed.paths")
        if not text:
            return
        self._allowed = []
        for part in str(text).rstrip(",").split(","):
            path = Path(part)
            if not path.is_absolute():
                raise ConfigError(f"Path {part} is not absolute")
            if not path.exists():
                raise ConfigError(f"Path {part} does not exist")
            self._allowed.append(_normal(path))

    def _permitted(self, path: str) -> Path | None:
        """The path if it may be read; None if the parameter forbids it (Kafka then leaves the reference as it is)."""
        real = _normal(path)
        if self._allowed is not None and not any(real == top or top in real.parents for top in self._allowed):
            return None
        return real


class FileConfigProvider(_AllowedPaths):
    """``${file:/path/to/secrets.properties:key}``."""

    def get(self, path: str, keys: Collection[str]) -> Mapping[str, str]:
        """Values of the keys in the properties file; ConfigError if it cannot be read."""
        if not path:
            return {}
        file = self._permitted(path)
        if file is None:
            return {}
        try:
            found = properties.load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"Could not read properties from file {path}") from error
        return {key: found[key] for key in keys if key in found}


class DirectoryConfigProvider(_AllowedPaths):
    """``${dir:/path/to/directory:file}``: a value is the whole file, line end included."""

    def get(self, path: str, keys: Collection[str]) -> Mapping[str, str]:
        """Contents of the regular files named by the keys; ConfigError if one cannot be read."""
        if not path:
            return {}
        directory = self._permitted(path)
        if directory is None or not directory.is_dir():
            return {}
        files = {key: directory / key for key in keys if key and "/" not in key and key not in (".", "..")}
        try:
            return {key: file.read_text(encoding="utf-8") for key, file in files.items() if file.is_file()}
        except (OSError, ValueError) as error:
            raise ConfigError(f"Could not read file in directory {path}: {error}") from error
