"""The custom resource that empties the account of what was made at run time, and its answer to CloudFormation."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from connect_core.aws import cleanup, triggers
from connect_core.aws.triggers import EventSourceMappings, TriggerSettings
from connect_core.coordinator.ports import TriggerWish, alias_hash
from tests.unit.aws.stands import ARN, LambdaApi


@pytest.fixture
def api() -> LambdaApi:
    """Two connectors' triggers and somebody else's."""
    made = LambdaApi()
    wanted = {
        name: TriggerWish(topic=name, group=name, enabled=True, alias=f"connector-{alias_hash(name)}")
        for name in ("a", "b")
    }
    EventSourceMappings(TriggerSettings(function="sink"), made).reconcile(wanted)
    made.mappings.append({"UUID": "theirs", "FunctionArn": f"{ARN}sink:live", "State": "Enabled"})
    made.names.append("live")
    return made


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "PAUSE_S", 0.001)


def test_all_of_ours_goes_and_nothing_else(api: LambdaApi) -> None:
    cleanup.clean("sink", api)
    assert [mapping["UUID"] for mapping in api.mappings] == ["theirs"]
    assert api.names == ["live"]


def test_it_waits_until_a_mapping_is_gone(api: LambdaApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api.slow_states = True
    api.mappings[0]["State"] = "Disabling"
    looks: list[list[str]] = []

    def looked(client: Any, function: str) -> Iterator[Any]:
        found = list(triggers.mappings(client, function))
        looks.append([mapping["State"] for mapping in found])
        if len(looks) == 2:
            api.mappings[0]["State"] = "Disabled"
        if len(looks) == 4:
            api.mappings[:] = [mapping for mapping in api.mappings if mapping["UUID"] == "theirs"]
        yield from found

    monkeypatch.setattr(cleanup, "mappings", looked)
    cleanup.clean("sink", api)
    assert looks[0] == ["Disabling", "Enabled"]
    assert looks[3] == ["Deleting", "Deleting"]
    assert looks[4:] == [[], []]  # twice, for an invocation of the coordinator may still be ending
    assert api.names == ["live"]


def test_what_never_goes_is_named(api: LambdaApi, monkeypatch: pytest.MonkeyPatch) -> None:
    api.slow_states = True
    monkeypatch.setattr(cleanup, "PATIENCE_S", 0.01)
    with pytest.raises(TimeoutError, match=r"sink are not gone .*\(Deleting\)"):
        cleanup.clean("sink", api)


class Answers(HTTPServer):
    """Stands in for CloudFormation's bucket."""

    def __init__(self) -> None:
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        super().__init__(("127.0.0.1", 0), Reader)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/answer?signature=x"


class Reader(BaseHTTPRequestHandler):
    server: Answers

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def bucket() -> Iterator[Answers]:
    with Answers() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def event(url: str, kind: str, **more: Any) -> dict[str, Any]:
    identity = {"StackId": "s", "RequestId": "r", "LogicalResourceId": "CleanUp"}
    return {"RequestType": kind, "ResponseURL": url, "ResourceProperties": {"FunctionName": "sink"}, **identity, **more}


def test_creating_and_updating_changes_nothing_but_is_answered(bucket: Answers) -> None:
    cleanup.handler(event(bucket.url, "Create"), None)
    cleanup.handler(event(bucket.url, "Update", PhysicalResourceId="as before"), None)
    (kind, created), (_, updated) = bucket.got
    assert kind in ("", None)  # the URL is signed without a type
    assert created["Status"] == updated["Status"] == "SUCCESS"
    assert (created["PhysicalResourceId"], updated["PhysicalResourceId"]) == ("connectless-clean-up", "as before")
    assert {key: created[key] for key in ("StackId", "RequestId", "LogicalResourceId")} == {
        "StackId": "s",
        "RequestId": "r",
        "LogicalResourceId": "CleanUp",
    }


def test_a_failure_is_answered_too(bucket: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise TimeoutError("not gone")

    monkeypatch.setattr(cleanup, "clean", broken)
    cleanup.handler(event(bucket.url, "Delete"), None)
    ((_, answer),) = bucket.got
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "TimeoutError: not gone")
