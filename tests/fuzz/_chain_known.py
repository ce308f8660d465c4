"""What a chain of transforms does differently on purpose: judged at the stage where the two sides part.

Neighbours: ``chain`` makes the cases, ``structural`` knows the differences of single transforms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from connect_core.data import Record
from connect_core.data.check import check
from connect_core.errors import DataError
from connect_core.transforms.replace import rename_of
from tests.fuzz import _struct_defaults, structural
from tests.fuzz.family import Failed, Pair

LATER = "what does not fit its schema is found when the record is converted"
_MISFITS = (
    "Invalid value: null used for required field", "Invalid Java object for schema",
    "A null value requires an optional schema but was ",
    "Expected Date to be", "Expected Time to be", "Expected Timestamp to be",
)  # fmt: skip
LONGS = "every whole number without a schema is a Long"
_NARROW = re.compile(r"java\.lang\.(Byte|Short|Integer)\b")
NO_STAMP = "the record that has no timestamp is told by topic and partition"
_NO_STAMP_TEXT = "Timestamp missing on record: "
ORDER = "the later one in the map gets it"
LOST = "Cast of a value that lost its type but not its name says so"
DIFFERENCES = (
    structural.NAMED_FIELD, structural.NAMED_ERROR, structural.STRUCT_DEFAULT, structural.OTHER_DATE,
    structural.YEARS, structural.MOMENTS, LATER, LONGS, NO_STAMP, ORDER, LOST,
)  # fmt: skip


class Part(Protocol):
    """One class with its config."""

    @property
    def name(self) -> str: ...

    @property
    def config(self) -> Mapping[str, str]: ...


class Stage(Protocol):
    """One stage of a chain."""

    @property
    def transform(self) -> Part: ...


class Steps(Protocol):
    """A case stage by stage: the number of the stage where each side fails, and our record before each and after."""

    @property
    def stages(self) -> list[Any]: ...

    @property
    def at(self) -> list[Any]: ...

    @property
    def mine(self) -> int: ...

    @property
    def theirs(self) -> int: ...

    def in_javas_order(self) -> Any: ...


def known(steps: Steps, pair: Pair) -> str | None:
    """The deliberate difference, or None."""
    if steps.mine == steps.theirs == len(steps.stages):
        return ORDER if _joined(steps) and steps.in_javas_order() == pair.java else None
    if steps.theirs <= steps.mine and pair.java.message == _struct_defaults.REFUSED:
        met = [record for record in steps.at[: steps.theirs + 1] if record is not None]
        missing = any(map(_struct_defaults.missing, met))  # an earlier stage may have put the default in its place
        return structural.STRUCT_DEFAULT if missing else None  # whatever comes of the fields behind it
    if steps.mine == steps.theirs:
        if pair.java.message.startswith(_MISFITS) and _misfit(steps.at[steps.mine]):
            return LATER  # was there before this stage, which has another complaint
        return _both(steps.stages[steps.mine].transform, pair.ours, pair.java)
    if steps.mine < steps.theirs:
        return _ours_alone(steps.stages[steps.mine].transform, pair.ours)
    return _java_alone(steps, pair.java)


def _both(part: Part, mine: Failed, theirs: Failed) -> str | None:
    """Both fail at this stage, ours with a better message."""
    stamp = mine.name == theirs.name and "TimestampRouter" in part.name
    if stamp and all(side.message.startswith(_NO_STAMP_TEXT) for side in (mine, theirs)):
        return NO_STAMP
    lost = "Cast$" in part.name and mine.name == structural.DATA_EXCEPTION and "Cast takes class " in mine.message
    if lost and theirs.name == "java.lang.ClassCastException" and "to class java.util.Date" in theirs.message:
        return LOST
    if mine == theirs._replace(message=_NARROW.sub("java.lang.Long", theirs.message)):
        return LONGS
    if "objects as timestamps" in theirs.message and _NARROW.search(theirs.message):
        return LONGS if structural.YEARS_TEXT in mine.message else None
    return structural.named(part.name, part.config, mine, theirs)


def _ours_alone(part: Part, mine: Failed) -> str | None:
    """Java went on, or failed at a later stage."""
    if structural.YEARS_TEXT in mine.message:
        return structural.YEARS
    return structural.OTHER_DATE if structural.other_date(part.name, part.config, mine) else None


def _java_alone(steps: Steps, theirs: Failed) -> str | None:
    """We went on, or failed at a later stage."""
    before, after = steps.at[steps.theirs : steps.theirs + 2]
    if theirs.message.startswith(_MISFITS):
        return LATER if _misfit(before) or _misfit(after) else None
    if "objects as timestamps" in theirs.message and _NARROW.search(theirs.message):
        return LONGS
    return None


def _misfit(record: Record | None) -> bool:
    """Is there something in the record that a converter refuses?"""
    if record is None:
        return False
    sides = [(record.key_schema, record.key), (record.value_schema, record.value)]
    try:
        for schema, value in [*sides, *((header.schema, header.value) for header in record.headers)]:
            if schema is not None:
                check(schema, value)
    except DataError:
        return True
    return False


def _joined(steps: Steps) -> bool:
    """Did two fields of a map get one name?"""
    return any(_joins(stage.transform, before) for stage, before in zip(steps.stages, steps.at, strict=False))


def ordered(mine: Any, theirs: Any) -> Any:
    """What is ours, with the members of maps in the order of what is Java's."""
    if isinstance(mine, dict) and isinstance(theirs, dict) and mine.keys() == theirs.keys():
        return {name: ordered(mine[name], theirs[name]) for name in theirs}
    if isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        return [ordered(*both) for both in zip(mine, theirs, strict=True)]
    return mine


def _joins(part: Part, record: Record | None) -> bool:
    """Does this stage give two fields of a map without schema one name?"""
    if record is None or not ("renames" in part.config or "Flatten" in part.name):
        return False
    key = part.name.endswith("$Key")
    schema, value = (record.key_schema, record.key) if key else (record.value_schema, record.value)
    if schema is not None or not isinstance(value, dict):
        return False
    names: list[Any]
    if "Flatten" in part.name:
        names = list(_flat(value, part.config.get("delimiter", ".")))
    else:
        renames = dict(rename_of(one.strip()) for one in part.config["renames"].split(",") if one.strip())
        names = [renames.get(name, name) for name in value]
    return max(Counter(names).values(), default=0) > 1


def _flat(value: Mapping[str, Any], delimiter: str, prefix: str = "") -> Iterator[str]:
    for name, one in value.items():
        path = f"{prefix}{delimiter}{name}" if prefix else name
        yield from _flat(one, delimiter, path) if isinstance(one, dict) else (path,)
