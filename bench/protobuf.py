"""How fast ProtobufConverter's encoding is, beside the package protobuf (upb) doing nothing but Protobuf, in one run:
`python -m bench protobuf`.

Raw protobuf fills a generated message with values that are already what Protobuf wants (seconds and nanoseconds, bytes
of decimals) and serializes it, or parses one and reads its fields into a dict.
"""

from __future__ import annotations

import argparse
from typing import Any

from bench.converters import ROUND, SCHEMA, best, each, row
from bench.figures import rate
from connect_core.encoding.protobuf import ProtobufOptions, definition, writer


def _raw(message: bytes) -> tuple[Any, Any, dict[str, Any]]:
    """(message class, reader, keyword arguments) of raw protobuf for one message of the schema."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    from google.protobuf.timestamp_pb2 import DESCRIPTOR as TIMESTAMP
    from google.type.date_pb2 import DESCRIPTOR as DATE  # type: ignore[import-untyped]  # ships no types

    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="raw.proto", syntax="proto3", package="raw")
    file.dependency.extend(["google/protobuf/timestamp.proto", "google/type/date.proto"])
    decimal = file.message_type.add(name="Decimal")
    for number, (name, kind) in enumerate((("value", "BYTES"), ("precision", "UINT32"), ("scale", "INT32")), 1):
        decimal.field.add(name=name, number=number, type=getattr(field, f"TYPE_{kind}"), label=1)
    made = file.message_type.add(name="widgets")
    kinds = {
        "id": "INT64", "name": "STRING", "price": ".raw.Decimal", "rating": "DOUBLE",
        "created": ".google.protobuf.Timestamp", "day": ".google.type.Date", "active": "INT32", "notes": "STRING",
        "parent": "INT32", "updated": ".google.protobuf.Timestamp",
    }  # fmt: skip
    for number, (name, kind) in enumerate(kinds.items(), 1):
        one = made.field.add(name=name, number=number, label=1)
        if kind.startswith("."):
            one.type, one.type_name = field.TYPE_MESSAGE, kind
        else:
            one.type = getattr(field, f"TYPE_{kind}")
    pool = descriptor_pool.DescriptorPool()
    for serialized in (TIMESTAMP.serialized_pb, DATE.serialized_pb, file.SerializeToString()):
        pool.AddSerializedFile(serialized)
    widgets: Any = message_factory.GetMessageClass(pool.FindMessageTypeByName("raw.widgets"))

    def plain(part: Any) -> dict[str, Any]:
        return {one.name: plain(value) if one.message_type else value for one, value in part.ListFields()}

    names = list(kinds)

    def read(data: bytes) -> dict[str, Any]:
        found = widgets.FromString(data)
        return {name: getattr(found, name) for name in names}

    return widgets, read, plain(widgets.FromString(message))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    rows = [row(number) for number in range(ROUND)]
    made = writer(SCHEMA, ProtobufOptions())
    messages = [made.encode(one) for one in rows]
    decode = definition(made.text).reader(None, ProtobufOptions()).decode
    assert messages[0] is not None
    kind, read, keywords = _raw(messages[0])
    assert kind(**keywords).SerializeToString() == messages[0]
    found = best(
        {
            "write": each(made.encode, rows),
            "raw write": each(lambda _: kind(**keywords).SerializeToString(), rows),
            "read": each(decode, messages),
            "raw read": each(read, messages),
        },
        arguments.seconds,
    )
    for way in ("write", "read"):
        rate(f"Protobuf {way}", 1e9 / found[way], 1e9 / found[f"raw {way}"], against=f"raw protobuf's {way}")


if __name__ == "__main__":
    main()
