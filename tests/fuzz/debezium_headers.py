"""Debezium's smaller transforms: HeaderToValue, ExtractChangedRecordState, PartitionRouting."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from connect_core.api import Record, SinkRecord
from connect_core.data import DECIMAL, Header, Schema, Type, array, struct
from connect_core.data.schema import INT32, INT64, OPTIONAL_STRING, STRING
from connect_core.transforms.community.debezium.envelope import BLANKS, split
from tests.fuzz._transforms import Twin, sink_record, source_record
from tests.fuzz.debezium import CLEAR_ERRORS, clear_error, envelope, event, row_schema, rows, shape
from tests.fuzz.family import Failed, Family, Maker, Pair
from tests.fuzz.values import value as random_value
from tests.parity.bridge import UNTOLD, Bridge

PACKAGE = "io.debezium.transforms"
EMPTY_STEP = "HeaderToValue, a path with an empty name"
LEADS_NOWHERE = "HeaderToValue, a path through what the value does not have"
RECURS = "HeaderToValue, a path whose names recur elsewhere in the value"
SEVERAL = "HeaderToValue, several headers that do not fit"
STRUCT_DEFAULT = "a null struct gets its default"
THROUGH_NULL = "PartitionRouting, a path through null"
SINK_PARTITION = "PartitionRouting on a sink's records"
ADDRESS = "PartitionRouting, structs and byte arrays"
NO_NUMBER = "PartitionRouting, `partition.topic.num` that is no number"
DEBEZIUM_ERROR = "io.debezium.DebeziumException"
DATA_EXCEPTION = "org.apache.kafka.connect.errors.DataException"
CONFIG_EXCEPTION = "org.apache.kafka.common.config.ConfigException"
_HEADERS = ("h", "g", "x-id", "Ünï", "other", "zz", "a b", "")
_WITHIN = (".x", ".id", ".note", ".a.b", ".", "..x")


def _record(bridge: Bridge, drawn: Schema, random: Random, **parts: Any) -> tuple[Schema, Any]:
    """A change event, a row, or what is neither."""
    few = shape(drawn, random)
    row = row_schema(drawn, few)
    schema = envelope(bridge, row, few)
    make = random.choice((source_record, source_record, sink_record))
    odd = random.random()
    value: Any = event(schema, random)
    given: Schema | None = schema
    if odd < 0.3:
        given, value = row, random_value(row.replace(optional=False), random)
    elif odd < 0.36:
        given, value = random.choice(
            ((schema, None), (None, None), (None, {"a": 1}), (STRING, "text"), (STRING.replace(name="x.Envelope"), "x"))
        )
    if value is None and given is not None:
        given = given.replace(optional=True)
    return schema, make(value=value, value_schema=given, timestamp=5, **parts)


def _paths(schema: Schema, prefix: str = "") -> Iterator[str]:
    for field in schema.fields:
        yield prefix + field.name
        if field.schema.type is Type.STRUCT:
            yield from _paths(field.schema, f"{prefix}{field.name}.")


def _header_to_value(bridge: Bridge) -> Family:
    def vary(drawn: Schema, random: Random) -> Any:
        headers = []
        for name in random.choices(_HEADERS[:6], k=random.choice((0, 1, 2, 3, 4))):
            schema = random.choice((STRING, OPTIONAL_STRING, INT32, INT64, array(STRING), struct([("a", INT32)]), None))
            headers.append(Header(name, schema, "text" if schema is None else random_value(schema, random)))
        whole, record = _record(bridge, drawn, random, headers=headers)
        known = [*_paths(record.value_schema or whole), "new", "new", "fresh"]
        fields = [random.choice(known) for _ in range(random.choice((1, 1, 2, 3)))]
        if random.random() < 0.3:
            fields[0] += random.choice(_WITHIN)
        elif random.random() < 0.05:
            fields[0] = random.choice((".", ".x", "", "a b", "nope.x", "nope.x.y"))
        wanted = random.choices(_HEADERS[:6] if random.random() < 0.95 else _HEADERS, k=len(fields))
        if random.random() < 0.04:
            wanted.append("h")
        config = {"headers": ",".join(wanted), "fields": ",".join(fields)}
        operation = random.choice(("move", "copy", "copy", " Move "))
        config["operation"] = operation if random.random() < 0.96 else random.choice(("", "x"))
        if random.random() < 0.03:
            del config[random.choice(tuple(config))]
        return config, record

    def compare(case: Any) -> Pair:
        return Twin(bridge, f"{PACKAGE}.HeaderToValue", case[0]).apply(case[1])

    def known(case: Any, pair: Pair) -> str | None:
        return _header_known(bridge, case, pair)

    return Family(
        "HeaderToValue",
        rows(),
        compare,
        known=known,
        differences=(EMPTY_STEP, LEADS_NOWHERE, RECURS, SEVERAL, STRUCT_DEFAULT),
        vary=vary,
    )


def _header_known(bridge: Bridge, case: Any, pair: Pair) -> str | None:
    ours, record = pair.ours, case[1]
    if isinstance(pair.java, Failed) and pair.java.message == "Struct schemas do not match.":
        fields = record.value_schema.fields
        lacking = (f.schema for f in fields if record.value.get(f.name) is None and f.schema.has_default)
        return STRUCT_DEFAULT if any(schema.type is Type.STRUCT for schema in lacking) else None
    if _recurs(*case) and (_is_nested_error(pair.java.message) if isinstance(pair.java, Failed) else _parts(pair)):
        return RECURS
    if not isinstance(ours, Failed):
        return None
    if _several(bridge, case[0], record, pair):
        return SEVERAL
    if ours.message.endswith("A path is names with one dot between them"):
        return EMPTY_STEP if any("" in text.strip(BLANKS).split(".") for text in case[0]["fields"].split(",")) else None
    return LEADS_NOWHERE if ours.message.startswith("HeaderToValue: the value has no struct") else None


def _several(bridge: Bridge, config: dict[str, str], record: Record, pair: Pair) -> bool:
    """Do both sides complain rightly, each of another header?"""
    names = (config.get("headers", "").split(","), config.get("fields", "").split(","))
    if not isinstance(pair.java, Failed) or len(names[0]) != len(names[1]) or len(names[0]) == 1:
        return False
    each = [{**config, "headers": header, "fields": field} for header, field in zip(*names, strict=True)]
    alone = [Twin(bridge, f"{PACKAGE}.HeaderToValue", one).apply(record) for one in each]
    return pair.java in [one.java for one in alone if one.ours == one.java] and pair.ours in [one.ours for one in alone]


_NO_STRUCT = "Only Struct objects supported for [Nested field], found: "
_NO_FIT = "Invalid Java object for schema "


def _is_nested_error(message: str) -> bool:
    return message == "Cannot list fields on non-struct type" or message.startswith((_NO_STRUCT, _NO_FIT))


def _parts(pair: Pair) -> bool:
    """Do both give a record, all but the value and its schema the same?"""
    ours, theirs = pair
    return isinstance(ours, tuple) and ours[:5] == theirs[:5] and ours[7:] == theirs[7:] and ours[5] != theirs[5]


def _recurs(config: dict[str, str], record: Record) -> bool:
    """Does a field off a path have a name that the original takes for a part of it: one that, with a dot behind it,
    stands anywhere in the path's text?
    """
    if record.value_schema is None:
        return False
    texts = [text.strip(BLANKS) for text in config["fields"].split(",")]
    return any(_has_likeness(record.value_schema, text.split("."), text) for text in texts)


def _has_likeness(schema: Schema, path: list[str], text: str) -> bool:
    for field in schema.fields:
        is_on_path = field.name == path[0] if len(path) > 1 else False
        if not is_on_path and f"{field.name}." in text:
            return True
        if _has_likeness(field.schema, path[1:] if is_on_path else [], text):
            return True
    return False


def _changed_state(bridge: Bridge) -> Family:
    def vary(drawn: Schema, random: Random) -> Any:
        schema, record = _record(bridge, drawn, random, headers=[Header("x", STRING, "y")])
        event_ = record.value
        if random.random() < 0.7 and isinstance(event_, dict) and schema is record.value_schema:
            old, new = event_.get("before"), event_.get("after")
            if isinstance(old, dict) and isinstance(new, dict):  # both of one schema
                new |= {name: value for name, value in old.items() if random.random() < 0.6}
        config = {}
        for key in ("header.changed.name", "header.unchanged.name"):
            if random.random() < 0.8:
                config[key] = random.choice(("C", "U", "x", "Ü", " C ")) if random.random() < 0.9 else ""
        return config, record

    def compare(case: Any) -> Pair:
        return Twin(bridge, f"{PACKAGE}.ExtractChangedRecordState", case[0]).apply(case[1])

    def known(_: Any, pair: Pair) -> str | None:
        return CLEAR_ERRORS if clear_error(pair) else None

    return Family("ExtractChangedRecordState", rows(), compare, known=known, differences=(CLEAR_ERRORS,), vary=vary)


def _partitions(bridge: Bridge) -> Family:
    def vary(drawn: Schema, random: Random) -> Any:
        schema, record = _record(bridge, drawn, random)
        paths = [*_paths(schema), "change.id", "change.id", "change.note", "op"]
        paths += [path.replace("after.", "change.", 1) for path in paths if path.startswith("after.")]
        fields = [random.choice(paths) for _ in range(random.choice((1, 1, 2, 3)))]
        if random.random() < 0.1:
            fields[0] += random.choice(_WITHIN)
        elif random.random() < 0.05:
            fields[0] = random.choice((".", ".x", "", "a b", "nope.x", "op.x", "change"))
        config = {
            "partition.payload.fields": ",".join(fields),
            "partition.topic.num": random.choice(("7", "2147483647")),
        }
        if random.random() < 0.6:
            config["partition.hash.function"] = random.choice(("java", "murmur", "murmur", " MURMUR", "x", ""))
        if random.random() < 0.05:
            config["partition.topic.num"] = random.choice(("0", "-1", "", "x", "2147483648"))
        if random.random() < 0.02:
            del config[random.choice(tuple(config))]
        return config, record

    def compare(case: Any) -> Pair:
        return Twin(bridge, f"{PACKAGE}.partitions.PartitionRouting", case[0]).apply(case[1])

    return Family(
        "PartitionRouting",
        rows(),
        compare,
        known=_partition_known,
        differences=(CLEAR_ERRORS, THROUGH_NULL, SINK_PARTITION, ADDRESS, NO_NUMBER),
        vary=vary,
    )


def _partition_known(case: Any, pair: Pair) -> str | None:
    ours, theirs = pair
    if isinstance(theirs, Failed):
        if theirs.name in (DEBEZIUM_ERROR, UNTOLD) and isinstance(case[1], SinkRecord) and not isinstance(ours, Failed):
            return SINK_PARTITION
        if not isinstance(ours, Failed):
            return None
        if theirs.name == DEBEZIUM_ERROR and theirs.message.startswith("Unprocessable message "):
            return THROUGH_NULL if _says_why(ours, case[1]) else None
        if theirs.message.endswith("An integer is expected") and ours.name == CONFIG_EXCEPTION:
            return NO_NUMBER if " for configuration partition.topic.num:" in ours.message else None
        return CLEAR_ERRORS if clear_error(pair) else None
    routed = isinstance(ours, tuple) and isinstance(theirs, tuple) and ours[0] == theirs[0] and ours[2:] == theirs[2:]
    return ADDRESS if routed and _is_address(case) else None


def _says_why(ours: Failed, record: Record) -> bool:
    """Is it the path that leads through null or names nothing, or an operation that is no text?"""
    if ours.name == DEBEZIUM_ERROR:
        return ours.message.endswith((", which is null", " in partition.payload.fields names no field"))
    field = record.value_schema.field("op") if record.value_schema is not None else None
    is_no_text = field is not None and field.schema.type is not Type.STRING
    return is_no_text and ours == Failed(DATA_EXCEPTION, "Field 'op' is not of type STRING")


def _is_address(case: Any) -> bool:
    """Is one of the fields of a type whose hash is an address, or holds one?"""
    config, record = case
    schema, op = record.value_schema, record.value.get("op")
    for text in config["partition.payload.fields"].split(","):
        names = [name.strip(BLANKS) for name in split(text.strip(BLANKS), ".")]
        if names[0] == "change":
            names[0] = "before" if op == "d" else "after"
        found: Schema | None = schema
        for name in names:
            found = found.field_map[name].schema if found and name in found.field_map else None
        if found is not None and _holds_address(found):
            return True
    return False


def _holds_address(schema: Schema) -> bool:
    if schema.type in (Type.ARRAY, Type.MAP):
        return any(inner is not None and _holds_address(inner) for inner in (schema.key_schema, schema.value_schema))
    return schema.type is Type.STRUCT or (schema.type is Type.BYTES and schema.name != DECIMAL)


FAMILIES: dict[str, Maker] = {
    "HeaderToValue": _header_to_value,
    "ExtractChangedRecordState": _changed_state,
    "PartitionRouting": _partitions,
}
