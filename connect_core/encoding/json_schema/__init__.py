"""JSON Schema (spec kafka-connect.md 5.8) without registry or config: Connect schemas as JSON Schema text and back.

``encoder`` and ``decoder`` give compiled functions between values and JSON bytes; ``schema_text`` what to register,
``read`` the Connect schema of a registered text. ``validation`` is imported only by who validates.
"""

from collections.abc import Mapping

from connect_core.data.schema import Schema
from connect_core.encoding.json_schema import document
from connect_core.encoding.json_schema.decoder import decoder
from connect_core.encoding.json_schema.encoder import encoder
from connect_core.encoding.json_schema.nodes import IllegalSchema
from connect_core.encoding.json_schema.options import DEFAULTS, JsonSchemaOptions
from connect_core.encoding.json_schema.reader import read_schema
from connect_core.encoding.json_schema.slow import schema_text_of as schema_text

__all__ = ["DEFAULTS", "IllegalSchema", "JsonSchemaOptions", "can_read", "decoder", "encoder", "read", "schema_text"]


def can_read(
    text: str, written: str, options: JsonSchemaOptions, *, documents: Mapping[str, str] | None = None
) -> bool:
    """Can a schema text read what was written by another? DataError if either is no JSON Schema."""
    from connect_core.encoding.json_schema import compatibility

    reader = document.load(text, documents or {}, options)
    return compatibility.can_read(reader, document.load(written, {}, options))


def read(
    text: str, options: JsonSchemaOptions, *, documents: Mapping[str, str] | None = None, version: int | None = None
) -> Schema:
    """The Connect schema of a JSON Schema text; ``documents`` are the texts its references name, ``version`` the
    registry's number of it. DataError (some with other Java classes) for what is no JSON Schema or has no Connect type.
    """
    return read_schema(document.load(text, documents or {}, options), options, version=version)
