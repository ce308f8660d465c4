"""What every connector's configuration must do; part of ``source_suite`` and ``sink_suite``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from connect_core.api import Connector
from connect_core.config import Config, Key
from connect_core.config.key import REQUIRED
from connect_core.config.parse import parse_value
from connect_core.config.render import HIDDEN, config_infos, value_text
from connect_core.config.validate import Entry, Validated
from connect_core.errors import ConfigError
from connect_core.testing.contexts import MemorySourceContext

_numbers = itertools.count(1)
SECRET = "hunter2-do-not-print"  # noqa: S105 - what must not be found anywhere


class ConfigSuite:
    """Base of the suites: subclass one of those, name it ``Test...``, and give it a fixture ``service``.

    ``service`` is whatever stands for the outside system; its value is handed to every method below. A connector that
    needs none lets the fixture return None.
    """

    connector: ClassVar[type[Connector[Any]]]
    """The connector under test."""
    topic: str
    """A topic name of the running test's own."""

    def config(self, service: Any) -> Mapping[str, str]:
        """A working config, without ``name``, ``connector.class`` and a sink's ``topics``."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _name_topic(self, request: pytest.FixtureRequest) -> None:
        stem = re.sub(r"\W+", "_", f"{type(self).__name__}_{request.node.name}").strip("_").lower()[:45]
        self.topic = f"{stem}_{next(_numbers)}"

    def whole(self, service: Any) -> dict[str, str]:
        """``config`` with what every connector has."""
        kind = self.connector
        return {"name": "conformance", "connector.class": f"{kind.__module__}:{kind.__qualname__}"} | dict(
            self.config(service)
        )

    def task_configs(self, service: Any, max_tasks: int) -> list[dict[str, str]]:
        """What the started connector splits its work into."""
        connector = self.connector()
        connector.config = self.connector.config_class().parse(self.whole(service))
        try:
            connector.start(MemorySourceContext())
            return connector.task_configs(max_tasks)
        finally:
            connector.stop()

    def own_keys(self) -> list[Key]:
        """The keys that the connector adds to those all connectors have."""
        return [one.key for one in self.connector.config_class().declared() if not one.framework]

    # -- tests -------------------------------------------------------------------------------------------------------

    def test_the_connector_names_itself(self) -> None:
        """REST shows version and description; the task's type parameter is the config."""
        assert re.match(r"\d+\.\d+", self.connector.version), "version must begin with two numbers"
        assert (self.connector.__doc__ or "").strip(), "the docstring is the connector's description"
        assert issubclass(self.connector.config_class(), Config)

    def test_every_key_is_documented(self) -> None:
        """The docs page and ``validate`` show nothing else."""
        undocumented = [key.name for key in self.own_keys() if not key.spec.doc.strip().endswith((".", ")", "?"))]
        assert not undocumented, f"a sentence about each key, please: {undocumented}"
        names = [key.name for key in self.connector.config_class().specs()]
        assert len(set(names)) == len(names), "a key is declared twice"

    def test_the_config_is_valid(self, service: Any) -> None:
        """The given config has no errors, by key rules and by the connector's own checks."""
        whole = self.whole(service)
        assert self.connector.config_class().errors(whole) == {}
        assert self.connector.validate(whole) == {}

    def test_a_missing_required_key_is_named(self, service: Any) -> None:
        """In the answer to ``validate`` and in the error of a task that is started all the same."""
        whole, config_class = self.whole(service), self.connector.config_class()
        for key in self.own_keys():
            if key.spec.default is not REQUIRED:
                continue
            without = {name: value for name, value in whole.items() if name != key.name}
            assert key.name in config_class.errors(without)
            with pytest.raises(ConfigError, match=re.escape(key.name)):
                config_class.parse(without)

    def test_defaults_survive_being_written_out(self) -> None:
        """What the docs show as a default can be pasted into a config, and is allowed there."""
        for key in self.own_keys():
            default = key.spec.default
            if default is REQUIRED or default is None or key.type == "PASSWORD":
                continue
            parsed = parse_value(key.name, value_text(key.type, default), key.type)
            given = list(default) if isinstance(default, (list, tuple)) else getattr(default, "value", default)
            assert parsed == given, key.name
            for check in key.spec.checks:
                check(key.name, parsed)

    def test_secrets_are_never_shown(self, service: Any) -> None:
        """Not by repr, not by ``validate``, not in messages about other keys."""
        secrets = {key.name: SECRET for key in self.own_keys() if key.type == "PASSWORD"}
        whole, config_class = self.whole(service) | secrets, self.connector.config_class()
        parsed, found = config_class.parse(whole), config_class.inspect(whole)
        assert SECRET not in f"{parsed!r} {parsed} {config_class.errors(whole)}"
        infos = config_infos("conformance", Validated([Entry(item, "plugin") for item in found]))
        assert SECRET not in str(infos)
        shown = {info["value"]["name"]: info["value"]["value"] for info in infos["configs"]}
        assert all(shown[name] == HIDDEN for name in secrets)

    def test_task_configs_are_configs(self, service: Any) -> None:
        """At most as many as allowed, texts only, each good enough to start a task."""
        for most in (1, 3):
            made = self.task_configs(service, most)
            assert 1 <= len(made) <= most
            for each in made:
                assert all(isinstance(value, str) for value in each.values())
                self.connector.config_class().parse(each)
