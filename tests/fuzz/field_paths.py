"""The field syntax of transforms, both versions: names on the path, and what is wrong with a path."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.transforms.fields import steps_of
from tests.fuzz.family import Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms.field"
PIECES = (".", ".", "`", "`", "\\`", "\\", "a", "b c", "😀", "``", "`.", ".`", "`a.b`", "\n")


def _paths(bridge: Bridge) -> Family:
    names = bridge.jpype.JClass(f"{PACKAGE}.SingleFieldPath")
    versions = bridge.jpype.JClass(f"{PACKAGE}.FieldSyntaxVersion")
    steps = names.class_.getDeclaredMethod("path")
    steps.setAccessible(True)

    def theirs(text: str, version: str) -> Any:
        made = names(bridge.text(text), versions.valueOf(version))
        return tuple(bridge.from_text(step) for step in steps.invoke(made))

    def compare(case: tuple[str, str]) -> Pair:
        return Pair(ours(steps_of, *case), java(bridge, theirs, *case))

    def vary(version: str, random: Random) -> tuple[str, str]:
        return "".join(random.choices(PIECES, k=random.randint(0, 8))), version

    return Family("field paths", st.sampled_from(["V2", "V2", "V2", "V1"]), compare, vary=vary)


FAMILIES: dict[str, Maker] = {"field paths": _paths}
