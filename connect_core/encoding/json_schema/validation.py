"""Does a message match its JSON Schema? Used only where ``json.fail.invalid.schema`` asks; the library comes then."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin

from connect_core.encoding.json_schema.document import parse
from connect_core.encoding.json_schema.loader import bridge
from connect_core.encoding.json_schema.tree import loads
from connect_core.errors import ConnectError

type Validate = Callable[[bytes], None]


class ValidationError(ConnectError):
    """The first thing found wrong; its text names the place, never the value."""

    java_class = "org.everit.json.schema.ValidationException"


def validator(text: str, documents: Mapping[str, str]) -> Validate:
    """A function that raises ValidationError for JSON bytes that do not match the schema text; keep it."""
    import jsonschema  # type: ignore[import-untyped]  # ships no types
    from referencing import Registry, Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT7

    schema = _plain(bridge(parse(text)))
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    formats = None
    if kind in (jsonschema.Draft4Validator, jsonschema.Draft6Validator, jsonschema.Draft7Validator):
        formats = jsonschema.FormatChecker(formats=())
        for name in _FORMATS if kind is jsonschema.Draft7Validator else ("date-time",):
            formats.checks(name)(_FORMATS[name])
        kind = jsonschema.validators.extend(kind, type_checker=kind.TYPE_CHECKER.redefine("integer", _is_integer))
    base = schema.get("$id", "") if isinstance(schema, dict) else ""
    resources = {}
    for name, other in documents.items():
        resource = Resource.from_contents(_plain(bridge(parse(other))), default_specification=DRAFT7)
        resources[name] = resources[urljoin(base, name)] = resource
    checks = kind(schema, registry=Registry().with_resources(resources.items()), format_checker=formats)

    def validate(data: bytes) -> None:
        try:
            error = next(checks.iter_errors(_plain(loads(data))), None)
        except (Unresolvable, RecursionError) as failed:
            raise ValidationError(f"{type(failed).__name__}: {failed}") from failed
        if error is not None:
            place = "/".join(["#", *(str(part) for part in error.absolute_path)])
            raise ValidationError(f"{place}: does not match the keyword {error.validator}")

    return validate


_ZONE = r"(?:Z|[+-](?:0\d|1[0-7]):[0-5]\d|[+-]18:00)"
_TIME = rf"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{{1,9}})?|24:00:00(?:\.0{{1,9}})?){_ZONE}"
_DATE_TIME = re.compile(rf"(?!0000)\d{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T{_TIME}", re.ASCII)
_TIME_ALONE = re.compile(_TIME, re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _is_date(text: Any) -> bool:
    if not isinstance(text, str):
        return True
    try:
        return _DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


_FORMATS: dict[str, Callable[[Any], bool]] = {
    "date-time": lambda text: not isinstance(text, str) or _DATE_TIME.fullmatch(text) is not None,
    "date": _is_date,
    "time": lambda text: not isinstance(text, str) or _TIME_ALONE.fullmatch(text) is not None,
}
"""The formats of drafts up to 7 that are checked."""


def _is_integer(_checker: Any, instance: Any) -> bool:
    """Without a fraction, also of zeros: up to draft 7, as the original reads it."""
    return isinstance(instance, int) and not isinstance(instance, bool)


def _plain(tree: Any) -> Any:
    """The tree with floats: the library does not know Decimal."""
    if isinstance(tree, Decimal):
        return float(tree)
    if isinstance(tree, dict):
        return {key: _plain(element) for key, element in tree.items()}
    return [_plain(element) for element in tree] if isinstance(tree, list) else tree
