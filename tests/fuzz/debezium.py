"""Debezium's transforms on generated change events: creates, updates, deletes, truncates, tombstones, other records."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from connect_core.data import Header, Schema, array, struct
from connect_core.data.schema import (
    INT32,
    INT64,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
    STRING,
)
from tests.fuzz._schemas import any_schema
from tests.fuzz._schemas import name as random_name
from tests.fuzz._transforms import Twin, sink_record, source_record
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

NEW_STATE = "io.debezium.transforms.ExtractNewRecordState"
CLEAR_ERRORS = "Debezium's transforms, errors that name nothing"
NO_BOOLEAN = "`replace.null.with.default` that is neither true nor false"
_NAMELESS = {"java.lang.NullPointerException", "java.lang.ClassCastException"}
_INDEX = "java.lang.ArrayIndexOutOfBoundsException"
_FIELD = "Unexpected field name: "
CONFIG_EXCEPTION = "org.apache.kafka.common.config.ConfigException"
_NO_BOOLEAN_TEXT = (
    "Invalid value no for configuration replace.null.with.default: Expected value to be either true or false"
)
_MODES = ("drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone")
_REFERENCES = (
    "op", "ts_ms", "source.ts_ms", "table", "version:V", "source.table:__deleted", "id", "total_order", "op",
    "transaction.id", "nope", "source.nope", "source", "before", "after", "nope.x", "op.x", " op ", "a:", ":a", "a.b.c",
    "a..b", "", ".", ":", "a:b:c", "updateDescription", "tags", "source.snapshot", "transaction", "transaction.id:Ünï",
    "op:", "id:__op",
)  # fmt: skip
_HEADER = array(STRING)

_source = struct(
    [
        ("version", STRING), ("table", STRING), ("ts_ms", INT64),
        ("snapshot", OPTIONAL_STRING.replace(default="false")), ("tags", array(STRING, optional=True)),
    ],
    name="io.debezium.connector.x.Source",
)  # fmt: skip
_transaction = struct([("id", STRING), ("total_order", INT64)], name="event.block", version=1, optional=True)


def rows() -> st.SearchStrategy[Schema]:
    """Schemas of rows."""
    return st.integers(0, 2**62).map(lambda source: _row(Random(source)))


def _row(random: Random) -> Schema:
    fields = {"id": INT32} | {random_name(random): any_schema(random, 1) for _ in range(random.randrange(4))}
    return struct([*(fields | {"id": INT32}).items()], name="t.Value")


def shape(drawn: Schema, random: Random) -> Random:
    """A source of few shapes for each drawn schema: making Java's schemas is what takes time."""
    return Random(f"{[field.name for field in drawn.fields]} {random.randrange(3)}")


def row_schema(row: Schema, random: Random) -> Schema:
    """The row with some more fields."""
    fields = [(f.name, f.schema) for f in row.fields]
    for name, schema in (("topic", OPTIONAL_STRING), ("note", STRING.replace(default="?")), ("__deleted", STRING)):
        if random.random() < 0.3:
            fields.append((name, schema))
    fields = list(dict(fields).items())
    return row.replace(fields=fields, optional=random.random() < 0.9, version=random.choice((None, 1)))


def envelope(bridge: Bridge, row: Schema, random: Random) -> Schema:
    """A change event's schema, sometimes an odd one."""
    before = row if random.random() < 0.95 else random.choice((STRING, OPTIONAL_STRING, INT64))
    after = row if random.random() < 0.95 else random.choice((STRING, OPTIONAL_STRING, INT64))
    if random.random() < 0.05 and row.optional:
        default = random_value(row.replace(optional=False), random)
        after = row.replace(default=bridge.from_value(row, bridge.value(row, default)))  # with what is unset
    fields = [
        ("before", before), ("after", after), ("source", _source), ("op", STRING), ("ts_ms", OPTIONAL_INT64),
        ("transaction", _transaction),
    ]  # fmt: skip
    for at in range(6):
        if random.random() < 0.02:
            del fields[at % len(fields)]
    if random.random() < 0.03:
        fields = [(n, INT32 if n == "op" else s) for n, s in fields]
    name = "srv.db.t.Envelope" if random.random() < 0.95 else random.choice(("Envelope", "x.Value", ".Envelope"))
    return struct(fields, name=name)


def event(schema: Schema, random: Random) -> dict[str, Any]:
    """A change event."""
    made: dict[str, Any] = random_value(schema, random)
    kind = random.choice("crudt")
    for name in {"c": ("before",), "r": ("before",), "d": ("after",), "t": ("before", "after")}.get(kind, ()):
        if name in made and schema.field_map[name].schema.optional:
            made[name] = None
    if isinstance(made.get("op"), str):
        made["op"] = kind
    for name in ("before", "after"):
        if isinstance(made.get(name), dict) and "topic" in made[name]:
            made[name]["topic"] = random.choice((None, "", " ", "other", "t-1"))
    return made


def _config(random: Random) -> dict[str, str]:
    config = {"delete.tombstone.handling.mode": random.choice(_MODES)}
    if random.random() < 0.03:
        config["delete.tombstone.handling.mode"] = random.choice(("foo", "", " Drop ", "REWRITE"))
    for key in ("add.fields", "add.headers"):
        if random.random() < 0.5:
            usual = _REFERENCES[:13] if random.random() < 0.85 else _REFERENCES
            config[key] = ",".join(random.choice(usual) for _ in range(random.choice((0, 1, 1, 2, 3))))
        if random.random() < 0.2:
            config[f"{key}.prefix"] = random.choice(("", "x_", " ", "__", "Ü"))
    if random.random() < 0.3:
        config["route.by.field"] = random.choice(("topic", "topic", "id", "nope", "", " "))
    if random.random() < 0.4:
        config["drop.fields.header.name"] = random.choice(("drop", "drop", "drop", "none", "", " "))
    flags = ("drop.fields.from.key", "drop.fields.keep.schema.compatible", "replace.null.with.default")
    for key in flags:
        if random.random() < 0.4:
            config[key] = random.choice(("true", "false", "true", "false", "FALSE", "True ", "no"))
    return config


def _headers(row: Schema, random: Random) -> list[Header]:
    names = [f.name for f in row.fields] + ["topic", "note", "nope", "a,b", "", " id "]
    dropped = [random.choice(names) for _ in range(random.randint(0, 3))]
    found = [Header("other", STRING, "x")]
    if random.random() < 0.6:
        found.append(Header("drop", _HEADER, dropped))
    if random.random() < 0.05:
        found.append(random.choice((Header("drop", STRING, "id"), Header("drop", OPTIONAL_STRING, None))))
    return found


def clear_error(pair: Pair) -> bool:
    """Do both sides fail, and only ours says why?"""
    if not isinstance(pair.ours, Failed) or not isinstance(pair.java, Failed) or not pair.ours.message:
        return False
    config = pair.ours.name.endswith(".ConfigException") and " for configuration " in pair.ours.message
    if pair.java.message == "Unable to validate config." or pair.java.name == _INDEX:
        return config
    if pair.java.message.startswith(_FIELD):
        return config and pair.java.message.removeprefix(_FIELD) in pair.ours.message
    return pair.java.name in _NAMELESS and pair.ours.name.endswith((".DataException", ".SchemaBuilderException"))


def _new_state(bridge: Bridge) -> Family:
    def vary(row: Schema, random: Random) -> Any:
        few = shape(row, random)
        row = row_schema(row, few)
        schema: Schema | None = envelope(bridge, row, few)
        assert schema is not None
        change: Any = event(schema, random)
        odd = random.random()
        if odd < 0.08:
            change, schema = None, random.choice((None, schema.replace(optional=True)))
        elif odd < 0.12:
            change, schema = random.choice(
                (({"after": {"id": 1}, "op": "c"}, None), ("text", STRING), ("text", STRING.replace(name="x.Envelope")))
            )
        parts: dict[str, Any] = {"value": change, "value_schema": schema, "headers": _headers(row, random)}
        if random.random() < 0.7:
            key = random.choice((row, row.replace(optional=True), INT32, None))
            parts["key_schema"] = key
            parts["key"] = {"id": 1, "x": None} if key is None else random_value(key, random)
        record = random.choice((source_record, sink_record))(timestamp=random.choice((None, 5)), **parts)
        return _config(random), record

    def compare(case: Any) -> Pair:
        return Twin(bridge, NEW_STATE, case[0]).apply(case[1])

    def known(case: Any, pair: Pair) -> str | None:
        if pair.ours == Failed(CONFIG_EXCEPTION, _NO_BOOLEAN_TEXT):
            rest = {key: value for key, value in case[0].items() if key != "replace.null.with.default"}
            again = Twin(bridge, NEW_STATE, rest).apply(case[1])  # what else is wrong is the same on both sides
            return NO_BOOLEAN if pair.java == "configured" or again.ours == again.java or clear_error(again) else None
        return CLEAR_ERRORS if clear_error(pair) else None

    return Family(
        "ExtractNewRecordState", rows(), compare, known=known, differences=(CLEAR_ERRORS, NO_BOOLEAN), vary=vary
    )


FAMILIES: dict[str, Maker] = {"ExtractNewRecordState": _new_state}
