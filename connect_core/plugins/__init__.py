"""Names of plugins and the classes behind them. Public names are re-exported here."""

from connect_core.plugins.loader import (
    config_class,
    find_plugin,
    freeze,
    java_name,
    list_plugins,
    load_connector,
    load_converter,
    load_header_converter,
    load_predicate,
    load_provider,
    load_transform,
    task_java_name,
)
from connect_core.plugins.names import CONNECTORS, Kind, Plugin

__all__ = [
    "CONNECTORS",
    "Kind",
    "Plugin",
    "config_class",
    "find_plugin",
    "freeze",
    "java_name",
    "list_plugins",
    "load_connector",
    "load_converter",
    "load_header_converter",
    "load_predicate",
    "load_provider",
    "load_transform",
    "task_java_name",
]
