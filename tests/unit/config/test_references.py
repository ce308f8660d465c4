"""References in config values."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from connect_core.config.references import has_reference, looked_up, resolve, restore

VALUES = {("file", "/a"): {"user": "root", "b:c": "colon"}, ("env", ""): {"HOME": "/root"}}


def lookup(name: str, path: str, keys: Collection[str]) -> Mapping[str, str] | None:
    found = VALUES.get((name, path))
    return None if found is None else {key: found[key] for key in keys if key in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${file:/a:user}", "root"),
        ("u=${file:/a:user};h=${env:HOME}", "u=root;h=/root"),
        ("${file:/a:b:c}", "colon"),
        ("${file:/a:none}", "${file:/a:none}"),
        ("${nobody:/a:user}", "${nobody:/a:user}"),
        ("${file}", "${file}"),
        ("$${env:HOME}", "$/root"),
        ("${env:${env:HOME}}", "${env:${env:HOME}}"),
        ("", ""),
    ],
)
def test_resolve(text: str, expected: str) -> None:
    assert resolve({"k": text}, lookup) == {"k": expected}


def test_one_look_up_per_place() -> None:
    asked: list[tuple[str, str, list[str]]] = []

    def counting(name: str, path: str, keys: Collection[str]) -> Mapping[str, str]:
        asked.append((name, path, sorted(keys)))
        return {}

    resolve({"a": "${file:/a:x}${file:/a:y}", "b": "${file:/a:x}", "c": "${env:Z}", "d": None}, counting)
    assert asked == [("file", "/a", ["x", "y"]), ("env", "", ["Z"])]


def test_errors_of_a_provider_pass_through() -> None:
    def broken(name: str, path: str, keys: Collection[str]) -> Mapping[str, str]:
        raise OSError("gone")

    assert resolve({"a": "no reference"}, broken) == {"a": "no reference"}
    with pytest.raises(OSError, match="gone"):
        resolve({"a": "${file:/a:x}"}, broken)


def test_has_reference() -> None:
    assert has_reference("x${a:b}")
    assert not has_reference("${a}")
    assert not has_reference(None)


def test_task_configs_get_their_references_back() -> None:
    raw = {"password": "${file:/a:pw}", "url": "jdbc:x", "short": "${file:/a:n}"}
    resolved = {"password": "s3cret-value", "url": "jdbc:x", "short": "1"}
    task = {"password": "changed by the connector", "url": "jdbc:x", "copy": "s3cret-value", "n": "1", "tables": "a,b"}
    assert restore(raw, task, resolved) == {
        "password": "${file:/a:pw}",
        "url": "jdbc:x",
        "copy": "${file:/a:pw}",
        "n": "1",
        "tables": "a,b",
    }
    assert restore(raw, task)["copy"] == "s3cret-value"


@pytest.mark.parametrize(
    ("raw", "resolved", "expected"),
    [
        ("plain", "plain", set()),
        ("${env:P}", "hunter2-x", {"hunter2-x"}),
        ("a:${env:U}@${env:P}/b", "a:someone@hunter2-x/b", {"a:someone@hunter2-x/b", "someone", "hunter2-x"}),
        ("p${env:P}", "pab", {"pab"}),  # too short to be told from other text
        ("${env:A}.${env:B}", "a.b.c\n", {"a.b.c\n"}),
    ],
)
def test_looked_up_texts(raw: str, resolved: str, expected: set[str]) -> None:
    assert looked_up(raw, resolved) == expected
