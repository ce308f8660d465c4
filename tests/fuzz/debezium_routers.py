"""Debezium's routers: ByLogicalTableRouter on generated topics, keys and change events."""

from __future__ import annotations

from random import Random
from typing import Any

from connect_core.data import Schema, struct
from connect_core.data.schema import INT32, STRING
from tests.fuzz._transforms import Twin, sink_record, source_record
from tests.fuzz.debezium import clear_error, envelope, event, row_schema, rows, shape
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.values import value as random_value
from tests.parity.bridge import Bridge

LOGICAL_TABLE = "io.debezium.transforms.ByLogicalTableRouter"
CLEAR_ERRORS = "Debezium's transforms, errors that name nothing"
WITHOUT_BEFORE = "ByLogicalTableRouter, change events without `before`"
NULL_POINTER = "java.lang.NullPointerException"
_TOPICS = ("srv.db1.t", "srv.db2.t", "t", "srv.shard-7.Äö", "", "1a.b", "ä😀.x")
_PATTERNS = (
    ("(.*)", "all"), (r"(.*)\.db\d\.(.*)", "$1.$2"), (r"(.*?)\.(.*)", "$2-$1"), (".*", "$0_x"), ("a|.*", "$0"),
    ("(?<n>.*)", "${n}.y"), ("(.*?)", "<$1>"), ("nope", "x"), ("(.*)(x)?", "$1$2"), (r"(.*)\.(.*)", r"\$1\\"),
    ("(.*)", "$2"), ("(.*)", "${m}"), ("(.*)", "x$"), ("(", "x"), ("", "x"), (" ", "x"), ("(.*)", " "), ("a|.*", ""),
)  # fmt: skip


def _config(random: Random) -> dict[str, str]:
    pattern, replacement = random.choice(_PATTERNS[:10] if random.random() < 0.8 else _PATTERNS)
    config = {"topic.regex": pattern, "topic.replacement": replacement}
    if random.random() < 0.03:
        del config[random.choice(tuple(config))]
    if random.random() < 0.3:
        config["key.enforce.uniqueness"] = random.choice(("false", "false", "true", "no"))
    if random.random() < 0.4:
        config["key.field.regex"], config["key.field.replacement"] = random.choice(
            _PATTERNS[:10] if random.random() < 0.9 else _PATTERNS
        )
    if random.random() < 0.2:
        config["key.field.name"] = random.choice(("id", "shard", "", "Ü"))
    if random.random() < 0.4:
        config["schema.name.adjustment.mode"] = random.choice(
            ("avro", "avro", "avro_unicode", "avro_unicode", "none", " AVRO ", "foo")
        )
    if random.random() < 0.1:
        config["logical.table.cache.size"] = random.choice(("1", "16", "x"))
    return config


def _logical_table(bridge: Bridge) -> Family:
    def vary(drawn: Schema, random: Random) -> Any:
        few = shape(drawn, random)
        row = row_schema(drawn, few)
        schema: Schema | None = envelope(bridge, row, few)
        assert schema is not None
        value: Any = event(schema, random)
        if random.random() < 0.1:
            value, schema = random.choice(((None, schema.replace(optional=True)), ("text", STRING), ({"a": 1}, None)))
        key = random.choice((row, struct([("id", INT32)], name="k.Key"), row.replace(optional=True), INT32, None))
        parts: dict[str, Any] = {"value": value, "value_schema": schema}
        if random.random() < 0.8:
            parts |= {"key_schema": key, "key": {"id": 1} if key is None else random_value(key, random)}
        make = random.choice((source_record, sink_record))
        return _config(random), make(topic=random.choice(_TOPICS), timestamp=5, **parts)

    def compare(case: Any) -> Pair:
        return Twin(bridge, LOGICAL_TABLE, case[0]).apply(case[1])

    def known(case: Any, pair: Pair) -> str | None:
        schema = case[1].value_schema
        routed = getattr(pair.java, "name", None) == NULL_POINTER and not isinstance(pair.ours, Failed)
        if routed and schema is not None and "before" not in schema.field_map:
            return WITHOUT_BEFORE
        return CLEAR_ERRORS if clear_error(pair) else None

    return Family(
        "ByLogicalTableRouter", rows(), compare, known=known, differences=(CLEAR_ERRORS, WITHOUT_BEFORE), vary=vary
    )


FAMILIES: dict[str, Maker] = {"ByLogicalTableRouter": _logical_table}
