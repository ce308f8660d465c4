"""Every built-in transform and predicate declares the keys of its Java class: names, types, defaults, order.

The sentences are our own.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from connect_core.config.docs import own_keys
from connect_core.config.render import definition
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.loader import config_class, load_plugin
from connect_core.plugins.names import Kind

WITHOUT_JAVA = "io.confluent.connect.transforms."
"""Released in no registry: these are built from their documentation."""
AHEAD = {("org.apache.kafka.connect.transforms.ValueToKey", "field.syntax.version")}
"""Keys of a newer Kafka (docs/parity.md)."""
NAMES = [
    name
    for name, plugin in BUILTIN.items()
    if set(plugin.kinds) & {Kind.TRANSFORMATION, Kind.PREDICATE} and not name.startswith(WITHOUT_JAVA)
]


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_declared_alike(confluent: ModuleType, name: str) -> None:
    theirs = [_definition(key) for key in confluent.JClass(name)().config().configKeys().values()]
    listed = [one.key for one in own_keys(config_class(load_plugin(name, BUILTIN[name].kinds)))]
    ours = [
        definition(key) | {"documentation": ""} for key in listed if not key.spec.internal
    ]  # Debezium reads some that it does not declare
    assert [key for key in ours if (name, key["name"]) not in AHEAD] == theirs


def _definition(key: Any) -> dict[str, Any]:
    """A Java ConfigKey as our ``definition``."""
    required = not key.hasDefault()
    return {
        "name": str(key.name),
        "type": str(key.type()) if callable(key.type) else str(key.type),
        "required": required,
        "default_value": None if required or key.defaultValue is None else _default(key.defaultValue),
        "importance": str(key.importance),
        "documentation": "",
        "group": None if key.group is None else str(key.group),
        "order_in_group": int(key.orderInGroup),
        "width": str(key.width),
        "display_name": str(key.displayName),
        "dependents": [str(one) for one in key.dependents],
    }


def _default(value: Any) -> str:
    text = str(value)
    if text.startswith("[") and text.endswith("]"):
        return text[1:-1].replace(", ", ",")
    return {"True": "true", "False": "false"}.get(text, text)
