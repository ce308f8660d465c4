"""Class paths are resolved once and remembered; the cache can be shared by processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from connect_core.local import jre
from connect_core.local.cache import cache_directory, cache_lock
from connect_core.local.process import ServerError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONNECTLESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def resolved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The resolver's calls; it answers with one new jar each time."""
    calls: list[tuple[str, ...]] = []

    def resolve(coordinates: tuple[str, ...]) -> list[Path]:
        calls.append(coordinates)
        jar = tmp_path / f"{len(calls)}.jar"
        jar.touch()
        return [jar]

    monkeypatch.setattr(jre, "_resolve", resolve)
    return calls


def test_java_is_the_packaged_one() -> None:
    done = subprocess.run([str(jre.java()), "-version"], capture_output=True, text=True, check=True)
    assert 'openjdk version "25' in done.stderr
    assert jre.libjvm().is_relative_to(jre.java_home())


def test_a_class_path_is_resolved_once(resolved: list[tuple[str, ...]], tmp_path: Path) -> None:
    first = jre.classpath("g:a:1", "g:b:1")
    assert jre.classpath("g:a:1", "g:b:1") == first == [tmp_path / "1.jar"]
    assert resolved == [("g:a:1", "g:b:1")]


def test_other_coordinates_have_their_own_class_path(resolved: list[tuple[str, ...]]) -> None:
    assert jre.classpath("g:a:1") != jre.classpath("g:a:2")
    assert len(resolved) == 2


def test_a_deleted_jar_is_fetched_again(resolved: list[tuple[str, ...]], tmp_path: Path) -> None:
    jre.classpath("g:a:1")
    (tmp_path / "1.jar").unlink()
    assert jre.classpath("g:a:1") == [tmp_path / "2.jar"]


def test_half_a_file_is_no_class_path(resolved: list[tuple[str, ...]], cache: Path) -> None:
    jre.classpath("g:a:1")
    (remembered,) = (cache / "classpath").iterdir()
    remembered.write_text('["/tmp')
    jre.classpath("g:a:1")
    assert len(resolved) == 2
    assert json.loads(remembered.read_text())


def test_what_maven_does_not_have_is_a_clear_error() -> None:
    with pytest.raises(ServerError, match="cannot fetch not-a-coordinate by Maven"):
        jre.classpath("not-a-coordinate")


def test_no_coordinates_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        jre.classpath()


def test_the_cache_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CONNECTLESS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_directory() == tmp_path / "xdg" / "connectless"


def test_the_lock_holds_against_another_process(tmp_path: Path) -> None:
    script = "from connect_core.local.cache import cache_lock\nwith cache_lock('x'): print('mine', flush=True)"
    with cache_lock("x"):
        other = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(1)
    assert other.communicate(timeout=30)[0] == "mine\n"
