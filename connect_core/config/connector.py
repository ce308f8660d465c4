"""Keys every connector has."""

from __future__ import annotations

from typing import ClassVar

from connect_core.config.parse import Config


class SourceConfig(Config):
    """Base of source connector configs."""

    framework: ClassVar[bool] = True


class SinkConfig(Config):
    """Base of sink connector configs."""

    framework: ClassVar[bool] = True
