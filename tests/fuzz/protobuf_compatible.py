"""Whether one Protobuf schema reads what another wrote: latest.compatibility.strict and the registry's own answer."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.encoding.protobuf import definition, misfits
from tests import protos
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

ODD = (
    "google.protobuf.NullValue", "google.protobuf.Struct", "Timestamp", "In0", "In1", "Root", "RootNested", "Shade",
    "RootKind",
)  # fmt: skip


class Changed(protos.Writer):
    """Writes what another writer of the same seed writes, but for some changes; ``how`` is how seldom there is none."""

    def __init__(self, seed: int, random: Random, how: float) -> None:
        self._other = random
        self._how = how
        super().__init__(Random(seed))
        if random.random() < how / 4:
            self.proto2 = not self.proto2

    def text(self) -> str:
        made = super().text()
        if self._other.random() < self._how / 4:
            made = made.replace("package a.b;", "package a;", 1)
        if self._other.random() < self._how:
            made += 'import "google/protobuf/struct.proto";\nmessage Timestamp { int64 seconds = 1; }\n'
        return made

    def _again(self, name: str, number: int) -> str:
        """Another field of the same number."""
        mine, self._random = self._random, self._other
        try:
            return super()._field(self._other.choice((name, "renamed")), number)
        finally:
            self._random = mine

    def _field(self, name: str, number: int) -> str:
        made = super()._field(name, number)
        kind = self._other.random() / self._how
        if kind < 0.15:
            return ""
        if kind < 0.5:
            return self._again(name, number)
        if kind < 0.7:
            for label in ("optional ", "required ", "repeated "):
                made = made.replace(label, self._other.choice(("optional ", "repeated ")), 1)
            return made
        if kind < 0.85 and "<" not in made:
            for label in ("optional ", "required ", "repeated "):
                made = made.removeprefix(label)
            return f"oneof {self._other.choice(('pick', 'one_of', 'fresh'))} {{ {made} }}"
        return f"{made} int32 more_{number} = {number % 1000 + 30};" if kind < 1 else made

    def _message(self, name: str, most: int) -> str:
        made = super()._message(name, most)
        return made.replace(f"message {name} ", "message Other ", 1) if self._other.random() < self._how / 8 else made

    def _type(self) -> str:
        made = super()._type()
        if self._other.random() >= self._how:
            return made
        mine, self._random = self._random, self._other
        try:
            return self._other.choice(ODD) if self._other.random() < 0.2 else super()._type()
        finally:
            self._random = mine


def _compatible(bridge: Bridge) -> Family:
    schema = bridge.jpype.JClass("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema")

    @lru_cache(30)
    def parsed(text: str) -> Any:
        return java(bridge, lambda: _used(schema(bridge.text(text))))

    def compare(case: tuple[str, str]) -> Pair:
        before, after = case
        mine = ours(lambda: misfits(definition(before).message(), definition(after)))
        made = parsed(before), parsed(after)
        if any(isinstance(one, Failed) for one in made) or isinstance(mine, Failed):
            return Pair(None, None)  # what is no schema is another family's
        found = java(bridge, made[1].isBackwardCompatible, made[0])
        return Pair(not mine, found if isinstance(found, Failed) else bool(found.isEmpty()))

    def vary(seed: int, random: Random) -> tuple[str, str]:
        how = random.choice((0.03, 0.1, 0.4))
        pair = protos.Writer(Random(seed)).text(), Changed(seed, random, how).text()
        return pair if random.random() < 0.5 else pair[::-1]

    return Family("protobuf compatible", st.integers(0, 2**60), compare, vary=vary)


def _used(schema: Any) -> Any:
    schema.toDescriptor()  # or what is none is not found
    return schema


FAMILIES: dict[str, Maker] = {"protobuf compatible": _compatible}
