"""The installed plugins as configuration validation asks for them (``config.validate.PluginSource``)."""

from __future__ import annotations

from collections.abc import Sequence

from connect_core.config.validate import Found
from connect_core.errors import ConfigError
from connect_core.plugins.loader import config_class, find_plugin, list_plugins, load_plugin
from connect_core.plugins.names import Kind


class KnownPlugins:
    """Answers from the tables; imports a plugin only to see its keys."""

    def names(self, kind: str) -> Sequence[str]:
        """Full names of all plugins of a kind, sorted."""
        return [plugin.name for plugin in list_plugins() if Kind(kind) in plugin.kinds]

    def find(self, kind: str, name: str) -> Found | None:
        """The plugin of that kind that a name, alias or ``module:Class`` means; None if it cannot be loaded."""
        kinds = (Kind(kind),)
        try:
            cls = load_plugin(name, kinds)
            plugin = find_plugin(name, kinds)
        except ConfigError:
            return None
        if plugin is None:
            return Found(name, str(getattr(cls, "version", "undefined")), config_class(cls))
        return Found(plugin.name, plugin.version, config_class(cls))

    def exists(self, name: str) -> str | None:
        """The full name of a plugin of any kind."""
        plugin = find_plugin(name)
        return plugin.name if plugin is not None else None
