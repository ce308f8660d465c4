"""Config providers on real files and variables."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from connect_core.api import ConfigError
from connect_core.config import references
from connect_core.plugins import load_provider
from connect_core.providers.env import EnvVarConfigProvider
from connect_core.providers.files import DirectoryConfigProvider, FileConfigProvider


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    (tmp_path / "a.properties").write_text("# comment\nx=1\ny = two words \\\n  more\nz=\\u00fc\n")
    (tmp_path / "token").write_text(" v \n")
    (tmp_path / "sub").mkdir()
    return tmp_path


def test_file(secrets: Path) -> None:
    provider = FileConfigProvider()
    provider.configure({})
    assert provider.get(f"{secrets}/a.properties", ["x", "y", "z", "q"]) == {"x": "1", "y": "two words more", "z": "ü"}
    assert provider.get("", ["x"]) == {}
    for bad in (f"{secrets}/none", str(secrets)):
        with pytest.raises(ConfigError) as caught:
            provider.get(bad, ["x"])
        assert str(caught.value) == f"Could not read properties from file {bad}"


def test_allowed_paths(secrets: Path) -> None:
    provider = FileConfigProvider()
    provider.configure({"allowed.paths": f"{secrets}/sub,{secrets}/a.properties,"})
    assert provider.get(f"{secrets}/sub/../a.properties", ["x"]) == {"x": "1"}
    assert provider.get(f"{secrets}/token", ["x"]) == {}
    with pytest.raises(ConfigError, match=r"^Path rel is not absolute$"):
        provider.configure({"allowed.paths": "rel"})
    with pytest.raises(ConfigError, match="/no/such does not exist"):
        provider.configure({"allowed.paths": "/no/such"})


def test_directory(secrets: Path) -> None:
    provider = DirectoryConfigProvider()
    provider.configure({"allowed.paths": str(secrets)})
    assert provider.get(str(secrets), ["token", "sub", "none", "../token", ".."]) == {"token": " v \n"}
    assert provider.get(f"{secrets}/none", ["token"]) == {}
    assert provider.get(f"{secrets}/..", ["token"]) == {}


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_PASSWORD", "s3cret")
    monkeypatch.setenv("OTHER", "x")
    provider = EnvVarConfigProvider()
    provider.configure({"allowlist.pattern": "DB_.*"})
    assert provider.get("", ["DB_PASSWORD", "OTHER", "DB_UNSET"]) == {"DB_PASSWORD": "s3cret"}
    with pytest.raises(ConfigError) as caught:
        provider.get("x", ["DB_PASSWORD"])
    assert str(caught.value) == "Path is not supported for EnvVarConfigProvider, invalid value 'x'"
    with pytest.raises(ConfigError, match=r"Invalid value \[ for configuration allowlist.pattern: Invalid regex"):
        provider.configure({"allowlist.pattern": "["})
    everything = EnvVarConfigProvider()
    everything.configure({})
    assert everything.get("", ["OTHER"]) == {"OTHER": os.environ["OTHER"]}


def test_a_config_is_resolved_through_named_providers(secrets: Path) -> None:
    provider = load_provider("org.apache.kafka.common.config.provider.FileConfigProvider")()
    provider.configure({})
    raw = {"user": "root", "password": f"${{file:{secrets}/a.properties:x}}"}
    resolved = references.resolve(raw, lambda name, path, keys: provider.get(path, keys) if name == "file" else None)
    assert resolved == {"user": "root", "password": "1"}
