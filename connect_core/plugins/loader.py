"""From a name in a config to an imported class: built-in table, then installed packages, then ``package.module:Class``.

Installed packages declare the entry point group ``connectless.plugins``. Looking into them means scanning the
environment, so a deployment writes the outcome beside this module (``plugins.json``, see ``freeze``) and never scans.
Neighbours: ``names``, ``builtin``; errors carry Kafka Connect's texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast, get_args

from connect_core.api import (
    Config,
    ConfigProvider,
    Connector,
    Converter,
    HeaderConverter,
    Predicate,
    SinkConnector,
    SourceConnector,
    Transform,
)
from connect_core.errors import ConfigError, ConnectError
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.names import CONNECTORS, Kind, Plugin, aliases, simple_name, without_dashes

GROUP = "connectless.plugins"
FROZEN = Path(__file__).with_name("plugins.json")

_BASES: dict[Kind, type[Any]] = {
    Kind.SOURCE: SourceConnector,
    Kind.SINK: SinkConnector,
    Kind.CONVERTER: Converter,
    Kind.HEADER_CONVERTER: HeaderConverter,
    Kind.TRANSFORMATION: Transform,
    Kind.PREDICATE: Predicate,
    Kind.CONFIG_PROVIDER: ConfigProvider,
}
_JAVA_WORD = {
    Kind.CONVERTER: ("Converter", "converters"),
    Kind.HEADER_CONVERTER: ("HeaderConverter", "header converters"),
    Kind.TRANSFORMATION: ("Transformation", "transformations"),
    Kind.PREDICATE: ("Predicate", "predicates"),
    Kind.CONFIG_PROVIDER: ("ConfigProvider", "config providers"),
}


def load_connector(name: str) -> type[SourceConnector[Any] | SinkConnector[Any]]:
    """The connector class for a ``connector.class`` value."""
    return cast("type[SourceConnector[Any] | SinkConnector[Any]]", load_plugin(name, CONNECTORS))


def load_converter(name: str) -> type[Converter]:
    """The class for a ``key.converter`` or ``value.converter`` value."""
    return cast("type[Converter]", load_plugin(name, (Kind.CONVERTER,)))


def load_header_converter(name: str) -> type[HeaderConverter]:
    """The class for a ``header.converter`` value."""
    return cast("type[HeaderConverter]", load_plugin(name, (Kind.HEADER_CONVERTER,)))


def load_transform(name: str) -> type[Transform[Any]]:
    """The class for a ``transforms.<alias>.type`` value."""
    return cast("type[Transform[Any]]", load_plugin(name, (Kind.TRANSFORMATION,)))


def load_predicate(name: str) -> type[Predicate[Any]]:
    """The class for a ``predicates.<alias>.type`` value."""
    return cast("type[Predicate[Any]]", load_plugin(name, (Kind.PREDICATE,)))


def load_provider(name: str) -> type[ConfigProvider]:
    """The class for a ``config.providers.<name>.class`` value."""
    return cast("type[ConfigProvider]", load_plugin(name, (Kind.CONFIG_PROVIDER,)))


def list_plugins() -> list[Plugin]:
    """Every plugin that can be named, sorted by name."""
    return sorted((BUILTIN | dict(_installed())).values(), key=lambda plugin: plugin.name)


def find_plugin(name: str, kinds: Sequence[Kind] = tuple(Kind)) -> Plugin | None:
    """The plugin of one of these kinds that a full name or alias means; None if there is none.

    ConfigError if several connectors match. Imports nothing of the plugin itself.
    """
    wanted = without_dashes(name)
    for table in (BUILTIN, None):  # None: look further only when the built-in table does not know the name
        known = dict(_installed()) if table is None else table
        full = known.get(wanted) or known.get(_alias_table(table is None).get(wanted, ""))
        if full is not None and set(full.kinds) & set(kinds):
            return full
    return _by_simple_name(wanted, kinds)


def java_name(cls: type[Any]) -> str:
    """The name under which REST shows a class: its Java name, its entry point's name, else ``module:Class``."""
    target = f"{cls.__module__}:{cls.__qualname__}"
    for table in (_names_by_target(), {plugin.target: name for name, plugin in _installed().items()}):
        if target in table:
            return table[target]
    return target


def task_java_name(connector: type[Connector[Any]]) -> str:
    """The ``task.class`` that stands in a connector's task configs."""
    plugin = find_plugin(java_name(connector), CONNECTORS)
    return plugin.task if plugin is not None and plugin.task else java_name(connector.task)


def config_class(plugin: type[Any]) -> type[Config]:
    """The config class of a plugin class: its ``config_class``, else its type parameter (``Transform[CastConfig]``)."""
    declared = getattr(plugin, "config_class", None)
    if isinstance(declared, type) and issubclass(declared, Config):
        return declared
    if declared is not None:
        return cast("type[Config]", declared())
    for kind in plugin.__mro__:
        for base in getattr(kind, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Config):
                    return argument
    return Config


def freeze(path: Path = FROZEN) -> None:
    """Write what a scan of installed packages finds to ``path``; run by the build of a deployment."""
    found = {
        plugin.name: {"target": plugin.target, "kinds": list(plugin.kinds), "version": plugin.version}
        for plugin in _scan().values()
    }
    path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


def load_plugin(name: str, kinds: Sequence[Kind]) -> type[Any]:
    """The class of one of these kinds that a name means; ConfigError with Connect's text."""
    plugin = find_plugin(name, kinds)
    if plugin is not None:
        return _import(plugin.name, plugin.target, kinds)
    if ":" in name:
        return _import(name, name, kinds)
    raise ConfigError(_not_found(name, kinds))


def _import(name: str, target: str, kinds: Sequence[Kind]) -> type[Any]:
    """The class behind ``module:Class``; ConfigError names what is missing."""
    module, _, path = target.partition(":")
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except ImportError as error:
        raise ConfigError(
            f"Plugin {name} cannot be loaded from {target}: {error}; is its package installed?"
        ) from error
    except AttributeError as error:
        raise ConfigError(f"Plugin {name} cannot be loaded from {target}: {error}") from error
    if not isinstance(found, type) or not issubclass(found, tuple(_BASES[kind] for kind in kinds)):
        expected = " or ".join(_BASES[kind].__name__ for kind in kinds)
        raise ConfigError(f"Plugin {name} ({target}) is not a {expected}")
    return found


def _by_simple_name(name: str, kinds: Sequence[Kind]) -> Plugin | None:
    """Connect's last resort for connectors whose alias several classes claim."""
    if not set(kinds) <= set(CONNECTORS) or not name:
        return None
    found = [
        plugin
        for plugin in list_plugins()
        if set(plugin.kinds) & set(kinds) and simple_name(plugin.name) in (name, f"{name}Connector")
    ]
    if len(found) > 1:
        classes = ", ".join(plugin.describe() for plugin in found)
        raise ConfigError(
            f"More than one connector matches alias {name}. Please use full package and class name instead. "
            f"Classes found: {classes}"
        )
    return found[0] if found else None


def _not_found(name: str, kinds: Sequence[Kind]) -> str:
    known = [plugin for plugin in list_plugins() if set(plugin.kinds) & set(kinds)]
    if set(kinds) <= set(CONNECTORS):
        word, plural, shown = "Connector", "connectors", [plugin.describe() for plugin in known]
    else:
        (word, plural), shown = _JAVA_WORD[kinds[0]], [plugin.name for plugin in known]
    return (
        f"Failed to find any class that implements {word} and which name matches {name}, "
        f"available {plural} are: {', '.join(shown)}"
    )


@cache
def _alias_table(installed: bool) -> Mapping[str, str]:
    return aliases(list_plugins() if installed else BUILTIN.values())


@cache
def _names_by_target() -> Mapping[str, str]:
    return {plugin.target: name for name, plugin in BUILTIN.items()}


@cache
def _installed() -> Mapping[str, Plugin]:
    """Plugins of other packages: the frozen table if the build wrote one, else a scan."""
    if not FROZEN.is_file():
        return _scan()
    table = json.loads(FROZEN.read_text())
    return {
        name: Plugin(name, entry["target"], tuple(map(Kind, entry["kinds"])), entry["version"])
        for name, entry in table.items()
    }


def _scan() -> dict[str, Plugin]:
    """Import every installed plugin once to learn its kinds; one that cannot be imported is left out."""
    found: dict[str, Plugin] = {}
    for entry in entry_points(group=GROUP):
        try:
            cls = _import(entry.name, entry.value, tuple(Kind))
        except ConnectError:
            continue
        kinds = tuple(kind for kind, base in _BASES.items() if issubclass(cls, base))
        found[entry.name] = Plugin(entry.name, entry.value, kinds, str(getattr(cls, "version", "undefined")))
    return found
