"""/connector-plugins (spec 1.4 rows 23 to 25): what is installed, what it takes, whether a config is fine."""

from __future__ import annotations

import re
from typing import Any

from connect_core.config.render import key_infos
from connect_core.config.validate import range_text
from connect_core.config.versions import satisfies
from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import Rejected
from connect_core.errors import ConnectError
from connect_core.plugins.known import KnownPlugins
from connect_core.plugins.loader import find_plugin, list_plugins
from connect_core.plugins.names import CONNECTORS, Kind, Plugin
from connect_core.rest.bodies import read_map
from connect_core.rest.http import Request, Response, Route, json_response

_ORDER = (
    Kind.SINK,
    Kind.SOURCE,
    Kind.TRANSFORMATION,
    Kind.PREDICATE,
    Kind.CONVERTER,
    Kind.HEADER_CONVERTER,
)


class Plugins:
    """Handlers over the plugins of this installation and one coordinator's validation."""

    def __init__(self, coordinator: Coordinator) -> None:
        self._validator = coordinator.validator

    def routes(self) -> list[Route]:
        """The part of the route table that lives here."""
        return [
            Route("GET", "/connector-plugins", self.all),
            Route("GET", "/connector-plugins/{name}/config", self.config),
            Route("PUT", "/connector-plugins/{name}/config/validate", self.validate, takes_json=True),
        ]

    def all(self, request: Request) -> Response:
        """PluginInfos; connectors only, unless ``connectorsOnly=false``."""
        kinds = CONNECTORS if request.flag("connectorsOnly", default=True) else _ORDER
        found = list_plugins()
        listed = [_info(plugin, kind) for kind in _ORDER if kind in kinds for plugin in found if kind in plugin.kinds]
        return json_response(listed)

    def config(self, request: Request, name: str) -> Response:
        """ConfigKeyInfos of a plugin of any kind that has keys."""
        plugin = find_plugin(name)
        if plugin is None:
            raise Rejected(404, f"Unknown plugin {name}.")
        kind = next((kind for kind in _ORDER if kind in plugin.kinds), None)
        if kind is None:
            kinds = ", ".join(str(known) for known in (*_ORDER[:2], *_ORDER[4:], *_ORDER[2:4]))
            raise Rejected(400, f"Invalid plugin class {name}. Valid types are {kinds}.")
        self._only_version(plugin, (request.query.get("version") or [""])[0])
        found = KnownPlugins().find(str(kind), plugin.name)
        if found is None:
            raise Rejected(404, f"Unknown plugin {name}.")
        return json_response(key_infos(found.config, {"connector.plugin.version": plugin.version}))

    def _only_version(self, plugin: Plugin, wanted: str) -> None:
        """One version of each plugin is installed; ``latest`` and nothing mean that one."""
        if wanted.strip() in ("", "latest"):
            return
        try:
            fits = satisfies(plugin.version, wanted)
        except ConnectError as error:
            raise Rejected(400, f"Invalid version specification: {wanted}") from error
        if not fits:
            known = f"available versions: [{plugin.version}]"
            raise Rejected(
                400, f"Plugin {plugin.name} not found that matches the version range {range_text(wanted)}, {known}"
            )

    def validate(self, request: Request, name: str) -> Response:
        """ConfigInfos of a config for this plugin."""
        config = read_map(request.body)
        included = config.get("connector.class")
        if included is not None and not _plain(included).endswith(_plain(name)):
            raise Rejected(400, f"Included connector type {included} does not match request type {name}")
        return json_response(self._validator.infos(config))


def _info(plugin: Plugin, kind: Kind) -> dict[str, Any]:
    shown = {"class": plugin.name, "type": str(kind)}
    return shown if plugin.version == "undefined" else shown | {"version": plugin.version}


def _plain(name: str) -> str:
    return re.sub(r"(?<=.)Connector$", "", name)
