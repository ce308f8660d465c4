"""Configuration against the real Kafka: ConfigDef in this process, ``validate`` on a running worker."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from connect_core.config import Config, SinkConfig, SourceConfig
from connect_core.config.connector import SinkKeys, SourceKeys
from connect_core.config.distributed import DistributedConfig
from connect_core.config.parse import parse_value
from connect_core.config.render import config_infos, definition, key_infos, value_text
from connect_core.config.validate import validate_config
from connect_core.connectors.file.config import FileSinkConfig, FileSourceConfig
from connect_core.errors import ConfigError
from connect_core.local.connect import Connect
from connect_core.plugins import load_connector
from connect_core.plugins.known import KnownPlugins

BASE = {"name": "a", "connector.class": "x"}
TEXTS = {
    "INT": [
        "7",
        " 7 ",
        "+7",
        "-0",
        "007",
        "1_0",
        "1e3",
        "0x1",
        "",
        "2147483647",
        "2147483648",
        "-2147483649",
        "1.0",
        "٣",
    ],
    "SHORT": ["32767", "32768", "-32768", "x"],
    "LONG": ["9223372036854775807", "9223372036854775808", "1L"],
    "DOUBLE": [
        "1",
        "1.5d",
        "1f",
        "0x1p3",
        "NaN",
        "-Infinity",
        "+Infinity",
        "1e3",
        ".5",
        "5.",
        "",
        "1_0",
        "nan",
        "inf",
        " 2 ",
    ],
    "BOOLEAN": ["true", "TRUE", " False ", "yes", "", "1", "tru"],
    "LIST": ["", " ", "a", "a,b", " a , b ", "a,,b", ",", "a,", "a\t,\nb", "a\u00a0,b"],
    "STRING": ["", " x ", "\x01x\x1f", "\u00a0x"],
}


def java_map(jvm: ModuleType, values: dict[str, str | None]) -> Any:
    filled = jvm.JClass("java.util.HashMap")()
    for key, value in values.items():
        filled.put(key, value)
    return filled


@pytest.mark.parametrize("kind", TEXTS)
def test_values_are_parsed_alike(jvm: ModuleType, kind: str) -> None:
    definitions = jvm.JClass("org.apache.kafka.common.config.ConfigDef")
    java_type = jvm.JClass("org.apache.kafka.common.config.ConfigDef$Type").valueOf(kind)
    for text in TEXTS[kind]:
        try:
            theirs = _plain(definitions.parseType("k", jvm.JString(text), java_type))
        except jvm.JException as error:
            theirs = str(error.getMessage())
        try:
            ours = parse_value("k", text, kind)
        except ConfigError as error:
            ours = str(error)
        assert repr(ours) == repr(theirs), (kind, text)


def _plain(value: Any) -> Any:
    """A Python value for a boxed Java one."""
    match str(value.getClass().getSimpleName()):
        case "String":
            return str(value)
        case "Boolean":
            return bool(value)
        case "Double":
            return float(value)
        case "Integer" | "Short" | "Long":
            return int(value)
    return [str(element) for element in value]


SINKS: list[dict[str, str | None]] = [
    {},
    {"topics": "a,,b"},
    {"topics": "a,a"},
    {"topics": None},
    {"topics": "a", "topics.regex": "b"},
    {"topics": "a, b", "errors.deadletterqueue.topic.name": " b "},
    {"topics.regex": "a.*", "errors.deadletterqueue.topic.name": "ab"},
    {"topics": "a", "errors.deadletterqueue.topic.replication.factor": "x"},
    {"topics": "a", "name": None},
    {"topics": "a", "name": ""},
    {"topics": "a", "name": "a\nb\tc\x85"},
    {"topics": "a", "tasks.max": "0"},
    {"topics": "a", "tasks.max": "x"},
    {"topics": "a", "tasks.max": None},
    {"topics": "a", "errors.tolerance": "ALL"},
    {"topics": "a", "errors.tolerance": None},
    {"topics": "a", "errors.retry.timeout": None},
    {"topics": "a", "errors.log.enable": "yes", "config.action.reload": "x"},
    {"topics": "a", "transforms": "a,a", "predicates": None},
    {"topics": "a", "transforms": "a,"},
    {"topics": "a", "connector.plugin.version": "[1.0"},
    {"topics": "a", "connector.plugin.version": "[2.0,1.0]"},
    {"topics": "a", "key.converter.plugin.version": "[1,2],[1.5,3]"},
    {"topics": "a", "connector.plugin.version": "abc"},
]
SOURCES: list[dict[str, str | None]] = [
    {},
    {"topic.creation.groups": "a,a"},
    {"topic.creation.groups": None},
    {"exactly.once.support": "x"},
    {"exactly.once.support": "Required"},
    {"exactly.once.support": None},
    {"transaction.boundary": "x"},
    {"transaction.boundary.interval.ms": "-1"},
    {"transaction.boundary.interval.ms": "x"},
    {"offsets.storage.topic": " "},
]


@pytest.mark.parametrize("more", SINKS)
def test_sink_errors(jvm: ModuleType, more: dict[str, str | None]) -> None:
    theirs = jvm.JClass("org.apache.kafka.connect.runtime.SinkConnectorConfig")
    given = java_map(jvm, BASE | more)
    found = theirs.configDef().validateAll(given)
    theirs.validate(given, found)
    assert SinkConfig.errors(BASE | more) == _messages(found.values())


@pytest.mark.parametrize("more", SOURCES)
def test_source_errors(jvm: ModuleType, more: dict[str, str | None]) -> None:
    theirs = jvm.JClass("org.apache.kafka.connect.runtime.SourceConnectorConfig").configDef()
    assert SourceConfig.errors(BASE | more) == _messages(theirs.validate(java_map(jvm, BASE | more)))


def _messages(values: Any) -> dict[str, list[str]]:
    return {str(v.name()): [str(m) for m in v.errorMessages()] for v in values if len(v.errorMessages())}


JAVA_CONFIGS = [
    ("org.apache.kafka.connect.runtime.SourceConnectorConfig", SourceKeys),
    ("org.apache.kafka.connect.runtime.SinkConnectorConfig", SinkKeys),
]


@pytest.mark.parametrize(("java", "declared"), JAVA_CONFIGS)
def test_common_keys_are_declared_alike(jvm: ModuleType, java: str, declared: type[Config]) -> None:
    theirs = [_definition(key) for key in jvm.JClass(java).configDef().configKeys().values()]
    ours = [definition(key) for key in declared.specs()]
    assert [_without_doc(key) for key in ours] == theirs


@pytest.mark.parametrize(("name", "declared"), [("Source", FileSourceConfig), ("Sink", FileSinkConfig)])
def test_file_stream_keys_are_declared_alike(jvm: ModuleType, name: str, declared: type[Config]) -> None:
    connector = jvm.JClass(f"org.apache.kafka.connect.file.FileStream{name}Connector")()
    theirs = [_definition(key) for key in connector.config().configKeys().values()]
    ours = [_without_doc(definition(one.key)) for one in declared.declared() if not one.framework]
    assert ours == theirs


def _without_doc(shown: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if key != "documentation"}


def _definition(key: Any) -> dict[str, Any]:
    """A Java ConfigKey as our ``definition``."""
    required = not key.hasDefault()
    default = None if required or key.defaultValue is None else _plain_default(key.defaultValue)
    return {
        "name": str(key.name),
        "type": str(key.type()) if callable(key.type) else str(key.type),
        "required": required,
        "default_value": default,
        "importance": str(key.importance),
        "group": None if key.group is None else str(key.group),
        "order_in_group": int(key.orderInGroup),
        "width": str(key.width),
        "display_name": str(key.displayName),
        "dependents": [str(one) for one in key.dependents],
    }


def _plain_default(value: Any) -> str:
    text = str(value)
    return {"True": "true", "False": "false", "[]": ""}.get(text, text)


DISTRIBUTED = {
    "bootstrap.servers": "a:1",
    "key.converter": "org.apache.kafka.connect.json.JsonConverter",
    "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    "group.id": "g",
    "config.storage.topic": "c",
    "offset.storage.topic": "o",
    "status.storage.topic": "s",
}


def test_worker_keys_and_defaults(jvm: ModuleType) -> None:
    theirs = jvm.JClass("org.apache.kafka.connect.runtime.distributed.DistributedConfig")(java_map(jvm, DISTRIBUTED))
    ours = DistributedConfig.parse(DISTRIBUTED)
    values = {str(entry.getKey()): entry.getValue() for entry in theirs.values().entrySet()}
    for one in DistributedConfig.declared():
        if one.key.name in ELSEWHERE:
            continue
        theirs_text, own = values[one.key.name], getattr(ours, one.field)
        if one.key.type == "CLASS":
            assert str(theirs_text.getName()) == own
        elif one.key.type == "LIST" and own is not None:
            assert [str(element) for element in theirs_text] == own, one.key.name
        else:
            assert (None if theirs_text is None else _plain_default(theirs_text)) == value_text(one.key.type, own), (
                one.key.name
            )


WORKER_ERRORS: list[dict[str, str]] = [
    {"offset.storage.partitions": "0"},
    {"config.storage.replication.factor": "-2"},
    {"listeners": ""},
    {"listeners": "http://a,"},
    {"plugin.discovery": "x"},
    {"ssl.client.auth": "x"},
    {"metrics.recording.level": "debug"},
    {"metrics.num.samples": "0"},
    {"metric.reporters": "a,,b"},
    {"security.protocol": "x"},
    {"exactly.once.source.support": "x"},
    {"connect.protocol": "x"},
    {"bootstrap.servers": ""},
    {"metadata.recovery.strategy": "x"},
    {"send.buffer.bytes": "-2"},
    {"inter.worker.verification.algorithms": ""},
    {"client.dns.lookup": "x"},
    {"scheduled.rebalance.max.delay.ms": "-1"},
]


@pytest.mark.parametrize("wrong", WORKER_ERRORS)
def test_bad_worker_configs(jvm: ModuleType, wrong: dict[str, str]) -> None:
    java = jvm.JClass("org.apache.kafka.connect.runtime.distributed.DistributedConfig")
    with pytest.raises(jvm.JException) as caught:
        java(java_map(jvm, DISTRIBUTED | wrong))
    with pytest.raises(ConfigError) as own:
        DistributedConfig.parse(DISTRIBUTED | wrong)
    assert str(own.value) == str(caught.value.getMessage())


ELSEWHERE = (
    "connector.client.config.override.allowlist",
    "internal.topics.automatic.creation.enable",
    "exactly.once.source.support",
)
"""Declared by the policy's own class, by a later Kafka, and on purpose with another default (docs/parity.md)."""

BEYOND = ("io.confluent.", "io.debezium.")
"""Plugins the Apache release does not have."""

FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
JSON = "org.apache.kafka.connect.json.JsonConverter"
SOURCE: dict[str, str | None] = {"connector.class": FILE_SOURCE, "name": "a", "topic": "t"}
SINK: dict[str, str | None] = {"connector.class": FILE_SINK, "name": "a", "topics": "t"}
WORKER = {"key.converter": JSON, "value.converter": JSON}  # header.converter: the worker's default
VALIDATED: list[dict[str, str | None]] = [
    SOURCE,
    SINK,
    SOURCE | {"connector.class": "FileStreamSource"},
    SOURCE | {"tasks.max": "x", "errors.tolerance": "q", "topic": ""},
    SOURCE | {"file": None, "tasks.max": None},
    SOURCE | {"transforms": "a", "predicates": "p"},
    SOURCE | {"transforms": "a", "transforms.a.type": "nope"},
    SOURCE | {"key.converter": "nope"},
    SOURCE | {"key.converter": FILE_SOURCE},
    SOURCE | {"key.converter": "JsonConverter", "value.converter": "Json", "value.converter.schemas.enable": "maybe"},
    SOURCE | {"connector.plugin.version": "4.3.0"},
    SINK | {"topics.regex": "a"},
]


@pytest.mark.parametrize("config", VALIDATED)
def test_validate_answers_alike(connect_oracle: Connect, config: dict[str, str | None]) -> None:
    """All but the texts of documentation, our own group of keys, and the plugins we have beyond Kafka's."""
    name = str(config["connector.class"])
    status, theirs = connect_oracle.request("PUT", f"/connector-plugins/{name}/config/validate", config)
    assert status == 200
    declared = load_connector(name).config_class()
    ours = config_infos(name, validate_config(declared, config, plugins=KnownPlugins(), worker=WORKER))
    assert ours["error_count"] == theirs["error_count"]
    assert [group for group in ours["groups"] if group != "Function"] == theirs["groups"]
    own = [shown for shown in ours["configs"] if (shown["definition"] or {}).get("group") != "Function"]
    assert [_comparable(shown) for shown in own] == [_comparable(shown) for shown in theirs["configs"]]


def _comparable(shown: dict[str, Any]) -> dict[str, Any]:
    value, declared = dict(shown["value"]), _without_doc(shown["definition"])
    if value["name"].endswith(".converter.type"):
        declared.pop("required")  # Connect gives it to every converter: nobody can leave it out
    elif value["name"].endswith(".type"):
        value.pop("recommended_values")  # the list of installed classes
    else:
        value["recommended_values"] = [one for one in value["recommended_values"] if not str(one).startswith(BEYOND)]
    return {"definition": declared, "value": value}


@pytest.mark.parametrize("name", ["FileStreamSource", FILE_SINK])
def test_keys_of_a_plugin(connect_oracle: Connect, name: str) -> None:
    _, theirs = connect_oracle.request("GET", f"/connector-plugins/{name}/config")
    ours = key_infos(load_connector(name).config_class(), {"connector.plugin.version": "4.3.0"})
    own = [_without_doc(info) for info in ours if info["group"] != "Function"]
    assert own == [_without_doc(info) for info in theirs]
