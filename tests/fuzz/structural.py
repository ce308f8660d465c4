"""The transforms of structure and headers on generated records, schemas and configs, wrong ones too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any

from connect_core.data import Record, Schema
from tests.fuzz import _struct_defaults
from tests.fuzz._shapes import NAMES, bend_config, listed, names_for, path_for, record, side_schemas
from tests.fuzz._transforms import Kept, Twins
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.header_values import MOMENTS, grammar_text, is_foreign
from tests.fuzz.values import text
from tests.parity.bridge import Bridge

PACKAGE = "org.apache.kafka.connect.transforms"
NAMED_FIELD = "InsertField's complaint about a missing static.value names the field"
NAMED_ERROR = "a NullPointerException of a transform is a DataException here that says what is missing"
STRUCT_DEFAULT = "a null struct gets its default"
OTHER_DATE = "a date, time or timestamp does not go into a field of another of these types"
DATA_EXCEPTION = "org.apache.kafka.connect.errors.DataException"
_SPEC = "org.apache.kafka.connect.transforms.InsertField$InsertionSpec@"
_MISSING = {
    "HeaderFrom": "HeaderFrom: no field ",
    "RegexRouter": "RegexRouter: the record has no topic",
    "TimestampRouter": "TimestampRouter: the record has no topic",
}
"""What is missing where Java has a NullPointerException."""
_DATE = 'Invalid Java object for schema "org.apache.kafka.connect.data.'
YEARS = "Python's dates have the years 1 to 9999"
YEARS_TEXT = "lies outside the years 1 to 9999"

EMPTY_PATH = "ExtractField, an empty path"
_NO_STEP = "A path must name at least one field"
DIFFERENCES = (NAMED_FIELD, NAMED_ERROR, STRUCT_DEFAULT, OTHER_DATE, YEARS, MOMENTS, EMPTY_PATH)

type Configure = Callable[[Random, Schema | None], dict[str, str]]


def family(name: str, configure: Configure, *, sided: bool = True, value_only: bool = False) -> Maker:
    """The family of one class: ``configure`` makes its config for records of a schema."""

    def make(bridge: Bridge) -> Family:
        twins = Twins(bridge)
        kept: Kept[tuple[str, dict[str, str]]] = Kept()

        def vary(found: Schema | None, random: Random) -> Any:
            side, config = kept.some(found, random, lambda: drawn(found, random))
            return f"{PACKAGE}.{name}" + (f"${side}" if sided else ""), config, record(random, side, found)

        def drawn(found: Schema | None, random: Random) -> tuple[str, dict[str, str]]:
            side = "Value" if value_only else random.choice(("Key", "Value"))
            config = configure(random, found)
            if random.random() < 0.2:
                config["replace.null.with.default"] = random.choice(("false", "false", "true", "no"))
            if random.random() < 0.05:
                config = bend_config(config, random)
                if name == "ValueToKey":
                    config.pop("field.syntax.version", None)  # ahead of Kafka 4.3
            return side, config

        def compare(case: tuple[str, dict[str, str], Record]) -> Pair:
            kind, config, sent = case
            return twins.of(kind, config).apply(sent)

        def known_or_unheld(case: tuple[str, dict[str, str], Record], pair: Pair) -> str | None:
            return unheld(bridge, [case[:2]], pair) or known(case, pair)

        return Family(name, side_schemas(), compare, known_or_unheld, DIFFERENCES, vary)

    return make


def unheld(bridge: Bridge, parts: Iterable[tuple[str, Mapping[str, str]]], pair: Pair) -> str | None:
    """``MOMENTS`` where Java's record holds what Python cannot, and a literal of InsertHeader's is such a moment."""
    if isinstance(pair.ours, Failed) or not isinstance(pair.java, str) or not pair.java.startswith("Java has it: "):
        return None
    literals = [config.get("value.literal", "") for name, config in parts if "InsertHeader" in name]
    return MOMENTS if any(is_foreign(bridge, literal) for literal in literals) else None


def known(case: tuple[str, dict[str, str], Record], pair: Pair) -> str | None:
    """Deliberate differences of one transform."""
    kind, config, sent = case
    if "ExtractField" in kind and isinstance(pair.ours, Failed) and pair.ours.message.endswith(_NO_STEP):
        return EMPTY_PATH if not config["field"].strip() and pair.java == "configured" else None
    if isinstance(pair.java, Failed):
        if pair.java.message == _struct_defaults.REFUSED:
            return STRUCT_DEFAULT if _struct_defaults.missing(sent) else None  # whatever comes of the fields behind it
        return named(kind, config, pair.ours, pair.java) if isinstance(pair.ours, Failed) else None
    return OTHER_DATE if other_date(kind, config, pair.ours) else None


def other_date(kind: str, config: Mapping[str, str], failed: Any) -> bool:
    """Did a renamed date, time or timestamp come where another of these types is due?"""
    said = failed.message if isinstance(failed, Failed) else ""
    renames = "ReplaceField" in kind and "renames" in config
    return renames and said.startswith(_DATE) and "java.util.Date for" in said


def named(kind: str, config: Mapping[str, str], mine: Failed, theirs: Failed) -> str | None:
    """Both failed: does ours say what Java means, and what is wrong?"""
    before, address, _ = theirs.message.partition(_SPEC)
    if address and "static.field" in config:
        name = config["static.field"].strip()
        told = before + (name[:-1] if name[-1:] in ("?", "!") else name)
        return NAMED_FIELD if mine == Failed(theirs.name, told) else None
    if theirs.name == "java.lang.NullPointerException" and mine.name == DATA_EXCEPTION:
        says = next((text for name, text in _MISSING.items() if name in kind), None)
        return NAMED_ERROR if says is not None and mine.message.startswith(says) else None
    return None


def _extract(random: Random, found: Schema | None) -> dict[str, str]:
    if random.random() < 0.5:
        return {"field": path_for(found, random), "field.syntax.version": random.choice(("V2", "v2", "V2", "V3", "V1"))}
    return {"field": random.choice(names_for(found, random))}


def _flatten(random: Random, _: Schema | None) -> dict[str, str]:
    return random.choice(({}, {"delimiter": "_"}, {"delimiter": ""}, {"delimiter": "'"}, {"delimiter": "ä"}))


def _insert(random: Random, found: Schema | None) -> dict[str, str]:
    pool = ("t", "p", "o", "new", "x y", "'", "😀", *NAMES[:4])
    config = {
        f"{what}.field": random.choice(pool) + random.choice(("", "?", "!"))
        for what in ("topic", "partition", "offset", "timestamp", "static")
        if random.random() < (0.15 if what == "offset" else 0.4)
    }
    if random.random() < 0.02:
        config["topic.field"] = random.choice(("", "?", "!"))
    if random.random() < (0.9 if "static.field" in config else 0.1):
        config["static.value"] = text(random)
    return config


def _replace(random: Random, found: Schema | None) -> dict[str, str]:
    config = {
        what: listed(names_for(found, random), random) for what in ("exclude", "include") if random.random() < 0.4
    }
    if random.random() < 0.6:
        olds = names_for(found, random)
        pairs = [f"{old}:{random.choice(('new', 'x', *NAMES[:5], *olds))}" for old in olds]
        if random.random() < 0.05:
            pairs.append(random.choice(("a", "a:", ":a", "a:b:c", "a:b:", "")))
        config["renames"] = listed(pairs, random)
    return config


def _set_schema(random: Random, _: Schema | None) -> dict[str, str]:
    config = {}
    if random.random() < 0.7:
        config["schema.name"] = random.choice(("x", "", "io.x.😀", "org.apache.kafka.connect.data.Foo"))
    if random.random() < 0.7:
        config["schema.version"] = random.choice(("1", "0", "-7", "2147483647", "2147483648", "x", ""))
    return config


def _value_to_key(random: Random, found: Schema | None) -> dict[str, str]:
    return {"fields": listed(names_for(found, random), random)} if random.random() < 0.98 else {}


def _drop_headers(random: Random, _: Schema | None) -> dict[str, str]:
    return {
        "headers": listed([random.choice(("h", "H", "a.b", "😀", "")) for _ in range(random.randint(0, 2))], random)
    }


def _header_from(random: Random, found: Schema | None) -> dict[str, str]:
    fields = names_for(found, random)
    headers = [random.choice(("h", "x y", "😀", "")) for _ in fields]
    if random.random() < 0.05:
        headers.append("more")
    return {
        "fields": listed(fields, random),
        "headers": listed(headers, random),
        "operation": random.choice(
            ("move", "copy", "move", "copy", "Move") if random.random() < 0.2 else ("move", "copy")
        ),
    }


def _insert_header(random: Random, _: Schema | None) -> dict[str, str]:
    literal = random.choice((text(random), grammar_text(random), "2020-01-01", str(random.randint(-999, 99999))))
    return {"header": random.choice(("h", "", "😀")), "value.literal": literal}


SIDED: dict[str, Configure] = {
    "ExtractField": _extract,
    "Flatten": _flatten,
    "HeaderFrom": _header_from,
    "InsertField": _insert,
    "ReplaceField": _replace,
    "SetSchemaMetadata": _set_schema,
}
"""Configs of the classes that have the variants Key and Value."""
WHOLE: dict[str, Configure] = {
    "DropHeaders": _drop_headers,
    "Filter": lambda *_: {},
    "InsertHeader": _insert_header,
    "ValueToKey": _value_to_key,
}
"""Configs of the classes that have not."""

FAMILIES: dict[str, Maker] = {
    **{name: family(name, configure) for name, configure in SIDED.items()},
    **{name: family(name, configure, sided=False, value_only=True) for name, configure in WHOLE.items()},
}
