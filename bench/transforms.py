"""Built-in transforms beside Java's own, which loop inside a JVM in the same run: ``python -m bench transforms``.

A chain of five on ten fields, with a schema and without; then each of the five alone where it leaves 10 and 100 fields
alone. Ours go through the chain of the runner, so they pay for the copy of the record that a slice pays for.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from bench.converters import SCHEMA, row
from bench.figures import best
from bench.jvm_loop import JvmLoop
from connect_core.api import Record, SinkRecord, Transform
from connect_core.config import Config
from connect_core.data import Schema, struct
from connect_core.data.schema import OPTIONAL_STRING
from connect_core.plugins import loader
from connect_core.runtime.chain import Chain, ChainStage
from tests.fuzz._transforms import Records, java_map

PACKAGE = "org.apache.kafka.connect.transforms"
ROUND = 200
LOOPS = 5
PLAIN = ("id", "name", "rating", "active", "notes", "parent")
"""The fields that maps without schema have as JSON gives them."""
CHAIN: Mapping[str, Mapping[str, str]] = {
    "ReplaceField$Value": {"exclude": "notes", "renames": "name:title"},
    "InsertField$Value": {"topic.field": "topic", "static.field": "origin", "static.value": "shop"},
    "Cast$Value": {"spec": "rating:float32,active:boolean"},
    "MaskField$Value": {"fields": "parent"},
    "ValueToKey": {"fields": "id"},
}


class Nothing(Transform[Config]):
    """Changes nothing in place: what the chain itself costs."""

    in_place = True

    def apply[R: Record](self, record: R) -> R | None:
        return record


def wide(count: int) -> tuple[Schema, list[dict[str, Any]]]:
    """The schema and rows of so many fields, ten of them those of ``bench.converters``."""
    more = [f"more_{number}" for number in range(count - len(SCHEMA.fields))]
    schema = struct([(f.name, f.schema) for f in SCHEMA.fields] + [(n, OPTIONAL_STRING) for n in more], name="widgets")
    rows = [row(number) | {"parent": number} | dict.fromkeys(more, "some text") for number in range(ROUND)]
    return schema, rows


def records(count: int, *, with_schema: bool) -> list[SinkRecord]:
    """Records of so many fields; without schema dates and decimals are numbers, as in JSON."""
    schema, rows = wide(count)
    if with_schema:
        return [SinkRecord("t", 0, n, value=value, value_schema=schema) for n, value in enumerate(rows)]
    plain = [{k: v if k in PLAIN or k.startswith("more") else 1715000000000 for k, v in r.items()} for r in rows]
    return [SinkRecord("t", 0, n, value=value) for n, value in enumerate(plain)]


def made(name: str) -> Transform[Any]:
    """A configured transform of the chain."""
    kind = loader.load_transform(f"{PACKAGE}.{name}")
    transform = kind()
    transform.config = loader.config_class(kind).parse(CHAIN[name])
    transform.configure()
    return transform


def loop(transforms: list[Transform[Any]], inputs: list[SinkRecord]) -> Callable[[], None]:
    """So many records through a chain."""
    apply = Chain([ChainStage(each) for each in transforms]).apply

    def run() -> None:
        for _ in range(LOOPS):
            for record in inputs:
                apply(record)

    return run


class Java:
    """The same transforms in the JVM."""

    def __init__(self) -> None:
        self.loop = JvmLoop()
        self.records = Records(self.loop)

    def nanoseconds(self, names: list[str], inputs: list[SinkRecord]) -> float:
        """CPU time per record of these transforms one after another."""
        composed: Any = None
        for name in names:
            transform = self.loop.new(f"{PACKAGE}.{name}")
            transform.configure(java_map(self.loop, CHAIN[name]))
            takes = "org.apache.kafka.connect.connector.ConnectRecord"
            function = self.loop.function(transform, "apply", takes=takes)
            composed = function if composed is None else composed.andThen(function)
        consumer = self.loop.consumer(composed, "apply", takes="java.lang.Object", of="java.util.function.Function")
        return self.loop.nanoseconds(consumer, self.loop.list(self.records.java(record) for record in inputs), rounds=5)


def chain_of_five(java: Java) -> None:
    """Records per CPU-second."""
    for shape, with_schema in (("struct", True), ("map", False)):
        inputs = records(10, with_schema=with_schema)
        ours = best({"chain": loop([made(name) for name in CHAIN], inputs)}, rounds=60)["chain"] / (LOOPS * ROUND)
        theirs = java.nanoseconds(list(CHAIN), inputs) / 1e9
        print(f"{f'chain of five, {shape} of 10 fields':36} {1 / ours:12,.0f} per CPU-second   "
              f"Java {1 / theirs:12,.0f}   ratio {theirs / ours:5.2f}", flush=True)  # fmt: skip


def one_by_one(java: Java) -> None:
    """Nanoseconds of each transform, without what the chain and its copy cost."""
    sizes = (10, 100)
    for shape, with_schema in (("struct", True), ("map", False)):
        inputs = {size: records(size, with_schema=with_schema) for size in sizes}
        named: dict[str, Callable[[], object]] = {f" {size}": loop([Nothing()], inputs[size]) for size in sizes}
        for name in CHAIN:
            named |= {f"{name} {size}": loop([made(name)], inputs[size]) for size in sizes}
        found = {what: 1e9 * spent / (LOOPS * ROUND) for what, spent in best(named, rounds=40).items()}
        print(f"chain and copy of a {shape}: {found[' 10']:.0f} ns at 10 fields, {found[' 100']:.0f} ns at 100")
        for name in CHAIN:
            own = [found[f"{name} {size}"] - found[f" {size}"] for size in sizes]
            theirs = [java.nanoseconds([name], inputs[size]) for size in sizes]
            print(f"{f'{name}, {shape}':36} {own[0]:6.0f} ns at 10 fields {own[1]:6.0f} at 100   "
                  f"Java {theirs[0]:6.0f} at 10 {theirs[1]:6.0f} at 100", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chain-only", action="store_true", help="not each transform alone")
    arguments = parser.parse_args()
    java = Java()
    chain_of_five(java)
    if not arguments.chain_only:
        one_by_one(java)


if __name__ == "__main__":
    main()
