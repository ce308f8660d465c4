"""Names, aliases and lazily imported classes."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from connect_core import plugins
from connect_core.api import Config, ConfigError, SinkConnector, Transform, key
from connect_core.connectors.file.source import FileStreamSourceConnector
from connect_core.plugins import Kind, Plugin, loader
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.names import aliases, pruned_name, simple_name

FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"


class SuffixConfig(Config):
    """Keys of the transform below."""

    suffix: str = key("Suffix.", default="!")


class AcmeSink(SinkConnector[Any]):
    """A connector of another package."""

    version = "0.1"


class AcmeTransform(Transform[SuffixConfig]):
    """A transform of another package."""

    version = "0.2"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two entry points, as if a package with them were installed, and one whose package is broken."""

    def points(group: str) -> list[EntryPoint]:
        assert group == "connectless.plugins"
        return [
            EntryPoint("com.acme.AcmeSinkConnector", f"{__name__}:AcmeSink", group),
            EntryPoint("com.acme.Shout$Value", f"{__name__}:AcmeTransform", group),
            EntryPoint("com.acme.BrokenConnector", "no_such_module:X", group),
        ]

    monkeypatch.setattr(loader, "entry_points", points)
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or importlib.import_module(__name__))
    _forget()
    yield
    _forget()


def _forget() -> None:
    loader._installed.cache_clear()
    loader._alias_table.cache_clear()


@pytest.mark.parametrize(
    "name",
    [
        FILE_SOURCE,
        "FileStreamSourceConnector",
        "FileStreamSource",
        "FileStream-Source",
        "connect_core.connectors.file.source:FileStreamSourceConnector",
    ],
)
def test_spellings_of_a_connector(name: str) -> None:
    assert plugins.load_connector(name) is FileStreamSourceConnector


def test_built_in_targets_exist_and_have_the_listed_version() -> None:
    for plugin in BUILTIN.values():
        module = Path(*plugin.target.partition(":")[0].split("."))
        if not module.with_suffix(".py").is_file() and not (module / "__init__.py").is_file():
            continue
        cls = loader.load_plugin(plugin.name, plugin.kinds)
        assert plugins.java_name(cls) == plugin.name
        if set(plugin.kinds) <= set(plugins.CONNECTORS):
            assert cls.version == plugin.version, plugin.name


@pytest.mark.parametrize("name", ["JsonConverter", "Json", "org.apache.kafka.connect.json.JsonConverter"])
def test_converters(name: str) -> None:
    assert plugins.load_converter(name) is plugins.load_header_converter(name)
    assert plugins.java_name(plugins.load_converter(name)) == "org.apache.kafka.connect.json.JsonConverter"


def test_an_unknown_connector() -> None:
    with pytest.raises(ConfigError) as caught:
        plugins.load_connector("Nope")
    text = str(caught.value)
    assert text.startswith(
        "Failed to find any class that implements Connector and which name matches Nope, available connectors are: "
    )
    assert (
        f"PluginDesc{{klass=class {FILE_SOURCE}, name='{FILE_SOURCE}', version='4.3.0', encodedVersion=4.3.0, "
        "type=source, typeName='source', location='classpath'}"
    ) in text


def test_a_plugin_of_another_kind_is_unknown() -> None:
    with pytest.raises(
        ConfigError, match="implements Converter and which name matches FileStreamSource, available conv"
    ):
        plugins.load_converter("FileStreamSource")
    with pytest.raises(ConfigError, match="implements Connector and which name matches StringConverter"):
        plugins.load_connector("StringConverter")


def test_python_names_that_do_not_work() -> None:
    with pytest.raises(ConfigError, match=r"cannot be loaded from no_such\.module:X: No module named"):
        plugins.load_connector("no_such.module:X")
    with pytest.raises(ConfigError, match="has no attribute 'Nope'"):
        plugins.load_connector("connect_core.connectors.file.source:Nope")
    with pytest.raises(ConfigError, match="is not a SourceConnector or SinkConnector"):
        plugins.load_connector("connect_core.connectors.file.source:FileStreamSourceTask")


def test_aliases() -> None:
    assert simple_name("a.b.Cast$Value") == "Value"
    assert pruned_name("a.FooConnectorV2", Kind.SINK) == "Foo"
    assert pruned_name("a.Connector", Kind.SINK) == "Connector"
    twins = [Plugin(f"{p}.TwinConnector", "m:C", (Kind.SINK,), "1") for p in "ab"]
    assert aliases(twins) == {}
    assert aliases(twins[:1]) == {"TwinConnector": "a.TwinConnector", "Twin": "a.TwinConnector"}


def test_installed_packages(installed: None) -> None:
    assert plugins.load_connector("com.acme.AcmeSinkConnector") is AcmeSink
    assert plugins.load_connector("AcmeSink") is AcmeSink
    assert plugins.load_transform("com.acme.Shout$Value") is AcmeTransform
    assert plugins.java_name(AcmeTransform) == "com.acme.Shout$Value"
    assert {p.name: (p.kinds, p.version) for p in plugins.list_plugins() if p.name.startswith("com.acme")} == {
        "com.acme.AcmeSinkConnector": ((Kind.SINK,), "0.1"),
        "com.acme.Shout$Value": ((Kind.TRANSFORMATION,), "0.2"),
    }


def test_two_connectors_with_one_simple_name(monkeypatch: pytest.MonkeyPatch) -> None:
    twins = {f"{p}.TwinConnector": Plugin(f"{p}.TwinConnector", "m:C", (Kind.SINK,), "1") for p in "ab"}
    monkeypatch.setattr(loader, "_installed", lambda: twins)
    loader._alias_table.cache_clear()
    with pytest.raises(ConfigError, match=r"^More than one connector matches alias Twin\. Please use full package"):
        plugins.load_connector("Twin")
    loader._alias_table.cache_clear()


def test_a_frozen_table_replaces_the_scan(installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "plugins.json"
    plugins.freeze(table)
    assert list(json.loads(table.read_text())) == ["com.acme.AcmeSinkConnector", "com.acme.Shout$Value"]
    monkeypatch.setattr(loader, "FROZEN", table)
    monkeypatch.setattr(loader, "entry_points", lambda group: pytest.fail("scanned"))
    _forget()
    assert plugins.load_connector("AcmeSink") is AcmeSink


def test_config_and_task_classes() -> None:
    assert plugins.config_class(AcmeTransform) is SuffixConfig
    assert plugins.config_class(plugins.load_converter("Json")).__name__ == "JsonConverterConfig"
    assert plugins.task_java_name(FileStreamSourceConnector) == "org.apache.kafka.connect.file.FileStreamSourceTask"


def test_naming_one_connector_imports_no_other() -> None:
    code = (
        "import sys; from connect_core.plugins import load_connector; load_connector('FileStreamSource');"
        "print([m for m in sys.modules if m.startswith(('connect_core.connectors.jdbc', 'connect_core.converters',"
        " 'connect_core.connectors.file.sink', 'sqlalchemy', 'boto3', 'confluent_kafka'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
