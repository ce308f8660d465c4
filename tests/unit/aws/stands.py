# ruff: noqa: N803 - the parameters are named as boto3 has them
"""A Lambda API in memory: aliases and event source mappings with Lambda's own rules and errors, nothing else.

LocalStack has the same rules (tests/deploy); this one can also hold a mapping in a state for as long as a test wants.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


class ResourceNotFoundException(ClientError):  # type: ignore[misc]  # botocore ships no types
    pass


class ResourceInUseException(ClientError):  # type: ignore[misc]
    pass


class Exceptions:
    ResourceNotFoundException = ResourceNotFoundException
    ResourceInUseException = ResourceInUseException


def failure(code: str, operation: str, kind: type[ClientError] = ClientError) -> ClientError:
    return kind({"Error": {"Code": code, "Message": code}}, operation)


class Pages:
    def __init__(self, name: str, items: list[dict[str, Any]]) -> None:
        self._name, self._items = name, items

    def paginate(self, **_: object) -> Iterator[dict[str, Any]]:
        for item in list(self._items):
            yield {self._name: [dict(item)]}
        yield {self._name: []}


class LambdaApi:
    """boto3's client, as far as triggers need it; ``calls`` lists what changed something."""

    exceptions = Exceptions()

    def __init__(self) -> None:
        self.mappings: list[dict[str, Any]] = []
        self.names: list[str] = []
        self.calls: list[tuple[str, str]] = []
        self.slow_states = False
        self.refuse: set[str] = set()

    def get_paginator(self, operation: str) -> Pages:
        if operation == "list_aliases":
            return Pages("Aliases", [{"Name": name} for name in self.names])
        return Pages("EventSourceMappings", self.mappings)

    def create_alias(self, *, FunctionName: str, Name: str, FunctionVersion: str) -> None:
        assert FunctionVersion == "$LATEST"
        if Name in self.names:
            raise failure("ResourceConflictException", "CreateAlias")
        self.names.append(Name)
        self.calls.append(("create alias", Name))

    def delete_alias(self, *, FunctionName: str, Name: str) -> None:
        self.names.remove(Name)
        self.calls.append(("delete alias", Name))

    def create_event_source_mapping(self, *, FunctionName: str, **settings: Any) -> None:
        alias = FunctionName.partition(":")[2]
        if alias in self.refuse:
            raise failure("InvalidParameterValueException", "CreateEventSourceMapping")
        assert alias in self.names, "Lambda wants the alias first"
        one = {"UUID": f"id-{len(self.calls)}", "FunctionArn": f"{ARN}{FunctionName}", "State": "Enabled", **settings}
        self.mappings.append(one)
        self.calls.append(("create", alias))

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:
        one = self._one(UUID)
        word = "Enabl" if Enabled else "Disabl"
        one["State"] = f"{word}ing" if self.slow_states else f"{word}ed"
        self.calls.append((f"{word.lower()}e", one["FunctionArn"].rpartition(":")[2]))

    def delete_event_source_mapping(self, *, UUID: str) -> None:
        one = self._one(UUID)
        if one["State"].endswith("ing"):
            raise failure("ResourceInUseException", "DeleteEventSourceMapping", ResourceInUseException)
        if self.slow_states:
            one["State"] = "Deleting"
        else:
            self.mappings.remove(one)
        self.calls.append(("delete", one["FunctionArn"].rpartition(":")[2]))

    def _one(self, uuid: str) -> dict[str, Any]:
        found = next((each for each in self.mappings if each["UUID"] == uuid), None)
        if found is None:
            raise failure("ResourceNotFoundException", "GetEventSourceMapping", ResourceNotFoundException)
        return found
