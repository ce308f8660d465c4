"""Is a connector config acceptable? Key checks, client overrides, exactly-once preflight, the connector's own checks.

Checks that need nothing outside run here. What needs an outside system, or a config with ``${...}`` references, goes
through the dispatcher as a synchronous connector slice, because only plugin code sees resolved values (I6). Texts are
Connect's (spec 1.6, 2.6, 2.7, 10). Neighbours: `execute` refuses with 400, `rest` renders the validate answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connect_core.api import Connector, SinkConnector, SourceConnector
from connect_core.config.render import config_infos
from connect_core.config.validate import Validated, hide_resolved, refusal, unresolved, validate_config
from connect_core.coordinator.ports import STANDALONE, Dispatcher, Rejected, Settings
from connect_core.coordinator.schedule import KEY as SCHEDULE
from connect_core.coordinator.schedule import due
from connect_core.errors import ConfigError, ConnectError
from connect_core.plugins.known import KnownPlugins
from connect_core.plugins.loader import load_connector

type RawConfig = Mapping[str, str | None]
type Errors = dict[str, list[str]]
_FORBIDDEN = "The '{policy}' policy does not allow '{key}' to be overridden in the connector configuration."
_PRINCIPAL = ("security.protocol", "sasl.jaas.config", "sasl.mechanism")


class Validator:
    """Checks configs for one worker."""

    def __init__(self, settings: Settings, dispatcher: Dispatcher) -> None:
        self.settings, self.dispatcher = settings, dispatcher

    def named(self, name: str, config: RawConfig) -> dict[str, str | None]:
        """The config with ``name`` in it; Rejected 400 if it names another connector."""
        given = config.get("name")
        if given is not None and given != name:
            raise Rejected(
                400, f"Connector name configuration ({given}) doesn't match connector name in the URL ({name})"
            )
        return {**config, "name": name}

    def check(self, config: RawConfig) -> None:
        """Rejected 400 with all errors in Connect's text."""
        if errors := self.inspect(config).errors:
            raise Rejected(400, refusal(errors))

    def inspect(self, config: RawConfig) -> Validated:
        """Every key with its value and errors. Rejected 400 if the class cannot be found.

        A reference's value is not known here (I6): its key is checked where it is resolved.
        """
        connector = self.connector(config)
        referring = unresolved(config)
        own = {key: messages for key, messages in self._keys(connector, config).errors.items() if key not in referring}
        more = self._worker_errors(connector, {key: value for key, value in config.items() if value is not None}, own)
        validated = self._keys(connector, config, more)
        for entry in validated.entries:
            if entry.item.key.name in referring:
                entry.item.errors = list(more.get(entry.item.key.name, ()))
        return hide_resolved(validated, config)

    def infos(self, config: RawConfig) -> dict[str, Any]:
        """ConfigInfos, the answer of validate."""
        return config_infos(config.get("connector.class") or "", self.inspect(config))

    def _keys(self, connector: type[Connector[Any]], config: RawConfig, more: Errors | None = None) -> Validated:
        raw = {key: value for key, value in config.items() if value is not None}
        return validate_config(
            connector.config_class(),
            config,
            plugins=KnownPlugins(),
            worker=self.settings.worker_config,
            clients=self._clients(connector, raw),
            more_errors=more,
        )

    def _worker_errors(self, connector: type[Connector[Any]], raw: Mapping[str, str], own: Errors) -> Errors:
        """Complaints beyond the keys' own; the connector is asked only when those (``own``) are fine."""
        found: Errors = {}
        _add(found, _schedule_errors(raw) if SCHEDULE not in own else {})
        _add(found, self._override_errors(connector, raw))
        if self.settings.mode != STANDALONE:
            _add(found, self._group_errors(raw) if issubclass(connector, SinkConnector) else {})
            _add(found, self._exactly_once_errors(connector, raw) if issubclass(connector, SourceConnector) else {})
        if not own and not found:
            _add(found, self._connector_errors(connector, raw))
        return found

    def connector(self, config: RawConfig) -> type[Connector[Any]]:
        """The class that the config names; Rejected 400."""
        name = config.get("connector.class")
        if name is None:
            raise Rejected(400, "Connector config contains no connector type")
        try:
            return load_connector(name)
        except ConnectError as error:
            raise Rejected(400, str(error)) from error

    def _connector_errors(self, connector: type[Connector[Any]], raw: Mapping[str, str]) -> Errors:
        outside = connector.validates_outside or bool(unresolved(raw))
        answer: Mapping[str, Sequence[str]] = (self.dispatcher.validate if outside else connector.validate)(raw)
        return {key: list(messages) for key, messages in answer.items()}

    def _override_errors(self, connector: type[Connector[Any]], raw: Mapping[str, str]) -> Errors:
        """Client overrides that the worker's policy forbids, of the clients this connector will use (spec 10.5)."""
        found: Errors = {}
        for client in self._clients(connector, raw):
            prefix = f"{client}.override."
            for key in raw:
                if key.startswith(prefix) and not self._allows(name := key[len(prefix) :]):
                    found[key] = [_FORBIDDEN.format(policy=self.settings.override_policy, key=name)]
        return found

    def _allows(self, key: str) -> bool:
        match self.settings.override_policy:
            case "None":
                return False
            case "Principal":
                return key in _PRINCIPAL
            case "Allowlist":
                return key in self.settings.override_allowlist
        return True

    def _clients(self, connector: type[Connector[Any]], raw: Mapping[str, str]) -> Sequence[str]:
        if issubclass(connector, SinkConnector):
            dlq = bool(raw.get("errors.deadletterqueue.topic.name"))
            return ("consumer", "producer", "admin") if dlq else ("consumer",)
        own_topic = bool(raw.get("offsets.storage.topic"))
        creates = any(key.startswith("topic.creation.") for key in raw)
        clients = ["producer"]
        if creates or own_topic or self.settings.exactly_once:
            clients.append("admin")
        if own_topic or self.settings.exactly_once:
            clients.append("consumer")
        return clients

    def _group_errors(self, raw: Mapping[str, str]) -> Errors:
        """A sink must not join the workers' own group (spec 2.6)."""
        group, name = self.settings.group_id, raw.get("name", "")
        override = raw.get("consumer.override.group.id")
        if override == group:
            text = f"Consumer group {override} conflicts with Connect worker group {group}"
            return {"consumer.override.group.id": [text]}
        if override is None and f"connect-{name}" == group:
            text = f"Consumer group for sink connector named {name} conflicts with Connect worker group {group}"
            return {"name": [text]}
        return {}

    def _exactly_once_errors(self, connector: type[SourceConnector[Any]], raw: Mapping[str, str]) -> Errors:
        """KIP-618's preflight (spec 10.6)."""
        found: Errors = {}
        if raw.get("exactly.once.support", "").strip().lower() == "required":
            messages = []
            if not self.settings.exactly_once:
                messages.append("This worker does not have exactly-once source support enabled.")
            if text := _support_error(connector, raw):
                messages.append(text)
            found["exactly.once.support"] = messages
        if raw.get("transaction.boundary", "").strip().lower() == "connector":
            found["transaction.boundary"] = _boundary_errors(connector, raw)
        return found


def _schedule_errors(raw: Mapping[str, str]) -> Errors:
    try:
        due(raw.get(SCHEDULE), 0.0)
    except ConfigError as error:
        return {SCHEDULE: [str(error)]}
    return {}


def _support_error(connector: type[SourceConnector[Any]], raw: Mapping[str, str]) -> str | None:
    try:
        supported = connector.exactly_once_support(raw)
    except Exception as error:  # noqa: BLE001 - whatever a connector raises becomes a validation message, as Connect has it
        return _unexpected(error)
    if supported is None:
        return (
            "The connector does not implement the API required for preflight validation of exactly-once "
            "source support. Please consult the documentation for the connector to determine whether it supports "
            'exactly-once semantics, and then consider reconfiguring the connector to use the value "requested" for '
            "this property (which will disable this preflight check and allow the connector to be created)."
        )
    if not supported:
        return "The connector does not support exactly-once semantics with the provided configuration."
    return None


def _boundary_errors(connector: type[SourceConnector[Any]], raw: Mapping[str, str]) -> list[str]:
    try:
        if connector.can_define_transaction_boundaries(raw):
            return []
    except Exception as error:  # noqa: BLE001 - as above
        return [_unexpected(error)]
    text = (
        "The connector does not support connector-defined transaction boundaries with the given configuration. "
        "Please reconfigure it to use a different transaction boundary definition."
    )
    return [text]


def _unexpected(error: Exception) -> str:
    text = "An unexpected error occurred during validation"
    return f"{text}: {error}" if str(error) else text


def _add(found: Errors, more: Mapping[str, Sequence[str]]) -> None:
    for key, messages in more.items():
        found.setdefault(key, []).extend(messages)
