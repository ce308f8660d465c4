"""Request bodies, read as Jackson reads them for Connect (spec 1.1): strict about keys, lenient about scalars.

Whatever does not fit is a plain error, hence 500 (trap 1). Numbers in a map of texts keep the very text that was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from connect_core.errors import ConnectError
from connect_core.storage.state import TargetState


class BadBody(ConnectError):
    """The body cannot be read; Connect answers 500."""


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def _text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str) else value


def _state(value: Any) -> Any:
    """An enum name, upper-cased; empty texts are as bad as unknown ones."""
    if value is None:
        return None
    name = str(value).upper()
    return {"RUNNING": TargetState.STARTED, "PAUSED": TargetState.PAUSED, "STOPPED": TargetState.STOPPED}.get(
        name, name
    )


def _native(value: Any) -> Any:
    """JSON with numbers as numbers again."""
    if isinstance(value, _Number):
        return float(value) if any(c in value for c in ".eE") else int(value)
    if isinstance(value, dict):
        return {key: _native(item) for key, item in value.items()}
    return [_native(item) for item in value] if isinstance(value, list) else value


type _Text = Annotated[str, BeforeValidator(_text)]
type _Values = Annotated[dict[str, Any], BeforeValidator(_native)]
_FLAT: TypeAdapter[dict[str, str | None]] = TypeAdapter(dict[str, _Text | None])


class CreateConnector(BaseModel):
    """POST /connectors."""

    model_config = ConfigDict(extra="forbid")

    name: _Text | None = None
    config: dict[str, _Text | None] | None = None
    initial_state: Annotated[TargetState | None, BeforeValidator(_state)] = None


class _Offset(BaseModel):
    model_config = ConfigDict(extra="forbid")

    partition: _Values | None = None
    offset: _Values | None = None


class AlterOffsets(BaseModel):
    """PATCH offsets."""

    model_config = ConfigDict(extra="forbid")

    offsets: list[_Offset] | None = None

    def pairs(self) -> list[tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]]:
        """(partition, offset) pairs in their order."""
        return [(item.partition, item.offset) for item in self.offsets or ()]


def read_model[M: BaseModel](kind: type[M], body: bytes) -> M:
    """One of the models above."""
    try:
        return kind.model_validate(_parse(body))
    except ValidationError as error:
        raise BadBody(_first(error)) from error


def read_map(body: bytes) -> dict[str, str | None]:
    """A flat map of texts; null stays None."""
    try:
        return _FLAT.validate_python(_parse(body))
    except ValidationError as error:
        raise BadBody(_first(error)) from error


def read_json(body: bytes) -> Any:
    """Any JSON."""
    return _native(_parse(body))


def _parse(body: bytes) -> Any:
    if not body.strip():
        raise BadBody("The request has no body, but one is required")
    try:
        parsed = json.loads(body, parse_int=_Number, parse_float=_Number, parse_constant=_refuse)
    except ValueError as error:  # also bytes that are not UTF-8
        raise BadBody(f"The request body is not valid JSON: {error}") from error
    return cast("Any", parsed)


def _refuse(word: str) -> Any:
    raise ValueError(f"Non-standard token '{word}'")


def _first(error: ValidationError) -> str:
    """What is wrong and where; never the value, which may be a secret (I6)."""
    found = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(map(str, found["loc"])) or "the document"
    return f"Cannot read the request body: {found['msg']} at {where}"
