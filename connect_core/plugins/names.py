"""Plugin names: aliases as Kafka Connect computes them, and the texts that describe plugins (no imports of plugins).

An alias is the simple class name, or that without its suffix (``FileStreamSourceConnector``, ``FileStreamSource``);
one claimed by two classes is nobody's. Ours on top: a dash in a simple name is ignored (``FileStream-Source``).
Neighbours: ``builtin`` holds the table, ``loader`` imports classes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a plugin is; the value is REST's type name."""

    SOURCE = "source"
    SINK = "sink"
    CONVERTER = "converter"
    HEADER_CONVERTER = "header_converter"
    TRANSFORMATION = "transformation"
    PREDICATE = "predicate"
    CONFIG_PROVIDER = "config_provider"


CONNECTORS = (Kind.SOURCE, Kind.SINK)

_SUFFIX = {
    Kind.SOURCE: "Connector",
    Kind.SINK: "Connector",
    Kind.CONVERTER: "Converter",
    Kind.HEADER_CONVERTER: "HeaderConverter",
    Kind.TRANSFORMATION: "Transformation",
    Kind.PREDICATE: "Predicate",
    Kind.CONFIG_PROVIDER: "ConfigProvider",
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin: its Java (or entry point) name, ``module:Class``, what it can be used as, and its version.

    ``task`` is the Java name of a connector's task class, where it is known.
    """

    name: str
    target: str
    kinds: tuple[Kind, ...]
    version: str
    task: str = ""

    def describe(self) -> str:
        """Connect's ``PluginDesc`` text."""
        kind = self.kinds[0].value
        return (
            f"PluginDesc{{klass=class {self.name}, name='{self.name}', version='{self.version}', "
            f"encodedVersion={self.version}, type={kind}, typeName='{kind}', location='classpath'}}"
        )


def simple_name(name: str) -> str:
    """Java's ``getSimpleName``: what follows the last dot, or the last ``$`` or ``:`` of a nested or Python class."""
    return re.split(r"[.$:]", name)[-1]


def pruned_name(name: str, kind: Kind) -> str:
    """The simple name cut at the last occurrence of the kind's suffix (whatever follows it is cut too)."""
    simple = simple_name(name)
    at = simple.rfind(_SUFFIX[kind])
    return simple[:at] if at > 0 else simple


def aliases(plugins: Iterable[Plugin]) -> dict[str, str]:
    """Alias -> plugin name over all kinds; ambiguous ones are left out."""
    claims: dict[str, set[str]] = {}
    for plugin in plugins:
        for kind in plugin.kinds:
            for alias in (simple_name(plugin.name), pruned_name(plugin.name, kind)):
                claims.setdefault(alias, set()).add(plugin.name)
    return {alias: next(iter(names)) for alias, names in claims.items() if len(names) == 1}


def without_dashes(name: str) -> str:
    """A simple name without dashes; full names stay as they are."""
    return name if "." in name or ":" in name else name.replace("-", "")
