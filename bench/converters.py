"""How fast JsonConverter is, beside orjson doing nothing but JSON, in one run: `python -m bench converters`.

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
from connect_core.data import date_schema, decimal_schema, struct, timestamp_schema
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


def contestants() -> dict[str, Callable[[], Any]]:
    made = {}
    rows = [row(number) for number in range(ROUND)]
    for enabled in ("true", "false"):
        converter = JsonConverter()
        converter.configure({"schemas.enable": enabled}, is_key=False)
        encode = converter.encoder("t", SCHEMA)
        messages = [encode(one) for one in rows]
        shape = "with envelope" if enabled == "true" else "bare"
        documents = [orjson.loads(message) for message in messages if message is not None]
        made[f"encode, {shape}"] = each(encode, rows)
        made[f"decode, {shape}"] = each(converter.decoder("t"), messages)
        made[f"orjson.dumps of the document, {shape}"] = each(orjson.dumps, documents)
        made[f"orjson.loads of the document, {shape}"] = each(orjson.loads, messages)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    found = best(contestants(), arguments.seconds)
    for ours, raw in (("encode", "orjson.dumps"), ("decode", "orjson.loads")):
        for shape in ("with envelope", "bare"):
            own, plain = found[f"{ours}, {shape}"], found[f"{raw} of the document, {shape}"]
            rate(f"{ours}, {shape}", 1e9 / own, 1e9 / plain, against=f"{raw} of the document")


if __name__ == "__main__":
    main()
