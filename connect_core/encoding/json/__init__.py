"""Connect's JSON (spec kafka-connect.md 5.1) without registry or config: bytes of a schema and value, and back.

``encoder`` and ``decoder`` give compiled functions, to be kept and called per record; whatever they find odd they hand
to ``slow``, the one home of coercions and messages. Shared by converters, storage and file-like targets.
"""

from connect_core.encoding.json.decoder import decoder
from connect_core.encoding.json.encoder import encoder
from connect_core.encoding.json.options import DEFAULTS, JsonOptions
from connect_core.encoding.json.slow import schema_bytes, schema_of
from connect_core.encoding.json.text import MISSING, SerializationError, parse

__all__ = [
    "DEFAULTS",
    "MISSING",
    "JsonOptions",
    "SerializationError",
    "decoder",
    "encoder",
    "parse",
    "schema_bytes",
    "schema_of",
]
