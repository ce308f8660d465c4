"""A schema registry's client and what converters share around it (spec kafka-connect.md 5.5).

``config`` declares the keys, ``client`` asks the registry, ``framing`` reads and writes ids in messages, ``subjects``
names subjects, ``serde`` puts these together for a converter. httpx is imported here and nowhere else.
"""

from connect_core.converters.schema_registry.client import (
    AVRO,
    JSON,
    PROTOBUF,
    Reference,
    RegisteredSchema,
    SchemaRegistry,
)
from connect_core.converters.schema_registry.config import VERSION, RegistryConfig
from connect_core.converters.schema_registry.errors import RestError, SerializationError
from connect_core.converters.schema_registry.framing import Framing, SchemaId
from connect_core.converters.schema_registry.serde import Chosen, Serde, failing

__all__ = [
    "AVRO",
    "JSON",
    "PROTOBUF",
    "VERSION",
    "Chosen",
    "Framing",
    "Reference",
    "RegisteredSchema",
    "RegistryConfig",
    "RestError",
    "SchemaId",
    "SchemaRegistry",
    "Serde",
    "SerializationError",
    "failing",
]
