"""Keys that a connector config gets per transform and predicate alias: ``transforms.<alias>.type`` and what it takes.

Texts and order are Kafka Connect's: the class and its version first, then the own keys with ``predicate`` and
``negate`` among them. Neighbour: ``validate``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from connect_core.config.key import HIGH, LOW, MEDIUM, REQUIRED, KeySpec, Width
from connect_core.config.parse import Inspected, Key, inspect_key, trim
from connect_core.errors import ConfigError

if TYPE_CHECKING:
    from connect_core.config.validate import Found, PluginSource

_RANK = {HIGH: 0, MEDIUM: 1, LOW: 2}
_PREDICATE = Key(
    "predicate", KeySpec(doc="Alias of the predicate that decides whether to apply.", default=None), "STRING"
)
_NEGATE = Key("negate", KeySpec(doc="Apply where the predicate does not hold.", default=False), "BOOLEAN")


def transform_keys(alias: str, config: Mapping[str, str | None], plugins: PluginSource) -> Iterable[Inspected]:
    """Keys of one transform."""
    return _Stage("transforms", "Transformation", alias, config, plugins).keys()


def predicate_keys(alias: str, config: Mapping[str, str | None], plugins: PluginSource) -> Iterable[Inspected]:
    """Keys of one predicate."""
    return _Stage("predicates", "Predicate", alias, config, plugins).keys()


@dataclass(frozen=True, slots=True)
class _Stage:
    """One alias in a connector config."""

    family: str
    word: str
    alias: str
    config: Mapping[str, str | None]
    plugins: PluginSource

    @property
    def start(self) -> str:
        return f"{self.family}.{self.alias}."

    @property
    def group(self) -> str:
        return f"{self.family.capitalize()}: {self.alias}"

    @property
    def kind(self) -> str:
        return self.word.lower()

    def keys(self) -> Iterable[Inspected]:
        given = self.config.get(f"{self.start}type")
        found = self.plugins.find(self.kind, trim(given)) if given else None
        yield self.type_key(given, found)
        yield self.version_key(found)
        if found is None:
            return
        keys = found.config.specs()
        if self.kind == "transformation":
            keys = [*(key for key in keys if key.name not in ("predicate", "negate")), _PREDICATE, _NEGATE]
        for order, key in enumerate(_sorted(keys), start=2):
            item = inspect_key(key, self.config, prefix=self.start)
            spec = replace(key.spec, group=self.group, order=order, display=key.spec.display or key.name)
            item.key = Key(f"{self.start}{key.name}", spec, key.type)
            yield item

    def type_key(self, given: str | None, found: Found | None) -> Inspected:
        """The class: given, known, and with a predicate if it is negated."""
        name, known = f"{self.start}type", list(self.plugins.names(self.kind))
        item = Inspected(self.key("type", "CLASS", default=REQUIRED, order=0), None, [], known, True)
        if given is None:
            item.errors.append(f'Missing required configuration "{name}" which has no default value.')
        elif found is not None:
            item.value = found.name
            item.errors.extend(self.negated_nothing())
        elif inner := [other for other in known if other.startswith(f"{trim(given)}$")]:
            # Cast is abstract: Cast$Key and Cast$Value are the transforms.
            item.value = trim(given)
            item.errors.append(f"This class is abstract and cannot be created. Did you mean {', '.join(inner)}?")
        else:
            item.errors.append(str(ConfigError.invalid(name, given, f"Class {given} could not be found.")))
        return item

    def negated_nothing(self) -> Iterable[str]:
        negate, predicate = f"{self.start}negate", f"{self.start}predicate"
        if self.kind == "transformation" and negate in self.config and predicate not in self.config:
            yield (
                f"Config '{negate}' was provided but there is no config '{predicate}' "
                "defining a predicate to be negated."
            )

    def version_key(self, found: Found | None) -> Inspected:
        installed = found.version if found is not None else None
        key = self.key("plugin.version", "STRING", default=installed, order=1)
        return Inspected(key, self.config.get(key.name, installed), [], [installed] if installed else [], True)

    def key(self, name: str, type_name: str, *, default: Any, order: int) -> Key:
        what = "type" if order == 0 else "version"
        spec = KeySpec(
            doc=f"{'Class' if order == 0 else 'Version'} of the {self.kind}.",
            default=default,
            importance=HIGH,
            group=self.group,
            order=order,
            width=Width.LONG,
            display=f"{self.word} {what} for {self.alias}",
        )
        return Key(f"{self.start}{name}", spec, type_name)


def _sorted(keys: Sequence[Key]) -> list[Key]:
    """ConfigDef's order: group, place in it, required first, importance, name."""
    groups = list(dict.fromkeys(key.spec.group for key in keys))

    def place(key: Key) -> tuple[int, int, bool, int, str]:
        spec = key.spec
        group = -1 if spec.group is None else groups.index(spec.group)
        return group, spec.order, spec.default is not REQUIRED, _RANK[spec.importance], key.name

    return sorted(keys, key=place)
