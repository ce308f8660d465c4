"""/connector-plugins (spec 1.4 rows 23 to 25): what is installed, what it takes, whether a config is fine."""

from __future__ import annotations

import re
from typing import Any

from connect_core.coordinator.execute import Coordinator
from connect_core.coordinator.ports import Rejected
from connect_core.plugins.loader import list_plugins
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
            Route("PUT", "/connector-plugins/{name}/config/validate", self.validate, takes_json=True),
        ]

    def all(self, request: Request) -> Response:
        """PluginInfos; connectors only, unless ``connectorsOnly=false``."""
        kinds = CONNECTORS if request.flag("connectorsOnly", default=True) else _ORDER
        found = list_plugins()
        listed = [_info(plugin, kind) for kind in _ORDER if kind in kinds for plugin in found if kind in plugin.kinds]
        return json_response(listed)

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
