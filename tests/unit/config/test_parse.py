"""Declaring keys and parsing by ConfigDef's string rules."""

from __future__ import annotations

import logging
import pickle
from enum import StrEnum
from typing import Any, ClassVar, Self

import pytest

from connect_core.config import (
    HIGH,
    Class,
    Config,
    Long,
    Password,
    Short,
    SinkConfig,
    SourceConfig,
    at_least,
    between,
    key,
    list_of,
    matches,
    no_control_chars,
    no_duplicates,
    non_empty,
    non_null,
    one_of,
    optional,
)
from connect_core.config.parse import parse_value
from connect_core.errors import ConfigError


class Mode(StrEnum):
    BULK = "bulk"
    INCREMENTING = "incrementing"


class Everything(Config):
    text: str = key("Text.")
    flag: bool = key("Flag.", default=False)
    small: Short = key("Small.", default=1)
    number: int = key("Number.", default=2)
    big: Long = key("Big.", default=3)
    maybe: Long | None = key("Maybe.", default=None)
    ratio: float = key("Ratio.", default=0.5)
    items: list[str] = key("Items.", default=["a"])
    kind: Class | None = key("Kind.", default=None)
    secret: Password | None = key("Secret.", default=None, name="connection.password")
    mode: Mode = key("Mode.", default=Mode.BULK)
    old_name: str = key("Renamed.", default="d", aliases=["ancient.name"])


def test_types_follow_the_annotations() -> None:
    assert {spec.name: spec.type for spec in Everything.specs()} == {
        "text": "STRING",
        "flag": "BOOLEAN",
        "small": "SHORT",
        "number": "INT",
        "big": "LONG",
        "maybe": "LONG",
        "ratio": "DOUBLE",
        "items": "LIST",
        "kind": "CLASS",
        "connection.password": "PASSWORD",
        "mode": "STRING",
        "old.name": "STRING",
    }


def test_defaults() -> None:
    config = Everything.parse({"text": ""})
    assert config.text == ""
    assert (config.flag, config.small, config.number, config.big, config.maybe) == (False, 1, 2, 3, None)
    assert (config.ratio, config.items, config.kind, config.secret, config.mode) == (0.5, ["a"], None, None, Mode.BULK)
    config.items.append("changed")
    assert Everything.parse({"text": ""}).items == ["a"]


def test_given_values() -> None:
    given = {
        "text": " \t\x01x y\n",
        "flag": " TRUE",
        "small": "-32768",
        "number": "+5",
        "big": "9223372036854775807",
        "maybe": "0",
        "ratio": "1e3",
        "items": " a , b,,c ",
        "kind": " com.acme.X ",
        "connection.password": " s3cret ",
        "mode": "INCREMENTING",
        "ancient.name": "n",
        "unknown.key": "kept",
    }
    config = Everything.parse(given)
    assert (config.text, config.flag, config.small, config.number) == ("x y", True, -32768, 5)
    assert (config.big, config.maybe, config.ratio) == (2**63 - 1, 0, 1000.0)
    assert (config.items, config.kind, config.mode) == (["a", "b", "", "c"], "com.acme.X", Mode.INCREMENTING)
    assert config.old_name == "n"
    assert config.secret == Password("s3cret")
    assert config.originals == given
    assert config.with_prefix("connection.") == {"password": " s3cret "}
    assert config.secrets() == {"s3cret"}
    assert "s3cret" not in repr(config).replace("connection.password", "")


BAD = [
    ("BOOLEAN", "yes", "Expected value to be either true or false"),
    ("BOOLEAN", "", "Expected value to be either true or false"),
    ("INT", "2147483648", "Not a number of type INT"),
    ("INT", "1_000", "Not a number of type INT"),
    ("INT", "1e3", "Not a number of type INT"),
    ("INT", "0x10", "Not a number of type INT"),
    ("INT", "1.0", "Not a number of type INT"),
    ("INT", "", "Not a number of type INT"),
    ("SHORT", "32768", "Not a number of type SHORT"),
    ("LONG", "9223372036854775808", "Not a number of type LONG"),
    ("DOUBLE", "1_0", "Not a number of type DOUBLE"),
    ("DOUBLE", "nan", "Not a number of type DOUBLE"),
    ("DOUBLE", " x ", "Not a number of type DOUBLE"),
]


@pytest.mark.parametrize(("kind", "text", "reason"), BAD)
def test_bad_values(kind: str, text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_value("k", text, kind)
    assert str(caught.value) == f"Invalid value {text} for configuration k: {reason}"


GOOD = [
    ("INT", " 007 ", 7),
    ("INT", "-2147483648", -(2**31)),
    ("DOUBLE", "1.5d", 1.5),
    ("DOUBLE", "0x1p3", 8.0),
    ("DOUBLE", "-Infinity", float("-inf")),
    ("DOUBLE", ".5", 0.5),
    ("DOUBLE", "5.", 5.0),
    ("LIST", "  ", []),
    ("LIST", "a,", ["a", ""]),
    ("LIST", "a\u00a0,b", ["a\u00a0", "b"]),
    ("STRING", None, None),
    ("INT", 5, 5),
    ("LIST", ("a",), ["a"]),
]


@pytest.mark.parametrize(("kind", "text", "value"), GOOD)
def test_good_values(kind: str, text: Any, value: Any) -> None:
    assert parse_value("k", text, kind) == value


def test_a_native_value_of_the_wrong_type() -> None:
    with pytest.raises(ConfigError, match="Invalid value True for configuration k: Expected value to be a 32-bit"):
        parse_value("k", True, "INT")


def test_parse_stops_at_the_first_bad_key_and_errors_does_not() -> None:
    bad = {"flag": "x", "number": "y", "mode": "z"}
    with pytest.raises(ConfigError) as caught:
        Everything.parse(bad)
    assert str(caught.value) == 'Missing required configuration "text" which has no default value.'
    assert Everything.errors(bad) == {
        "text": ['Missing required configuration "text" which has no default value.'],
        "flag": ["Invalid value x for configuration flag: Expected value to be either true or false"],
        "number": ["Invalid value y for configuration number: Not a number of type INT"],
        "mode": [
            ("Invalid value z for configuration mode: String must be one of (case insensitive): BULK, INCREMENTING")
        ],
    }
    with pytest.raises(ConfigError, match="configuration mode: String must be one of"):
        Everything.parse({"text": "", "mode": "z"})


class Checked(Config):
    at: int = key("x", default=1, checks=[at_least(1)])
    between: int = key("x", default=1, checks=[between(0, 5)])
    word: str = key("x", default="a", checks=[one_of("a", "b")])
    filled: str | None = key("x", default=None, checks=[non_empty])
    given: list[str] = key("x", default=[], checks=[non_null, no_duplicates])
    several: list[str] = key("x", default=[], checks=[list_of()])
    some: list[str] = key("x", default=["a"], checks=[list_of("a", "b", empty_ok=False)])
    plain: str = key("x", default="n", checks=[no_control_chars])
    perhaps: int | None = key("x", default=None, checks=[optional(at_least(0))])
    form: str | None = key("x", default=None, checks=[matches("[a-z]+", "Expected letters")])


CHECKS = [
    ("at", "0", "Invalid value 0 for configuration at: Value must be at least 1"),
    ("at", None, "Invalid value null for configuration at: Value must be non-null"),
    ("between", "6", "Invalid value 6 for configuration between: Value must be no more than 5"),
    ("word", "A", "Invalid value A for configuration word: String must be one of: a, b"),
    ("word", None, "Invalid value null for configuration word: String must be one of: a, b"),
    ("filled", " ", "Invalid value  for configuration filled: String must be non-empty"),
    ("given", "a, a", "Invalid value [a, a] for configuration given: Duplicate alias provided."),
    ("given", None, "Invalid value null for configuration given: entry must be non null"),
    ("several", "a,,b", "Configuration 'several' values must not be empty."),
    ("several", "a,a", "Configuration 'several' values must not be duplicated."),
    ("several", None, "Configuration 'several' values must not be null."),
    ("some", "", "Configuration 'some' must not be empty. Valid values include: [a, b]"),
    ("some", "a,c", "Invalid value c for configuration some: String must be one of: a, b"),
    ("plain", "", "Invalid value  for configuration plain: String may not be empty"),
    (
        "plain",
        "a\nb\x80",
        (
            "Invalid value a\nb\x80 for configuration plain: String may not contain control sequences "
            "but had the following ASCII chars: 10, 128"
        ),
    ),
    ("perhaps", "-1", "Invalid value -1 for configuration perhaps: Value must be at least 0"),
    ("form", "A", "Invalid value A for configuration form: Expected letters"),
]


@pytest.mark.parametrize(("name", "text", "message"), CHECKS)
def test_checks(name: str, text: str | None, message: str) -> None:
    assert Checked.errors({name: text}) == {name: [message]}


def test_a_check_sees_null_for_a_value_that_cannot_be_parsed() -> None:
    assert Checked.errors({"at": "x"}) == {
        "at": [
            "Invalid value x for configuration at: Not a number of type INT",
            "Invalid value null for configuration at: Value must be non-null",
        ]
    }


def test_parse_drops_duplicates_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert Checked.parse({"several": "a,b,a"}).several == ["a", "b"]
    assert "several has duplicated values" in caplog.text


class Base(Config):
    framework: ClassVar[bool] = True
    first: str = key("First.", default="1")
    second: str = key("Second.", default="2")


class Derived(Base):
    third: str = key("Third.", importance=HIGH)
    first: str = key("First, changed.", default="one")

    @classmethod
    def raw_check(cls, mapping: Any) -> dict[str, list[str]]:
        return {"second": ["raw"]} if "raw" in mapping else {}

    @classmethod
    def cross_check(cls, values: Self) -> dict[str, list[str]]:
        return {"elsewhere": [f"{values.third} is no good"], "third": ["bad"]} if values.third == "bad" else {}


def test_inheritance_keeps_places_and_knows_whose_key_it_is() -> None:
    assert [(one.key.name, one.key.spec.default, one.framework) for one in Derived.declared()][:2] == [
        ("first", "one", False),
        ("second", "2", True),
    ]
    assert [spec.name for spec in Base.specs()] == ["first", "second"]
    assert [spec.name for spec in Derived.specs()] == ["first", "second", "third"]


def test_cross_checks() -> None:
    assert Derived.errors({"third": "bad"}) == {"third": ["bad"], "elsewhere": ["bad is no good"]}
    assert Derived.errors({"raw": "", "third": "bad"}) == {"second": ["raw"]}  # parsed values only when all is well
    assert Derived.errors({"third": "fine"}) == {}


class NamesWhatComesLater(Config):
    when: Later = key("x", default="sunday")


class Later(StrEnum):
    SUNDAY = "sunday"


def test_an_annotation_may_come_later() -> None:
    config = NamesWhatComesLater.parse({"when": "Sunday", "more": "kept"})
    assert config.when is Later.SUNDAY
    again = pickle.loads(pickle.dumps(config))
    assert (again.when, again.originals) == (Later.SUNDAY, {"when": "Sunday", "more": "kept"})


def test_recommenders() -> None:
    class Recommending(Config):
        base: str = key("x", default="n")
        other: str = key(
            "x",
            default="",
            recommend=lambda name, values: [f"{name}-{values['base']}"],
            visible=lambda name, values: values["base"] == "y",
        )

    shown = {item.key.name: (item.recommended, item.visible) for item in Recommending.inspect({})}
    assert shown == {"base": ([], True), "other": (["other-n"], False)}
    assert Recommending.inspect({"base": "y"})[1].visible


def test_mistakes_of_authors_are_named() -> None:
    class NotAKey(Config):
        field: str = "x"

    class NotAType(Config):
        field: dict[str, str] = key("x")

    with pytest.raises(TypeError, match=r"NotAKey\.field is not declared with key"):
        NotAKey.specs()
    with pytest.raises(TypeError, match=r"NotAType\.field: dict\[str, str\] is not a config type"):
        NotAType.specs()


def test_a_config_cannot_be_changed() -> None:
    config = Everything.parse({"text": "x"})
    with pytest.raises(ValueError, match="frozen"):
        config.text = "y"


@pytest.mark.parametrize("base", [SourceConfig, SinkConfig])
def test_every_common_key_is_documented_and_placed(base: type[Config]) -> None:
    for spec in base.specs():
        assert spec.spec.doc.endswith((".", ")")), spec.name
        assert spec.spec.group, spec.name
        assert spec.spec.display, spec.name
        assert spec.spec.order > 0, spec.name
