"""REST bodies about configuration: ConfigInfos of ``validate``, ConfigKeyInfo lists of ``/connector-plugins/x/config``.

Secrets are shown as ``[hidden]``, never their text (I6). Neighbour: ``validate`` makes the entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from connect_core.config.key import REQUIRED
from connect_core.config.parse import Config, Inspected, Key
from connect_core.config.validate import Entry, Validated
from connect_core.java.numbers import double_text

HIDDEN = "[hidden]"


def config_infos(name: str, validated: Validated) -> dict[str, Any]:
    """The body of ``PUT /connector-plugins/{name}/config/validate``."""
    return {
        "name": name,
        "error_count": validated.error_count,
        "groups": validated.groups,
        "configs": [_config_info(entry) for entry in validated.entries if not entry.item.key.spec.internal],
    }


def key_infos(declared: type[Config], defaults: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The body of ``GET /connector-plugins/{name}/config``: the plugin's own keys, then those all connectors have.

    ``defaults`` replaces default texts by key name; Connect fills in only the installed ``connector.plugin.version``.
    """
    known = declared.declared()
    ordered = [one.key for one in known if not one.framework] + [one.key for one in known if one.framework]
    infos = [definition(key) for key in ordered if not key.spec.internal]
    for info in infos:
        if defaults and info["name"] in defaults:
            info["default_value"] = defaults[info["name"]]
    return infos


def definition(key: Key) -> dict[str, Any]:
    """ConfigKeyInfo of a declared key."""
    spec = key.spec
    required = spec.default is REQUIRED
    return {
        "name": key.name,
        "type": key.type,
        "required": required,
        "default_value": None if required else value_text(key.type, spec.default),
        "importance": spec.importance,
        "documentation": spec.doc,
        "group": spec.group,
        "order_in_group": spec.order,
        "width": spec.width.value,
        "display_name": spec.display if spec.display is not None else key.name,
        "dependents": list(spec.dependents),
    }


def value_text(kind: str, value: Any) -> str | None:
    """A parsed value as text: lists joined, passwords hidden, booleans lower-case; None stays None."""
    if value is None:
        return None
    if kind == "PASSWORD":
        return HIDDEN
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)


def _config_info(entry: Entry) -> dict[str, Any]:
    return {"definition": definition(entry.item.key) if entry.defined else None, "value": _value(entry.item)}


def _value(item: Inspected) -> dict[str, Any]:
    return {
        "name": item.key.name,
        "value": value_text(item.key.type, item.value),
        "recommended_values": [value_text(item.key.type, value) for value in item.recommended],
        "errors": list(item.errors),
        "visible": item.visible,
    }
