"""How fast JsonConverter is, beside orjson doing nothing but JSON and Connect's own: `python -m bench converters`.

Ten fields as a JDBC source makes them. Every number is the best of many short rounds, the contestants
taking turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson

from bench.figures import rate
from connect_core.converters import JsonConverter
from connect_core.data import Schema, date_schema, decimal_schema, struct, timestamp_schema
from connect_core.data.schema import (
    INT64,
    OPTIONAL_FLOAT64,
    OPTIONAL_INT8,
    OPTIONAL_INT32,
    OPTIONAL_STRING,
)

SCHEMA = struct(
    [
        ("id", INT64),
        ("name", OPTIONAL_STRING),
        ("price", decimal_schema(2, optional=True)),
        ("rating", OPTIONAL_FLOAT64),
        ("created", timestamp_schema(optional=True)),
        ("day", date_schema(optional=True)),
        ("active", OPTIONAL_INT8),
        ("notes", OPTIONAL_STRING),
        ("parent", OPTIONAL_INT32),
        ("updated", timestamp_schema(optional=True)),
    ],
    name="widgets",
)
MOMENT = datetime(2024, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)
ROUND = 100


def row(number: int) -> dict[str, Any]:
    """One of many rows."""
    return {
        "id": 1_000_000 + number,
        "name": f"Widget Mk {number}",
        "price": Decimal(1999 + number).scaleb(-2),
        "rating": 4.25 + number / 1000,
        "created": MOMENT,
        "day": date(2024, 5, 6),
        "active": 1,
        "notes": "a text of some length about this very widget",
        "parent": None,
        "updated": MOMENT.replace(second=number % 60),
    }


def best(contestants: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Nanoseconds per record of each contestant's fastest round."""
    found = dict.fromkeys(contestants, float("inf"))
    end = time.monotonic() + seconds
    gc.disable()
    while time.monotonic() < end:
        for name, contestant in contestants.items():
            start = time.perf_counter_ns()
            contestant()
            found[name] = min(found[name], (time.perf_counter_ns() - start) / ROUND)
        gc.collect(0)
    gc.enable()
    return found


def each(function: Callable[[Any], Any], inputs: list[Any]) -> Callable[[], None]:
    def run() -> None:
        for one in inputs:
            function(one)

    return run


SHAPES: dict[str, dict[str, str]] = {
    "with envelope": {},
    "bare": {"schemas.enable": "false"},
    "schemaless": {"schemas.enable": "false"},
}


def converter(shape: str) -> JsonConverter:
    """Ours, configured for one shape of messages."""
    made = JsonConverter()
    made.configure(SHAPES[shape], is_key=False)
    return made


def inputs(shape: str) -> tuple[Schema | None, list[Any], list[bytes]]:
    """Schema, values and messages of a shape; without schema the values are what the bare messages hold."""
    rows, ours = [row(number) for number in range(ROUND)], converter(shape)
    messages = [ours.from_connect("t", SCHEMA, one) or b"" for one in rows]
    return (SCHEMA, rows, messages) if shape != "schemaless" else (None, list(map(orjson.loads, messages)), messages)


def contestants() -> dict[str, Callable[[], Any]]:
    made = {}
    for shape in SHAPES:
        schema, values, messages = inputs(shape)
        documents = [orjson.loads(message) for message in messages]
        made[f"encode, {shape}"] = each(converter(shape).encoder("t", schema), values)
        made[f"decode, {shape}"] = each(converter(shape).decoder("t"), messages)
        made[f"orjson.dumps of the document, {shape}"] = each(orjson.dumps, documents)
        made[f"orjson.loads of the document, {shape}"] = each(orjson.loads, messages)
    return made


def of_java() -> dict[str, float]:
    """Nanoseconds per record of Connect's own JsonConverter, in a loop inside its JVM."""
    from bench.jvm_loop import JvmLoop

    java = JvmLoop()
    found = {}
    for shape, config in SHAPES.items():
        schema, values, messages = inputs(shape)
        theirs, settings = java.new("org.apache.kafka.connect.json.JsonConverter"), java.new("java.util.HashMap")
        for key, value in config.items():
            settings.put(java.text(key), java.text(value))
        theirs.configure(settings, False)
        write = java.consumer(theirs, "fromConnectData", java.text("t"), java.schema(schema), takes="java.lang.Object")
        read = java.consumer(theirs, "toConnectData", java.text("t"), takes="byte[]")
        found[f"encode, {shape}"] = java.nanoseconds(write, java.list(java.value(schema, value) for value in values))
        found[f"decode, {shape}"] = java.nanoseconds(read, java.list(map(java.byte_array, messages)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    found, java = best(contestants(), arguments.seconds), of_java()
    for what in java:
        kind, _, shape = what.partition(", ")
        raw = "orjson.dumps" if kind == "encode" else "orjson.loads"
        rate(what, 1e9 / found[what], 1e9 / found[f"{raw} of the document, {shape}"], against=f"{raw} of the document")
        rate(what, 1e9 / found[what], 1e9 / java[what], against="Java's JsonConverter")


if __name__ == "__main__":
    main()
