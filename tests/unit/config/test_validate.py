"""Validation of whole connector configs and its rendering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from connect_core.config import HIGH, Config, Password, SinkConfig, SourceConfig, at_least, key, non_empty
from connect_core.config.render import config_infos, definition, key_infos, value_text
from connect_core.config.validate import Found, Validated, hide_resolved, refusal, validate_config


class UpperConfig(Config):
    """Keys of a transform."""

    suffix: str = key("Suffix.", default="")
    field: str = key("Field.", checks=[non_empty])
    predicate: str = key("Masked by the framework's.", default="mine")


class EchoConverterConfig(Config):
    """Keys of a converter."""

    converter_type: str = key("key, value or header.")
    depth: int = key("Depth.", default=3, group="Shape", order=1)


class OrdersConfig(SourceConfig):
    """Keys of a connector."""

    url: str = key("Where.", importance=HIGH, checks=[non_empty])
    password: Password | None = key("Secret.", default=None)
    retries: int = key("Retries.", default=1, checks=[at_least(0)])
    hidden: str = key("Internal.", default="", internal=True)


class Known:
    """Four plugins."""

    table: ClassVar = {
        ("converter", "com.acme.EchoConverter"): Found("com.acme.EchoConverter", "1.0", EchoConverterConfig),
        ("converter", "Echo"): Found("com.acme.EchoConverter", "1.0", EchoConverterConfig),
        ("header_converter", "com.acme.Head"): Found("com.acme.Head", "1.0", Config),
        ("transformation", "com.acme.Upper$Value"): Found("com.acme.Upper$Value", "2.0", UpperConfig),
        ("predicate", "com.acme.Never"): Found("com.acme.Never", "2.0", Config),
        ("source", "Orders"): Found("com.acme.OrdersConnector", "3.0", OrdersConfig),
    }

    def names(self, kind: str) -> Sequence[str]:
        return sorted({found.name for (own, _), found in self.table.items() if own == kind})

    def find(self, kind: str, name: str) -> Found | None:
        return self.table.get((kind, name))

    def exists(self, name: str) -> str | None:
        return next((found.name for (_, own), found in self.table.items() if own == name), None)


WORKER = {
    "key.converter": "com.acme.EchoConverter",
    "value.converter": "com.acme.EchoConverter",
    "header.converter": "com.acme.Head",
}
BASE: dict[str, str | None] = {"name": "o", "connector.class": "Orders", "url": "u"}


def check(more: dict[str, str | None], **options: object) -> Validated:
    return validate_config(
        OrdersConfig,
        BASE | more,
        plugins=Known(),
        worker=WORKER,
        clients=("producer",),
        **options,  # type: ignore[arg-type]
    )


def test_a_good_config_shows_the_workers_converters_and_installed_versions() -> None:
    infos = config_infos("Orders", check({"password": "s3cret"}))
    shown = {config["value"]["name"]: config["value"]["value"] for config in infos["configs"]}
    assert (infos["name"], infos["error_count"]) == ("Orders", 0)
    assert shown["key.converter"] == "com.acme.EchoConverter"
    assert shown["header.converter"] == "com.acme.Head"
    assert shown["connector.plugin.version"] == "3.0"
    assert (shown["password"], shown["transforms"], shown["tasks.max.enforce"]) == ("[hidden]", "", "true")
    assert "hidden" not in shown
    assert list(shown)[-3:] == ["url", "password", "retries"]
    assert infos["groups"] == [
        "Common",
        "Transforms",
        "Predicates",
        "Error Handling",
        "Topic Creation",
        "Exactly Once Support",
        "offsets.topic",
        "Function",
    ]


def test_transforms_and_predicates() -> None:
    found = check(
        {
            "transforms": "a,b,c",
            "transforms.a.type": "com.acme.Upper$Value",
            "transforms.a.field": " ",
            "transforms.a.negate": "true",
            "transforms.b.type": "com.acme.Upper",
            "predicates": "p",
            "predicates.p.type": "Nobody",
        }
    )
    names = [entry.item.key.name for entry in found.entries if entry.item.key.name.startswith(("transforms", "pred"))]
    assert names[:10] == [
        "transforms",
        "predicates",
        "transforms.a.type",
        "transforms.a.plugin.version",
        "transforms.a.field",
        "transforms.a.negate",
        "transforms.a.predicate",
        "transforms.a.suffix",
        "transforms.b.type",
        "transforms.b.plugin.version",
    ]
    assert found.errors == {
        "transforms.a.type": [
            (
                "Config 'transforms.a.negate' was provided but there is no config 'transforms.a.predicate' defining a "
                "predicate to be negated."
            )
        ],
        "transforms.a.field": ["Invalid value  for configuration field: String must be non-empty"],
        "transforms.b.type": ["This class is abstract and cannot be created. Did you mean com.acme.Upper$Value?"],
        "transforms.c.type": ['Missing required configuration "transforms.c.type" which has no default value.'],
        "predicates.p.type": [
            "Invalid value Nobody for configuration predicates.p.type: Class Nobody could not be found."
        ],
    }
    assert found.error_count == 5
    orders = [entry.item.key.spec.order for entry in found.entries if entry.item.key.name.startswith("transforms.a.")]
    assert orders == [0, 1, 2, 3, 4, 5]


def test_converters() -> None:
    found = check({"key.converter": "Echo", "key.converter.depth": "x", "value.converter": "Orders"})
    assert found.errors == {
        "value.converter": ["Class class com.acme.OrdersConnector does not implement the Converter interface"],
        "key.converter.depth": ["Invalid value x for configuration depth: Not a number of type INT"],
    }
    assert found.error_count == 2
    assert found.groups[-1] == "Shape"
    values = {entry.item.key.name: entry.item.value for entry in found.entries}
    assert (values["key.converter"], values["key.converter.converter.type"]) == ("com.acme.EchoConverter", "key")
    errors = check({"header.converter": "Nobody"}).errors
    assert errors == {
        "header.converter": [
            "Invalid value Nobody for configuration header.converter: Class Nobody could not be found."
        ]
    }


def test_versions() -> None:
    text = (
        "Plugin com.acme.OrdersConnector not found that matches the version range [2.0,2.0], available versions: [3.0]"
    )
    assert check({"connector.plugin.version": "2.0"}).errors == {
        "connector.class": [text],
        "connector.plugin.version": [text],
    }
    assert check({"connector.plugin.version": "[1,4]"}).errors == {}


def test_nulls_count_for_framework_keys() -> None:
    found = check({"tasks.max": None, "password": None})
    assert found.errors == {
        "tasks.max": [
            "Invalid value null for configuration tasks.max: Value must be non-null",
            "Null value can not be supplied as the configuration value.",
        ]
    }


def test_client_overrides_and_errors_of_others() -> None:
    found = check(
        {"producer.override.acks": "1", "producer.override.ssl.key.password": "pw", "consumer.override.x": "1"},
        more_errors={"producer.override.acks": ["no", "never"], "url": ["cannot be reached"], "odd": ["strange"]},
    )
    infos = config_infos("Orders", found)
    by_name = {config["value"]["name"]: config for config in infos["configs"]}
    assert infos["configs"][0]["value"]["name"] == "odd"
    assert by_name["producer.override.ssl.key.password"]["value"]["value"] == "[hidden]"
    assert by_name["producer.override.acks"]["definition"] is None
    assert "consumer.override.x" not in by_name
    assert infos["error_count"] == 3  # odd, url, and one for the override
    assert refusal(found.errors) == (
        "Connector configuration is invalid and contains the following 4 error(s):\nstrange\ncannot be reached\nno\n"
        "never\nYou can also find the above list of errors at the endpoint "
        "`/connector-plugins/{connectorType}/config/validate`"
    )


def test_resolved_values_are_not_shown() -> None:
    raw = BASE | {"retries": "${file:/a:r}", "url": "${file:/a:u}"}
    found = hide_resolved(check({"retries": "s3cret", "url": "http://u:pw@h"}), raw)
    infos = config_infos("Orders", found)
    by_name = {config["value"]["name"]: config["value"] for config in infos["configs"]}
    assert by_name["url"]["value"] == "${file:/a:u}"
    assert by_name["retries"]["errors"] == [
        (
            "Invalid value for configuration 'retries': the value resolved from the config provider reference "
            "failed validation"
        )
    ]
    assert infos["error_count"] == 1
    assert "s3cret" not in str(infos)


def test_definitions() -> None:
    infos = key_infos(OrdersConfig, {"key.converter": "K"})
    assert [info["name"] for info in infos[:4]] == ["url", "password", "retries", "name"]
    assert next(info for info in infos if info["name"] == "key.converter")["default_value"] == "K"
    assert definition(OrdersConfig.specs()[-4]) == {
        "name": "url",
        "type": "STRING",
        "required": True,
        "default_value": None,
        "importance": "HIGH",
        "documentation": "Where.",
        "group": None,
        "order_in_group": -1,
        "width": "NONE",
        "display_name": "url",
        "dependents": [],
    }
    assert definition(SinkConfig.specs()[0])["group"] == "Common"


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("LIST", ["a", "b"], "a,b"),
        ("BOOLEAN", False, "false"),
        ("DOUBLE", 1e7, "1.0E7"),
        ("PASSWORD", Password("x"), "[hidden]"),
        ("PASSWORD", None, None),
        ("INT", 5, "5"),
    ],
)
def test_texts_of_values(kind: str, value: object, text: str | None) -> None:
    assert value_text(kind, value) == text
