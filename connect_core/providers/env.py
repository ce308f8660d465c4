"""Values from environment variables: ``${env:NAME}``."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from connect_core.api import ConfigError, ConfigProvider
from connect_core.java.patterns import Pattern, PatternError


class EnvVarConfigProvider(ConfigProvider):
    """Environment variables; the parameter ``allowlist.pattern`` (whole name) says which may be read."""

    _pattern: Pattern | None = None

    def configure(self, params: Mapping[str, Any]) -> None:
        """Take the pattern; not set: every variable."""
        text = params.get("allowlist.pattern")
        if text is None:
            return
        try:
            self._pattern = Pattern(str(text))
        except PatternError as error:
            raise ConfigError.invalid("allowlist.pattern", text, f"Invalid regex: {error}") from error

    def get(self, path: str, keys: Collection[str]) -> Mapping[str, str]:
        """Values of the variables that are set and allowed. There are no paths."""
        if path:
            raise ConfigError(f"Path is not supported for EnvVarConfigProvider, invalid value '{path}'")
        return {key: os.environ[key] for key in keys if key in os.environ and self._allows(key)}

    def _allows(self, name: str) -> bool:
        return self._pattern is None or self._pattern.matches(name)
