"""Custom resource ``Custom::CleanUp``: with the stack go the event source mappings and aliases made at run time.

CloudFormation knows only what it made; a mapping left behind would hold its consumer group and call a function that is
gone. On deletion this runs after the coordinator is gone and before the sink function goes. Neighbour: `triggers`.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

from connect_core.aws.triggers import aliases, mappings

PATIENCE_S = 180.0
PAUSE_S = 0.5
QUIET_LOOKS = 2
"""Looks in a row that must find nothing: an invocation of the coordinator may still be ending."""


def handler(event: Mapping[str, Any], context: Any) -> None:  # noqa: ARG001  Lambda's signature
    """One event of CloudFormation. It is always answered: without an answer the stack would wait for an hour."""
    reason = ""
    try:
        if event["RequestType"] == "Delete":
            clean(str(event["ResourceProperties"]["FunctionName"]))
    except Exception as error:  # noqa: BLE001 - whatever it is, CloudFormation must hear of it
        reason = f"{type(error).__name__}: {error}"
    answer(event, reason)


def clean(function: str, client: Any = None) -> None:
    """Delete the mappings, wait until they are gone, delete the aliases."""
    if client is None:
        import boto3

        client = boto3.client("lambda")
    deadline, quiet = time.monotonic() + PATIENCE_S, 0
    while quiet < QUIET_LOOKS:
        try:
            found = list(mappings(client, function))
            for mapping in found:
                if mapping["State"] != "Deleting":
                    _delete(client, str(mapping["UUID"]))
        except client.exceptions.ResourceNotFoundException:
            return  # the function itself is gone
        quiet = 0 if found else quiet + 1
        if time.monotonic() > deadline:
            left = ", ".join(f"{mapping['UUID']} ({mapping['State']})" for mapping in found)
            raise TimeoutError(f"Event source mappings of {function} are not gone after {PATIENCE_S:g} s: {left}")
        time.sleep(PAUSE_S)
    for name in aliases(client, function):
        client.delete_alias(FunctionName=function, Name=name)


def _delete(client: Any, uuid: str) -> None:
    exceptions = client.exceptions
    try:
        client.delete_event_source_mapping(UUID=uuid)
    except (exceptions.ResourceInUseException, exceptions.ResourceNotFoundException):
        return  # it changes state just now, or is gone: the next look tells


def answer(event: Mapping[str, Any], reason: str) -> None:
    """Tell CloudFormation how it went; "" is success."""
    body = {
        "Status": "FAILED" if reason else "SUCCESS",
        "Reason": reason or "done",
        "PhysicalResourceId": event.get("PhysicalResourceId") or "connectless-clean-up",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
    }
    # The URL is signed for exactly this: no content type.
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
