"""docs/transforms.md: every transform and predicate with its keys and an example that was run while the page was made.

An example is a file below docs/examples/transforms: ``type`` (the Java class), ``about`` (a sentence), ``config``,
``before`` (``topic``, ``key``, ``value``, ``headers``, ``timestamp``, ``partition``; with ``offset`` it is a sink's
record) and, where the value has a schema, ``schema`` as JsonConverter writes it. Neighbour: ``make_docs``.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connect_core.api import Predicate, Record, SinkRecord, SourceRecord, Transform
from connect_core.config import docs
from connect_core.converters import JsonConverter
from connect_core.data import Header, Schema
from connect_core.data.schema import BOOLEAN, FLOAT64, INT64, STRING
from connect_core.plugins.builtin import BUILTIN
from connect_core.plugins.loader import config_class, load_plugin
from connect_core.plugins.names import Kind, Plugin

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples" / "transforms"
FILTER = "org.apache.kafka.connect.transforms.Filter"
KINDS = (Kind.TRANSFORMATION, Kind.PREDICATE)
INTRO = """
# Transforms and predicates

Transforms change records one by one, in the order of the list `transforms`, between a source task and Kafka or between
Kafka and a sink task. A transform that names a predicate is applied to the records for which that holds (with
`negate`: does not hold); a predicate sees the record as the transforms before left it:

```json
{
  "transforms": "mask,route",
  "transforms.mask.type": "org.apache.kafka.connect.transforms.MaskField$Value",
  "transforms.mask.fields": "password",
  "transforms.mask.predicate": "users",
  "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
  "transforms.route.regex": "db\\\\.(.*)",
  "transforms.route.replacement": "$1",
  "predicates": "users",
  "predicates.users.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
  "predicates.users.pattern": ".*users"
}
```

Classes are named as in Kafka Connect. Those with the variants `$Key` and `$Value` change the key or the value.
The examples are the outcome of running them; a test asks the Java classes whether they agree (Confluent's are in no
public registry: those are built from their documentation).
"""


@dataclass(frozen=True)
class Example:
    """One example file."""

    name: str
    type: str
    about: str
    config: Mapping[str, str]
    before: Mapping[str, Any]
    schema: Mapping[str, Any] | None = None


def examples() -> list[Example]:
    """All example files, by name."""
    return [
        Example(path.stem, **json.loads(path.read_text(encoding="utf-8"))) for path in sorted(EXAMPLES.glob("*.json"))
    ]


def outer_name(name: str) -> str:
    """The class around the variants ``$Key`` and ``$Value``."""
    return name.partition("$")[0]


def families() -> dict[str, list[Plugin]]:
    """Outer class name -> its variants, transforms before predicates."""
    found: dict[str, list[Plugin]] = {}
    for kind in KINDS:
        for plugin in sorted((p for p in BUILTIN.values() if kind in p.kinds), key=_place):
            found.setdefault(outer_name(plugin.name), []).append(plugin)
    return found


def _place(plugin: Plugin) -> tuple[bool, str, str]:
    """Kafka's own first, then by simple name."""
    outer = outer_name(plugin.name)
    return not outer.startswith("org.apache.kafka."), outer.rpartition(".")[2], plugin.name


def record_of(example: Example) -> Record:
    """The record before."""
    before = example.before
    schema, value = _value(before.get("value"), example.schema)
    parts: dict[str, Any] = {
        "key": before.get("key"),
        "value": value,
        "value_schema": schema,
        "timestamp": before.get("timestamp"),
        "headers": _headers(before.get("headers", {})),
    }
    if "offset" in before:
        return SinkRecord(before["topic"], before.get("partition", 0), before["offset"], **parts)
    return SourceRecord(before["topic"], partition=before.get("partition"), **parts)


def _value(value: Any, schema: Mapping[str, Any] | None) -> tuple[Schema | None, Any]:
    if schema is None:
        return None, value
    converter = JsonConverter()
    converter.configure({}, is_key=False)
    return converter.to_connect("t", json.dumps({"schema": schema, "payload": value}).encode())


_HEADER_SCHEMAS: Mapping[type, Schema] = {bool: BOOLEAN, int: INT64, float: FLOAT64, str: STRING}


def _headers(given: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> list[Header]:
    pairs = given.items() if isinstance(given, Mapping) else given
    return [Header(name, _HEADER_SCHEMAS.get(type(value)), value) for name, value in pairs]


def made(name: str, config: Mapping[str, str]) -> Any:
    """A configured transform or predicate."""
    kind = load_plugin(name, KINDS)
    part = kind()
    part.config = config_class(kind).parse(config)
    part.configure()
    return part


def outcome(example: Example) -> Record | bool | None:
    """The record after; of a predicate whether it holds; None: the record is dropped."""
    part: Transform[Any] | Predicate[Any] = made(example.type, example.config)
    record = record_of(example)
    if isinstance(part, Predicate):
        return part.test(record)
    return part.apply(record.own() if part.in_place else record)


def page() -> str:
    """The page without its first line."""
    by_class: dict[str, list[Example]] = {}
    for example in examples():
        by_class.setdefault(outer_name(example.type), []).append(example)
    parts = [INTRO]
    kind: Kind | None = None
    for name, variants in families().items():
        if variants[0].kinds[0] is not kind:
            kind = variants[0].kinds[0]
            parts.append("## Transforms\n" if kind is Kind.TRANSFORMATION else "## Predicates\n")
        parts.append(_section(name, variants))
        parts.extend(_example(example) for example in by_class.get(name, ()))
    return "\n".join(parts)


def _section(name: str, variants: list[Plugin]) -> str:
    title = name.rpartition(".")[2]
    if not name.startswith("org.apache.kafka."):
        title += f" ({name.split('.')[1].capitalize()})"
    first = load_plugin(variants[0].name, variants[0].kinds)
    classes = ", ".join([f"`{variants[0].name}`", *(f"`{plugin.name.removeprefix(name)}`" for plugin in variants[1:])])
    text = f"### {title}\n\n{described(first, name)}\n\n* class: {classes}\n"
    keys = docs.own_keys(config_class(first))
    return f"{text}\n{docs.table(keys)}" if keys else text


def described(kind: type[Any], name: str) -> str:
    """The docstring of the class, for a variant that of the class both variants share."""
    simple = name.rpartition(".")[2]
    shared = next((base for base in kind.__mro__ if base.__name__ == simple), kind)
    text = inspect.getdoc(shared)
    if not text:
        raise LookupError(f"{name} is not documented: give its class a docstring")
    return " ".join(text.split("\n\n")[0].split()).replace("``", "`")


def _example(example: Example) -> str:
    before, after = record_of(example), outcome(example)
    with_schema = example.schema is not None
    lines = [example.about, "", _code(_connector(example)), "before", "", _code(_shown(before, with_schema))]
    match after:
        case bool():
            holds, fate = ("holds", "dropped") if after else ("does not hold", "kept")
            lines += [f"The predicate {holds}: the record is {fate}.", ""]
        case None:
            lines += ["The record is dropped.", ""]
        case Record() if repr(after) == repr(before):
            lines += ["The record is kept as it is.", ""]
        case Record():
            lines += ["after", "", _code(_shown(after, with_schema))]
    return "\n".join(lines)


def _connector(example: Example) -> dict[str, str]:
    """The config as it stands in a connector's."""
    if Kind.PREDICATE in BUILTIN[example.type].kinds:
        own = {f"predicates.p.{key}": value for key, value in example.config.items()}
        filtered = {"transforms": "t", "transforms.t.type": FILTER, "transforms.t.predicate": "p"}
        return filtered | {"predicates": "p", "predicates.p.type": example.type} | own
    own = {f"transforms.t.{key}": value for key, value in example.config.items()}
    return {"transforms": "t", "transforms.t.type": example.type} | own


def _shown(record: Record, with_schema: bool) -> dict[str, Any]:
    """A record as JSON: what says nothing is left out."""
    shown: dict[str, Any] = {"topic": record.topic}
    if record.partition is not None:
        shown["partition"] = record.partition
    if isinstance(record, SinkRecord):
        shown["offset"] = record.offset
    if record.timestamp is not None:
        shown["timestamp"] = record.timestamp
    if record.headers:
        names = [header.name for header in record.headers]
        pairs = [(h.name, _plain(h.schema, h.value)) for h in record.headers]
        shown["headers"] = dict(pairs) if len(set(names)) == len(names) else [list(pair) for pair in pairs]
    if record.key is not None:
        shown["key"] = _plain(record.key_schema, record.key)
    shown["value"] = _plain(record.value_schema, record.value)
    if with_schema and record.value_schema is not None:
        shown["value's schema"] = _envelope(record.value_schema)
    return shown


def _plain(schema: Schema | None, value: Any) -> Any:
    """The value as JsonConverter writes it without schemas; decimals as numbers."""
    converter = JsonConverter()
    converter.configure({"schemas.enable": "false", "decimal.format": "NUMERIC"}, is_key=False)
    found = converter.from_connect("t", schema, value)
    return None if found is None else json.loads(found)


def _envelope(schema: Schema) -> Any:
    """A schema as JsonConverter writes it, a field a line."""
    converter = JsonConverter()
    converter.configure({}, is_key=False)
    return json.loads(converter.from_connect("t", schema.replace(optional=True), None) or b"{}")["schema"]


def _code(shown: Any) -> str:
    return f"```json\n{_json(shown)}\n```\n"


def _json(shown: Any, indent: int = 0, width: int = 100) -> str:
    """JSON with what fits into a line on one line."""
    short = json.dumps(shown, ensure_ascii=False)
    if len(short) + indent <= width and (indent or not isinstance(shown, dict)):
        return short
    inner = " " * (indent + 2)
    if isinstance(shown, dict):
        members = [f"{inner}{json.dumps(k, ensure_ascii=False)}: {_json(v, indent + 2)}" for k, v in shown.items()]
        return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"
    if isinstance(shown, list) and shown:
        return "[\n" + ",\n".join(f"{inner}{_json(v, indent + 2)}" for v in shown) + "\n" + " " * indent + "]"
    return short
