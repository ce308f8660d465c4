"""Debezium's EventRouter on generated outbox tables: columns, JSON payloads, additional fields, odd configs."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from connect_core.data import Schema, Type, struct
from connect_core.data.schema import (
    BYTES,
    INT32,
    INT64,
    OPTIONAL_BYTES,
    OPTIONAL_INT32,
    OPTIONAL_INT64,
    OPTIONAL_STRING,
    STRING,
)
from tests.fuzz._transforms import Twin, source_record
from tests.fuzz.debezium import CLEAR_ERRORS, CONFIG_EXCEPTION, clear_error, rows, shape
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

STAYS_TEXT = "EventRouter, JSON that cannot be expanded"
SEVERAL = "EventRouter, several wrong keys"
NO_PLACE = "EventRouter, a column placed elsewhere"
_PLACE = "a column goes to header, envelope or partition"
_KEY = re.compile(r" for configuration ([\w.]+):")
EVENT_ROUTER = "io.debezium.transforms.outbox.EventRouter"
_PLACEMENTS = (
    "type:header", "type:header:kind", "type:envelope", "id:envelope:eid", "p:partition", "p:header", "nope:header",
    "nope:envelope", "type:partition", "type:Envelope:payload", "extra:envelope", "extra:header", "nope:partition",
    " type:header ", "type : header", "a", "a:b:c:d", "", ",", "type:foo", "p:partition:x",
)  # fmt: skip
_STAMPS = (
    "io.debezium.time.Timestamp",
    "io.debezium.time.MicroTimestamp",
    "io.debezium.time.NanoTimestamp",
    "x.Y",
    None,
)
_DOCUMENTS = (
    "{}", "[]", "[1,2]", "[{}]", '{"a":1}', '{"a":[]}', '{"a":[1,2.5]}', '{"a":[1,3000000000]}', '{"a":null}',
    '{"a":[null]}', '{"a":[{"b":1},{"b":1}]}', '{"a":[{"b":null},null]}', '{"a":1e999}', '{"a":NaN}', '{"a":01}',
    '{"a":12345678901234567890}', '{"a":1} x', ' {"a":1}', '{"a"', "text", '"text"', "", " ", '{"a":{"b":{"c":"d"}}}',
    '{"a":"x","a":2}', '{"":1}', '{"a":[[1],[2]]}', '{"a":[[]]}', '{"a":["x",1]}', '{"a b":true,"ä😀":false}',
    '{"a":[true,false,null]}', '{"a":"\\u0000\\ud800"}', '{"a":-0.0,"b":1.0E+2,"c":-5}', "null", '{"a":\t1}',
)  # fmt: skip


def _json(random: Random, depth: int = 0) -> Any:
    kind = random.random()
    if kind < 0.25 and depth < 3:
        return {random.choice(("a", "b", "c d", "ä")): _json(random, depth + 1) for _ in range(random.randint(0, 3))}
    if kind < 0.4 and depth < 3:
        one = _json(random, depth + 1)
        return [one for _ in range(random.randint(0, 3))]
    return random.choice((None, True, False, 0, -1, 2**31, -(2**31), 2**63 - 1, 1.5, 0.1, 1e300, "x", "", "ä😀"))


def _payload(random: Random) -> str:
    if random.random() < 0.5:
        return random.choice(_DOCUMENTS)
    return json.dumps({"a": _json(random), "b": _json(random)}, ensure_ascii=random.random() < 0.5)


def _table(extra: Schema, random: Random) -> Schema:
    usual = random.random() < 0.9
    fields = {
        "id": random.choice((STRING, INT64)),
        "aggregateid": random.choice((STRING, OPTIONAL_STRING, INT64, extra)),
        "aggregatetype": STRING if usual else random.choice((OPTIONAL_STRING, INT32)),
        "type": random.choice((STRING, OPTIONAL_STRING)),
        "payload": random.choice((STRING, OPTIONAL_STRING, OPTIONAL_STRING, BYTES, OPTIONAL_BYTES, extra)),
        "p": random.choice((INT32, OPTIONAL_INT32, INT64)),
        "at": random.choice((INT64, OPTIONAL_INT64)).replace(name=random.choice(_STAMPS)),
        "version": INT32 if usual else OPTIONAL_INT32,
        "extra": extra,
    }
    if random.random() < 0.1:
        del fields[random.choice(tuple(fields))]
    name = random.choice(("srv.db.outbox.Value", "Value", None, "srv.Value"))
    return struct(fields.items(), name=name, optional=random.random() < 0.8)


def _config(random: Random) -> dict[str, str]:
    config: dict[str, str] = {}
    usual = random.random() < 0.85

    def maybe(chance: float, key: str, *values: str) -> None:
        if random.random() < chance:
            config[key] = random.choice(values)

    items = [random.choice(_PLACEMENTS[:6] if usual else _PLACEMENTS) for _ in range(random.choice((1, 1, 2, 3)))]
    maybe(0.6, "table.fields.additional.placement", ",".join(items))
    maybe(0.3, "table.field.additional.missing", "ignore", "error", "IGNORE")
    maybe(0.4, "table.field.event.timestamp", "at", "at", "type" if not usual else "at", "nope" if not usual else "at")
    maybe(0.2, "table.field.event.schema.version", "version", "version", "nope" if not usual else "version")
    maybe(0.1, "table.field.event.key", "type", "id", "nope")
    maybe(0.1, "table.field.event.id", "type", "p", "nope")
    maybe(0.1, "table.field.event.payload", "type", "extra", "nope")
    maybe(0.1, "route.by.field", "type", "id", "nope")
    maybe(0.2, "route.topic.regex", "(?<routedByValue>.*)x", "(?<routedByValue>a.*)", " (?<routedByValue>.*) ")
    maybe(0.2, "route.topic.replacement", "all", "$1", " ${routedByValue} ", "$7" if not usual else "$0", "")
    maybe(0.5, "table.expand.json.payload", "true")
    maybe(0.3, "table.json.payload.null.behavior", "optional_bytes", "ignore", " Ignore ")
    maybe(0.4, "route.tombstone.on.empty.payload", "true", "false")
    maybe(0.3, "table.op.invalid.behavior", "warn", "error", "fatal")
    if not usual:
        wrong = ("table.op.invalid.behavior", "table.json.payload.null.behavior", "route.topic.regex")
        maybe(0.2, random.choice(wrong), "(")
    return config


def _event(table: Schema, random: Random) -> tuple[Schema, dict[str, Any]]:
    after = table if random.random() < 0.97 else random.choice((STRING, OPTIONAL_STRING))
    fields = [("before", table), ("after", after), ("op", STRING), ("ts_ms", OPTIONAL_INT64)]
    if random.random() < 0.04:
        del fields[random.randrange(4)]
    schema = struct(fields, name="srv.db.outbox.Envelope" if random.random() < 0.97 else "x.Value")
    made: dict[str, Any] = random_value(schema, random)
    if "op" in made:
        made["op"] = random.choice("ccccccrud")
    row = made.get("after")
    if isinstance(row, dict):
        if "payload" in row and table.field_map["payload"].schema.type is STRING.type and row["payload"] is not None:
            row["payload"] = _payload(random)
        if isinstance(row.get("aggregatetype"), str):
            row["aggregatetype"] = random.choice(("order", "a-x", "x", "", "$"))
    return schema, made


def _outbox(bridge: Bridge) -> Family:
    def vary(drawn: Schema, random: Random) -> Any:
        schema, value = _event(_table(drawn, shape(drawn, random)), random)
        parts: dict[str, Any] = {"value": value, "value_schema": schema}
        if random.random() < 0.04:
            parts = random.choice(
                ({"value": None, "value_schema": schema.replace(optional=True)}, {"value": {"op": "c"}}, {})
            )
        return _config(random), source_record(key="k", key_schema=STRING, partition=2, timestamp=5, **parts)

    def compare(case: Any) -> Pair:
        return Twin(bridge, EVENT_ROUTER, case[0]).apply(case[1])

    def known(case: Any, pair: Pair) -> str | None:
        if case[0].get("table.expand.json.payload") == "true" and _stays_text(pair):
            return STAYS_TEXT
        if isinstance(pair.ours, Failed) and isinstance(pair.java, Failed) and names_another(case, pair):
            return SEVERAL
        if isinstance(pair.ours, Failed) and pair.ours.name == CONFIG_EXCEPTION and _PLACE in pair.ours.message:
            return NO_PLACE if pair.java == "configured" else None
        return CLEAR_ERRORS if clear_error(pair) else None

    def names_another(case: Any, pair: Pair) -> bool:
        """Several keys are wrong: without the one that ours names, it says what Java says."""
        key = _KEY.search(pair.ours.message)
        if not key or pair.ours.name != pair.java.name or f" for configuration {key[1]}:" in pair.java.message:
            return False
        rest = {name: value for name, value in case[0].items() if name != key[1]}
        again = Twin(bridge, EVENT_ROUTER, rest).apply(case[1])
        return again.ours != "configured" and (again.ours == pair.java or names_another((rest, case[1]), again))

    return Family(
        "EventRouter",
        rows(),
        compare,
        known=known,
        differences=(CLEAR_ERRORS, SEVERAL, STAYS_TEXT, NO_PLACE),
        vary=vary,
    )


def _stays_text(pair: Pair) -> bool:
    """Java gives a text the schema of a struct or list, or fails over it; with ours all else is as in Java's record."""
    if isinstance(pair.ours, Failed) and isinstance(pair.java, Failed):
        return pair.ours.name == pair.java.name and _over_text(pair.java.message)  # ours complains of what comes next
    if isinstance(pair.ours, Failed) or pair.ours is None or pair.java is None:
        return False
    schema: Schema = pair.ours[5]
    if isinstance(pair.java, Failed):
        payload = schema.field("payload") if schema.type is Type.STRUCT else None
        return _is_text(schema if payload is None else payload.schema) and _over_text(pair.java.message)
    return _is_text(schema) and [*pair.ours[:5], *pair.ours[6:]] == [*pair.java[:5], *pair.java[6:]]


def _is_text(schema: Schema) -> bool:
    return schema in (STRING, OPTIONAL_STRING)


def _over_text(said: str) -> bool:
    if said.endswith(('because "key" is null', "fieldSchema for field payload cannot be null.")):
        return True  # no schema for an empty list
    return "Invalid Java object for schema" in said and 'java.lang.String for field: "payload"' in said


FAMILIES: dict[str, Maker] = {"EventRouter": _outbox}
