"""JsonSchemaConverter beside raw orjson of the same documents, in one run: ``python -m bench json_schema``.

Ten fields as a JDBC source makes them; the registry is asked before the clock starts and not again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from bench.converters import ROUND, SCHEMA, best, each, row
from bench.figures import rate
from connect_core.converters.json_schema import JsonSchemaConverter
from connect_core.converters.schema_registry import JSON, RegistryConfig, SchemaRegistry
from tests.registry import Registry


def contestants(converter: JsonSchemaConverter) -> dict[str, Callable[[], Any]]:
    """Both ways, ours and orjson's."""
    rows = [row(number) for number in range(ROUND)]
    encode, decode = converter.encoder("bench", SCHEMA), converter.decoder("bench")
    messages = [message for message in map(encode, rows) if message is not None]
    documents = [orjson.loads(message[5:]) for message in messages]
    return {
        "encode": each(encode, rows),
        "decode": each(decode, messages),
        "orjson.dumps": each(orjson.dumps, documents),
        "orjson.loads": each(orjson.loads, [message[5:] for message in messages]),
    }


def main() -> None:
    """Print both rates."""
    with Registry() as registry:
        settings = {"schema.registry.url": registry.url, "converter.type": "value"}
        converter = JsonSchemaConverter(SchemaRegistry(RegistryConfig.parse(settings), JSON))
        converter.configure(settings, is_key=False)
        found = best(contestants(converter), 5)
        converter.close()
    rate(
        "JSON Schema, encode",
        1e9 / found["encode"],
        1e9 / found["orjson.dumps"],
        against="orjson.dumps of the document",
    )
    rate(
        "JSON Schema, decode",
        1e9 / found["decode"],
        1e9 / found["orjson.loads"],
        against="orjson.loads of the document",
    )


if __name__ == "__main__":
    main()
