"""Protobuf without registry or config (spec kafka-connect.md 5.7): definitions, texts, bytes, and back.

``writer`` compiles a Connect schema, ``definition(text).reader`` a registered text; keep both, call them
per record.
"""

from connect_core.encoding.protobuf.compatible import misfits
from connect_core.encoding.protobuf.definition import Definition, definition
from connect_core.encoding.protobuf.errors import Malformed
from connect_core.encoding.protobuf.indexes import read_indexes, write_indexes
from connect_core.encoding.protobuf.options import ProtobufOptions
from connect_core.encoding.protobuf.writer import Writer, writer

__all__ = [
    "Definition",
    "Malformed",
    "ProtobufOptions",
    "Writer",
    "definition",
    "misfits",
    "read_indexes",
    "write_indexes",
    "writer",
]
