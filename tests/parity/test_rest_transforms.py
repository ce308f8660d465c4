"""Transforms and predicates in REST: their keys, what validate says of them, what POST refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.names import Kind
from tests.parity.test_rest import Answer, Pair, pair

__all__ = ["pair"]  # the fixture

PACKAGE = "org.apache.kafka.connect.transforms"
APACHE = sorted(
    name
    for name, plugin in BUILTIN.items()
    if name.startswith(PACKAGE) and {Kind.TRANSFORMATION, Kind.PREDICATE} & set(plugin.kinds)
)
AHEAD = {f"{PACKAGE}.ValueToKey": ("field.syntax.version",)}
"""Keys of a later release."""
BEYOND = ("io.confluent.", "io.debezium.")
"""Transforms the Apache release does not have."""
CHAINS: dict[str, dict[str, str]] = {
    "nothing but the type": {"transforms": "a", "transforms.a.type": f"{PACKAGE}.Cast$Value"},
    "a value that is wrong": {
        "transforms": "a",
        "transforms.a.type": f"{PACKAGE}.Cast$Value",
        "transforms.a.spec": "x:nothing",
    },
    "two with a predicate": {
        "transforms": "a,b",
        "transforms.a.type": f"{PACKAGE}.HoistField$Key",
        "transforms.a.field": "f",
        "transforms.a.predicate": "p",
        "transforms.a.negate": "true",
        "transforms.b.type": f"{PACKAGE}.TimestampRouter",
        "predicates": "p",
        "predicates.p.type": f"{PACKAGE}.predicates.TopicNameMatches",
        "predicates.p.pattern": "x.*",
    },
    "a predicate nobody declared": {
        "transforms": "a",
        "transforms.a.type": f"{PACKAGE}.Filter",
        "transforms.a.predicate": "p",
    },
    "a pattern that is none": {
        "transforms": "a",
        "transforms.a.type": f"{PACKAGE}.RegexRouter",
        "transforms.a.regex": "([a-z",
        "transforms.a.replacement": "$1",
    },
    "a pattern of a predicate that is none": {
        "predicates": "p",
        "predicates.p.type": f"{PACKAGE}.predicates.TopicNameMatches",
        "predicates.p.pattern": "*",
    },
    "enumerations and numbers": {
        "transforms": "a,b,c",
        "transforms.a.type": f"{PACKAGE}.TimestampConverter$Value",
        "transforms.a.target.type": "date",
        "transforms.a.unix.precision": "hours",
        "transforms.b.type": f"{PACKAGE}.SetSchemaMetadata$Value",
        "transforms.b.schema.version": "one",
        "transforms.c.type": f"{PACKAGE}.HeaderFrom$Value",
        "transforms.c.fields": "",
        "transforms.c.operation": "MOVE",
    },
    "no class of that name": {"transforms": "a", "transforms.a.type": "no.such.Transform"},
    "the outer class": {"transforms": "a", "transforms.a.type": f"{PACKAGE}.Cast"},
    "empty lists": {
        "transforms": "a,b,c",
        "transforms.a.type": f"{PACKAGE}.MaskField$Value",
        "transforms.a.fields": "",
        "transforms.a.replacement": "",
        "transforms.b.type": f"{PACKAGE}.ReplaceField$Value",
        "transforms.b.exclude": "a,a",
        "transforms.b.renames": "a",
        "transforms.c.type": f"{PACKAGE}.DropHeaders",
        "transforms.c.headers": "",
    },
}


@pytest.mark.parametrize("name", APACHE)
def test_keys(pair: Pair, name: str) -> None:
    theirs, ours = (side("GET", f"/connector-plugins/{name}/config").json() for side in (pair.theirs, pair.ours))
    ahead = AHEAD.get(name, ())
    assert [bare(key) for key in ours if key["name"] not in ahead] == [bare(key) for key in theirs]


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_validate(pair: Pair, chain: dict[str, str]) -> None:
    theirs, ours = (about_chain(side, pair.config() | {"name": "{N}"} | chain) for side in (pair.theirs, pair.ours))
    assert list(ours) == list(theirs)
    for name, entry in ours.items():
        assert entry == theirs[name]


def about_chain(side: Callable[..., Answer], config: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What validate says of transforms and predicates: name -> (definition, value) as text, field order included."""
    answer = side("PUT", "/connector-plugins/FileStreamSource/config/validate", config).json()
    found = {entry["definition"]["name"]: entry for entry in answer["configs"]}
    for entry in found.values():
        known = entry["value"]["recommended_values"]
        entry["value"]["recommended_values"] = [name for name in known if not name.startswith(BEYOND)]
    return {
        name: (bare(entry["definition"]), json.dumps(entry["value"]))
        for name, entry in found.items()
        if name.startswith(("transforms", "predicates"))
    }


def bare(definition: dict[str, Any]) -> str:
    """A key's definition as text, without the sentences about it: those are our own."""
    assert definition["documentation"]
    return json.dumps(definition | {"documentation": ""})


@pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
def test_refused_or_created(pair: Pair, chain: dict[str, Any]) -> None:
    pair.same("POST", "/connectors", {"name": "{N}", "config": pair.config() | chain})


def test_all_of_them_are_listed(pair: Pair) -> None:
    target = "/connector-plugins?connectorsOnly=false"
    kinds = ("transformation", "predicate")
    theirs, ours = (
        [plugin for plugin in side("GET", target).json() if plugin["type"] in kinds]
        for side in (pair.theirs, pair.ours)
    )
    assert theirs == [plugin for plugin in ours if plugin["class"].startswith(PACKAGE)]
