"""Chains of two to six transforms, some with predicates, through ``runtime.chain`` and one after another in Java.

Also proves that what changes in place stays within the chain: the record that came in is compared before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from connect_core.api import Record
from connect_core.data import Schema, Type
from connect_core.errors import DataError
from connect_core.plugins import loader
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.names import Kind
from connect_core.runtime.chain import Chain, ChainError, ChainStage
from tests.fuzz import _chain_known, structural
from tests.fuzz._carried import without_surrogates
from tests.fuzz._shapes import listed, names_for, record, side_schemas
from tests.fuzz._transforms import Records, java_map, told
from tests.fuzz.family import Failed, Family, Maker, Pair, java, ours
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms"
NUMBERS = ("int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string")
_TRIES = 3


class Part(NamedTuple):
    """One class with its config."""

    name: str
    config: Mapping[str, str]


class Stage(NamedTuple):
    """One stage of a generated chain."""

    transform: Part
    predicate: Part | None
    negate: bool


def _field(random: Random, found: Schema | None) -> str:
    return random.choice(names_for(found, random))


def _hoist(random: Random, _: Schema | None) -> dict[str, str]:
    return {"field": random.choice(("a", "wrapped", "😀"))}


def _cast(random: Random, found: Schema | None) -> dict[str, str]:
    if found is not None and found.type is not Type.STRUCT:
        return {"spec": random.choice(NUMBERS)}
    return {"spec": listed([f"{name}:{random.choice(NUMBERS)}" for name in set(names_for(found, random))], random)}


def _mask(random: Random, found: Schema | None) -> dict[str, str]:
    return {"fields": _field(random, found)} | random.choice(({}, {}, {"replacement": "7"}))


def _time(random: Random, found: Schema | None) -> dict[str, str]:
    target = random.choice(("unix", "Date", "Time", "Timestamp", "string"))
    return {"field": _field(random, found), "target.type": target, "format": "yyyy-MM-dd'T'HH:mm:ss.SSS"}


def _regex(random: Random, _: Schema | None) -> dict[str, str]:
    return {
        "regex": random.choice((".*", "t", "(.)(.*)", "a\\.(.*)")),
        "replacement": random.choice(("x", "$0-y", "t")),
    }


def _topic_time(random: Random, _: Schema | None) -> dict[str, str]:
    return random.choice(({}, {"topic.format": "${timestamp}", "timestamp.format": "yyyy"}))


SIDED: dict[str, structural.Configure] = {
    **structural.SIDED,
    "Cast": _cast,
    "HoistField": _hoist,
    "MaskField": _mask,
    "TimestampConverter": _time,
}
WHOLE: dict[str, structural.Configure] = {
    **structural.WHOLE,
    "RegexRouter": _regex,
    "TimestampRouter": _topic_time,
}
PREDICATES: dict[str, Callable[[Random], dict[str, str]]] = {
    "TopicNameMatches": lambda random: {"pattern": random.choice((".*", "t", "a.*"))},
    "HasHeaderKey": lambda random: {"name": random.choice(("h", "H", "version"))},
    "RecordIsTombstone": lambda _: {},
}


def _part(random: Random, side: str, current: Record) -> Part:
    """A transform that fits the record as it is now, mostly."""
    name = random.choice((*SIDED, *SIDED, *WHOLE))
    if name == "Filter" and random.random() < 0.8:
        name = "InsertHeader"
    if name in WHOLE:
        return Part(f"{PACKAGE}.{name}", WHOLE[name](random, current.value_schema))
    chosen = side if random.random() < 0.8 else random.choice(("Key", "Value"))
    found = current.key_schema if chosen == "Key" else current.value_schema
    return Part(f"{PACKAGE}.{name}${chosen}", SIDED[name](random, found))


class _Drawn:
    """Makes chains for a drawn schema; each is used for some records in a row, as in life, because making one costs."""

    def __init__(self) -> None:
        self._drawn: Schema | None = None
        self._side = ""
        self._stages: list[Stage] = []

    def vary(self, drawn: Schema | None, random: Random) -> tuple[list[Stage], Record]:
        """A chain and the record for it."""
        if self._stages and self._drawn is drawn and random.random() < 0.6:
            return self._stages, _carried(record(random, self._side, drawn))
        self._drawn, self._side = drawn, random.choice(("Key", "Value", "Value"))
        sent = _carried(record(random, self._side, drawn))
        self._stages = _stages(self._side, sent, random)
        return self._stages, sent


def _carried(sent: Record) -> Record:
    """The record with texts that JPype can carry in messages of exceptions: without lone surrogates."""
    sent.key, sent.value = without_surrogates(sent.key), without_surrogates(sent.value)
    return sent


def _stages(side: str, sent: Record, random: Random) -> list[Stage]:
    """A chain, made stage by stage so that most stages find fields to work on."""
    stages: list[Stage] = []
    current: Record = sent
    for _ in range(random.randint(2, 6)):
        part = _part(random, side, current)
        after: Any = _after(part, current)
        for _ in range(_TRIES if random.random() < 0.8 else 0):
            if not isinstance(after, Failed):
                break
            part = _part(random, side, current)
            after = _after(part, current)
        predicate = None
        if PREDICATES and random.random() < 0.3:
            name = random.choice(list(PREDICATES))
            predicate = Part(f"{PACKAGE}.predicates.{name}", PREDICATES[name](random))
        stages.append(Stage(part, predicate, random.random() < 0.3))
        if isinstance(after, Record):
            current = after
    return stages


def _after(part: Part, current: Record) -> Any:
    return ours(lambda: _make(part, Kind.TRANSFORMATION).apply(current.own()))


_made: dict[int, tuple[Part, Any]] = {}
"""The last parts that were made: a chain is made of those that tried it out, which remember schemas by then."""


def _make(part: Part, kind: Kind) -> Any:
    if id(part) in _made:
        return _made[id(part)][1]
    if len(_made) > 100:
        _made.clear()
    _made[id(part)] = part, (made := _new(part, kind))
    return made


def _new(part: Part, kind: Kind) -> Any:
    found = loader.load_plugin(part.name, (kind,))
    made = found()
    made.config = loader.config_class(found).parse(part.config)
    made.configure()
    return made


def _ours(stages: list[Stage], sent: Record) -> Any:
    chain = Chain([
        ChainStage(
            _make(stage.transform, Kind.TRANSFORMATION),
            _make(stage.predicate, Kind.PREDICATE) if stage.predicate is not None else None,
            negate=stage.negate,
        )
        for stage in stages
    ])  # fmt: skip
    try:
        return chain.apply(sent)
    except ChainError as error:
        raise (error.__cause__ or error) from None


def _java(bridge: Bridge, stages: list[Stage], sent: Any, made: dict[int, Any]) -> Any:
    """``made`` remembers the parts of the last chain."""
    if id(stages) not in made:
        parts = []
        for stage in stages:
            transform = _java_part(bridge, stage.transform)
            parts.append((transform, stage.predicate and _java_part(bridge, stage.predicate), stage.negate))
        made.clear()
        made[id(stages)] = parts, stages
    for transform, predicate, negate in made[id(stages)][0]:
        if predicate is not None and bool(predicate.test(sent)) is negate:
            continue
        sent = transform.apply(sent)
        if sent is None:
            return None
    return sent


def _java_part(bridge: Bridge, part: Part) -> Any:
    made = bridge.new(part.name)
    made.configure(java_map(bridge, part.config))
    return made


def _chain(bridge: Bridge) -> Family:
    records = Records(bridge)
    parts: dict[int, Any] = {}

    def compare(case: tuple[list[Stage], Record]) -> Pair:
        stages, sent = case
        theirs = java(bridge, _java, bridge, stages, records.java(sent), parts)
        before = records.comparable(sent)
        mine = records.comparable(ours(_ours, stages, sent))
        assert records.comparable(sent) == before, "a stage changed the source's record"
        try:
            return told(mine, records.from_java(theirs))
        except DataError as error:  # Java's dates reach further than Python's
            return Pair(mine, f"Java has it: {error}")

    def failing(stages: list[Stage], sent: Record) -> int:
        """The stage at which Java fails; their number, if it does not."""
        found = (n for n in range(1, len(stages) + 1) if isinstance(theirs_after(stages[:n], sent), Failed))
        return next(found, len(stages) + 1) - 1

    def theirs_after(stages: list[Stage], sent: Record) -> Any:
        return java(bridge, _java, bridge, stages, records.java(sent), {})

    def known(case: tuple[list[Stage], Record], pair: Pair) -> str | None:
        for part in (stage.transform for stage in case[0]):  # a wrong config fails before any record
            wrong = ours(_make, part, Kind.TRANSFORMATION), java(bridge, _java_part, bridge, part)
            if isinstance(wrong[0], Failed) or isinstance(wrong[1], Failed):
                return structural.named(part.name, part.config, *wrong) if all_failed(wrong) else None
        unheld = structural.unheld(bridge, [stage.transform for stage in case[0]], pair)
        return unheld or _chain_known.known(Steps(*case, failing(*case), in_javas_order), pair)

    def in_javas_order(stages: list[Stage], sent: Record) -> Any:
        """Our outcome when the maps before each stage have the order of Java's."""
        current: Any = sent
        for count, stage in enumerate(stages):
            if not isinstance(current, Record):
                break
            theirs, current = theirs_after(stages[:count], sent), current.own()
            current.key = _chain_known.ordered(current.key, bridge.from_value(current.key_schema, theirs.key()))
            current.value = _chain_known.ordered(current.value, bridge.from_value(current.value_schema, theirs.value()))
            current = ours(_ours, [stage], current)
        return records.comparable(current)

    def all_failed(both: tuple[Any, Any]) -> bool:
        return all(isinstance(side, Failed) for side in both)

    return Family("chain", side_schemas(), compare, known, _chain_known.DIFFERENCES, _Drawn().vary)


class Steps:
    """A case that differs, stage by stage: where both sides fail, and our record at each stage."""

    def __init__(self, stages: list[Stage], sent: Record, theirs: int, reorder: Callable[..., Any]) -> None:
        self.stages, self.theirs = stages, theirs
        self._sent, self._reorder = sent, reorder
        self.at = [ours(_ours, stages[:count], sent) for count in range(len(stages) + 1)]
        """Our record before each stage, and at the end."""
        self.mine = next((n for n, after in enumerate(self.at[1:]) if isinstance(after, Failed)), len(stages))

    def in_javas_order(self) -> Any:
        """Our outcome when maps have the order of Java's, which only what comes of it can differ by."""
        return self._reorder(self.stages, self._sent)

    def __repr__(self) -> str:
        return f"Steps({self.mine}, {self.theirs})"


FAMILIES: dict[str, Maker] = {"chain": _chain}


def _without_missing() -> None:
    """Classes that are not there (yet) are left out."""
    for table, package in ((WHOLE, PACKAGE), (PREDICATES, f"{PACKAGE}.predicates")):
        for name in [name for name in table if f"{package}.{name}" not in BUILTIN]:
            del table[name]
    for name in [name for name in SIDED if f"{PACKAGE}.{name}$Key" not in BUILTIN]:
        del SIDED[name]


_without_missing()
