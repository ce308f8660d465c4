"""How fast AvroConverter is, beside fastavro doing nothing but Avro, in one run: `python -m bench avro`.

The ten fields of `bench.converters`. fastavro writes and reads what Avro's library would hold (no dates, no decimals),
with the five bytes before it; AvroConverter makes Connect values of it besides.
"""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable
from typing import Any

import fastavro

from bench.converters import ROUND, SCHEMA, best, each, row
from bench.figures import rate
from connect_core.converters.avro import AvroConverter
from connect_core.converters.schema_registry import AVRO, RegisteredSchema, SchemaId, SchemaRegistry
from connect_core.encoding.avro import from_connect
from connect_core.encoding.avro.options import DEFAULTS


class OneSchema(SchemaRegistry):
    """A registry with one schema: the network is no part of this bench."""

    def __init__(self) -> None:
        self.text = ""

    def register(self, subject: str, text: str, *_: Any, **__: Any) -> SchemaId:  # noqa: ARG002 - the client's signature
        self.text = text
        return SchemaId(1)

    def schema_of(self, schema_id: SchemaId, subject: str | None = None) -> RegisteredSchema:  # noqa: ARG002
        return RegisteredSchema(self.text, AVRO, (), 1)

    def version_of(self, *_: Any, **__: Any) -> int:
        return 1

    def associated(self, *_: Any, **__: Any) -> list[str]:
        return []

    def close(self) -> None:
        pass


def raw_schema() -> Any:
    """The schema without logical types: fastavro would make Python's of them, which is our part."""

    def plain(tree: Any) -> Any:
        if isinstance(tree, dict):
            return {key: plain(value) for key, value in tree.items() if key != "logicalType"}
        return [plain(value) for value in tree] if isinstance(tree, list) else tree

    return fastavro.parse_schema(plain(json.loads(str(from_connect(SCHEMA, DEFAULTS)))))


def contestants() -> dict[str, Callable[[], Any]]:
    converter = AvroConverter(OneSchema())
    converter.configure({"schema.registry.url": "http://localhost"}, is_key=False)
    encode, decode = converter.encoder("t", SCHEMA), converter.decoder("t")
    rows = [row(number) for number in range(ROUND)]
    messages = [encode(one) for one in rows]
    assert [decode(message)[1] for message in messages] == rows
    schema = raw_schema()

    def raw_read(message: bytes | None) -> Any:
        stream = io.BytesIO(message or b"")
        stream.seek(5)
        return fastavro.schemaless_reader(stream, schema, None)

    def raw_write(datum: Any) -> bytes:
        stream = io.BytesIO()
        stream.write(b"\0\0\0\0\1")
        fastavro.schemaless_writer(stream, schema, datum)
        return stream.getvalue()

    datums = [raw_read(message) for message in messages]
    assert [raw_write(datum) for datum in datums] == messages
    return {
        "encode": each(encode, rows),
        "decode": each(decode, messages),
        "raw encode": each(raw_write, datums),
        "raw decode": each(raw_read, messages),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    found = best(contestants(), parser.parse_args().seconds)
    for what in ("encode", "decode"):
        rate(f"avro, {what}", 1e9 / found[what], 1e9 / found[f"raw {what}"], against=f"fastavro, {what}")


if __name__ == "__main__":
    main()
