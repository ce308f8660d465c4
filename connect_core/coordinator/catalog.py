"""What is known of connector classes without running connector code: kind, version, watch period.

The plugin table answers without importing; the watch period is a function of the parsed config alone (a connector is
made, never started). Neighbours: `plan` asks, `plugins` knows.
"""

from __future__ import annotations

from collections.abc import Mapping

from connect_core.api import SinkConnector, SourceConnector
from connect_core.errors import ConnectError
from connect_core.plugins.loader import find_plugin, load_connector
from connect_core.plugins.names import CONNECTORS, Kind


class PluginCatalog:
    """The Catalog on the plugins of this installation."""

    def kind(self, config: Mapping[str, str | None]) -> str:
        """``source``, ``sink``, or ``unknown`` when the class is not here."""
        name = config.get("connector.class") or ""
        try:
            plugin = find_plugin(name, CONNECTORS)
            if plugin is not None:
                return "source" if Kind.SOURCE in plugin.kinds else "sink"
            cls = load_connector(name)
        except ConnectError:
            return "unknown"
        return "source" if issubclass(cls, SourceConnector) else "sink" if issubclass(cls, SinkConnector) else "unknown"

    def version(self, config: Mapping[str, str | None]) -> str | None:
        """The version REST shows for the connector's class; None when it is not here."""
        name = config.get("connector.class") or ""
        try:
            plugin = find_plugin(name, CONNECTORS)
            return plugin.version if plugin is not None else load_connector(name).version
        except ConnectError:
            return None

    def watch_period_ms(self, config: Mapping[str, str | None]) -> int | None:
        """The connector's period; None as well when the config cannot be read here (a placeholder in a number)."""
        raw = {key: value for key, value in config.items() if value is not None}
        try:
            connector = load_connector(raw.get("connector.class", ""))()
            connector.config = connector.config_class().parse(raw)
            return connector.watch_period_ms()
        except ConnectError:
            return None
