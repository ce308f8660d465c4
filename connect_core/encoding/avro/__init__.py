"""Connect's values as Avro (spec kafka-connect.md 5.6) without registry or config: schemas, bytes, both ways.

``from_connect`` and ``to_connect`` map schemas, ``encoder`` and ``decoder`` give compiled functions, to be kept and
called per record; whatever they find odd they hand to ``slow_write`` and ``slow_read``, the one home of refusals.
"""

from connect_core.encoding.avro.compat import misfits
from connect_core.encoding.avro.decoder import decoder
from connect_core.encoding.avro.encoder import encoder
from connect_core.encoding.avro.errors import ReadError, WriteError
from connect_core.encoding.avro.from_connect import from_connect
from connect_core.encoding.avro.model import AvroSchema
from connect_core.encoding.avro.options import DEFAULTS, AvroOptions
from connect_core.encoding.avro.parse import named_types, parse
from connect_core.encoding.avro.slow_read import refusing
from connect_core.encoding.avro.slow_write import NULL, to_datum
from connect_core.encoding.avro.to_connect import to_connect

__all__ = [
    "DEFAULTS",
    "NULL",
    "AvroOptions",
    "AvroSchema",
    "ReadError",
    "WriteError",
    "decoder",
    "encoder",
    "from_connect",
    "misfits",
    "named_types",
    "parse",
    "refusing",
    "to_connect",
    "to_datum",
]
