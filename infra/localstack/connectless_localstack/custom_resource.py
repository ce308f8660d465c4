"""CloudFormation's custom resources (``Custom::*``), which LocalStack's free edition lacks: the stack calls a function.

The protocol is AWS's: the function gets the request with a ``ResponseURL`` and answers by a PUT there. The URL here is
a server that lives as long as one call. Unlike AWS nothing is waited for after the function has ended: a function that
fails or does not answer fails its resource at once.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceProvider

_IDENTITY = "PhysicalResourceId"
_ASKED = "ConnectlessResourceProperties"
"""Where a resource's state keeps the properties it was made from; the rest is what the function answered."""


class CustomResourceProvider(ResourceProvider[dict[str, Any]]):
    """One object per operation. A resource's state: ``Data`` (for !GetAtt), its identity (for !Ref), its properties."""

    TYPE = "AWS::CloudFormation::CustomResource"
    SCHEMA = {"typeName": TYPE, "primaryIdentifier": [f"/properties/{_IDENTITY}"]}  # noqa: RUF012  # LocalStack's shape

    def create(self, request: Any) -> Any:
        """Ask for the resource."""
        return self._ask(request, "Create", request.desired_state)

    def update(self, request: Any) -> Any:
        """Ask for the change, naming the old properties."""
        before = request.previous_state
        more = {_IDENTITY: before[_IDENTITY], "OldResourceProperties": before[_ASKED]}
        return self._ask(request, "Update", request.desired_state, **more)

    def delete(self, request: Any) -> Any:
        """Ask to delete what was made."""
        before = request.previous_state or request.desired_state
        if _IDENTITY not in before:  # its creation failed: there is nothing to delete
            return ProgressEvent(status=OperationStatus.SUCCESS, resource_model={})
        return self._ask(request, "Delete", before[_ASKED], **{_IDENTITY: before[_IDENTITY]})

    def _ask(self, request: Any, kind: str, properties: dict[str, Any], **more: Any) -> Any:
        asked = _texts(properties)
        with _mailbox() as mailbox:
            event = {
                "RequestType": kind,
                "ResponseURL": mailbox.url,
                "StackId": request.stack_id,
                "RequestId": str(uuid.uuid4()),
                "ResourceType": request.resource_type,
                "LogicalResourceId": request.logical_resource_id,
                "ServiceToken": asked["ServiceToken"],
                "ResourceProperties": asked,
                **more,
            }
            call = {"FunctionName": asked["ServiceToken"], "Payload": json.dumps(event)}
            outcome = request.aws_client_factory.lambda_.invoke(**call)
            said = outcome["Payload"].read().decode(errors="replace")
        answer = mailbox.answer
        if answer is None:
            reason = said if outcome.get("FunctionError") else "it returned without answering at its ResponseURL"
            answer = {"Status": "FAILED", "Reason": f"{asked['ServiceToken']}: {reason}"}
        if answer["Status"] != "SUCCESS":
            return ProgressEvent(
                status=OperationStatus.FAILED, resource_model={}, message=answer.get("Reason", "no reason given")
            )
        state = {**(answer.get("Data") or {}), _IDENTITY: answer[_IDENTITY], _ASKED: asked}
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=state)


def _texts(value: Any) -> Any:
    """CloudFormation hands every scalar to a custom resource as text."""
    match value:
        case dict():
            return {key: _texts(item) for key, item in value.items()}
        case list():
            return [_texts(item) for item in value]
        case bool():
            return str(value).lower()
        case _:
            return str(value)


class _Mailbox(HTTPServer):
    """Takes the one PUT of a function."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] | None = None
        super().__init__(("127.0.0.1", 0), _Letter)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/{uuid.uuid4()}"


class _Letter(BaseHTTPRequestHandler):
    server: _Mailbox

    def do_PUT(self) -> None:
        self.server.answer = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def _mailbox() -> Iterator[_Mailbox]:
    mailbox = _Mailbox()
    thread = threading.Thread(target=mailbox.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        mailbox.shutdown()
        mailbox.server_close()
