"""A whole connector config against everything that declares keys for it (spec kafka-connect.md 10).

Framework keys, keys per transform and predicate alias, the connector's own keys, client overrides, converter keys, in
the order Kafka Connect answers. What plugins exist is asked through ``PluginSource``: this room imports none.
Neighbours: ``render`` turns the entries into REST bodies, ``coordinator.validation`` adds what needs a worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from connect_core.config.alias_keys import predicate_keys, transform_keys
from connect_core.config.key import KeySpec
from connect_core.config.parse import Config, Inspected, Key
from connect_core.config.references import has_reference
from connect_core.config.versions import parse_ranges, satisfies
from connect_core.config.worker import SIMPLE_HEADERS
from connect_core.errors import ConfigError
from connect_core.java.hashing import hash_map_order

NULL_VALUE = "Null value can not be supplied as the configuration value."
_HIDDEN_ERROR = (
    "Invalid value for configuration '{name}': the value resolved from the config provider reference failed validation"
)
CLIENTS = ("producer", "consumer", "admin")
_CONVERTERS = {"header.converter": "header_converter", "key.converter": "converter", "value.converter": "converter"}
_WORKER_DEFAULTS = {"header.converter": SIMPLE_HEADERS}
_INTERFACE = {"header_converter": "HeaderConverter", "converter": "Converter"}


class Found(NamedTuple):
    """An installed plugin: its full name, version and the keys it declares."""

    name: str
    version: str
    config: type[Config]


class PluginSource(Protocol):
    """What validation asks of the installed plugins; kinds are REST's type names."""

    def names(self, kind: str) -> Sequence[str]:
        """Full names of all plugins of a kind, sorted."""

    def find(self, kind: str, name: str) -> Found | None:
        """The plugin of that kind that a name or alias means."""

    def exists(self, name: str) -> str | None:
        """The full name of a plugin of any kind, None if there is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the answer. ``defined`` False: nothing declares the key (an unknown client override)."""

    item: Inspected
    part: str
    """framework, plugin, override or converter."""
    defined: bool = True


@dataclass(frozen=True, slots=True)
class Validated:
    """The outcome: entries in Connect's order."""

    entries: Sequence[Entry]
    resolved: bool = False
    """True when a config provider's value was in play (errors are then counted per message everywhere)."""

    @property
    def errors(self) -> dict[str, list[str]]:
        """Messages by key; {} = valid."""
        return {entry.item.key.name: entry.item.errors for entry in self.entries if entry.item.errors}

    @property
    def error_count(self) -> int:
        """As Connect counts: messages of framework and plugin keys, but one per override or converter key."""
        by_message = (entry for entry in self.entries if entry.item.errors)
        return sum(
            len(entry.item.errors) if self.resolved or entry.part in ("framework", "plugin") else 1
            for entry in by_message
        )

    @property
    def groups(self) -> list[str]:
        """Group names in the order of their first key."""
        named = (entry.item.key.spec.group for entry in self.entries if entry.defined)
        return list(dict.fromkeys(group for group in named if group is not None))


def refusal(errors: Mapping[str, Sequence[str]]) -> str:
    """The message of POST's 400 for these errors."""
    messages = [message for found in errors.values() for message in found]
    listed = "".join(f"\n{message}" for message in messages)
    return (
        f"Connector configuration is invalid and contains the following {len(messages)} error(s):{listed}\n"
        "You can also find the above list of errors at the endpoint "
        "`/connector-plugins/{connectorType}/config/validate`"
    )


def validate_config(
    declared: type[Config],
    config: Mapping[str, str | None],
    *,
    plugins: PluginSource,
    worker: Mapping[str, str],
    clients: Sequence[str] = (),
    more_errors: Mapping[str, Sequence[str]] | None = None,
) -> Validated:
    """Every key of a connector config with its value and errors.

    ``declared`` is the connector's config class, ``worker`` the worker's raw config (defaults of converters),
    ``clients`` those whose overrides will be used, ``more_errors`` what the connector's own ``validate`` and the
    coordinator found. Call it with resolved values only where plugin code may run, then ``hide_resolved``.
    """
    framework_names = {one.key.name for one in declared.declared() if one.framework}
    found = {item.key.name: item for item in declared.inspect(config)}
    for name in framework_names & config.keys():
        if config[name] is None:
            found[name].errors.append(NULL_VALUE)
    _enrich(found, config, plugins, worker)
    framework = [Entry(item, "framework") for item in found.values() if item.key.name in framework_names]
    own = [Entry(item, "plugin") for item in found.values() if item.key.name not in framework_names]
    aliases = [
        *(item for alias in _aliases(found, "transforms") for item in transform_keys(alias, config, plugins)),
        *(item for alias in _aliases(found, "predicates") for item in predicate_keys(alias, config, plugins)),
    ]
    entries = [*framework, *(Entry(item, "framework") for item in aliases), *own]
    entries += [entry for client in clients for entry in _overrides(client, config)]
    for prefix, kind in _CONVERTERS.items():
        entries += [Entry(item, "converter") for item in _converter_keys(prefix, kind, config, plugins)]
    return Validated(_with_errors(entries, more_errors or {}))


def hide_resolved(validated: Validated, raw: Mapping[str, str | None]) -> Validated:
    """Put references back in place of resolved values, and blank errors that could quote them (I6)."""
    for entry in validated.entries:
        name, item = entry.item.key.name, entry.item
        if has_reference(raw.get(name)):
            item.value = raw[name]
            if item.errors:
                item.errors = [_HIDDEN_ERROR.format(name=name)]
    return replace(validated, resolved=any(has_reference(value) for value in raw.values()))


def _aliases(found: Mapping[str, Inspected], name: str) -> list[str]:
    item = found.get(name)
    return list(dict.fromkeys(item.value or ())) if item is not None else []


def _with_errors(entries: list[Entry], more: Mapping[str, Sequence[str]]) -> list[Entry]:
    """Add messages to the keys they name; a key nobody declares comes first, without a definition."""
    known = {entry.item.key.name: entry.item for entry in entries}
    unknown: list[Entry] = []
    for name, messages in more.items():
        if name in known:
            known[name].errors.extend(messages)
        elif messages:
            unknown.append(Entry(_undefined(name, None, list(messages)), "framework", defined=False))
    return unknown + entries


def _undefined(name: str, value: str | None, errors: list[str]) -> Inspected:
    return Inspected(Key(name, KeySpec(doc="", default=None), "STRING"), value, errors, [], True)


def _enrich(
    found: dict[str, Inspected], config: Mapping[str, str | None], plugins: PluginSource, worker: Mapping[str, str]
) -> None:
    """Put in what depends on installed plugins: converter classes, versions, recommended values."""
    connector = config.get("connector.class") or ""
    installed = plugins.find("source", connector) or plugins.find("sink", connector)
    _version(found, "connector", "connector.class", installed)
    for name, kind in _CONVERTERS.items():
        if name not in found:
            continue
        item, default = found[name], plugins.find(kind, worker.get(name, _WORKER_DEFAULTS.get(name, "")))
        item.key = item.key._replace(spec=replace(item.key.spec, default=default.name if default else None))
        item.recommended = list(plugins.names(kind))
        if name not in config:
            item.value = default.name if default else None
        chosen = plugins.find(kind, item.value) if item.value else None
        if chosen is not None:
            item.value = chosen.name
        elif item.value and config.get(name) is not None:
            item.value = _not_a_converter(item, kind, plugins)
        _version(found, name, name, chosen)


def _not_a_converter(item: Inspected, kind: str, plugins: PluginSource) -> str | None:
    """Complain about a converter that is not there or is something else; what to show as its value."""
    other = plugins.exists(item.value)
    if other is None:
        text = f"Class {item.value} could not be found."
        item.errors.append(str(ConfigError.invalid(item.key.name, item.value, text)))
    else:
        item.errors.append(f"Class class {other} does not implement the {_INTERFACE[kind]} interface")
    return other


def _version(found: dict[str, Inspected], prefix: str, class_key: str, plugin: Found | None) -> None:
    """Default, recommendation and check of ``<prefix>.plugin.version``."""
    item = found.get(f"{prefix}.plugin.version")
    if item is None:
        return
    if plugin is None:
        item.visible = found[class_key].value is not None
        return
    item.key = item.key._replace(spec=replace(item.key.spec, default=plugin.version))
    item.recommended = [plugin.version]
    wanted = item.value
    if wanted is None:
        item.value = plugin.version
    elif not item.errors and not satisfies(plugin.version, wanted):
        text = (
            f"Plugin {plugin.name} not found that matches the version range {range_text(wanted)}, "
            f"available versions: [{plugin.version}]"
        )
        item.errors.append(text)
        found[class_key].errors.append(text)


def range_text(wanted: str) -> str:
    """A version or range as Connect's messages print it."""
    text = wanted.strip()
    if not text.startswith(("[", "(")):
        text = f"[{text}]"
    return ",".join(
        f"{'[' if with_low else '('}{low},{high}{']' if with_high else ')'}"
        for low, high, with_low, with_high in parse_ranges(text)
    )


def _overrides(client: str, config: Mapping[str, str | None]) -> Iterable[Entry]:
    """Client overrides as given; their definitions are the client library's, which is not Java's here."""
    prefix = f"{client}.override."
    for name, value in config.items():
        if name.startswith(prefix):
            kind = "PASSWORD" if _is_secret(name) else "STRING"
            item = Inspected(Key(name, KeySpec(doc="", default=None), kind), value, [], [], True)
            yield Entry(item, "override", defined=False)


def _is_secret(name: str) -> bool:
    return name.endswith((".password", ".jaas.config", ".keystore.key", ".client.secret"))


def _converter_keys(
    prefix: str, kind: str, config: Mapping[str, str | None], plugins: PluginSource
) -> Iterable[Inspected]:
    """Keys of a converter that the connector config names itself, in the order of a HashMap, as Connect has them."""
    given = config.get(prefix)
    plugin = plugins.find(kind, given.strip()) if given else None
    if plugin is None:
        return
    own = {name[len(prefix) + 1 :]: value for name, value in config.items() if name.startswith(f"{prefix}.")}
    own["converter.type"] = prefix.partition(".")[0]
    items = {item.key.name: item for item in plugin.config.inspect(own)}
    for name in hash_map_order(items):
        item = items[name]
        item.key = Key(f"{prefix}.{name}", _named(item.key), item.key.type)
        yield item


def _named(key: Key) -> KeySpec:
    """The spec with the display name fixed to what the unprefixed key would show."""
    return replace(key.spec, display=key.spec.display or key.name)


def unresolved(config: Mapping[str, Any]) -> set[str]:
    """Keys whose value holds a reference: only plugin code may see what it stands for."""
    return {name for name, value in config.items() if has_reference(value)}
