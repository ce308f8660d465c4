"""What JsonConverter does differently on purpose, proved case by case.

Neighbour: ``json_converter`` makes the cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connect_core.encoding.json import SerializationError, parse
from tests.fuzz import _struct_defaults
from tests.fuzz.family import Failed, Pair

YEARS = "dates and times of the years 1 to 9999"
LONG = "fractions of more than 1000 digits"
_LONG_EXPONENT = re.compile(rb"(\d[eE][-+]?)\d{10,}")
_LONG_NUMBER = re.compile(rb"-?\d{8,}")
_LONG_FRACTION = re.compile(rb"(\d+\.\d{900})\d+([eE][-+]?\d+)?")
_BAD_DEFAULT = "Invalid default value"
_UNREADABLE = "Failed to parse schema in converter config due to serialization error: "
CONTENT = "JsonConverter, `schema.content` that is no schema"
STRUCT_DEFAULT = "a struct's own default"
NO_SCALE = "JsonConverter, a Decimal schema without parameters"
_NO_SCALE_TEXTS = ("Invalid Decimal schema: scale parameter not found.", "Invalid bytes for Decimal field")

type Read = Callable[[bytes], Pair]
"""Asks both sides again."""


def _lacks_scale(pair: Pair) -> bool:
    """Do both fail for a Decimal schema without parameters, Java of a null?"""
    told = isinstance(pair.ours, Failed) and pair.ours.message in _NO_SCALE_TEXTS
    null = isinstance(pair.java, Failed) and pair.java.name == "java.lang.NullPointerException"
    return told and null and 'Schema.parameters()" is null' in pair.java.message


def known_written(case: Any, pair: Pair) -> str | None:
    """What is written on purpose that Java refuses."""
    if _lacks_scale(pair):
        return NO_SCALE
    refused = isinstance(pair.java, Failed) and pair.java.message == "Mismatching schema."
    written = isinstance(pair.ours, bytes) and _struct_defaults.holds(case[1])
    return STRUCT_DEFAULT if refused and written else None


def known_content(case: tuple[str, bytes], pair: Pair) -> str | None:
    """As ``known_read``, and what is said of a schema that is none."""
    if isinstance(pair.ours, Failed) and pair.ours.name == "org.apache.kafka.common.config.ConfigException":
        value, key, reason = pair.ours.message.partition(" for configuration schema.content: ")
        if pair.java is None and _tells_years(reason):
            return YEARS  # a default
        if not isinstance(pair.java, Failed) or not key or not value.startswith("Invalid value "):
            return None
        same = reason == pair.java.message or (reason and pair.java.message.startswith(_UNREADABLE))
        if pair.java.message == _BAD_DEFAULT and _has_struct_default(case):
            return STRUCT_DEFAULT  # ours has read on, and complains of what comes behind the default
        return CONTENT if same else None
    return known_read(case, pair)


def known_document(read: Read, case: Any, pair: Pair) -> str | None:
    """As ``known_read``, and what only other documents prove."""
    return known_read(case, pair) or long_number(read, case[1], pair) or _behind(read, case[1], pair)


def known_read(case: Any, pair: Pair) -> str | None:
    """What is read differently on purpose."""
    if _lacks_scale(pair):
        return NO_SCALE
    if isinstance(pair.java, Failed):
        if isinstance(pair.ours, Failed) and _tells_years(pair.ours.message) and _is_default(case, pair.ours.message):
            return YEARS  # Java has another complaint, of what comes behind
        refused = pair.java.message == _BAD_DEFAULT and _has_struct_default(case)
        # Ours has read on: at most it complains of what comes behind the default.
        behind = (".DataException", ".SchemaBuilderException")
        bad = isinstance(pair.ours, Failed) and not pair.ours.name.endswith(behind)
        return STRUCT_DEFAULT if refused and not bad else None
    said = pair.ours.message if isinstance(pair.ours, Failed) else ""
    return YEARS if _tells_years(said) else None


def _tells_years(said: str) -> bool:
    return "outside the years 1 to 9999" in said or "Time values must" in said


def long_number(read: Read, data: bytes | None, pair: Pair) -> str | None:
    """Java refuses fractions of more than 1000 digits and exponents of so many; with fewer it reads them as ours."""
    refused = isinstance(pair.java, Failed) and pair.java.message.startswith("Converting byte[] to Kafka Connect data")
    if data is None or not refused or isinstance(pair.ours, Failed):
        return None
    shorter = _LONG_FRACTION.sub(lambda match: match[1] + (match[2] or b""), data)
    shorter = _LONG_EXPONENT.sub(rb"\g<1>99999", shorter)
    return LONG if shorter != data and read(shorter).java == pair.ours else None


def _behind(read: Read, data: bytes | None, pair: Pair) -> str | None:
    """Ours refuses a moment; Java carries it on and complains of what comes behind, as ours does when it is another."""
    if data is None or not isinstance(pair.ours, Failed) or not _tells_years(pair.ours.message):
        return None
    again = read(_LONG_NUMBER.sub(b"0", data))  # it need not stand there as it is told: longer ones are cut
    return YEARS if again.ours == again.java == pair.java else None


def _is_default(case: Any, said: str) -> bool:
    """Is the number in our complaint a default of the document's schema?"""
    number = re.search(r"-?\d+", said)
    try:
        tree = parse(case[1] or b"")
    except SerializationError:
        return False
    return number is not None and _has_default(tree, int(number[0]))


def _has_default(node: Any, number: int) -> bool:
    if isinstance(node, list):
        return any(_has_default(one, number) for one in node)
    if not isinstance(node, dict):
        return False
    return node.get("default") == number or any(_has_default(one, number) for one in node.values())


def _has_struct_default(case: Any) -> bool:
    """Does the schema of the document, or of ``schema.content``, give a struct a default?"""
    try:
        return _gives(parse(case[0].encode() if isinstance(case[0], str) else case[1] or b""))
    except SerializationError:
        return False


def _gives(node: Any) -> bool:
    if isinstance(node, list):
        return any(map(_gives, node))
    if not isinstance(node, dict):
        return False
    return (node.get("type") == "struct" and node.get("default") is not None) or any(map(_gives, node.values()))
